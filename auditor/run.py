"""A run from its first unit to its results: crawl and judging side by side, every result stored at once.

What this module needs of the other rooms (the crawl, the scorecards) and of the world (clock, randomness) is
handed in. A unit's closed archive and its stored result are the checkpoints: a run can be stopped at any
moment and taken up again.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.archive import archive_name
from auditor.checklist import Checklist, load_checklist
from auditor.config import Config
from auditor.history import (
    Bench,
    Past,
    forget_units,
    judge_again,
    keep_published,
    keep_rules,
    rules_of,
)
from auditor.judge import JudgeContext, judge_unit
from auditor.judging import Judge, Judging
from auditor.manifest import MANIFEST_FILE, file_sha256, rules, write_manifest
from auditor.model import Status, Unit
from auditor.pictures import write_pictures
from auditor.progress import Counts, CrawlProgress, Quiet, Reporter
from auditor.register import Register
from auditor.register_index import RegisterIndex
from auditor.results import results_header, write_results
from auditor.reviews import reviewed_units
from auditor.second_tries import Tries, next_try, set_aside
from auditor.store import (
    RunState,
    Store,
    StoredRun,
    StoreLostError,
    is_locked,
    lock,
    lock_store,
    open_store,
    store_file,
)
from auditor.urls import Scope
from auditor.visits import Witness

log = logging.getLogger(__name__)

ARCHIVE_FOLDER = "archive"
RESULTS_FILE = "results.json"
LOG_FILE = "auditor.log"
_LOCK_FILE = ".auditor.lock"
_MIN_FREE_BYTES = 50_000_000
_NAP_SECONDS = 1.0  # between two looks at the clock and at whether a person has stopped the waiting
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})

OnUnit = Callable[[Unit, Path], None]
OnProgress = Callable[[CrawlProgress], None]


class UsageError(Exception):
    """Something that was asked for cannot be done; nothing was written. The message is Vietnamese."""


class RunInterruptedError(Exception):
    """A person stopped the run; `run_id` can be resumed."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class RunStoppedError(Exception):
    """The machine stopped the run (disk full, store lost); `run_id` can be resumed. The message is Vietnamese."""

    def __init__(self, run_id: str, message: str) -> None:
        super().__init__(message)
        self.run_id = run_id


@dataclass(frozen=True, slots=True)
class CrawlTask:
    """What a crawl is asked for. `other_unit_hosts` maps host names (without `www.`) that are one unit's to its id.

    `on_unit` is called when a unit's archive is closed and may raise, which ends the crawl; `on_progress` never
    raises. A crawl that `should_stop` ended raises KeyboardInterrupt.
    """

    units: Sequence[Unit]
    config: Config
    archive_dir: Path
    other_unit_hosts: Mapping[str, str]
    on_unit: OnUnit
    on_progress: OnProgress
    should_stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ReportTask:
    """What scorecards are written from: the head of results.json, the file itself for its units, and their number."""

    out: Path
    header: Mapping[str, Any]
    results: Path
    count: int
    checklist: Checklist
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Tools:
    """The world as a run sees it. `crawl` blocks until all units are done; `now` is the time in UTC.

    `stopping` says whether a person has asked for the end of the run.
    """

    crawl: Callable[[CrawlTask], None]
    reports: Callable[[ReportTask], None]
    now: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    reporter: Reporter = field(default_factory=Quiet)
    judge: Judge = judge_unit
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its folder, units by status, and the number of rejected rows of the register."""

    run_id: str
    out: Path
    statuses: Mapping[str, str]
    rejected: int

    @property
    def complete(self) -> bool:
        """Whether every unit could be looked at and every row of the register was usable."""
        bad = {Status.UNREACHABLE, Status.BLOCKED, Status.ERROR}
        return not self.rejected and not bad & set(self.statuses.values())


# --- the four ways into a run ----------------------------------------------------------------------------------


def audit(
    run_id: str,
    register: Register,
    config: Config,
    out: Path,
    as_of: date,
    tools: Tools,
    *,
    only: Sequence[str] = (),
) -> Outcome:
    """The main job: crawls, judges and reports the units of a register, or `only` those with these ids.

    Raises UsageError (ids that are not in the register, an output folder that is in use or not empty),
    StoreError, ChecklistError before anything is written; RunInterruptedError and RunStoppedError afterwards.
    """
    unknown = [unit_id for unit_id in only if unit_id not in {unit.id for unit in register.units}]
    if unknown:
        raise UsageError(
            f"--only {unknown[0]}: không có đơn vị nào mang mã này trong {register.source}. "
            f"Ví dụ mã đúng: {', '.join(unit.id for unit in register.units[:3])}."
        )
    checklist = load_checklist(config.checklist)
    own_store = store_file(config.store)
    if own_store is not None and own_store.resolve().parent != out.resolve():
        own_store = None
    _check_out(out, own_store)
    with ExitStack() as held:
        if own_store is not None:
            _make_out(out)
        held.enter_context(lock_store(config.store))
        store = held.enter_context(_opened(config.store, create=True))
        held.enter_context(_locked_out(out))
        run = StoredRun(
            id=run_id,
            state=RunState.RUNNING,
            started_at=_stamp(tools.now()),
            finished_at=None,
            as_of=as_of.isoformat(),
            out=str(out.resolve()),
            archive=str((out / ARCHIVE_FOLDER).resolve()),
            program_version=__version__,
            checklist=_reference(checklist),
            config=config.model_dump(mode="json"),
        )
        store.add_run(run, register, frozenset(only) or None)
        held.enter_context(store.claim(run.id))
        return _carry_out(run, register, config, checklist, store, tools)


def resume(run: StoredRun, config: Config, tools: Tools) -> Outcome:
    """Finishes a run: what is stored stays, closed archives are judged, only the other units are crawled."""
    out = Path(run.out)
    checklist = load_checklist(config.checklist)
    if _reference(checklist)["sha256"] != run.checklist["sha256"]:
        raise UsageError(
            f"run {run.id}: bộ tiêu chí đã thay đổi từ khi bắt đầu lần chạy này, nên không thể làm tiếp. "
            "Hãy dùng lại bộ tiêu chí cũ, hoặc chạy «auditor audit» mới."
        )
    if not out.is_dir():
        raise UsageError(f"run {run.id}: không còn thư mục kết quả «{out}», nên không thể làm tiếp.")
    with ExitStack() as held:
        held.enter_context(lock_store(config.store))
        store = held.enter_context(_opened(config.store, create=False))
        held.enter_context(_locked_out(out))
        held.enter_context(store.claim(run.id))
        for unfinished in Path(run.archive).glob("*.open"):
            unfinished.unlink()
        register = store.register(run.id)
        if rules_of(store, run.id).get("rules") != rules(checklist, config, register)["rules"]:
            # One run, one set of rules: what an older program judged is judged again from its archives.
            forget_units(store, run.id)
            store.forget_results(run.id)
        store.set_state(run.id, RunState.RUNNING)
        return _carry_out(run, register, config, checklist, store, tools)


def second_try(run: StoredRun, unit_ids: Sequence[str], config: Config, tools: Tools) -> Outcome:
    """Visits those units of a finished run again that could not be read, and writes its outputs anew."""
    checklist = load_checklist(config.checklist)
    with ExitStack() as held:
        held.enter_context(lock_store(config.store))
        store = held.enter_context(_opened(config.store, create=False))
        held.enter_context(_locked_out(Path(run.out)))
        held.enter_context(store.claim(run.id))
        store.set_state(run.id, RunState.RUNNING)
        try:
            set_aside(store, run, unit_ids)
        except OSError as error:
            raise RunStoppedError(run.id, f"không ghi được vào «{run.archive}» ({error.strerror})") from error
        return _carry_out(run, store.register(run.id), config, checklist, store, tools)


def keep_trying(outcome: Outcome, config: Config, tools: Tools) -> Outcome:
    """The second, third … tries of a run that just ended, as far as they are due or the configuration waits for them.

    While it waits, store and folder are free for others; a person who stops the waiting keeps the finished run.
    """
    while not outcome.complete and not tools.stopping():
        with _opened(config.store, create=False) as store:
            run = store.run(outcome.run_id)
            due = next_try(store, run, config.second_tries.after_minutes) if run is not None else None
        if run is None or due is None:
            break
        moment, unit_ids = due
        if moment > tools.now():
            if not config.second_tries.wait:
                break
            at = f"{moment.astimezone():%H:%M ngày %d/%m/%Y}"
            tools.reporter.said(
                f"{len(unit_ids)} đơn vị chưa đọc được sẽ được thử lại lúc {at}. Bảng điểm đã viết xong."
            )
            while moment > tools.now() and not tools.stopping():
                tools.sleep(min(_NAP_SECONDS, max(0.1, (moment - tools.now()).total_seconds())))
            if tools.stopping():
                break
        outcome = second_try(run, unit_ids, config, tools)
    return outcome


def rescore(run_id: str, old: StoredRun, config: Config, out: Path, tools: Tools) -> Outcome:
    """Judges the stored archives of a run again, as a run of its own, without visiting anyone."""
    checklist = load_checklist(config.checklist)
    if out.resolve() != Path(old.out):
        _check_out(out)
    if not Path(old.archive).is_dir():
        raise UsageError(f"run {old.id}: không còn thư mục lưu trữ «{old.archive}», nên không thể chấm lại.")
    with ExitStack() as held:
        held.enter_context(lock_store(config.store))
        store = held.enter_context(_opened(config.store, create=False))
        held.enter_context(_locked_out(out))
        register = store.register(old.id)
        statuses = store.statuses(old.id)
        run = StoredRun(
            id=run_id,
            state=RunState.RUNNING,
            started_at=_stamp(tools.now()),
            finished_at=None,
            as_of=old.as_of,
            out=str(out.resolve()),
            archive=old.archive,
            program_version=__version__,
            checklist=_reference(checklist),
            config=config.model_dump(mode="json"),
        )
        store.add_run(run, register, frozenset(statuses))
        return _carry_out(run, register, config, checklist, store, tools, visit=False)


def report(run: StoredRun, config: Config, out: Path, tools: Tools) -> Outcome:
    """Writes results.json and the scorecards of a stored run again."""
    checklist = load_checklist(str(run.config["checklist"]))
    if out.resolve() != Path(run.out):
        _check_out(out)
    with ExitStack() as held:
        store = held.enter_context(_opened(config.store, create=False))
        held.enter_context(_locked_out(out))
        return _written(run, out, store.register(run.id), checklist, store, tools)


def is_under_way(run: StoredRun) -> bool:
    """Whether a process of this machine is working at a run; one that only says so was cut off."""
    return run.state is RunState.RUNNING and is_locked(Path(run.out) / _LOCK_FILE)


# --- what they share -------------------------------------------------------------------------------------------


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reference(checklist: Checklist) -> dict[str, str]:
    return {str(key): value for key, value in checklist.reference().items()}


def _check_out(out: Path, own_store: Path | None = None) -> None:
    """Raises UsageError where the run's folder is in the way of something; touches nothing.

    `own_store` is the file of a store that lies in the folder itself.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: đây là một tệp, không phải thư mục. Hãy ghi tên một thư mục mới.")
    try:
        ours = (_LOCK_FILE, own_store.name) if own_store is not None else (_LOCK_FILE,)
        inside = [entry for entry in os.listdir(out) if not entry.startswith(ours)] if out.is_dir() else []
    except OSError as error:
        raise UsageError(f"--out {out}: không đọc được thư mục này ({error.strerror}).") from error
    if inside:
        raise UsageError(
            f"--out {out}: thư mục này đã có dữ liệu ({sorted(inside)[0]} …). Hãy ghi tên một thư mục mới hoặc rỗng; "
            "muốn làm tiếp một lần chạy dở dang thì dùng «auditor resume»."
        )
    existing = out if out.is_dir() else next(parent for parent in out.resolve().parents if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"--out {out}: không có quyền ghi vào «{existing}». Hãy chọn thư mục khác.")


def _make_out(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: không tạo được thư mục ({error.strerror}).") from error


@contextmanager
def _locked_out(out: Path) -> Iterator[None]:
    _make_out(out)
    message = f"--out {out}: đang có một lần chạy khác ghi vào thư mục này. Hãy đợi lần chạy đó xong, hoặc đổi --out."
    with lock(out / _LOCK_FILE, message):
        yield


@contextmanager
def _opened(url: str, *, create: bool) -> Iterator[Store]:
    store = open_store(url, create=create)
    try:
        yield store
    finally:
        store.close()


def _carry_out(
    run: StoredRun,
    register: Register,
    config: Config,
    checklist: Checklist,
    store: Store,
    tools: Tools,
    *,
    visit: bool = True,
) -> Outcome:
    """Crawls and judges what is not stored yet, then writes the outputs; notes how the run ended."""
    try:
        keep_rules(store, run.id, rules(checklist, config, register))
        _work(run, register, config, checklist, store, tools, visit)
        log_file = Path(run.out) / LOG_FILE
        judge_again(
            store,
            Bench(run, register, config, checklist, tools.judge, log_file, tools.stopping, tools.reporter.said),
        )
        finished = _stamp(tools.now())
        done = replace(run, state=RunState.DONE, finished_at=finished)
        outcome = _written(done, Path(run.out), register, checklist, store, tools)
        store.set_state(run.id, RunState.DONE, finished)
        return outcome
    except KeyboardInterrupt as error:
        _note_interrupted(run, store)
        raise RunInterruptedError(run.id) from error
    except StoreLostError as error:
        raise RunStoppedError(run.id, f"nơi lưu không trả lời nữa ({error})") from error
    except OSError as error:
        _note_interrupted(run, store)
        if error.errno in _FULL:
            raise RunStoppedError(run.id, f"ổ đĩa đã đầy hoặc không ghi được ({error.strerror})") from error
        raise
    except Exception:
        _note_interrupted(run, store)
        raise


def _note_interrupted(run: StoredRun, store: Store) -> None:
    try:
        store.set_state(run.id, RunState.INTERRUPTED)
    except StoreLostError:
        log.warning("run %s: the store did not take note of the interruption", run.id)


def _work(
    run: StoredRun,
    register: Register,
    config: Config,
    checklist: Checklist,
    store: Store,
    tools: Tools,
    visit: bool,
) -> None:
    stored = store.statuses(run.id)
    waiting = [unit for unit in register.units if unit.id in stored and stored[unit.id] is None]
    archive = Path(run.archive)
    if visit:
        archive.mkdir(exist_ok=True)
    counts = Counts(len(stored), time.monotonic, time.monotonic(), judged=len(stored) - len(waiting))
    counts.crawled = counts.judged
    tools.reporter.started(run.id, len(stored))
    context = JudgeContext(checklist, config, RegisterIndex.of(register.units), date.fromisoformat(run.as_of))

    witness = Witness(store, run)

    def keep(results: Sequence[Mapping[str, Any]]) -> None:
        store.save_results(run.id, [witness.tell(result) for result in results])
        counts.judged += len(results)
        tools.reporter.moved(counts.snapshot())

    with Judging(context, tools.judge, Path(run.out) / LOG_FILE, keep) as judging:
        to_crawl: list[Unit] = []
        for unit in waiting:
            path = archive / archive_name(unit.id)
            if unit.url is None or not (visit or path.exists()):
                judging.at_once(unit, None)
            elif path.exists():
                judging.submit(unit, path)
            else:
                to_crawl.append(unit)
        counts.crawled = len(stored) - len(to_crawl)
        if to_crawl:
            judging.get_ready()
            _crawl(to_crawl, register, config, archive, counts, judging, tools)
        judging.finish(tools.stopping)
    tools.reporter.finished(counts.snapshot())


def _crawl(
    units: Sequence[Unit],
    register: Register,
    config: Config,
    archive: Path,
    counts: Counts,
    judging: Judging,
    tools: Tools,
) -> None:
    """Crawls the units; a fault in a callback is raised once the crawl has let go."""
    seen: set[str] = set()
    trouble: list[BaseException] = []

    def on_unit(unit: Unit, path: Path) -> None:
        seen.add(unit.id)
        counts.crawled += 1
        _check_disk(archive)
        judging.submit(unit, path)
        judging.drain()

    def on_progress(progress: CrawlProgress) -> None:
        counts.pages = progress.pages
        counts.faults.clear()
        counts.faults.update(progress.faults)
        try:
            judging.drain()
            tools.reporter.moved(counts.snapshot())
        except Exception as error:
            trouble.append(error)

    def should_stop() -> bool:
        return bool(trouble) or tools.stopping()

    hosts = whole_hosts(register.units)
    try:
        tools.crawl(CrawlTask(units, config, archive, hosts, on_unit, on_progress, should_stop))
    except BaseException as error:
        if trouble:
            raise trouble[0] from error
        raise
    if trouble:
        raise trouble[0]
    for unit in units:
        if unit.id not in seen:
            log.error("%s: the crawl ended without an archive", unit.id)
            judging.at_once(unit, None)


def whole_hosts(units: Sequence[Unit]) -> dict[str, str]:
    """Host names that belong to one unit alone. A host whose paths are different units is nobody's."""
    owners: dict[str, str] = {}
    shared: set[str] = set()
    for unit in units:
        if unit.url is None:
            continue
        scope = Scope.of(unit.url)
        if scope.path != "/":
            shared.add(scope.host)
        owners.setdefault(scope.host, unit.id)
    return {host: unit_id for host, unit_id in owners.items() if host not in shared}


def _check_disk(folder: Path) -> None:
    """Raises OSError(ENOSPC) before the last megabytes are gone, so that the store can still be written."""
    if shutil.disk_usage(folder).free < _MIN_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _written(
    run: StoredRun, out: Path, register: Register, checklist: Checklist, store: Store, tools: Tools
) -> Outcome:
    header = results_header(run, register)
    past = Past(store, run, checklist)
    tries = Tries(store, run)

    def stored() -> Iterator[dict[str, Any]]:
        for unit in reviewed_units(store, run, checklist):
            if tools.stopping():
                raise KeyboardInterrupt
            yield tries.with_tries(unit)

    archives: list[dict[str, Any]] = []

    def changed() -> Iterator[dict[str, Any]]:
        for unit in stored():
            write_pictures(unit, Path(run.archive), out)
            if unit.get("archive"):
                archives.append({"unit": unit["id"], **unit["archive"]})
            yield past.with_change(unit)

    write_results(out / RESULTS_FILE, header, keep_published(store, run.id, changed()))
    noted = rules_of(store, run.id)
    hashes = {name: value for name, value in noted.items() if name not in ("manifest", "pruned")}
    about = {"run": header["run"], "rules": hashes, "results": file_sha256(out / RESULTS_FILE)}
    manifest = write_manifest(out / MANIFEST_FILE, about, archives)
    if out.resolve() == Path(run.out):
        keep_rules(store, run.id, {**noted, "manifest": manifest})
    statuses = {unit_id: status or "" for unit_id, status in store.statuses(run.id).items()}
    tools.reports(ReportTask(out, header, out / RESULTS_FILE, len(statuses), checklist, tools.stopping))
    return Outcome(run.id, out, statuses, len(register.rejected))

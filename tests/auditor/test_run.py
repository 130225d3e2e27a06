"""Runs: no unit is lost, none is done twice, and whatever stops a run leaves it resumable."""

from __future__ import annotations

import errno
import json
import multiprocessing
import threading
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import run as runs
from auditor.archive import ArchiveWriter, archive_name
from auditor.config import Config
from auditor.model import CrawlEnd, Status, StoppedBy
from auditor.register import Register
from auditor.results import read_units, results_schema
from auditor.run import CrawlTask, Outcome, ReportTask, RunInterruptedError, RunStoppedError, UsageError
from auditor.store import RunState, Store, StoredRun, StoreError, StoreLostError, lock, lock_store, open_store
from tests.auditor.judges import (
    judge_that_always_dies,
    judge_that_dies_once,
    judge_that_hangs,
    judge_that_raises,
    judge_with_much_to_say,
)
from tests.auditor.run_maker import FakeCrawl, Progress, config_in, register_of, tools_of
from tests.spiders.web import wait_for

DAY = date(2026, 10, 20)


def audited(
    folder: Path, crawl: Any, *, register: Register | None = None, config: Config | None = None, **changes: Any
) -> Outcome:
    only = changes.pop("only", ())
    return runs.audit(
        "r1",
        register or register_of(5),
        config or config_in(folder),
        folder / "out",
        DAY,
        tools_of(crawl, **changes),
        only=only,
    )


def results(folder: Path, out: str = "out") -> Any:
    return json.loads((folder / out / "results.json").read_text(encoding="utf-8"))


def without_archives(found: Any) -> list[dict[str, Any]]:
    """The units without the hashes of their archives, which hold times and identifiers of their own."""
    return [{name: value for name, value in unit.items() if name != "archive"} for unit in found["units"]]


def stored(folder: Path, run_id: str = "r1") -> StoredRun:
    store = open_store(config_in(folder).store, create=False)
    try:
        found = store.run(run_id)
        assert found is not None
        return found
    finally:
        store.close()


def stored_units(folder: Path) -> list[str]:
    store = open_store(config_in(folder).store, create=False)
    try:
        return [unit for unit, status in store.statuses("r1").items() if status is not None]
    finally:
        store.close()


def statuses(folder: Path) -> dict[str, str]:
    return {unit["id"]: unit["status"] for unit in results(folder)["units"]}


def test_every_unit_is_in_the_results_once_and_in_the_order_of_the_register(tmp_path: Path) -> None:
    crawl = FakeCrawl()
    outcome = audited(tmp_path, crawl, register=register_of(6, without_website=2, rejected=True))
    found = results(tmp_path)
    jsonschema.Draft202012Validator(results_schema()).validate(found)
    assert [unit["id"] for unit in found["units"]] == [f"U{index}" for index in range(6)]
    assert crawl.crawled == ["U0", "U1", "U2", "U3"]
    assert found["units"][5]["status"] == "no_website"
    assert found["register"]["rejected"] == [{"row": 99, "reason": "thiếu tên đơn vị", "id": "", "name": ""}]
    assert found["run"]["finished_at"] > found["run"]["started_at"]
    assert (outcome.complete, outcome.rejected) == (False, 1)
    assert stored(tmp_path).state is RunState.DONE


def test_a_run_without_faults_is_complete_even_where_a_unit_has_no_website(tmp_path: Path) -> None:
    assert audited(tmp_path, FakeCrawl()).complete


def test_only_some_units(tmp_path: Path) -> None:
    crawl = FakeCrawl()
    audited(tmp_path, crawl, only=["U2", "U4"])
    assert statuses(tmp_path) == {"U2": "audited", "U4": "no_website"}
    assert crawl.crawled == ["U2"]


@pytest.mark.parametrize("stop_after", [0, 2, 4])
def test_a_stopped_run_is_finished_by_resume_without_loss_or_repetition(tmp_path: Path, stop_after: int) -> None:
    crawl = FakeCrawl(stop_after, KeyboardInterrupt()) if stop_after < 4 else FakeCrawl()
    changes: dict[str, Any] = {} if stop_after < 4 else {"stopping": lambda: len(crawl.crawled) == 4}
    with pytest.raises(RunInterruptedError) as caught:
        audited(tmp_path, crawl, **changes)
    assert caught.value.run_id == "r1"
    assert stored(tmp_path).state is RunState.INTERRUPTED
    assert not (tmp_path / "out" / "results.json").exists()
    later = FakeCrawl()
    runs.resume(stored(tmp_path), config_in(tmp_path), tools_of(later))
    assert crawl.crawled + later.crawled == ["U0", "U1", "U2", "U3"]
    assert not list((tmp_path / "out" / "archive").glob("*.open"))
    resumed = results(tmp_path)
    whole = tmp_path / "whole"
    whole.mkdir()
    audited(whole, FakeCrawl())
    assert without_archives(resumed) == without_archives(results(whole))


def test_resume_judges_what_was_crawled_but_not_judged(tmp_path: Path) -> None:
    with pytest.raises(RunInterruptedError):
        audited(tmp_path, FakeCrawl(3, KeyboardInterrupt()), judge=judge_that_hangs)
    crawl = FakeCrawl()
    runs.resume(stored(tmp_path), config_in(tmp_path), tools_of(crawl))
    assert crawl.crawled == ["U3"]
    assert set(statuses(tmp_path).values()) == {"audited", "no_website"}


def test_no_judging_process_outlives_an_interrupted_run(tmp_path: Path) -> None:
    with pytest.raises(RunInterruptedError):
        audited(tmp_path, FakeCrawl(3, KeyboardInterrupt()), judge=judge_that_hangs)
    wait_for(lambda: not multiprocessing.active_children())


def test_an_interrupted_run_ends_though_a_result_was_half_sent(tmp_path: Path) -> None:
    busy: list[threading.Thread] = []

    def crawl(task: CrawlTask) -> None:
        for unit in task.units:
            ArchiveWriter(path := task.archive_dir / archive_name(unit.id), unit, {}).close(
                CrawlEnd(Status.AUDITED, "complete", StoppedBy.COMPLETE)
            )
            task.on_unit(unit, path)
        busy.extend(set(threading.enumerate()) - before)
        while len(stored_units(tmp_path)) < 2:
            task.on_progress(Progress())
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    with pytest.raises(RunInterruptedError):
        audited(tmp_path, crawl, register=register_of(20), judge=judge_with_much_to_say)
    assert busy
    wait_for(lambda: not any(thread.is_alive() for thread in busy))


def test_a_judging_process_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    audited(tmp_path, FakeCrawl(), judge=judge_that_dies_once)
    assert (tmp_path / "died").exists()
    assert set(statuses(tmp_path).values()) == {"audited", "no_website"}


@pytest.mark.parametrize(
    ("judge", "limit"), [(judge_that_always_dies, 600.0), (judge_that_raises, 600.0), (judge_that_hangs, 1.0)]
)
def test_a_unit_that_cannot_be_judged_is_our_error_and_the_others_lose_nothing(
    tmp_path: Path, judge: Any, limit: float
) -> None:
    outcome = audited(tmp_path, FakeCrawl(), config=config_in(tmp_path, max_seconds=limit), judge=judge)
    found = statuses(tmp_path)
    assert found.pop("U1") == "error"
    assert set(found.values()) == {"audited", "no_website"}
    assert not outcome.complete


def test_a_unit_that_the_crawl_forgot_is_an_error_not_a_gap(tmp_path: Path) -> None:
    audited(tmp_path, lambda task: None)
    assert statuses(tmp_path) == {"U0": "error", "U1": "error", "U2": "error", "U3": "error", "U4": "no_website"}


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_in_the_crawl_stops_the_run_resumably(tmp_path: Path) -> None:
    with pytest.raises(RunStoppedError, match="ổ đĩa"):
        audited(tmp_path, FakeCrawl(2, full()))
    runs.resume(stored(tmp_path), config_in(tmp_path), tools_of(FakeCrawl()))
    assert len(statuses(tmp_path)) == 5


def test_a_full_disk_while_reports_are_written_stops_the_run_resumably(tmp_path: Path) -> None:
    def no_room(task: ReportTask) -> None:
        raise full()

    with pytest.raises(RunStoppedError):
        audited(tmp_path, FakeCrawl(), reports=no_room)
    assert stored(tmp_path).state is RunState.INTERRUPTED
    crawl = FakeCrawl()
    runs.resume(stored(tmp_path), config_in(tmp_path), tools_of(crawl))
    assert crawl.crawled == []
    assert stored(tmp_path).state is RunState.DONE


def test_nearly_no_room_stops_before_the_store_is_harmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_MIN_FREE_BYTES", 10**18)
    with pytest.raises(RunStoppedError):
        audited(tmp_path, FakeCrawl())
    assert stored(tmp_path).state is RunState.INTERRUPTED


def test_a_lost_store_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise StoreLostError("gone")

    monkeypatch.setattr(Store, "save_results", lost)
    with pytest.raises(RunStoppedError, match="nơi lưu"):
        audited(tmp_path, FakeCrawl())


def test_a_store_lost_between_two_units_ends_the_crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise StoreLostError("gone")

    def crawl_without_end(task: CrawlTask) -> None:
        for _ in range(100):
            task.on_progress(Progress())
            if task.should_stop():
                raise KeyboardInterrupt
        pytest.fail("the crawl went on without a store")

    monkeypatch.setattr(Store, "save_results", lost)
    with pytest.raises(RunStoppedError, match="nơi lưu"):
        audited(tmp_path, crawl_without_end)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_an_output_folder_with_something_in_it_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "bai-viet.docx").write_text("x")
    with pytest.raises(UsageError, match=r"bai-viet\.docx"):
        audited(tmp_path, FakeCrawl())
    assert listing(tmp_path) == ["bai-viet.docx", "out"]


def test_an_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(UsageError, match="tệp"):
        audited(tmp_path, FakeCrawl())
    assert listing(tmp_path) == ["out"]


def test_an_unknown_unit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"XX.*U0"):
        audited(tmp_path, FakeCrawl(), only=["U1", "XX"])
    assert listing(tmp_path) == []


def test_a_second_run_in_a_store_or_folder_in_use_is_refused(tmp_path: Path) -> None:
    with lock_store(config_in(tmp_path).store), pytest.raises(StoreError, match="lần chạy khác"):
        audited(tmp_path, FakeCrawl())
    (tmp_path / "out").mkdir()
    with lock(tmp_path / "out" / ".auditor.lock", "x"), pytest.raises(StoreError, match="lần chạy khác"):
        audited(tmp_path, FakeCrawl())
    assert audited(tmp_path, FakeCrawl()).complete


def test_a_run_is_not_taken_up_with_another_checklist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunInterruptedError):
        audited(tmp_path, FakeCrawl(1, KeyboardInterrupt()))
    monkeypatch.setattr(runs, "_reference", lambda checklist: {"id": "x", "version": "2", "sha256": "other"})
    with pytest.raises(UsageError, match="bộ tiêu chí đã thay đổi"):
        runs.resume(stored(tmp_path), config_in(tmp_path), tools_of(FakeCrawl()))


def no_crawl(task: CrawlTask) -> None:
    pytest.fail("somebody was visited")


def test_rescore_visits_nobody_and_finds_the_same(tmp_path: Path) -> None:
    audited(tmp_path, FakeCrawl(), register=register_of(5, rejected=True), only=["U0", "U2", "U4"])
    before = results(tmp_path)
    runs.rescore("r2", stored(tmp_path), config_in(tmp_path), tmp_path / "again", tools_of(no_crawl))
    after = results(tmp_path, "again")
    assert without_change(after) == without_change(before)
    assert {unit["change"]["points"] for unit in after["units"] if unit.get("change")} <= {0.0, None}
    assert after["register"] == before["register"]
    assert (after["run"]["id"], after["run"]["as_of"]) == ("r2", before["run"]["as_of"])
    assert not (tmp_path / "again" / "archive").exists()
    # and once more from the rescored run, into its own folder
    runs.rescore("r3", stored(tmp_path, "r2"), config_in(tmp_path), tmp_path / "again", tools_of(no_crawl))
    assert without_change(results(tmp_path, "again")) == without_change(before)


def without_change(result: Any) -> list[dict[str, Any]]:
    """The units of results.json without what they tell of the run before."""
    return [{name: value for name, value in unit.items() if name != "change"} for unit in result["units"]]


def test_rescore_of_a_run_whose_archive_is_gone(tmp_path: Path) -> None:
    audited(tmp_path, FakeCrawl())
    (tmp_path / "out" / "archive").rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="không còn thư mục lưu trữ"):
        runs.rescore("r2", stored(tmp_path), config_in(tmp_path), tmp_path / "again", tools_of(no_crawl))
    assert not (tmp_path / "again").exists()


def test_report_writes_the_same_results_again(tmp_path: Path) -> None:
    audited(tmp_path, FakeCrawl())
    path = tmp_path / "out" / "results.json"
    before = path.read_bytes()
    path.unlink()
    seen: list[str] = []

    def reports(task: ReportTask) -> None:
        seen.extend(unit["page"] for unit in read_units(task.results))
        assert len(seen) == task.count

    runs.report(stored(tmp_path), config_in(tmp_path), tmp_path / "out", tools_of(no_crawl, reports=reports))
    assert path.read_bytes() == before
    assert len(seen) == 5

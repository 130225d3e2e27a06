"""Proof and retention: what was touched is named, and nothing that somebody relies on is ever cleared."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor import run as runs
from auditor.archive import archive_name, scans_path
from auditor.checklist import load_checklist
from auditor.config import Config
from auditor.history import Bench, rules_of
from auditor.judge import JudgeContext
from auditor.model import Unit
from auditor.prune import Prunable, prunable, prune
from auditor.reviews import Entry, EntryKind, record
from auditor.store import RunState, Store, StoreError, open_store
from auditor.verify import EXPECTED, Found, Proof, Trouble, verify
from tests.auditor.judges import quick_judge
from tests.auditor.run_maker import FakeCrawl, config_in, register_of, tools_of
from tests.auditor.test_store import by_hand

DAYS = {"r1": date(2026, 9, 20), "r2": date(2026, 10, 20)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two finished runs, r1 and r2: what the tests here work on copies of."""
    folder = tmp_path_factory.mktemp("made")
    for run_id, day in DAYS.items():
        runs.audit(run_id, register_of(4), one_process(folder), folder / run_id, day, tools_of(FakeCrawl()))
    return folder


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Config:
    """The configuration of a copy of the two runs in the test's own folder."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    found = one_process(tmp_path)
    columns = ", ".join(f"{name} = replace({name}, '{made}', '{tmp_path}')" for name in ("out", "archive"))
    by_hand(found.store, f"UPDATE runs SET {columns}, started_at = started_at || id")
    return found


def one_process(folder: Path) -> Config:
    return config_in(folder, processes=1)


def other_judge(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Judges U1 otherwise than the run did."""
    return {**quick_judge(path, unit, context), **({"district": "Quận 9"} if unit.id == "U1" else {})}


def bench(store: Store, config: Config, folder: Path, judge: Any = quick_judge) -> Bench:
    run = store.run("latest")
    assert run is not None
    checklist = load_checklist(config.checklist)
    return Bench(run, store.register(run.id), config, checklist, judge, folder / "log", lambda: False)


def troubles(folder: Path, config: Config, proof: Proof | None = None, **options: Any) -> list[Found]:
    store = open_store(config.store)
    try:
        judge = options.pop("judge_with", quick_judge)
        return list(verify(store, bench(store, config, folder, judge), proof or Proof(), **options))
    finally:
        store.close()


def test_an_untouched_run_is_proved(tmp_path: Path, config: Config) -> None:
    proof = Proof()
    assert troubles(tmp_path, config, proof) == []
    assert (proof.archives, proof.judged, proof.same, list(proof.parts)) == (3, 3, 3, [])
    assert proof.bytes > 0


def test_what_was_touched_is_named(tmp_path: Path, config: Config) -> None:
    archive = tmp_path / "r2" / "archive"
    with (archive / archive_name("U0")).open("ab") as stream:
        stream.write(b"\0")
    (archive / archive_name("U2")).unlink()
    results = tmp_path / "r2" / "results.json"
    results.write_text(results.read_text(encoding="utf-8").replace("audited", "partial"), encoding="utf-8")
    assert troubles(tmp_path, config, judge=False) == [
        Found(Trouble.RESULTS_CHANGED),
        Found(Trouble.ARCHIVE_CHANGED, "U0"),
        Found(Trouble.ARCHIVE_MISSING, "U2"),
    ]
    manifest = tmp_path / "r2" / "manifest.json"
    changed = json.loads(manifest.read_text(encoding="utf-8"))
    changed["run"]["as_of"] = "2026-01-01"
    manifest.write_text(json.dumps(changed), encoding="utf-8")
    assert troubles(tmp_path, config, judge=False)[0] == Found(Trouble.MANIFEST_CHANGED)
    manifest.unlink()
    assert troubles(tmp_path, config, judge=False)[0] == Found(Trouble.MANIFEST_MISSING)


def test_a_verdict_that_cannot_be_reproduced_is_named(tmp_path: Path, config: Config) -> None:
    proof = Proof()
    found = troubles(tmp_path, config, proof, judge_with=other_judge)
    assert found == [Found(Trouble.VERDICTS_DIFFER, "U1")]
    assert (proof.judged, proof.same) == (3, 2)


def test_another_configuration_of_judging_is_told(tmp_path: Path, config: Config) -> None:
    proof = Proof()
    troubles(tmp_path, config.model_copy(update={"city": "hanoi"}), proof, judge=False)
    assert list(proof.parts) == ["judging"]


def test_text_that_ocr_read_later_is_no_forgery(tmp_path: Path, config: Config) -> None:
    scans = scans_path(tmp_path / "r2" / "archive" / archive_name("U0"))
    scans.write_text("{}", encoding="utf-8")
    found = troubles(tmp_path, config, judge=False)
    assert found == [Found(Trouble.SCANS_READ_LATER, "U0")]
    assert found[0].trouble in EXPECTED


# --- retention -------------------------------------------------------------------------------------------------


def dispute(store: Store, run_id: str, unit_id: str) -> None:
    run = store.run(run_id)
    assert run is not None
    entry = Entry(
        unit_id, "1.1", EntryKind.DISPUTE, run_id, run.started_at, "c", "Có mục này", "Hiệu trưởng", "fail", "0" * 64,
        "test", "2026-10-21T00:00:00Z", address="http://u1.edu.vn/x",
    )  # fmt: skip
    record(store, [entry])


def cleared(store: Store, before: str) -> list[Prunable]:
    return list(prunable(store, date.fromisoformat(before)))


def test_old_archives_go_but_not_the_disputed_nor_the_newest(tmp_path: Path, config: Config) -> None:
    store = open_store(config.store)
    dispute(store, "r1", "U1")
    assert cleared(store, "2026-09-20") == []
    (found,) = cleared(store, "2027-01-01")
    assert [run.id for run in found.runs] == ["r1"]
    assert [unit_id for unit_id, _ in found.files] == ["U0", "U2"]
    assert found.kept == ("U1",)
    before = list(store.results("r1"))
    prune(store, found)
    left = sorted(path.name for path in (tmp_path / "r1" / "archive").iterdir())
    assert left == [archive_name("U1")]
    assert list(store.results("r1")) == before, "results and history stay"
    assert len(list((tmp_path / "r2" / "archive").iterdir())) == 3
    assert rules_of(store, "r1")["pruned"] == ["U0", "U2"]
    assert cleared(store, "2027-01-01") == []
    store.close()


def test_archives_that_a_rescored_run_stands_on_are_not_cleared_with_the_old_run(
    tmp_path: Path, config: Config
) -> None:
    store = open_store(config.store)
    old = store.run("r1")
    assert old is not None
    store.add_run(replace(old, id="again", as_of="2026-12-20", out=str(tmp_path / "again")), store.register("r1"))
    assert cleared(store, "2026-10-01") == []
    store.close()


def test_an_interrupted_run_keeps_its_archives(tmp_path: Path, config: Config) -> None:
    store = open_store(config.store)
    store.set_state("r1", RunState.INTERRUPTED)
    assert cleared(store, "2027-01-01") == []
    store.close()


def test_two_machines_cannot_work_at_one_run(postgresql: Any) -> None:
    url = postgresql.new_database()
    one, other = open_store(url), open_store(url)
    with one.claim("r1"):
        with pytest.raises(StoreError, match="máy khác"), other.claim("r1"):
            pytest.fail("the run was given twice")
        with other.claim("r2"):
            pass
    with other.claim("r1"):
        pass
    one.close()
    other.close()


def test_a_run_that_a_newer_program_takes_up_is_judged_by_one_set_of_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = one_process(tmp_path)
    with pytest.raises(runs.RunInterruptedError):
        runs.audit(
            "r1", register_of(5), config, tmp_path / "r1", date(2026, 10, 20),
            tools_of(FakeCrawl(2, KeyboardInterrupt()), judge=other_judge),
        )  # fmt: skip
    store = open_store(config.store)
    run = store.run("r1")
    assert run is not None
    store.close()
    later = FakeCrawl()
    runs.resume(run, config.model_copy(update={"city": "hanoi"}), tools_of(later))
    assert later.crawled == ["U2", "U3"], "nobody is visited twice"
    results = json.loads((tmp_path / "r1" / "results.json").read_text(encoding="utf-8"))
    assert [unit["district"] for unit in results["units"]] == [None] * 5

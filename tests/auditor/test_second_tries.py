"""A portal that is down for one night is not reported as down: it is tried again, and every try is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import run as runs
from auditor.archive import ArchiveWriter, archive_name
from auditor.config import Config
from auditor.model import CrawlEnd, Status, StoppedBy
from auditor.results import results_schema
from auditor.run import CrawlTask, Outcome, RunInterruptedError, Tools
from auditor.second_tries import host_note
from auditor.store import RunState, open_store
from tests.auditor.judges import judge_by_end
from tests.auditor.run_maker import config_in, no_reports, register_of

DAY = date(2026, 10, 20)


class World:
    """A clock that only sleeping moves, and portals that answer from some try on; `downs`: unit to causes by try."""

    def __init__(self, downs: Mapping[str, Sequence[str]]) -> None:
        self.moment = datetime(2026, 10, 20, 1, 0, tzinfo=UTC)
        self.visits: list[tuple[str, str]] = []
        self.slept = 0.0
        self.stopped = False
        self._downs = {unit_id: list(causes) for unit_id, causes in downs.items()}

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.moment += timedelta(seconds=max(seconds, 60))

    def crawl(self, task: CrawlTask) -> None:
        for unit in task.units:
            at = f"{self.moment:%Y-%m-%dT%H:%M:%SZ}"
            self.visits.append((unit.id, at))
            path = task.archive_dir / archive_name(unit.id)
            left = self._downs.get(unit.id, [])
            if left and left[0] == "stop":
                left.pop(0)
                raise KeyboardInterrupt
            writer = ArchiveWriter(path, unit, {})
            if left:
                cause = left.pop(0)
                status = Status.BLOCKED if cause.startswith("robots") else Status.UNREACHABLE
                writer.close(CrawlEnd(status, cause, StoppedBy.UNREACHABLE, started_at=at, finished_at=at))
            else:
                writer.close(CrawlEnd(Status.AUDITED, "complete", StoppedBy.COMPLETE, started_at=at, finished_at=at))
            task.on_unit(unit, path)

    def tools(self) -> Tools:
        return Tools(
            crawl=self.crawl, reports=no_reports, now=self.now, judge=judge_by_end, sleep=self.sleep,
            stopping=lambda: self.stopped,
        )  # fmt: skip


def config_of(folder: Path, after: Sequence[float], *, wait: bool) -> Config:
    config = config_in(folder, processes=1)
    tries = config.second_tries.model_copy(update={"after_minutes": list(after), "wait": wait})
    return config.model_copy(update={"second_tries": tries})


def audited(folder: Path, world: World, config: Config) -> Outcome:
    outcome = runs.audit("r1", register_of(3, without_website=0), config, folder / "out", DAY, world.tools())
    return runs.keep_trying(outcome, config, world.tools())


def units(folder: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, results_schema())
    return {unit["id"]: unit for unit in found["units"]}


def test_a_portal_that_is_up_the_next_night_is_audited(tmp_path: Path) -> None:
    world = World({"U1": ["timeout", "http_503"]})
    outcome = audited(tmp_path, world, config_of(tmp_path, [240, 1440], wait=True))
    assert outcome.complete
    assert [unit_id for unit_id, _ in world.visits] == ["U0", "U1", "U2", "U1", "U1"]
    unit = units(tmp_path)["U1"]
    assert unit["status"] == "audited"
    assert [(one["at"], one["reason"]) for one in unit["attempts"]] == [
        ("2026-10-20T01:00:00Z", "timeout"),
        ("2026-10-20T05:00:00Z", "http_503"),
        ("2026-10-21T05:00:00Z", "complete"),
    ]
    assert "host_note" not in unit
    assert "attempts" not in units(tmp_path)["U0"]
    tries = tmp_path / "out" / "archive" / "tries"
    assert len(list(tries.glob("*.warc.gz"))) == 2, "what was met is kept"


def test_a_portal_that_stays_down_is_reported_with_every_try_and_a_note_to_its_host(tmp_path: Path) -> None:
    world = World({"U0": ["dns", "refused"]})
    outcome = audited(tmp_path, world, config_of(tmp_path, [60], wait=True))
    assert not outcome.complete
    unit = units(tmp_path)["U0"]
    assert [one["reason"] for one in unit["attempts"]] == ["dns", "refused"]
    note = unit["host_note"]
    assert "Trường THCS Số 0" in note
    assert "http://u0.edu.vn/ 2 lần" in note
    assert "08:00 ngày 20/10/2026: không tìm thấy tên miền (DNS)" in note, "hours are those of Viet Nam"
    assert "09:00 ngày 20/10/2026: máy chủ từ chối kết nối" in note
    assert "tường lửa" in note, "it says what to do about the last cause"


def test_by_default_nobody_waits(tmp_path: Path) -> None:
    world = World({"U1": ["timeout"]})
    config = config_in(tmp_path, processes=1)
    outcome = audited(tmp_path, world, config)
    assert not outcome.complete
    assert world.slept == 0
    assert len(world.visits) == 3


def test_what_is_due_when_the_others_are_done_is_tried_without_waiting(tmp_path: Path) -> None:
    world = World({"U1": ["timeout"]})
    outcome = audited(tmp_path, world, config_of(tmp_path, [0], wait=False))
    assert outcome.complete
    assert world.slept == 0


def test_what_another_night_does_not_change_is_not_tried_again(tmp_path: Path) -> None:
    world = World({"U1": ["robots_forbid"], "U2": ["redirects_to_other_unit"]})
    audited(tmp_path, world, config_of(tmp_path, [0], wait=True))
    assert len(world.visits) == 3
    assert "host_note" not in units(tmp_path)["U1"]


def test_a_second_try_that_is_cut_off_is_resumed(tmp_path: Path) -> None:
    world = World({"U0": ["timeout"], "U1": ["timeout", "stop"]})
    config = config_of(tmp_path, [60], wait=True)
    with pytest.raises(RunInterruptedError):
        audited(tmp_path, world, config)
    store = open_store(config.store)
    run = store.run("r1")
    store.close()
    assert run is not None
    assert run.state is RunState.INTERRUPTED
    outcome = runs.resume(run, config, world.tools())
    assert outcome.complete
    assert [unit_id for unit_id, _ in world.visits] == ["U0", "U1", "U2", "U0", "U1", "U1"]
    assert [one["reason"] for one in units(tmp_path)["U1"]["attempts"]] == ["timeout", "complete"]


def test_a_person_who_stops_the_waiting_keeps_the_finished_run(tmp_path: Path) -> None:
    world = World({"U1": ["timeout", "timeout"]})
    config = config_of(tmp_path, [60], wait=True)
    outcome = runs.audit("r1", register_of(3), config, tmp_path / "out", DAY, world.tools())

    def stop(seconds: float) -> None:
        world.stopped = True

    world.sleep = stop  # type: ignore[method-assign]
    assert runs.keep_trying(outcome, config, world.tools()) == outcome
    store = open_store(config.store)
    run = store.run("r1")
    store.close()
    assert run is not None
    assert run.state is RunState.DONE


@pytest.mark.parametrize(
    "reason", ["dns", "refused", "timeout", "reset", "tls", "http_503", "challenge", "bad_response"]
)
def test_the_note_to_the_host_says_what_was_met_and_what_to_do(reason: str) -> None:
    unit = {"name": "Trường A", "url": "http://a.edu.vn/"}
    note = host_note(unit, [{"at": None, "status": "unreachable", "reason": reason}], "2026-10-20")
    assert "{" not in note
    assert "Đề nghị" in note
    assert "20/10/2026" in note
    assert ("503" in note) == (reason == "http_503")

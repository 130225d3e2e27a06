"""A unit through the runs, on each kind of database: compared with the right one, under whatever id it stood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from auditor.changes import trimmed
from auditor.history import (
    Past,
    keep_published,
    note_same,
    unit_history,
    unit_through_time,
)
from auditor.model import Kind, Unit
from auditor.register import Register
from auditor.store import RunState, Store, StoredRun, open_store
from tests.auditor.test_changes import CHECKLIST, FIRST, item, unit
from tests.auditor.test_store import run_named

NAME = "Trường THCS Một"


def register(*ids: str, url: str = "http://a.edu.vn/") -> Register:
    return Register("a.csv", tuple(Unit(unit_id, NAME, Kind.THCS, url, row=2) for unit_id in ids), (), ())


def published(store: Store, run_id: str, as_of: str, *units: dict[str, Any], started: str = "01") -> StoredRun:
    """A finished run with these units, published."""
    run = replace(run_named(run_id, f"{as_of}T{started}:00:00Z"), state=RunState.DONE, as_of=as_of)
    store.add_run(run, register(*(one["id"] for one in units)))
    store.save_results(run_id, [{"name": NAME, "url": "http://a.edu.vn/", **one} for one in units])
    past = Past(store, run, CHECKLIST)
    list(keep_published(store, run_id, (past.with_change(one) for one in store.results(run_id))))
    return run


def changed(store: Store, run_id: str, unit_id: str = "U") -> dict[str, Any]:
    with store.reading() as connection:
        text = connection.execute(
            sa.select(unit_history.c.change).where(unit_history.c.run_id == run_id, unit_history.c.unit_id == unit_id)
        ).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


@pytest.fixture
def store(store_url: str) -> Any:
    """An open store of each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()


FALLEN = unit([item(FIRST, "fail", "not_found")])
UNREAD = unit([item(row.id, "undetermined", "unreachable") for row in CHECKLIST.items], status="unreachable")


def test_a_unit_is_compared_with_its_last_result_that_has_points(store: Store) -> None:
    published(store, "m1", "2026-09-05", unit([]))
    published(store, "m2", "2026-10-05", UNREAD)
    published(store, "m3", "2026-11-05", FALLEN)
    assert changed(store, "m1") == {}
    assert changed(store, "m2")["points"] is None
    third = changed(store, "m3")
    assert third["run"] == "m1"
    assert third["points"] == pytest.approx(third["after"] - third["before"])
    assert [one["as_of"] for one in third["history"]] == ["2026-09-05", "2026-10-05", "2026-11-05"]
    assert third["history"][1]["points"] is None


def test_a_day_that_was_judged_twice_counts_once_and_the_later_judgement_counts(store: Store) -> None:
    published(store, "m1", "2026-09-05", unit([]))
    published(store, "again", "2026-09-05", FALLEN, started="02")
    published(store, "m2", "2026-10-05", FALLEN)
    found = changed(store, "m2")
    assert found["run"] == "again"
    assert found["points"] == 0
    assert len(found["history"]) == 2
    late = published(store, "late", "2026-09-05", unit([]), started="09")
    assert changed(store, "late")["run"] == "again", "an old day judged again is not compared with later months"
    assert [run.id for run in Past(store, late, CHECKLIST).runs] == ["again", "m1"]


def test_a_run_that_was_not_finished_is_nobodys_past(store: Store) -> None:
    published(store, "m1", "2026-09-05", unit([]))
    store.set_state("m1", RunState.INTERRUPTED)
    published(store, "m2", "2026-10-05", FALLEN)
    assert changed(store, "m2") == {}


def test_a_unit_keeps_its_past_under_a_new_id_once_a_person_says_so(store: Store) -> None:
    published(store, "m1", "2026-09-05", unit([]))
    run = published(store, "m2", "2026-10-05", {**FALLEN, "id": "V"})
    stored = store.result("m2", "V")
    assert stored is not None
    proposals = Past(store, run, CHECKLIST).with_change(stored)["proposals"]
    assert len(proposals) == 1
    assert "(mã U)" in proposals[0]
    assert "change" not in Past(store, run, CHECKLIST).with_change(stored)
    note_same(store, "V", "U")
    known = Past(store, run, CHECKLIST).with_change(stored)
    assert "proposals" not in known
    assert known["change"]["was"] == {"id": "U"}
    assert [run_id for _, run_id, _ in unit_through_time(store, "V")] == ["m1", "m2"]


def test_ids_that_refer_to_each_other_end(store: Store) -> None:
    note_same(store, "A", "B")
    note_same(store, "B", "A")
    assert Past(store, run_named("r"), CHECKLIST).ids("A") == ["A", "B"]


def test_what_judging_again_found_is_used(store: Store) -> None:
    published(store, "m1", "2026-09-05", unit([]))
    run = published(store, "m2", "2026-10-05", FALLEN)
    assert [cause["cause"] for cause in changed(store, "m2")["causes"]] == ["mixed"]

    with store.transaction() as connection:
        connection.execute(
            unit_history.update()
            .where(unit_history.c.run_id == "m2")
            .values(base_run="m1", base_unit="U", by_rules=json.dumps(trimmed(FALLEN)), complete=True)
        )
    stored = store.result("m2", "U")
    assert stored is not None
    change = Past(store, run, CHECKLIST).with_change(stored)["change"]
    assert [cause["cause"] for cause in change["causes"]] == ["rules"]

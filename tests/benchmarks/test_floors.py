"""Floors hold what was reached: one that sinks by itself, or that nothing can break, guards nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.floors import Floor, broken, item_order, measured, raised, read_floors, write_floors


@dataclass(frozen=True)
class _Judged:
    collection: str
    item: str
    outcome: str


def _rows(**outcomes: int) -> list[_Judged]:
    return [_Judged("mau", "1.1", outcome) for outcome, count in outcomes.items() for _ in range(count)]


def test_what_is_measured_is_rounded_to_the_lenient_side() -> None:
    reached = measured(_rows(right=2, abstention=1))
    assert (reached.accuracy, reached.abstentions, reached.items) == (0.6666, 0.3334, {"1.1": 0.6666})
    assert not broken(_rows(right=2, abstention=1), {"mau": reached})


@pytest.mark.parametrize(
    ("floor", "told"),
    [
        (Floor(accuracy=0.8), "mau: 0.7000 right, the floor is 0.8000"),
        (Floor(false_fails=0), "mau: 1 false fails, at most 0 are allowed"),
        (Floor(abstentions=0.1), "mau: 0.2000 abstentions, at most 0.1000 are allowed"),
        (Floor(items={"1.1": 0.75, "1.2": 1.0}), "mau 1.1: 0.7000 right, the floor is 0.7500"),
    ],
)
def test_every_limit_can_be_broken(floor: Floor, told: str) -> None:
    assert broken(_rows(right=7, false_fail=1, abstention=2), {"mau": floor}) == [told]


def test_floors_only_tighten() -> None:
    good = raised(_rows(right=9, abstention=1), {})
    assert good == {"mau": Floor(0.9, 0, 0.1, {"1.1": 0.9})}
    assert raised(_rows(right=5, false_fail=3, abstention=2), good) == good
    assert raised(_rows(right=10), good) == {"mau": Floor(1.0, 0, 0.0, {"1.1": 1.0})}


def test_a_collection_that_was_not_measured_keeps_its_floor(tmp_path: Path) -> None:
    floors = {"khac": Floor(0.9, 0, 0.05, {"2.10.a": 0.5, "2.9": 1.0})}
    path = tmp_path / "floors.yaml"
    write_floors(raised(_rows(right=1), floors), path)
    read = read_floors(path)
    assert read["khac"] == floors["khac"]
    assert list(read["khac"].items) == ["2.9", "2.10.a"]
    assert read["mau"].accuracy == 1.0


def test_items_stand_in_the_order_of_the_checklist() -> None:
    ids = ["4.2", "2.10.a", "2.9", "2.3.b", "3", "2.3.a", "1.1"]
    assert sorted(ids, key=item_order) == ["1.1", "2.3.a", "2.3.b", "2.9", "2.10.a", "3", "4.2"]

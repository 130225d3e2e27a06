"""The figures of the summaries can be redone by hand from the unit objects."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checklist import Checklist
from auditor.scoring import score_unit
from reports.digest import Tallies, Tally, points_to_gain, sum_lines, unit_line
from tests.reports import specimens


def test_a_line_holds_the_unit_s_figures(checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    line = unit_line(unit, [axis.id for axis in checklist.axes])
    assert line.points == unit["total"]["points"]
    assert line.axes == tuple(unit["axes"][axis.id]["points"] for axis in checklist.axes)
    assert sum(line.counts) == len(unit["items"])
    assert line.count("fail") == sum(item["verdict"] == "fail" for item in unit["items"])
    assert line.undecided == sum(item["verdict"] in {"manual", "undetermined"} for item in unit["items"])


def test_a_unit_without_a_total_has_none_everywhere(checklist: Checklist) -> None:
    unit: dict[str, Any] = {"id": "x", "name": "X", "status": "no_website", "items": [], "axes": None, "total": None}
    line = unit_line(unit, ["4.1"])
    assert (line.points, line.low, line.high, line.grade, line.axes) == (None, None, None, "", (None,))


def test_sums_are_redone_alike_with_and_without_the_unit_s_own(checklist: Checklist) -> None:
    unit = specimens.unit(2, checklist)
    with_own = sum_lines(unit, checklist)
    without = sum_lines({**unit, "sum": None}, checklist)
    assert {axis: [line.item for line in lines] for axis, lines in with_own.items()} == {
        axis: [line.item for line in lines] for axis, lines in without.items()
    }
    for axis_id, lines in without.items():
        printed = unit["axes"][axis_id]["points"]
        assert sum(line.points for line in lines) == pytest.approx(printed or 0.0, abs=0.0501)
        assert [line.points for line in lines] == pytest.approx([line.points for line in with_own[axis_id]], abs=0.0005)


@pytest.mark.parametrize("number", [0, 2, 6, 12])
def test_mending_an_item_brings_what_is_promised(checklist: Checklist, number: int) -> None:
    unit = specimens.unit(number, checklist)
    gains = points_to_gain(unit, sum_lines(unit, checklist))
    assert gains == sorted(gains, key=lambda pair: (-round(pair[1], 6), pair[0]))
    for item, gain in gains[:3]:
        mended = [{**row, "verdict": "pass", "score": 1.0} if row["id"] == item else row for row in unit["items"]]
        _, total = score_unit(mended, checklist)
        # each axis is rounded to one decimal before the total is made of them
        assert total["points"] - unit["total"]["points"] == pytest.approx(gain, abs=0.35)
    decided_well = {row["id"] for row in unit["items"] if row["verdict"] not in {"partial", "fail"}}
    assert not decided_well & {item for item, _ in gains}


def test_means_leave_units_without_a_total_out(checklist: Checklist) -> None:
    axes = [axis.id for axis in checklist.axes]
    lines = [unit_line(specimens.unit(number, checklist), axes) for number in range(40)]
    tally, groups = Tally(), Tallies()
    for line in lines:
        tally.add(line)
        groups.add(line.district, line)
    scored = [line.points for line in lines if line.points is not None]
    assert tally.units == 40
    assert tally.scored == len(scored) < 40
    assert tally.mean == pytest.approx(sum(scored) / len(scored))
    assert sum(tally.grades.values()) == len(scored)
    assert sum(group.units for _, group in groups.largest_first()) == 40
    assert "(không ghi)" in dict(groups.largest_first())
    assert Tally().mean is None
    assert Tally().axis_mean(0) is None

"""The terminal summary: what a headmaster reads after `auditor check`."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checklist import Checklist
from reports.digest import points_to_gain, sum_lines
from reports.summary import summary_lines
from reports.wording import number
from tests.reports import specimens


def unit_of(checklist: Checklist, place: int = 4, **changes: Any) -> dict[str, Any]:
    return {**list(specimens.units(12, checklist)())[place], **changes}


@pytest.mark.parametrize("width", [40, 79, 100])
def test_no_line_is_wider_than_the_terminal(checklist: Checklist, width: int) -> None:
    for unit in specimens.units(12, checklist)():
        lines = list(summary_lines(unit, checklist, "p.html", width))
        assert [line for line in lines if len(line) > width and not line.startswith("http")] == []


def test_every_axis_and_the_three_that_bring_most_are_named_with_their_points(checklist: Checklist) -> None:
    unit = unit_of(checklist)
    lines = list(summary_lines(unit, checklist, "p.html"))
    for axis in checklist.axes:
        assert sum(line.startswith(f"  {axis.id} ") for line in lines) == 1
    gains = points_to_gain(unit, sum_lines(unit, checklist))[:3]
    text = " ".join(" ".join(lines).split())
    for item, gain in gains:
        assert f"(mục {item}): thêm tới {number(gain)} điểm" in text
    assert f"được thêm tới {number(sum(gain for _, gain in gains))} điểm" in text
    assert lines[-1] == "Bảng điểm đầy đủ: p.html"


def test_what_a_portal_wrote_cannot_drive_the_terminal(checklist: Checklist) -> None:
    evil = "\x1b]0;x\x07\x1b[2J\x9b31m\u202e"
    unit = unit_of(checklist)
    unit = {**unit, "name": f"A{evil}", "items": [{**item, "summary": evil * 3 + "chữ"} for item in unit["items"]]}
    text = "\n".join(summary_lines(unit, checklist, "p.html"))
    assert "chữ" in text
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_portal_that_could_not_be_read_has_a_cause_and_an_advice_but_no_points(checklist: Checklist) -> None:
    unit = unit_of(checklist, status="unreachable", status_reason="dns", total={"points": None})
    text = " ".join(" ".join(summary_lines(unit, checklist, "p.html")).split())
    assert "Không truy cập được: Tên miền không tồn tại" in text
    assert "Kiểm tra địa chỉ" in text
    assert "Tổng điểm" not in text
    assert "Nên sửa" not in text

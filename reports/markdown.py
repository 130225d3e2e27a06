"""A summary of a run in Markdown, short enough for a mail."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.scoring import counted
from reports import wording
from reports.digest import Tallies, Tally, UnitLine, UnitObject, Units, unit_line
from reports.inert import inert_text

if TYPE_CHECKING:
    from auditor.checklist import Checklist

FILE = "summary.md"
_TOP_FAILED = 10
_TOP_GROUPS = 30
_UNITS_LISTED = 50
# What Markdown and the HTML in it would take for more than text.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&]|:(?=//)|(?<=www)\.)", re.I)


def text_of(value: object, limit: int = 120) -> str:
    """`value` as one line that Markdown shows letter by letter."""
    return _SPECIAL.sub(r"\\\1", inert_text(value, limit).replace("\n", " "))


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table; cells are texts that are safe already, the first column is aligned left, the others right."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'|'.join([' --- ', *[' ---: '] * (len(headings) - 1)])}|"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"
    yield ""


class _Sums:
    """What the summary tells of all units."""

    def __init__(self, checklist: Checklist) -> None:
        self.axis_ids = [axis.id for axis in checklist.axes]
        self.everyone = Tally()
        self.districts = Tallies()
        self.kinds = Tallies()
        self.failed: Counter[str] = Counter()
        self.decided: Counter[str] = Counter()
        self.reviewed = self.disputed = 0
        self.listed: list[UnitLine] = []

    def take(self, unit: UnitObject) -> None:
        line = unit_line(unit, self.axis_ids)
        self.everyone.add(line)
        self.districts.add(line.district, line)
        self.kinds.add(wording.KINDS.get(line.kind, line.kind), line)
        if len(self.listed) <= _UNITS_LISTED:
            self.listed.append(line)
        for item in unit["items"]:
            stands, review = counted(item), item.get("review") or {}
            self.failed[item["id"]] += stands["verdict"] == "fail"
            self.decided[item["id"]] += stands["score"] is not None
            self.reviewed += bool(review.get("counted"))
            self.disputed += bool(review.get("dispute"))


def write_summary(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    """Writes summary.md. Raises OSError."""
    sums = _Sums(checklist)
    for unit in units():
        sums.take(unit)
    text = "\n".join(_lines(header, sums, checklist))
    draft = out / f"{FILE}.part"
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, out / FILE)
    finally:
        draft.unlink(missing_ok=True)


def _lines(header: Mapping[str, Any], sums: _Sums, checklist: Checklist) -> Iterator[str]:
    run, everyone = header["run"], sums.everyone
    number = wording.number
    yield "# Kết quả đánh giá cổng thông tin điện tử"
    yield ""
    yield f"- Thời điểm đánh giá: {wording.day(run.get('as_of'))}"
    yield f"- Bộ tiêu chí: {text_of(checklist.id)}, phiên bản {text_of(checklist.version)}"
    yield f"- Mã lần đánh giá: {text_of(run['id'])}"
    yield f"- Số đơn vị: {everyone.units}; đã chấm điểm: {everyone.scored}"
    if everyone.mean is not None:
        yield (
            f"- Điểm trung bình: {number(everyone.mean)} (từ {number(everyone.mean_low)} đến "
            f"{number(everyone.mean_high)} khi các mục chờ kết luận được thẩm định)"
        )
    waiting = sum(everyone.verdicts[verdict] for verdict in ("manual", "undetermined"))
    yield f"- Mục chờ người kết luận hoặc chưa xem được: {waiting}"
    yield f"- Mục theo kết luận của người thẩm định: {sums.reviewed}; đang bị khiếu nại: {sums.disputed}"
    rejected = len((header.get("register") or {}).get("rejected") or ())
    if rejected:
        yield f"- Dòng của danh sách không dùng được: {rejected}"
    yield ""
    yield "## Tình trạng"
    yield ""
    yield from _table(
        ("Tình trạng", "Số đơn vị"),
        ((worded.name, everyone.statuses[code]) for code, worded in wording.STATUSES.items()),
    )
    yield "## Xếp loại"
    yield ""
    yield from _table(
        ("Xếp loại", "Số đơn vị"), ((text_of(grade.name), everyone.grades[grade.name]) for grade in checklist.grades)
    )
    yield "## Kết luận"
    yield ""
    yield from _table(
        ("Kết luận", "Số mục"), ((worded.name, everyone.verdicts[code]) for code, worded in wording.VERDICTS.items())
    )
    yield "## Trục đánh giá"
    yield ""
    yield from _table(
        ("Trục", "Điểm trung bình", "Tối đa"),
        (
            (f"{axis.id} {text_of(axis.title)}", number(everyone.axis_mean(place)), number(axis.points))
            for place, axis in enumerate(checklist.axes)
        ),
    )
    for title, groups in (("Địa bàn", sums.districts.largest_first()), ("Loại hình", sums.kinds.largest_first())):
        yield f"## {title}"
        yield ""
        yield from _table(
            (title, "Số đơn vị", "Đã chấm điểm", "Điểm trung bình"),
            ((text_of(name), tally.units, tally.scored, number(tally.mean)) for name, tally in groups[:_TOP_GROUPS]),
        )
        if len(groups) > _TOP_GROUPS:
            yield f"Còn {len(groups) - _TOP_GROUPS} nhóm khác trong tệp scorecard.xlsx."
            yield ""
    yield "## Mục nhiều đơn vị không đạt nhất"
    yield ""
    worst = sorted(checklist.items, key=lambda item: -sums.failed[item.id])[:_TOP_FAILED]
    yield from _table(
        ("Mục", "Không đạt", "Đã kết luận"),
        (
            (f"{item.id} {text_of(item.title)}", sums.failed[item.id], sums.decided[item.id])
            for item in worst
            if sums.failed[item.id]
        ),
    )
    if len(sums.listed) <= _UNITS_LISTED:
        yield "## Đơn vị"
        yield ""
        yield from _table(
            ("Đơn vị", "Tổng điểm", "Thấp nhất", "Cao nhất", "Xếp loại"),
            (
                (text_of(line.name), *map(number, (line.points, line.low, line.high)), text_of(line.grade) or "–")
                for line in sums.listed
            ),
        )

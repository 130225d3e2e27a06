"""What a school reads on its terminal: the total, each axis, and what to mend first."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reports import wording
from reports.digest import UnitObject, points_to_gain, sum_lines
from reports.inert import inert_text, shown_address

if TYPE_CHECKING:
    from auditor.checklist import Checklist

_FIRST = 3  # items to mend that are named
_TEXT = 400
_LEAST_WIDTH = 40


def summary_lines(unit: UnitObject, checklist: Checklist, scorecard: str, width: int = 100) -> Iterator[str]:
    """The lines for one unit's object of results.json, none longer than `width` but an address or a path.

    Texts of the portal are inert: no control character of theirs reaches a terminal. `scorecard` is where the unit's
    page lies.
    """
    width = max(width, _LEAST_WIDTH)
    yield from _filled(inert_text(unit["name"], 250), "", width)
    yield shown_address(unit.get("final_url") or unit["url"])
    yield ""
    yield from _filled(_status(unit), "", width)
    if unit["status"] in wording.NOT_ASSESSED or unit["status"] == "partial":
        yield from _filled(wording.advice(str(unit["status"]), unit.get("status_reason")), "", width)
    total = unit.get("total") or {}
    if total.get("points") is not None:
        yield ""
        yield from _points(unit, checklist, width)
        yield from _to_mend(unit, checklist, width)
    yield ""
    yield f"Bảng điểm đầy đủ: {scorecard}"


def _status(unit: UnitObject) -> str:
    worded = wording.STATUSES[str(unit["status"])]
    if unit["status"] in wording.NOT_ASSESSED:
        reason = inert_text(wording.cause(unit.get("status_reason")), _TEXT).rstrip(".")
        return f"{worded.name}: {reason}. {worded.meaning}"
    crawl = unit.get("crawl") or {}
    return f"{worded.name}: {crawl.get('pages', 0)} trang, {crawl.get('attachments', 0)} tệp. {worded.meaning}"


def _points(unit: UnitObject, checklist: Checklist, width: int) -> Iterator[str]:
    total = unit["total"]
    number = wording.number
    yield f"Tổng điểm: {number(total['points'])}/{number(total['of'])}, xếp loại {total['grade']}"
    counts = Counter(item["verdict"] for item in unit["items"])
    undecided = counts["manual"] + counts["undetermined"]
    if undecided:
        bounds = f"từ {number(total['low'])} đến {number(total['high'])} điểm"
        yield from _filled(f"Còn {undecided} mục chờ người kết luận; tùy các mục đó, tổng điểm {bounds}.", "", width)
    yield ""
    figures = {}
    for axis in checklist.axes:
        given = unit["axes"].get(axis.id, {})
        told = given.get("points") is not None
        figures[axis.id] = f"{number(given['points'])}/{number(given['of'])}" if told else "chưa có điểm"
    room = max(map(len, figures.values()))
    for axis in checklist.axes:
        title = textwrap.shorten(f"{axis.id} {axis.title}", width - room - 6, placeholder=" …")
        yield f"  {title} ".ljust(width - room - 4, ".") + f" {figures[axis.id].rjust(room)}"
    yield ""
    yield from _filled(
        ", ".join(f"{counts[code]} {worded.name.lower()}" for code, worded in wording.VERDICTS.items() if counts[code]),
        "Các mục: ",
        width,
    )


def _to_mend(unit: UnitObject, checklist: Checklist, width: int) -> Iterator[str]:
    by_id = {item["id"]: item for item in unit["items"]}
    gains = points_to_gain(unit, sum_lines(unit, checklist))
    if not gains:
        return
    yield ""
    yield "Nên sửa trước:"
    for number, (item_id, gain) in enumerate(gains[:_FIRST], 1):
        item = by_id[item_id]
        title = f"{checklist.item(item_id).title} (mục {item_id}): thêm tới {wording.number(gain)} điểm"
        yield from _filled(title, f"  {number}. ", width)
        yield from _filled(inert_text(item["summary"], _TEXT), "     ", width)
        if item["remedy"]:
            yield from _filled(inert_text(item["remedy"], _TEXT), "     Cách sửa: ", width)
    if len(gains) > 1:
        best = sum(gain for _, gain in gains[:_FIRST])
        rest = f"; {len(gains) - _FIRST} mục khác có trong bảng điểm" if len(gains) > _FIRST else ""
        told = f"Sửa cả {min(len(gains), _FIRST)} mục này được thêm tới {wording.number(best)} điểm{rest}."
        yield from _filled(told, "  ", width)


def _filled(text: str, opening: str, width: int) -> list[str]:
    """A text broken at blanks; further lines stand below the text, not below `opening`."""
    below = " " * (len(opening) if not opening.strip() or opening.strip()[0].isdigit() else 5)
    return textwrap.wrap(text, width, initial_indent=opening, subsequent_indent=below, break_on_hyphens=False)

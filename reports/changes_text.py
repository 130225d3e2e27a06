"""What changed between two runs, in words for a terminal; the names of the causes are for every report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from auditor.compare import Compared, Sums
from reports.wording import STATUSES, VERDICTS

CAUSES: Mapping[str, str] = {
    "portal": "cổng thay đổi",
    "time": "thời gian trôi qua (cổng không đổi, nội dung cũ đi hoặc đến hạn)",
    "rules": "cách chấm thay đổi (bộ tiêu chí, từ vựng, chương trình hoặc danh sách)",
    "crawl": "lượt đọc thấy nhiều hơn hoặc ít hơn",
    "review": "người xét quyết định",
    "mixed": "cổng, thời gian hoặc cách chấm (không tách được vì không chấm lại được bản lưu cũ)",
}
SHORT_CAUSES: Mapping[str, str] = {
    "portal": "cổng thay đổi",
    "time": "thời gian",
    "rules": "cách chấm",
    "crawl": "lượt đọc",
    "review": "người xét",
    "mixed": "không tách được",
}
PARTS: Mapping[str, str] = {
    "checklist": "bộ tiêu chí",
    "vocabulary": "từ vựng",
    "program": "chương trình",
    "judging": "cấu hình chấm",
    "register": "danh sách đơn vị",
    "libraries": "thư viện",
}
_WHY = {"url": "cùng địa chỉ", "name": "cùng tên"}
_MOST_ITEMS = 8


def signed(value: float | Fraction | None) -> str:
    """Points with their sign and a decimal comma; a dash where there are none."""
    if value is None:
        return "–"
    text = f"{float(value):+.1f}".replace(".", ",").replace("-", "−")
    return "0" if text in ("+0,0", "−0,0") else text


def plain(value: float | None) -> str:
    """Points with a decimal comma."""
    return "chưa có điểm" if value is None else f"{value:.1f}".replace(".", ",")


def unit_lines(one: Compared, *, items: bool = True) -> Iterator[str]:
    """A unit's change: its totals, the causes, the items that changed."""
    unit, change = one.unit, one.change
    if change is None:
        yield f"{unit['id']}  {unit['name']}: không có trong lần trước"
        for other_id, name, why in one.maybe:
            yield f"    có thể là «{name}» (mã {other_id}, {_WHY[why]}); nếu đúng: "
            yield f"    auditor history {unit['id']} --same-as {other_id}"
        return
    moved = f"{plain(change['before'])} → {plain(change['after'])} ({signed(change['points'])})"
    yield f"{unit['id']}  {unit['name']}: {moved}"
    yield from _was(change)
    yield from _cause_lines(change["causes"], items=items)


def _was(change: Mapping[str, Any]) -> Iterator[str]:
    names = {"id": "mã", "name": "tên", "url": "địa chỉ"}
    for name, value in change["was"].items():
        yield f"    lần trước {names[name]} là: {value or 'không có'}"


def _cause_lines(causes: Sequence[Mapping[str, Any]], *, items: bool) -> Iterator[str]:
    for cause in causes:
        yield f"    {signed(cause['points']):>7}  {CAUSES[cause['cause']]}"
        if not items:
            continue
        for item in cause["items"][:_MOST_ITEMS]:
            yield f"             {item['id']}: {_verdict(item['before'])} → {_verdict(item['after'])}{_moved(item)}"
        if len(cause["items"]) > _MOST_ITEMS:
            yield f"             … và {len(cause['items']) - _MOST_ITEMS} mục khác"


def _verdict(verdict: str | None) -> str:
    return VERDICTS[verdict].name if verdict else "không có"


def _moved(item: Mapping[str, Any]) -> str:
    return "" if item["points"] is None else f" ({signed(item['points'])})"


def sums_lines(sums: Sums) -> Iterator[str]:
    """The sum over all units, by cause; it shows that nothing is left unexplained."""
    yield (
        f"{sums.up} đơn vị tăng, {sums.down} giảm, {sums.same} không đổi, {sums.unknown} chưa so được (một trong hai "
        f"lần chưa có điểm), {sums.new} mới."
    )
    yield f"Tổng chênh lệch: {signed(sums.total)} điểm, gồm:"
    for cause, name in CAUSES.items():
        if sums.units.get(cause):
            yield f"    {signed(sums.points[cause]):>8}  {name}: {sums.units[cause]} đơn vị"
    yield f"    {signed(sums.left):>8}  chưa giải thích được"


def history_lines(rows: Sequence[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    """A unit through the runs: (day, run, unit object), the oldest first."""
    for day, run_id, unit in rows:
        total = (unit.get("total") or {}).get("points")
        yield f"{day}  {run_id}  {STATUSES[unit['status']].name:<20}  {plain(total)}"
        change = unit.get("change")
        if change:
            yield f"    {signed(change['points']):>7}  so với ngày {change['as_of']}"
            yield from _was(change)
            yield from _cause_lines(change["causes"], items=True)

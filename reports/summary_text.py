"""The summary of a monthly run as it is mailed: plain text, the most important first."""

from __future__ import annotations

from auditor.monthly import Summary
from reports.changes_text import signed, sums_lines
from reports.wording import STATUSES

_MOST = 20


def subject(found: Summary) -> str:
    """The subject of the mail."""
    unread = f", {len(found.unread)} đơn vị chưa đọc được" if found.unread else ""
    return f"Đánh giá cổng thông tin ngày {found.run.as_of}: {found.statuses.total()} đơn vị{unread}"


def text(found: Summary) -> str:
    """The body of the mail."""
    lines = ["Tình trạng:"]
    lines += [f"  {STATUSES[status].name}: {count}" for status, count in sorted(found.statuses.items())]
    if found.sums.up + found.sums.down + found.sums.same + found.sums.unknown:
        lines += ["", "So với lần trước:", *(f"  {line}" for line in sums_lines(found.sums))]
    if found.fallen:
        lines += ["", "Giảm nhiều nhất:"]
        lines += [f"  {name} ({unit_id}): {signed(points)}" for unit_id, name, points in found.fallen]
    if found.unread:
        lines += ["", "Chưa đọc được (xem lời nhắn gửi nhà cung cấp trong trang của từng đơn vị):"]
        lines += [f"  {name} ({unit_id})" for unit_id, name in found.unread[:_MOST]]
        if len(found.unread) > _MOST:
            lines.append(f"  … và {len(found.unread) - _MOST} đơn vị khác")
    lines += ["", f"Bảng điểm: {found.run.out}", f"Mã lần chạy: {found.run.id}", ""]
    return "\n".join(lines)

"""2.1.a: does the Phòng's portal link to the department and to its units?"""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.units import Units
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined
from auditor.page import Page

UNKNOWN_UNITS = (
    "Danh sách đơn vị dùng cho lượt đánh giá không cho biết trường nào trực thuộc Phòng này nên chưa đối chiếu được; "
    "cần ghi cột «Đơn vị quản lý» cho các trường."
)


def unit_links(units: Units, pages: Pages, *, min_share: float) -> Finding:
    """Cổng của Phòng có liên kết đến Sở và đến các đơn vị trực thuộc hay không.

    What: every link of the portal compared by host and path with the addresses in the register.

    Why: the Phòng's portal is the way from the department to each school.

    Fix: a block of links with the department and every unit, each with its present address.
    """
    total = len(units.children)
    if not total and (units.department is not None or units.listed):
        return undetermined(UNKNOWN_UNITS, [evidence_of(page, url) for page, url in _ways(units)], Reason.NO_DATA)
    missing = [child for child in units.children if child.id not in units.linked]
    shown: list[Evidence] = []
    if units.department is not None:
        page, url = units.department
        shown.append(evidence_of(page, url, "Liên kết đến Sở"))
    shown += [evidence_of(item.page, item.url, item.label) for item in units.listed if item.right and item.unit][:4]
    shown += [Evidence(child.url or "", child.name, "Chưa có liên kết đúng") for child in missing[:6]]
    summary = f"Liên kết đúng đến {len(units.linked)} trên {total} đơn vị trực thuộc có trang web"
    if units.department is not None and total and len(units.linked) >= min_share * total:
        return passed(f"{summary}, và có liên kết đến Sở.", shown)
    if units.department is not None or units.linked:
        to_department = "có" if units.department is not None else "không thấy"
        lacking = [*(["Sở"] if units.department is None else []), *(child.name for child in missing[:3])]
        return partial(
            f"{summary}; {to_department} liên kết đến Sở.",
            shown,
            Reason.INCOMPLETE,
            remedy=f"Bổ sung liên kết còn thiếu: {', '.join(lacking)}…",
        )
    of_all = f" nào trong {total} đơn vị trực thuộc có trang web" if total else " trực thuộc nào"
    return failed(f"Không tìm thấy liên kết đến Sở hay đến đơn vị{of_all}.", pages.looked_at())


def _ways(units: Units) -> list[tuple[Page, str]]:
    """Where the portal leads to the department or to schools."""
    department = [units.department] if units.department is not None else []
    return [*department, *((item.page, item.url) for item in units.listed[:4])]

"""2.1.a: does the Phòng's portal link to the department and to its units?"""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.units import Units
from auditor.model import Evidence, Finding, Reason, failed, partial, passed


def unit_links(units: Units, pages: Pages, *, min_share: float) -> Finding:
    """Cổng của Phòng có liên kết đến Sở và đến các đơn vị trực thuộc hay không.

    What: every link of the portal compared by host and path with the addresses in the register.

    Why: the Phòng's portal is the way from the department to each school.

    Fix: a block of links with the department and every unit, each with its present address.
    """
    total = len(units.children)
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
    return failed(
        f"Không tìm thấy liên kết đến Sở hay đến đơn vị nào trong {total} đơn vị trực thuộc có trang web.",
        pages.looked_at(),
    )

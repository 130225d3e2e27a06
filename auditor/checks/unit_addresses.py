"""2.1.b: are the units' addresses that the Phòng lists right?"""

from __future__ import annotations

from auditor.checks.unit_links import UNKNOWN_UNITS
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.units import Units
from auditor.model import Finding, Reason, failed, partial, passed, undetermined


def unit_addresses(units: Units, pages: Pages, *, pass_share: float, partial_share: float) -> Finding:
    """Địa chỉ trang web của các đơn vị trên cổng của Phòng có đúng hay không.

    What: each school that the portal lists with an address, compared with the register.

    Why: a wrong or dead address sends parents to strangers.

    Fix: correct the addresses that are named.
    """
    listed = units.listed
    if not listed:
        return failed("Cổng không liệt kê trang web của đơn vị trực thuộc nào.", pages.looked_at())
    if not units.children:
        return undetermined(
            UNKNOWN_UNITS, [evidence_of(item.page, f"{item.label}: {item.url}") for item in listed[:4]], Reason.NO_DATA
        )
    right = [item for item in listed if item.right]
    wrong = [item for item in listed if not item.right]
    share = len(right) / len(listed)
    shown = [
        evidence_of(
            item.page,
            f"{item.label}: {item.url}",
            f"Trong danh sách là {item.unit.url}" if item.unit else "Không có trong danh sách với địa chỉ này",
        )
        for item in wrong[:6]
    ]
    shown += [evidence_of(item.page, f"{item.label}: {item.url}", "Đúng") for item in right[:2]]
    summary = f"{len(right)} trên {len(listed)} địa chỉ trang web của đơn vị được liệt kê là đúng"
    names = ", ".join(item.label for item in wrong[:3])
    remedy = f"Sửa địa chỉ của: {names}." if names else ""
    if share >= pass_share:
        return passed(f"{summary}.", shown)
    if share >= partial_share:
        return partial(f"{summary}.", shown, Reason.WRONG_VALUE, remedy=remedy)
    return failed(f"{summary}.", shown, Reason.WRONG_VALUE, remedy=remedy)

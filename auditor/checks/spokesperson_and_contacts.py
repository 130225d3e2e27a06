"""Item 2.16: the spokesperson, and the unit's official contact details."""

from __future__ import annotations

from auditor.facts.contacts import Contacts
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.people import masked
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed

_NAMES = {"address": "địa chỉ", "phone": "điện thoại", "email": "thư điện tử"}
_ENOUGH = 2


def spokesperson_and_contacts(contacts: Contacts, pages: Pages) -> Finding:
    """Cổng có nêu người phát ngôn và thông tin giao dịch chính thức của đơn vị hay không.

    What: reads the unit's own address, telephone, e-mail and fax from header, footer and contact page, leaving out
    those of the bodies above it, and looks for a named spokesperson.

    Why: the press and the public must know whom to ask, and how to reach the unit.

    Fix: publish the spokesperson's name and post, and complete the contact details in the footer.
    """
    shown: list[Evidence] = []
    for name, detail in (("address", contacts.address), ("phone", contacts.phone), ("email", contacts.email)):
        if detail is not None:
            shown.append(evidence_of(detail.page, detail.text, _NAMES[name].capitalize()))
    if contacts.fax is not None:
        shown.append(evidence_of(contacts.fax.page, contacts.fax.text, "Fax"))
    spokesperson = contacts.spokesperson
    if spokesperson is not None:
        shown.insert(0, evidence_of(spokesperson.page, masked(spokesperson.text[:250]), "Người phát ngôn"))
    missing = [_NAMES[name] for name in contacts.missing]
    private = (
        " Thư điện tử dùng dịch vụ cá nhân; nên dùng hộp thư công vụ."
        if contacts.email is not None and contacts.email.private
        else ""
    )
    have = [name for name in _NAMES.values() if name not in missing]
    if spokesperson is not None and not missing:
        return passed(f"Có nêu người phát ngôn, địa chỉ, điện thoại và thư điện tử của đơn vị.{private}", shown)
    if spokesperson is not None:
        return partial(
            f"Có nêu người phát ngôn nhưng thiếu {', '.join(missing)} của đơn vị.{private}",
            shown,
            remedy=f"Bổ sung {', '.join(missing)} của đơn vị vào chân trang và trang liên hệ.",
        )
    if len(have) >= _ENOUGH:
        also = f"; còn thiếu {', '.join(missing)}" if missing else ""
        return partial(
            f"Có {', '.join(have)} của đơn vị nhưng không thấy nêu người phát ngôn{also}.{private}",
            shown,
            remedy="Đăng họ tên, chức vụ, điện thoại, thư điện tử của người phát ngôn"
            + (f" và bổ sung {', '.join(missing)} của đơn vị." if missing else "."),
        )
    if contacts.perhaps is not None:
        page = contacts.perhaps.page
        return manual(
            f"Không có trang liên hệ mang tên thường gặp, nhưng trang “{(page.title or page.url)[:120]}” có địa chỉ "
            "kèm điện thoại hoặc thư điện tử; cần người xem đó có phải của đơn vị không.",
            [*shown, evidence_of(page, contacts.perhaps.text, "Địa chỉ")],
            Reason.OTHER_NAME,
            remedy="Đăng địa chỉ, điện thoại, thư điện tử của đơn vị ở chân trang và trong mục “Liên hệ”.",
        )
    only = f"; chỉ thấy {have[0]}" if have else ""
    above = " Thông tin của cơ quan cấp trên ở chân trang không tính." if contacts.superior else ""
    return failed(
        "Không thấy người phát ngôn và chưa đủ hai trong ba thông tin địa chỉ, điện thoại, thư điện tử của đơn vị"
        f"{only}.{above}",
        shown or pages.looked_at(),
    )

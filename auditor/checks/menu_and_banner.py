"""1.1: a menu, a banner that names the unit, and links that work."""

from __future__ import annotations

from auditor.facts.identity import Identity
from auditor.facts.navigation import Navigation
from auditor.facts.pages import Pages, evidence_of
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined

_LEAST = 2  # one link is no menu


def menu_and_banner(
    navigation: Navigation,
    identity: Identity,
    pages: Pages,
    *,
    min_destinations: int,
    menu_share: float,
    max_broken_share: float,
) -> Finding:
    """Cổng có menu và banner giúp người xem truy cập thuận tiện hay không.

    What: distinct internal destinations of the home page's menu, the same menu on the other pages, the unit's name in
    the banner, and the share of internal addresses tried that are broken.

    Why: who cannot find the menu cannot find anything behind it.

    Fix: one menu for all pages, the unit's name in the banner as text or alt, and no dead links.
    """
    home = pages.home
    assert home is not None
    labels = ", ".join(label for _, label in navigation.menu[:8] if label)
    if pages.needs_browser is not None:
        return undetermined(
            "Menu của trang chủ do mã kịch bản tạo ra; cần trình duyệt thật mới kết luận được.",
            [evidence_of(home, home.title, "Menu không có trong mã nguồn của trang chủ")],
            Reason.NEEDS_RENDERING,
        )
    if len(navigation.menu) < _LEAST:
        return failed(
            "Không thấy menu điều hướng trên trang chủ.",
            [evidence_of(home, home.title, "Trang chủ không có menu dẫn đến các trang của cổng")],
            Reason.NOT_FOUND,
        )
    shown: list[Evidence] = [evidence_of(home, labels, f"Menu có {len(navigation.menu)} mục dẫn đến trang của cổng")]
    lacks: list[str] = []
    fixes: list[str] = []
    if navigation.footer_only:
        lacks.append("chỉ có menu ở chân trang")
        fixes.append("đặt menu ở đầu trang")
    elif len(navigation.menu) < min_destinations:
        lacks.append(f"menu chỉ có {len(navigation.menu)} mục dẫn đến trang của cổng")
        fixes.append(f"bổ sung menu cho đủ ít nhất {min_destinations} mục")
    if identity.banner is not None:
        shown.append(evidence_of(identity.banner[0], identity.banner[1], "Tên đơn vị ở đầu trang"))
    elif identity.elsewhere is not None:
        page, said = identity.elsewhere
        shown.append(evidence_of(page, said, "Tên đơn vị trong tiêu đề hoặc thân trang chủ"))
    else:
        lacks.append("đầu trang chủ không ghi tên đơn vị")
        fixes.append("ghi tên đơn vị trên banner (bằng chữ hoặc trong thuộc tính alt của ảnh)")
    if navigation.others and navigation.pages_with < menu_share * navigation.others:
        lacks.append(f"menu chỉ có trên {navigation.pages_with} trong {navigation.others} trang còn lại")
        fixes.append("đưa menu vào mọi trang")
        shown += [evidence_of(page, page.title, "Trang không có menu") for page in navigation.without[:2]]
    if navigation.tried and len(navigation.broken) > max_broken_share * navigation.tried:
        lacks.append(f"{len(navigation.broken)} trong {navigation.tried} liên kết nội bộ đã thử bị hỏng")
        fixes.append("sửa hoặc gỡ các liên kết hỏng")
        shown += [
            Evidence(
                one.url,
                one.label,
                f"Hỏng (mã {one.status}), liên kết từ {one.page.url}" if one.status else f"Hỏng, từ {one.page.url}",
                one.page.fetched_at,
            )
            for one in navigation.broken[:5]
        ]
    if lacks:
        remedy = "; ".join(fixes)
        return partial(
            f"Trang chủ có menu, nhưng {'; '.join(lacks)}.",
            shown,
            Reason.BROKEN if fixes[-1].startswith("sửa") and len(fixes) == 1 else Reason.INCOMPLETE,
            remedy=f"{remedy[:1].upper()}{remedy[1:]}.",
        )
    return passed(
        f"Trang chủ có menu {len(navigation.menu)} mục và banner ghi tên đơn vị; menu có trên {navigation.pages_with} "
        f"trong {navigation.others} trang còn lại; {len(navigation.broken)} trong {navigation.tried} liên kết đã thử "
        "bị hỏng.",
        shown,
    )

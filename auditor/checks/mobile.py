"""1.4: does the portal suit phones?"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.viewport import Viewports
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined
from auditor.page import Page

_SMALL_SHARE = 0.05  # less of it is footnotes and copyright lines


def mobile(viewports: Viewports, pages: Pages, *, viewport_share: float, max_overflow: int) -> Finding:
    """Cổng có tương thích với điện thoại và máy tính bảng hay không.

    What: reads the viewport declaration of every page and, where a browser is installed, looks at the home page and two
    others on a screen of 360 × 740; a separate mobile version counts for half.

    Why: without a viewport of the device's width a phone shows the page shrunk to a desktop's width, and what sticks
    out of the screen must be scrolled sideways.

    Fix: `<meta name="viewport" content="width=device-width, initial-scale=1">` in every page's head; `max-width: 100%`
    for pictures and a scrolling frame around wide tables.
    """
    home = pages.home
    assert home is not None
    own = viewports.by_page[home.key]
    shown = [evidence_of(home, own.content or "(không khai báo viewport)", "Khai báo viewport của trang chủ")]
    if not own.usable:
        return _unusable(viewports, home, own.content, shown)
    lacks: list[str] = []
    fixes: list[str] = []
    phone = viewports.phones.home
    if phone is not None and phone.overflow > max_overflow:
        lacks.append(f"nội dung rộng hơn màn hình {phone.overflow} điểm ảnh nên phải kéo ngang mới xem hết")
        fixes.append(
            f"sửa phần tử {phone.cause} để không rộng hơn màn hình (ảnh: max-width: 100%; bảng: đặt trong khung cuộn)"
        )
        note = f"Trên màn hình rộng {phone.layout} điểm ảnh, phần tử {phone.cause} rộng {phone.cause_width} điểm ảnh"
        shown.append(Evidence(home.url, phone.cause_text, note, phone.seen_at))
    if own.zoom_disabled:
        lacks.append("khóa không cho người xem phóng to")
        fixes.append("bỏ user-scalable=no và maximum-scale=1 khỏi thẻ viewport để người xem phóng to được")
    good = [page for page in pages.pages if viewports.by_page[page.key].usable]
    if len(good) / len(pages.pages) < viewport_share:
        bad = [page for page in pages.pages if not viewports.by_page[page.key].usable]
        lacks.append(f"chỉ {len(good)} trên {len(pages.pages)} trang khai báo đúng")
        fixes.append("thêm thẻ viewport như ở trang chủ vào các trang còn lại, trước hết là các trang nêu ở minh chứng")
        shown += [evidence_of(page, page.title, "Trang không khai báo đúng") for page in bad[:3]]
    remarks = list(_remarks(viewports))
    if lacks:
        remedy = "; ".join(fixes)
        return partial(
            f"Trang chủ khai báo đúng cho màn hình điện thoại, nhưng {'; '.join(lacks)}.",
            [*shown, *remarks],
            remedy=f"{remedy[:1].upper()}{remedy[1:]}.",
        )
    seen = (
        "" if phone is None or phone.unstyled else " Khi mở trên màn hình điện thoại, trang chủ không phải kéo ngang."
    )
    return passed(
        f"Trang chủ và {len(good)} trên {len(pages.pages)} trang đã xem khai báo đúng cho màn hình điện thoại.{seen}",
        [*shown, *remarks],
    )


def _unusable(viewports: Viewports, home: Page, content: str, shown: list[Evidence]) -> Finding:
    """The verdict on a home page that is not made for a phone's screen."""
    if viewports.scripted:
        return undetermined(
            "Trang chủ khai báo cho điện thoại bằng mã kịch bản; cần trình duyệt thật mới kết luận được.",
            shown,
            Reason.NEEDS_RENDERING,
        )
    if viewports.mobile_version:
        return partial(
            "Trang chủ không tự co theo màn hình điện thoại nhưng có phiên bản riêng cho điện thoại.",
            [*shown, Evidence(viewports.mobile_version, "", "Phiên bản cho điện thoại", home.fetched_at)],
        )
    what = "khai báo viewport cố định" if content else "không khai báo viewport"
    return failed(
        f"Trang chủ {what} nên không vừa màn hình điện thoại, và không có phiên bản riêng cho điện thoại.",
        shown,
        Reason.WRONG_VALUE,
    )


def _remarks(viewports: Viewports) -> Iterator[Evidence]:
    """What a browser saw besides, which decides nothing."""
    phones = viewports.phones
    for view in (phones.home, *phones.others):
        if view is None:
            continue
        if view is not phones.home and view.overflow:
            note = f"Trang này rộng hơn màn hình điện thoại {view.overflow} điểm ảnh (phần tử {view.cause})"
            yield Evidence(view.url, view.cause_text, note, view.seen_at)
        if view.small_share >= _SMALL_SHARE:
            note = f"{view.small_share:.0%} chữ trên trang này nhỏ hơn 12 điểm ảnh trên điện thoại"
            yield Evidence(view.url, view.small_sample, note, view.seen_at)
        if view.near and view.near_sample:
            note = f"{view.near} trên {view.targets} liên kết và nút quá nhỏ và quá sát nhau để bấm bằng ngón tay"
            yield Evidence(view.url, " | ".join(view.near_sample), note, view.seen_at)

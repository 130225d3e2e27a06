"""1.4: does the portal suit phones?"""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.viewport import Viewports
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined


def mobile(viewports: Viewports, pages: Pages, *, viewport_share: float) -> Finding:
    """Cổng có tương thích với điện thoại và máy tính bảng hay không.

    What: reads the viewport declaration of every page; a separate mobile version counts for half.

    Why: without a viewport of the device's width a phone shows the page shrunk to a desktop's width.

    Fix: `<meta name="viewport" content="width=device-width, initial-scale=1">` in every page's head.
    """
    home = pages.home
    assert home is not None
    own = viewports.by_page[home.key]
    good = [page for page in pages.pages if viewports.by_page[page.key].usable]
    share = len(good) / len(pages.pages)
    shown = [evidence_of(home, own.content or "(không khai báo viewport)", "Khai báo viewport của trang chủ")]
    if not own.usable:
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
        what = "khai báo viewport cố định" if own.content else "không khai báo viewport"
        return failed(
            f"Trang chủ {what} nên không vừa màn hình điện thoại, và không có phiên bản riêng cho điện thoại.",
            shown,
            Reason.WRONG_VALUE,
        )
    if own.zoom_disabled:
        return partial(
            "Trang chủ vừa màn hình điện thoại nhưng khóa không cho người xem phóng to.",
            shown,
            remedy="Bỏ user-scalable=no và maximum-scale=1 khỏi thẻ viewport để người xem phóng to được.",
        )
    if share < viewport_share:
        bad = [page for page in pages.pages if not viewports.by_page[page.key].usable]
        return partial(
            f"Trang chủ vừa màn hình điện thoại, nhưng chỉ {len(good)} trên {len(pages.pages)} trang khai báo đúng.",
            [*shown, *(evidence_of(page, page.title, "Trang không khai báo đúng") for page in bad[:3])],
            remedy="Thêm thẻ viewport như ở trang chủ vào các trang còn lại, trước hết là các trang nêu ở minh chứng.",
        )
    return passed(
        f"Trang chủ và {len(good)} trên {len(pages.pages)} trang đã xem khai báo đúng cho màn hình điện thoại.", shown
    )

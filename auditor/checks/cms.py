"""1.5: is the portal built on a content management system?"""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.platform import Cms
from auditor.model import Finding, manual, passed


def cms(platform: Cms, pages: Pages) -> Finding:
    """Cổng có dùng mã nguồn mở hoặc phần mềm quản trị nội dung hay không.

    What: signatures of known systems in the pages' source, headers and cookies.

    Why: a portal that its people cannot edit themselves soon goes stale.

    Fix: nothing where a system is used but hidden: a person confirms it.
    """
    home = pages.home
    assert home is not None
    if platform.platform is not None and platform.page is not None:
        return passed(
            f"Nhận ra phần mềm quản trị nội dung: {platform.platform.name}.",
            [evidence_of(platform.page, platform.sign, "Dấu hiệu trong mã nguồn trang")],
        )
    return manual(
        "Không nhận ra phần mềm quản trị nội dung nào từ bên ngoài; cần người xác nhận đơn vị đang dùng phần mềm gì.",
        [evidence_of(home, home.metas.get("generator", ""), "Trang chủ không có dấu hiệu của phần mềm đã biết")],
    )

"""The section rule's answer where only articles serve a topic."""

from __future__ import annotations

from auditor.checks.section import section
from auditor.model import Finding, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Giới thiệu", "/gt"), ("Tin tức", "/tin"), ("Liên hệ", "/lh")]
TITLE = "Thư mời chào giá sửa chữa hệ thống nước"
ASIDE = f'<aside><h3>Thông báo</h3><p><a href="/b">{TITLE}</a></p></aside>'
POST = f"<h1>{TITLE}</h1><p>Đăng ngày 12/10/2026</p><p>Trường mời các đơn vị chào giá gói sửa chữa đường ống nước.</p>"


def judged(menu: list[tuple[str, str]], article: str = POST) -> Finding:
    bodies = {"/": "Chào", "/gt": "Trường có sân rộng.", "/tin": f'<a href="/b">{TITLE}</a>', "/lh": "Mời gọi."}
    pages = {path: page(f"<p>{body}</p>{ASIDE}", menu=menu) for path, body in bodies.items()}
    pages["/b"] = page(article + ASIDE, title=TITLE, menu=menu)
    return finding_of(section, make_archive(pages), options={"topic": "procurement"})


def test_a_post_that_a_side_column_shows_on_every_page_is_no_section() -> None:
    found = judged(MENU)
    assert (found.verdict, found.reason) == (Verdict.PARTIAL, Reason.SINGLE_DOCUMENT)


def test_a_menu_entry_makes_it_one() -> None:
    assert judged([*MENU, ("Mua sắm công", "/b")]).verdict is Verdict.PASS
    assert judged([*MENU, (TITLE, "/b")]).verdict is Verdict.PASS

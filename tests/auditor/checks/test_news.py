"""2.4: a news section with dated articles."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.news import news
from auditor.model import Cause, Finding, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức - Sự kiện", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Liên hệ", "/lien-he")]
OPTIONS = {"pass_days": 30}


def judge(body: str | None, *, home: str = "<p>Trang chủ</p>", documents: str = "", **archive: Any) -> Finding:
    menu = MENU if body is not None or archive else [MENU[0], *MENU[2:]]
    pages = {
        "/": page(home, menu=menu),
        "/van-ban": page(f"<h1>Văn bản</h1>{documents}", title="Văn bản", menu=menu),
        "/lien-he": page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=menu),
    }
    if body is not None:
        pages["/tin-tuc"] = page(f"<h1>Tin tức - Sự kiện</h1>{body}", title="Tin tức - Sự kiện", menu=menu)
    return finding_of(news, make_archive(pages, **archive), options=OPTIONS)


def items(day: str) -> str:
    return "".join(
        f"<div><h3><a href='/tin/{n}'>Nhà trường tổ chức hội thi lần thứ {n}</a></h3><span>{day}</span></div>"
        for n in range(1, 4)
    )


@pytest.mark.parametrize(
    ("body", "verdict", "reason"),
    [
        (items("01/10/2026"), Verdict.PASS, Reason.FOUND),
        (items("20/09/2026"), Verdict.PASS, Reason.FOUND),
        (items("19/09/2026"), Verdict.PARTIAL, Reason.STALE),
        (items("01/03/2020"), Verdict.PARTIAL, Reason.STALE),
        (items(""), Verdict.PARTIAL, Reason.UNDATABLE),
        ("<p>Nội dung đang được cập nhật</p>", Verdict.PARTIAL, Reason.PLACEHOLDER),
    ],
)
def test_the_section_and_its_newest_article(body: str, verdict: Verdict, reason: Reason) -> None:
    found = judge(body)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_block_of_dated_articles_on_the_home_page_is_a_news_section() -> None:
    assert judge(None, home=items("05/10/2026")).verdict is Verdict.PASS


def test_fresh_documents_do_not_make_news_fresh() -> None:
    table = (
        "<table><tr><th>Số ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr>"
        "<tr><td>1/KH-A</td><td>12/10/2026</td><td>Kế hoạch năm học</td></tr></table>"
    )
    found = judge(items("01/03/2026"), documents=table)
    assert (found.verdict, found.reason) == (Verdict.PARTIAL, Reason.STALE)


def test_no_news_at_all_fails() -> None:
    assert judge(None).verdict is Verdict.FAIL


def test_a_section_that_could_not_be_read_is_undetermined() -> None:
    assert judge(None, failures={"/tin-tuc": Cause.TIMEOUT}).verdict is Verdict.UNDETERMINED


def diary(*days: str) -> dict[str, str]:
    """A page of the menu under a name that says nothing, with an entry for each day."""
    entries = "".join(f"<h2>Bé làm bánh với cô, lần thứ {n}</h2><p>{day}</p>" for n, day in enumerate(days))
    return {"/chuyen": f"<h1>Chuyện nhà mình</h1>{entries}"}


@pytest.mark.parametrize(
    ("days", "verdict", "reason"),
    [
        (("14/09/2026", "07/09/2026", "22/05/2026"), Verdict.PARTIAL, Reason.STALE),
        (("14/10/2026", "07/09/2026", "22/05/2026"), Verdict.PASS, Reason.FOUND),
        (("14/09/2026",), Verdict.MANUAL, Reason.OTHER_NAME),
        (("14/09/2026", "07/09/2026"), Verdict.MANUAL, Reason.OTHER_NAME),
        ((), Verdict.FAIL, Reason.NOT_FOUND),
    ],
)
def test_dated_entries_under_an_unusual_name(days: tuple[str, ...], verdict: Verdict, reason: Reason) -> None:
    """Nobody is charged with having no news while entries with dates stand in the menu under another name."""
    menu = [MENU[0], ("Chuyện nhà mình", "/chuyen"), *MENU[2:]]
    links = '<p><a href="https://hcm.edu.vn">Sở Giáo dục</a> - <a href="https://fb.com/x">Facebook</a></p>'
    pages = {
        "/": page("<p>Trang chủ</p>", menu=menu, footer=links),
        "/van-ban": page("<h1>Văn bản</h1>", title="Văn bản", menu=menu, footer=links),
        "/lien-he": page("<h1>Liên hệ</h1>", title="Liên hệ", menu=menu, footer=links),
        "/chuyen": page(diary(*days)["/chuyen"], title="Chuyện nhà mình", menu=menu, footer=links),
    }
    found = finding_of(news, make_archive(pages), options=OPTIONS)
    assert (found.verdict, found.reason) == (verdict, reason), found.summary
    if verdict is Verdict.MANUAL:
        assert "Chuyện nhà mình" in found.summary
        assert "14/09/2026" in found.summary


@pytest.mark.parametrize("css", ["title", "nav-title", "danh-muc-bai", "bottom-title"])
def test_titles_whose_class_reads_like_a_menu_keep_their_dates(css: str) -> None:
    """A school with news of this month is not charged with old news because of a word in its template."""
    menu = [("Trang chủ", "/"), ("Nhật ký", "/nhat-ky"), ("Liên hệ", "/lien-he")]
    titles = [f"Học sinh khối {grade} tham quan bảo tàng thành phố" for grade in (6, 7, 8, 9)]
    entries = "".join(
        f'<div><div class="{css}"><a href="/bai-{n}">{title}</a></div><div class="date">{10 + n}/10/2026</div></div>'
        for n, title in enumerate(titles)
    )
    old = "Lễ bế giảng năm học của nhà trường"
    pages = {
        "/": page("<p>Trang chủ</p>", menu=menu),
        "/nhat-ky": page(f"<h1>Nhật ký</h1>{entries}", title="Nhật ký", menu=menu),
        "/lien-he": page("<h1>Liên hệ</h1>", title="Liên hệ", menu=menu),
        "/cu": page(f"<h1>{old}</h1><p>Ngày đăng: 25/05/2026</p><p>{old} thật vui.</p>", title=old, menu=menu),
        **{f"/bai-{n}": page(f"<h1>{title}</h1>", title=title, menu=menu) for n, title in enumerate(titles)},
    }
    found = finding_of(news, make_archive(pages), options=OPTIONS)
    assert (found.verdict, found.reason) == (Verdict.PASS, Reason.FOUND), found.summary

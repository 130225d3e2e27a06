"""Dates of publications: what counts as the day of posting, and everything that only looks like one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.facts.publications import Genre, Origin, Publications
from tests.auditor.date_pages import DatedPage, dated_pages
from tests.auditor.portal_maker import NAME, facts_for, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Liên hệ", "/lien-he")]
TITLE = "Lễ khai giảng năm học mới của nhà trường"
TEXT = "<p>Sáng nay thầy và trò nhà trường đã long trọng tổ chức lễ khai giảng năm học mới trong niềm vui.</p>"


def publications(pages: dict[str, str], **judging: Any) -> Publications:
    filler = {f"/trang-{number}": page(f"<h2>Trang {number}</h2>{TEXT}", menu=MENU) for number in range(3)}
    return facts_for(make_archive({**filler, **pages}), **judging)(Publications)


def article(body: str, *, head: str = "", title: str = TITLE) -> dict[str, str]:
    home = page(f'<a href="/bai-viet">{title}</a>', menu=MENU)
    return {"/": home, "/bai-viet": page(body, title=f"{title} - {NAME}", menu=MENU, head=head)}


JSON_LD = (
    '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-09-05T08:00:00+07:00",'
    '"dateModified":"2026-09-09T08:00:00+07:00"}</script>'
)
META = '<meta property="article:published_time" content="2026-09-06T10:00:00+07:00">'


@pytest.mark.parametrize(
    ("body", "head", "day", "origin"),
    [
        (f"<h1>{TITLE}</h1>{TEXT}", JSON_LD, date(2026, 9, 5), Origin.JSON_LD),
        (f"<h1>{TITLE}</h1>{TEXT}", META, date(2026, 9, 6), Origin.META),
        (f"<h1>{TITLE}</h1>{TEXT}", META + JSON_LD, date(2026, 9, 5), Origin.JSON_LD),
        (
            f'<h1>{TITLE}</h1><time datetime="2026-09-07T09:00:00+07:00">7 tháng 9</time>{TEXT}',
            "",
            date(2026, 9, 7),
            Origin.TIME_TAG,
        ),
        (f"<h1>{TITLE}</h1><div>Ngày đăng: 08/09/2026</div>{TEXT}", "", date(2026, 9, 8), Origin.STAMP),
        (f"<h1>{TITLE}</h1><div>Thứ 4, 09/09/2026 | 10:31</div>{TEXT}", "", date(2026, 9, 9), Origin.STAMP),
        (f"<div>Thứ tư, 9/9/2026, 7:5</div><h1>{TITLE}</h1>{TEXT}", "", date(2026, 9, 9), Origin.STAMP),
        (f"<h1>{TITLE}</h1><span>10 Tháng Chín, 2026</span>{TEXT}", "", date(2026, 9, 10), Origin.STAMP),
        (f"<h1>{TITLE}</h1><div>Nguyễn Mẫu 11-09-2026 120</div>{TEXT}", "", date(2026, 9, 11), Origin.STAMP),
        (f"<h1>{TITLE}</h1><div>Đăng lúc 17:49 ngày 12/9/26</div>{TEXT}", "", date(2026, 9, 12), Origin.STAMP),
    ],
)
def test_an_article_is_dated_by_its_most_trusted_declaration(body: str, head: str, day: date, origin: Origin) -> None:
    found = publications(article(body, head=head)).of("http://thcsmau.hcm.edu.vn/bai-viet")
    assert found is not None
    assert (found.day, found.origin) == (day, origin)


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>{TITLE}</h1>{TEXT}",
        f"<h1>{TITLE}</h1><p>Thời khóa biểu này được áp dụng từ ngày 05/10/2026 cho toàn trường ta.</p>",
        f"<h1>{TITLE}</h1><p>Căn cứ Thông tư 09/2024/TT-BGDĐT ngày 03/6/2024 của Bộ Giáo dục và Đào tạo</p>",
        f"<h1>{TITLE}</h1><div>Ngày sinh: 12/10/2026</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>Từ ngày 01/10/2026 đến ngày 05/10/2026</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>Ngày đăng: 01/12/2026</div>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<div>Ngày hiệu lực: 01/10/2026</div>",
        f"<h1>{TITLE}</h1><div>Ngày 32/13/2026</div>{TEXT}",
    ],
    ids=["none", "in a sentence", "of a law", "birthday", "a span", "in the future", "of effect", "impossible"],
)
def test_dates_that_are_not_of_posting_date_nothing(body: str) -> None:
    assert publications(article(body)).of("http://thcsmau.hcm.edu.vn/bai-viet") is None


def test_dates_later_than_the_as_of_date_are_as_if_they_were_not_there() -> None:
    pages = article(f"<h1>{TITLE}</h1><div>Ngày đăng: 08/09/2026</div>{TEXT}")
    assert publications(pages, as_of=date(2026, 9, 1)).items == ()
    assert publications(pages, as_of=date(2026, 9, 8)).items != ()


def test_lists_date_articles_that_were_not_read() -> None:
    """A school whose articles were not all crawled would seem stale without the dates in its lists."""
    below = "".join(
        f'<div class="item"><h3><a href="/tin/{n}">Bài viết số {n} về hoạt động</a></h3>'
        f"<div>Ngày đăng: 0{n}/10/2026</div></div>"
        for n in range(1, 5)
    )
    above = "".join(
        f'<li><span class="d">1{n}/09/2026</span><a href="/thong-bao/{n}">Thông báo số {n} của trường</a></li>'
        for n in range(1, 5)
    )
    brackets = '<p><a href="/k/1">Kế hoạch tháng mười (06/10/2026)</a></p>'
    inline = '<p><a href="/k/2">Kế hoạch tháng chín của tổ</a> <i>(07.09.2026)</i></p>'
    found = publications({"/": page(f"{below}<h2>Khác</h2><ul>{above}</ul>{brackets}{inline}", menu=MENU)})
    days = {item.url.partition(".edu.vn")[2]: item.day for item in found.items}
    assert days["/tin/1"] == date(2026, 10, 1)
    assert days["/tin/4"] == date(2026, 10, 4)
    assert days["/thong-bao/1"] == date(2026, 9, 11)
    assert days["/thong-bao/4"] == date(2026, 9, 14)
    assert days["/k/1"] == date(2026, 10, 6)
    assert days["/k/2"] == date(2026, 9, 7)
    assert {item.origin for item in found.items} == {Origin.LISTING}


@pytest.mark.parametrize(
    "row",
    [
        "<table><tr><td>1{n}/10/2026</td><td><a href='/t/{n}'>Bài viết số {n} của nhà trường</a></td></tr></table>",
        "<table><tr><td><a href='/t/{n}'>Bài viết số {n} của nhà trường</a></td><td>1{n}/10/2026</td></tr></table>",
        "<a href='/t/{n}'><h3>Bài viết số {n} của nhà trường</h3><span>1{n}/10/2026</span></a>",
        "<a href='/t/{n}'><div>1{n}/10/2026</div><h3>Bài viết số {n} của nhà trường</h3></a>",
        "<li><a href='/t/{n}'>Bài viết số {n} của nhà trường</a><br>1{n}/10/2026</li>",
        "<li><a href='/t/{n}'>1{n}/10/2026 - Bài viết số {n} của nhà trường</a></li>",
        "<li><a href='/t/{n}'>[1{n}/10/2026] Bài viết số {n} của nhà trường</a></li>",
        "<div><a href='/t/{n}'>Bài viết số {n} của nhà trường</a><p>Thứ 4, 1{n}/10/2026</p><p>Sáng nay</p></div>",
        "<h4><a href='/t/{n}'>Bài viết số {n} của nhà trường</a></h4><p>Ngày đăng: 1{n}/10/2026 - Lượt xem: 120</p>",
        "<h4><a href='/t/{n}'>Bài viết số {n} của nhà trường</a></h4><p>1{n} Tháng Mười, 2026</p>",
        "<h2><a href='/t/{n}'>Bài viết số {n} của nhà trường</a></h2><time datetime='2026-10-1{n}'>Th10</time>",
    ],
)
def test_every_look_of_a_list_pairs_titles_with_their_own_dates(row: str) -> None:
    rows = "".join(row.replace("{n}", str(number)) for number in range(1, 5))
    home = page("<p>Chào mừng đến với nhà trường</p>", menu=MENU)
    found = publications({"/": home, "/tin-tuc": page(f"<h1>Tin tức</h1>{rows}", title="Tin tức", menu=MENU)})
    assert {(item.title, item.day.day, item.url[-1]) for item in found.items} == {
        (f"Bài viết số {number} của nhà trường", 10 + number, str(number)) for number in range(1, 5)
    }


@pytest.mark.parametrize(
    "clock",
    [
        "Thứ ba, 20/10/2026",
        "Tuesday, 20/10/2026",
        "Thứ ba, Ngày 20/10/2026 8:35:51",
        "Hôm nay: 20/10/2026",
        "Chủ nhật, 04/10/2026, 13:03",
    ],
)
def test_the_clock_of_the_header_is_no_publication(clock: str) -> None:
    """A dead portal with a clock must not pass as fresh."""
    pages = {
        f"/trang-{number}": page(
            f"<div class='clock'>{clock}</div><h1>Trang số {number} của trường</h1>{TEXT}", menu=MENU
        )
        for number in range(8)
    }
    assert publications({"/": page(f"<div class='clock'>{clock}</div>{TEXT}", menu=MENU), **pages}).items == ()


def test_a_portal_of_one_page_with_a_clock_above_its_news() -> None:
    home = page(
        "<div class='top-header'>Thứ ba, Ngày 20/10/2026 11:51:32</div>"
        "<ul><li><a href='/a'>Nhà trường tổ chức hội nghị viên chức</a></li><li>1/7/2026 10:33</li>"
        "<li><a href='/b'>Nhà trường đón học sinh trở lại lớp</a></li><li>11/5/2026 15:50</li></ul>",
        menu=MENU,
    )
    found = facts_for(make_archive({"/": home}))(Publications)
    assert [item.day for item in found.items] == [date(2026, 7, 1), date(2026, 5, 11)]


def test_template_dates_of_section_pages_are_not_posting_dates() -> None:
    """One platform writes article:published_time on every page of a menu."""
    pages = {
        "/": page(TEXT, menu=MENU),
        "/lien-he": page(f"<h1>Liên hệ</h1>{TEXT}", title="Liên hệ", menu=MENU, head=META),
        "/van-ban": page(f"<h1>Văn bản</h1>{TEXT}", title="Văn bản", menu=MENU, head=META),
    }
    assert publications(pages).items == ()


def test_a_day_that_every_page_declares_is_the_template_s() -> None:
    """One platform declares the day of the visit as the day of publication, on articles, too."""
    head = '<meta property="article:published_time" content="2026-10-20T08:00:00+07:00">'
    pages = {
        f"/bai-{n}": page(
            f"<h1>Bài viết số {n} của nhà trường</h1><p>Ngày đăng: 0{n}/03/2026</p>{TEXT}",
            title=f"Bài viết số {n} của nhà trường",
            head=head,
        )
        for n in range(1, 6)
    }
    found = publications({"/": page(TEXT, menu=MENU, head=head), **pages})
    assert {item.day for item in found.items} == {date(2026, 3, n) for n in range(1, 6)}


def test_copyright_years_and_visitor_counters_are_no_dates() -> None:
    footer = "© 2026 Trường Mẫu. Hôm nay: 120. Tháng 10: 3.411. Tổng lượt truy cập: 20.102.026"
    assert publications({"/": page(TEXT, menu=MENU, footer=footer)}).items == ()


def test_a_linked_title_with_a_date_in_it_is_dated_by_its_stamp() -> None:
    home = page("<h3><a href='/tkb'>Thời khóa biểu áp dụng từ ngày 18/10/2026</a></h3><p>16/10/2026</p>", menu=MENU)
    found = publications({"/": home})
    assert [item.day for item in found.items] == [date(2026, 10, 16)]


def test_genres_follow_the_section() -> None:
    pages = {
        "/": page("<p>Trang chủ của nhà trường</p>", menu=MENU),
        "/tin-tuc": page(
            "<h1>Tin tức</h1>"
            "<div><a href='/tin/a'>Học sinh nhà trường thi cờ vua</a><p>01/10/2026</p></div>"
            "<div><a href='/tin/b'>Học sinh nhà trường thi bơi lội</a><p>02/10/2026</p></div>",
            title="Tin tức",
            menu=MENU,
        ),
    }
    newest = publications(pages).newest(Genre.NEWS)
    assert newest is not None
    assert newest.title == "Học sinh nhà trường thi bơi lội"


def test_articles_without_any_date_are_known_as_undated() -> None:
    found = publications(article(f"<h1>{TITLE}</h1>{TEXT}"))
    assert TITLE in [title for title, _ in found.undated]


def clocked(clock: str) -> dict[str, str]:
    """Six pages with a clock in the top bar, right before the title of the page."""
    top = f'<div id="topbar"><span>{clock}</span></div>'
    bodies = {f"/bai-{n}": f"<h2>Bài viết số {n} của nhà trường</h2>{TEXT}" for n in range(5)}
    pages = {
        path: page(top + body, title=f"Bài viết số {path[-1]} của nhà trường", menu=MENU)
        for path, body in bodies.items()
    }
    links = "".join(f'<p><a href="{path}">Bài viết số {path[-1]} của nhà trường</a></p>' for path in pages)
    return {"/": page(top + f"<h2>Trang chủ</h2>{links}", menu=MENU), **pages}


@pytest.mark.parametrize("clock", ["Thứ ba, 20/10/2026 - 09:00", "Thứ tư, 14/10/2026", "Thứ sáu, 09:00:01 02/01/2026"])
@pytest.mark.parametrize("as_of", [date(2026, 10, 20), date(2026, 12, 31)])
def test_a_clock_dates_nothing_whatever_day_it_shows(clock: str, as_of: date) -> None:
    """A running, slow or stopped clock in the top bar must not make old articles look fresh."""
    found = facts_for(make_archive(clocked(clock)), as_of=as_of)(Publications)
    assert found.items == ()
    assert len(found.undated) == 5


def test_a_day_in_the_frame_of_a_page_dates_no_article() -> None:
    """ "Cập nhật 12/10/2026" in the header of a single page is not the day of its article."""
    body = f"<header><p>Cập nhật: 12/10/2026</p></header><h2>{TITLE}</h2>{TEXT}"
    assert publications(article(body)).items == ()


def test_an_article_may_keep_its_stamp_in_a_header_of_its_own() -> None:
    body = f"<article><header><h1>{TITLE}</h1><p>12/10/2026</p></header>{TEXT}</article>"
    assert [item.day for item in publications(article(body)).items] == [date(2026, 10, 12)]


def american(*stamps: str) -> dict[str, str]:
    rows = "".join(
        f'<div class="row"><h3><a href="/node/{n}">Tin hoạt động thứ {n} của trường</a></h3><p>{stamp}</p></div>'
        for n, stamp in enumerate(stamps)
    )
    return {"/": page("<h2>Chào mừng</h2>", menu=MENU), "/tin-tuc": page(f"<h1>Tin tức</h1>{rows}", menu=MENU)}


def test_one_date_that_must_be_month_first_decides_for_its_form() -> None:
    """Drupal's English default: "Tue, 09/08/2026" is 8 September once "Fri, 05/29/2026" is seen."""
    stamps = ("Submitted by thuky on Tue, 09/08/2026 - 08:15", "Submitted by thuky on Fri, 05/29/2026 - 10:00")
    found = publications({**american(*stamps), "/khac": page("<h2>Khác</h2><p>Đăng ngày 04/09/2026</p>", menu=MENU)})
    days = {item.day for item in found.items}
    assert {date(2026, 9, 8), date(2026, 5, 29)} <= days
    assert date(2026, 8, 9) not in days
    assert date(2026, 4, 9) not in days  # written by hand, in another form


def test_without_proof_or_with_proofs_of_both_days_come_first() -> None:
    assert {item.day for item in publications(american("05/06/2026", "07/08/2026", "09/10/2026")).items} == {
        date(2026, 6, 5),
        date(2026, 8, 7),
        date(2026, 10, 9),
    }
    both = publications(american("05/06/2026", "05/29/2026", "29/05/2026"))
    assert {item.day for item in both.items} == {date(2026, 6, 5), date(2026, 5, 29)}


def test_a_day_that_the_template_declares_in_json_is_nobodys() -> None:
    """A theme that writes its own "datePublished" into every page must not date articles."""
    head = '<script type="application/ld+json">{"@type":"WebSite","datePublished":"2019-03-01"}</script>'
    stamped = {
        f"/tin-{n}": page(f"<h1>{TITLE} {n}</h1><p>1{n}/09/2026</p>{TEXT}", title=f"{TITLE} {n}", menu=MENU, head=head)
        for n in range(4)
    }
    found = publications({"/": page("<h2>Chào</h2>", menu=MENU), **stamped})
    assert {item.day for item in found.items} == {date(2026, 9, 10 + n) for n in range(4)}


@pytest.mark.parametrize("made", dated_pages(), ids=lambda made: made.name)
def test_whole_pages_are_dated_as_a_reader_would(made: DatedPage) -> None:
    found = facts_for(made.archive)(Publications)
    if made.kind == "newest":
        assert max((item.day for item in found.items), default=None) == made.day
    else:
        item = found.of(made.url)
        assert (item.day if item is not None else None) == made.day


def test_the_day_that_visitors_see_goes_before_a_later_one_in_the_source() -> None:
    """A portal that moved to another system declares the day of the move for all of its old articles."""
    pages = article(f"<h1>{TITLE}</h1><div>Thứ 3, 01/09/2026 | 09:12</div>{TEXT}", head=META)
    found = publications(pages).of("http://thcsmau.hcm.edu.vn/bai-viet")
    assert found is not None
    assert (found.day, found.origin) == (date(2026, 9, 1), Origin.STAMP)


def test_the_page_of_a_section_is_no_publication_of_the_day_that_its_source_declares() -> None:
    pages = {
        "/": page('<a href="/lien-he">Liên hệ</a>', menu=MENU[:1]),
        "/lien-he": page(f"<h1>Liên hệ</h1>{TEXT}", title="Liên hệ", menu=MENU[:1], head=META),
    }
    assert publications(pages).items == ()


def test_an_article_beside_long_lists_keeps_the_day_that_it_declares() -> None:
    others = "".join(
        f"<h4>Tin số {n} của nhà trường chúng ta</h4><h4>0{n}/10/2026 8 Lượt xem</h4>" for n in range(1, 9)
    )
    found = publications(article(f"<h1>{TITLE}</h1>{TEXT}<aside>{others}</aside>", head=META)).of(
        "http://thcsmau.hcm.edu.vn/bai-viet"
    )
    assert found is not None
    assert (found.day, found.origin) == (date(2026, 9, 6), Origin.META)

"""Search boxes as real systems write them: each must be recognised, and asked as a browser would ask it."""

from __future__ import annotations

import random

import pytest

from auditor.facts.search import Question, question_request, rare_question, search_form
from auditor.model import Capture
from auditor.page import Page, read_page


def read(body: str, url: str = "http://thcsmau.hcm.edu.vn/") -> Page:
    return read_page(Capture(url, 200, (("content-type", "text/html; charset=utf-8"),), body.encode(), ""))


@pytest.mark.parametrize(
    ("html", "request_made"),
    [
        (
            '<form role="search" method="get" action="/"><input type="search" name="s" value=""></form>',
            ("GET", "http://thcsmau.hcm.edu.vn/?s=di%E1%BB%81u", b""),
        ),
        (
            '<form action="index.php"><input type="hidden" name="nv" value="seek"><input name="q" '
            'placeholder="Tìm kiếm">'
            '<input type="submit" value="Tìm"></form>',
            ("GET", "http://thcsmau.hcm.edu.vn/index.php?nv=seek&q=di%E1%BB%81u", b""),
        ),
        (
            '<input type="text" maxlength="60" placeholder="Tìm kiếm..."><span><button type="button" '
            'data-url="/seek.html?q=" data-click="y">Tìm</button></span>',
            ("GET", "http://thcsmau.hcm.edu.vn/seek.html?q=di%E1%BB%81u", b""),
        ),
        (
            '<form id="f3" method="post"><input name="page" value="search" type="hidden"><input type="text" '
            'fixedName="keyword3" placeholder="Tìm kiếm..."><button type="submit"></button></form>',
            ("POST", "http://thcsmau.hcm.edu.vn/", b"page=search&keyword3=di%E1%BB%81u"),
        ),
        (
            '<form id="f4" method="post"><input fixedName="keyword4" placeholder="Tìm '
            'kiếm..."></form><script>var k = 1;'
            'location = "http://thcsmau.hcm.edu.vn/?page=search&keyword="+k;</script>',
            ("GET", "http://thcsmau.hcm.edu.vn/?page=search&keyword=di%E1%BB%81u", b""),
        ),
        (
            '<input id="qitxtSearch" placeholder="Từ khóa tìm kiếm"><script>function Timkiem() { var s = '
            '"/Timkiem?key=" + '
            'document.getElementById("qitxtSearch").value; }</script>',
            ("GET", "http://thcsmau.hcm.edu.vn/Timkiem?key=di%E1%BB%81u", b""),
        ),
        (
            '<form method="post" action="/default.aspx"><input type="hidden" name="__VIEWSTATE" value="'
            + "x" * 500
            + '">'
            "<input name=\"ctrl_1$txtSearch\"><a href=\"javascript:__doPostBack('ctrl_1$lnkSearch','')\"></a></form>",
            (
                "POST",
                "http://thcsmau.hcm.edu.vn/default.aspx",
                f"__VIEWSTATE={'x' * 500}&__EVENTTARGET=ctrl_1%24lnkSearch&ctrl_1%24txtSearch=di%E1%BB%81u".encode(),
            ),
        ),
    ],
    ids=["WordPress", "hidden fields", "button with an address", "POST", "script appends", "city platform", "postback"],
)
def test_asked_as_a_browser_would(html: str, request_made: tuple[str, str, bytes]) -> None:
    form = search_form(read(html))
    assert form is not None
    assert form.askable
    assert question_request(form, "diều") == request_made


@pytest.mark.parametrize(
    "html",
    [
        '<form action="https://www.google.com/search"><input name="q"><button>Tìm kiếm</button></form>',
        '<form action="/nhan-tin"><input name="email" placeholder="Email nhận bản tin"><button>Gửi</button></form>',
        '<form action="/tra-cuu"><input name="q" placeholder="Nhập số báo danh"><button>Tra cứu điểm '
        "thi</button></form>",
        '<form><input name="key" placeholder="Số ký hiệu"><select><option>Loại văn '
        "bản</option></select><button>Tìm</button></form>",
        '<form method="post"><input name="txtQuestionSearch" placeholder="Tìm câu hỏi"><button>Tìm '
        "kiếm</button></form>",
        '<form><input name="username"><input type="password" name="password"><button>Đăng nhập</button></form>',
        '<form><input name="ten" placeholder="Họ và tên"><textarea '
        'name="noidung"></textarea><button>Gửi</button></form>',
    ],
    ids=["another site", "newsletter", "scores", "documents", "questions", "login", "contact"],
)
def test_other_boxes_are_no_search_of_the_portal(html: str) -> None:
    assert search_form(read(html)) is None


TITLES = [
    ("http://a.vn/1", "Hội thi làm diều giấy mừng xuân"),
    ("http://a.vn/2", "Thông báo lịch kiểm tra cuối học kỳ"),
    ("http://a.vn/3", "Trường THCS Mẫu Số Một"),
    ("http://a.vn/4", "Trường THCS Mẫu Số Một"),
    ("http://a.vn/5", "Không tìm thấy trang bạn yêu cầu"),
    ("http://a.vn/6", "Quá trình hình thành và phát triển"),
    ("http://a.vn/7", "12 34 56 78 90"),
]


def test_question_is_the_same_in_any_order() -> None:
    first = rare_question(TITLES, "")
    shuffled = list(TITLES)
    random.Random(3).shuffle(shuffled)
    assert rare_question(shuffled, "") == first
    assert isinstance(first, Question)


def test_question_comes_from_an_article_and_not_from_what_stands_everywhere() -> None:
    """Asked for the school's name or a section's label, any search "fails", and the school would pay for it."""
    question = rare_question(TITLES, "chao mung hoi thi lam dieu")
    assert question is not None
    assert question.article_url in ("http://a.vn/1", "http://a.vn/2")
    assert question.text not in ("hội thi", "thi làm", "làm diều")


def test_short_titles_are_asked_for_where_there_are_no_longer_ones() -> None:
    question = rare_question([*TITLES[2:], ("http://a.vn/8", "Gom giấy vụn xuân")], "")
    assert question is not None
    assert question.article_url == "http://a.vn/8"


def test_no_question_reaches_over_a_mark() -> None:
    """A search that looks for letters as they stand finds no "chính phòng" in "hành chính: phòng"."""
    titles = [("http://a.vn/1", "Vui xuân: Thương - Nghiêm túc")]
    question = rare_question(titles, "")
    assert question is not None
    assert question.text in ("vui xuân", "nghiêm túc")


def test_no_article_no_question() -> None:
    assert rare_question(TITLES[2:], "") is None

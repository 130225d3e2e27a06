"""Item 1.8: a box that works must not be missed, and an answer that is only the home page again is no hit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.checks.site_search import site_search
from auditor.facts.search import search_form
from auditor.model import Capture, Finding, Verdict
from auditor.page import read_page
from tests.auditor.portal_maker import finding_of, make_archive, page, probe

MENU = [("Tin tức", "/tin-tuc/"), ("Văn bản", "/van-ban/"), ("Giới thiệu", "/gioi-thieu/")]
WORDPRESS = '<form role="search" method="get" action="/"><input type="search" name="s"></form>'
ARTICLE = "/tin-tuc/hoi-thi-lam-dieu-giay/"
TITLE = "Hội thi làm diều giấy mừng xuân"


def portal(box: str, **more: Any) -> dict[str, Any]:
    pages = {
        "/": page(f"{box}<p>Chào mừng đến với trường.</p>", menu=MENU),
        "/tin-tuc/": page(f'<h2>Tin tức</h2><a href="{ARTICLE}">{TITLE}</a>', menu=MENU),
        ARTICLE: page(f"<h2>{TITLE}</h2><p>Sáng nay các lớp cùng nhau thi tài.</p>", menu=MENU),
        "/van-ban/": page("<h2>Văn bản</h2><p>Danh sách văn bản của trường trong năm học.</p>", menu=MENU),
        "/gioi-thieu/": page("<h2>Giới thiệu</h2><p>Trường nằm bên bờ sông.</p>", menu=MENU),
    }
    return {"pages": {**pages, **more.pop("pages", {})}, **more}


def note(**fields: Any) -> list[tuple[str, Any]]:
    answer = "http://thcsmau.hcm.edu.vn/?s=dieu+giay"
    article = f"http://thcsmau.hcm.edu.vn{ARTICLE}"
    return [("search", {"question": "diều giấy", "article_url": article, "answer_url": answer, **fields})]


def answer(body: str, status: int = 200) -> Capture:
    return probe("/?s=dieu+giay", page(WORDPRESS + body, menu=MENU), status=status)


HIT = answer(f'<h2>Kết quả cho "diều giấy"</h2><ul><li><a href="{ARTICLE}">{TITLE}</a></li></ul>')
HOME_AGAIN = probe("/?s=dieu+giay", str(portal(WORDPRESS)["pages"]["/"]))
EMPTY = answer(
    '<h2>Kết quả cho "diều giấy"</h2><p>Không tìm thấy bài nào.</p><a href="/?s=diều giấy&page=2">diều giấy 2</a>'
)


PAGE_FORM = (
    '<form method="post" action="./"><input type="hidden" name="__VIEWSTATE" value="x"><input id="txtTim" '
    'placeholder="Nhập từ khóa tìm kiếm" onkeypress="return Timkiem(event)"><p>Chào mừng.</p></form>'
)
ROBOTS = Capture(
    "http://thcsmau.hcm.edu.vn/robots.txt", 200, (), b"User-agent: *\nDisallow: /Timkiem\n", "2026-10-20T01:00:00Z",
    role="robots",
)  # fmt: skip


def test_box_that_only_a_script_sends_is_not_asked_by_the_form_around_the_page() -> None:
    """Sent to the home page, the question would bring the home page, and the school would pay for it."""
    form = search_form(read_page(make_archive(portal(PAGE_FORM)["pages"]).captures[0]))
    assert form is not None
    assert form.complete
    assert not form.askable
    assert found(portal(PAGE_FORM)).verdict is Verdict.UNDETERMINED
    assert found(portal(PAGE_FORM, probes=[ROBOTS])).verdict is Verdict.PASS


LISTED = f'<p><a href="{ARTICLE}">{TITLE}</a></p>'
ON_THE_HOME_PAGE = portal(
    WORDPRESS,
    notes=note(status=200),
    probes=[probe("/?s=dieu+giay", page(f"{WORDPRESS}<h2>Kết quả</h2>{LISTED}", menu=MENU))],
    pages={"/": page(f"{WORDPRESS}<h2>Tin mới</h2>{LISTED}<p>Tuyển sinh lớp 6.</p><p>Lịch thi.</p>", menu=MENU)},
)


def found(made: dict[str, Any]) -> Finding:
    return finding_of(site_search, make_archive(made.pop("pages"), **made))


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (portal(WORDPRESS, notes=note(status=200), probes=[HIT]), Verdict.PASS),
        (ON_THE_HOME_PAGE, Verdict.PASS),
        (portal(WORDPRESS, notes=note(status=200), probes=[HOME_AGAIN]), Verdict.PARTIAL),
        (portal(WORDPRESS, notes=note(status=200), probes=[EMPTY]), Verdict.PARTIAL),
        (portal(WORDPRESS, notes=note(status=500), probes=[answer("<h1>Lỗi</h1>", 500)]), Verdict.PARTIAL),
        (portal(WORDPRESS, notes=note(status=None, error="timeout")), Verdict.UNDETERMINED),
        (portal(WORDPRESS), Verdict.UNDETERMINED),
        (portal(WORDPRESS, notes=note(robots_forbids=True)), Verdict.PASS),
        (portal('<script async src="https://cse.google.com/cse.js?cx=1"></script><div '
        'class="gcse-search"></div>'), Verdict.PASS),
        (portal(""), Verdict.FAIL),
        (portal('<form action="/nhan-tin"><input name="email" placeholder="Nhập email"><button>Đăng '
        'ký</button></form>'), Verdict.FAIL),
        (
            portal('<form action="/diem"><input name="sbd" placeholder="Số báo danh"><button>Tra cứu '
            'điểm</button></form>'),
            Verdict.FAIL,
        ),
        (
            portal('<form action="/login"><input name="username"><input type="password" '
            'name="p"><button>Vào</button></form>'),
            Verdict.FAIL,
        ),
        (
            portal(
                "",
                pages={
                    "/van-ban/": page(
                        '<form action="/van-ban/"><input name="tukhoa" placeholder="Số ký hiệu, trích yếu">'
                        "<button>Tìm kiếm</button></form>",
                        menu=MENU,
                    )
                },
            ),
            Verdict.PARTIAL,
        ),
    ],
    ids=[
        "finds its article", "finds one that the home page has, too", "answers with the home page", "answers nothing",
        "answers with an error", "no answer came",
        "not tried", "robots.txt forbids it", "embedded service", "none", "newsletter", "score look-up", "login",
        "documents only",
    ],
)  # fmt: skip
def test_verdict(made: dict[str, Any], verdict: Verdict) -> None:
    assert found(made).verdict is verdict


def test_robots_of_the_archive_count_when_nobody_asked() -> None:
    """The city's platform forbids its own answers: that must not cost a school the item."""
    robots = Capture(
        "http://thcsmau.hcm.edu.vn/robots.txt", 200, (), b"User-agent: *\nDisallow: /Timkiem\n", "", role="robots"
    )
    box = (
        '<input id="qitxtSearch" placeholder="Từ khóa tìm kiếm"><span onclick="Timkiem()">Tìm</span><script>function '
        'Timkiem(){ var v = "/Timkiem?key=" + document.getElementById("qitxtSearch").value; location.href = '
        "v }</script>"
    )
    made = portal(box)
    made["pages"]["/robots.txt"] = robots
    assert found(made).verdict is Verdict.PASS


def test_a_crawled_page_of_results_is_an_answer() -> None:
    """Tag clouds link to searches; what they show proves that the search works."""
    made = portal(WORDPRESS)
    made["pages"]["/?s=diều giấy"] = page(f'<h2>Kết quả</h2><a href="{ARTICLE}">{TITLE}</a>', menu=MENU)
    assert found(made).verdict is Verdict.PASS


def test_box_that_stands_only_over_a_list_of_documents_is_partial() -> None:
    """It filters that list, whatever stands on its button."""
    box = '<form action="/van-ban/"><input name="tukhoa" placeholder="Từ khóa"><button>Tìm kiếm</button></form>'
    made = portal("", pages={"/van-ban/": page(box, title="Văn bản - Trường Mẫu", menu=MENU)})
    assert found(made).verdict is Verdict.PARTIAL


def test_search_that_goes_straight_to_its_only_hit_passes() -> None:
    """WordPress shows the article itself when nothing else is found."""
    archive_pages = portal(WORDPRESS)["pages"]
    made = portal(
        WORDPRESS,
        notes=note(status=200),
        redirects={"/?s=dieu+giay": ARTICLE},
        probes=[probe(ARTICLE, str(archive_pages[ARTICLE]))],
    )
    assert found(made).verdict is Verdict.PASS


def test_dead_box_without_any_script_is_partial() -> None:
    assert found(portal('<input name="q" placeholder="Tìm kiếm">')).verdict is Verdict.PARTIAL


def test_answer_to_a_question_by_post_is_told_from_another_probe_of_the_same_address() -> None:
    """Some platforms answer at the home page's own address, which is asked for again for other reasons."""
    box = '<form method="post" action="/"><input type="search" name="tu"><button>Tìm</button></form>'
    hit = probe("/", page(f'<ul><li><a href="{ARTICLE}">{TITLE}</a></li></ul>', menu=MENU))
    again = probe("/", str(portal(box)["pages"]["/"]))
    asked = note(status=200, method="POST")[0][1] | {"answer_url": "http://thcsmau.hcm.edu.vn/"}
    made = portal(box, notes=[("search", asked)], probes=[hit, again])
    archive = make_archive(made.pop("pages"), **made)
    at = archive.captures.index(hit)
    archive = replace(archive, sent={at: ("POST", b"tu=dieu+giay")})
    assert finding_of(site_search, archive).verdict is Verdict.PASS

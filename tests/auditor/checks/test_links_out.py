"""Items 1.3, 2.10.b and 2.17: links that leave the portal, told by their hosts."""

from __future__ import annotations

import pytest

from auditor.checks.management_system import management_system
from auditor.checks.ministry_links import ministry_links
from auditor.checks.support_functions import support_functions
from auditor.model import Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page, unit_of

MENU = [("Tin tức", "/tin-tuc/"), ("Văn bản", "/van-ban/"), ("Giới thiệu", "/gioi-thieu/")]
SEARCH = '<form role="search" action="/"><input type="search" name="s"></form>'


def links(*addresses: str) -> str:
    return "<ul>" + "".join(f'<li><a href="{address}">Liên kết</a></li>' for address in addresses) + "</ul>"


def options(*addresses: str) -> str:
    listed = "".join(f'<option value="{address}">Trang</option>' for address in addresses)
    return f'<select onchange="window.open(this.value)"><option value="">Chọn liên kết</option>{listed}</select>'


@pytest.mark.parametrize(
    ("body", "declared", "verdict"),
    [
        (links("https://truong.hcm.edu.vn/"), None, Verdict.PASS),
        ('<a href="https://login.smas.edu.vn/Account"><img src="/hop.png" alt=""></a>', None, Verdict.PASS),
        (options("http://csdl.moet.gov.vn/"), None, Verdict.PASS),
        ("<a href=\"#\" onclick=\"window.open('https://vnedu.vn/')\">Sổ liên lạc</a>", None, Verdict.PASS),
        (links("https://www.google.com/url?q=https%3A%2F%2Ftruong.hcm.edu.vn%2F&amp;sa=D"), None, Verdict.PASS),
        (links("/chuyen?url=https://truong.hcm.edu.vn/"), None, Verdict.PASS),
        (links("https://www.facebook.com/sharer.php?u=https://truong.hcm.edu.vn/"), None, Verdict.FAIL),
        (links("https://quanly.truongmau.vn/vao"), "quanly.truongmau.vn", Verdict.PASS),
        (links("https://quanly.truongmau.vn/vao"), "https://quanly.truongmau.vn/", Verdict.PASS),
        (links("https://olm.vn/", "https://azota.vn/", "https://lms.vnedu.vn/"), None, Verdict.FAIL),
        (links("https://smas.edu.vn.la-dao.com/"), None, Verdict.FAIL),
        ("<p>Phụ huynh vào truong.hcm.edu.vn để xem điểm.</p>", None, Verdict.FAIL),
        (links("https://khac.vn/"), "quanly.truongmau.vn", Verdict.FAIL),
    ],
    ids=[
        "known", "picture link", "option", "handler", "behind a counter", "behind a counter of the portal",
        "shared elsewhere", "declared host", "declared address", "learning sites",
        "look-alike host", "named in text only", "another than the declared one",
    ],
)  # fmt: skip
def test_management_system(body: str, declared: str | None, verdict: Verdict) -> None:
    unit = unit_of(management_system=declared)
    assert finding_of(management_system, make_archive({"/": page(body, menu=MENU)}, unit=unit)).verdict is verdict


FIVE = (
    "http://vanban.moet.gov.vn/", "http://thi.moet.gov.vn/", "http://cchc.moet.gov.vn/", "http://ebook.moet.gov.vn/",
    "http://www.edu.net.vn/",
)  # fmt: skip


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (links(*FIVE), Verdict.PASS),
        (options(*FIVE), Verdict.PASS),
        (links(*FIVE[:3], "https://igiaoduc.vn/", "https://csdl.edu.vn/"), Verdict.PASS),
        (links(FIVE[0]), Verdict.PARTIAL),
        (links(*FIVE[:4]), Verdict.PARTIAL),
        (links(FIVE[0], "http://vanban.moet.gov.vn/2", "http://vanban.moet.gov.vn/3"), Verdict.PARTIAL),
        (links("https://moet.gov.vn/"), Verdict.FAIL),
        ("<p>Không có liên kết nào.</p>", Verdict.FAIL),
    ],
    ids=["five", "in a select", "replaced ones", "one", "four", "three links to one", "only the ministry", "none"],
)
def test_ministry_links(body: str, verdict: Verdict) -> None:
    archive = make_archive({"/": page(body, menu=MENU)})
    assert finding_of(ministry_links, archive, options={"min_sites": 5}).verdict is verdict


SCHOOLS = ("https://hcm.edu.vn/", "http://pgdmau.hcm.edu.vn/", "http://thmaumot.hcm.edu.vn/")
NEWS = (
    '<p>Xem thêm bài của <a href="{0}">Sở</a> đăng hôm qua về việc tổ chức hội thi vẽ tranh cho học sinh các lớp.</p>'
)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (SEARCH + links(*SCHOOLS), Verdict.PASS),
        (SEARCH + options(*SCHOOLS), Verdict.PASS),
        (SEARCH + links(*SCHOOLS[:2]), Verdict.PARTIAL),
        (SEARCH, Verdict.PARTIAL),
        (links(*SCHOOLS), Verdict.PARTIAL),
        (
            SEARCH + links("https://smas.edu.vn/", "https://csdl.moet.gov.vn/", "https://truong.hcm.edu.vn/"),
            Verdict.PARTIAL,
        ),
        ("".join(NEWS.format(school) for school in SCHOOLS), Verdict.FAIL),
        ("<p>Không có gì.</p>", Verdict.FAIL),
        (links("/a", "http://thcsmau.hcm.edu.vn/b", "http://www.thcsmau.hcm.edu.vn/c"), Verdict.FAIL),
    ],
    ids=[
        "both",
        "in a select",
        "too few",
        "search only",
        "links only",
        "systems are no units",
        "within text",
        "neither",
        "own",
    ],
)
def test_support_functions(body: str, verdict: Verdict) -> None:
    archive = make_archive({"/": page(body, menu=MENU)})
    assert finding_of(support_functions, archive, options={"min_hosts": 3}).verdict is verdict


def test_links_of_a_single_article_are_no_block_of_links() -> None:
    pages = {
        "/": page(f'{SEARCH}<a href="/bai/">Hội thi vẽ tranh mùa thu</a>', menu=MENU),
        "/bai/": page(links(*SCHOOLS)),
    }
    assert finding_of(support_functions, make_archive(pages), options={"min_hosts": 3}).verdict is Verdict.PARTIAL

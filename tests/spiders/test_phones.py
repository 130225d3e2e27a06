"""Item 1.4 on a real screen of 360 × 740: what a person with a phone would say of each of these home pages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.archive import Archive
from auditor.checks.mobile import mobile
from auditor.facts.phones import Phones
from auditor.model import Finding
from tests.auditor.portal_maker import facts_for, finding_of
from tests.spiders.scripted import html
from tests.spiders.web import Asked, Reply, Web, crawled, reply, serving, settings, unit

_GOOD = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_TEXT = "<h1>Trường Mẫu</h1><p>" + "Nhà trường thông báo lịch học của các lớp trong tuần. " * 8 + "</p>"
_CELLS = "".join(f"<td style='min-width:90px'>Tiết {n}</td>" for n in range(10))
_TABLE = f"<table class='tkb'><tr>{_CELLS}</tr></table>"
_PHONE = "if (/Mobile/.test(navigator.userAgent))"


def _page(body: str, head: str = _GOOD) -> Reply:
    return reply(html(_TEXT + body, head))


def _by_agent(asked: Asked) -> bytes:
    """A server that sends phones elsewhere."""
    if "Mobile" in asked.headers.get("user-agent", ""):
        return reply("", 302, Location="http://m.server-moves.example/")
    return reply(html(_TEXT))


def _two_faces(asked: Asked) -> bytes:
    """A server that answers phones with another page under the same address."""
    return reply(html(_TEXT, _GOOD if "Mobile" in asked.headers.get("user-agent", "") else ""))


# name: (home page, verdict, what the summary or the evidence says)
PAGES: dict[str, tuple[Reply, str, str]] = {
    "fluid": (_page("<div style='width:100%'>Bài viết</div>"), "pass", "không phải kéo ngang"),
    "table": (_page(_TABLE), "partial", "table.tkb"),
    # The sheet that would let the table scroll by itself did not come: our eyes failed, not the school.
    "sheet-missing": (_page(_TABLE, f"{_GOOD}<link rel=stylesheet href='/gone.css'>"), "pass", ""),
    "table-in-frame": (_page(f"<div style='overflow-x:auto'>{_TABLE}</div>"), "pass", ""),
    "fixed-width": (_page("<div id='khung' style='width:1000px'>Bài viết</div>"), "partial", "div#khung"),
    "no-viewport": (_page("<div style='width:1000px'>Bài viết</div>", ""), "fail", "không khai báo"),
    "width-1024": (_page("", '<meta name="viewport" content="width=1024">'), "fail", "cố định"),
    "commented": (_page("", f"<!-- {_GOOD} -->"), "fail", "không khai báo"),
    "script-moves": (
        _page(f"<script>{_PHONE} location.href = 'http://m.script-moves.example/' + '?a'</script>", ""),
        "partial",
        "m.script-moves.example",
    ),
    "server-moves": (_by_agent, "partial", "m.server-moves.example"),
    "two-faces": (_two_faces, "partial", "phiên bản riêng"),
    "no-zoom": (_page("", _GOOD.replace("scale=1", "scale=1, user-scalable=no")), "partial", "phóng to"),
    "largest-scale": (_page("", _GOOD.replace("scale=1", "scale=1, maximum-scale=1")), "partial", "phóng to"),
    "image-map": (
        _page("<img src='/a.svg' width=900 height=90 usemap='#m'><map name=m><area href='/a' coords='0,0,9,9'></map>"),
        "partial",
        "img",
    ),
    "image-shrinks": (_page("<img src='/a.svg' width=900 style='max-width:100%;height:auto'>"), "pass", ""),
    "image-wide": (_page("<img class='banner' src='/a.svg' width=1200 height=90>"), "partial", "img.banner"),
    "cut-off": (_page("<style>body{overflow-x:hidden}</style><div style='width:900px'>Bài</div>"), "pass", ""),
    "script-viewport": (
        _page("<script>document.head.insertAdjacentHTML('beforeend', '" + _GOOD.replace('"', "&quot;").replace(
            "&quot;", '"') + "')</script>", ""),
        "pass",
        "",
    ),
    "script-spoils": (
        _page("<script>document.querySelector('meta[name=viewport]').content = 'width=1200'</script>"),
        "fail",
        "cố định",
    ),
    "menu-left": (_page("<div style='position:absolute;left:-300px;width:280px'>Menu</div>"), "pass", ""),
    "menu-right": (
        _page("<div style='overflow:hidden;position:relative'><div style='position:absolute;right:-300px;width:280px'>"
              "Menu</div>&nbsp;</div>"),
        "pass",
        "",
    ),
    "menu-sticks-out": (
        _page("<div class='ngan' style='position:absolute;left:350px;width:280px'>Menu</div>"), "partial", "div.ngan"
    ),
    "long-word": (_page("<pre>" + "https://thcsmau.hcm.edu.vn/" + "a" * 90 + "</pre>"), "partial", "pre"),
    "video": (_page("<iframe width=560 height=315 src='http://v.example/'></iframe>"), "partial", "iframe"),
    "video-shrinks": (_page("<iframe style='width:100%' src='http://v.example/'></iframe>"), "pass", ""),
    "carousel": (_page("<div style='overflow:hidden'><div style='width:3000px'>Ảnh 1 Ảnh 2</div></div>"), "pass", ""),
    "marquee": (_page("<marquee>" + "Chào mừng năm học mới. " * 12 + "</marquee>"), "pass", ""),
    "small-text": (_page(f"<div style='font-size:9px'>{'Chữ rất nhỏ. ' * 40}</div>"), "pass", "nhỏ hơn 12"),
    "near": (
        _page("".join(f"<div style='height:9px;line-height:9px'><a href='/{n}'>Mục {n}</a></div>" for n in range(6))),
        "pass",
        "quá sát nhau",
    ),
    "initial-scale": (_page("", '<meta name="viewport" content="initial-scale=1">'), "pass", ""),
    "four-pixels": (_page("<div style='width:356px'>Bài viết</div>"), "pass", ""),
    "print-only": (_page("<style>@media print{p{width:2000px}}</style>"), "pass", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Archive]:
    """One crawl of all of them."""
    picture = reply("<svg xmlns='http://www.w3.org/2000/svg' width='900' height='90'></svg>", kind="image/svg+xml")
    web = Web({f"{name}.example": {"/": home, "/a.svg": picture} for name, (home, _, _) in PAGES.items()})
    with serving(web):
        config = settings(web, {"render": "auto", "timeout_seconds": 20.0})
        few = config.browser.model_copy(update={"phone_pages": 1, "pictures": False, "concurrent_pages": 3})
        config = config.model_copy(update={"browser": few})
        units = [unit(name, f"http://{name}.example/") for name in PAGES]
        return crawled(config, tmp_path_factory.mktemp("archives"), *units)


def judged(archive: Archive) -> Finding:
    return finding_of(mobile, archive, options={"viewport_share": 0.9, "max_overflow": 8})


@pytest.mark.parametrize("name", PAGES)
def test_the_verdict_on_a_page(archives: Mapping[str, Archive], name: str) -> None:
    _, verdict, says = PAGES[name]
    found = judged(archives[name])
    told = " ".join([found.summary, *(f"{one.url} {one.quote} {one.note}" for one in found.evidence)])
    assert (found.verdict, says in told) == (verdict, True), told


def test_every_page_was_seen(archives: Mapping[str, Archive]) -> None:
    unseen = [name for name, archive in archives.items() if facts_for(archive)(Phones).home is None]
    assert set(unseen) <= {"script-moves"}

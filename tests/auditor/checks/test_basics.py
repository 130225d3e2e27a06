"""1.1, 1.4, 1.5, 1.6 and 1.7 on small portals: pass, partial, fail and the traps of each."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.cms import cms
from auditor.checks.menu_and_banner import menu_and_banner
from auditor.checks.mobile import mobile
from auditor.checks.server_location import server_location
from auditor.checks.unicode_text import unicode_text
from auditor.model import Capture, Cause, Finding
from tests.auditor.portal_maker import FETCHED_AT, NAME, finding_of, make_archive, page

MENU = [(f"Mục số {n}", f"/m{n}") for n in range(8)]
MENU_OPTIONS = {"min_destinations": 5, "menu_share": 0.8, "max_broken_share": 0.05}
GOOD = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def menu_finding(pages: dict[str, Any], **more: Any) -> Finding:
    return finding_of(menu_and_banner, make_archive(pages, **more), options=MENU_OPTIONS)


def full(**replace: Any) -> dict[str, Any]:
    pages: dict[str, Any] = {"/": page("<p>Chào</p>", menu=MENU)}
    for label, path in MENU:
        pages[path] = page(f"<h2>{label}</h2><p>{label} của trường.</p>", menu=MENU)
    pages.update({f"/{name}" if name != "home" else "/": body for name, body in replace.items()})
    return pages


def bare(body: str, title: str = "Trang chủ") -> str:
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"


ANCHORS = "".join(f'<a href="{path}">{label}</a> ' for label, path in MENU)
FRAME_MENU = bare("".join(f'<p><a target="than" href="{path}">{label}</a></p>' for label, path in MENU))


@pytest.mark.parametrize(
    ("pages", "more", "verdict"),
    [
        (full(), {}, "pass"),
        (full(m7=(404, "x"), m6=page("<p>a</p>")), {}, "partial"),  # 1 of 8 broken
        (full(**{f"m{n}": bare(f"<p>Trang {n}</p>") for n in range(4)}), {}, "partial"),  # menu on half of the pages
        (full(home=bare(f"<nav>{ANCHORS}</nav>")), {}, "partial"),  # nobody's banner
        (full(home=bare(f'<nav>{ANCHORS}</nav><img src="b.jpg" alt="{NAME}">')), {}, "pass"),  # named by the picture
        (full(home=bare(f"<h1>{NAME}</h1><p>Chào</p><footer>{ANCHORS}</footer>")), {}, "partial"),  # footer only
        (
            full(
                home=bare(
                    f'<h1>{NAME}</h1><p><a href="{MENU[0][1]}">Xem thêm</a></p>'
                    f'<footer><div class="menu-chan">{ANCHORS}</div></footer>'
                )
            ),
            {},
            "partial",  # what is called a menu stands in the footer
        ),
        ({"/": bare(f"<h1>{NAME}</h1><p>Trang một trang duy nhất, không có mục nào.</p>")}, {}, "fail"),
        (
            {
                "/": '<frameset><frame src="/menu.htm"><frame src="/than.htm"></frameset>',
                "/menu.htm": FRAME_MENU,
                "/than.htm": bare(f"<h1>{NAME}</h1>"),
                **{path: bare(f"<p>{label}</p>") for label, path in MENU},
            },
            {"frames": ("/menu.htm", "/than.htm")},
            "pass",
        ),
        (
            full(
                home=bare(
                    f'<h1>{NAME}</h1><img src="m.gif" usemap="#m"><map name=m>'
                    + "".join(f'<area href="{path}" alt="{label}">' for label, path in MENU)
                    + "</map>"
                )
            ),
            {},
            "pass",
        ),
        (
            full(
                home=page(
                    "<p>Chào</p><select onchange='location=this.value'>"
                    + "".join(f'<option value="{path}">{label}</option>' for label, path in MENU)
                    + "</select>"
                )
            ),
            {},
            "pass",
        ),
        # '#' and addresses that robots.txt forbids are not broken links; timeouts are ours
        (
            full(home=page('<a href="#">x</a>', menu=[*MENU, ("Cấm", "/cam")])),
            {"failures": {"/cam": Cause.ROBOTS}},
            "pass",
        ),
        (full(), {"failures": {"/m7/a": Cause.TIMEOUT}}, "pass"),
    ],
)
def test_menu_and_banner(pages: dict[str, Any], more: dict[str, Any], verdict: str) -> None:
    frames = more.pop("frames", ())
    if frames:
        base = "http://thcsmau.hcm.edu.vn"
        for path in frames:
            headers = (("content-type", "text/html; charset=utf-8"),)
            body = str(pages[path]).encode()
            pages[path] = Capture(base + path, 200, headers, body, FETCHED_AT, depth=0, via=f"{base}/")
    found = menu_finding(pages, **more)
    assert found.verdict == verdict, found


def mobile_pages(home: str, inner: str = GOOD, count: int = 4) -> dict[str, Any]:
    menu = MENU[:count]
    return {
        "/": page("<p>Chào</p>", menu=menu, head=home),
        **{path: page("<p>x</p>", menu=menu, head=inner) for _, path in menu},
    }


@pytest.mark.parametrize(
    ("home", "inner", "verdict"),
    [
        (GOOD, GOOD, "pass"),
        ('<meta content="initial-scale=1.0, width=device-width" name="viewport">', GOOD, "pass"),
        ('<meta name="viewport" content="initial-scale=1">', GOOD, "pass"),
        (GOOD, "", "partial"),
        ('<meta name="viewport" content="width=device-width, user-scalable=no">', GOOD, "partial"),
        ('<meta name="viewport" content="width=device-width, maximum-scale=1.0">', GOOD, "partial"),
        ('<link rel="alternate" media="only screen and (max-width: 640px)" href="http://m.a.vn/">', GOOD, "partial"),
        ("", GOOD, "fail"),
        ('<meta name="viewport" content="width=1024">', GOOD, "fail"),
        (f"<!-- {GOOD} -->", GOOD, "fail"),
        (
            "<script>document.write('<meta name=viewport content=\"width=device-width\">')</script>",
            GOOD,
            "undetermined",
        ),
    ],
)
def test_mobile(home: str, inner: str, verdict: str) -> None:
    found = finding_of(
        mobile, make_archive(mobile_pages(home, inner)), options={"viewport_share": 0.9, "max_overflow": 8}
    )
    assert found.verdict == verdict, found


@pytest.mark.parametrize(
    ("head", "body", "verdict"),
    [
        ('<meta name="generator" content="NukeViet v4.5">', "", "pass"),
        ('<meta name="generator" content="WordPress 6.5">', "", "pass"),
        ('<link rel="stylesheet" href="/wp-content/themes/x/style.css">', "", "pass"),
        ("", "<p>Trang viết tay của trường</p>", "manual"),
        ("", "<p>Bài học: cách cài WordPress và Joomla vào /wp-content/ trên máy tính</p>", "manual"),
        ('<meta name="generator" content="Microsoft FrontPage 4.0">', "", "manual"),
    ],
)
def test_cms(head: str, body: str, verdict: str) -> None:
    assert finding_of(cms, make_archive({"/": page(body, menu=MENU, head=head)})).verdict == verdict


UNICODE = {"max_other_share": 0.10, "combining_share": 0.01}
VNI = "<p>Tröôøng tieåu hoïc thoâng baùo lòch hoïc cuûa hoïc sinh, giaùo vieân vaø phuï huynh.</p>"
NFD = "<p>Nhà trường thông báo lịch học của học sinh và giáo viên</p>"
PLAIN = "<p>Nhà trường thông báo lịch học của học sinh, giáo viên và phụ huynh.</p>"


def unicode_finding(home: Any, inner: Any = PLAIN, count: int = 12) -> Finding:
    menu = [(f"Mục {n}", f"/m{n}") for n in range(count)]
    pages: dict[str, Any] = {"/": page(home, menu=menu) if isinstance(home, str) else home[0]}
    for n in range(count):
        body = inner[n] if isinstance(inner, list) else inner
        pages[f"/m{n}"] = page(body, menu=menu)
    return finding_of(unicode_text, make_archive(pages), options=UNICODE)


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        ('<a href="/m/">Phiên bản di động</a>', "partial"),
        ('<a href="/?m=1">Xem phiên bản di động</a>', "partial"),
        ('<a href="/mobile/"><img src="dt.png"></a>', "partial"),
        ('<a href="http://m.thcsmau.hcm.edu.vn/">Điện thoại</a>', "partial"),
        ('<a href="#">Phiên bản di động</a>', "fail"),
        ('<a href="/ung-dung">Ứng dụng di động của ngành</a>', "fail"),
    ],
)
def test_a_version_for_phones_of_its_own(link: str, verdict: str) -> None:
    """A portal without a viewport that links a version for phones has done half; an app is no such version."""
    pages = {"/": f"<html><head><title>T</title></head><body><p>Chào</p>{link}</body></html>", "/m/": "<p>Chào</p>"}
    found = finding_of(mobile, make_archive(pages), options={"viewport_share": 0.9, "max_overflow": 8})
    assert found.verdict == verdict, found


def test_unicode() -> None:
    import unicodedata

    combining = unicodedata.normalize("NFD", NFD)
    assert unicode_finding(PLAIN).verdict == "pass"
    assert unicode_finding(VNI).verdict == "fail"
    assert unicode_finding(PLAIN, [VNI, *[PLAIN] * 11]).verdict == "partial"
    assert unicode_finding(PLAIN, [VNI] * 3 + [PLAIN] * 9).verdict == "fail"
    assert unicode_finding(combining).verdict == "partial"
    assert unicode_finding(PLAIN, [combining, *[PLAIN] * 11]).verdict == "partial"
    leftover = '<p style="font-family: VNI-Times">Nhà trường thông báo lịch học</p>'
    assert unicode_finding(leftover).verdict == "pass", "a legacy font name on Unicode text changes nothing"
    undeclared = f"<html><head><title>{NAME}</title></head><body>{PLAIN}</body></html>".encode()
    silent = Capture(
        "http://thcsmau.hcm.edu.vn/", 200, (("content-type", "text/html"),), undeclared, FETCHED_AT, home=True
    )
    assert unicode_finding((silent,)).verdict == "partial"


def test_server_location_says_what_it_cannot_know() -> None:
    pages = {"/": page("<p>x</p>", menu=MENU)}
    options = {"city": "Ho Chi Minh City"}
    assert finding_of(server_location, make_archive(pages), options=options).verdict == "undetermined"
    known = make_archive(pages, end={"addresses": ("203.0.113.9",)})
    assert finding_of(server_location, known, options=options).verdict == "undetermined"
    home = Capture(
        "http://thcsmau.hcm.edu.vn/", 200, (("content-type", "text/html"), ("server", "cloudflare")),
        pages["/"].encode(), FETCHED_AT, home=True,
    )  # fmt: skip
    behind = make_archive({"/": home}, end={"addresses": ("104.16.0.1",)})
    assert finding_of(server_location, behind, options=options).verdict == "manual"

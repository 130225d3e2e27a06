"""When the plain answer of a page is not enough, and how it and a browser's view of it are read together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.archive import RENDERED_TYPE, Archive
from auditor.checks.menu_and_banner import menu_and_banner
from auditor.facts.pages import Pages
from auditor.judge import _why_unseen
from auditor.links import extract_links
from auditor.model import Capture, Cause, Reason
from auditor.page import read_page
from auditor.rendering import Need, need_of
from auditor.urls import key, route_of
from auditor.vocabulary import load_vocabulary
from tests.auditor.portal_maker import FETCHED_AT, HOST, facts_for, finding_of, make_archive, page

HOME = f"http://{HOST}/"
_MENU = [(f"Mục {n}", f"/muc-{n}") for n in range(6)]
_TEXT = "<p>" + "Nhà trường thông báo lịch học của các lớp trong tuần tới. " * 8 + "</p>"
_SCRIPT = '<script src="/a.js"></script>'
_OPTIONS = {"min_destinations": 5, "menu_share": 0.8, "max_broken_share": 0.05}
_LINKS = "".join(f'<a href="/bai-{n}">Bài viết số {n}</a> ' for n in range(8))


def shown(url: str, html: str, *, home: bool = False) -> Capture:
    """What a browser made of a page."""
    return Capture(url, 200, (("content-type", RENDERED_TYPE),), html.encode(), FETCHED_AT, role="rendered", home=home)


def with_shown(archive: Archive, *captures: Capture) -> Archive:
    return replace(archive, captures=(*archive.captures, *captures))


@pytest.mark.parametrize(
    ("html", "need"),
    [
        ('<div id="root"></div>' + _SCRIPT, Need.NO_CONTENT),
        ("<noscript>Hãy bật JavaScript để xem trang này.</noscript>" + _SCRIPT, Need.NO_CONTENT),
        ("<script>var a = '/x'; window.location.href = a + 'y';</script>", Need.SCRIPT_REDIRECT),
        ("<script>top.location.replace(next())</script>", Need.SCRIPT_REDIRECT),
        ('<div id="menu"></div>' + _TEXT + _LINKS + _SCRIPT, Need.NO_MENU),
        ("<nav><ul></ul></nav>" + _TEXT + _LINKS + _SCRIPT, Need.NO_MENU),
        (_TEXT + _SCRIPT, Need.NO_MENU),
        # A page without scripts is all that there is to see, however little that is.
        ('<div id="root"></div>', None),
        (_TEXT, None),
        # The button that opens the menu on phones is an empty place, too.
        (page(_TEXT + '<div class="menu-toggle"></div>' + _SCRIPT, menu=_MENU), None),
        (_TEXT + _LINKS + _SCRIPT, None),
        ('<iframe src="/trong.html"></iframe>' + _SCRIPT, None),
        (f'<frameset><frame src="/menu.html"><frame src="/nd.html"></frameset>{_SCRIPT}', None),
    ],
)
def test_what_needs_a_browser(html: str, need: Need | None) -> None:
    assert need_of(read_page(make_archive({"/": html}).captures[0])) is need


def test_content_is_the_browsers_and_declarations_are_the_answers() -> None:
    raw = '<html><head><title></title></head><body><div id="root"></div><script src="/a.js"></script></body></html>'
    plain = make_archive(
        {"/": Capture(HOME, 200, (("content-type", "text/html"),), raw.encode(), FETCHED_AT, home=True)}
    )
    archive = with_shown(plain, shown(HOME, page(_TEXT, menu=_MENU), home=True))
    home = facts_for(archive)(Pages).home
    assert home is not None
    assert "lịch học" in home.text
    assert [link.text for link in home.links] == [label for label, _ in _MENU]
    assert home.charset.declared is None
    assert dict(home.headers)["content-type"] == "text/html"


def test_a_shell_that_no_browser_saw_says_nothing_about_what_is_missing() -> None:
    pages = facts_for(make_archive({"/": '<div id="root"></div>' + _SCRIPT}))(Pages)
    unseen = _why_unseen(pages, load_vocabulary())
    assert unseen is not None
    assert unseen.reason is Reason.NEEDS_RENDERING


def test_a_menu_that_no_browser_saw_is_not_missing() -> None:
    articles = {f"/bai-{n}": _TEXT for n in range(8)}
    archive = make_archive({"/": '<div id="menu"></div>' + _TEXT + _LINKS + _SCRIPT, **articles})
    unseen = _why_unseen(facts_for(archive)(Pages), load_vocabulary())
    assert unseen is not None
    assert unseen.reason is Reason.NEEDS_RENDERING
    rendered = with_shown(archive, shown(HOME, '<div id="menu"></div>' + _TEXT + _LINKS + _SCRIPT, home=True))
    assert _why_unseen(facts_for(rendered)(Pages), load_vocabulary()) is None


def test_a_page_that_the_browser_could_not_show_is_no_empty_page() -> None:
    shell = '<div id="root"></div>' + _SCRIPT
    archive = make_archive({"/": shell, "/tin-tuc": shell}, failures={"/tin-tuc": Cause.RENDERING})
    archive = with_shown(archive, shown(HOME, page(_TEXT, menu=[("Tin tức", "/tin-tuc")]), home=True))
    pages = facts_for(archive)(Pages)
    assert [one.url for one in pages.pages] == [HOME]
    assert str(pages.look(f"{HOME}tin-tuc").reach) == "failed"


def test_pages_without_a_browsers_view_do_not_count_against_a_menu_of_scripts() -> None:
    raw = '<div id="menu"></div>' + _TEXT + _LINKS + _SCRIPT
    addresses = [path for _, path in _MENU]
    archive = make_archive({"/": raw, **dict.fromkeys(addresses, raw)})
    whole = page(_TEXT, menu=_MENU)
    archive = with_shown(archive, shown(HOME, whole, home=True), shown(HOME + addresses[0].lstrip("/"), whole))
    finding = finding_of(menu_and_banner, archive, options=_OPTIONS)
    assert finding.verdict == "pass"
    assert "1 trong 1 trang" in finding.summary


def test_a_menu_of_scripts_is_left_open_without_a_browser_and_missing_where_one_looked() -> None:
    raw = '<div id="menu"></div>' + _TEXT + _LINKS + _SCRIPT + '<footer><a href="/a">A</a><a href="/b">B</a></footer>'
    unseen = finding_of(menu_and_banner, make_archive({"/": raw}), options=_OPTIONS)
    assert (unseen.verdict, unseen.reason) == ("undetermined", Reason.NEEDS_RENDERING)
    looked = make_archive({"/": raw}, notes=[("rendering", {"home_seen": True, "used": False})])
    assert finding_of(menu_and_banner, looked, options=_OPTIONS).verdict in ("partial", "fail")


@pytest.mark.parametrize(
    ("href", "route"),
    [
        ("#/tin-tuc", f"{HOME}#/tin-tuc"),
        ("#!/tin-tuc/", f"{HOME}#!/tin-tuc/"),
        ("/app#/tin-tuc", f"{HOME}app#/tin-tuc"),
        ("#/", None),
        ("#", None),
        ("#noi-dung", None),
        ("/tin-tuc", None),
        ("javascript:alert('#/')", None),
        ("#/tin tức", f"{HOME}#/tin%20t%E1%BB%A9c"),
    ],
)
def test_routes(href: str, route: str | None) -> None:
    assert route_of(href, f"{HOME}#/trang-chu") == route


def test_only_a_browsers_document_has_routes() -> None:
    capture = make_archive({"/": '<a href="#/tin-tuc">Tin tức</a>'}).captures[0]
    assert [link.url for link in read_page(capture).links] == [""]
    assert [link.url for link in read_page(replace(capture, role="rendered")).links] == [f"{HOME}#/tin-tuc"]
    assert extract_links(read_page(capture).tree(), HOME).links[0].url == ""


def test_routes_are_pages_of_their_own() -> None:
    assert key(f"{HOME}#/a") == key(f"https://www.{HOST}/#/a/") != key(f"{HOME}#/b")
    assert key(f"{HOME}#/") == key(f"{HOME}#noi-dung") == key(HOME)

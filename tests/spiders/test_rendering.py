"""Portals that only scripts fill are read through a real browser, whole and alike every time; others never see one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from auditor.archive import Archive, archive_name
from auditor.facts.navigation import Navigation
from auditor.facts.pages import Pages
from auditor.model import Cause
from tests.auditor.portal_maker import facts_for
from tests.spiders.scripted import MENU, menu_by_script, plain, redirect_by_script, single_page_application
from tests.spiders.web import Web, crawled, serving, settings, unit

PORTALS = {
    "hash": single_page_application(hashes=True),
    "history": single_page_application(hashes=False),
    "menu": menu_by_script(),
    "redirect": redirect_by_script(),
    "plain": plain(),
}


def note_of(archive: Archive, kind: str) -> Any:
    """The archive's note of a kind, None without one."""
    return next((value for known, value in archive.notes if known == kind), None)


# Without the looks at a phone's screen and the pictures, which show the home page again.
ONE_LOOK = {"phone_pages": 0, "pictures": False}


@pytest.fixture(scope="module")
def web() -> Web:
    """Where the portals answer."""
    return Web({f"{name}.example": site for name, site in PORTALS.items()})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the archives are."""
    return tmp_path_factory.mktemp("archives")


@pytest.fixture(scope="module")
def archives(web: Web, folder: Path) -> Mapping[str, Archive]:
    """One crawl of all of them with a browser."""
    with serving(web):
        units = [unit(name, f"http://{name}.example/") for name in PORTALS]
        config = settings(web, {"render": "auto", "timeout_seconds": 20.0})
        config = config.model_copy(update={"browser": config.browser.model_copy(update=ONE_LOOK)})
        return crawled(config, folder, *units)


@pytest.mark.parametrize("name", ["hash", "history"])
def test_every_route_of_a_single_page_application_is_a_page(archives: Mapping[str, Archive], name: str) -> None:
    archive = archives[name]
    pages = facts_for(archive)(Pages)
    mark = "#/" if name == "hash" else "/"
    host = f"http://{name}.example"
    expected = {f"{host}/"} | {f"{host}/{mark.lstrip('/')}{route}" for route, _ in MENU}
    assert {page.url for page in pages.pages} == expected
    for route, label in MENU:
        page = next(page for page in pages.pages if page.url.endswith(route))
        assert label in pages.own_text(page)
        assert page.title == label
    assert archive.end.status == "audited"
    assert archive.end.notes == ("rendered",)
    assert note_of(archive, "rendering")["need"] == "no_content"


def test_routes_behind_a_hash_cost_no_further_request_for_the_document(
    archives: Mapping[str, Archive], web: Web
) -> None:
    assert archives["hash"]
    # Besides, every portal is shown to a search engine once, and one without a viewport is asked once as a phone.
    others = ("Googlebot", "Mobile")
    agents = [one.headers.get("user-agent", "") for one in web.asked if (one.host, one.target) == ("hash.example", "/")]
    assert len([agent for agent in agents if not any(mark in agent for mark in others)]) == 1


def test_a_menu_that_scripts_write_is_followed_and_found_on_every_page(archives: Mapping[str, Archive]) -> None:
    navigation = facts_for(archives["menu"])(Navigation)
    assert [label for _, label in navigation.menu] == [label for _, label in MENU]
    assert navigation.pages_with == navigation.others == len(MENU)
    assert note_of(archives["menu"], "rendering")["need"] == "no_menu"


def test_where_a_script_leads_is_the_home_page(archives: Mapping[str, Archive]) -> None:
    archive = archives["redirect"]
    assert archive.end.final_url == "http://redirect.example/trang-chu.html"
    home = facts_for(archive)(Pages).home
    assert home is not None
    assert home.url.endswith("/trang-chu.html")
    assert archive.end.pages == 1 + len(MENU)


def test_a_portal_with_content_of_its_own_sees_no_browser(archives: Mapping[str, Archive]) -> None:
    archive = archives["plain"]
    assert note_of(archive, "rendering") is None
    assert not [capture for capture in archive.captures if capture.role == "rendered"]


def test_the_rendered_document_lies_beside_the_answer_that_it_shows(
    archives: Mapping[str, Archive], folder: Path
) -> None:
    assert archives["history"]
    answers: dict[str, str] = {}
    shown: list[tuple[str, str | None]] = []
    with (folder / archive_name("history")).open("rb") as stream:
        for record in ArchiveIterator(stream):
            headers = record.rec_headers
            if record.rec_type == "response":
                answers[headers.get_header("WARC-Record-ID")] = headers.get_header("WARC-Target-URI")
            elif record.rec_type == "conversion":
                assert record.content_stream().read().startswith(b"<!DOCTYPE html><html")
                shown.append((headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Refers-To")))
    assert len(shown) == 1 + len(MENU)
    assert all(answers[source or ""] == url for url, source in shown)


def test_the_same_portal_gives_the_same_archive_again(
    archives: Mapping[str, Archive], web: Web, tmp_path: Path
) -> None:
    with serving(web):
        again = crawled(
            settings(web, {"render": "auto", "timeout_seconds": 20.0}), tmp_path, unit("hash", "http://hash.example/")
        )["hash"]
    first = [(c.url, c.role, c.body) for c in archives["hash"].captures]
    assert [(c.url, c.role, c.body) for c in again.captures] == first


def test_without_a_browser_the_crawl_goes_on_and_says_what_it_lacks(web: Web, tmp_path: Path) -> None:
    with serving(web):
        units = [unit(name, f"http://{name}.example/") for name in ("hash", "menu", "plain")]
        found = crawled(settings(web, {"render": "never"}), tmp_path, *units)
    assert found["hash"].end.notes == found["menu"].end.notes == ("needs_browser",)
    assert found["plain"].end.notes == ()
    assert not [f for archive in found.values() for f in archive.failures if f.cause is Cause.RENDERING]

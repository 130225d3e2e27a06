"""Whatever a page does to the browser, a named limit ends it, and every other portal is read as if nothing were."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from auditor.archive import Archive
from auditor.facts.pages import Pages
from auditor.model import Cause
from spiders.rendering import Rendering
from tests.auditor.portal_maker import facts_for
from tests.spiders.scripted import MENU, html, plain, shell_only, single_page_application
from tests.spiders.test_rendering import ONE_LOOK, note_of
from tests.spiders.web import Reply, Web, crawled, reply, serving, settings, unit

_CONTENT = "<main><h1>Trường Mẫu</h1><p>" + "Thông báo của nhà trường. " * 20 + "</p></main>"
_SHOW = f"document.getElementById('app').innerHTML = {_CONTENT!r};"
_EAT = """
  const kept = [];
  setInterval(() => { for (let i = 0; i < 8; i++) kept.push(new Uint8Array(16000000).fill(kept.length + 1)); }, 5);
"""

HOSTILE: dict[str, dict[str, Reply]] = {
    "endless": shell_only("for (;;) {}"),
    "late-endless": shell_only("setTimeout(() => { for (;;) {} }, 300)"),
    "dialogs": shell_only("for (let i = 0; i < 5000; i++) { alert(i); confirm(i); prompt(i); }" + _SHOW),
    "windows": shell_only(
        "for (let i = 0; i < 30; i++) window.open('/neu-' + i);"
        "const a = document.createElement('a'); a.href = '/them'; a.target = '_blank'; a.click();" + _SHOW
    ),
    "download": shell_only(
        "const a = document.createElement('a'); a.href = '/tep.zip'; a.download = 'tep.zip';"
        "document.body.append(a); a.click();" + _SHOW
    )
    | {"/tep.zip": reply(b"PK\x03\x04" + b"x" * 5000, kind="application/zip")},
    "eater": shell_only(_EAT),
    "polling": shell_only("setInterval(() => fetch('/dem?' + Math.random()), 50);" + _SHOW) | {"*": reply("1")},
    "many": shell_only(
        "for (let i = 0; i < 100; i++) { const p = new Image(); p.src = '/anh-' + i + '.png'; }" + _SHOW
    ),
    "hosts": shell_only(
        "for (let i = 0; i < 40; i++) fetch('http://h' + i + '.other.example/').catch(() => 0);" + _SHOW
    ),
    "away": {"/": reply(html(f"{_CONTENT}<script>location.href = 'http://spam.example/' + 'x';</script>"))},
    "form": shell_only(
        "document.body.innerHTML += '<form id=f method=post action=/gui><input name=a></form>';"
        "document.getElementById('f').submit();" + _SHOW
    ),
    "reloads": shell_only("location.reload();" + _SHOW),
    "private": shell_only(
        "Promise.allSettled(['http://10.0.0.8/', 'http://[::1]/', 'http://169.254.169.254/a', 'http://may.local/'].map("
        "u => fetch(u, {mode: 'no-cors'}))).then(() => {" + _SHOW + "})"
    ),
    "sends": shell_only(
        "navigator.sendBeacon('/theo-doi', 'x'); fetch('http://u:p@sends.example/mat-khau').catch(() => 0);"
        "try { new WebSocket('ws://sends.example/o-cam'); } catch (e) {}" + _SHOW
    ),
}
SHOWN = ("dialogs", "windows", "download", "polling", "many", "hosts", "reloads", "private", "sends")


@pytest.fixture(scope="module")
def web() -> Web:
    """The hostile portals, an application and a plain portal, and what they would like to reach."""
    portals: dict[str, dict[str, Reply]] = {**HOSTILE, "app": single_page_application(hashes=False), "plain": plain()}
    hosts = {f"{name}.example": site for name, site in portals.items()}
    for host in ("spam.example", *(f"h{n}.other.example" for n in range(40))):
        hosts[host] = {"*": reply("1")}
    return Web(hosts)


@pytest.fixture(scope="module")
def archives(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Archive]:
    """One crawl of all of them."""
    limits = {"page_seconds": 12.0, "max_memory_bytes": 400_000_000, "max_requests": 50, **ONE_LOOK}
    with serving(web):
        config = settings(web, {"render": "auto", "timeout_seconds": 20.0})
        config = config.model_copy(update={"browser": config.browser.model_copy(update=limits)})
        units = [unit(name, f"http://{name}.example/") for name in (*HOSTILE, "app", "plain")]
        return crawled(config, tmp_path_factory.mktemp("archives"), *units)


def noted(archives: Mapping[str, Archive], name: str) -> Any:
    return note_of(archives[name], "rendering")


@pytest.mark.parametrize("name", ["endless", "late-endless"])
def test_a_script_without_end_is_ended(archives: Mapping[str, Archive], name: str) -> None:
    assert noted(archives, name)["failures"] == {"page_seconds": 1}
    assert archives[name].end.notes == ("not_rendered",)


def test_a_page_that_eats_memory_is_ended(archives: Mapping[str, Archive]) -> None:
    assert noted(archives, "eater")["failures"] == {"memory": 1}


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_page_shows_is_read_whatever_else_it_tries(archives: Mapping[str, Archive], name: str) -> None:
    home = facts_for(archives[name])(Pages).home
    assert home is not None
    assert "Thông báo của nhà trường." in home.text
    assert archives[name].end.status == "audited"


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("polling", "never_quiet"),
        ("many", "requests"),
        ("hosts", "other_hosts"),
        ("form", "sends"),
        ("private", "private_address"),
        ("sends", "ping"),
    ],
)
def test_what_is_refused_is_noted(archives: Mapping[str, Archive], name: str, limit: str) -> None:
    assert limit in noted(archives, name)["limits"]


def test_nothing_of_it_reaches_a_server(archives: Mapping[str, Archive], web: Web) -> None:
    assert archives
    assert set(web.targets("windows.example")) == {"/"}
    assert set(web.targets("form.example")) == {"/"}
    assert set(web.targets("sends.example")) == {"/"}
    assert web.targets("spam.example") == []
    asked = {asked.host for asked in web.asked}
    assert not asked & {"10.0.0.8", "[::1]", "169.254.169.254", "may.local"}
    assert len([host for host in asked if host.endswith(".other.example")]) == 12
    assert len(web.targets("many.example")) <= 52  # the page, asked once more as a phone, and 50 of its files


def test_a_page_with_content_whose_script_leads_away_stays_the_portal(archives: Mapping[str, Archive]) -> None:
    assert archives["away"].end.final_url == "http://away.example/"
    assert "Thông báo" in (facts_for(archives["away"])(Pages).pages[0].text)


def test_the_other_portals_are_read_as_if_nothing_were(archives: Mapping[str, Archive]) -> None:
    assert len(facts_for(archives["app"])(Pages).pages) == 1 + len(MENU)
    assert archives["plain"].end.pages == 1 + len(MENU)
    for name in ("app", "plain"):
        assert not [failure for failure in archives[name].failures if failure.cause is Cause.RENDERING]


def test_a_browser_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web({"app.example": single_page_application(hashes=False)})
    shown: list[int] = []
    whole = Rendering.render

    async def render(self: Rendering, *args: Any) -> Any:
        shown.append(1)
        if len(shown) == 3:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    line = " ".join(process.cmdline())
                    if "--auditor-run" in line and "--type=" not in line:
                        process.kill()
        return await whole(self, *args)

    monkeypatch.setattr(Rendering, "render", render)
    with serving(web):
        archive = crawled(settings(web, {"render": "auto"}), tmp_path, unit("app", "http://app.example/"))["app"]
    assert len(facts_for(archive)(Pages).pages) == 1 + len(MENU)
    assert not archive.failures


def test_a_browser_that_does_not_start_is_none(tmp_path: Path) -> None:
    web = Web({"app.example": single_page_application(hashes=False)})
    nothing = tmp_path / "chromium"
    nothing.write_text("#!/bin/sh\nexit 3\n")
    nothing.chmod(0o755)
    with serving(web):
        config = settings(web, {"render": "auto", "timeout_seconds": 20.0})
        config = config.model_copy(update={"browser": config.browser.model_copy(update={"path": str(nothing)})})
        archive = crawled(config, tmp_path / "a", unit("app", "http://app.example/"))["app"]
    assert archive.end.notes == ("needs_browser",)
    assert note_of(archive, "rendering")["why_not"] == "start_failed"

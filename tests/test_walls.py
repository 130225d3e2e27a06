"""The import walls of docs/ARCHITECTURE.md: a room that reaches past its wall breaks the one way of the data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {"auditor", "spiders", "reports", "serve", "checklists", "cli", "tests", "benchmarks"}
ALLOWED = {
    "auditor": {"auditor"},
    "spiders": {"spiders", "auditor"},
    "reports": {"reports", "auditor"},
    "checklists": set(),
    # The web page starts checks as processes of the program: it judges, crawls and renders nothing itself. Of spiders/
    # it uses the refusal of private addresses, so that a person is told before a check is started.
    "serve": {"serve", "auditor", "reports", "spiders"},
}
FROM_SPIDERS = {"spiders.resolver"}
NETWORK = {"scrapy", "httpx", "twisted", "requests", "socket", "aiohttp", "urllib.request", "playwright", "http"}
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def _sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_stands_before_it(room: str) -> None:
    assert _sources(room), f"no sources in {room}"
    for path in _sources(room):
        rooms = {name.split(".")[0] for name in _imports(path)} & ROOMS
        assert rooms <= ALLOWED[room], f"{path.relative_to(ROOT)} imports {rooms - ALLOWED[room]}"


def test_only_spiders_talk_to_the_network() -> None:
    for room in ("auditor", "reports", "checklists"):
        for path in _sources(room):
            reached = {name for name in _imports(path) if name in NETWORK or name.split(".")[0] in NETWORK}
            assert not reached, f"{path.relative_to(ROOT)} imports {reached}"


def test_the_web_page_crawls_nothing_itself() -> None:
    for path in _sources("serve"):
        used = {name for name in _imports(path) if name.startswith("spiders")}
        assert used <= FROM_SPIDERS, f"{path.relative_to(ROOT)} imports {used}"


def test_judging_never_asks_the_clock() -> None:
    """A verdict must depend on the archive and the as-of date alone."""
    judging = [*_sources("auditor/facts"), *_sources("auditor/checks")]
    judging += [ROOT / "auditor" / f"{name}.py" for name in ("judge", "scoring", "page", "links", "dates", "charset")]
    for path in judging:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in CLOCK, f"{path.relative_to(ROOT)}:{node.lineno}"

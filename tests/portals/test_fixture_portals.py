"""The invented portals are whole, are served as they are judged, and say the same to a crawl and to the judge."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from spiders.loopback import Request, load_portals
from tests.portals.fixture_portals import FIXTURES, load

_IDS = [path.stem for path in FIXTURES]


def test_no_two_fixtures_are_one_unit() -> None:
    units = Counter(load(path).unit.id for path in FIXTURES)
    assert FIXTURES
    assert not [unit for unit, count in units.items() if count > 1]


@pytest.mark.parametrize("path", FIXTURES, ids=_IDS)
def test_a_fixture_is_whole(path: Path) -> None:
    portal = load(path)
    assert portal.traps
    archive = portal.archive()
    assert sum(capture.home for capture in archive.captures) == 1
    assert archive.end.pages >= 6


@pytest.mark.parametrize("path", FIXTURES, ids=_IDS)
def test_the_server_answers_what_the_archive_holds(path: Path, tmp_path: Path) -> None:
    portal = load(path)
    router = load_portals([(portal.write(tmp_path / "portal"), ())])
    answers = router[(urlsplit(portal.unit.url or "").hostname or "").removeprefix("www.")]
    for capture in portal.archive().captures:
        if capture.role == "probe":
            continue
        parts = urlsplit(capture.url)
        answer = answers(Request("GET", parts.netloc, parts.path or "/", parts.query))
        assert answer.status == capture.status, capture.url
        assert capture.status >= 400 or capture.role == "redirect" or answer.body == capture.body, capture.url
        headers = {name.lower(): value for name, value in answer.headers}
        assert capture.status >= 300 or headers["content-type"] == capture.header("content-type"), capture.url

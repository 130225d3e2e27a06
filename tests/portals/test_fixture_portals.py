"""The invented portals are whole, are served as they are judged, and say the same to a crawl and to the judge."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_archive
from auditor.register_index import RegisterIndex
from spiders.loopback import Request, load_portals
from tests.portals.fixture_portals import ANSWERS, CHECKLIST, FIXTURES, UNSEEN, FixturePortal, label_counts, load

_IDS = [path.stem for path in FIXTURES]
_FEWEST_CASES = 6
_FEWEST_OF_A_VERDICT = 2


@pytest.fixture(scope="module")
def portals() -> list[FixturePortal]:
    """Every fixture."""
    return [load(path) for path in FIXTURES]


def test_no_two_fixtures_are_one_unit() -> None:
    units = Counter(load(path).unit.id for path in (*FIXTURES, *UNSEEN))
    assert FIXTURES
    assert UNSEEN
    assert not [unit for unit, count in units.items() if count > 1]


@pytest.mark.parametrize("path", [*FIXTURES, *UNSEEN], ids=lambda path: path.stem)
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


@pytest.mark.parametrize("path", FIXTURES, ids=_IDS)
def test_no_fixture_is_failed_wrongly(path: Path) -> None:
    portal = load(path)
    unit = portal.units[0]
    context = JudgeContext(load_checklist(CHECKLIST), load_config(), RegisterIndex.of(portal.units), portal.as_of)
    items = judge_archive(portal.archive(), unit, context)["items"]
    wrong = [
        f"{item['id']} ({item['reason']}; {portal.labels[item['id']]}): {item['summary']}"
        for item in items
        if item["verdict"] == "fail" and not portal.allows(item["id"], "fail")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("item", ANSWERS)
def test_the_cases_of_an_item_cover_its_verdicts(item: str, portals: list[FixturePortal]) -> None:
    counts = label_counts(portals)[item]
    answers = ANSWERS[item]
    cases = sum(count for label, count in counts.items() if set(label.split("|")) & set(answers))
    missing = [verdict for verdict in answers if not counts[verdict]]
    rare = [
        verdict
        for verdict in answers
        if sum(count for label, count in counts.items() if verdict in label.split("|")) < _FEWEST_OF_A_VERDICT
    ]
    assert cases >= _FEWEST_CASES, f"{item}: {cases} cases"
    assert not missing, f"{item}: no portal has only {', '.join(missing)}"
    assert not rare, f"{item}: fewer than {_FEWEST_OF_A_VERDICT} cases of {', '.join(rare)}"
    assert any(item in portal.why for portal in portals), f"{item}: no case tells its trap"

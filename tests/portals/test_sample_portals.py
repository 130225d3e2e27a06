"""The main job on the sample portals: what the demo shows must be what a careful reader finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import compare
from benchmarks.floors import broken, read_floors
from benchmarks.labelled import Collection, crawl_into, impolite, judge_collection, sample_portals


@pytest.fixture(scope="module")
def collection() -> Collection:
    """The sample portals with their labels."""
    return sample_portals()


@pytest.fixture(scope="module")
def results(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The units of results.json by id."""
    folder: Path = tmp_path_factory.mktemp("archives")
    with collection.serve() as server:
        crawl_into(collection.units, impolite(server.proxy_url), folder)
    return {result["id"]: result for result in judge_collection(collection, folder, 2)}


@pytest.mark.parametrize(
    ("unit", "status"),
    [
        ("thpt-binh-minh-xanh", "audited"),
        ("thcs-doi-gio", "audited"),
        ("thcs-ben-do-xua", "audited"),
        ("th-dong-hoa-cuc", "unreachable"),
        ("mn-la-non", "no_website"),
        ("thcs-gio-mua", "unreachable"),
        ("thpt-nui-may", "blocked"),
    ],
)
def test_every_unit_has_the_status_that_it_should(results: dict[str, dict[str, Any]], unit: str, status: str) -> None:
    assert results[unit]["status"] == status


def test_an_address_that_leads_to_another_unit_is_told(results: dict[str, dict[str, Any]]) -> None:
    assert results["thcs-gio-mua"]["status_reason"] == "redirects_to_other_unit"


def test_flood_protection_is_waited_out(results: dict[str, dict[str, Any]]) -> None:
    visited = {page["url"].rpartition("/")[2] for page in results["thcs-doi-gio"]["pages_visited"]}
    assert "Danh-ba.html" in visited


def test_an_endless_calendar_and_session_numbers_end(results: dict[str, dict[str, Any]]) -> None:
    assert results["gdtx-hoa-huong-duong"]["crawl"]["pages"] < 60
    assert results["lien-cap-ngon-hai-dang"]["crawl"]["pages"] < 12


def test_a_unit_that_could_not_be_read_has_no_total(results: dict[str, dict[str, Any]]) -> None:
    for unit in ("th-dong-hoa-cuc", "mn-la-non", "thcs-gio-mua", "thpt-nui-may"):
        verdicts = {item["verdict"] for item in results[unit]["items"]}
        assert verdicts == {"undetermined", "not_applicable"}
        assert results[unit]["total"]["points"] is None


def test_accuracy_does_not_fall(collection: Collection, results: dict[str, dict[str, Any]]) -> None:
    floors = read_floors()
    assert collection.name in floors
    assert not (lines := broken(compare(collection, results.values()), floors)), "\n".join(lines)

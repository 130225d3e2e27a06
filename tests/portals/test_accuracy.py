"""The checks read the invented portals no worse than they did: a change that breaks one reading shows here.

The samples and the saved portals are held to their floors where they are crawled (test_sample_portals.py,
test_saved_portals.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.accuracy import compare
from benchmarks.floors import broken, read_floors
from benchmarks.labelled import Collection, crawl_into, fixture_portals, impolite, judge_collection, unseen_portals


@pytest.mark.parametrize("portals", [fixture_portals, unseen_portals])
def test_accuracy_on_invented_portals_does_not_fall(portals: Callable[..., Collection], tmp_path: Path) -> None:
    collection = portals(tmp_path, direct=True)
    floors = read_floors()
    assert collection.name in floors
    comparisons = compare(collection, judge_collection(collection, tmp_path))
    wrong = [
        f"{one.portal} {one.item}: {one.verdict}, label {one.accepted}: {one.summary}"
        for one in comparisons
        if one.outcome != "right"
    ]
    assert not (lines := broken(comparisons, floors)), "\n".join([*lines, "", *wrong])


def test_a_crawl_of_the_invented_portals_says_the_same(tmp_path: Path) -> None:
    served = fixture_portals(tmp_path)
    for units, serving in served.rounds():
        with serving as server:
            crawl_into(units, impolite(server.proxy_url), tmp_path / "archives")
    made = fixture_portals(tmp_path, direct=True)
    crawled, direct = (
        {
            (result["id"], item["id"]): item["verdict"]
            for result in judge_collection(collection, tmp_path / "archives")
            for item in result["items"]
        }
        for collection in (served, made)
    )
    assert {key: (verdict, direct[key]) for key, verdict in crawled.items() if verdict != direct[key]} == {}


def test_no_floor_allows_what_was_promised_never_to_happen() -> None:
    """No false fail, at most 5 % abstentions, 98 % right on invented and 97 % on real portals."""
    for name, floor in read_floors().items():
        assert floor.false_fails == 0, name
        assert floor.abstentions <= 0.05, name
        assert floor.accuracy >= (0.98 if name in ("fixtures", "samples") else 0.97), name

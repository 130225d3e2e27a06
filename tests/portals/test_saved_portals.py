"""The main job on real portals: all are read in one crawl, each is judged as of its own day."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from auditor.archive import archive_name, read_archive
from benchmarks.accuracy import compare
from benchmarks.floors import broken, read_floors
from benchmarks.labelled import Collection, judge_collection


def test_every_portal_answers_under_its_own_name(saved: Collection) -> None:
    with saved.serve() as server, httpx.Client(proxy=server.proxy_url) as client:
        for unit in saved.units:
            assert unit.url is not None
            home = client.get(unit.url)
            assert home.status_code == 200
            assert home.headers["content-type"].startswith("text/html")
            assert len(home.content) > 10_000
            assert client.get(f"http://{urlsplit(unit.url).hostname}/khong-co/trang-nay").status_code == 404


def test_the_register_of_the_portals_is_read_whole(saved: Collection) -> None:
    assert len(saved.units) == 8
    assert Counter(str(unit.kind) for unit in saved.units) == {"th": 3, "thcs": 3, "thpt": 1, "lien_cap": 1}
    assert set(saved.labels) == {unit.id for unit in saved.units}
    assert {len(items) for items in saved.labels.values()} == {40}


def test_one_crawl_leaves_an_archive_of_every_portal(saved: Collection, archives: Path) -> None:
    for unit in saved.units:
        end = read_archive(archives / archive_name(unit.id)).end
        assert end.status in ("audited", "partial"), f"{unit.id}: {end.status_reason}"
        assert end.pages >= 1


def test_every_item_is_judged_for_every_portal(saved: Collection, results: list[dict[str, Any]]) -> None:
    assert [result["id"] for result in results] == [unit.id for unit in saved.units]
    for result in results:
        ids = [item["id"] for item in result["items"]]
        assert len(ids) == len(set(ids)) == 40
        assert not [item["id"] for item in result["items"] if item["reason"] == "check_crashed"]


def test_the_same_archive_gives_the_same_verdicts(
    saved: Collection, archives: Path, results: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")  # the order of sets is another one in the judging processes
    again = list(judge_collection(saved, archives, 2))
    assert again == results


def test_accuracy_does_not_fall(saved: Collection, results: list[dict[str, Any]]) -> None:
    floors = read_floors()
    assert saved.name in floors
    assert not (lines := broken(compare(saved, results), floors)), "\n".join(lines)

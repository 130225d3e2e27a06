"""Pictures and hints on accessibility on their way from the archive into results.json and the scorecard's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.accessibility import accessibility_of
from auditor.archive import ArchiveWriter, archive_name, read_archive
from auditor.model import CrawlEnd, Picture, Status, StoppedBy
from auditor.pictures import pictures_of, with_files, write_pictures
from tests.auditor.portal_maker import FETCHED_AT, HOST, make_archive, unit_of

HOME = f"http://{HOST}/"
ROOT = Path(__file__).resolve().parent.parent.parent


def stored(folder: Path, *pictures: Picture) -> dict[str, Any]:
    """A unit's object, judged from an archive that holds these pictures between other things."""
    unit = unit_of()
    writer = ArchiveWriter(folder / archive_name(unit.id), unit, {})
    for capture in make_archive({"/": "<p>Chào</p>"}).captures:
        writer.exchange(capture)
    for picture in pictures:
        writer.picture(picture)
        writer.note("between", {"x": 1})
    writer.close(CrawlEnd(Status.AUDITED, "complete", StoppedBy.COMPLETE))
    archive = read_archive(folder / archive_name(unit.id))
    assert [replace(one, offset=0) for one in archive.pictures] == list(pictures)
    return with_files({"id": unit.id, "items": [], "pictures": pictures_of(archive)})


PHONE = Picture(HOME, "phone", b"RIFF-phone" * 50, 360, 740, FETCHED_AT)
MENU = Picture(HOME, "menu", b"RIFF-menu" * 70, 640, 90, FETCHED_AT)


def test_every_picture_lies_beside_the_scorecard(tmp_path: Path) -> None:
    unit = stored(tmp_path, PHONE, MENU)
    write_pictures(unit, tmp_path, tmp_path / "out")
    assert [one["file"] for one in unit["pictures"]] == ["units/thcsmau/1-phone.webp", "units/thcsmau/2-menu.webp"]
    assert [(tmp_path / "out" / one["file"]).read_bytes() for one in unit["pictures"]] == [PHONE.body, MENU.body]


def test_without_its_archive_a_scorecard_has_no_pictures_and_nothing_breaks(tmp_path: Path) -> None:
    unit = stored(tmp_path, PHONE)
    write_pictures(unit, tmp_path / "gone", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    unit["pictures"][0]["offset"] += 7
    write_pictures(unit, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_findings_are_told_in_vietnamese_the_worst_group_first() -> None:
    findings = [
        {"rule": "listitem", "impact": "minor", "count": 1, "sample": "<li>"},
        {"rule": "color-contrast", "impact": "serious", "count": 3, "sample": "<p>"},
        {"rule": "image-alt", "impact": "critical", "count": 9, "sample": "<img>"},
        {"rule": "moi-toanh", "impact": "unheard", "count": 1, "sample": "<b>"},
    ]
    archive = make_archive({"/": ""}, notes=[("accessibility", {"url": HOME, "findings": findings})])
    found = accessibility_of(archive)
    assert found is not None
    assert [one["rule"] for one in found] == ["image-alt", "color-contrast", "listitem", "moi-toanh"]
    assert found[0]["title"] == "Ảnh không có lời mô tả"
    assert "moi-toanh" in found[-1]["title"]
    assert found[-1]["impact"] == "minor"
    assert accessibility_of(make_archive({"/": ""})) is None


def test_every_rule_has_its_words() -> None:
    told = yaml.safe_load((ROOT / "checklists/vocabulary/accessibility.yaml").read_text(encoding="utf-8"))
    for rule, words in [*told["rules"].items(), ("other", told["other"])]:
        assert set(words) == {"group", "title", "remedy"}, rule
        assert all(isinstance(text, str) and text for text in words.values()), rule


def test_the_rules_that_axe_runs_are_told() -> None:
    """The frequent rules of the version that is pinned, by their names in its source."""
    from spiders.rendering import axe_source

    source = axe_source()
    if source is None:
        pytest.skip("axe-playwright-python is not installed")
    told = yaml.safe_load((ROOT / "checklists/vocabulary/accessibility.yaml").read_text(encoding="utf-8"))["rules"]
    assert [rule for rule in told if f'"{rule}"' not in source] == []

"""What is published about accuracy is what was measured."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from auditor.accuracy import Counts, load_measurement
from auditor.checklist import load_checklist
from benchmarks.accuracy import Comparison, measurement
from benchmarks.documents import accuracy_document, traps_document
from tests.portals.fixture_portals import CHECKLIST, FIXTURES, load

ROOT = Path(__file__).resolve().parent.parent.parent


def _comparison(collection: str, portal: str, item: str, outcome: str) -> Comparison:
    return Comparison(collection, f"ho {collection}", portal, item, "pass", "pass", outcome, "found", "")


def test_real_and_invented_portals_are_counted_apart() -> None:
    rows = [
        _comparison("saved", "a", "1.1", "right"),
        _comparison("samples", "b", "1.1", "false_fail"),
        _comparison("fixtures", "c", "1.1", "other_wrong"),
        _comparison("fixtures", "c", "1.2", "abstention"),
    ]
    found = measurement(rows, load_checklist(CHECKLIST), date(2026, 10, 20), "1.0")
    assert found.portals == {"saved": 1, "invented": 2}
    assert found.items["1.1"].saved == Counts(1, 1)
    assert found.items["1.1"].invented == Counts(2, 0, false_fail=1)
    assert found.items["1.2"].together == Counts(1, 0, abstained=1)
    assert found.items["4.4"].together == Counts()
    assert found.families["ho fixtures"] == Counts(2, 0, abstained=1)
    text = accuracy_document(found, load_checklist(CHECKLIST))
    assert "| together | 4 | 1 | 25.0 % | 1 | 0 | 1 | 1 |" in text
    assert "| 1.1 Truy cập thuận tiện - menu và banner | 1 of 1 | 0 of 2 | 33.3 % | 1 | 0 | 0 | 1 |" in text


def test_the_published_table_is_that_of_the_data_file() -> None:
    found = load_measurement()
    published = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert published == accuracy_document(found, load_checklist(found.checklist))
    assert (ROOT / "auditor" / "accuracy.json").read_text(encoding="utf-8") == found.to_json()


def test_families_and_items_add_up_to_the_same() -> None:
    found = load_measurement()
    assert Counts.sum(found.families.values()) == Counts.sum(one.together for one in found.items.values())
    assert list(found.items) == [item.id for item in load_checklist(found.checklist).items]
    for item, one in found.items.items():
        for counts in (one.saved, one.invented):
            assert counts.right + counts.false_fail + counts.false_pass + counts.abstained <= counts.judged, item


def test_every_trap_is_listed_under_its_portal() -> None:
    portals = [load(path) for path in FIXTURES]
    text = traps_document(portals, [path.stem for path in FIXTURES])
    for path, portal in zip(FIXTURES, portals, strict=True):
        block = text.partition(f"\n`{path.stem}`\n\n")[2].split("\n\n")[0]
        assert block.splitlines()[: len(portal.traps)] == [f"- {trap}" for trap in portal.traps]

"""The measured accuracy that comes with the program."""

from __future__ import annotations

from auditor.accuracy import Counts, ItemAccuracy, load_accuracy
from auditor.checklist import load_checklist, packaged_checklists


def test_every_item_of_the_checklist_was_measured() -> None:
    checklist = load_checklist(packaged_checklists()[0])
    accuracy = load_accuracy(checklist.id)
    assert set(accuracy) == {item.id for item in checklist.items}
    assert all(one.together.judged >= 6 for one in accuracy.values())


def test_another_checklist_has_no_figures_of_this_one() -> None:
    assert load_accuracy("cong-van-khac") == {}


def test_counts_add_up() -> None:
    both = ItemAccuracy(Counts(4, 3, false_pass=1), Counts(6, 4, false_fail=1, abstained=1)).together
    assert both == Counts(10, 7, 1, 1, 1)
    assert both.share == 0.7
    assert Counts().share is None

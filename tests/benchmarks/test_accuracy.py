"""How verdicts are counted against labels: a miscount would hide the errors that matter most."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.accuracy import compare, outcome, report
from benchmarks.labelled import Collection


@pytest.mark.parametrize(
    ("accepted", "verdict", "counted"),
    [
        ("pass", "pass", "right"),
        ("partial|pass", "partial", "right"),
        ("partial", "fail", "false_fail"),
        ("undetermined", "fail", "false_fail"),
        ("fail|partial", "pass", "false_pass"),
        ("pass", "undetermined", "abstention"),
        ("fail", "manual", "abstention"),
        ("fail", "partial", "other_wrong"),
        ("pass", "not_applicable", "other_wrong"),
        ("*", "fail", None),
    ],
)
def test_a_verdict_is_counted_by_what_the_label_accepts(accepted: str, verdict: str, counted: str | None) -> None:
    assert outcome(frozenset(accepted.split("|")), verdict) == counted


def test_items_that_do_not_apply_are_left_out_and_errors_are_listed() -> None:
    labels = {"a": {"1.1": frozenset({"pass"}), "2.1.a": frozenset({"not_applicable"}), "4.3": frozenset({"*"})}}
    collection = Collection("mau", (), Path(), {"a": date(2026, 10, 20)}, labels)
    items = [("4.3", "fail"), ("1.1", "fail"), ("2.1.a", "not_applicable")]
    result = {
        "id": "a",
        "items": [{"id": i, "verdict": v, "reason": "not_found", "summary": "Không thấy menu."} for i, v in items],
    }
    found = compare(collection, [result])
    assert [(one.item, one.outcome) for one in found] == [("1.1", "false_fail")]
    text = report(found)
    assert "false_fail  mau/a 1.1: fail (not_found), label pass: Không thấy menu." in text

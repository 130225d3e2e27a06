"""The benchmark of dates: its labels are enough, and we are more right than a public extractor on the same pages."""

from __future__ import annotations

from datetime import date

from benchmarks.dates import Case, invented, score
from tests.auditor.date_pages import dated_pages
from tests.auditor.test_dates import DATES


def test_there_are_enough_labels() -> None:
    assert len(DATES.strip().splitlines()) >= 150
    assert len(dated_pages()) >= 50
    assert sum(page.day is None for page in dated_pages()) >= 15


def test_we_are_more_right_than_htmldate() -> None:
    cases = list(invented())
    assert score(cases, "auditor").accuracy == 1.0
    assert max(score(cases, name).accuracy for name in cases[0].answers if name != "auditor") < 0.9


def test_how_answers_are_counted() -> None:
    day = date(2026, 9, 5)
    cases = [
        Case("found", day, {"x": day}),
        Case("wrong", day, {"x": date(2026, 1, 1)}),
        Case("missed", day, {"x": None}),
        Case("invented", None, {"x": day}),
        Case("none", None, {"x": None}),
    ]
    one = score(cases, "x")
    assert (one.precision, one.recall, one.accuracy) == (1 / 3, 1 / 3, 2 / 5)

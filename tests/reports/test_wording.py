"""Every stable code that results.json may hold has words for people; a code without them would show as jargon."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from itertools import pairwise

import pytest

from auditor.changes import Cause as ChangeCause
from auditor.checklist import Checklist
from auditor.facts.disclosures import Life
from auditor.model import Cause, Kind, Reason, Status, StoppedBy, Verdict
from auditor.reviews import ReviewState
from reports import excel, wording


@pytest.mark.parametrize(
    ("codes", "worded"),
    [
        (Verdict, wording.VERDICTS),
        (Status, wording.STATUSES),
        (Kind, wording.KINDS),
        (Reason, wording.REASONS),
        (Cause, wording.CAUSES),
        (StoppedBy, wording.STOPPED_BY),
        (Life, wording.LEDGER_STATES),
        (ChangeCause, wording.CHANGE_CAUSES),
        (ReviewState, wording.REVIEW_STATES),
    ],
)
def test_every_code_has_words(codes: type[StrEnum], worded: Collection[str]) -> None:
    assert {code.value for code in codes} == set(worded)


def test_every_threshold_of_the_checklist_has_words(checklist: Checklist) -> None:
    figures = {
        name
        for item in checklist.items
        for name, value in item.options.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert figures <= set(wording.THRESHOLDS)
    assert wording.thresholds({"menu_share": 0.8, "topic": "x"}) == "menu có trên ít nhất 80 % số trang"


def _lightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("code", list(wording.VERDICTS))
def test_verdict_colours_can_be_read(code: str) -> None:
    worded = wording.VERDICTS[code]
    low, high = sorted((_lightness(worded.fill), _lightness(worded.ink)))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def _grey(colour: str) -> float:
    """How light grey print makes a colour, 0 to 100 (L* of CIE 1976)."""
    return 116 * float(_lightness(colour) ** (1 / 3)) - 16


def test_verdicts_differ_in_grey_print_and_without_colour() -> None:
    greys = sorted(_grey(worded.fill) for worded in wording.VERDICTS.values())
    assert all(later - earlier >= 4 for earlier, later in pairwise(greys)), greys
    assert len({worded.short for worded in wording.VERDICTS.values()}) == len(wording.VERDICTS)
    assert len({worded.mark for worded in wording.VERDICTS.values()}) == len(wording.VERDICTS)


def test_grades_grow_darker_in_grey_print_and_neighbouring_bars_differ() -> None:
    greys = [_grey(colour) for colour in excel._GRADE_FILLS]
    assert all(better - worse >= 4 for better, worse in pairwise(greys)), greys
    ink = _lightness("1B2A36")
    assert all((_lightness(colour) + 0.05) / (ink + 0.05) >= 4.5 for colour in excel._GRADE_FILLS)
    bars = [_grey(colour) for colour in excel._GRADE_BARS]
    assert all(abs(left - right) >= 10 for left, right in pairwise(bars)), bars


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(78.25, 1, "78,2"), (50.0, 1, "50"), (None, 1, "–"), (0.3333, 3, "0,333"), (-0.01, 1, "0"), (100, 2, "100")],
)
def test_figures_are_written_the_vietnamese_way(value: float | None, places: int, text: str) -> None:
    assert wording.number(value, places) == text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-10-20T18:30:00+00:00", "21/10/2026 01:30"),
        ("2026-10-20T18:30:00Z", "21/10/2026 01:30"),
        ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59+00:00"),
        ("hôm qua", "hôm qua"),
        (None, ""),
    ],
)
def test_times_are_vietnam_s(given: str | None, shown: str) -> None:
    assert wording.moment(given) == shown


def test_days_and_causes() -> None:
    assert wording.day("2026-10-20") == "20/10/2026"
    assert wording.day("2026-10-20T18:30:00+00:00") == "21/10/2026"
    assert wording.cause("dns") == wording.CAUSES["dns"]
    assert wording.cause("Máy chủ bảo trì") == "Máy chủ bảo trì"
    assert wording.advice("unreachable", "dns") == wording.CAUSE_ADVICE["dns"]
    assert wording.advice("unreachable", "điều khác") == wording.STATUSES["unreachable"].advice

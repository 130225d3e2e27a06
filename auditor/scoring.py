"""The sum: verdicts to points by axis and in total, with bounds over everything that people have yet to decide.

All arithmetic is exact (fractions), so the order of items never matters. What is printed is rounded to one decimal,
half up, and the total is made of the printed points of the axes, so that a person can redo it from the scorecard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any

from auditor.checklist import Checklist
from auditor.model import Verdict

ItemResult = Mapping[str, Any]
"""One item of results.json: id, verdict, score (None where undecided), weight, and axes (else the checklist's)."""

_DECIDED = frozenset({Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL})
_FULL = 100


def counted(item: ItemResult) -> ItemResult:
    """An item with the verdict and score that count: a person's where one is in force, else the machine's."""
    review = item.get("review")
    if review and review["counted"]:
        return {**item, "verdict": review["verdict"], "score": review["score"]}
    return item


class ScoringError(ValueError):
    """Results that cannot be added up: a decided item without a score from 0 to 1, or a weight below 0."""


class _AxisSum:
    """What one axis adds up to: exact sums of weights, and the printed figures made of them."""

    def __init__(self, of: Fraction, items: Sequence[ItemResult]) -> None:
        self.items = items
        self.decided = sum((_weight(item) for item in items if _decided(item)), Fraction())
        self.earned = sum((_weight(item) * _score(item) for item in items if _decided(item)), Fraction())
        self.open = sum((_weight(item) for item in items if _open(item)), Fraction())
        weight = self.decided + self.open
        self.of = of if weight else Fraction()
        self.points = _rounded(of * self.earned / self.decided) if self.decided else None
        self.low = _rounded(of * self.earned / weight) if weight else Fraction()
        self.high = _rounded(of * (self.earned + self.open) / weight) if weight else Fraction()


def score_unit(items: Sequence[ItemResult], checklist: Checklist) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `axes` and the `total` of one unit, as results.json has them.

    Within an axis: points = of * (sum of weight * score) / (sum of weights) over the decided items. Items that do not
    apply leave both sums; undecided ones (manual, undetermined) leave the points and widen the bounds: `low` counts
    them as 0, `high` as 1. An axis in which nothing is decided has points None and bounds 0 to `of`; one in which
    nothing applies has `of` 0 and takes no part. The total is the sum of the axes' points over the sum of the `of` of
    the axes that have points, out of 100; its bounds run over all axes that apply. `determined` is the weighted share
    of the applicable items that are decided, rounded down. Always low <= points <= high. Raises ScoringError.
    """
    items = [counted(item) for item in items]
    sums = _sums(items, checklist)
    axes = {
        axis: {
            "points": None if one.points is None else _number(one.points),
            "of": _number(one.of),
            "low": _number(one.low),
            "high": _number(one.high),
        }
        for axis, one in sums.items()
    }
    return axes, _total(sums, items, checklist)


def explain(items: Sequence[ItemResult], checklist: Checklist) -> dict[str, list[list[Any]]]:
    """The sum line by line, for the scorecard: what a person needs to redo it with a pocket calculator.

    Per axis its applicable items in the order of the checklist, each as [id, weight, score, points]; score and points
    are None where nothing is decided. The axis's points are of * (sum of weight * score) / (sum of weights) over the
    lines that have a score; `points` is what one line brings to that, to three decimals.
    """
    return {
        axis: [
            [
                item["id"],
                _number(_weight(item)),
                _number(_score(item)) if _decided(item) else None,
                float(round(one.of * _weight(item) * _score(item) / one.decided, 3))
                if _decided(item) and one.decided
                else None,
            ]
            for item in one.items
            if _decided(item) or _open(item)
        ]
        for axis, one in _sums([counted(item) for item in items], checklist).items()
    }


def _sums(items: Sequence[ItemResult], checklist: Checklist) -> dict[str, _AxisSum]:
    place = {item.id: index for index, item in enumerate(checklist.items)}
    ordered = sorted(items, key=lambda item: place.get(item["id"], len(place)))
    axes_of = {item["id"]: tuple(item["axes"] if "axes" in item else checklist.item(item["id"]).axes) for item in items}
    return {
        axis.id: _AxisSum(_exact(axis.points), [item for item in ordered if axis.id in axes_of[item["id"]]])
        for axis in checklist.axes
    }


def _total(sums: Mapping[str, _AxisSum], items: Sequence[ItemResult], checklist: Checklist) -> dict[str, Any]:
    counted = [one for one in sums.values() if one.points is not None]
    reachable = sum((one.of for one in sums.values()), Fraction())
    points = None
    if counted:
        points = _rounded(
            _FULL
            * sum((one.points or Fraction() for one in counted), Fraction())
            / sum((one.of for one in counted), Fraction())
        )
    low, high = Fraction(), Fraction(_FULL)
    if reachable:
        low = _rounded(_FULL * sum((one.low for one in sums.values()), Fraction()) / reachable)
        high = _rounded(_FULL * sum((one.high for one in sums.values()), Fraction()) / reachable)
    decided = sum((_weight(item) for item in items if _decided(item)), Fraction())
    applicable = decided + sum((_weight(item) for item in items if _open(item)), Fraction())
    return {
        "points": None if points is None else _number(points),
        "of": _FULL,
        "low": _number(low),
        "high": _number(high),
        "grade": None if points is None else checklist.grade(float(points)),
        "determined": _number(Fraction(floor(decided / applicable * 1000), 1000)) if applicable else 0.0,
    }


def _decided(item: ItemResult) -> bool:
    return item["verdict"] in _DECIDED


def _open(item: ItemResult) -> bool:
    return not _decided(item) and item["verdict"] != Verdict.NOT_APPLICABLE


def _weight(item: ItemResult) -> Fraction:
    weight = _exact(item["weight"])
    if weight < 0:
        raise ScoringError(f"item {item['id']}: weight {item['weight']} is below 0")
    return weight


def _score(item: ItemResult) -> Fraction:
    if item["score"] is None or not 0 <= item["score"] <= 1:
        raise ScoringError(f"item {item['id']}: {item['verdict']} needs a score from 0 to 1, not {item['score']}")
    return _exact(item["score"])


@lru_cache(maxsize=4096)
def _exact(value: float) -> Fraction:
    """The decimal that a float is printed as, exactly: 0.1 is one tenth."""
    return Fraction(str(value))


def _rounded(value: Fraction) -> Fraction:
    """To one decimal, half up."""
    return Fraction(floor(value * 10 + Fraction(1, 2)), 10)


def _number(value: Fraction) -> float | int:
    return value.numerator if value.denominator == 1 else float(value)

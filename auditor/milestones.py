"""Disclosures around the month in which they are due: on time, late, early."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from auditor.facts.disclosures import DatedBy, Disclosure


@dataclass(frozen=True, slots=True)
class Milestone:
    """The latest such month that has ended, from `first` to `last`, and the disclosures dated in it and near it.

    Each of the disclosures has the date first that lies there.
    """

    first: date
    last: date
    inside: tuple[Disclosure, ...]
    late: tuple[Disclosure, ...]
    early: tuple[Disclosure, ...]

    @property
    def days_late(self) -> int:
        """How many days after the month's end the first of the late ones was published; 0 where none is late."""
        days = [item.dated.day for item in self.late if item.dated is not None]
        return max((min(days) - self.last).days, 1) if days else 0


def milestone(dated: Iterable[Disclosure], month: int, as_of: date, *, late_days: int, early_days: int) -> Milestone:
    """Where dated disclosures lie to the latest such month."""
    first, last = window(month, as_of)
    items = list(dated)
    return Milestone(
        first,
        last,
        tuple(within(items, first, last)),
        tuple(within(items, last + timedelta(days=1), last + timedelta(days=late_days))),
        tuple(within(items, first - timedelta(days=early_days), first - timedelta(days=1))),
    )


def window(month: int, as_of: date) -> tuple[date, date]:
    """First and last day of the latest such month that has ended by the as-of date."""
    year = as_of.year
    last = date(year, month, monthrange(year, month)[1])
    if last > as_of:
        year -= 1
        last = date(year, month, monthrange(year, month)[1])
    return date(year, month, 1), last


def within(items: Iterable[Disclosure], first: date, last: date) -> list[Disclosure]:
    """The disclosures with a date in these days, that date first; a month alone counts with any of its days.

    Of several dates those of the most trusted kind count: a page that states its updates has more than one.
    """
    found = []
    for item in items:
        best = item.dated
        if best is None:
            continue
        hit = next((one for one in item.dates if one.dating is best.dating and _lies(one, first, last)), None)
        if hit is not None:
            found.append(replace(item, dates=(hit, *(one for one in item.dates if one is not hit))))
    return found


def _lies(one: DatedBy, first: date, last: date) -> bool:
    day = one.day
    end = day if one.precision == "day" else date(day.year, day.month, monthrange(day.year, day.month)[1])
    return day <= last and end >= first

"""The few figures of a unit that tables and summaries need, read off its object in results.json."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.inert import inert_text
from reports.wording import NO_DISTRICT, NO_GRADE, VERDICTS

if TYPE_CHECKING:
    from auditor.checklist import Checklist

UnitObject = Mapping[str, Any]
Units = Callable[[], Iterator[dict[str, Any]]]

VERDICT_ORDER: tuple[str, ...] = tuple(VERDICTS)
UNDECIDED: tuple[str, ...] = ("manual", "undetermined")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in a table. Points are None where the audit gave none; `counts` follow VERDICT_ORDER.

    `change` is how many points the total went up or down since the last run, None where that is not known.
    """

    id: str
    name: str
    kind: str
    district: str
    url: str
    page: str
    status: str
    axes: tuple[float | None, ...]
    points: float | None
    low: float | None
    high: float | None
    grade: str
    determined: float | None
    change: float | None
    counts: tuple[int, ...]

    def count(self, verdict: str) -> int:
        """How many items have this verdict."""
        return self.counts[VERDICT_ORDER.index(verdict)]

    @property
    def undecided(self) -> int:
        """How many items wait for a person or could not be looked at."""
        return sum(self.count(verdict) for verdict in UNDECIDED)


def standing_verdict(item: Mapping[str, Any]) -> str:
    """The verdict that counts: the person's where one stands and counts, else the program's."""
    review = item.get("review") or {}
    return str(review["verdict"] if review.get("counted") and review.get("verdict") else item["verdict"])


def open_dispute(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The objection to an item that nobody has decided yet."""
    dispute: Mapping[str, Any] | None = (item.get("review") or {}).get("dispute")
    return dispute or None


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def unit_line(unit: UnitObject, axis_ids: Iterable[str]) -> UnitLine:
    """The line of one unit; texts are inert and short."""
    axes = unit.get("axes") or {}
    total = unit.get("total") or {}
    points = _figure(total.get("points"))  # without points the bounds say nothing
    counted = Counter(standing_verdict(item) for item in unit["items"])
    return UnitLine(
        id=inert_text(unit["id"], 120),
        name=inert_text(unit["name"], 250),
        kind=str(unit.get("kind") or "khac"),
        district=inert_text(unit.get("district"), 60),
        url=str(unit.get("url") or ""),
        page=str(unit.get("page") or ""),
        status=str(unit["status"]),
        axes=tuple(_figure((axes.get(axis) or {}).get("points")) for axis in axis_ids),
        points=points,
        low=None if points is None else _figure(total.get("low")),
        high=None if points is None else _figure(total.get("high")),
        grade=inert_text(total.get("grade"), 40),
        determined=_figure(total.get("determined")),
        change=_figure((unit.get("change") or {}).get("points")),
        counts=tuple(counted[verdict] for verdict in VERDICT_ORDER),
    )


@dataclass(slots=True)
class Ranking:
    """Places by total, the highest first, overall and among units of one kind; equal totals share a place.

    A unit takes part where at least `least` (0 to 1) of its weight is decided: a total over a few items says little.
    """

    least: float
    _totals: list[float] = field(default_factory=list)
    _of_kind: dict[str, list[float]] = field(default_factory=dict)

    def _takes_part(self, line: UnitLine) -> bool:
        return line.points is not None and line.determined is not None and line.determined >= self.least

    def add(self, line: UnitLine) -> None:
        """Take one unit in; the order does not matter."""
        if line.points is not None and self._takes_part(line):
            insort(self._totals, line.points)
            insort(self._of_kind.setdefault(line.kind, []), line.points)

    def place(self, line: UnitLine) -> int | None:
        """The unit's place among all; None where it takes no part."""
        return self._place(line, self._totals)

    def place_in_kind(self, line: UnitLine) -> int | None:
        """The unit's place among those of its kind; None where it takes no part."""
        return self._place(line, self._of_kind.get(line.kind, []))

    def _place(self, line: UnitLine, totals: list[float]) -> int | None:
        if line.points is None or not self._takes_part(line):
            return None
        return len(totals) - bisect_right(totals, line.points) + 1


@dataclass(slots=True)
class Survey:
    """What must be known of all units before the first one is written."""

    ranking: Ranking
    changed: bool = False
    _pieces: Counter[int] = field(default_factory=Counter)  # pieces of evidence by their place in their item

    def add(self, unit: UnitObject, line: UnitLine) -> None:
        """Take one unit in."""
        self.ranking.add(line)
        self.changed = self.changed or line.change is not None
        for item in unit["items"]:
            self._pieces.update(range(len(item.get("evidence") or ())))

    def pieces_within(self, rows: int) -> int | None:
        """How many pieces of evidence of each item fit into so many rows, at least one; None where all do."""
        taken = 0
        for place, count in sorted(self._pieces.items()):
            taken += count
            if taken > rows:
                return max(place, 1)
        return None


@dataclass(slots=True)
class Tally:
    """Running sums over units; means are over the units that have a total."""

    units: int = 0
    scored: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    _points: float = 0.0
    _low: float = 0.0
    _high: float = 0.0
    _axes: dict[int, tuple[float, int]] = field(default_factory=dict)

    def add(self, line: UnitLine) -> None:
        """Take one unit in."""
        self.units += 1
        self.statuses[line.status] += 1
        self.verdicts.update(dict(zip(VERDICT_ORDER, line.counts, strict=True)))
        if line.points is None:
            return
        self.scored += 1
        self.grades[line.grade or NO_GRADE] += 1
        self._points += line.points
        self._low += line.points if line.low is None else line.low
        self._high += line.points if line.high is None else line.high
        for index, points in enumerate(line.axes):
            if points is not None:
                total, count = self._axes.get(index, (0.0, 0))
                self._axes[index] = (total + points, count + 1)

    @property
    def mean(self) -> float | None:
        """Mean total."""
        return self._points / self.scored if self.scored else None

    @property
    def mean_low(self) -> float | None:
        """Mean of the lower bounds."""
        return self._low / self.scored if self.scored else None

    @property
    def mean_high(self) -> float | None:
        """Mean of the upper bounds."""
        return self._high / self.scored if self.scored else None

    def axis_units(self, index: int) -> int:
        """How many units have points on the axis at this place."""
        return self._axes.get(index, (0.0, 0))[1]

    def axis_mean(self, index: int) -> float | None:
        """Mean points of the axis at this place in the checklist's order, over units that have points there."""
        total, count = self._axes.get(index, (0.0, 0))
        return total / count if count else None


class Tallies:
    """Sums by group, such as districts, beside each other."""

    def __init__(self) -> None:
        self._groups: dict[str, Tally] = {}

    def add(self, group: str, line: UnitLine) -> None:
        """Take a unit into its group; an empty name becomes "(không ghi)"."""
        self._groups.setdefault(group or NO_DISTRICT, Tally()).add(line)

    def largest_first(self) -> list[tuple[str, Tally]]:
        """Groups by number of units, then by name."""
        return sorted(self._groups.items(), key=lambda pair: (-pair[1].units, pair[0]))


@dataclass(frozen=True, slots=True)
class SumLine:
    """One addend of an axis: points = points of the axis * weight * score / sum of the decided weights."""

    item: str
    weight: float
    score: float
    points: float
    full: float


def sum_lines(unit: UnitObject, checklist: Checklist) -> dict[str, list[SumLine]]:
    """How every axis adds up, by axis id: the unit's own `sum` where it brings one, else from its items.

    Only decided items (with a score) stand in it; `full` is what the item would bring with score 1.
    """
    given = unit.get("sum") or {}
    axes = unit.get("axes") or {}
    by_id = {item["id"]: item for item in unit["items"]}
    lines: dict[str, list[SumLine]] = {}
    for axis in checklist.axes:
        of = _figure((axes.get(axis.id) or {}).get("of"))
        if axis.id in given:
            addends = [tuple(line[:3]) for line in given[axis.id] if line[2] is not None]
        else:
            addends = [
                (row.id, by_id[row.id]["weight"], by_id[row.id]["score"])
                for row in checklist.items_of(axis.id)
                if row.id in by_id and by_id[row.id].get("score") is not None
            ]
        weights = sum(weight for _, weight, _ in addends)
        unit_share = (axis.points if of is None else of) / weights if weights else 0.0
        lines[axis.id] = [
            SumLine(item, weight, score, unit_share * weight * score, unit_share * weight)
            for item, weight, score in addends
        ]
    return lines


def points_to_gain(unit: UnitObject, sums: Mapping[str, list[SumLine]]) -> list[tuple[str, float]]:
    """Items that lost points and what the unit's total gains by mending each, the most first, then by id.

    `sums` are those of `sum_lines`. The total is scaled to 100 over the axes that have points, and so are the gains.
    """
    axes = unit.get("axes") or {}
    counted = sum(_figure(axis.get("of")) or 0.0 for axis in axes.values() if axis.get("points") is not None)
    scale = 100 / counted if counted else 0.0
    gains: dict[str, float] = {}
    for lines in sums.values():
        for line in lines:
            gains[line.item] = gains.get(line.item, 0.0) + scale * (line.full - line.points)
    return sorted(
        ((item, gain) for item, gain in gains.items() if gain > 1e-9),
        key=lambda pair: (-round(pair[1], 6), pair[0]),
    )

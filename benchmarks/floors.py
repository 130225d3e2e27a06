"""Limits under which the measured accuracy may never fall again: they stand in floors.yaml and only tighten.

Per collection: the least share that is right, over all items and item by item, the most false fails, and the largest
share of abstentions. Shares have four decimals, rounded to the lenient side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml

FLOORS = Path(__file__).resolve().parent / "floors.yaml"

_NOTICE = """\
# What `python -m benchmarks.accuracy` and the tests hold the checks to; --raise-floors tightens it.
# accuracy: least share right; false_fails: most of them; abstentions: largest share; items: least share right of each.
"""


class Counted(Protocol):
    """What the limits need of a comparison."""

    @property
    def collection(self) -> str:
        """The collection's name."""

    @property
    def item(self) -> str:
        """The item's id."""

    @property
    def outcome(self) -> str:
        """How the verdict is counted."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The limits of one collection."""

    accuracy: float = 0.0
    false_fails: int | None = None
    abstentions: float = 1.0
    items: Mapping[str, float] = field(default_factory=dict)


def measured(comparisons: Sequence[Counted]) -> Floor:
    """What these comparisons of one collection reach. Raises ZeroDivisionError where there is none."""
    counts = Counter(one.outcome for one in comparisons)
    total = sum(counts.values())
    items: dict[str, Counter[bool]] = {}
    for one in comparisons:
        items.setdefault(one.item, Counter())[one.outcome == "right"] += 1
    return Floor(
        _down(counts["right"] / total),
        counts["false_fail"],
        math.ceil(counts["abstention"] / total * 10_000) / 10_000,
        {item: _down(right[True] / right.total()) for item, right in items.items()},
    )


def _down(share: float) -> float:
    return math.floor(share * 10_000) / 10_000


def broken(comparisons: Iterable[Counted], floors: Mapping[str, Floor]) -> list[str]:
    """A line for every limit that these comparisons break."""
    lines = []
    for name, rows in _by_collection(comparisons).items():
        floor, reached = floors.get(name, Floor()), measured(rows)
        if reached.accuracy < floor.accuracy:
            lines.append(f"{name}: {reached.accuracy:.4f} right, the floor is {floor.accuracy:.4f}")
        if floor.false_fails is not None and (reached.false_fails or 0) > floor.false_fails:
            lines.append(f"{name}: {reached.false_fails} false fails, at most {floor.false_fails} are allowed")
        if reached.abstentions > floor.abstentions:
            lines.append(f"{name}: {reached.abstentions:.4f} abstentions, at most {floor.abstentions:.4f} are allowed")
        lines += [
            f"{name} {item}: {reached.items[item]:.4f} right, the floor is {least:.4f}"
            for item, least in floor.items.items()
            if item in reached.items and reached.items[item] < least
        ]
    return lines


def raised(comparisons: Iterable[Counted], floors: Mapping[str, Floor]) -> dict[str, Floor]:
    """The limits, tightened where these comparisons are better; none is loosened."""
    found = dict(floors)
    for name, rows in _by_collection(comparisons).items():
        floor, reached = found.get(name, Floor()), measured(rows)
        most = [count for count in (floor.false_fails, reached.false_fails) if count is not None]
        found[name] = Floor(
            max(floor.accuracy, reached.accuracy),
            min(most),
            min(floor.abstentions, reached.abstentions),
            {item: max(share, floor.items.get(item, 0.0)) for item, share in {**floor.items, **reached.items}.items()},
        )
    return found


def _by_collection(comparisons: Iterable[Counted]) -> dict[str, list[Counted]]:
    groups: dict[str, list[Counted]] = {}
    for one in comparisons:
        groups.setdefault(one.collection, []).append(one)
    return groups


def read_floors(path: Path = FLOORS) -> dict[str, Floor]:
    """The limits by collection; none where the file is missing. Raises TypeError for a key that is no limit."""
    if not path.is_file():
        return {}
    return {name: Floor(**row) for name, row in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def write_floors(floors: Mapping[str, Floor], path: Path = FLOORS) -> None:
    """Replace the file."""
    data = {
        name: {
            "accuracy": floor.accuracy,
            "false_fails": floor.false_fails,
            "abstentions": floor.abstentions,
            "items": dict(sorted(floor.items.items(), key=lambda pair: item_order(pair[0]))),
        }
        for name, floor in sorted(floors.items())
    }
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    path.write_text(_NOTICE + text, encoding="utf-8", newline="\n")


def item_order(item: str) -> tuple[int, int, str]:
    """Sorts item ids as the checklist does: "2.10.a" after "2.9"."""
    parts = item.split(".")
    return int(parts[0]), int(parts[1]) if len(parts) > 1 else 0, parts[2] if len(parts) > 2 else ""

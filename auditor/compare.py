"""Two stored runs side by side: every unit of either, its totals, and the points between them by cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from auditor.history import Base, Bench, Past, again_of, alike, change_of, compare_again, kept_of
from auditor.reviews import reviewed_units
from auditor.store import Store, StoredRun


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit of the later run. `change` as in results.json without `history`, None where the earlier run has no result
    of it; `maybe` are units of the earlier run that it may have been: (id, name, "url" or "name")."""

    unit: dict[str, Any]
    change: dict[str, Any] | None
    maybe: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Sums:
    """Points by cause over many units, exact; `units` counts those that the cause moved."""

    points: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total: Fraction = Fraction()
    up: int = 0
    down: int = 0
    same: int = 0
    unknown: int = 0
    new: int = 0

    def add(self, one: Compared) -> None:
        """Takes in a unit."""
        if one.change is None:
            self.new += 1
            return
        if one.change["points"] is None:
            self.unknown += 1
            return
        moved = Fraction(str(one.change["points"]))
        self.total += moved
        self.up += moved > 0
        self.down += moved < 0
        self.same += moved == 0
        for cause in one.change["causes"]:
            self.points[cause["cause"]] += Fraction(str(cause["points"]))
            self.units[cause["cause"]] += 1

    @property
    def left(self) -> Fraction:
        """What the causes do not explain: always 0."""
        return self.total - sum(self.points.values(), Fraction())


def compare(store: Store, earlier: StoredRun, bench: Bench) -> Iterator[Compared]:
    """The units of the later run (`bench.run`) in the order of its register, each against the earlier run.

    Judges archives of the earlier run again where the store does not hold what came of that. Raises KeyboardInterrupt
    when `bench.stopping` says so.
    """
    later = bench.run
    past = Past(store, later, bench.checklist)
    there = {unit_id for unit_id, status in store.statuses(earlier.id).items() if status is not None}

    def base_of(unit_id: str) -> Base | None:
        old = next((one for one in past.ids(unit_id) if one in there), None)
        return None if old is None else Base(earlier, old, kept_of(store, earlier.id, old).get("points"))

    def pairs() -> Iterator[tuple[dict[str, Any], Base]]:
        for unit in store.results(later.id):
            base = base_of(unit["id"])
            if base is not None and not _known(kept_of(store, later.id, unit["id"]), base):
                yield unit, base

    fresh: dict[str, dict[str, Any]] = defaultdict(dict)
    compare_again(store, bench, pairs(), lambda unit_id, values: fresh[unit_id].update(values))
    new = [unit for unit in bench.register.units if base_of(unit.id) is None]
    gone = gone_units(store, earlier, later, past)
    maybe = alike(new, gone)
    for unit in reviewed_units(store, later, bench.checklist):
        base = base_of(unit["id"])
        before = None if base is None else store.result(earlier.id, base.unit_id)
        if base is None or before is None:
            likely = tuple((other.id, other.name, why) for other, why in maybe.get(unit["id"], ()))
            yield Compared(unit, None, likely)
            continue
        kept = fresh.get(unit["id"]) or kept_of(store, later.id, unit["id"])
        decided = past.decided(before, base)
        yield Compared(unit, change_of(before, base, unit, again_of(kept), bench.checklist, decided))


def gone_units(store: Store, earlier: StoredRun, later: StoredRun, past: Past) -> list[Any]:
    """The units of the earlier run that the later one does not have under any id."""
    kept = {one for unit_id in store.statuses(later.id) for one in past.ids(unit_id)}
    there = store.statuses(earlier.id)
    return [unit for unit in store.register(earlier.id).units if unit.id in there and unit.id not in kept]


def _known(kept: dict[str, Any], base: Base) -> bool:
    found = (kept.get("base_run"), kept.get("base_unit")) == (base.run.id, base.unit_id)
    return found and kept.get("complete") is not None

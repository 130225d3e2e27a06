"""How often the checks agree with people, item by item: what `benchmarks.accuracy` measured (accuracy.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Counts:
    """Judgements with a label. `right` of `judged` agree; `false_fail`, `false_pass` and `abstained` are errors.

    The errors need not fill the rest: partial where the label has pass is counted in `judged` alone.
    """

    judged: int = 0
    right: int = 0
    false_fail: int = 0
    false_pass: int = 0
    abstained: int = 0

    @property
    def share(self) -> float | None:
        """The share that is right, 0 to 1; None where nothing was judged."""
        return self.right / self.judged if self.judged else None

    @staticmethod
    def sum(counts: Iterable[Counts]) -> Counts:
        """All of them together."""
        rows = list(counts)
        return Counts(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Counts)})


@dataclass(frozen=True, slots=True)
class ItemAccuracy:
    """One item's counts on saved pages of real portals, and on portals invented to fool the checks."""

    saved: Counts
    invented: Counts

    @property
    def together(self) -> Counts:
        """Both."""
        return Counts.sum((self.saved, self.invented))


@dataclass(frozen=True, slots=True)
class Measurement:
    """One evaluation: of which checklist, program version and day; portals by sort; counts by family and by item."""

    checklist: str
    version: str
    day: date
    portals: Mapping[str, int]
    families: Mapping[str, Counts]
    items: Mapping[str, ItemAccuracy]

    def to_json(self) -> str:
        """As accuracy.json holds it."""
        head = {"checklist": self.checklist, "version": self.version, "date": self.day.isoformat()}
        lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        lines.append(f' "portals": {json.dumps(dict(self.portals))}')
        lines.append(_table("families", {name: _row(counts) for name, counts in self.families.items()}))
        lines.append(
            _table("items", {i: {"saved": _row(a.saved), "invented": _row(a.invented)} for i, a in self.items.items()})
        )
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _table(name: str, rows: Mapping[str, object]) -> str:
    """One line per row, so that a change can be read."""
    lines = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(row)}" for key, row in rows.items())
    return f' "{name}": {{\n{lines}\n }}'


def _row(counts: Counts) -> dict[str, int]:
    return {field.name: getattr(counts, field.name) for field in fields(Counts)}


def load_measurement() -> Measurement:
    """The evaluation that came with this program. Raises KeyError or TypeError for a file that is none."""
    data: dict[str, Any] = json.loads((resources.files("auditor") / "accuracy.json").read_text(encoding="utf-8"))
    return Measurement(
        data["checklist"],
        data["version"],
        date.fromisoformat(data["date"]),
        data["portals"],
        {name: Counts(**row) for name, row in data["families"].items()},
        {item: ItemAccuracy(Counts(**row["saved"]), Counts(**row["invented"])) for item, row in data["items"].items()},
    )


@cache
def load_accuracy(checklist: str) -> Mapping[str, ItemAccuracy]:
    """Accuracy by item id; empty for a checklist (by its id) that was not measured."""
    measurement = load_measurement()
    return MappingProxyType(dict(measurement.items) if measurement.checklist == checklist else {})

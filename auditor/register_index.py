"""What judging one unit needs to know of the others: who stands under whom, and whose address is which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.model import Unit
from auditor.urls import key


@dataclass(frozen=True, slots=True)
class RegisterIndex:
    """`by_address` maps the key of a portal's address (auditor.urls.key) to the unit's id, `children` a unit's id to
    the units that the register puts under it, in the register's order."""

    units: Mapping[str, Unit]
    by_address: Mapping[str, str]
    children: Mapping[str, tuple[Unit, ...]]

    @classmethod
    def of(cls, units: Iterable[Unit]) -> RegisterIndex:
        """Of two units with one address the first is its owner."""
        by_id = {unit.id: unit for unit in units}
        by_address: dict[str, str] = {}
        children: dict[str, list[Unit]] = defaultdict(list)
        for unit in by_id.values():
            if unit.url:
                by_address.setdefault(key(unit.url), unit.id)
            if unit.parent:
                children[unit.parent].append(unit)
        return cls(by_id, by_address, {parent: tuple(found) for parent, found in children.items()})

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
    at_address: Mapping[str, tuple[str, ...]]

    def sharing(self, unit: Unit) -> tuple[Unit, ...]:
        """All units whose portal has this unit's address, itself included, in the register's order."""
        ids = self.at_address.get(key(unit.url), ()) if unit.url else ()
        return tuple(self.units[other] for other in ids)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> RegisterIndex:
        """Of two units with one address the first is its owner."""
        by_id = {unit.id: unit for unit in units}
        at_address: dict[str, list[str]] = defaultdict(list)
        children: dict[str, list[Unit]] = defaultdict(list)
        for unit in by_id.values():
            if unit.url:
                at_address[key(unit.url)].append(unit.id)
            if unit.parent:
                children[unit.parent].append(unit)
        return cls(
            by_id,
            {address: ids[0] for address, ids in at_address.items()},
            {parent: tuple(found) for parent, found in children.items()},
            {address: tuple(ids) for address, ids in at_address.items()},
        )

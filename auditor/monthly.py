"""The monthly run: which folder it writes to, which cut-off run it takes up, and what it has to tell."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from auditor.compare import Compared, Sums
from auditor.config import Config
from auditor.history import unit_history
from auditor.second_tries import next_try
from auditor.store import RunState, Store, StoredRun, StoreError, open_store, store_file

_WINDOW_DAYS = 3  # a run that was begun longer ago is not taken up: the next one is about to begin


def settings_of(config: Config) -> Config:
    """The configuration of a monthly run: it waits for the hours at which units are tried again."""
    minutes = [hours * 60 for hours in config.schedule.second_tries_hours]
    tries = config.second_tries.model_copy(update={"after_minutes": minutes, "wait": True})
    return config.model_copy(update={"second_tries": tries})


def make_folder(folder: Path) -> None:
    """Makes the folder of all months. Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"--folder {folder}: không tạo được thư mục ({error.strerror}).") from error


def begun(config: Config, folder: Path, today: date) -> StoredRun | None:
    """The run of this folder that was cut off in these days, to be taken up; None for none (or no store yet)."""
    path = store_file(config.store)
    if path is not None and not path.exists():
        return None
    store = open_store(config.store)
    try:
        return cut_off(store, folder, today, config.second_tries.after_minutes)
    finally:
        store.close()


def free_folder(folder: Path, day: date) -> Path:
    """The first free folder for a run of this day: 2026-10-05, then 2026-10-05-2 …"""
    found, number = folder / day.isoformat(), 1
    while found.exists():
        number += 1
        found = folder / f"{day.isoformat()}-{number}"
    return found


def cut_off(store: Store, folder: Path, today: date, after_minutes: Sequence[float]) -> StoredRun | None:
    """The newest run of this folder, when it is of these days and was not finished or still has units to try again."""
    for run in store.runs():
        if Path(run.out).parent == folder.resolve():
            recent = date.fromisoformat(run.as_of) >= today - timedelta(days=_WINDOW_DAYS)
            whole = run.state is RunState.DONE and next_try(store, run, after_minutes) is None
            return run if recent and not whole else None
    return None


@dataclass(slots=True)
class Summary:
    """What a run has to tell: units by status, points by cause since the run before, units that were not read."""

    run: StoredRun
    statuses: Counter[str] = field(default_factory=Counter)
    sums: Sums = field(default_factory=Sums)
    unread: list[tuple[str, str]] = field(default_factory=list)
    fallen: list[tuple[str, str, float]] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """For programs (the webhook): numbers only, and ids of units."""
        return {
            "run": self.run.id,
            "as_of": self.run.as_of,
            "statuses": dict(self.statuses),
            "change": {
                "points": float(self.sums.total),
                "up": self.sums.up,
                "down": self.sums.down,
                "same": self.sums.same,
                "causes": {cause: float(points) for cause, points in self.sums.points.items()},
            },
            "unread": [unit_id for unit_id, _ in self.unread],
        }


_MOST = 20


def summary(store: Store, run: StoredRun) -> Summary:
    """Reads what the run published, unit by unit."""
    found = Summary(run)
    names = {unit.id: unit.name for unit in store.register(run.id).units}
    for unit_id, status in store.statuses(run.id).items():
        found.statuses[status or "error"] += 1
        if status in ("unreachable", "blocked", "error"):
            found.unread.append((unit_id, names.get(unit_id, unit_id)))
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(unit_history.c.unit_id, unit_history.c.change).where(unit_history.c.run_id == run.id)
        )
        for row in rows:
            change = json.loads(row.change) if row.change else None
            found.sums.add(Compared({"id": row.unit_id}, change))
            if change and (change["points"] or 0) < 0:
                found.fallen.append((row.unit_id, names.get(row.unit_id, row.unit_id), change["points"]))
    found.fallen.sort(key=lambda one: (one[2], one[0]))
    del found.fallen[_MOST:]
    return found

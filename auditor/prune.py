"""Retention: which archives of old runs may go, and their removal. Results and history always stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from auditor.archive import archive_name, scans_path
from auditor.history import keep_rules, rules_of
from auditor.reviews import reviews_table
from auditor.second_tries import TRIES_FOLDER
from auditor.store import RunState, Store, StoredRun


@dataclass(frozen=True, slots=True)
class Prunable:
    """Archives of one folder that may go: (unit id, file). `kept` are units whose archive somebody relies on."""

    runs: tuple[StoredRun, ...]
    files: tuple[tuple[str, Path], ...]
    kept: tuple[str, ...]
    bytes: int


def prunable(store: Store, before: date) -> Iterator[Prunable]:
    """The folders of archives that may be cleared: all their runs are finished and are of a day before `before`.

    Never the newest run's, and never the archive of a unit for which somebody has given a verdict or raised a dispute
    in a run on that archive.
    """
    runs = store.runs()
    newest = max((run for run in runs if run.state is RunState.DONE), key=lambda run: run.as_of, default=None)
    by_folder: dict[str, list[StoredRun]] = {}
    for run in runs:
        by_folder.setdefault(run.archive, []).append(run)
    for folder, users in sorted(by_folder.items()):
        old = all(run.state is RunState.DONE and run.as_of < before.isoformat() for run in users)
        if not old or newest in users or not Path(folder).is_dir():
            continue
        relied_on = _relied_on(store, [run.id for run in users])
        known = {unit_id for run in users for unit_id in store.statuses(run.id)}
        found = [(unit_id, Path(folder) / archive_name(unit_id)) for unit_id in sorted(known - relied_on)]
        files = tuple((unit_id, path) for unit_id, path in found if path.is_file())
        if files:
            size = sum(path.stat().st_size for _, path in files)
            yield Prunable(tuple(users), files, tuple(sorted(known & relied_on)), size)


def prune(store: Store, what: Prunable) -> None:
    """Removes the archives, and notes in the store that they were removed and not lost. Raises OSError."""
    removed = [unit_id for unit_id, _ in what.files]
    for run in what.runs:
        _note_pruned(store, run.id, removed)
    for _, path in what.files:
        path.unlink(missing_ok=True)
        scans_path(path).unlink(missing_ok=True)
        for earlier in (path.parent / TRIES_FOLDER).glob(path.name.replace(".warc.gz", ".*.warc.gz")):
            earlier.unlink()


def _note_pruned(store: Store, run_id: str, units: Collection[str]) -> None:
    noted = rules_of(store, run_id)
    noted["pruned"] = sorted({*noted.get("pruned", ()), *units})
    keep_rules(store, run_id, noted)


def _relied_on(store: Store, run_ids: Sequence[str]) -> set[str]:
    with store.reading() as connection:
        return set(
            connection.execute(
                sa.select(reviews_table.c.unit_id).where(reviews_table.c.run_id.in_(run_ids)).distinct()
            ).scalars()
        )

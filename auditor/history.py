"""Runs one after another: which earlier result a unit is compared with, and why its points changed.

What is expensive is done once, at the end of a run, and kept in the store: the earlier archives of units whose
verdicts changed are judged again by the run's own rules (`judge_again`). What people decide later only moves the cheap
part, which is worked out whenever results are read (`Past.with_change`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from auditor.archive import archive_name
from auditor.changes import Again, attribute, differ, machine_points, points, same_crawl, trimmed
from auditor.checklist import Checklist
from auditor.config import Config
from auditor.judge import JudgeContext
from auditor.judging import Judge, Judging
from auditor.manifest import archive_about, rules
from auditor.model import Status, Unit
from auditor.register import Register
from auditor.register_index import RegisterIndex
from auditor.reviews import Reviews, with_reviews
from auditor.store import RunState, Store, StoredRun
from auditor.text import fold
from auditor.urls import key

MAX_HISTORY = 24
_BATCH = 500

metadata = sa.MetaData()
unit_history = sa.Table(
    "unit_history",
    metadata,
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("unit_id", sa.String(200), primary_key=True),
    sa.Column("points", sa.Float),
    sa.Column("change", sa.Text),
    sa.Column("base_run", sa.String(64)),
    sa.Column("base_unit", sa.String(200)),
    sa.Column("by_rules", sa.Text),
    sa.Column("by_time", sa.Text),
    sa.Column("complete", sa.Boolean),
    sa.Index("unit_history_by_unit", "unit_id"),
)
run_rules = sa.Table(
    "run_rules",
    metadata,
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),
)
same_units = sa.Table(
    "same_units",
    metadata,
    sa.Column("unit_id", sa.String(200), primary_key=True),
    sa.Column("was_id", sa.String(200), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Base:
    """The earlier result that a unit is compared with: its run, the unit's id in it, the total that was published."""

    run: StoredRun
    unit_id: str
    points: float | None


# --- what is kept ----------------------------------------------------------------------------------------------


def keep_rules(store: Store, run_id: str, hashes: Mapping[str, Any]) -> None:
    """Stores what a run is judged with (`auditor.manifest.rules`); later also `manifest`, the hash of its manifest,
    and `pruned`, the units whose archives were removed."""
    with store.transaction() as connection:
        connection.execute(run_rules.delete().where(run_rules.c.run_id == run_id))
        connection.execute(run_rules.insert(), {"run_id": run_id, "rules": json.dumps(dict(hashes))})


def rules_of(store: Store, run_id: str) -> dict[str, Any]:
    """What a run was judged with; empty for a run of a program that did not note it."""
    with store.reading() as connection:
        text = connection.execute(sa.select(run_rules.c.rules).where(run_rules.c.run_id == run_id)).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def keep_published(store: Store, run_id: str, units: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Hands on the units and notes the total and the change of each as they are published."""
    batch: dict[str, dict[str, Any]] = {}
    for unit in units:
        change = unit.get("change")
        batch[unit["id"]] = {"points": points(unit), "change": json.dumps(change) if change else None}
        if len(batch) >= _BATCH:
            _save(store, run_id, batch)
            batch = {}
        yield unit
    _save(store, run_id, batch)


def _save(store: Store, run_id: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes some columns of units' rows, in one transaction; rows that are not there yet are made."""
    with store.transaction() as connection:
        known = set(
            connection.execute(
                sa.select(unit_history.c.unit_id).where(
                    unit_history.c.run_id == run_id, unit_history.c.unit_id.in_(list(rows))
                )
            ).scalars()
        )
        for unit_id, values in rows.items():
            if unit_id in known:
                connection.execute(
                    unit_history.update()
                    .where(unit_history.c.run_id == run_id, unit_history.c.unit_id == unit_id)
                    .values(**values)
                )
            else:
                connection.execute(unit_history.insert().values(run_id=run_id, unit_id=unit_id, **values))


def forget_units(store: Store, run_id: str, unit_ids: Collection[str] | None = None) -> None:
    """Takes back what is kept of a run's units (all, or these): their results are to be had again."""
    query = unit_history.delete().where(unit_history.c.run_id == run_id)
    with store.transaction() as connection:
        connection.execute(query if unit_ids is None else query.where(unit_history.c.unit_id.in_(unit_ids)))


def note_same(store: Store, unit_id: str, was_id: str) -> None:
    """Notes that a unit stood under another id before."""
    with store.transaction() as connection:
        connection.execute(same_units.delete().where(same_units.c.unit_id == unit_id))
        connection.execute(same_units.insert(), {"unit_id": unit_id, "was_id": was_id})


# --- the past of a run -----------------------------------------------------------------------------------------


class Past:
    """The finished runs before a run, as its units see them. Reads a unit at a time."""

    def __init__(self, store: Store, run: StoredRun, checklist: Checklist) -> None:
        self._store = store
        self._run = run
        self._checklist = checklist
        now = (run.as_of, run.started_at, run.id)
        self._runs = {
            one.id: one
            for one in store.runs()
            if one.state is RunState.DONE and (one.as_of, one.started_at, one.id) < now
        }
        with store.reading() as connection:
            self._was = {row.unit_id: row.was_id for row in connection.execute(sa.select(same_units))}
        self._maybe: dict[str, list[tuple[Unit, str]]] | None = None
        self._reviews: dict[str, Reviews] = {}

    @property
    def runs(self) -> list[StoredRun]:
        """The earlier runs, the newest first."""
        return sorted(self._runs.values(), key=_moment, reverse=True)

    def ids(self, unit_id: str) -> list[str]:
        """The ids under which a unit stood in the course of time, the present one first."""
        return _ids(unit_id, self._was)

    def rows(self, unit_id: str) -> list[Base]:
        """The unit's earlier results, the newest first."""
        table = unit_history
        with self._store.reading() as connection:
            rows = connection.execute(
                sa.select(table.c.run_id, table.c.unit_id, table.c.points).where(table.c.unit_id.in_(self.ids(unit_id)))
            ).all()
        found = [Base(self._runs[row.run_id], row.unit_id, row.points) for row in rows if row.run_id in self._runs]
        return sorted(found, key=lambda base: _moment(base.run), reverse=True)

    def base(self, unit_id: str) -> Base | None:
        """What the unit is compared with: the newest earlier result with a total, else the newest."""
        rows = self.rows(unit_id)
        return next((row for row in rows if row.points is not None), rows[0] if rows else None)

    def decided(self, before: dict[str, Any], base: Base) -> dict[str, Any]:
        """An earlier result with the verdicts that people have given for it by now."""
        if base.run.id not in self._reviews:
            self._reviews[base.run.id] = Reviews(self._store, base.run)
        entries = self._reviews[base.run.id].of(base.unit_id)
        return with_reviews(before, entries, base.run, self._checklist) if entries else before

    def _alike(self) -> dict[str, list[tuple[Unit, str]]]:
        """Units of this run that no earlier one knows, with those of the last run that are no longer there."""
        if self._maybe is None:
            runs = self.runs
            now = self._store.register(self._run.id).units if runs else ()
            there = self._store.register(runs[0].id).units if runs else ()
            known = {one for unit in now for one in self.ids(unit.id)}
            old = {unit.id for unit in there}
            new = [unit for unit in now if not old.intersection(self.ids(unit.id))]
            self._maybe = alike(new, [unit for unit in there if unit.id not in known])
        return self._maybe

    def with_change(self, unit: dict[str, Any]) -> dict[str, Any]:
        """The unit object with `change`: since when, how many points by which cause, and its totals so far.

        One that no earlier run knows gets a proposal where the last run had a unit of the same address or name.
        """
        rows = self.rows(unit["id"])
        if not rows:
            maybe = [_proposal(unit["id"], other, why) for other, why in self._alike().get(unit["id"], ())]
            return {**unit, "proposals": [*unit.get("proposals", ()), *maybe]} if maybe else unit
        kept = kept_of(self._store, self._run.id, unit["id"])
        compared = (kept.get("base_run"), kept.get("base_unit"))
        base = next((row for row in rows if (row.run.id, row.unit_id) == compared), None)
        again = again_of(kept) if base is not None else Again(None, None, complete=False)
        base = base or next((row for row in rows if row.points is not None), rows[0])
        before = self._store.result(base.run.id, base.unit_id)
        if before is None:
            return unit
        change = change_of(before, base, unit, again, self._checklist, self.decided(before, base))
        by_day = {row.run.as_of: row.points for row in reversed(rows)} | {self._run.as_of: points(unit)}
        change["history"] = [{"as_of": day, "points": by_day[day]} for day in sorted(by_day)][-MAX_HISTORY:]
        return {**unit, "change": change}


def _proposal(unit_id: str, other: Unit, why: str) -> str:
    because = {"url": "cùng địa chỉ", "name": "cùng tên"}[why]
    return (
        f"Có thể là «{other.name}» (mã {other.id}) của lần chạy trước: {because}. Nếu đúng, ghi nhận bằng lệnh: "
        f"auditor history {unit_id} --same-as {other.id}"
    )


def _ids(unit_id: str, was: Mapping[str, str]) -> list[str]:
    found = [unit_id]
    while (older := was.get(found[-1])) is not None and older not in found:
        found.append(older)
    return found


def kept_of(store: Store, run_id: str, unit_id: str) -> dict[str, Any]:
    """What is kept of a unit in a run, by the columns of `unit_history`; empty where nothing is."""
    with store.reading() as connection:
        row = connection.execute(
            sa.select(unit_history).where(unit_history.c.run_id == run_id, unit_history.c.unit_id == unit_id)
        ).first()
    return dict(row._mapping) if row is not None else {}


def again_of(kept: Mapping[str, Any]) -> Again:
    """The earlier archive judged again, from what is kept of it."""
    return Again(_loaded(kept.get("by_rules")), _loaded(kept.get("by_time")), bool(kept.get("complete")))


def change_of(
    before: Mapping[str, Any],
    base: Base,
    after: Mapping[str, Any],
    again: Again,
    checklist: Checklist,
    decided: Mapping[str, Any],
) -> dict[str, Any]:
    """`change` of results.json without `history`: the earlier run, the points by cause, a new name or address.

    `decided` is `before` with people's verdicts (`Past.decided`).
    """
    published = base.points if base.points is not None else machine_points(before)
    told = ("id", "name", "url")
    moved = {name: before[name] for name in told if before.get(name) != after.get(name)}
    return {
        "run": base.run.id,
        "as_of": base.run.as_of,
        **attribute(before, published, after, again, checklist, decided),
        "status": before["status"],
        "was": moved,
    }


def _moment(run: StoredRun) -> tuple[str, str, str]:
    return run.as_of, run.started_at, run.id


def _loaded(text: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def unit_through_time(store: Store, unit_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A unit in all finished runs, the oldest first: (day, run, unit object as published with its change)."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    runs = sorted((run for run in store.runs() if run.state is RunState.DONE), key=_moment)
    with store.reading() as connection:
        was = {row.unit_id: row.was_id for row in connection.execute(sa.select(same_units))}
    ids = _ids(unit_id, was)
    for run in runs:
        for known in ids:
            unit = store.result(run.id, known)
            if unit is not None:
                kept = kept_of(store, run.id, known)
                total = {**(unit["total"] or {}), "points": kept.get("points", points(unit))}
                found.append((run.as_of, run.id, {**unit, "total": total, "change": _loaded(kept.get("change"))}))
                break
    return found


# --- judging earlier archives again ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging again takes: the later run with its rules, and the world."""

    run: StoredRun
    register: Register
    config: Config
    checklist: Checklist
    judge: Judge
    log_file: Path
    stopping: Callable[[], bool]
    say: Callable[[str], None] = lambda text: None


Keep = Callable[[str, Mapping[str, Any]], None]
"""Takes a unit's id and some of the columns base_run, base_unit, by_rules, by_time, complete."""


def judge_again(store: Store, bench: Bench) -> None:
    """Judges the earlier archives of a run's units again, where that tells causes apart, and keeps what comes out."""
    past = Past(store, bench.run, bench.checklist)
    if not past.runs:
        return
    with store.reading() as connection:
        done = set(
            connection.execute(
                sa.select(unit_history.c.unit_id).where(
                    unit_history.c.run_id == bench.run.id, unit_history.c.complete.is_not(None)
                )
            ).scalars()
        )

    def pairs() -> Iterator[tuple[dict[str, Any], Base]]:
        for unit in store.results(bench.run.id):
            base = past.base(unit["id"]) if unit["id"] not in done else None
            if base is not None:
                yield unit, base

    compare_again(store, bench, pairs(), lambda unit_id, values: _save(store, bench.run.id, {unit_id: values}))


def compare_again(store: Store, bench: Bench, pairs: Iterable[tuple[dict[str, Any], Base]], keep: Keep) -> None:
    """For each later result and the earlier one that it is compared with, what `Again` needs.

    Where this program is no longer the one that judged the later run, nothing can be judged again by its rules.
    Raises KeyboardInterrupt when `bench.stopping` says so.
    """
    own = rules(bench.checklist, bench.config, bench.register)
    able = rules_of(store, bench.run.id).get("rules") == own["rules"]
    same_rules: dict[str, bool] = {}
    by_run: dict[str, tuple[StoredRun, list[tuple[str, str]]]] = {}
    for unit, base in pairs:
        run = base.run
        if run.id not in same_rules:
            same_rules[run.id] = rules_of(store, run.id).get("rules") == rules_of(store, bench.run.id).get("rules")
        before = store.result(run.id, base.unit_id)
        values: dict[str, Any] = {"base_run": run.id, "base_unit": base.unit_id, "by_rules": None, "by_time": None}
        if before is None or not differ(before["items"], unit["items"]):
            keep(unit["id"], {**values, "complete": True})
        elif _same_archive(before, unit) and run.as_of == bench.run.as_of:
            keep(unit["id"], {**values, "by_rules": json.dumps(trimmed(unit)), "complete": True})
        elif same_rules[run.id] and run.as_of == bench.run.as_of:
            keep(unit["id"], {**values, "complete": True})
        elif not able or not _untouched(run, base.unit_id, before):
            keep(unit["id"], {**values, "complete": False})
        else:
            keep(unit["id"], values)
            by_run.setdefault(run.id, (run, []))[1].append((unit["id"], base.unit_id))
    if by_run:
        count = sum(len(ids) for _, ids in by_run.values())
        bench.say(f"Đang chấm lại {count} bản lưu của lần chạy trước để biết vì sao điểm thay đổi …")
    units = {unit.id: unit for unit in bench.register.units}
    for run, ids in by_run.values():
        old_units = {unit.id: unit for unit in store.register(run.id).units}
        # The unit as it is now, at the address where it was then.
        asked = [
            (replace(units[new], url=old_units[old].url), Path(run.archive) / archive_name(old)) for new, old in ids
        ]
        steps = [("by_rules", run.as_of)] if not same_rules[run.id] else []
        steps += [("by_time", bench.run.as_of)] if run.as_of != bench.run.as_of else []
        for column, as_of in steps:
            failed = _judge_all(bench, asked, column, as_of, keep)
            asked = [one for one in asked if one[0].id not in failed]
        for asked_unit, _ in asked:
            keep(asked_unit.id, {"complete": True})


def _judge_all(bench: Bench, asked: Sequence[tuple[Unit, Path]], column: str, as_of: str, keep: Keep) -> set[str]:
    """Judges the archives as of a day; gives the units of which that could not be done."""
    context = JudgeContext(
        bench.checklist, bench.config, RegisterIndex.of(bench.register.units), date.fromisoformat(as_of)
    )
    failed: set[str] = set()

    def kept(results: Sequence[Mapping[str, Any]]) -> None:
        for result in results:
            if result["status"] == Status.ERROR:
                failed.add(result["id"])
                keep(result["id"], {"complete": False})
            else:
                keep(result["id"], {column: json.dumps(trimmed(result))})

    with Judging(context, bench.judge, bench.log_file, kept) as judging:
        for unit, path in asked:
            judging.submit(unit, path)
        judging.finish(bench.stopping)
    return failed


def _same_archive(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return same_crawl(before, after) and before["archive"] == after["archive"]


def _untouched(run: StoredRun, unit_id: str, before: Mapping[str, Any]) -> bool:
    """Whether the earlier archive is still there as it was judged; without one there was nothing to judge."""
    about = before.get("archive")
    return about is not None and archive_about(Path(run.archive) / archive_name(unit_id)) == about


# --- units under another id ------------------------------------------------------------------------------------


def alike(units: Iterable[Unit], others: Collection[Unit]) -> dict[str, list[tuple[Unit, str]]]:
    """For each unit the others that may be the same one, with why ("url" or "name"); shown, never decided upon."""
    by_url: dict[str, list[Unit]] = {}
    by_name: dict[str, list[Unit]] = {}
    for other in others:
        if other.url:
            by_url.setdefault(key(other.url), []).append(other)
        by_name.setdefault(_name_key(other), []).append(other)
    found: dict[str, list[tuple[Unit, str]]] = {}
    for unit in units:
        same = [(other, "url") for other in by_url.get(key(unit.url), ())] if unit.url else []
        same += [(other, "name") for other in by_name.get(_name_key(unit), ()) if other not in [one[0] for one in same]]
        if same:
            found[unit.id] = same
    return found


def _name_key(unit: Unit) -> str:
    return f"{fold(unit.name)}|{fold(unit.district or '')}"

"""People's verdicts in the store, beside the machine's findings and never over them.

Every edit is an entry of its own, so that the entries of an item are its history. What stands for a run is worked out
from them when results are read: a verdict counts in the run that it was given for and in later ones, until it expires
or the evidence that it was based on changes; a dispute is open until a person decides.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from auditor.checklist import Checklist
from auditor.model import Verdict
from auditor.results import unit_objects
from auditor.scoring import explain, score_unit
from auditor.store import Store, StoredRun, StoreLostError
from auditor.text import words
from auditor.urls import key

SCORES: Mapping[Verdict, float | None] = {
    Verdict.PASS: 1.0,
    Verdict.PARTIAL: 0.5,
    Verdict.FAIL: 0.0,
    Verdict.NOT_APPLICABLE: None,
}
"""What a person may decide, and the score of it."""

UNDECIDED = frozenset({Verdict.MANUAL, Verdict.UNDETERMINED})
_UNITS_AT_ONCE = 500  # in one question to the database
_TRIES = 3  # of a transaction that met another one

metadata = sa.MetaData()
reviews_table = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("unit_id", sa.String(200), nullable=False),
    sa.Column("item_id", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("run_id", sa.String(64), nullable=False),
    sa.Column("run_started_at", sa.String(32), nullable=False),
    sa.Column("checklist", sa.String(200), nullable=False),
    sa.Column("verdict", sa.String(16)),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("decided_on", sa.String(10)),
    sa.Column("valid_until", sa.String(10)),
    sa.Column("address", sa.Text),
    sa.Column("machine_verdict", sa.String(16), nullable=False),
    sa.Column("evidence_digest", sa.String(64), nullable=False),
    sa.Column("recheck", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.String(32), nullable=False),
    sa.UniqueConstraint("unit_id", "item_id", "number"),
)


class EntryKind(StrEnum):
    """What an entry does: a person decides, takes a decision back, or asks for another look at an address."""

    VERDICT = "verdict"
    WITHDRAWAL = "withdrawal"
    DISPUTE = "dispute"


class ReviewState(StrEnum):
    """What became of a person's verdict in a run (results.json, `review.state`)."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    EVIDENCE_CHANGED = "evidence_changed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


ASKED_AGAIN = frozenset({ReviewState.EXPIRED, ReviewState.EVIDENCE_CHANGED, ReviewState.DISPUTED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit. Days are ISO dates, `recorded_at` is in UTC; `machine_verdict` and `evidence_digest` are of the finding
    that the person saw. `address` and `recheck` (what judging again with it gave) are of a dispute. `id` grows with
    time; 0 and `number` 0 until the entry is stored.
    """

    unit_id: str
    item_id: str
    kind: EntryKind
    run_id: str
    run_started_at: str
    checklist: str
    reason: str
    reviewer: str
    machine_verdict: str
    evidence_digest: str
    source: str
    recorded_at: str
    verdict: Verdict | None = None
    decided_on: str | None = None
    valid_until: str | None = None
    address: str | None = None
    recheck: Mapping[str, Any] | None = None
    number: int = 0
    id: int = 0


def evidence_digest(item: Mapping[str, Any]) -> str:
    """SHA-256 of what a person saw of a finding: verdict, reason, and the addresses and quotes of its evidence.

    Times of fetching, order and the form of an address or of white space do not count.
    """
    pieces = sorted({(key(piece.get("url") or ""), words(piece.get("quote") or "")) for piece in item["evidence"]})
    seen = json.dumps([item["verdict"], item["reason"], pieces], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(seen.encode("ascii")).hexdigest()


# --- the store -------------------------------------------------------------------------------------------------


class Reviews:
    """The entries that a run knows: those given for it, and for earlier runs with the same checklist."""

    def __init__(self, store: Store, run: StoredRun) -> None:
        self.store = store
        self.run = run
        table = reviews_table
        # An entry for a later run says nothing about this one.
        self._of_run = sa.and_(
            table.c.checklist == run.checklist["id"],
            sa.or_(table.c.run_id == run.id, table.c.run_started_at < run.started_at),
        )
        with store.reading() as connection:
            found = connection.execute(sa.select(table.c.unit_id).where(self._of_run).distinct())
            self.units = frozenset(row.unit_id for row in found)

    @property
    def last(self) -> int:
        """The id of the newest entry of the store, 0 for none: what an exported sheet knows of."""
        with self.store.reading() as connection:
            return connection.execute(sa.select(sa.func.max(reviews_table.c.id))).scalar() or 0

    def of(self, unit_id: str) -> dict[str, list[Entry]]:
        """The entries of a unit by item, in the order in which they count."""
        if unit_id not in self.units:
            return {}
        with self.store.reading() as connection:
            return self._entries(connection, unit_id)

    def _entries(self, connection: sa.Connection, unit_id: str) -> dict[str, list[Entry]]:
        table = reviews_table
        rows = connection.execute(
            sa.select(table)
            .where(table.c.unit_id == unit_id, self._of_run)
            .order_by(table.c.run_started_at, table.c.id)
        )
        found: dict[str, list[Entry]] = defaultdict(list)
        for row in rows:
            found[row.item_id].append(_entry(row))
        return dict(found)


def record(store: Store, entries: Sequence[Entry]) -> list[Entry]:
    """Stores new entries, all or none, and gives them with their ids and numbers."""
    for left in reversed(range(_TRIES)):
        try:
            with store.transaction() as connection:
                return _inserted(connection, entries)
        except StoreLostError as error:
            # Another import took the number of one of these items in the same moment.
            if not isinstance(error.__cause__, IntegrityError) or not left:
                raise
    raise AssertionError("unreachable")


def _inserted(connection: sa.Connection, entries: Sequence[Entry]) -> list[Entry]:
    if not entries:
        return []
    table = reviews_table
    numbers: Counter[tuple[str, str]] = Counter()
    units = sorted({entry.unit_id for entry in entries})
    for start in range(0, len(units), _UNITS_AT_ONCE):
        of_units = table.c.unit_id.in_(units[start : start + _UNITS_AT_ONCE])
        last = sa.select(table.c.unit_id, table.c.item_id, sa.func.max(table.c.number)).where(of_units)
        for unit_id, item_id, number in connection.execute(last.group_by(table.c.unit_id, table.c.item_id)):
            numbers[unit_id, item_id] = number
    rows = []
    for entry in entries:
        numbers[entry.unit_id, entry.item_id] += 1
        rows.append(
            {
                **{column.name: getattr(entry, column.name) for column in table.c if column.name != "id"},
                "number": numbers[entry.unit_id, entry.item_id],
                "kind": str(entry.kind),
                "verdict": None if entry.verdict is None else str(entry.verdict),
                "recheck": _dump(entry.recheck),
            }
        )
    made = connection.execute(table.insert().returning(table, sort_by_parameter_order=True), rows)
    return [_entry(row) for row in made]


def note_recheck(store: Store, entry: Entry, recheck: Mapping[str, Any]) -> None:
    """Adds to a stored dispute what judging again with its address gave."""
    with store.transaction() as connection:
        connection.execute(reviews_table.update().where(reviews_table.c.id == entry.id).values(recheck=_dump(recheck)))


def _dump(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    return Entry(
        **{
            **values,
            "kind": EntryKind(row.kind),
            "verdict": Verdict(row.verdict) if row.verdict else None,
            "recheck": json.loads(row.recheck) if row.recheck else None,
        }
    )


# --- what stands for a run -------------------------------------------------------------------------------------


def standing(entries: Sequence[Entry], item: Mapping[str, Any], run: StoredRun) -> dict[str, Any] | None:
    """The `review` of an item of results.json, None where nobody said anything.

    `entries` are those of the item in the order of `Reviews.of`. `counted` tells whether the person's verdict takes the
    place of the machine's in the score.
    """
    if not entries:
        return None
    decisions = [entry for entry in entries if entry.kind is not EntryKind.DISPUTE]
    decision = decisions[-1] if decisions else None
    dispute = _open_dispute(entries, item, run)
    given = decision is not None and decision.kind is EntryKind.VERDICT
    unchanged = given and decision is not None and decision.evidence_digest == evidence_digest(item)
    expired = given and decision is not None and (decision.valid_until or "9") < run.as_of
    if dispute is not None:
        state = ReviewState.DISPUTED
    elif decision is None:
        return None  # a dispute that a later finding has settled
    elif not given:
        state = ReviewState.WITHDRAWN
    elif expired:
        state = ReviewState.EXPIRED
    else:
        state = ReviewState.IN_FORCE if unchanged else ReviewState.EVIDENCE_CHANGED
    shown = decision if given else None
    latest = decision or entries[-1]
    return {
        "state": str(state),
        "counted": bool(given and unchanged and not expired),
        "verdict": str(shown.verdict) if shown and shown.verdict else None,
        "score": SCORES[shown.verdict] if shown and shown.verdict else None,
        "reason": latest.reason,
        "reviewer": latest.reviewer,
        "date": latest.decided_on,
        "valid_until": latest.valid_until,
        "run": latest.run_id,
        "carried": latest.run_id != run.id,
        "machine_verdict": latest.machine_verdict,
        "evidence_digest": latest.evidence_digest,
        "dispute": None if dispute is None else _dispute(dispute),
        "history": [_past(entry) for entry in entries],
    }


def _open_dispute(entries: Sequence[Entry], item: Mapping[str, Any], run: StoredRun) -> Entry | None:
    """The newest dispute that no decision followed; a later run that finds the requirement met settles it."""
    last = entries[-1]
    if last.kind is not EntryKind.DISPUTE or (last.run_id != run.id and item["verdict"] == Verdict.PASS):
        return None
    return last


def _dispute(entry: Entry) -> dict[str, Any]:
    return {
        "url": entry.address,
        "reason": entry.reason,
        "by": entry.reviewer,
        "recorded_at": entry.recorded_at,
        "run": entry.run_id,
        "recheck": entry.recheck,
    }


def _past(entry: Entry) -> dict[str, Any]:
    return {
        "kind": str(entry.kind),
        "verdict": str(entry.verdict) if entry.verdict else None,
        "reason": entry.reason,
        "reviewer": entry.reviewer,
        "date": entry.decided_on,
        "valid_until": entry.valid_until,
        "address": entry.address,
        "run": entry.run_id,
        "machine_verdict": entry.machine_verdict,
        "source": entry.source,
        "recorded_at": entry.recorded_at,
    }


def with_reviews(
    unit: Mapping[str, Any], entries: Mapping[str, Sequence[Entry]], run: StoredRun, checklist: Checklist
) -> dict[str, Any]:
    """A unit object with people's verdicts in it, and its points with those that count.

    The machine's own total stays in `machine_total` where the two may differ.
    """
    items = [{**item, "review": standing(entries.get(item["id"], ()), item, run)} for item in unit["items"]]
    reviewed = {**unit, "items": items}
    if any(item["review"] and item["review"]["counted"] for item in items):
        axes, total = score_unit(items, checklist)
        reviewed.update(axes=axes, total=total, sum=explain(items, checklist), machine_total=unit["total"])
    return reviewed


def reviewed_units(
    store: Store, run: StoredRun, checklist: Checklist, only: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The unit objects of results.json with people's verdicts, in the order of the register, read one by one."""
    reviews = Reviews(store, run)
    for unit in unit_objects(store, run.id):
        if only is None or unit["id"] in only:
            entries = reviews.of(unit["id"])
            yield with_reviews(unit, entries, run, checklist) if entries else unit


def waits_for_a_person(item: Mapping[str, Any]) -> bool:
    """Whether a person has to decide an item of results.json: undecided, disputed, or to be looked at again."""
    review = item["review"]
    if review is None:
        return item["verdict"] in UNDECIDED
    if review["counted"]:
        return bool(review["state"] == ReviewState.DISPUTED)
    return bool(item["verdict"] in UNDECIDED or review["state"] in ASKED_AGAIN)


def undecided(items: Iterable[Mapping[str, Any]]) -> int:
    """How many of the items wait for a person."""
    return sum(waits_for_a_person(item) for item in items)

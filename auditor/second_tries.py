"""Units that could not be read are tried again later: what was met each time, and a note for whoever hosts them.

One bad night is no verdict. Every try that came to nothing is kept (`unit_tries`, its archive in `archive/tries/`),
then the unit waits to be crawled like one that was never visited; so a run that is cut off in between is resumed as
ever. What was tried is added to a unit when results are read; judging knows nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from auditor.archive import archive_name
from auditor.history import forget_units
from auditor.model import Cause, Reason, Status
from auditor.store import Store, StoredRun

TRIES_FOLDER = "tries"
_VIETNAM = timezone(timedelta(hours=7))
_UNREAD = frozenset({Status.UNREACHABLE, Status.BLOCKED, Status.ERROR})
# What another night does not change: the register or the portal says so on purpose.
_FINAL = frozenset(
    {Reason.REDIRECTS_TO_OTHER_UNIT, Reason.ROBOTS_FORBID, Cause.ROBOTS, Cause.PRIVATE_ADDRESS, Cause.BAD_ADDRESS}
)

metadata = sa.MetaData()
unit_tries = sa.Table(
    "unit_tries",
    metadata,
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("unit_id", sa.String(200), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)


class Tries:
    """The earlier tries of a run's units, read once: only few units have any."""

    def __init__(self, store: Store, run: StoredRun) -> None:
        self._run = run
        self._of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        table = unit_tries
        with store.reading() as connection:
            rows = connection.execute(
                sa.select(table).where(table.c.run_id == run.id).order_by(table.c.unit_id, table.c.number)
            )
            for row in rows:
                self._of[row.unit_id].append({"at": row.at, "status": row.status, "reason": row.reason})

    def of(self, unit: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All tries of a unit object, the last being the one that it tells of."""
        return [*self._of.get(unit["id"], ()), _this_try(unit)]

    def with_tries(self, unit: dict[str, Any]) -> dict[str, Any]:
        """The unit with `attempts` where it took more than one or came to nothing, then with `host_note`, too."""
        unread = unit["status"] in _UNREAD
        if not unread and unit["id"] not in self._of:
            return unit
        attempts = self.of(unit)
        if unit["status"] not in (Status.UNREACHABLE, Status.BLOCKED) or unit["status_reason"] in _FINAL:
            return {**unit, "attempts": attempts}
        return {**unit, "attempts": attempts, "host_note": host_note(unit, attempts, self._run.as_of)}


def _this_try(unit: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": unit["crawl"].get("started_at") or None,
        "status": unit["status"],
        "reason": unit["status_reason"],
    }


def worth_trying(unit: Mapping[str, Any]) -> bool:
    """Whether a unit could not be read for a cause that may be gone at another hour."""
    return unit["status"] in _UNREAD and unit["status_reason"] not in _FINAL


def next_try(store: Store, run: StoredRun, after_minutes: Sequence[float]) -> tuple[datetime, list[str]] | None:
    """When the units that could not be read are due again, and their ids; None where all has been tried.

    `after_minutes` are the waits before the second, third … try. Units whose turn comes later wait for the next time.
    """
    if Path(run.archive) != Path(run.out) / "archive":
        return None  # judged again from the archives of another run: nobody is visited
    due: list[tuple[datetime, str]] = []
    tries = Tries(store, run)
    bad = [unit_id for unit_id, status in store.statuses(run.id).items() if status in _UNREAD]
    for unit_id in bad:
        unit = store.result(run.id, unit_id)
        if unit is None or not worth_trying(unit):
            continue
        done = len(tries.of(unit))
        if done <= len(after_minutes):
            ended = unit["crawl"].get("finished_at") or run.finished_at or run.started_at
            due.append((_moment(ended) + timedelta(minutes=after_minutes[done - 1]), unit_id))
    if not due:
        return None
    # All that failed in one night are tried together, once the last of them is due.
    return max(moment for moment, _ in due), [unit_id for _, unit_id in due]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def set_aside(store: Store, run: StoredRun, unit_ids: Sequence[str]) -> None:
    """Keeps what was met, moves the archives of it away, and lets the units wait to be crawled again.

    May be cut off anywhere and done again. Raises OSError.
    """
    folder = Path(run.archive) / TRIES_FOLDER
    folder.mkdir(exist_ok=True)
    tries = Tries(store, run)
    for unit_id in unit_ids:
        unit = store.result(run.id, unit_id)
        if unit is None:
            continue
        *noted, this = tries.of(unit)
        if not noted or noted[-1] != this:
            with store.transaction() as connection:
                values = {"at": this["at"] or run.started_at, "status": this["status"], "reason": this["reason"]}
                connection.execute(
                    unit_tries.insert().values(run_id=run.id, unit_id=unit_id, number=len(noted) + 1, **values)
                )
            noted = [*noted, this]
        archive = Path(run.archive) / archive_name(unit_id)
        if archive.exists():
            archive.replace(folder / archive.name.replace(".warc.gz", f".{len(noted)}.warc.gz"))
        forget_units(store, run.id, [unit_id])
        store.forget_results(run.id, [unit_id])


# --- the note --------------------------------------------------------------------------------------------------


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files("auditor").joinpath("host_notes.yaml").read_text(encoding="utf-8"))
    return found


def host_note(unit: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], as_of: str) -> str:
    """A text in Vietnamese that can be sent to whoever hosts a portal that could not be read."""
    texts = _texts()
    last = _cause(attempts[-1]["reason"])
    lines = [
        texts["try"].format(at=_at(one["at"]), what=texts["causes"][cause]["what"].format(code=code))
        for one in attempts
        for cause, code in [_cause(one["reason"])]
    ]
    note: str = texts["note"].format(
        name=unit["name"],
        url=unit["url"],
        times=len(attempts),
        day=f"{date.fromisoformat(as_of):%d/%m/%Y}",
        tries="\n".join(lines),
        ask=texts["causes"][last[0]]["ask"],
    )
    return note


def _cause(reason: str) -> tuple[str, str]:
    """The kind of cause that the texts know, and the number of an HTTP error."""
    if reason.startswith("http_") and reason[5:].isdecimal():
        return "http_error", reason[5:]
    return (reason if reason in _texts()["causes"] else "other"), ""


def _at(text: str | None) -> str:
    return f"{_moment(text).astimezone(_VIETNAM):%H:%M ngày %d/%m/%Y}" if text else "không rõ giờ"

"""Disputes: a school names an address, and its unit is judged again with what stands there now.

What was found is laid beside the stored finding for a person to decide; it changes neither verdict nor points.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.archive import Archive, ArchiveError, archive_name, read_archive
from auditor.checklist import Checklist
from auditor.config import Config
from auditor.facts.pages import Reach
from auditor.facts.pages import read as read_pages
from auditor.judge import JudgeContext, judge_archive, judge_unit
from auditor.judging import Judging
from auditor.model import Capture, CrawlEnd, Reason, Status, StoppedBy, Unit
from auditor.register_index import RegisterIndex
from auditor.reviews import Entry, note_recheck
from auditor.store import Store, StoredRun
from auditor.urls import Scope, key
from auditor.vocabulary import load_vocabulary

log = logging.getLogger(__name__)

FOLDER = "disputes"
_LOG_FILE = "auditor.log"
READ = "read"
_MAX_EVIDENCE = 5
_SEEN = ("page", "attachment", "redirect")
_NOT_READ = (Status.BLOCKED, Status.UNREACHABLE, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Look:
    """One address to be read again. `home` is where the portal's home page was found, `known` what the crawl has read;
    the archive of the look is named after `name`.
    """

    name: str
    unit: Unit
    address: str
    home: str
    known: frozenset[str]


Fetch = Callable[[Sequence[Look], Path], None]
"""Reads the addresses of looks into archives in a folder."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """What became of one dispute: `about` is what the store keeps of it (results.json, `dispute.recheck`)."""

    entry: Entry
    about: Mapping[str, Any]


def recheck_disputes(
    store: Store,
    run: StoredRun,
    config: Config,
    checklist: Checklist,
    disputes: Sequence[Entry],
    fetch: Fetch,
    now: Callable[[], datetime],
) -> list[Recheck]:
    """Looks at the addresses of stored disputes, judges their units again with them, and stores what that gave."""
    if not disputes:
        return []
    register = store.register(run.id)
    units = {unit.id: unit for unit in register.units}
    folder = Path(run.archive) / FOLDER
    looks: dict[int, Look] = {}
    done: dict[int, Mapping[str, Any]] = {}
    before = {entry.id: _stored_finding(store, run, entry) for entry in disputes}
    for entry in disputes:
        look = _look(run, units[entry.unit_id], entry)
        if isinstance(look, Look):
            looks[entry.id] = look
        else:
            done[entry.id] = _about(look, before[entry.id], None, now)
    if looks:
        fetch(list(looks.values()), folder)
        context = JudgeContext(checklist, config, RegisterIndex.of(register.units), date.fromisoformat(run.as_of))
        judged = _judged(list(looks.values()), folder, context, Path(run.out) / _LOG_FILE)
        for entry in disputes:
            if entry.id in looks:
                name = looks[entry.id].name
                status, result = judged.get(name, ("crash", None))
                after = None if result is None else _finding(result, entry.item_id)
                done[entry.id] = _about(status, before[entry.id], after, now, archive_name(name))
    for entry in disputes:
        note_recheck(store, entry, done[entry.id])
    return [Recheck(replace(entry, recheck=done[entry.id]), done[entry.id]) for entry in disputes]


def _look(run: StoredRun, unit: Unit, entry: Entry) -> Look | str:
    """What to read, or the code of why nothing can be."""
    address = entry.address or ""
    try:
        archive = read_archive(Path(run.archive) / archive_name(unit.id))
    except (ArchiveError, OSError):
        return "no_archive"
    home = archive.end.final_url or unit.url or ""
    if not any(Scope.of(base).contains(address) for base in (home, unit.url or home)):
        return "outside_portal"
    known = frozenset(capture.url for capture in archive.captures if capture.role in _SEEN and capture.status < 400)
    wanted = key(address)
    # The id of the entry makes the name unlike that of any unit's archive and of any other look.
    name = f"{unit.id}~{entry.item_id}~{entry.id}"
    return Look(name, unit, address, home, frozenset(url for url in known if key(url) != wanted))


def _stored_finding(store: Store, run: StoredRun, entry: Entry) -> dict[str, Any]:
    result = store.result(run.id, entry.unit_id)
    found = None if result is None else _finding(result, entry.item_id)
    return found or {}


def _finding(result: Mapping[str, Any], item_id: str) -> dict[str, Any] | None:
    item = next((one for one in result["items"] if one["id"] == item_id), None)
    if item is None:
        return None
    kept = {name: item[name] for name in ("verdict", "score", "reason", "summary")}
    return {**kept, "evidence": item["evidence"][:_MAX_EVIDENCE]}


def _about(
    status: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any] | None,
    now: Callable[[], datetime],
    archive: str | None = None,
) -> dict[str, Any]:
    return {
        "fetched": status == READ,
        "status": status,
        "before": dict(before),
        "after": dict(after) if after is not None and status == READ else None,
        "checked_at": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "program": __version__,
        "archive": f"{FOLDER}/{archive}" if archive else None,
    }


# --- judging ---------------------------------------------------------------------------------------------------


def _judged(
    looks: Sequence[Look], folder: Path, context: JudgeContext, log_file: Path
) -> dict[str, tuple[str, dict[str, Any] | None]]:
    """By the name of a look how its address was found and the unit's new result, judged apart from this process."""
    judged: dict[str, tuple[str, dict[str, Any] | None]] = {}

    def keep(results: Sequence[Mapping[str, Any]]) -> None:
        for result in results:
            if "look" in result:
                judged[result["look"]] = (result["address"], dict(result))

    pool: AbstractContextManager[Judging] = Judging(context, judge_with_look, log_file, keep)
    with pool as judging:
        for look in looks:
            path = folder / archive_name(look.name)
            if path.exists():
                judging.submit(replace(look.unit, extra={"look": look.name, "address": look.address}), path)
            else:
                log.error("%s: the address left no archive", look.name)
        judging.finish(lambda: False)
    return judged


def judge_with_look(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Judges a unit with the archive of a look beside that of its crawl, which lies one folder above.

    `unit.extra` names the look and its address; the result says under `address` whether it could be read.
    """
    look, address = unit.extra.get("look", ""), unit.extra.get("address", "")
    plain = replace(unit, extra={})
    if path is None:
        return {**judge_unit(None, plain, context), "look": look, "address": "crash"}
    seen = read_archive(path)
    found = _reached(seen, address)
    whole = joined(read_archive(path.parent.parent / archive_name(unit.id)), seen)
    if found == READ and read_pages(whole, load_vocabulary()).look(address).reach is Reach.SOFT_404:
        found = str(Reason.SOFT_404)
    return {**judge_archive(whole, plain, context), "look": look, "address": found}


def _reached(seen: Archive, address: str) -> str:
    """READ, or the code of why the address could not be."""
    wanted = key(address)
    failures = {key(failure.url): failure for failure in seen.failures}
    captures = {key(capture.url): capture for capture in seen.captures if capture.role in _SEEN}
    for _ in range(len(seen.captures) + 1):
        if wanted in failures:
            failure = failures[wanted]
            return f"http_{failure.status}" if failure.status else str(failure.cause)
        capture = captures.get(wanted)
        if capture is None:
            return "robots" if wanted in {key(url) for url in seen.end.forbidden} else str(seen.end.status_reason)
        if capture.role != "redirect":
            return READ if capture.status < 400 else f"http_{capture.status}"
        onward = [one for one in seen.captures if one.via == capture.url and one.role in _SEEN]
        if not onward or key(onward[0].url) == wanted:
            return READ
        wanted = key(onward[0].url)
    return "too_many_redirects"


def joined(base: Archive, seen: Archive) -> Archive:
    """A crawl's archive with what was seen later: it stands in the place of what the crawl had of the same address."""
    fresh: dict[str, Capture] = {}
    for capture in seen.captures:
        if capture.role in _SEEN and capture.status < 400:
            fresh.setdefault(key(capture.url), capture)
    captures: list[Capture] = []
    placed: set[str] = set()
    for old in base.captures:
        new = fresh.get(key(old.url)) if old.role in _SEEN else None
        if new is not None and new.role in (old.role, "page", "attachment"):
            placed.add(key(old.url))
            captures.append(replace(new, home=old.home, depth=old.depth, via=old.via))
        else:
            captures.append(old)
    captures += [new for ident, new in fresh.items() if ident not in placed]
    end = base.end
    if end.status in _NOT_READ and fresh:
        # The crawl saw nothing: what is there now can be told, what is missing cannot.
        end = replace(end, status=Status.PARTIAL, status_reason="max_seconds", stopped_by=StoppedBy.MAX_SECONDS)
    return Archive(
        base.unit,
        tuple(captures),
        tuple(failure for failure in base.failures if key(failure.url) not in fresh),
        base.notes,
        _without(end, fresh),
        base.sent,
    )


def _without(end: CrawlEnd, fresh: Mapping[str, Capture]) -> CrawlEnd:
    """The end of the crawl without the addresses that have been read since."""
    return replace(
        end,
        unvisited=tuple(url for url in end.unvisited if key(url) not in fresh),
        forbidden=tuple(url for url in end.forbidden if key(url) not in fresh),
    )

"""Portals whose verdicts people have read: saved real portals, the samples that come with the program, invented ones.

The saved portals stand in a folder beside the checkout (`../shared/portals`) or where the environment variable
AUDITOR_PORTALS says; its README.md tells how they are served. Every portal has an as-of date of its own, so they
are crawled in one run and judged one by one, as if they had been fetched on that day: a page may say "2 days ago".
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from auditor.archive import Archive, archive_name, read_archive
from auditor.checklist import load_checklist
from auditor.config import Config, config_with
from auditor.judge import JudgeContext, judge_archive, judge_unit, settle_in
from auditor.model import Unit
from auditor.register import read_register
from auditor.register_index import RegisterIndex
from auditor.urls import host_of
from auditor.vocabulary import load_vocabulary
from spiders import loopback, samples
from spiders.crawl import Progress, crawl
from tests.portals.fixture_portals import FIXTURES, UNSEEN, load
from tests.portals.location_data import location_database

FOLDER_VARIABLE = "AUDITOR_PORTALS"
REGISTER_COLUMNS = ("id", "name", "kind", "district", "url")

_Job = TypeVar("_Job")

Labels = Mapping[str, Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Labelled portals: units, what serves them, each unit's as-of date, the verdicts accepted per unit and item.

    `portals` as `spiders.loopback.serve` takes them; several folders stand in the order of the units. `families` names
    a unit's family (without one it is the collection's name), `registers` the units of its register (all units without
    one), `judging` holds configuration for the judge, `servers` the address of a unit's host (units may share one, and
    stand in different places), `ready` archives that need no crawl.
    """

    name: str
    units: tuple[Unit, ...]
    portals: Path | Mapping[str, Path] | tuple[Path, ...]
    as_of: Mapping[str, date]
    labels: Labels
    families: Mapping[str, str] = field(default_factory=dict)
    registers: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    judging: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)
    ready: Mapping[str, Archive] = field(default_factory=dict)

    def serve(self) -> AbstractContextManager[loopback.Server]:
        """Serve the portals for as long as the context lasts."""
        return loopback.serve(self.portals)

    def rounds(self) -> Iterator[tuple[tuple[Unit, ...], AbstractContextManager[loopback.Server]]]:
        """Units with what serves them for as long as the context lasts, no two invented portals of one host at once."""
        if not isinstance(self.portals, tuple):
            yield self.units, self.serve()
            return
        rounds: list[dict[str, tuple[Unit, Path]]] = []
        for unit, folder in zip(self.units, self.portals, strict=True):
            host = host_of(unit.url or "").removeprefix("www.")
            free = next((one for one in rounds if host not in one), None)
            if free is None:
                rounds.append(free := {})
            free[host] = (unit, folder)
        for one in rounds:
            yield tuple(unit for unit, _ in one.values()), loopback.serve([folder for _, folder in one.values()])

    def family(self, unit: str) -> str:
        """The family of a unit."""
        return self.families.get(unit, self.name)

    def only(self, units: Container[str]) -> Collection:
        """The collection cut to the units of these ids."""
        kept = [place for place, unit in enumerate(self.units) if unit.id in units]
        portals = self.portals
        if isinstance(portals, tuple) and portals:
            portals = tuple(portals[place] for place in kept)
        return replace(self, units=tuple(self.units[place] for place in kept), portals=portals)


def saved_portals_folder() -> Path:
    """Where the saved real portals are expected; the folder need not exist."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parent.parent.parent / "shared" / "portals"


def write_saved_register(folder: Path, path: Path) -> Path:
    """Write a register (csv) of the saved portals in `folder` to `path`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REGISTER_COLUMNS)
        for row in _rows(folder / "portals.csv"):
            url = f"http://{row['host']}/{row['home_path'].removesuffix('index.html')}"
            writer.writerow([row["portal"], row["name"], row["kind"], row["district"], url])
    return path


def saved_portals(folder: Path, scratch: Path) -> Collection:
    """The saved real portals; `scratch` is an existing folder for their register."""
    rows = _rows(folder / "portals.csv")
    register = read_register(write_saved_register(folder, scratch / "saved-portals.csv"))
    return Collection(
        "saved",
        register.units,
        {row["host"]: folder / "pages" / row["portal"] for row in rows},
        {row["portal"]: date.fromisoformat(row["as_of"]) for row in rows},
        _labels(folder / "truth.csv", "portal"),
    )


def sample_portals() -> Collection:
    """The sample portals of the program."""
    register = read_register(samples.register_path())
    return Collection(
        "samples",
        register.units,
        samples.SAMPLES_DIR / "portals",
        {unit.id: samples.AS_OF for unit in register.units},
        _labels(samples.expected_path(), "unit"),
    )


def fixture_portals(scratch: Path, *, direct: bool = False) -> Collection:
    """The portals invented to fool the checks (tests/portals/fixtures); `scratch` is an existing folder for them.

    With `direct` their archives are made from the fixtures, in seconds; else they are written to be served and crawled.
    """
    return _invented("fixtures", FIXTURES, scratch, direct=direct)


def unseen_portals(scratch: Path, *, direct: bool = False) -> Collection:
    """As `fixture_portals`, the portals of authors who had not seen the checks (tests/portals/unseen)."""
    return _invented("unseen", UNSEEN, scratch, direct=direct)


def _invented(name: str, paths: Sequence[Path], scratch: Path, *, direct: bool) -> Collection:
    portals = [load(path) for path in paths]
    located = {one.unit.id: one.server for one in portals if one.server}
    database = scratch / f"location-{name}.mmdb"
    database.write_bytes(location_database({one.address: (one.country, one.city) for one in located.values()}))
    return Collection(
        name,
        tuple(one.units[0] for one in portals),
        () if direct else tuple(one.write(scratch / name / one.unit.id) for one in portals),
        {one.unit.id: one.as_of for one in portals},
        {one.unit.id: {item: frozenset(label.split("|")) for item, label in one.labels.items()} for one in portals},
        families={one.unit.id: one.family for one in portals},
        registers={one.unit.id: one.units for one in portals},
        judging={"location": {"database": str(database)}},
        servers={unit: server.address for unit, server in located.items()},
        ready={one.unit.id: one.archive() for one in portals} if direct else {},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _labels(path: Path, column: str) -> Labels:
    labels: dict[str, dict[str, frozenset[str]]] = {}
    for row in _rows(path):
        labels.setdefault(row[column], {})[row["item"]] = frozenset(row["verdict"].split("|"))
    return labels


def impolite(proxy: str | None, judging: Mapping[str, Mapping[str, Any]] | None = None, **crawl_keys: Any) -> Config:
    """The default configuration without pauses, for portals on this machine; `judging` holds further sections."""
    keys = {"delay_seconds": 0.0, "address_delay_seconds": 0.0, "concurrency_per_address": 32, "render": "never"}
    network = {"proxy": proxy, "allow_private_addresses": True}
    sections = {name: dict(section) for name, section in (judging or {}).items()}
    sections["network"] = network | sections.get("network", {})
    return config_with({**sections, "crawl": {**keys, **crawl_keys}})


def crawl_into(units: Sequence[Unit], config: Config, archive_dir: Path) -> int:
    """Crawl the units that have an address, with the words of the vocabulary, into `archive_dir`.

    Returns the number of pages.
    """
    pages = 0

    def note(progress: Progress) -> None:
        nonlocal pages
        pages = progress.pages

    crawl(
        [unit for unit in units if unit.url],
        config,
        archive_dir,
        other_unit_hosts={host_of(unit.url): unit.id for unit in reversed(units) if unit.url},
        vocabulary_terms=load_vocabulary().telling_terms(),
        on_unit=lambda unit, path: None,
        on_progress=note,
    )
    return pages


def judge_all(
    units: Sequence[Unit], as_of: Mapping[str, date], config: Config, archive_dir: Path, processes: int = 1
) -> Iterator[dict[str, Any]]:
    """The units' objects of results.json, each judged as of its own date from its archive, in the units' order."""
    checklist = load_checklist(config.checklist)
    index = RegisterIndex.of(units)
    jobs = []
    for unit in units:
        path = archive_dir / archive_name(unit.id)
        context = JudgeContext(checklist, config, index, as_of[unit.id])
        jobs.append((path if path.exists() else None, unit, context))
    yield from _mapped(_judge, jobs, processes)


def judge_collection(collection: Collection, archive_dir: Path, processes: int = 1) -> Iterator[dict[str, Any]]:
    """As `judge_all`, with each unit's own register, and as if every page had been fetched on the as-of day."""
    checklist = load_checklist(impolite(None).checklist)
    everyone = RegisterIndex.of(collection.units)
    jobs: list[tuple[Path | Archive | None, Unit, JudgeContext]] = []
    for unit in collection.units:
        # With a proxy named no address is known from DNS; judging never talks to it.
        server = collection.servers.get(unit.id)
        hosts = {host_of(unit.url or ""): server} if server else {}
        config = impolite("http://127.0.0.1:9", {**collection.judging, "network": {"hosts": hosts}})
        own = collection.registers.get(unit.id)
        index = everyone if own is None else RegisterIndex.of(own)
        context = JudgeContext(checklist, config, index, collection.as_of[unit.id])
        path = archive_dir / archive_name(unit.id)
        stored = collection.ready.get(unit.id) or (path if path.exists() else None)
        jobs.append((stored, unit, context))
    yield from _mapped(_judge_on_its_day, jobs, processes)


def _mapped(judge: Callable[[_Job], dict[str, Any]], jobs: Sequence[_Job], processes: int) -> Iterator[dict[str, Any]]:
    if processes == 1:
        yield from map(judge, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=settle_in) as pool:
        yield from pool.map(judge, jobs)


def _judge(job: tuple[Path | None, Unit, JudgeContext]) -> dict[str, Any]:
    return judge_unit(*job)


def _judge_on_its_day(job: tuple[Path | Archive | None, Unit, JudgeContext]) -> dict[str, Any]:
    stored, unit, context = job
    if stored is None:
        return judge_unit(None, unit, context)
    archive = stored if isinstance(stored, Archive) else read_archive(stored)
    moment = f"{context.as_of}T01:00:00Z"
    captures = tuple(replace(capture, fetched_at=moment) for capture in archive.captures)
    return judge_archive(replace(archive, captures=captures), unit, context)

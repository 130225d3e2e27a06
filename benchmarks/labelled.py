"""Portals whose verdicts people have read: the samples that come with the program, and saved real portals.

The saved portals stand in a folder beside the checkout (`../shared/portals`) or where the environment variable
AUDITOR_PORTALS says; its README.md tells how they are served. Every portal has an as-of date of its own, so they
are crawled in one run and judged one by one.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from auditor.archive import archive_name
from auditor.checklist import load_checklist
from auditor.config import Config, config_with
from auditor.judge import JudgeContext, judge_unit, settle_in
from auditor.model import Unit
from auditor.register import read_register
from auditor.register_index import RegisterIndex
from auditor.urls import host_of
from auditor.vocabulary import load_vocabulary
from spiders import loopback, samples
from spiders.crawl import Progress, crawl

FOLDER_VARIABLE = "AUDITOR_PORTALS"
REGISTER_COLUMNS = ("id", "name", "kind", "district", "url")

Labels = Mapping[str, Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Labelled portals: units, what serves them, each unit's as-of date, the verdicts accepted per unit and item."""

    name: str
    units: tuple[Unit, ...]
    portals: Path | Mapping[str, Path]
    as_of: Mapping[str, date]
    labels: Labels

    def serve(self) -> AbstractContextManager[loopback.Server]:
        """Serve the portals for as long as the context lasts."""
        return loopback.serve(self.portals)


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


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _labels(path: Path, column: str) -> Labels:
    labels: dict[str, dict[str, frozenset[str]]] = {}
    for row in _rows(path):
        labels.setdefault(row[column], {})[row["item"]] = frozenset(row["verdict"].split("|"))
    return labels


def impolite(proxy: str | None, **crawl_keys: Any) -> Config:
    """The default configuration without pauses, for portals on this machine."""
    keys = {"delay_seconds": 0.0, "address_delay_seconds": 0.0, "concurrency_per_address": 32, "render": "never"}
    return config_with({"crawl": {**keys, **crawl_keys}, "network": {"proxy": proxy, "allow_private_addresses": True}})


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
    if processes == 1:
        yield from map(_judge, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=settle_in) as pool:
        yield from pool.map(_judge, jobs)


def _judge(job: tuple[Path | None, Unit, JudgeContext]) -> dict[str, Any]:
    return judge_unit(*job)

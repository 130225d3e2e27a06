"""Proof of a stored run: its archives are the ones that were judged, and judging them again gives the same verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from auditor.archive import archive_name
from auditor.history import Bench, rules_of
from auditor.judge import JudgeContext
from auditor.judging import Judging
from auditor.ledger import unwitnessed
from auditor.manifest import MANIFEST_FILE, archive_about, changed_parts, file_sha256, rules
from auditor.model import Unit
from auditor.register_index import RegisterIndex
from auditor.store import Store

_ADDED = ("archive",)  # what a run adds to what judging makes
_BATCH = 200


class Trouble(StrEnum):
    """What is not as the run left it."""

    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_CHANGED = "manifest_changed"
    RESULTS_CHANGED = "results_changed"
    ARCHIVE_MISSING = "archive_missing"
    ARCHIVE_CHANGED = "archive_changed"
    ARCHIVE_PRUNED = "archive_pruned"
    SCANS_READ_LATER = "scans_read_later"
    VERDICTS_DIFFER = "verdicts_differ"


# What the program itself did later, when somebody asked for it.
EXPECTED = frozenset({Trouble.ARCHIVE_PRUNED, Trouble.SCANS_READ_LATER})


@dataclass(frozen=True, slots=True)
class Found:
    """A trouble: of a unit, or of the run as a whole (`unit_id` None); `items` are those that are judged otherwise."""

    trouble: Trouble
    unit_id: str | None = None
    items: tuple[str, ...] = ()


@dataclass(slots=True)
class Proof:
    """What was looked at. `parts` are the rules that are no longer those of the run: then verdicts may differ."""

    archives: int = 0
    bytes: int = 0
    judged: int = 0
    same: int = 0
    parts: Sequence[str] = ()


def verify(store: Store, bench: Bench, proof: Proof, *, judge: bool = True) -> Iterator[Found]:
    """Compares files with the hashes that the run noted and, with `judge`, judges every untouched archive again.

    Fills `proof` as it goes. Raises KeyboardInterrupt when `bench.stopping` says so.
    """
    run = bench.run
    noted = rules_of(store, run.id)
    proof.parts = changed_parts(noted, rules(bench.checklist, bench.config, bench.register))
    yield from _papers(Path(run.out), noted)
    units = {unit.id: unit for unit in bench.register.units}
    pruned = noted.get("pruned", ())
    batch: list[tuple[Unit, Path]] = []
    for stored in store.results(run.id):
        if bench.stopping():
            raise KeyboardInterrupt
        about = stored.get("archive")
        if about is None:
            continue
        path = Path(run.archive) / archive_name(stored["id"])
        proof.archives += 1
        if not path.is_file():
            gone = Trouble.ARCHIVE_PRUNED if stored["id"] in pruned else Trouble.ARCHIVE_MISSING
            yield Found(gone, stored["id"])
        elif (now := archive_about(path)) != about:
            same = now is not None and now["sha256"] == about["sha256"]
            yield Found(Trouble.SCANS_READ_LATER if same else Trouble.ARCHIVE_CHANGED, stored["id"])
        else:
            proof.bytes += about["bytes"]
            batch.append((units[stored["id"]], path))
    if judge and batch:
        yield from _judged_again(store, bench, batch, proof)


def _papers(out: Path, noted: Mapping[str, Any]) -> Iterator[Found]:
    """Whether manifest.json is the one that the store knows, and results.json the one that the manifest knows."""
    manifest = out / MANIFEST_FILE
    if not manifest.is_file() or "manifest" not in noted:
        yield Found(Trouble.MANIFEST_MISSING)
        return
    if file_sha256(manifest) != noted["manifest"]:
        yield Found(Trouble.MANIFEST_CHANGED)
        return
    results = out / "results.json"
    expected = json.loads(manifest.read_text(encoding="utf-8"))["results"]
    if not results.is_file() or file_sha256(results) != expected:
        yield Found(Trouble.RESULTS_CHANGED)


def _judged_again(store: Store, bench: Bench, batch: Sequence[tuple[Unit, Path]], proof: Proof) -> Iterator[Found]:
    context = JudgeContext(
        bench.checklist, bench.config, RegisterIndex.of(bench.register.units), date.fromisoformat(bench.run.as_of)
    )
    differing: list[Found] = []

    def kept(results: Sequence[Mapping[str, Any]]) -> None:
        for result in results:
            stored = store.result(bench.run.id, result["id"]) or {}
            if result.get("ocr") != stored.get("ocr"):
                continue  # scans were read since the run, for a rescore: it is that run which can be proved
            proof.judged += 1
            if _bare(result) == _bare(stored):
                proof.same += 1
            else:
                differing.append(Found(Trouble.VERDICTS_DIFFER, result["id"], _items_that_differ(stored, result)))

    with Judging(context, bench.judge, bench.log_file, kept) as judging:
        for start in range(0, len(batch), _BATCH):
            for unit, path in batch[start : start + _BATCH]:
                judging.submit(unit, path)
            judging.finish(bench.stopping)
            yield from differing
            differing.clear()


def _bare(result: Mapping[str, Any]) -> Any:
    """The result as it is stored (JSON knows no tuples), without what judging does not make."""
    return json.loads(json.dumps({name: value for name, value in unwitnessed(result).items() if name not in _ADDED}))


def _items_that_differ(stored: Mapping[str, Any], result: Mapping[str, Any]) -> tuple[str, ...]:
    before = {item["id"]: item for item in _bare(stored).get("items", ())}
    return tuple(item["id"] for item in _bare(result)["items"] if before.get(item["id"]) != item)

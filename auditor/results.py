"""results.json: everything a run found, streamed out of the store unit by unit (contract.md)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from auditor.archive import archive_name
from auditor.pictures import with_files
from auditor.register import Register
from auditor.store import Store, StoredRun

SCHEMA = "auditor.results/1"
_UNITS = b'"units": [\n'


@cache
def results_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of results.json, as published with the program."""
    text = files("auditor").joinpath("results.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def page_of(unit_id: str) -> str:
    """The HTML page of a unit, relative to the run's folder: safe on every file system, different for different ids."""
    return f"units/{archive_name(unit_id).removesuffix('.warc.gz')}.html"


def results_header(run: StoredRun, register: Register) -> dict[str, Any]:
    """results.json without its units: `schema`, `run` and `register`."""
    return {
        "schema": SCHEMA,
        "run": {
            "id": run.id,
            "as_of": run.as_of,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "checklist": dict(run.checklist),
            "program": {"version": run.program_version},
        },
        "register": {
            "source": register.source,
            "rejected": [
                {"row": row.row, "reason": row.reason, "id": row.id, "name": row.name} for row in register.rejected
            ],
            "warnings": [{"row": warning.row, "message": warning.message} for warning in register.warnings],
        },
    }


def unit_objects(store: Store, run_id: str) -> Iterator[dict[str, Any]]:
    """The unit objects of results.json in the order of the register, read one by one."""
    for result in store.results(run_id):
        yield with_files({**result, "page": page_of(result["id"])})


def write_results(path: Path, header: Mapping[str, Any], units: Iterable[Mapping[str, Any]]) -> None:
    """Writes results.json as a whole or not at all: the old file stays until the new one is on the disk.

    Raises OSError where the disk refuses; then the half-written file is removed.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as stream:
            head = _json(header)
            stream.write(head[:-1].encode("utf-8", "replace") + b",\n" + _UNITS)
            for index, unit in enumerate(units):
                stream.write(b",\n" if index else b"")
                stream.write(_json(unit).encode("utf-8", "replace"))
            stream.write(b"\n]}\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def read_units(path: Path) -> Iterator[dict[str, Any]]:
    """The unit objects of a file that `write_results` wrote, one by one: each stands on a line of its own."""
    with path.open("rb") as stream:
        for line in stream:
            if line == _UNITS:
                break
        for line in stream:
            if line.startswith(b"{"):
                yield json.loads(line.rstrip(b",\n"))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)

"""Judges for tests of runs: quick ones, and ones that die, hang or raise. Judging processes import this module."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from auditor.archive import read_archive
from auditor.judge import JudgeContext
from auditor.model import Status, StoppedBy, Unit


def quick_judge(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """A valid unit object that says only how far the audit came."""
    status, stopped_by = Status.AUDITED, StoppedBy.COMPLETE
    if unit.url is None:
        status, stopped_by = Status.NO_WEBSITE, StoppedBy.NO_WEBSITE
    elif path is None or not path.exists():
        status, stopped_by = Status.ERROR, StoppedBy.ERROR
    return {
        "id": unit.id,
        "name": unit.name,
        "kind": str(unit.kind),
        "district": unit.district,
        "parent": unit.parent,
        "url": unit.url,
        "status": str(status),
        "status_reason": str(status),
        "crawl": {
            "pages": 1,
            "attachments": 0,
            "failed": 0,
            "bytes": 10,
            "seconds": 0.5,
            "stopped_by": str(stopped_by),
        },
        "items": [],
        "axes": {},
        "total": None,
    }


def judge_by_end(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """A valid unit object that tells how the crawl ended."""
    found = quick_judge(path, unit, context)
    if path is None or not path.exists():
        return found
    end = read_archive(path).end
    crawl = {**found["crawl"], "started_at": end.started_at, "finished_at": end.finished_at}
    return {**found, "status": str(end.status), "status_reason": end.status_reason, "crawl": crawl}


def _mark(context: JudgeContext, name: str) -> Path:
    return Path(context.config.store.removeprefix("sqlite:///")).with_name(name)


def judge_that_dies_once(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Takes its process with it at U1, the first time."""
    mark = _mark(context, "died")
    if unit.id == "U1" and path is not None and not mark.exists():
        mark.touch()
        os._exit(9)
    return quick_judge(path, unit, context)


def judge_that_always_dies(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Takes its process with it at U1, each time."""
    if unit.id == "U1" and path is not None:
        os._exit(9)
    return quick_judge(path, unit, context)


def judge_that_hangs(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Never comes back from U1."""
    if unit.id == "U1" and path is not None:
        time.sleep(600)
    return quick_judge(path, unit, context)


def judge_that_raises(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """Has a bug at U1."""
    if unit.id == "U1" and path is not None:
        raise RuntimeError("bug")
    return quick_judge(path, unit, context)


def judge_with_much_to_say(path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """A result that takes far longer to send than to make."""
    return {**quick_judge(path, unit, context), "status_reason": "y" * 30_000_000}

"""Stored runs with judged units, for tests of reviews: small, and without a crawl."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from auditor.checklist import Checklist, load_checklist
from auditor.model import Kind, Unit, Verdict
from auditor.register import Register
from auditor.review_rows import Day, Imported, ReviewRow, Sheet, import_rows
from auditor.scoring import explain, score_unit
from auditor.store import RunState, Store, StoredRun, open_store

CHECKLIST: Checklist = load_checklist("3082-gddt-tttt")
NOW = datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 10, 25)


_opened: list[Store] = []


def close_stores() -> None:
    """Closes every store that `stored` gave out."""
    while _opened:
        _opened.pop().close()


def run_of(number: int, folder: Path = Path("/out"), **changes: Any) -> StoredRun:
    """The run of month `number` of 2026 or later (13 is January 2027)."""
    year, month = 2026 + (number - 1) // 12, (number - 1) % 12 + 1
    return StoredRun(
        **{
            "id": f"run-{number:02d}",
            "state": RunState.DONE,
            "started_at": f"{year}-{month:02d}-20T01:00:00Z",
            "finished_at": f"{year}-{month:02d}-20T03:00:00Z",
            "as_of": f"{year}-{month:02d}-20",
            "out": str(folder),
            "archive": str(folder / "archive"),
            "program_version": "1",
            "checklist": {str(key): value for key, value in CHECKLIST.reference().items()},
            "config": {"checklist": CHECKLIST.id},
            **changes,
        }
    )


def item_of(item_id: str, verdict: str = "manual", *, quote: str = "Ban biên tập", **changes: Any) -> dict[str, Any]:
    """A finding on one item."""
    row = CHECKLIST.item(item_id)
    return {
        "id": item_id,
        "verdict": verdict,
        "score": {"pass": 1.0, "partial": 0.5, "fail": 0.0}.get(verdict),
        "weight": row.weight,
        "axes": list(row.axes),
        "reason": {"pass": "found", "fail": "not_found"}.get(verdict, "needs_person"),
        "summary": "Cần người xem.",
        "remedy": "",
        "evidence": [{"url": "http://a.edu.vn/x", "quote": quote, "note": "", "fetched_at": "2026-10-20T01:00:00Z"}],
        "review": None,
        **changes,
    }


def unit_of(unit_id: str, number: int = 0, **verdicts: Any) -> dict[str, Any]:
    """A judged unit: every item passes, but those that `verdicts` names ("2_3_a": "fail", or a whole item)."""
    given = {name.replace("_", "."): value for name, value in verdicts.items()}
    items = []
    for row in CHECKLIST.items:
        value = given.get(row.id, "pass")
        items.append(value if isinstance(value, dict) else item_of(row.id, value))
    axes, total = score_unit(items, CHECKLIST)
    return {
        "id": unit_id,
        "name": f"Trường THCS Số {number}",
        "kind": "thcs",
        "district": f"Phường {number % 3}",
        "parent": None,
        "url": "http://a.edu.vn/",
        "final_url": "http://a.edu.vn/",
        "status": "audited",
        "status_reason": "complete",
        "crawl": {"pages": 3, "attachments": 0, "failed": 0, "bytes": 9, "seconds": 1.0, "stopped_by": "complete"},
        "notes": [],
        "extra": {},
        "items": items,
        "axes": axes,
        "total": total,
        "sum": explain(items, CHECKLIST),
        "ledger": [],
        "proposals": [],
        "pages_visited": [],
        "failures": [],
    }


def stored(folder: Path, run: StoredRun, *units: dict[str, Any]) -> Store:
    """A store in `folder` with a run of these units; the same store again for another run."""
    store = open_store(address(folder))
    _opened.append(store)
    add_run(store, run, *units)
    return store


def address(folder: Path) -> str:
    """The store's address."""
    return f"sqlite:///{(folder / 'auditor.db').as_posix()}"


def add_run(store: Store, run: StoredRun, *units: dict[str, Any]) -> None:
    """Another run with the results of these units."""
    rows = tuple(
        Unit(unit["id"], unit["name"], Kind(unit["kind"]), unit["url"], district=unit["district"], row=place + 2)
        for place, unit in enumerate(units)
    )
    store.add_run(run, Register("a.csv", rows))
    store.save_results(run.id, units)


def row_of(number: int, unit_id: str = "A", item_id: str = "2.4", **changes: Any) -> ReviewRow:
    """A row that is filled in well."""
    values: dict[str, Any] = {
        "verdict": Verdict.PASS,
        "verdict_text": "Đạt",
        "reason": "Đã xem cổng",
        "reviewer": "Nguyễn Thị Hoa",
        "day": day(2026, 10, 24),
        **changes,
    }
    return ReviewRow(number, unit_id, item_id, **values)


def day(*parts: int) -> Day:
    """A day in a cell."""
    value = date(*parts)
    return Day(f"{value:%d/%m/%Y}", value)


def import_into(store: Store, run: StoredRun, *rows: ReviewRow, last: int | None = None, **changes: Any) -> Imported:
    """Imports rows as the command does."""
    values: dict[str, Any] = {"now": NOW, "today": TODAY, "source": "phieu.xlsx", **changes}
    return import_rows(store, run, Sheet(rows, run.id, last), CHECKLIST, **values)

"""CSV and Parquet of units, items and evidence, for people who use pandas: the rows of results.json, nothing added.

Both are written as the units come by, so that memory does not grow with them.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.scoring import counted
from reports.digest import UnitObject, Units
from reports.inert import inert_text
from reports.wording import VERDICTS

if TYPE_CHECKING:
    from auditor.checklist import Checklist

FOLDER = "tables"
_MAX_TEXT = 2_000  # letters; the judge cuts its texts far below, addresses have at most so many
_BATCH = 200  # units written to Parquet at once
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = str | float | int | bool | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `type` is str, float, int or bool."""

    name: str
    type: type


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, and the rows that one unit gives."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[UnitObject], Iterator[Row]]


def _columns(**types: type) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in types.items())


def tables_of(checklist: Checklist) -> tuple[Table, ...]:
    """The tables `units`, `items` and `evidence` of a run with this checklist."""
    axes = [axis.id for axis in checklist.axes]
    titles = {item.id: item.title for item in checklist.items}
    figures = [f"axis_{axis}_{name}" for axis in axes for name in ("points", "of", "low", "high")]
    units = Table(
        "units",
        (
            *_columns(unit_id=str, name=str, kind=str, district=str, parent=str, url=str, final_url=str),
            *_columns(status=str, status_reason=str, pages=int, attachments=int, failed=int, bytes=int, seconds=float),
            *_columns(stopped_by=str, points=float, of=float, low=float, high=float, grade=str, determined=float),
            *_columns(machine_points=float),
            *(Column(name, float) for name in figures),
            *(Column(f"items_{verdict}", int) for verdict in VERDICTS),
            *_columns(reviewed=int, disputed=int),
        ),
        lambda unit: iter([_unit_row(unit, axes)]),
    )
    items = Table(
        "items",
        (
            *_columns(unit_id=str, item_id=str, title=str, axes=str, weight=float),
            *_columns(counted_verdict=str, counted_score=float),
            *_columns(machine_verdict=str, machine_score=float, reason=str, summary=str, remedy=str, evidence=int),
            *_columns(review_state=str, review_counted=bool, review_verdict=str, review_score=float),
            *_columns(review_reason=str, reviewer=str, review_date=str, review_until=str, review_run=str),
            *_columns(dispute_url=str),
        ),
        lambda unit: _item_rows(unit, titles),
    )
    evidence = Table(
        "evidence",
        _columns(unit_id=str, item_id=str, place=int, url=str, quote=str, note=str, fetched_at=str),
        _evidence_rows,
    )
    return units, items, evidence


def _unit_row(unit: UnitObject, axes: Sequence[str]) -> Row:
    crawl, total = unit.get("crawl") or {}, unit.get("total") or {}
    verdicts = Counter(counted(item)["verdict"] for item in unit["items"])
    reviews = [item["review"] for item in unit["items"] if item.get("review")]
    row: Row = {
        "unit_id": unit["id"],
        **{name: unit.get(name) for name in ("name", "kind", "district", "parent", "url", "final_url")},
        **{name: unit.get(name) for name in ("status", "status_reason")},
        **{name: crawl.get(name) for name in ("pages", "attachments", "failed", "bytes", "seconds", "stopped_by")},
        **{name: total.get(name) for name in ("points", "of", "low", "high", "grade", "determined")},
        "machine_points": (unit.get("machine_total", total) or {}).get("points"),
        **{f"items_{verdict}": verdicts[verdict] for verdict in VERDICTS},
        "reviewed": sum(bool(review["counted"]) for review in reviews),
        "disputed": sum(review["dispute"] is not None for review in reviews),
    }
    for axis in axes:
        figures = (unit.get("axes") or {}).get(axis) or {}
        row.update({f"axis_{axis}_{name}": figures.get(name) for name in ("points", "of", "low", "high")})
    return row


def _item_rows(unit: UnitObject, titles: Mapping[str, str]) -> Iterator[Row]:
    for item in unit["items"]:
        stands, review = counted(item), item.get("review") or {}
        yield {
            "unit_id": unit["id"],
            "item_id": item["id"],
            "title": titles.get(item["id"], ""),
            "axes": ";".join(item.get("axes") or ()),
            "weight": item["weight"],
            "counted_verdict": stands["verdict"],
            "counted_score": stands["score"],
            "machine_verdict": item["verdict"],
            "machine_score": item["score"],
            **{name: item[name] for name in ("reason", "summary", "remedy")},
            "evidence": len(item["evidence"]),
            "review_state": review.get("state"),
            "review_counted": review.get("counted"),
            "review_verdict": review.get("verdict"),
            "review_score": review.get("score"),
            "review_reason": review.get("reason"),
            "reviewer": review.get("reviewer"),
            "review_date": review.get("date"),
            "review_until": review.get("valid_until"),
            "review_run": review.get("run"),
            "dispute_url": (review.get("dispute") or {}).get("url"),
        }


def _evidence_rows(unit: UnitObject) -> Iterator[Row]:
    for item in unit["items"]:
        for place, piece in enumerate(item["evidence"], 1):
            yield {
                "unit_id": unit["id"],
                "item_id": item["id"],
                "place": place,
                **{name: piece.get(name) for name in ("url", "quote", "note", "fetched_at")},
            }


def _plain(value: Value, kind: type) -> Value:
    """A value as its column takes it: texts without control characters and lone surrogates."""
    if value is None:
        return None
    return inert_text(value, _MAX_TEXT) if kind is str else kind(value)


def _cell(value: Value, kind: type) -> Value:
    """As `_plain`; a text that a spreadsheet would take for a formula gets the apostrophe that makes it text."""
    plain = _plain(value, kind)
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(_FORMULA_STARTS) else plain


# --- files -----------------------------------------------------------------------------------------------------


def write_csv(out: Path, units: Units, checklist: Checklist) -> None:
    """Writes tables/units.csv, items.csv and evidence.csv (UTF-8 with a mark, comma, decimal point). Raises OSError."""
    tables = tables_of(checklist)
    with _Drafts(out, [f"{table.name}.csv" for table in tables]) as drafts, ExitStack() as opened:
        writers = []
        for table, draft in zip(tables, drafts.paths, strict=True):
            stream = opened.enter_context(draft.open("w", encoding="utf-8-sig", newline=""))
            writers.append(csv.writer(stream))
            writers[-1].writerow(column.name for column in table.columns)
        for unit in units():
            for table, writer in zip(tables, writers, strict=True):
                writer.writerows(
                    [_cell(row[column.name], column.type) for column in table.columns] for row in table.rows(unit)
                )


def parquet_is_there() -> bool:
    """Whether the library that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(out: Path, units: Units, checklist: Checklist) -> None:
    """Writes tables/units.parquet, items.parquet and evidence.parquet. Raises OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
    tables = tables_of(checklist)
    schemas = [pa.schema([(column.name, types[column.type]) for column in table.columns]) for table in tables]
    with _Drafts(out, [f"{table.name}.parquet" for table in tables]) as drafts, ExitStack() as opened:
        writers = [
            opened.enter_context(pq.ParquetWriter(draft, schema, compression="zstd"))
            for draft, schema in zip(drafts.paths, schemas, strict=True)
        ]
        for batch in _batches(units()):
            for table, schema, writer in zip(tables, schemas, writers, strict=True):
                rows = [row for unit in batch for row in table.rows(unit)]
                values = {
                    column.name: [_plain(row[column.name], column.type) for row in rows] for column in table.columns
                }
                writer.write_table(pa.table(values, schema=schema))


def _batches(units: Iterable[UnitObject]) -> Iterator[list[UnitObject]]:
    batch: list[UnitObject] = []
    for unit in units:
        batch.append(unit)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


class _Drafts:
    """Files of the tables' folder under other names, which get their own when all of them are complete."""

    def __init__(self, out: Path, names: Sequence[str]) -> None:
        self._final = [out / FOLDER / name for name in names]
        self.paths = [path.with_name(path.name + ".part") for path in self._final]

    def __enter__(self) -> _Drafts:
        self._final[0].parent.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            for draft, final in zip(self.paths, self._final, strict=True):
                os.replace(draft, final)
        for draft in self.paths:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

"""Every form of a run tells the same numbers: results.json, the workbook, the pages, CSV, Parquet and Markdown."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from auditor.checklist import Checklist
from auditor.model import Verdict
from auditor.results import write_results
from auditor.reviews import Entry, EntryKind, evidence_digest, with_reviews
from auditor.run import ReportTask
from auditor.scoring import counted
from auditor.store import StoredRun
from cli import _FORMS
from reports import tables
from reports.forms import write_forms
from reports.wording import STATUSES, VERDICTS, number, percent
from tests.auditor.review_maker import run_of
from tests.reports import specimens

UNITS = 60
Cells = list[list[Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Path:
    """A folder with every form of a run of 60 units, on some of which people have decided or are asked again."""
    out = tmp_path_factory.mktemp("run")
    header = specimens.header(UNITS)
    stored = run_of(10, out)

    def units() -> Iterator[dict[str, Any]]:
        for number_of in range(UNITS):
            unit = specimens.unit(number_of, checklist)
            yield with_reviews(unit, reviews_of(unit, stored), stored, checklist) if number_of % 3 == 0 else unit

    write_results(out / "results.json", header, units())
    write_forms(ReportTask(out, header, out / "results.json", UNITS, checklist), _FORMS)
    return out


def reviews_of(unit: dict[str, Any], run: StoredRun) -> dict[str, list[Entry]]:
    """On each undecided item a verdict or a dispute, by its place."""
    verdicts = ("pass", "partial", "fail", "not_applicable", None)
    found = {}
    for place, item in enumerate(unit["items"]):
        if item["verdict"] in ("manual", "fail"):
            verdict = verdicts[place % 5]
            found[item["id"]] = [
                Entry(
                    unit_id=unit["id"],
                    item_id=item["id"],
                    kind=EntryKind.VERDICT if verdict else EntryKind.DISPUTE,
                    run_id=run.id,
                    run_started_at=run.started_at,
                    checklist=run.checklist["id"],
                    reason="=1+1" if place % 2 else "Đã xem",
                    reviewer="Nguyễn Thị Hoa",
                    machine_verdict=item["verdict"],
                    evidence_digest=evidence_digest(item) if place % 7 else "0" * 64,
                    source="phieu.xlsx",
                    recorded_at="2026-10-25T02:00:00Z",
                    verdict=Verdict(verdict) if verdict else None,
                    decided_on="2026-10-24" if verdict else None,
                    address=None if verdict else "http://a.edu.vn/x",
                )
            ]
    return found


@pytest.fixture(scope="module")
def units(run: Path) -> list[dict[str, Any]]:
    """The units of results.json, which the other forms are held against."""
    found: list[dict[str, Any]] = json.loads((run / "results.json").read_text(encoding="utf-8"))["units"]
    assert sum(bool(item["review"] and item["review"]["counted"]) for unit in found for item in unit["items"]) > 50
    return found


def verdicts_of(unit: dict[str, Any]) -> Counter[str]:
    return Counter(counted(item)["verdict"] for item in unit["items"])


def points_of(unit: dict[str, Any]) -> float | None:
    total = unit["total"] or {}
    points: float | None = total.get("points")
    return points


# --- the workbook ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(run: Path) -> dict[str, Cells]:
    """The rows of every sheet, from its headings on."""
    opened: Any = openpyxl.load_workbook(run / "scorecard.xlsx", read_only=True)
    sheets = {}
    for sheet in opened.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        head = next((place for place, row in enumerate(rows) if "Mã đơn vị" in row or "Số đơn vị" in row), 0)
        sheets[sheet.title] = rows[head:]
    opened.close()
    return sheets


def column(cells: Cells, heading: str) -> Callable[[list[Any]], Any]:
    """Reads the first column whose heading begins so."""
    place = next(index for index, name in enumerate(cells[0]) if str(name or "").startswith(heading))
    return lambda row: row[place] if place < len(row) else None


def test_the_workbooks_summary_tells_the_same(
    book: dict[str, Cells], units: list[dict[str, Any]], checklist: Checklist
) -> None:
    cells = book["Tổng hợp"]
    rows = {column(cells, "Mã đơn vị")(row): row for row in cells[1:] if column(cells, "Mã đơn vị")(row)}
    assert len(rows) >= len(units)
    for unit in units:
        row = rows[unit["id"]]
        total = unit["total"] or {}
        assert column(cells, "Tổng điểm")(row) == points_of(unit)
        if points_of(unit) is not None:
            assert column(cells, "Thấp nhất")(row) == total["low"]
            assert column(cells, "Cao nhất")(row) == total["high"]
            assert column(cells, "Xếp loại")(row) == total["grade"]
        assert column(cells, "Tình trạng")(row) == STATUSES[unit["status"]].name
        assert column(cells, "Tỷ lệ đã xác định")(row) == total.get("determined")
        for axis in checklist.axes:
            assert column(cells, f"{axis.id} ")(row) == unit["axes"][axis.id]["points"]
        for code, worded in VERDICTS.items():
            assert column(cells, f"Số mục {worded.name.lower()}")(row) == verdicts_of(unit)[code]


def test_the_workbooks_matrix_tells_the_same(book: dict[str, Cells], units: list[dict[str, Any]]) -> None:
    cells = book["Ma trận"]
    rows = {column(cells, "Mã đơn vị")(row): row for row in cells[1:]}
    for unit in units:
        for item in unit["items"]:
            place = [str(name) for name in cells[0]].index(item["id"])
            assert str(rows[unit["id"]][place]).startswith(VERDICTS[counted(item)["verdict"]].short)


def test_the_workbooks_evidence_is_whole(book: dict[str, Cells], units: list[dict[str, Any]]) -> None:
    cells = book["Minh chứng"]
    rows = Counter((column(cells, "Mã đơn vị")(row), column(cells, "Mục")(row)) for row in cells[1:] if row[0])
    wanted = {(unit["id"], item["id"]): len(item["evidence"]) for unit in units for item in unit["items"]}
    assert rows == {place: count for place, count in wanted.items() if count}


@pytest.mark.parametrize(("title", "of"), [("Theo địa bàn", "district"), ("Theo loại hình", "kind")])
def test_the_workbooks_groups_tell_the_same(
    book: dict[str, Cells], units: list[dict[str, Any]], title: str, of: str
) -> None:
    cells = book[title]
    last = next(row for row in cells if row[0] == "Toàn danh sách")
    points = [points for unit in units if (points := points_of(unit)) is not None]
    assert column(cells, "Số đơn vị")(last) == len(units)
    assert column(cells, "Đã chấm điểm")(last) == len(points)
    assert column(cells, "Điểm trung bình")(last) == pytest.approx(sum(points) / len(points))
    groups = Counter(unit[of] for unit in units)
    shown = [column(cells, "Số đơn vị")(row) for row in cells[1:] if row[0] and row is not last]
    assert sorted(count for count in shown if isinstance(count, int))[-len(groups) :] == sorted(groups.values())


# --- the pages -------------------------------------------------------------------------------------------------


def test_the_index_tells_the_same(run: Path, units: list[dict[str, Any]], checklist: Checklist) -> None:
    text = (run / "index.html").read_text(encoding="utf-8")
    data = next(
        parsed
        for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.S)
        if "rows" in (parsed := json.loads(block))
    )
    at = {re.sub(r"^Trục ", "", str(one["title"])): one["at"] for one in data["columns"]}
    rows = {row[at["Tên đơn vị"]]: row for row in data["rows"]}
    assert len(rows) == len(units)
    for unit in units:
        row = rows[unit["name"]]
        assert row[at["Tổng điểm"]] == points_of(unit)
        assert data["statuses"][row[at["Tình trạng"]]] == STATUSES[unit["status"]].name
        for axis in checklist.axes:
            assert row[at[axis.id]] == unit["axes"][axis.id]["points"]
        assert row[at["Đã xác định"]] == (unit["total"] or {}).get("determined")
        assert row[at["Không đạt"]] == verdicts_of(unit)["fail"]


def test_the_pages_tell_the_same(run: Path, units: list[dict[str, Any]]) -> None:
    for unit in units:
        text = html.unescape((run / unit["page"]).read_text(encoding="utf-8"))
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
        points = points_of(unit)
        if points is not None:
            assert f"{number(points)} / 100 điểm" in plain
            share = percent(unit["total"]["determined"]).replace("\xa0", " ")
            assert f"Đã xác định {share}" in plain
        for code, worded in VERDICTS.items():
            assert f"{worded.name} {verdicts_of(unit)[code]} mục" in plain


# --- tables and summary ----------------------------------------------------------------------------------------


def parquet(run: Path, name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(run / "tables" / f"{name}.parquet").to_pylist()
    return rows


def read_csv(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_parquet_tells_the_same(run: Path, units: list[dict[str, Any]], checklist: Checklist) -> None:
    rows = parquet(run, "units")
    assert [row["unit_id"] for row in rows] == [unit["id"] for unit in units]
    for row, unit in zip(rows, units, strict=True):
        total = unit["total"] or {}
        for name in ("points", "low", "high", "grade", "determined"):
            assert row[name] == total.get(name)
        assert row["machine_points"] == (unit.get("machine_total", total) or {}).get("points")
        assert row["pages"] == unit["crawl"]["pages"]
        for axis in checklist.axes:
            assert {key: row[f"axis_{axis.id}_{key}"] for key in ("points", "of", "low", "high")} == unit["axes"][
                axis.id
            ]
        assert {code: row[f"items_{code}"] for code in VERDICTS} == {code: verdicts_of(unit)[code] for code in VERDICTS}
    items = [(unit, item) for unit in units for item in unit["items"]]
    for row, (unit, item) in zip(parquet(run, "items"), items, strict=True):
        assert (row["unit_id"], row["item_id"]) == (unit["id"], item["id"])
        assert (row["machine_verdict"], row["machine_score"]) == (item["verdict"], item["score"])
        assert (row["counted_verdict"], row["counted_score"]) == (counted(item)["verdict"], counted(item)["score"])
        assert row["weight"] == item["weight"]
        assert row["review_state"] == (item["review"] or {}).get("state")
    pieces = [piece for _, item in items for piece in item["evidence"]]
    assert [row["url"] for row in parquet(run, "evidence")] == [piece["url"] for piece in pieces]


def test_csv_tells_what_parquet_tells(run: Path, checklist: Checklist) -> None:
    for table in tables.tables_of(checklist):
        typed, texts = parquet(run, table.name), read_csv(run, table.name)
        assert len(typed) == len(texts) > 0
        for row, text in zip(typed, texts, strict=True):
            assert list(row) == list(text)
            for kind in table.columns:
                value, cell = row[kind.name], text[kind.name]
                if value is None:
                    assert cell == ""
                elif kind.type in (int, float):
                    assert float(cell) == value
                elif kind.type is bool:
                    assert cell == str(value)
                else:
                    assert cell.removeprefix("'") == value


def test_pandas_reads_both(run: Path) -> None:
    import pandas as pd

    for name in ("units", "items", "evidence"):
        typed = pd.read_parquet(run / "tables" / f"{name}.parquet")
        texts = pd.read_csv(run / "tables" / f"{name}.csv")
        assert typed.shape == texts.shape
    units = pd.read_csv(run / "tables" / "units.csv")
    assert units["points"].dtype == "float64"


def test_markdown_tells_the_same(run: Path, units: list[dict[str, Any]]) -> None:
    text = (run / "summary.md").read_text(encoding="utf-8")
    points = [points for unit in units if (points := points_of(unit)) is not None]
    assert f"- Số đơn vị: {len(units)}; đã chấm điểm: {len(points)}" in text
    assert f"- Điểm trung bình: {number(sum(points) / len(points))} (" in text
    verdicts = sum((verdicts_of(unit) for unit in units), Counter())
    for code, worded in VERDICTS.items():
        assert f"| {worded.name} | {verdicts[code]} |" in text
    statuses = Counter(unit["status"] for unit in units)
    for code, status in STATUSES.items():
        assert f"| {status.name} | {statuses[code]} |" in text
    reviews = [item["review"] for unit in units for item in unit["items"] if item["review"]]
    counting = sum(review["counted"] for review in reviews)
    disputed = sum(review["dispute"] is not None for review in reviews)
    assert disputed > 0
    assert f"- Mục theo kết luận của người thẩm định: {counting}; đang bị khiếu nại: {disputed}" in text
    districts = Counter(unit["district"] or "(không ghi)" for unit in units)
    for district, count in districts.items():
        assert re.search(rf"^\| {re.escape(district)} \| {count} \|", text, re.M)

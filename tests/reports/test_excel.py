"""The workbook: its figures are those of the results, and nothing that a portal wrote can act in it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from auditor.checklist import Checklist
from reports import excel, wording
from reports.excel import write_workbook
from tests.reports import specimens

UNITS = 60
HOSTILE = frozenset({3, 14, 25, 33, 41, 52})
SHEETS = [
    "Tổng hợp",
    "Ma trận",
    "Minh chứng",
    "Thẩm định",
    "Công khai",
    "Không đánh giá được",
    "Theo địa bàn",
    "Theo loại hình",
    "Giải thích",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Path:
    target = tmp_path_factory.mktemp("workbook") / "scorecard.xlsx"
    write_workbook(target, specimens.header(UNITS), specimens.units(UNITS, checklist, hostile=HOSTILE), checklist)
    return target


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return load_workbook(path)


@pytest.fixture(scope="module")
def results(checklist: Checklist) -> list[dict[str, Any]]:
    return list(specimens.units(UNITS, checklist, hostile=HOSTILE)())


def _rows(book: Workbook, title: str, head_row: int = 3) -> list[dict[str, Any]]:
    rows = book[title].iter_rows(min_row=head_row, values_only=True)
    heads = [str(head) for head in next(rows)]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_sheets_are_in_their_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_the_overview_holds_every_unit_with_its_figures(
    book: Workbook, results: list[dict[str, Any]], checklist: Checklist
) -> None:
    rows = _rows(book, "Tổng hợp")
    assert len(rows) == len(results)
    for row, unit in zip(rows, results, strict=True):
        total = unit["total"] if unit["total"] and unit["total"]["points"] is not None else {}
        assert row["Tổng điểm"] == (pytest.approx(total["points"]) if total else None)
        assert row["Thấp nhất"] == (pytest.approx(total["low"]) if total else None)
        assert row["Cao nhất"] == (pytest.approx(total["high"]) if total else None)
        assert row["Xếp loại"] == total.get("grade", wording.NO_GRADE)
        assert row["Tỷ lệ đã xác định"] == (unit["total"] or {}).get("determined")
        assert row["Tình trạng"] == wording.STATUSES[unit["status"]].name
        for axis in checklist.axes:
            shown = next(value for head, value in row.items() if head.startswith(axis.id))
            points = unit["axes"][axis.id]["points"]
            assert shown == (None if points is None else pytest.approx(points))
        for code, worded in wording.VERDICTS.items():
            counted = sum(item["verdict"] == code for item in unit["items"])
            assert row[f"Số mục {worded.name.lower()}"] == counted


def test_the_matrix_holds_every_verdict(book: Workbook, results: list[dict[str, Any]], checklist: Checklist) -> None:
    rows = _rows(book, "Ma trận", head_row=4)
    titles = [cell.value for cell in book["Ma trận"][3]]
    assert titles[5:] == [item.title for item in checklist.items]
    for row, unit in zip(rows, results, strict=True):
        shown = {item.id: row[item.id] for item in checklist.items}
        assert shown == {item["id"]: wording.VERDICTS[item["verdict"]].short for item in unit["items"]}


def test_every_piece_of_evidence_has_its_row_and_its_link(book: Workbook, results: list[dict[str, Any]]) -> None:
    pieces = [piece for unit in results for item in unit["items"] for piece in item["evidence"]]
    sheet = book["Minh chứng"]
    rows = list(sheet.iter_rows(min_row=4))
    assert len(rows) == len(pieces)
    for row, piece in zip(rows, pieces, strict=True):
        link = row[8].hyperlink
        if "don-vi" in piece["url"]:
            assert link is not None
            assert link.target == piece["url"]
        if link is not None:
            target = str(link.target)
            assert target.startswith(("http://", "https://"))
            assert len(target) <= excel.MAX_LINK


def test_the_review_sheet_asks_for_what_is_undecided(book: Workbook, results: list[dict[str, Any]]) -> None:
    asked = [
        (unit["id"], item["id"])
        for unit in results
        if unit["status"] in {"audited", "partial"}
        for item in unit["items"]
        if item["verdict"] in {"manual", "undetermined"}
    ]
    sheet = book["Thẩm định"]
    rows = _rows(book, "Thẩm định")
    assert [row["Mục"] for row in rows] == [item for _, item in asked]
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert lists[0].formula1 == '"Đạt,Đạt một phần,Không đạt,Không áp dụng"'
    assert str(lists[0].sqref) == f"I4:I{3 + len(rows)}"
    assert sheet.protection.sheet
    assert not sheet["I4"].protection.locked
    assert sheet["A4"].protection.locked


def test_a_person_s_verdict_is_shown_beside_the_machine_s(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(0, checklist)
    item = next(row for row in unit["items"] if row["verdict"] == "manual")
    item["review"] = {"verdict": "pass", "reason": "Đã xem quyết định", "by": "Người thẩm định", "at": "2026-10-21"}
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter([unit]), checklist)
    row = next(row for row in _rows(load_workbook(tmp_path / "s.xlsx"), "Thẩm định") if row["Mục"] == item["id"])
    assert row["Kết quả của chương trình"] == "Cần thẩm định"
    assert row["Kết luận của người thẩm định"] == "Đạt"
    assert row["Lý do"] == "Đã xem quyết định"
    assert f"{row['Ngày']:%Y-%m-%d}" == "2026-10-21"


def test_units_not_reached_and_bad_rows_are_listed(book: Workbook, results: list[dict[str, Any]]) -> None:
    rows = _rows(book, "Không đánh giá được")
    missed = [unit for unit in results if unit["status"] != "audited"]
    assert len(rows) == len(missed) + 2
    assert all(row["Nguyên nhân"] and row["Việc cần làm"] for row in rows)
    assert rows[-2]["Mã đơn vị hoặc số dòng"] == "Dòng 7"
    assert rows[-2]["Nguyên nhân"] == "Thiếu tên đơn vị"
    assert rows[-1]["Nguyên nhân"] == "Loại hình lạ, xếp vào nhóm Khác"


@pytest.mark.parametrize("title", ["Theo địa bàn", "Theo loại hình"])
def test_the_groups_add_up(book: Workbook, results: list[dict[str, Any]], title: str) -> None:
    *groups, everyone = _rows(book, title)
    points = [unit["total"]["points"] for unit in results if unit["total"] and unit["total"]["points"] is not None]
    assert everyone["Số đơn vị"] == sum(row["Số đơn vị"] for row in groups) == len(results)
    assert everyone["Đã chấm điểm"] == sum(row["Đã chấm điểm"] for row in groups) == len(points)
    assert everyone["Điểm trung bình"] == pytest.approx(sum(points) / len(points))
    weighed = sum(row["Điểm trung bình"] * row["Đã chấm điểm"] for row in groups if row["Đã chấm điểm"])
    assert weighed == pytest.approx(sum(points))
    assert everyone["Không đánh giá được"] == sum(
        unit["status"] in {"unreachable", "blocked", "no_website", "error"} for unit in results
    )


def test_the_explanation_names_every_item_with_its_weight(book: Workbook, checklist: Checklist) -> None:
    rows = _rows(book, "Giải thích")[: len(checklist.items)]
    assert [(row["Mục"], row["Trọng số"], row["Yêu cầu"]) for row in rows] == [
        (item.id, item.weight, item.requirement) for item in checklist.items
    ]


def test_nothing_is_a_formula_and_every_part_is_sound_xml(path: Path) -> None:
    hostile_text = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            tree = etree.fromstring(archive.read(name))
            if not name.startswith("xl/worksheets/sheet"):
                continue
            space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
            assert not tree.findall(f".//{space}f")
            for cell in tree.iter(f"{space}c"):
                assert cell.get("t") in {"inlineStr", "n", None}
                text = "".join(part.text or "" for part in cell.iter(f"{space}t"))
                assert len(text) <= excel.MAX_CELL
                assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
                hostile_text += text.startswith(("=", "+", "-", "@"))
    assert hostile_text > 100


def test_formula_like_text_stays_text_when_a_person_edits_it(book: Workbook) -> None:
    cells = [cell for row in book["Minh chứng"].iter_rows(min_row=4) for cell in row if cell.data_type == "s"]
    guarded = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
    assert guarded
    assert all(cell.quotePrefix for cell in guarded)


def test_links_stop_before_the_limit_of_a_sheet(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MAX_LINKS", 50)
    write_workbook(tmp_path / "s.xlsx", specimens.header(), specimens.units(3, checklist), checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    sheets = [book[name] for name in book.sheetnames if name.startswith("Minh chứng")]
    assert [sheet.title for sheet in sheets][:2] == ["Minh chứng", "Minh chứng 2"]
    assert book.sheetnames.index("Minh chứng 2") == book.sheetnames.index("Minh chứng") + 1
    linked = [sum(row[8].hyperlink is not None for row in sheet.iter_rows(min_row=4)) for sheet in sheets]
    pieces = sum(len(item["evidence"]) for unit in specimens.units(3, checklist)() for item in unit["items"])
    assert max(linked) <= 50
    assert sum(linked) == pieces


def test_an_old_workbook_survives_a_broken_run(tmp_path: Path, checklist: Checklist) -> None:
    target = tmp_path / "scorecard.xlsx"
    target.write_bytes(b"old")

    def broken() -> Any:
        yield specimens.unit(0, checklist)
        raise RuntimeError("store lost")

    with pytest.raises(RuntimeError):
        write_workbook(target, specimens.header(), broken, checklist)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_run_without_units_still_opens(tmp_path: Path, checklist: Checklist) -> None:
    write_workbook(tmp_path / "s.xlsx", specimens.header(), specimens.units(0, checklist), checklist)
    assert "Công khai" not in load_workbook(tmp_path / "s.xlsx").sheetnames

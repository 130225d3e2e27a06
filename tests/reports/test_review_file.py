"""Review sheets as they come back: from any spreadsheet program, from people who move and merge, and from enemies."""

from __future__ import annotations

import csv
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from auditor.model import Verdict
from auditor.review_rows import Day
from reports import review_columns as columns
from reports.review_file import LAST_PROPERTY, ReviewFileError, day_of, read_review_file

HEADINGS = (*columns.LOCKED, *columns.OPEN)
GOOD: dict[str, Any] = {
    columns.UNIT_ID: "A",
    columns.UNIT: "Trường THCS Số 1",
    columns.ITEM: "2.10.a",
    columns.TITLE: "Tên mục",
    columns.MACHINE: "Cần thẩm định",
    columns.VERDICT: "Đạt",
    columns.REASON: "Đã xem",
    columns.REVIEWER: "Nguyễn Thị Hoa",
    columns.DAY: date(2026, 10, 24),
}


def made(
    path: Path,
    *rows: dict[str, Any],
    headings: Sequence[str] = HEADINGS,
    change: Callable[[Any, Workbook], None] | None = None,
    title: str = columns.SHEET,
) -> Path:
    """A workbook with two lines above the headings, as ours have."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(["PHIẾU THẨM ĐỊNH"])
    sheet.append(["Thời điểm đánh giá: 20/10/2026."])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(name) for name in headings])
    if change is not None:
        change(sheet, book)
    book.save(path)
    return path


def test_a_filled_row_is_read_whole(tmp_path: Path) -> None:
    given = {**GOOD, columns.UNTIL: datetime(2027, 6, 30), columns.DISPUTE: "http://a.edu.vn/x"}
    sheet = read_review_file(made(tmp_path / "a.xlsx", given, {columns.UNIT_ID: "B", columns.ITEM: "1.1"}))
    row, empty = sheet.rows
    assert (row.row, row.unit_id, row.item_id, row.unit_name) == (4, "A", "2.10.a", GOOD[columns.UNIT])
    assert row.title == "Tên mục"
    assert (row.verdict, row.reason, row.reviewer) == (Verdict.PASS, "Đã xem", "Nguyễn Thị Hoa")
    assert (row.day.value, row.until.value) == (date(2026, 10, 24), date(2027, 6, 30))
    assert (row.address, row.trouble, row.filled) == ("http://a.edu.vn/x", "", True)
    assert (empty.row, empty.filled) == (5, False)
    assert (sheet.run, sheet.last) == (None, None)


def test_the_file_says_for_which_run_it_was_written(tmp_path: Path) -> None:
    def told(sheet: Any, book: Any) -> None:
        book.custom_doc_props.append(StringProperty(name=columns.RUN_PROPERTY, value="run-10"))
        book.custom_doc_props.append(StringProperty(name=LAST_PROPERTY, value="17"))

    sheet = read_review_file(made(tmp_path / "a.xlsx", GOOD, change=told))
    assert (sheet.run, sheet.last) == ("run-10", 17)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Đạt", Verdict.PASS),
        ("  đạt  MỘT phần ", Verdict.PARTIAL),
        ("Một phần", Verdict.PARTIAL),
        ("Khong dat", Verdict.FAIL),
        ("Không áp dụng", Verdict.NOT_APPLICABLE),
        ("not_applicable", Verdict.NOT_APPLICABLE),
        ("Cần thẩm định", None),
        ("Tốt", None),
        ("–", None),
    ],
)
def test_verdicts_are_read_as_people_type_them(tmp_path: Path, text: str, verdict: Verdict | None) -> None:
    row = read_review_file(made(tmp_path / "a.xlsx", {**GOOD, columns.VERDICT: text})).rows[0]
    assert (row.verdict, bool(row.verdict_text)) == (verdict, True)


def test_a_verdict_can_be_taken_back_in_words(tmp_path: Path) -> None:
    row = read_review_file(made(tmp_path / "a.xlsx", {**GOOD, columns.VERDICT: "Rút kết luận"})).rows[0]
    assert (row.verdict, row.withdrawn) == (None, True)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (None, None),
        (date(2026, 10, 4), date(2026, 10, 4)),
        (datetime(2026, 10, 4, 8, 30), date(2026, 10, 4)),
        (46299, date(2026, 10, 4)),
        (46299.5, date(2026, 10, 4)),
        ("04/10/2026", date(2026, 10, 4)),
        ("4/10/2026", date(2026, 10, 4)),
        ("4-10-26", date(2026, 10, 4)),
        ("4.10.2026", date(2026, 10, 4)),
        ("2026-10-04", date(2026, 10, 4)),
        ("2026-10-04 00:00:00", date(2026, 10, 4)),
        ("04/10/2026 8:30", date(2026, 10, 4)),
        ("Ngày 4 tháng 10 năm 2026", date(2026, 10, 4)),
    ],
)
def test_days_are_read_as_cells_hold_them(value: Any, day: date | None) -> None:
    assert day_of(value).value == day
    assert not day_of(value).wrong


@pytest.mark.parametrize("value", ["31/02/2026", "10/24/2026", "hôm qua", 2026, True, "24/10", "0/0/2026", 10**12])
def test_what_is_no_day_is_no_day(value: Any) -> None:
    assert day_of(value).wrong


def test_columns_may_be_moved_and_others_added(tmp_path: Path) -> None:
    headings = ["Ghi chú riêng", *reversed(HEADINGS), "Số điện thoại"]
    row = read_review_file(made(tmp_path / "a.xlsx", GOOD, headings=headings)).rows[0]
    assert (row.unit_id, row.item_id, row.verdict, row.day.value) == ("A", "2.10.a", Verdict.PASS, date(2026, 10, 24))


def test_a_renamed_column_that_is_needed_is_named(tmp_path: Path) -> None:
    headings = ["Ý kiến" if name == columns.VERDICT else name for name in HEADINGS]
    with pytest.raises(ReviewFileError, match="thiếu cột «Kết luận»"):
        read_review_file(made(tmp_path / "a.xlsx", GOOD, headings=headings))


def test_the_sheet_is_found_among_others_and_under_another_name(tmp_path: Path) -> None:
    def more(sheet: Any, book: Workbook) -> None:
        first: Any = book.create_sheet("Ghi chú", 0)
        first.append(["Việc cần làm"])
        copy: Any = book.create_sheet("Bản nháp", 1)
        copy.append(list(HEADINGS))
        copy.append([{**GOOD, columns.UNIT_ID: "NHÁP"}.get(name) for name in HEADINGS])

    assert read_review_file(made(tmp_path / "a.xlsx", GOOD, change=more)).rows[0].unit_id == "A"
    assert read_review_file(made(tmp_path / "b.xlsx", GOOD, title="Trang 1")).rows[0].unit_id == "A"


def test_hidden_rows_and_columns_are_read(tmp_path: Path) -> None:
    def hide(sheet: Any, book: Workbook) -> None:
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["A"].hidden = True

    assert read_review_file(made(tmp_path / "a.xlsx", GOOD, change=hide)).rows[0].verdict is Verdict.PASS


def test_cells_merged_over_rows_are_refused_row_by_row(tmp_path: Path) -> None:
    """Only the first row of a merged cell would hold the verdict; people mean all of them, or they do not."""

    def merge(sheet: Any, book: Workbook) -> None:
        letter = "ABCDEFGHIJKLMN"[HEADINGS.index(columns.VERDICT)]
        sheet.merge_cells(f"{letter}4:{letter}5")
        sheet.merge_cells("A1:N1")

    rows = read_review_file(made(tmp_path / "a.xlsx", GOOD, {**GOOD, columns.ITEM: "1.1"}, GOOD, change=merge)).rows
    assert [bool(row.trouble) for row in rows] == [True, True, False]
    assert "bỏ gộp" in rows[0].trouble


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://evil.example/","Đạt")', "=cmd|' /C calc'!A0"])
def test_a_formula_is_no_verdict_whatever_it_shows(tmp_path: Path, formula: str) -> None:
    for name in columns.OPEN:
        row = read_review_file(made(tmp_path / "a.xlsx", {**GOOD, name: formula})).rows[0]
        assert f"«{name}» chứa công thức" in row.trouble
        assert row.verdict is None


def test_an_array_formula_is_a_formula(tmp_path: Path) -> None:
    from openpyxl.worksheet.formula import ArrayFormula

    def array(sheet: Any, book: Workbook) -> None:
        letter = "ABCDEFGHIJKLMN"[HEADINGS.index(columns.REASON)]
        sheet[f"{letter}4"] = ArrayFormula(f"{letter}4", "=SUM(1,2)")

    assert "công thức" in read_review_file(made(tmp_path / "a.xlsx", GOOD, change=array)).rows[0].trouble


def test_hostile_texts_are_only_text(tmp_path: Path) -> None:
    hostile = "a\u202eb<script>\u0007" + "x" * 30_000
    row = read_review_file(made(tmp_path / "a.xlsx", {**GOOD, columns.REASON: hostile.replace("\u0007", "")})).rows[0]
    assert "\u202e" not in row.reason
    assert 2000 < len(row.reason) <= 4000  # too long to be stored, and told so


def test_escaped_characters_of_a_workbook_are_read_back(tmp_path: Path) -> None:
    given = {**GOOD, columns.UNIT_ID: "_x005F_x0041_", columns.REASON: "Một_x000D_\nHai"}
    row = read_review_file(made(tmp_path / "a.xlsx", given)).rows[0]
    assert (row.unit_id, row.reason) == ("_x0041_", "Một\nHai")


# --- csv -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_of_the_sheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["PHIẾU; THẨM ĐỊNH, số 1"])
        writer.writerow(HEADINGS)
        given = {**GOOD, columns.DAY: "24/10/2026", columns.REASON: 'Dòng một\nDòng hai, có dấu; và "ngoặc"'}
        writer.writerow([given.get(name, "") for name in HEADINGS])
        writer.writerow(["" for _ in HEADINGS])
        writer.writerow([{**given, columns.UNIT_ID: "B"}.get(name, "") for name in HEADINGS])
    first, second = read_review_file(path).rows
    assert (first.row, first.unit_id, first.day) == (3, "A", Day("24/10/2026", date(2026, 10, 24)))
    assert first.reason.splitlines() == ["Dòng một", 'Dòng hai, có dấu; và "ngoặc"']
    assert (second.row, second.unit_id) == (5, "B")


# --- what is no review sheet, or more than one can be --------------------------------------------------------------


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_no_review_sheet_is_refused_in_words(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", "<x/>")
    cases = {
        tmp_path / "missing.xlsx": "không có tệp này",
        tmp_path: "đây là thư mục",
        written(tmp_path / "empty.xlsx", b""): "tệp rỗng",
        written(tmp_path / "text.xlsx", b"hello"): "không phải tệp Excel",
        written(tmp_path / "old.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100): "kiểu cũ",
        written(tmp_path / "broken.xlsx", b"PK\x03\x04" + b"x" * 100): "bị hỏng",
        written(tmp_path / "other.csv", b"a,b\n1,2\n"): "không tìm thấy bảng thẩm định",
        written(tmp_path / "bytes.csv", bytes(range(128, 256)) * 10): "UTF-8",
        tmp_path / "a.ods": ".ods",
        made(tmp_path / "headless.xlsx", GOOD, headings=["x", "y"]): "không tìm thấy bảng thẩm định",
    }
    for path, message in cases.items():
        with pytest.raises(ReviewFileError, match=message):
            read_review_file(path)


def test_macros_and_links_to_other_books_are_not_looked_at(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsm", GOOD)
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"x" * 1000)
        book.writestr("xl/externalLinks/externalLink1.xml", "<externalLink")
    assert read_review_file(path).rows[0].verdict is Verdict.PASS


def test_entities_of_xml_are_not_expanded(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", GOOD)
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "'
        + b"x" * 100
        + b'">'
        + b"".join(f'<!ENTITY a{n} "{"&a" + (str(n - 1) if n else "") + ";"}'.encode() * 20 + b'">' for n in range(8))
        + b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        + b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        b'<c r="A1" t="inlineStr"><is><t>&a7;&f;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(ReviewFileError):
        read_review_file(replaced(path, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", bomb))


def replaced(path: Path, to: Path, part: str, content: bytes) -> Path:
    """The workbook with another part in the place of one of its own."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return to


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book, book.open("xl/workbook.xml", "w") as part:
        for _ in range(310):
            part.write(b"\0" * 1_000_000)
    begun = time.process_time()
    with pytest.raises(ReviewFileError, match="quá lớn"):
        read_review_file(path)
    assert time.process_time() - begun < 1


def sheet_of(rows: int, step: int = 1) -> bytes:
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    cell = '<c t="inlineStr"><is><t>A</t></is></c>'
    body = "".join(f'<row r="{2 + n * step}">{cell}</row>' for n in range(rows))
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1">{head}</row>{body}</sheetData></worksheet>'
    ).encode()


def test_a_million_rows_are_refused(tmp_path: Path) -> None:
    part = "xl/worksheets/sheet1.xml"
    path = replaced(made(tmp_path / "a.xlsx", GOOD), tmp_path / "b.xlsx", part, sheet_of(1_000_000))
    begun = time.process_time()
    with pytest.raises(ReviewFileError, match="theo từng địa bàn"):
        read_review_file(path)
    assert time.process_time() - begun < 5


def test_a_row_far_below_the_others_costs_nothing(tmp_path: Path) -> None:
    far = sheet_of(2, 1_048_000)
    path = replaced(made(tmp_path / "a.xlsx", GOOD), tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", far)
    begun = time.process_time()
    assert [row.row for row in read_review_file(path).rows] == [2]
    assert time.process_time() - begun < 3

"""The way of a review sheet: exported, filled in and saved by a real LibreOffice, and read back without loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from auditor.review_rows import Imported, import_rows
from auditor.reviews import Reviews, reviewed_units
from auditor.store import Store
from reports import review_columns as columns
from reports.review_export import Written, write_review_file
from reports.review_file import read_review_file
from tests.auditor.review_maker import (
    CHECKLIST,
    NOW,
    TODAY,
    add_run,
    close_stores,
    import_into,
    item_of,
    row_of,
    run_of,
    stored,
    unit_of,
)
from tests.libreoffice import LibreOffice

RUN = run_of(10)
HEADINGS = (*columns.LOCKED, *columns.OPEN)
PLACE = {name: place for place, name in enumerate(HEADINGS, 1)}
FIRST_ROW = 4
UNITS = 499


@pytest.fixture(autouse=True)
def _stores_are_closed() -> Iterator[None]:
    yield
    close_stores()


def exported(path: Path, store: Store, run: Any = RUN, **changes: Any) -> Written:
    values = {"last": Reviews(store, run).last, "everything": False, "named": False, **changes}
    return write_review_file(path, run, reviewed_units(store, run, CHECKLIST), CHECKLIST, **values)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a written sheet by heading."""
    sheet: Any = openpyxl.load_workbook(path)[columns.SHEET]
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:] if row[0]]


def taken(path: Path, store: Store) -> Imported:
    sheet = read_review_file(path)
    return import_rows(store, RUN, sheet, CHECKLIST, now=NOW, today=TODAY, source=path.name)


def units() -> list[dict[str, Any]]:
    whole = unit_of("", 0, **{"2_4": "manual"})
    return [{**whole, "id": f"{number:05d}", "name": f"Trường THCS Số {number}"} for number in range(UNITS)]


BAD: tuple[tuple[str, str | date, str], ...] = (
    (columns.UNIT_ID, "99999", "không có đơn vị nào"),
    (columns.ITEM, "2.44", "không có mục"),
    (columns.ITEM, "2.6", "mục 2.6 là"),
    (columns.VERDICT, "Tốt", "không có trong danh sách"),
    (columns.VERDICT, "", "chưa chọn kết luận"),
    (columns.REASON, "", "thiếu lý do"),
    (columns.REVIEWER, "", "thiếu tên"),
    (columns.DAY, "31/02/2026", "không đúng"),
    (columns.DAY, date(2026, 12, 1), "tương lai"),
    (columns.UNTIL, date(2025, 1, 1), "Hãy xem lại"),
    (columns.UNTIL, "mãi mãi", "ngày hết hiệu lực"),
    (columns.DISPUTE, "trang chủ", "không phải địa chỉ web"),
)


def filled_in() -> tuple[dict[int, dict[int, str | date]], dict[int, str]]:
    """What people type into 500 rows, and what is wrong with 20 of them by row."""
    typed: dict[int, dict[int, str | date]] = {}
    wrong: dict[int, str] = {}
    for number in range(UNITS):
        row = FIRST_ROW + number
        typed[row] = {
            PLACE[columns.VERDICT]: ("Đạt", "Đạt một phần", "Không đạt", "Không áp dụng")[number % 4],
            PLACE[columns.REASON]: f'Đã xem ngày {number % 28 + 1}; "đúng", đủ,\n=rồi',
            PLACE[columns.REVIEWER]: "Nguyễn Thị Hoa",
            PLACE[columns.DAY]: date(2026, 10, 24),
        }
        if number % 25 == 7 and number // 25 < 18:
            name, value, problem = BAD[number // 25 % len(BAD)]
            typed[row][PLACE[name]] = value
            wrong[row] = problem
    # In a free row below the table somebody else decides an item of the table.
    free = FIRST_ROW + UNITS
    typed[free] = {
        **typed[FIRST_ROW],
        PLACE[columns.UNIT_ID]: "00000",
        PLACE[columns.ITEM]: "2.4",
        PLACE[columns.VERDICT]: "Không đạt",
        PLACE[columns.REVIEWER]: "Trần Văn Nam",
    }
    wrong[FIRST_ROW] = wrong[free] = "hai người ghi khác nhau"
    assert (len(typed), len(wrong)) == (500, 20)
    return typed, wrong


def test_500_rows_filled_in_and_saved_by_libreoffice_lose_nothing(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, *units())
    path = tmp_path / "phieu.xlsx"
    assert exported(path, store) == Written(UNITS, UNITS, 0)
    typed, wrong = filled_in()
    book, table = LibreOffice(tmp_path).edited(path, columns.SHEET, typed)
    assert (read_review_file(book).run, read_review_file(book).last) == (RUN.id, 0)
    other = tmp_path / "csv"
    other.mkdir()
    for saved, into in ((book, store), (table, stored(other, RUN, *units()))):
        done = taken(saved, into)
        assert (done.applied, len(done.bad)) == (480, 20)
        assert {bad.row for bad in done.bad} == set(wrong)
        for bad in done.bad:
            assert wrong[bad.row] in bad.problem
        for entry in done.entries:
            said = typed[FIRST_ROW + int(entry.unit_id)]
            assert columns.CHOICES[str(said[PLACE[columns.VERDICT]])] == entry.verdict
            assert entry.reason == said[PLACE[columns.REASON]]
            assert (entry.reviewer, entry.decided_on) == ("Nguyễn Thị Hoa", "2026-10-24")
    sheet: Any = openpyxl.load_workbook(book)[columns.SHEET]
    assert sheet.protection.sheet
    locked = [sheet.cell(FIRST_ROW, place).protection.locked for place in PLACE.values()]
    assert locked == [name not in columns.OPEN for name in HEADINGS]


def test_only_what_waits_for_a_person_is_asked(tmp_path: Path) -> None:
    unit = unit_of("A", 1, **{"2_4": "manual", "2_6": "undetermined", "2_14": "fail", "2_15": "manual"})
    lost = {**unit_of("B", 2, **{"2_4": "undetermined"}), "status": "unreachable"}
    store = stored(tmp_path, RUN, unit, lost)
    import_into(store, RUN, row_of(5, item_id="2.15"), row_of(6, item_id="2.14", **disputed()))
    assert exported(tmp_path / "a.xlsx", store) == Written(3, 1, 1)
    rows = rows_of(tmp_path / "a.xlsx")
    assert [row[columns.ITEM] for row in rows] == ["2.4", "2.6", "2.14"]
    assert rows[2][columns.DISPUTE] == "http://a.edu.vn/moi"
    assert rows[2][columns.MACHINE] == "Không đạt"
    assert exported(tmp_path / "b.xlsx", store, everything=True).units == 2
    assert [row[columns.VERDICT] for row in rows_of(tmp_path / "b.xlsx") if row[columns.ITEM] == "2.15"] == [
        "Đạt",
        None,
    ]


def disputed() -> dict[str, Any]:
    return {"verdict": None, "verdict_text": "", "address": "http://a.edu.vn/moi"}


def test_what_is_asked_again_comes_with_the_old_verdict_and_is_not_renewed_unseen(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, unit_of("A", 1, **{"2_4": "manual"}))
    import_into(store, RUN, row_of(5))
    later = run_of(11)
    add_run(store, later, unit_of("A", 1, **{"2_4": item_of("2.4", quote="Một tin khác")}))
    exported(tmp_path / "a.xlsx", store, later)
    row = rows_of(tmp_path / "a.xlsx")[0]
    assert (row[columns.VERDICT], row[columns.REVIEWER]) == ("Đạt", "Nguyễn Thị Hoa")
    sheet = read_review_file(tmp_path / "a.xlsx")
    done = import_rows(store, later, sheet, CHECKLIST, now=NOW, today=date(2026, 11, 25), source="a.xlsx")
    assert (done.applied, done.unchanged, done.bad) == (0, 1, ())


def test_hostile_names_come_back_as_they_went(tmp_path: Path) -> None:
    names = ('=HYPERLINK("http://evil.example/")', "+84", "_x0041_", "Trường <b> & \u2028 co", "'nháy")
    made = [
        {**unit_of(f"id{n}", n, **{"2_4": "manual"}), "name": name, "id": name[:40]} for n, name in enumerate(names)
    ]
    store = stored(tmp_path, RUN, *made)
    exported(tmp_path / "a.xlsx", store)
    book: Any = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book[columns.SHEET]
    for number in range(len(names)):
        for name, text in ((columns.VERDICT, "Đạt"), (columns.REASON, "Đã xem"), (columns.REVIEWER, "Hoa")):
            sheet.cell(FIRST_ROW + number, PLACE[name]).value = text
    book.save(tmp_path / "b.xlsx")
    done = taken(tmp_path / "b.xlsx", store)
    assert (done.applied, done.bad) == (len(names), ())

"""The workbook: its figures are those of the results, and nothing that a portal wrote can act in it."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from auditor.checklist import Checklist
from reports import excel, text_lines, wording
from reports import review_columns as columns
from reports import sheet as excel_sheet
from reports.excel import write_workbook
from tests.libreoffice import LibreOffice
from tests.reports import specimens

UNITS = 60
HOSTILE = frozenset({3, 14, 19, 25, 33, 39, 41, 52})
SHEETS = [
    "Tổng hợp",
    "Ma trận",
    "Minh chứng",
    "Thẩm định",
    "Công khai",
    "Tài liệu công khai",
    "Theo địa bàn",
    "Theo loại hình",
    "Không đánh giá được",
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
    rows = _rows(book, "Ma trận", head_row=6)
    titles = [cell.value for cell in book["Ma trận"][5]]
    assert titles[5:] == [item.title for item in checklist.items]
    for row, unit in zip(rows, results, strict=True):
        shown = {item.id: str(row[item.id]).partition(" (")[0] for item in checklist.items}
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
            assert len(target) <= excel_sheet.MAX_LINK


def test_the_review_sheet_asks_for_what_is_undecided(book: Workbook, results: list[dict[str, Any]]) -> None:
    asked = [
        (unit["id"], item["id"])
        for unit in results
        if unit["status"] in {"audited", "partial"}
        for item in unit["items"]
        if item["verdict"] in {"manual", "undetermined"} or item["review"]
    ]
    sheet = book["Thẩm định"]
    rows = _rows(book, "Thẩm định")
    assert list(rows[0]) == [*columns.LOCKED, *columns.OPEN]
    assert not any(any(row.values()) for row in rows[-columns.FREE_ROWS :])
    del rows[-columns.FREE_ROWS :]
    assert [row["Mục"] for row in rows] == [item for _, item in asked]
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert lists[0].formula1 == '"Đạt,Đạt một phần,Không đạt,Không áp dụng,Rút kết luận"'
    assert str(lists[0].sqref) == f"I4:I{3 + len(rows) + columns.FREE_ROWS}"
    assert sheet.protection.sheet
    free = {"A", "C", *"IJKLMN"}
    for letter in "ABCDEFGHIJKLMN":
        assert sheet[f"{letter}4"].protection.locked == (letter not in "IJKLMN")
        assert sheet[f"{letter}{4 + len(rows)}"].protection.locked == (letter not in free)
    told: Any = book
    properties = {one.name: one.value for one in told.custom_doc_props.props}
    assert properties == {columns.RUN_PROPERTY: f"2026-10-20-{UNITS:04d}"}


def test_a_person_s_verdict_is_shown_beside_the_machine_s(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(0, checklist)
    item = next(row for row in unit["items"] if row["verdict"] == "manual")
    item["review"] = specimens.review("pass", machine="manual")
    disputed = next(row for row in unit["items"] if row["verdict"] == "fail")
    disputed["review"] = specimens.review(None, machine="fail", dispute="https://don-vi-0.example/da-co.html")
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter([unit]), checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    rows = {row["Mục"]: row for row in _rows(book, "Thẩm định")}
    row = rows[item["id"]]
    assert row[columns.MACHINE] == "Cần thẩm định"
    assert row[columns.VERDICT] == "Đạt"
    assert row[columns.REASON] == "Đã xem quyết định"
    assert row[columns.REVIEWER] == "Người thẩm định"
    assert f"{row[columns.DAY]:%Y-%m-%d}" == "2026-10-21"
    assert f"{row[columns.UNTIL]:%Y-%m-%d}" == "2027-06-30"
    assert rows[disputed["id"]][columns.DISPUTE] == "https://don-vi-0.example/da-co.html"
    (matrix,) = _rows(book, "Ma trận", head_row=6)
    assert matrix[item["id"]] == "Đạt (TĐ)"
    assert matrix[disputed["id"]] == "Không đạt (KN)"
    (overview,) = _rows(book, "Tổng hợp")
    manual = sum(row["verdict"] == "manual" for row in unit["items"])
    assert overview["Số mục cần thẩm định"] == manual - 1


def test_places_are_by_points_and_only_where_enough_is_decided(
    book: Workbook, results: list[dict[str, Any]], checklist: Checklist
) -> None:
    rows = _rows(book, "Tổng hợp")
    ranked = [
        unit
        for unit in results
        if unit["total"] and unit["total"]["points"] is not None and unit["total"]["determined"] >= checklist.rank_from
    ]
    assert UNITS / 2 < len(ranked) < sum(row["Tổng điểm"] is not None for row in rows)
    for row, unit in zip(rows, results, strict=True):
        if unit not in ranked:
            assert row["Hạng"] is None
            assert row["Hạng cùng loại hình"] is None
            continue
        better = [one for one in ranked if one["total"]["points"] > unit["total"]["points"]]
        assert row["Hạng"] == 1 + len(better)
        assert row["Hạng cùng loại hình"] == 1 + sum(one["kind"] == unit["kind"] for one in better)


def test_the_change_since_the_last_run_is_shown_where_there_was_one(tmp_path: Path, checklist: Checklist) -> None:
    heading = "Thay đổi so với lần trước"
    made = [specimens.unit(number, checklist) for number in range(3)]
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter(made), checklist)
    assert heading not in _rows(load_workbook(tmp_path / "s.xlsx"), "Tổng hợp")[0]
    made[0]["change"], made[2]["change"] = {"points": -4.5}, {"points": 12.0}
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter(made), checklist)
    assert [row[heading] for row in _rows(load_workbook(tmp_path / "s.xlsx"), "Tổng hợp")] == [-4.5, None, 12]


def test_every_unit_that_must_disclose_has_its_line_with_both_months(
    book: Workbook, results: list[dict[str, Any]]
) -> None:
    rows = _rows(book, "Công khai")
    asked = [
        unit for unit in results if unit["status"] in {"audited", "partial"} and unit["kind"] not in {"phong", "khac"}
    ]
    assert len(rows) == len(asked)
    for row, unit in zip(rows, asked, strict=True):
        items = {item["id"]: item for item in unit["items"]}
        assert row["Ba công khai - công bố tháng 6"] == wording.VERDICTS[items["2.13.d"]["verdict"]].name
        assert row["Ba công khai - cập nhật tháng 9"] == wording.VERDICTS[items["2.13.e"]["verdict"]].name
        assert row["Số tài liệu"] == len(unit["ledger"])
        told = (row["Tình trạng tháng 6"], row["Tình trạng tháng 9"])
        assert told == (("Trễ 12 ngày", "Chưa công khai") if unit.get("disclosures") else (None, None))
    assert len(_rows(book, "Tài liệu công khai")) == sum(len(unit["ledger"]) for unit in results)


def test_units_not_reached_and_bad_rows_are_listed(book: Workbook, results: list[dict[str, Any]]) -> None:
    rows = _rows(book, "Không đánh giá được")
    missed = [unit for unit in results if unit["status"] != "audited"]
    assert len(rows) == len(missed) + 2
    assert all(row["Nguyên nhân"] and row["Việc cần làm"] for row in rows)
    assert rows[-2]["Mã đơn vị hoặc số dòng"] == "Dòng 7"
    assert rows[-2]["Nguyên nhân"] == "Thiếu tên đơn vị"
    assert rows[-1]["Mã đơn vị hoặc số dòng"] == "Dòng 9"
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


_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK_FORMULA = re.compile(r"""HYPERLINK\("https?://[!#$%&'()*+,/:;=?@A-Za-z0-9._~-]{1,247}"\)""")


def _shown_texts(path: Path) -> Iterator[tuple[str, str]]:
    """(sheet's part, text) of every cell, from the file itself; proves each part on the way."""
    with zipfile.ZipFile(path) as archive:
        trees = {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    shared = ["".join(map(str, entry.itertext())) for entry in trees["xl/sharedStrings.xml"]]
    for name, tree in trees.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        for formula in tree.iter(f"{_SPACE}f"):
            assert _LINK_FORMULA.fullmatch(str(formula.text)), formula.text
        for cell in tree.iter(f"{_SPACE}c"):
            kind = cell.get("t")
            assert kind in {"inlineStr", "s", "n", "str", None}
            if kind == "s":
                yield name, shared[int(cell.findtext(f"{_SPACE}v") or "")]
            elif kind is not None:
                yield name, "".join(map(str, cell.itertext()))


def test_nothing_of_a_portal_is_a_formula_and_every_part_is_sound_xml(path: Path) -> None:
    hostile: dict[str, int] = {}
    for name, text in _shown_texts(path):
        assert len(text) <= excel_sheet.MAX_CELL
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
        assert not text.startswith(("\t", "\r"))
        hostile[name] = hostile.get(name, 0) + text.startswith(("=", "+", "-", "@"))
    # Overview, matrix, evidence, review, disclosures, documents, not assessed: each met such texts.
    assert all(hostile[f"xl/worksheets/sheet{number}.xml"] > 0 for number in (1, 2, 3, 4, 5, 6, 9)), hostile


def test_texts_that_look_like_escapes_come_back_as_they_were(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(0, checklist)
    texts = ["_x003D_1+1", "_x003D_x003D_", "a & b < c > d", 'nói "được"', "một\nhai", "'=1+1", "x" * 400]
    for item, text in zip(unit["items"], texts, strict=False):
        item["evidence"] = [{"url": "https://a.example/", "quote": text, "note": text, "fetched_at": ""}]
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter([unit]), checklist)
    notes = [row["Ghi chú"] for row in _rows(load_workbook(tmp_path / "s.xlsx"), "Minh chứng")]
    assert [re.sub("_x005F_", "_", str(note)) for note in notes[: len(texts)]] == texts


def test_formula_like_text_stays_text_when_a_person_edits_it(book: Workbook) -> None:
    cells = [cell for row in book["Minh chứng"].iter_rows(min_row=4) for cell in row if cell.data_type == "s"]
    guarded = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
    assert guarded
    assert all(cell.quotePrefix for cell in guarded)


def test_links_stop_before_the_limit_of_a_sheet(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_sheet, "QUICK_LINKS", 50)
    write_workbook(tmp_path / "s.xlsx", specimens.header(), specimens.units(3, checklist), checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    cells = [row[8] for row in book["Minh chứng"].iter_rows(min_row=4)]
    pieces = [
        piece["url"] for unit in specimens.units(3, checklist)() for item in unit["items"] for piece in item["evidence"]
    ]
    links = [cell.hyperlink.target if cell.hyperlink else str(cell.value)[12:-2] for cell in cells]
    assert links == pieces
    assert [cell.hyperlink is not None for cell in cells] == [True] * 50 + [False] * (len(cells) - 50)


def test_a_large_run_keeps_some_evidence_of_every_item(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "EVIDENCE_ROWS", 250)
    made = specimens.units(3, checklist, evidence=5)
    write_workbook(tmp_path / "s.xlsx", specimens.header(), made, checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    rows = Counter((row["Mã đơn vị"], row["Mục"]) for row in _rows(book, "Minh chứng"))
    assert set(rows) == {(unit["id"], item["id"]) for unit in made() for item in unit["items"] if item["evidence"]}
    assert set(rows.values()) == {2}
    assert "tối đa 2 minh chứng" in str(book["Minh chứng"]["A2"].value)


def test_a_sheet_that_is_full_goes_on_in_another(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_sheet, "MAX_ROWS", 60)
    write_workbook(tmp_path / "s.xlsx", specimens.header(), specimens.units(3, checklist), checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    sheets = [name for name in book.sheetnames if name.startswith("Minh chứng")]
    assert sheets[:2] == ["Minh chứng", "Minh chứng 2"]
    assert book.sheetnames.index("Minh chứng 2") == book.sheetnames.index("Minh chứng") + 1
    pieces = sum(len(item["evidence"]) for unit in specimens.units(3, checklist)() for item in unit["items"])
    assert sum(len(_rows(book, name)) for name in sheets) == pieces


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
    assert load_workbook(tmp_path / "s.xlsx").sheetnames == SHEETS


def test_every_visit_of_a_unit_that_could_not_be_read_is_told(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(9, checklist)
    assert unit["status"] == "unreachable"
    unit["attempts"] = [
        {"at": f"2026-10-{day:02d}T08:00:00Z", "status": "unreachable", "reason": reason}
        for day, reason in enumerate(["http_503", *["timeout"] * 11], start=1)
    ]
    unit["host_note"] = "Kính gửi nhà cung cấp"
    few = {**unit, "id": "few", "attempts": unit["attempts"][:2]}
    write_workbook(tmp_path / "s.xlsx", specimens.header(), lambda: iter([unit, few]), checklist)
    many, two, *_ = _rows(load_workbook(tmp_path / "s.xlsx"), "Không đánh giá được")
    assert two["Các lần vào cổng"].split("\n") == [
        "2 lần:",
        f"01/10/2026 15:00: Không truy cập được – {wording.cause('http_503')}",
        f"02/10/2026 15:00: Không truy cập được – {wording.cause('timeout')}",
    ]
    first, *visits = many["Các lần vào cổng"].split("\n")
    assert first.startswith("12 lần (10 lần cuối")
    assert len(visits) == 10
    assert visits[-1].startswith("12/10/2026")
    assert two["Việc cần làm"].endswith(wording.LETTER_READY)


def test_the_legend_of_the_matrix_fits_on_its_first_page(book: Workbook, checklist: Checklist) -> None:
    sheet = book["Ma trận"]
    assert sheet.print_title_rows == "$5:$6"
    assert sheet.freeze_panes == "C7"
    every = sum(sheet.column_dimensions[letter].width for letter in map(get_column_letter, range(1, 46)))
    page = text_lines.room(every / 3)  # three pages wide
    for row in (2, 3, 4):
        assert text_lines.lines(str(sheet.cell(row, 1).value), page) == 1
        assert [cell.value for cell in sheet[row][1:]] == [None] * (len(sheet[row]) - 1)


def _hyperlinks(sheet: Any) -> int:
    return sum(cell.hyperlink is not None for row in sheet.iter_rows() for cell in row)


def test_the_workbook_keeps_within_the_limits_of_excel(book: Workbook) -> None:
    assert len({title.casefold() for title in book.sheetnames}) == len(book.sheetnames)
    for sheet in book.worksheets:
        assert _hyperlinks(sheet) <= 65_530
        for rule in sheet.data_validations.dataValidation:
            assert max(len(text or "") for text in (rule.formula1, rule.prompt, rule.error)) <= 255
            assert max(len(text or "") for text in (rule.promptTitle, rule.errorTitle)) <= 32
        for row in sheet.row_dimensions.values():
            assert (row.height or 0) <= 409.5
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert sheet.print_title_rows


def test_only_what_people_enter_is_open_on_the_review_sheet(book: Workbook) -> None:
    sheet = book[columns.SHEET]
    assert sheet.protection.sheet
    head, *rows = sheet.iter_rows(min_row=3)
    names = [cell.value for cell in head]
    assert all(cell.protection.locked for cell in head)
    table, free = rows[: -columns.FREE_ROWS], rows[-columns.FREE_ROWS :]
    for part, wanted in ((table, set(columns.OPEN)), (free, {*columns.OPEN, columns.UNIT_ID, columns.ITEM})):
        assert part
        for row in part:
            opened = {name for name, cell in zip(names, row, strict=True) if not cell.protection.locked}
            assert opened == wanted


def test_links_to_pages_stop_before_the_limit_of_a_sheet_too(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_sheet, "QUICK_LINKS", 2)
    monkeypatch.setattr(excel_sheet, "MAX_LINKS", 5)
    write_workbook(tmp_path / "s.xlsx", specimens.header(), specimens.units(9, checklist), checklist)
    book = load_workbook(tmp_path / "s.xlsx")
    assert _hyperlinks(book["Tổng hợp"]) == 5
    assert [row["Phiếu của đơn vị"] for row in _rows(book, "Tổng hợp")] == ["Mở phiếu"] * 9


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # how LibreOffice saves data bars
def test_libreoffice_reads_every_cell_as_it_was_written(tmp_path: Path, checklist: Checklist) -> None:
    source = tmp_path / "scorecard.xlsx"
    write_workbook(source, specimens.header(10), specimens.units(10, checklist, evidence=1), checklist)
    saved = LibreOffice(tmp_path).saved_as(source, "xlsx:Calc MS Excel 2007 XML")
    ours, theirs = load_workbook(source), load_workbook(saved)
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours.worksheets:
        again: Any = theirs[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value or ""
                wanted = pytest.approx(value) if isinstance(value, float) else value  # it saves 15 digits
                assert (again[cell.coordinate].value or "") == wanted, (sheet.title, cell.coordinate)
        assert again.auto_filter.ref == sheet.auto_filter.ref
        assert len(again._charts) == (2 if sheet.title.startswith("Theo") else 0)
    assert theirs[columns.SHEET].protection.sheet

"""The workbook for the evaluation: one pass over the units, row by row, so that memory does not grow with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from auditor.accuracy import load_accuracy
from reports import wording
from reports.digest import (
    UNDECIDED,
    VERDICT_ORDER,
    Tallies,
    Tally,
    UnitLine,
    UnitObject,
    Units,
    unit_line,
)
from reports.inert import inert_text, shown_address, web_address

if TYPE_CHECKING:
    from auditor.checklist import Checklist

MAX_CELL = 32_767  # characters (Excel specifications and limits)
MAX_LINKS = 65_530  # hyperlinks on one sheet
MAX_LINK = 2_079  # characters of one hyperlink
MAX_ROWS = 1_048_576

_QUOTE = 400  # characters of a quote in a row; the whole stands in results.json
_SUMMARY = 500
_CHART_GROUPS = 25
_LINE = 14.5  # points of a line of text
_TALLEST = 400.0  # Excel allows 409.5
_FONT = "Times New Roman"
_HEAD_FILL = "1F3B57"
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")  # Excel reads _x0041_ in a text as the letter A
_FORMULA_STARTS = frozenset("=+-@")
_THIN = Side(style="thin", color="B5BEC6")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GRADE_FILLS = ("A9DCCB", "D3EDE6", "F4F1D8", "FFDD80", "9E2F16")


@dataclass(frozen=True, slots=True)
class _Style:
    """A look in a workbook: openpyxl's array of style indices, and the number under which cells name it."""

    array: Any
    number: int


class _Cell(Cell):
    """A cell with a look that is known beforehand, which spares openpyxl a search for every cell.

    A row is written as soon as it is appended, so one cell may stand in many rows of its sheet.
    """

    __slots__ = ("_look",)

    def __init__(self, sheet: Any, style: _Style) -> None:
        super().__init__(sheet, row=1, column=1, style_array=style.array)
        self._look = style.number

    @property
    def style_id(self) -> int:
        return self._look


class _Text(_Cell):
    """A cell that holds text whatever the text looks like: no formula, no error code, no number."""

    __slots__ = ()

    def __init__(self, sheet: Any, text: str, style: _Style) -> None:
        super().__init__(sheet, style)
        self._value = self.check_string(text)
        self.data_type = "s"


def _placed(cells: Sequence[Cell], row: int) -> Iterator[Cell]:
    """The cells of a row, each told its place just before it is written.

    Stands in for openpyxl's own function, which takes every cell for a plain value first and fails: a quarter of the
    time of a large workbook.
    """
    for column, cell in enumerate(cells, 1):
        cell.column, cell.row = column, row
        if cell.hyperlink is not None:
            cell.hyperlink.ref = cell.coordinate
        yield cell


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


class _Styles:
    """Style arrays of one workbook by name, each with a twin whose text Excel never reads as a formula on editing."""

    def __init__(self, book: Workbook, sheet: Any) -> None:
        self._looks: dict[tuple[str, bool], _Style] = {}
        self._sheet = sheet
        top = Alignment(vertical="top", wrap_text=True)
        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        plain = Font(name=_FONT, size=11)
        bold = Font(name=_FONT, size=11, bold=True)
        self._make("title", font=Font(name=_FONT, size=15, bold=True, color=_HEAD_FILL))
        self._make("subtitle", font=Font(name=_FONT, size=11, italic=True, color="3A4349"))
        self._make("section", font=Font(name=_FONT, size=12, bold=True, color=_HEAD_FILL))
        head = Font(name=_FONT, size=11, bold=True, color="FFFFFF")
        self._make("head", font=head, fill=_fill(_HEAD_FILL), alignment=middle, border=_GRID)
        self._make(
            "head_up",
            font=Font(name=_FONT, size=10, bold=True, color="FFFFFF"),
            fill=_fill(_HEAD_FILL),
            alignment=Alignment(text_rotation=90, horizontal="center", vertical="bottom", wrap_text=True),
            border=_GRID,
        )
        self._make("text", font=plain, alignment=top, border=_GRID)
        self._make("strong", font=bold, alignment=top, border=_GRID)
        self._make("free", font=plain, alignment=top)
        center = Alignment(horizontal="center", vertical="top", wrap_text=True)
        self._make("center", font=plain, alignment=center, border=_GRID)
        number = Alignment(horizontal="right", vertical="top")
        self._make("points", font=plain, alignment=number, border=_GRID, number_format="0.0")
        self._make("total", font=bold, alignment=number, border=_GRID, number_format="0.0")
        self._make("count", font=plain, alignment=number, border=_GRID, number_format="#,##0")
        self._make("share", font=plain, alignment=number, border=_GRID, number_format="0%")
        self._make("weight", font=plain, alignment=center, border=_GRID, number_format="0.##")
        link = Font(name=_FONT, size=11, color="0B4FA8", underline="single")
        shrunk = Alignment(vertical="top", shrink_to_fit=True)  # an address has no blanks to break at
        self._make("link", font=link, alignment=shrunk, border=_GRID)
        open_cell = Protection(locked=False)
        entry = _fill("FFFBE6")
        self._make("entry", font=plain, alignment=top, border=_GRID, fill=entry, protection=open_cell)
        self._make(
            "entry_date",
            font=plain,
            alignment=center,
            border=_GRID,
            fill=entry,
            protection=open_cell,
            number_format="dd/mm/yyyy",
        )
        for code, worded in wording.VERDICTS.items():
            font = Font(name=_FONT, size=10, color=worded.ink, bold=code == "fail", italic=code == "undetermined")
            self._make(code, font=font, fill=_fill(worded.fill), alignment=middle, border=_GRID)

    def _make(self, style: str, **looks: Any) -> None:
        for guarded in (False, True):
            cell = Cell(self._sheet, row=1, column=1)
            for name, value in looks.items():
                setattr(cell, name, value)
            cell.quotePrefix = guarded
            array = cell._style  # type: ignore[attr-defined]  # the only way to share a look cheaply
            self._looks[style, guarded] = _Style(array, cell.style_id)

    def look(self, style: str, *, guarded: bool = False) -> _Style:
        return self._looks[style, guarded]


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    width: float
    style: str = "text"


class _Sheet:
    """A sheet that is written from the top: title, note, headings, then rows; `close` sets filter and print."""

    def __init__(
        self,
        book: Workbook,
        title: str,
        columns: Sequence[_Column],
        *,
        heading: str,
        note: str,
        styles: _Styles | None = None,
        sheet: Any = None,
        index: int | None = None,
        frozen_columns: int = 0,
        tall_headings: Sequence[str] = (),
        pages_wide: int = 1,
        head_height: float = 48,
        row_lines: int = 1,
    ) -> None:
        self.sheet: Any = sheet if sheet is not None else book.create_sheet(title, index)
        self.title = title
        self.columns = columns
        self.styles = styles or _Styles(book, self.sheet)
        self.rows = 0
        self.links = 0
        self._row_lines = row_lines
        self._letters = [max(int(column.width * 1.1), 1) for column in columns]  # that fit on one line
        ws = self.sheet
        ws._values_to_row = _placed
        ws.sheet_view.showGridLines = False
        for number, column in enumerate(columns, 1):
            ws.column_dimensions[get_column_letter(number)].width = column.width
        self.head_row = 4 if tall_headings else 3
        self.first_row = self.head_row + 1
        ws.freeze_panes = f"{get_column_letter(frozen_columns + 1)}{self.first_row}"
        if row_lines > 1:
            ws.sheet_format.defaultRowHeight = row_lines * _LINE + 1.5
            ws.sheet_format.customHeight = True
        ws.page_setup.orientation = "landscape"
        ws.page_setup.paperSize = ws.PAPERSIZE_A4 if hasattr(ws, "PAPERSIZE_A4") else 9
        ws.page_setup.fitToWidth = pages_wide
        ws.page_setup.fitToHeight = 0
        ws.sheet_properties.pageSetUpPr.fitToPage = True
        ws.page_margins.left = ws.page_margins.right = 0.4
        ws.page_margins.top, ws.page_margins.bottom = 0.5, 0.7
        ws.page_margins.header = ws.page_margins.footer = 0.3
        ws.oddFooter.left.text = title.replace("&", "&&")
        ws.oddFooter.right.text = "Trang &P/&N"
        ws.print_title_rows = f"{3 if tall_headings else self.head_row}:{self.head_row}"
        if pages_wide > 1:
            ws.print_title_cols = f"A:{get_column_letter(frozen_columns)}"
        ws.row_dimensions[1].height, ws.row_dimensions[2].height = 24, 18
        self._write([self.text(heading, "title")])
        self._write([self.text(note, "subtitle")])
        if tall_headings:
            ws.row_dimensions[3].height = 190
            self._write([self.text(text, "head_up" if text else "head") for text in tall_headings])
        ws.row_dimensions[self.head_row].height = 34 if tall_headings else head_height
        self._write([self.text(column.heading, "head") for column in columns])
        self.rows = 0

    def text(self, value: str, style: str, limit: int = MAX_CELL) -> Cell:
        """A cell that is text whatever it holds."""
        value = inert_text(value, min(limit, MAX_CELL))
        if "_x" in value:
            value = _ESCAPED.sub(r"_x005F\g<0>", value)[:MAX_CELL]
        return _Text(self.sheet, value, self.styles.look(style, guarded=value[:1] in _FORMULA_STARTS))

    def value(self, value: Any, style: str) -> Cell:
        """A figure, a date or an empty cell in a style."""
        cell = _Cell(self.sheet, self.styles.look(style))
        cell.value = value
        return cell

    def link(self, address: Any, style: str = "link") -> Cell:
        """An address as a working link, or as mere text where it is no plain http(s) address or the sheet is full."""
        target = web_address(address, MAX_LINK) if self.links < MAX_LINKS else None
        cell = self.text(shown_address(address), style if target else "text")
        if target is not None:
            cell.hyperlink = target
            self.links += 1
        return cell

    def add(self, values: Iterable[Any]) -> None:
        """One row: cells as they are, strings as text, figures in the column's style, None as an empty cell."""
        row = []
        for column, value in zip(self.columns, values, strict=True):
            if isinstance(value, Cell):
                row.append(value)
            elif isinstance(value, str):
                row.append(self.text(value, column.style))
            else:
                row.append(self.value(value, column.style))
        self.add_cells(row)

    def add_line(self, row: list[Cell]) -> None:
        """A heading, whose text may run over the cells to its right, or an empty row."""
        self._write(row)

    def _write(self, row: list[Cell]) -> None:
        self.sheet.append(row)
        self.rows += 1

    def _lines(self, row: Sequence[Cell]) -> int:
        """How many lines of text show the row whole; spreadsheets do not work it out for a file that lacks it."""
        lines = 1
        for cell, letters in zip(row, self._letters, strict=False):
            text = cell.value
            if isinstance(text, str) and (len(text) > letters or "\n" in text):
                lines = max(lines, sum(-(-len(part) // letters) or 1 for part in text.split("\n")))
        return lines

    def add_cells(self, row: list[Cell]) -> None:
        """One row of cells, high enough for its texts."""
        lines = self._lines(row)
        if lines <= self._row_lines:
            self._write(row)
            return
        number = self.last_row + 1
        self.sheet.row_dimensions[number].height = min(lines * _LINE + 1.5, _TALLEST)
        self._write(row)
        del self.sheet.row_dimensions[number]  # written with the row; memory stays flat

    @property
    def last_row(self) -> int:
        """The number of the last row of the table (its heading where it is empty)."""
        return self.head_row + self.rows

    def span(self, first: int, last: int | None = None) -> str:
        """The cells of the table's columns `first` to `last` (from 1), below the heading."""
        end = max(self.last_row, self.first_row)
        return f"{get_column_letter(first)}{self.first_row}:{get_column_letter(last or first)}{end}"

    @property
    def full(self) -> bool:
        return self.links >= MAX_LINKS or self.last_row >= MAX_ROWS - 10

    def close(self, *, table_rows: int | None = None) -> None:
        """Filter over the table of `table_rows` rows (all of them by default); no more rows after this."""
        last = self.head_row + (self.rows if table_rows is None else table_rows)
        self.sheet.auto_filter.ref = f"A{self.head_row}:{get_column_letter(len(self.columns))}{last}"
        self.sheet.close()


def _date(text: object) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        return None


def _equal_rule(text: str, fill: str, ink: str = "1B2A36") -> Any:
    """A conditional format for cells that hold exactly this text."""
    rule: Any = CellIsRule
    quoted = text.replace('"', '""')
    return rule(operator="equal", formula=[f'"{quoted}"'], fill=_fill(fill), font=Font(color=ink))


def _verdict_rules(sheet: _Sheet, area: str) -> None:
    for worded in wording.VERDICTS.values():
        rule = _equal_rule(worded.name, worded.fill, worded.ink)
        sheet.sheet.conditional_formatting.add(area, rule)


def _grade_rules(sheet: _Sheet, area: str, grades: Sequence[str]) -> None:
    last = max(len(grades) - 1, 1)
    for place, grade in enumerate(grades):
        colour = _GRADE_FILLS[round(place * (len(_GRADE_FILLS) - 1) / last)]
        ink = "FFFFFF" if colour == _GRADE_FILLS[-1] else "1B2A36"
        sheet.sheet.conditional_formatting.add(area, _equal_rule(grade, colour, ink))


def write_workbook(path: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    """Write scorecard.xlsx.

    `header` is results.json without its units, `units` gives the unit objects of results.json. An existing file is
    replaced once the new one is complete. Raises OSError when the folder cannot be written.
    """
    book = _Book(header, checklist)
    try:
        for unit in units():
            book.take(unit)
        book.finish()
    finally:
        book.close()
    draft = path.with_name(path.name + ".part")
    try:
        book.book.save(draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


class _Book:
    """The workbook under way: every sheet takes its rows from the same unit."""

    def __init__(self, header: Mapping[str, Any], checklist: Checklist) -> None:
        self.header = header
        self.checklist = checklist
        self.axis_ids = [axis.id for axis in checklist.axes]
        self.titles = {item.id: inert_text(item.title, 250) for item in checklist.items}
        run = header["run"]
        self.book = Workbook(write_only=True)
        self.book.properties.title = "Kết quả đánh giá cổng thông tin điện tử"
        self.book.properties.creator = "auditor"
        self.book.properties.language = "vi-VN"
        self.note = (
            f"Thời điểm đánh giá: {wording.day(run.get('as_of'))}. "
            f"Bộ tiêu chí: {run['checklist']['id']}, phiên bản {run['checklist'].get('version', '–')}. "
            f"Mã lần đánh giá: {run['id']}."
        )
        self.everyone = Tally()
        self.districts = Tallies()
        self.kinds = Tallies()
        self.number = 0
        self.evidence_sheets = 1
        self.ledger: _Sheet | None = None
        self.summary = self._summary_sheet()
        self.styles = self.summary.styles
        self.matrix = self._matrix_sheet()
        self.evidence = self._evidence_sheet()
        self.review = self._review_sheet()
        self.missed = self._missed_sheet()
        self.verdict_cells = {code: self.matrix.text(worded.short, code) for code, worded in wording.VERDICTS.items()}

    def _summary_sheet(self) -> _Sheet:
        axes = [
            _Column(f"{axis.id} {axis.title}\n(tối đa {wording.number(axis.points)})", 9, "points")
            for axis in self.checklist.axes
        ]
        columns = [
            _Column("STT", 5.5, "center"),
            _Column("Mã đơn vị", 13),
            _Column("Tên đơn vị", 31),
            _Column("Loại hình", 14),
            _Column("Địa bàn", 14),
            _Column("Website", 27, "link"),
            _Column("Tình trạng", 13),
            *axes,
            _Column("Tổng điểm", 7.5, "total"),
            _Column("Thấp nhất", 7.5, "points"),
            _Column("Cao nhất", 7.5, "points"),
            _Column("Xếp loại", 10.5, "center"),
            _Column("Tỷ lệ đã xác định", 8, "share"),
            *(_Column(f"Số mục {wording.VERDICTS[code].name.lower()}", 8, "count") for code in VERDICT_ORDER),
        ]
        return _Sheet(
            self.book,
            "Tổng hợp",
            columns,
            heading="TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ CỔNG THÔNG TIN ĐIỆN TỬ",
            note=self.note + " Thấp nhất và Cao nhất là giới hạn của tổng điểm khi các mục chờ thẩm định có kết luận.",
            frozen_columns=3,
            head_height=112,
        )

    def _matrix_sheet(self) -> _Sheet:
        columns = [
            _Column("Mã đơn vị", 14),
            _Column("Tên đơn vị", 34),
            _Column("Loại hình", 15),
            _Column("Địa bàn", 15),
            _Column("Tổng điểm", 8, "total"),
            *(_Column(item.id, 9.5, "center") for item in self.checklist.items),
        ]
        legend = "; ".join(f"{worded.short} = {worded.name}" for worded in wording.VERDICTS.values())
        return _Sheet(
            self.book,
            "Ma trận",
            columns,
            heading="MA TRẬN KẾT QUẢ THEO ĐƠN VỊ VÀ TIÊU CHÍ",
            note=f"{self.note} Ký hiệu: {legend}.",
            styles=self.styles,
            frozen_columns=2,
            tall_headings=["", "", "", "", "", *(self.titles[item.id] for item in self.checklist.items)],
            pages_wide=3,
        )

    def _evidence_sheet(self) -> _Sheet:
        title = "Minh chứng" if self.evidence_sheets == 1 else f"Minh chứng {self.evidence_sheets}"
        columns = [
            _Column("Mã đơn vị", 14),
            _Column("Tên đơn vị", 28),
            _Column("Mục", 8, "center"),
            _Column("Tên tiêu chí", 26),
            _Column("Kết luận", 13, "center"),
            _Column("Nhận xét", 38),
            _Column("Trích dẫn từ cổng thông tin", 44),
            _Column("Ghi chú", 24),
            _Column("Địa chỉ trang", 40, "link"),
            _Column("Thời điểm xem", 16, "center"),
        ]
        return _Sheet(
            self.book,
            title,
            columns,
            heading="MINH CHỨNG",
            note=f"{self.note} Mỗi dòng là một minh chứng; bấm vào địa chỉ để mở trang.",
            styles=self.styles,
            index=None if self.evidence_sheets == 1 else 1 + self.evidence_sheets,
            frozen_columns=3,
            row_lines=3,
        )

    def _review_sheet(self) -> _Sheet:
        columns = [
            _Column("Mã đơn vị", 14),
            _Column("Tên đơn vị", 28),
            _Column("Mục", 8, "center"),
            _Column("Tên tiêu chí", 26),
            _Column("Yêu cầu", 32),
            _Column("Kết quả của chương trình", 14, "center"),
            _Column("Nội dung đã tìm thấy", 42),
            _Column("Minh chứng", 44, "link"),
            _Column("Kết luận của người thẩm định", 16, "entry"),
            _Column("Lý do", 30, "entry"),
            _Column("Người thẩm định", 20, "entry"),
            _Column("Ngày", 12, "entry_date"),
        ]
        return _Sheet(
            self.book,
            "Thẩm định",
            columns,
            heading="PHIẾU THẨM ĐỊNH CÁC MỤC CHƯA CÓ KẾT LUẬN",
            note=f"{self.note} Chọn kết luận trong danh sách và ghi lý do, họ tên, ngày vào các ô màu vàng nhạt.",
            styles=self.styles,
            frozen_columns=3,
            row_lines=3,
        )

    def _missed_sheet(self) -> _Sheet:
        columns = [
            _Column("Nhóm", 22),
            _Column("Mã đơn vị hoặc số dòng", 16),
            _Column("Tên đơn vị hoặc nội dung dòng", 44),
            _Column("Địa bàn", 18),
            _Column("Website", 32, "link"),
            _Column("Nguyên nhân", 44),
            _Column("Việc cần làm", 52),
        ]
        return _Sheet(
            self.book,
            "Không đánh giá được",
            columns,
            heading="ĐƠN VỊ CHƯA ĐÁNH GIÁ ĐƯỢC VÀ DÒNG KHÔNG DÙNG ĐƯỢC TRONG DANH SÁCH",
            note=self.note,
            styles=self.styles,
            frozen_columns=3,
        )

    def take(self, unit: UnitObject) -> None:
        """One unit into every sheet that speaks of it."""
        line = unit_line(unit, self.axis_ids)
        self.everyone.add(line)
        self.districts.add(line.district, line)
        self.kinds.add(wording.KINDS.get(line.kind, line.kind), line)
        self.number += 1
        kind = wording.KINDS.get(line.kind, line.kind)
        self.summary.add(
            [
                self.number,
                line.id,
                line.name,
                kind,
                line.district,
                self.summary.link(line.url),
                wording.STATUSES[line.status].name,
                *line.axes,
                line.points,
                line.low,
                line.high,
                line.grade or wording.NO_GRADE,
                line.determined,
                *line.counts,
            ]
        )
        items = {item["id"]: item for item in unit["items"]}
        self.matrix.add(
            [
                line.id,
                line.name,
                kind,
                line.district,
                line.points,
                *(self._verdict_cell(items.get(item.id)) for item in self.checklist.items),
            ]
        )
        for item in unit["items"]:
            self._take_item(line, item)
        for disclosure in unit.get("ledger") or ():
            self._take_disclosure(line, disclosure)
        if line.status != "audited":
            self._take_missed(line, unit)

    def _verdict_cell(self, item: Mapping[str, Any] | None) -> Cell | None:
        return None if item is None else self.verdict_cells[item["verdict"]]

    def _take_item(self, line: UnitLine, item: Mapping[str, Any]) -> None:
        item_id = str(item["id"])
        title = self.titles.get(item_id, "")
        worded = wording.verdict(item["verdict"])
        summary = inert_text(item.get("summary"), _SUMMARY) or wording.cause(item.get("reason"))
        evidence = item.get("evidence") or ()
        for place, piece in enumerate(evidence):
            if self.evidence.full:
                self.evidence.close()
                self.evidence_sheets += 1
                self.evidence = self._evidence_sheet()
            sheet = self.evidence
            if place == 0 or sheet.rows == 0:
                same = [
                    sheet.text(line.id, "text"),
                    sheet.text(line.name, "text"),
                    sheet.text(item_id, "center"),
                    sheet.text(title, "text"),
                    sheet.text(worded.name, item["verdict"]),
                    sheet.text(summary, "text"),
                ]
            sheet.add(
                [
                    *same,
                    inert_text(piece.get("quote"), _QUOTE),
                    inert_text(piece.get("note"), _SUMMARY),
                    sheet.link(piece.get("url")),
                    wording.moment(piece.get("fetched_at")),
                ]
            )
        if item["verdict"] in UNDECIDED and line.status not in wording.NOT_ASSESSED:
            sheet = self.review
            requirement = next((row.requirement for row in self.checklist.items if row.id == item_id), "")
            review = item.get("review") or {}
            decided = wording.VERDICTS.get(str(review.get("verdict")))
            sheet.add(
                [
                    line.id,
                    line.name,
                    item_id,
                    title,
                    inert_text(requirement, _SUMMARY),
                    sheet.text(worded.name, item["verdict"]),
                    summary,
                    sheet.link(evidence[0].get("url")) if evidence else "",
                    decided.name if decided else None,
                    inert_text(review.get("reason"), _SUMMARY) or None,
                    inert_text(review.get("by"), 120) or None,
                    _date(review.get("at")),
                ]
            )

    def _take_disclosure(self, line: UnitLine, disclosure: Mapping[str, Any]) -> None:
        if self.ledger is None:
            columns = [
                _Column("Mã đơn vị", 14),
                _Column("Tên đơn vị", 32),
                _Column("Ngày công khai", 14, "center"),
                _Column("Nội dung", 22),
                _Column("Năm học", 14, "center"),
                _Column("Tên tài liệu", 48),
                _Column("Căn cứ xác định ngày", 28),
                _Column("Địa chỉ", 42, "link"),
            ]
            self.ledger = _Sheet(
                self.book,
                "Công khai",
                columns,
                heading="SỔ THEO DÕI CÔNG KHAI",
                note=self.note,
                styles=self.styles,
                index=self.book.sheetnames.index("Thẩm định") + 1,
                frozen_columns=2,
            )
        sheet = self.ledger
        sheet.add(
            [
                line.id,
                line.name,
                wording.day(disclosure.get("date")) or "Chưa rõ ngày",
                inert_text(disclosure.get("kind"), 120),
                inert_text(disclosure.get("school_year"), 40),
                inert_text(disclosure.get("title"), 300),
                wording.ORIGINS.get(str(disclosure.get("origin")), inert_text(disclosure.get("origin"), 80)),
                sheet.link(disclosure.get("url")),
            ]
        )

    def _take_missed(self, line: UnitLine, unit: UnitObject) -> None:
        status = wording.STATUSES[line.status]
        cause = inert_text(wording.cause(unit.get("status_reason")), _SUMMARY)
        self.missed.add(
            [
                status.name,
                line.id,
                line.name,
                line.district,
                self.missed.link(line.url),
                f"{status.meaning} {cause}".strip() + ("." if cause and cause[-1] not in ".!?" else ""),
                wording.advice(line.status, unit.get("status_reason")),
            ]
        )

    def finish(self) -> None:
        """The sheets that need the sums, and what the others need once their length is known."""
        self._finish_missed()
        self._groups("Theo địa bàn", "Địa bàn", self.districts, "KẾT QUẢ THEO ĐỊA BÀN")
        self._groups("Theo loại hình", "Loại hình", self.kinds, "KẾT QUẢ THEO LOẠI HÌNH")
        self._explain()
        self._finish_summary()
        self._finish_review()
        self.matrix.close()
        self.evidence.close()
        if self.ledger is not None:
            self.ledger.close()

    def close(self) -> None:
        """Close what a run that broke off left open, so that its draft sheets leave the disk."""
        for sheet in self.book.worksheets:
            if not sheet.closed:
                sheet.close()

    def _finish_missed(self) -> None:
        register = self.header.get("register") or {}
        for group, rows, advice in (
            ("Dòng bị loại", register.get("rejected") or (), "Sửa dòng này trong danh sách rồi đánh giá lại."),
            ("Dòng cần xem lại", register.get("warnings") or (), "Kiểm tra lại dòng này trong danh sách."),
        ):
            for row in rows:
                given = row if isinstance(row, Mapping) else {"reason": row}
                place = given.get("row")
                self.missed.add(
                    [
                        group,
                        "" if place is None else f"Dòng {place}",
                        inert_text(given.get("text") or given.get("name"), 300),
                        "",
                        "",
                        inert_text(given.get("reason") or given.get("message"), _SUMMARY),
                        advice,
                    ]
                )
        self.missed.close()

    def _groups(self, title: str, heading: str, tallies: Tallies, caption: str) -> None:
        grades = [grade.name for grade in self.checklist.grades]
        columns = [
            _Column(heading, 26),
            _Column("Số đơn vị", 9, "count"),
            _Column("Đã chấm điểm", 9, "count"),
            _Column("Không đánh giá được", 11, "count"),
            _Column("Điểm trung bình", 10, "total"),
            _Column("Trung bình thấp nhất", 11, "points"),
            _Column("Trung bình cao nhất", 11, "points"),
            *(_Column(f"{axis.id} {axis.title}", 13, "points") for axis in self.checklist.axes),
            *(_Column(name, 10, "count") for name in grades),
            _Column("Số mục không đạt", 10, "count"),
            _Column("Số mục chờ kết luận", 10, "count"),
        ]
        sheet = _Sheet(
            self.book,
            title,
            columns,
            heading=caption,
            note=f"{self.note} Điểm trung bình tính trên các đơn vị đã chấm điểm.",
            styles=self.styles,
            frozen_columns=1,
        )
        groups = tallies.largest_first()
        for name, tally in groups:
            sheet.add(self._tally_row(name, tally, grades))
        table_rows = sheet.rows
        sheet.add(
            [
                sheet.text("Toàn danh sách", "strong"),
                *self._tally_row("", self.everyone, grades)[1:],
            ]
        )
        shown = min(len(groups), _CHART_GROUPS)
        if any(tally.scored for _, tally in groups[:shown]):
            sheet.sheet.add_chart(_means_chart(sheet, heading, shown, len(groups)), f"A{sheet.last_row + 2}")
        sheet.close(table_rows=table_rows)

    def _tally_row(self, name: str, tally: Tally, grades: Sequence[str]) -> list[Any]:
        return [
            name,
            tally.units,
            tally.scored,
            sum(tally.statuses[status] for status in wording.NOT_ASSESSED),
            tally.mean,
            tally.mean_low,
            tally.mean_high,
            *(tally.axis_mean(index) for index in range(len(self.axis_ids))),
            *(tally.grades[grade] for grade in grades),
            tally.verdicts["fail"],
            sum(tally.verdicts[verdict] for verdict in UNDECIDED),
        ]

    def _finish_summary(self) -> None:
        sheet = self.summary
        total = 8 + len(self.axis_ids)
        if sheet.rows:
            _grade_rules(sheet, sheet.span(total + 3), [grade.name for grade in self.checklist.grades])
            data_bar: Any = DataBarRule
            bar = data_bar("num", 0, "num", 100, color="7FB9AA", showValue=True)
            sheet.sheet.conditional_formatting.add(sheet.span(total), bar)
            for status in wording.STATUSES:
                colour = {"audited": None, "partial": "FFDD80"}.get(status, "E4E7EA")
                if colour:
                    rule = _equal_rule(wording.STATUSES[status].name, colour)
                    sheet.sheet.conditional_formatting.add(sheet.span(7), rule)
        sheet.close()

    def _finish_review(self) -> None:
        sheet = self.review
        if sheet.rows:
            names = ",".join(wording.VERDICTS[code].name for code in wording.REVIEW_VERDICTS)
            choice = DataValidation(type="list", formula1=f'"{names}"', allow_blank=True, showErrorMessage=True)
            choice.errorTitle, choice.error = "Kết luận", "Hãy chọn một kết luận trong danh sách."
            choice.add(sheet.span(9))
            day = DataValidation(
                type="date", operator="greaterThan", formula1="36526", allow_blank=True, showErrorMessage=True
            )
            day.errorTitle, day.error = "Ngày", "Hãy ghi ngày theo dạng ngày/tháng/năm."
            day.add(sheet.span(12))
            sheet.sheet.data_validations.append(choice)
            sheet.sheet.data_validations.append(day)
            _verdict_rules(sheet, sheet.span(9))
        protection = sheet.sheet.protection
        protection.sheet = True
        protection.autoFilter = protection.formatColumns = protection.formatRows = False
        sheet.close()

    def _explain(self) -> None:
        checklist = self.checklist
        columns = [
            _Column("Mục", 10, "center"),
            _Column("Tên tiêu chí", 34),
            _Column("Yêu cầu", 60),
            _Column("Căn cứ", 22),
            _Column("Trọng số", 9, "weight"),
            _Column("Ngưỡng đang dùng", 26),
            _Column("Tính vào trục", 12, "center"),
            _Column("Áp dụng cho", 26),
            _Column("Cách khắc phục", 56),
            _Column("Độ chính xác đo được", 34),
        ]
        accuracy = load_accuracy(checklist.id)
        sheet = _Sheet(
            self.book,
            "Giải thích",
            columns,
            heading="GIẢI THÍCH: TIÊU CHÍ, TRỌNG SỐ, CÁCH TÍNH ĐIỂM",
            note=self.note,
            styles=self.styles,
            frozen_columns=0,
        )
        for item in checklist.items:
            sheet.add(
                [
                    item.id,
                    self.titles[item.id],
                    item.requirement,
                    item.clause,
                    item.weight,
                    wording.thresholds(item.options),
                    ", ".join(item.axes),
                    wording.applies_to(item.applies_to),
                    item.remedy,
                    wording.measured(accuracy.get(item.id)),
                ]
            )
        table_rows = sheet.rows
        for row in _explanations(sheet, checklist):
            if len(row) > 1:
                sheet.add_cells(row)
            else:
                sheet.add_line(row)
        sheet.close(table_rows=table_rows)


def _means_chart(sheet: _Sheet, heading: str, shown: int, groups: int) -> BarChart:
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    more = f" ({shown} nhóm nhiều đơn vị nhất)" if groups > shown else ""
    chart.title = f"Điểm trung bình theo {heading.lower()}{more}"
    first, last = sheet.first_row, sheet.first_row + shown - 1
    chart.add_data(Reference(sheet.sheet, min_col=5, min_row=first, max_row=last), titles_from_data=False)
    chart.set_categories(Reference(sheet.sheet, min_col=1, min_row=first, max_row=last))
    chart.legend = None
    chart.gapWidth = 40
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"  # the first row of the table on top
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 100
    chart.y_axis.number_format = "0"
    chart.y_axis.majorGridlines = None
    chart.series[0].graphicalProperties.solidFill = "2F7D6B"
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    chart.dataLabels.showSerName = chart.dataLabels.showCatName = chart.dataLabels.showLegendKey = False
    chart.dataLabels.numFmt = "0.0"
    chart.width, chart.height = 24, 4 + 0.75 * shown
    return chart


def _explanations(sheet: _Sheet, checklist: Checklist) -> Iterator[list[Cell]]:
    def line(*texts: str, style: str = "text") -> list[Cell]:
        return [sheet.text(text, style) for text in texts]

    yield []
    yield line("Ý nghĩa của các kết luận", style="section")
    for code, worded in wording.VERDICTS.items():
        yield [sheet.text(worded.short, code), *line(worded.name, worded.meaning)]
    yield []
    yield line("Các trục đánh giá (mục 4 của công văn)", style="section")
    for axis in checklist.axes:
        yield line(axis.id, axis.title, f"Tối đa {wording.number(axis.points)} điểm")
    yield []
    yield line("Xếp loại theo tổng điểm", style="section")
    for grade in checklist.grades:
        yield line("", grade.name, f"Từ {wording.number(grade.least)} điểm")
    yield []
    yield line("Độ chính xác đo được", style="section")
    yield [sheet.text("", "free"), sheet.text("", "free"), sheet.text(wording.MEASURED, "free")]
    yield []
    yield line("Cách tính điểm", style="section")
    for text in wording.SCORING:
        yield [sheet.text("", "free"), sheet.text("", "free"), sheet.text(text, "free")]

"""Sheets that are written row by row: looks, inert cells, links that work, print set-up; memory stays flat.

openpyxl makes everything of a workbook but the rows: a cell object for each of a few million cells would cost more
than all the judging. A row is put together as text here, from cells whose look is known beforehand.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell as LookCell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.packaging.relationship import Relationship
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_WORKBOOK_RELS, SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import fromstring, tostring

from reports import text_lines, wording
from reports.inert import inert_text, shown_address, web_address

MAX_CELL = 32_767  # characters (Excel specifications and limits)
MAX_LINK = 2_079  # characters of one hyperlink
MAX_FORMULA_TEXT = 255  # characters of a text within a formula
MAX_ROWS = 1_048_576

MAX_LINKS = 65_530  # hyperlinks on one sheet

# Each hyperlink costs LibreOffice a tenth of a millisecond to open; later addresses of a sheet become HYPERLINK()
# formulas, which cost next to nothing.
QUICK_LINKS = 5_000

# Texts that may come twice stand once in the file, which opens a third faster; the number bounds memory.
MAX_SHARED = 300_000
_SHARED = 120  # characters: longer texts hardly ever come twice

_FIRST_DAY = date(1899, 12, 30)  # day 0 of spreadsheets
_LINE = 14.5  # points of a line of text
_TALLEST = 400.0  # Excel allows 409.5
_FONT = "Times New Roman"
HEAD_FILL = "1F3B57"
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ in a text as the letter A
_FORMULA_STARTS = frozenset("=+-@")
_THIN = Side(style="thin", color="B5BEC6")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def fill(colour: str) -> PatternFill:
    """A solid background; the colour is RRGGBB."""
    return PatternFill("solid", start_color=colour, end_color=colour)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell but for its place: what follows `<c r="A1"` in the file, the text it shows, and where it links to."""

    tail: str
    text: str = ""
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width in characters, and the style of its cells."""

    heading: str
    width: float
    style: str = "text"


class Styles:
    """The looks of one workbook by name, each with a twin whose text Excel never reads as a formula on editing."""

    def __init__(self, sheet: Any) -> None:
        self._numbers: dict[tuple[str, bool], int] = {}
        self._sheet = sheet
        top = Alignment(vertical="top", wrap_text=True)
        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        center = Alignment(horizontal="center", vertical="top", wrap_text=True)
        right = Alignment(horizontal="right", vertical="top")
        plain = Font(name=_FONT, size=11)
        bold = Font(name=_FONT, size=11, bold=True)
        self._make("title", font=Font(name=_FONT, size=15, bold=True, color=HEAD_FILL))
        self._make("subtitle", font=Font(name=_FONT, size=11, italic=True, color="3A4349"))
        self._make("section", font=Font(name=_FONT, size=12, bold=True, color=HEAD_FILL))
        head = Font(name=_FONT, size=11, bold=True, color="FFFFFF")
        self._make("head", font=head, fill=fill(HEAD_FILL), alignment=middle, border=_GRID)
        self._make(
            "head_up",
            font=Font(name=_FONT, size=10, bold=True, color="FFFFFF"),
            fill=fill(HEAD_FILL),
            alignment=Alignment(text_rotation=90, horizontal="center", vertical="bottom", wrap_text=True),
            border=_GRID,
        )
        self._make("text", font=plain, alignment=top, border=_GRID)
        self._make("strong", font=bold, alignment=top, border=_GRID)
        self._make("free", font=plain)
        self._make("center", font=plain, alignment=center, border=_GRID)
        for name, font, alignment, pattern in (
            ("points", plain, right, "0.0"),
            ("total", bold, right, "0.0"),
            ("change", plain, right, '+0.0;-0.0;"0"'),
            ("count", plain, right, "#,##0"),
            ("share", plain, right, "0%"),
            ("weight", plain, center, "0.##"),
        ):
            self._make(name, font=font, alignment=alignment, border=_GRID, number_format=pattern)
        link = Font(name=_FONT, size=11, color="0B4FA8", underline="single")
        shrunk = Alignment(vertical="top", shrink_to_fit=True)  # an address has no blanks to break at
        self._make("link", font=link, alignment=shrunk, border=_GRID)
        entry = {"font": plain, "border": _GRID, "fill": fill("FFFBE6"), "protection": Protection(locked=False)}
        self._make("entry", alignment=top, **entry)
        self._make("entry_date", alignment=center, number_format="dd/mm/yyyy", **entry)
        for code, worded in wording.VERDICTS.items():
            font = Font(name=_FONT, size=10, color=worded.ink, bold=code == "fail", italic=code == "undetermined")
            self._make(code, font=font, fill=fill(worded.fill), alignment=middle, border=_GRID)

    def _make(self, style: str, **looks: Any) -> None:
        for guarded in (False, True):
            cell = LookCell(self._sheet, row=1, column=1)
            for name, value in looks.items():
                setattr(cell, name, value)
            cell.quotePrefix = guarded
            self._numbers[style, guarded] = cell.style_id

    def number(self, style: str, *, guarded: bool = False) -> int:
        """The number under which cells name the look. KeyError for an unknown one."""
        return self._numbers[style, guarded]


class Sheet:
    """A sheet that is written from the top: title, note, headings, then rows; `close` sets filter and print.

    Each line of `note` has a row of its own; `frozen_columns` stay in sight; `tall_headings` are a row of upright
    headings above the others; `row_lines` is how many lines of text a row shows at least; `printed` the number of
    columns that are printed (all by default).
    """

    def __init__(
        self,
        book: Workbook,
        title: str,
        columns: Sequence[Column],
        *,
        heading: str,
        note: str,
        styles: Styles | None = None,
        index: int | None = None,
        frozen_columns: int = 0,
        tall_headings: Sequence[str] = (),
        pages_wide: int = 1,
        head_height: float = 48,
        row_lines: int = 1,
        printed: int | None = None,
        tab: str | None = None,
    ) -> None:
        self.sheet: Any = book.create_sheet(title, index)
        self.title = title
        self.columns = columns
        self.styles = styles or Styles(self.sheet)
        self.rows = 0
        self.links = 0
        self._shared: Any = book.shared_strings
        self._row_lines = row_lines
        self._letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
        self._room = [text_lines.room(column.width) for column in columns]
        self._printed = printed
        notes = note.split("\n")
        self.head_row = 2 + len(notes) + bool(tall_headings)
        self._titles = f"{self.head_row - bool(tall_headings)}:{self.head_row}"  # the rows that every page repeats
        self.first_row = self.head_row + 1
        self._set_up(frozen_columns, pages_wide, tab)
        self._written = 0
        self._write([self.text(heading, "title")], 24)
        for line in notes:
            self._write([self.text(line, "subtitle")], 18)
        if tall_headings:
            self._write([self.text(text, "head_up" if text else "head") for text in tall_headings], 190)
        headings = [self.text(column.heading, "head") for column in columns]
        self._write(headings, 34 if tall_headings else head_height)
        self.rows = 0

    def _set_up(self, frozen_columns: int, pages_wide: int, tab: str | None) -> None:
        """What the file says before its rows, and the page."""
        ws = self.sheet
        ws.sheet_view.showGridLines = False
        for letter, column in zip(self._letters, self.columns, strict=True):
            ws.column_dimensions[letter].width = column.width
        ws.freeze_panes = f"{get_column_letter(frozen_columns + 1)}{self.first_row}"
        if self._row_lines > 1:
            ws.sheet_format.defaultRowHeight = self._row_lines * _LINE + 1.5
            ws.sheet_format.customHeight = True
        if tab:
            ws.sheet_properties.tabColor = tab
        ws.page_setup.orientation = "landscape"
        ws.page_setup.paperSize = 9  # A4
        ws.page_setup.fitToWidth = pages_wide
        ws.page_setup.fitToHeight = 0
        ws.sheet_properties.pageSetUpPr.fitToPage = True
        ws.page_margins.left = ws.page_margins.right = 0.4
        ws.page_margins.top, ws.page_margins.bottom = 0.5, 0.7
        ws.page_margins.header = ws.page_margins.footer = 0.3
        ws.oddFooter.left.text = self.title.replace("&", "&&")
        ws.oddFooter.right.text = "Trang &P/&N"
        ws.print_title_rows = self._titles
        if pages_wide > 1:
            ws.page_setup.pageOrder = "overThenDown"  # the pages of one unit follow each other
            ws.print_title_cols = f"A:{get_column_letter(frozen_columns)}"
        ws._writer = _Writer(ws)
        ws._writer.write_top()
        ws._rows = _rows(ws._writer)
        next(ws._rows)

    def text(self, value: str, style: str, limit: int = MAX_CELL) -> Cell:
        """A cell that is text whatever it holds: no formula, no error code, no number."""
        value = inert_text(value, min(limit, MAX_CELL))
        number = self.styles.number(style, guarded=value[:1] in _FORMULA_STARTS)
        if not value:
            return Cell(f' s="{number}"/>')
        if "_x" in value:
            value = _ESCAPED.sub("_x005F_", value)[:MAX_CELL]
        if len(value) <= _SHARED and len(self._shared) < MAX_SHARED:
            return Cell(f' s="{number}" t="s"><v>{self._shared.add(value)}</v></c>', value)
        return Cell(f' s="{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>', value)

    def value(self, value: float | date | None, style: str) -> Cell:
        """A figure, a date or an empty cell in a style."""
        number = self.styles.number(style)
        if value is None:
            return Cell(f' s="{number}"/>')
        figure = (value - _FIRST_DAY).days if isinstance(value, date) else value
        return Cell(f' s="{number}"><v>{figure!r}</v></c>')

    def link(self, address: Any, style: str = "link") -> Cell:
        """An address as a working link, or as mere text where it is no plain http(s) address."""
        target = web_address(address, MAX_LINK)
        if target is not None and self.links >= QUICK_LINKS:
            if len(target) <= MAX_FORMULA_TEXT:  # web_address leaves no quotation mark in it
                number, shown = self.styles.number(style), escape(target)
                return Cell(f' s="{number}" t="str"><f>HYPERLINK("{shown}")</f><v>{shown}</v></c>')
            if self.links >= MAX_LINKS:
                target = None
        cell = self.text(shown_address(address), style if target else "text")
        if target is None:
            return cell
        self.links += 1
        return Cell(cell.tail, cell.text, target)

    def file_link(self, target: str, shown: str) -> Cell:
        """A link to a file beside the workbook, by a relative address that this program made."""
        if self.links >= MAX_LINKS:
            return self.text(shown, "text")
        self.links += 1
        return Cell(self.text(shown, "link").tail, shown, target)

    def add(self, values: Iterable[Any], *, grow: bool = True) -> None:
        """One row: cells as they are, strings as text, figures in the column's style, None as an empty cell.

        It is as high as its texts need; without `grow` spreadsheets find the height themselves.
        """
        row = []
        for column, value in zip(self.columns, values, strict=True):
            if isinstance(value, Cell):
                row.append(value)
            elif isinstance(value, str):
                row.append(self.text(value, column.style))
            else:
                row.append(self.value(value, column.style))
        self.add_cells(row, grow=grow)

    def add_cells(self, row: Sequence[Cell], *, grow: bool = True) -> None:
        """One row of cells, high enough for its texts."""
        height = min(self._lines(row) * _LINE + 1.5, _TALLEST) if grow else None
        self._write(row, height)

    def add_line(self, row: Sequence[Cell]) -> None:
        """A heading, whose text may run over the cells to its right, or an empty row."""
        self._write(row, None)

    def _lines(self, row: Sequence[Cell]) -> int:
        """How many lines of text show the row whole; spreadsheets do not work it out for a file that lacks it."""
        lines = self._row_lines
        for cell, room in zip(row, self._room, strict=False):
            text = cell.text
            if cell.target is None and not text_lines.surely_one(text, room):
                lines = max(lines, text_lines.lines(text, room))
        return lines

    def _write(self, row: Sequence[Cell], height: float | None) -> None:
        self._written += 1
        self.rows += 1
        number = self._written
        parts = [f'<row r="{number}"' + (">" if height is None else f' ht="{height:g}" customHeight="1">')]
        for letter, cell in zip(self._letters, row, strict=False):
            parts.append(f'<c r="{letter}{number}"{cell.tail}')
            if cell.target is not None:
                self.sheet._hyperlinks.append(Hyperlink(ref=f"{letter}{number}", target=cell.target))
        parts.append("</row>")
        self.sheet._rows.send("".join(parts))

    @property
    def last_row(self) -> int:
        """The number of the last row of the table (its heading where it is empty)."""
        return self.head_row + self.rows

    def letter(self, heading: str) -> str:
        """The letter of the column with this heading. ValueError where there is none."""
        return self._letters[[column.heading for column in self.columns].index(heading)]

    def span(self, first: str, last: str | None = None, *, rows: int | None = None) -> str:
        """The cells of the columns `first` to `last` (letters), below the heading."""
        end = max(self.head_row + (self.rows if rows is None else rows), self.first_row)
        return f"{first}{self.first_row}:{last or first}{end}"

    @property
    def full(self) -> bool:
        """Whether another row might not fit."""
        return self.last_row >= MAX_ROWS - 10

    def close(self, *, table_rows: int | None = None) -> None:
        """Filter over the table of `table_rows` rows (all of them by default); no more rows after this."""
        last = self.head_row + (self.rows if table_rows is None else table_rows)
        self.sheet.auto_filter.ref = f"A{self.head_row}:{self._letters[-1]}{last}"
        if self._printed is not None:
            self.sheet.print_area = f"A1:{self._letters[self._printed - 1]}{self.last_row}"
        self.sheet.close()


class _Writer(WorksheetWriter):
    """openpyxl's writer of a sheet, but for the rows, which come as text; and in UTF-8, which opens faster."""

    def get_stream(self) -> Generator[Any, Any, None]:
        """Take XML elements, and hand out the file to who sends True for it."""
        draft: Any = self.out
        with open(draft, "w", encoding="utf-8", newline="\n") as file:
            file.write(f'<worksheet xmlns="{SHEET_MAIN_NS}">')
            try:
                while True:
                    element = yield
                    if element is True:
                        yield file
                    elif element is not None:
                        text: Any = tostring  # its stubs know no encoding
                        file.write(text(element, encoding="unicode"))
            except GeneratorExit:
                file.write("</worksheet>")


class _BookWriter(ExcelWriter):
    """openpyxl's writer of a workbook, which leaves out the table of shared texts."""

    path = "/xl/sharedStrings.xml"
    mime_type = SHARED_STRINGS

    def _write_external_links(self) -> None:
        super()._write_external_links()  # type: ignore[misc]  # its stubs leave out what has a leading underscore
        archive: Any = self._archive  # type: ignore[attr-defined]
        with archive.open(self.path[1:], "w") as file:
            file.write(f'<sst xmlns="{SHEET_MAIN_NS}">'.encode())
            for text in self.workbook.shared_strings:
                file.write(f"<si><t>{escape(text)}</t></si>".encode())
            file.write(b"</sst>")
        self.manifest.append(self)


class _Archive(ZipFile):
    """A zip file that names the table of shared texts among the parts of the workbook."""

    def writestr(self, name: Any, data: Any, *more: Any) -> None:
        if name == ARC_WORKBOOK_RELS:
            relations = fromstring(data)
            part = Relationship(type="sharedStrings", Target=_BookWriter.path, Id="rIdTexts")
            relations.append(part.to_tree())
            data = tostring(relations)
        super().writestr(name, data, *more)


def save_book(book: Workbook, path: Path) -> None:
    """Save a workbook whose sheets are closed; an older file is replaced as a whole. Raises OSError."""
    draft = path.with_name(path.name + ".part")
    try:
        with _Archive(draft, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            _BookWriter(book, archive).write_data()
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _rows(writer: _Writer) -> Generator[None, str, None]:
    """Takes the rows of a sheet as text until it is closed."""
    stream: Any = writer.xf
    file = stream.send(True)
    file.write("<sheetData>")
    try:
        while True:
            file.write((yield))
    except GeneratorExit:
        file.write("</sheetData>")
        stream.send(None)


def equal_rule(text: str, colour: str, ink: str = "1B2A36") -> Any:
    """A conditional format for cells that hold exactly this text."""
    rule: Any = CellIsRule
    quoted = text.replace('"', '""')
    return rule(operator="equal", formula=[f'"{quoted}"'], fill=fill(colour), font=Font(color=ink))

"""The review sheet read back: a workbook as Excel or LibreOffice saved it, or a csv of it. Whoever sends it may have
moved columns, merged cells, typed days as text, or mean harm; nothing in it is carried out.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from auditor.model import Verdict
from auditor.register_table import RegisterError, cell_text, decoded
from auditor.review_rows import Day, ReviewRow, Sheet
from auditor.text import words
from reports import review_columns as columns
from reports.inert import inert_text
from reports.wording import VERDICTS

MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 300_000_000
MAX_ROWS = 200_000  # 4,000 units with 45 items and some air
MAX_COLUMNS = 60
_HEADER_ROWS = 30
_EMPTY_ROWS_AT_END = 20_000
_MAX_MERGED = 100_000
_MAX_TEXT = 4000  # letters read of a cell, more than may be stored
_FIRST_SERIAL = date(1899, 12, 30)  # day 0 of spreadsheets
_SERIALS = range(36_526, 80_000)  # the years 2000 to 2118
_DAY = re.compile(r"(?:ngày )?(\d{1,2})(?:[/.\-\s]+|\s*tháng\s*)(\d{1,2})(?:[/.\-\s]+|\s*năm\s*)(\d{4}|\d{2})")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?\Z")

_NEEDED = (columns.UNIT_ID, columns.ITEM, columns.VERDICT, columns.REASON, columns.REVIEWER)
_HEADINGS = {words(name): name for name in (*columns.LOCKED, *columns.OPEN)}
# What the columns are called where people made the table themselves, or an older sheet did.
_HEADINGS |= {
    "id": columns.UNIT_ID,
    "ma truong": columns.UNIT_ID,
    "ma muc": columns.ITEM,
    "ket luan cua nguoi tham dinh": columns.VERDICT,
    "ho ten nguoi tham dinh": columns.REVIEWER,
    "ngay tham dinh": columns.DAY,
    "hieu luc den": columns.UNTIL,
    "dia chi khieu nai": columns.DISPUTE,
    "khieu nai dia chi": columns.DISPUTE,
    "khieu nai": columns.DISPUTE,
}
_VERDICTS: Mapping[str, Verdict] = {
    **{words(name): Verdict(code) for name, code in columns.CHOICES.items()},
    **{words(VERDICTS[code].short): Verdict(code) for code in columns.CHOICES.values() if words(VERDICTS[code].short)},
    **{words(code): Verdict(code) for code in columns.CHOICES.values()},
}

Cells = Sequence[Any]


class ReviewFileError(ValueError):
    """A file that cannot be used as a review sheet at all; the message (Vietnamese) says what to do."""


def read_review_file(path: Path) -> Sheet:
    """Reads a review sheet from xlsx or csv. Raises ReviewFileError where there is none, or it is too large."""
    source = path.name
    raw = _bytes(path, source)
    if raw.startswith(b"PK\x03\x04"):
        return _read_workbook(path, source)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReviewFileError(
            f"{source}: tệp Excel kiểu cũ (.xls) hoặc có mật khẩu. Hãy bỏ mật khẩu nếu có, rồi lưu lại kiểu "
            "«Sổ làm việc Excel (.xlsx)»."
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        raise ReviewFileError(f"{source}: không phải tệp Excel, hoặc đã hỏng. Hãy lưu lại từ Excel hoặc LibreOffice.")
    return _read_csv(raw, source)


def _bytes(path: Path, source: str) -> bytes:
    if path.is_dir():
        raise ReviewFileError(f"{path}: đây là thư mục. Hãy ghi tên tệp phiếu thẩm định (.xlsx hoặc .csv).")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise ReviewFileError(f"{path}: không có tệp này. Hãy xem lại đường dẫn tới phiếu thẩm định.") from error
    except OSError as error:
        raise ReviewFileError(
            f"{source}: không mở được tệp ({error.strerror or error}). Hãy đóng tệp ở chương trình khác."
        ) from error
    if not raw:
        raise ReviewFileError(f"{source}: tệp rỗng.")
    if len(raw) > MAX_FILE_BYTES:
        raise _too_large(source)
    return raw


def _too_large(source: str) -> ReviewFileError:
    return ReviewFileError(
        f"{source}: tệp quá lớn để là phiếu thẩm định (hơn {MAX_FILE_BYTES // 1_000_000} MB, hơn "
        f"{MAX_UNPACKED_BYTES // 1_000_000} MB khi mở ra, hoặc hơn {MAX_ROWS} dòng). Hãy xuất phiếu theo từng địa bàn "
        "bằng «auditor review export --district»."
    )


def _no_heading(source: str, missing: Iterable[str] = ()) -> ReviewFileError:
    lacking = ", ".join(f"«{name}»" for name in missing)
    return ReviewFileError(
        f"{source}: không tìm thấy bảng thẩm định"
        + (f" (thiếu cột {lacking})" if lacking else "")
        + ". Dòng tiêu đề phải có các cột "
        + ", ".join(f"«{name}»" for name in _NEEDED)
        + "; hãy dùng tệp do «auditor review export» viết và giữ nguyên tên cột."
    )


# --- rows ------------------------------------------------------------------------------------------------------


def _headings(cells: Cells) -> dict[str, int]:
    """Which columns a row of headings names; of two columns with one name the first counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and len(cell) < 200:
            name = _HEADINGS.get(words(cell)) or _HEADINGS.get(words(re.sub(r"\(.*?\)", " ", cell)))
            if name is not None:
                found.setdefault(name, place)
    return found


def _table(rows: Iterator[tuple[int, Cells]], source: str) -> tuple[dict[str, int], Iterator[tuple[int, Cells]]] | None:
    """The columns of the table and its rows; None where the first rows hold no headings.

    Raises ReviewFileError where they lack columns that are needed.
    """
    head = list(islice(rows, _HEADER_ROWS))
    for place, (_, cells) in enumerate(head):
        found = _headings(cells)
        if columns.UNIT_ID in found and columns.ITEM in found:
            missing = [name for name in _NEEDED if name not in found]
            if missing:
                raise _no_heading(source, missing)
            return found, chain(head[place + 1 :], rows)
    return None


def _review_rows(
    table: tuple[dict[str, int], Iterator[tuple[int, Cells]]], source: str, merged: Sequence[int] = b""
) -> list[ReviewRow]:
    """The rows of a table that name a unit or say anything; `merged` is 1 at the numbers of rows in merged cells."""
    places, rows = table
    found: list[ReviewRow] = []
    for number, cells in rows:
        if len(found) >= MAX_ROWS or number > 2 * MAX_ROWS:
            raise _too_large(source)
        row = _review_row(number, cells, places)
        if number < len(merged) and merged[number]:
            row = _in_trouble(row, "ô bị gộp với dòng khác. Hãy bỏ gộp ô rồi ghi kết luận cho từng dòng")
        if row.unit_id or row.item_id or row.filled or row.trouble:
            found.append(row)
    return found


def _in_trouble(row: ReviewRow, trouble: str) -> ReviewRow:
    return ReviewRow(row.row, row.unit_id, row.item_id, trouble=trouble)


def _review_row(number: int, cells: Cells, places: Mapping[str, int]) -> ReviewRow:
    def value(name: str) -> Any:
        place = places.get(name)
        return cells[place] if place is not None and place < len(cells) else None

    if all(value(name) is None for name in columns.OPEN):
        return ReviewRow(
            number, _id(value(columns.UNIT_ID)), _id(value(columns.ITEM))
        )  # nearly all rows of many sheets
    for name in columns.OPEN:
        if _is_formula(value(name)):
            trouble = f"ô «{name}» chứa công thức. Hãy ghi thẳng nội dung vào ô"
            return ReviewRow(number, _id(value(columns.UNIT_ID)), _id(value(columns.ITEM)), trouble=trouble)
    said = _text(value(columns.VERDICT))
    return ReviewRow(
        row=number,
        unit_id=_id(value(columns.UNIT_ID)),
        item_id=_id(value(columns.ITEM)),
        unit_name=_text(value(columns.UNIT), 250),
        title=_text(value(columns.TITLE), 250),
        verdict=_VERDICTS.get(words(said)),
        verdict_text=said,
        withdrawn=words(said) == words(columns.WITHDRAW),
        reason=_text(value(columns.REASON)),
        reviewer=_text(value(columns.REVIEWER)),
        day=day_of(value(columns.DAY)),
        until=day_of(value(columns.UNTIL)),
        address=_text(value(columns.DISPUTE)),
    )


def _is_formula(value: Any) -> bool:
    """Whether a cell holds a formula: as text, or as openpyxl's objects for array formulas and data tables."""
    if isinstance(value, str):
        return value.startswith("=")
    return value is not None and not isinstance(value, int | float | date | timedelta) and hasattr(value, "ref")


def _unescaped(value: Any) -> Any:
    """A text without the escapes of a workbook that openpyxl leaves in: of underscores and of carriage returns."""
    if isinstance(value, str) and "_x" in value:
        return value.replace("_x000D_", "").replace("_x005F_", "_")
    return value


def _id(value: Any) -> str:
    return cell_text(_unescaped(value))[:200]


def _text(value: Any, limit: int = _MAX_TEXT) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return inert_text(_unescaped(value), limit)


def day_of(value: Any) -> Day:
    """The day in a cell: a date, a spreadsheet's number of one, or text as people write it (day first)."""
    if value is None or value == "":
        return Day()
    if isinstance(value, datetime):
        return Day(f"{value:%d/%m/%Y}", value.date())
    if isinstance(value, date):
        return Day(f"{value:%d/%m/%Y}", value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if int(value) in _SERIALS:
            day = _FIRST_SERIAL + timedelta(days=int(value))
            return Day(f"{day:%d/%m/%Y}", day)
        return Day(_text(value))
    text = _text(value)
    bare = _TIME.sub("", text).strip()
    if iso := _ISO_DAY.fullmatch(bare):
        year, month, day_number = (int(part) for part in iso.groups())
    elif usual := _DAY.fullmatch(bare.lower()):
        day_number, month, year = (int(part) for part in usual.groups())
        year += 2000 if year < 100 else 0
    else:
        return Day(text)
    with suppress(ValueError):
        return Day(text, date(year, month, day_number))
    return Day(text)


# --- csv -------------------------------------------------------------------------------------------------------


def _read_csv(raw: bytes, source: str) -> Sheet:
    try:
        text = decoded(raw, source).replace("\0", "")
    except RegisterError as error:
        raise ReviewFileError(str(error)) from error
    csv.field_size_limit(1_000_000)
    wrong: ReviewFileError | None = None
    for delimiter in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: Iterator[tuple[int, Cells]] = ((number, cells[:MAX_COLUMNS]) for number, cells in enumerate(reader, 1))
        try:
            table = _table(rows, source)
            if table is not None:
                return Sheet(_review_rows(table, source))
        except csv.Error as error:
            raise ReviewFileError(f"{source}: tệp csv bị hỏng ({error}). Hãy lưu lại từ bảng tính.") from error
        except ReviewFileError as error:
            wrong = error
    raise wrong or _no_heading(source)


# --- workbooks -------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, source: str) -> Sheet:
    import openpyxl

    _check_zip(path, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles and validations say nothing to users
            # Formulas are read as what they are, not as the value that was last worked out: neither is a verdict.
            book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False, keep_vba=False)
            try:
                return _from_book(book, path, source)
            finally:
                book.close()
    except ReviewFileError:
        raise
    except Exception as error:  # openpyxl raises a dozen kinds for damaged parts
        raise ReviewFileError(
            f"{source}: không đọc được tệp Excel ({type(error).__name__}). Hãy mở tệp bằng Excel hoặc LibreOffice rồi "
            "lưu lại kiểu «Sổ làm việc Excel (.xlsx)»."
        ) from error


def _check_zip(path: Path, source: str) -> None:
    """Refuses what is no workbook or unpacks to too much. The sizes that a zip claims bound what is read of it."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            names = {part.filename for part in parts}
            if "content.xml" in names and "xl/workbook.xml" not in names:
                raise ReviewFileError(f"{source}: tệp LibreOffice (.ods). Hãy lưu lại kiểu «Excel 2007-365 (.xlsx)».")
            if any(part.flag_bits & 1 for part in parts):
                raise ReviewFileError(f"{source}: tệp có mật khẩu. Hãy bỏ mật khẩu rồi lưu lại.")
            if len(parts) > 5000 or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise _too_large(source)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and _rows_of(book, part) > 2 * MAX_ROWS:
                    raise _too_large(source)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, ReviewFileError):
            raise
        raise ReviewFileError(f"{source}: tệp Excel bị hỏng. Hãy mở bằng Excel, lưu lại rồi thử lại.") from error


def _rows_of(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many rows a sheet has, told without parsing it; no more than are needed to refuse it."""
    count, rest = 0, b""
    with book.open(part) as stream:
        while count <= 2 * MAX_ROWS and (chunk := stream.read(1_000_000)):
            text = rest + chunk
            count += text.count(b"<row ") + text.count(b":row ")
            rest = text[-4:]
    return count


def _from_book(book: Any, path: Path, source: str) -> Sheet:
    wanted = words(columns.SHEET)
    sheets = sorted(book.worksheets, key=lambda one: (words(one.title) != wanted, one.sheet_state != "visible"))
    wrong: ReviewFileError | None = None
    for sheet in sheets:
        sheet.reset_dimensions()  # the size that a sheet claims may be wrong
        try:
            table = _table(_sheet_rows(sheet), source)
        except ReviewFileError as error:
            wrong = wrong or error
            continue
        if table is None:
            continue
        merged = _merged_rows(path, sheet._worksheet_path.lstrip("/"), frozenset(table[0].values()))
        told = {prop.name: str(prop.value) for prop in book.custom_doc_props.props}
        last = told.get(LAST_PROPERTY, "")
        return Sheet(
            _review_rows(table, source, merged),
            told.get(columns.RUN_PROPERTY),
            int(last) if last.isdecimal() and len(last) < 12 else None,
        )
    raise wrong or _no_heading(source)


LAST_PROPERTY = "auditor.reviews"
"""Custom property of the workbook: the newest entry of the store when it was written, so that later ones are told."""


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, Cells]]:
    """(row number, cells) of the rows that hold anything."""
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        if any(cell is not None for cell in cells):
            empty = 0
            yield number, cells
        else:
            empty += 1
            if empty > _EMPTY_ROWS_AT_END:
                return


def _merged_rows(path: Path, part: str, places: frozenset[int]) -> bytearray:
    """By row number 1 where cells of our columns are merged over several rows."""
    from lxml import etree
    from openpyxl.utils.cell import range_boundaries

    flags = bytearray(2 * MAX_ROWS + 1)
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
    with zipfile.ZipFile(path) as book, book.open(part) as stream:
        count = 0
        for _, element in etree.iterparse(stream, tag=("{*}row", "{*}mergeCell"), **safe):
            if etree.QName(element).localname == "mergeCell" and count < _MAX_MERGED:
                count += 1
                left, top, right, bottom = range_boundaries(element.get("ref", "A1"))
                if any((left or 1) - 1 <= place < (right or MAX_COLUMNS) for place in places):
                    top, bottom = top or 1, min(bottom or len(flags), len(flags) - 1)
                    if bottom > top:
                        flags[top : bottom + 1] = b"\1" * (bottom + 1 - top)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return flags

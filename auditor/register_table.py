"""The table of a register: header and rows out of an xlsx or csv as offices really write them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.register_words import register_words
from auditor.text import clean, contains_words, words

MAX_ROWS = 20_000
MAX_CELL = 2_000
MAX_COLUMNS = 100
MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 300_000_000
_HEADER_ROWS = 30
_EMPTY_ROWS_AT_END = 20_000  # formatted but empty rows after which a sheet counts as ended


class RegisterError(ValueError):
    """A register that cannot be used at all; the message (Vietnamese) names the file and what to do."""


@dataclass(frozen=True, slots=True)
class RowWarning:
    """Something that was read with a doubt. `row` is 0 where it concerns the whole register."""

    row: int
    message: str


_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233), " ")
_INVISIBLE: dict[int, str | None] = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)
_CELL_TABLE = {**_CONTROLS, **_INVISIBLE}


def cell_text(value: object) -> str:
    """The text of a cell: NFC, one line, without control characters and lone surrogates, at most MAX_CELL letters."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)[: MAX_CELL * 2].translate(_CELL_TABLE)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return clean(text)[:MAX_CELL]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it; `links` and `formulas` by (row, column) for cells that carry them."""

    columns: Mapping[str, int]  # column name -> index
    titles: tuple[str, ...]  # titles of all columns, "" where there is none
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # (row number as shown, cells)
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[RowWarning, ...] = ()


def _titles(cells: Sequence[str]) -> dict[str, int]:
    """Which column a header row gives each name; the first of two columns with one name counts."""
    vocabulary = register_words()
    found: dict[str, int] = {}
    rest: list[tuple[int, str]] = []
    for index, cell in enumerate(cells):
        if not cell or len(cell) > 120:
            continue
        for label in (words(cell), words(re.sub(r"\(.*?\)", " ", cell))):
            name = vocabulary.exact.get(label)
            if name is not None and name not in found:
                found[name] = index
                break
        else:
            rest.append((index, words(cell)))
    for name, labels in vocabulary.contains.items():
        if name in found:
            continue
        for index, label in rest:
            if index in found.values():
                continue
            named = any(contains_words(label, wanted) for wanted in labels)
            if named and not any(contains_words(label, other) for other in vocabulary.other_columns):
                found[name] = index
                break
    return found


def _has_needed(titles: Mapping[str, int]) -> bool:
    return "name" in titles and "url" in titles


def _find_header(rows: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[int, dict[str, int], tuple[str, ...]] | None:
    """(index of the first data row, columns, titles), or None. A header may stand on two rows (merged titles)."""
    for index, (_, cells) in enumerate(rows):
        titles = _titles(cells)
        if _has_needed(titles):
            return index + 1, titles, tuple(cells)
    for index in range(len(rows) - 1):
        upper, lower = rows[index][1], rows[index + 1][1]
        width = max(len(upper), len(lower))
        pad = [tuple(row) + ("",) * (width - len(row)) for row in (upper, lower)]
        joined = tuple(below or above for above, below in zip(*pad, strict=True))
        titles = _titles(joined)
        # Two columns of a data row could pass for titles only if the upper row had none at all.
        if _has_needed(titles) and _titles(upper) and _titles(lower):
            return index + 2, titles, joined
    return None


_COLUMN_NUMBER = re.compile(r"\(?\s*(?:[0-9]{1,2}|[A-Za-z])\s*\)?")


def is_column_numbers(cells: Sequence[str]) -> bool:
    """Whether a row only numbers the columns, as official tables do: (1) (2) (3)."""
    given = [cell for cell in cells if cell]
    return len(given) >= 2 and all(_COLUMN_NUMBER.fullmatch(cell) for cell in given)


# --- csv -------------------------------------------------------------------------------------------------------


def decoded(raw: bytes, source: str) -> str:
    """The text of a csv: UTF-8, UTF-16, or windows-1258 where its tone marks leave no doubt."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    head = raw[:4000]
    if head.count(b"\0") > len(head) // 4:
        return raw.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    text = raw.decode("cp1258", "replace")
    marks = [index for index, char in enumerate(text) if unicodedata.combining(char)]
    placed = sum(text[index - 1].isalpha() for index in marks if index)
    if marks and placed == len(marks) and "\ufffd" not in text:
        return unicodedata.normalize("NFC", text)
    loose = raw.decode("utf-8-sig", "replace")
    if loose.count("\ufffd") * 50 < sum(not char.isascii() for char in loose):
        return loose  # a few broken letters: only the rows that hold them are refused
    line = raw[: broken.start].count(b"\n") + 1
    raise RegisterError(
        f"{source}: tệp csv không phải mã UTF-8 (dòng {line}). Hãy mở tệp bằng Excel rồi lưu lại kiểu "
        "«CSV UTF-8 (phân tách bằng dấu phẩy)» hoặc «Sổ làm việc Excel (.xlsx)»."
    )


def _csv_rows(text: str, delimiter: str, *, quoted: bool = True) -> Iterator[tuple[int, tuple[str, ...]]]:
    lines = io.StringIO(text, newline="")
    if quoted:
        reader = csv.reader(lines, delimiter=delimiter)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    for number, cells in enumerate(reader, 1):
        yield number, tuple(cell_text(cell) for cell in cells[:MAX_COLUMNS])


def _read_csv(path: Path, source: str) -> Table:
    text = decoded(_bytes(path), source).replace("\0", "")
    declared = re.match(r"\ufeff?sep=(.)\r?\n", text, re.I)  # Excel's own line, which it does not show
    if declared:
        text = text[declared.end() :]
    csv.field_size_limit(10_000_000)
    best: tuple[str, int, dict[str, int], tuple[str, ...]] | None = None
    for delimiter in (",", ";", "\t", "|"):
        try:
            head = list(islice(_csv_rows(text[:400_000], delimiter), _HEADER_ROWS))
        except csv.Error:
            continue
        header = _find_header(head)
        if header and (best is None or len(header[1]) > len(best[2])):
            best = (delimiter, *header)
    if best is None:
        raise _no_header(source)
    delimiter, first, columns, titles = best
    notes: list[RowWarning] = []
    rows = list(islice(_csv_rows(text, delimiter), MAX_ROWS + first + 1))
    if text.count('"') % 2:
        # A quotation mark that is never closed would swallow every row after it.
        rows = list(islice(_csv_rows(text, delimiter, quoted=False), MAX_ROWS + first + 1))
        rows = [(number, tuple(cell.strip('"').strip() for cell in cells)) for number, cells in rows]
        notes.append(RowWarning(0, "Tệp csv có dấu nháy kép không đóng; các dấu nháy kép được bỏ qua khi tách cột."))
    return Table(columns, titles, tuple(rows[first:]), notes=tuple(notes))


# --- xlsx ------------------------------------------------------------------------------------------------------

_LINK_FORMULA = re.compile(r'HYPERLINK\(\s*"((?:[^"]|"")*)"', re.I)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def _coordinates(reference: str) -> tuple[int, int] | None:
    """(row from 1, column index from 0) of "C5", None for anything else."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


@dataclass(slots=True)
class _Marks:
    """What openpyxl's streaming reader leaves out of a sheet: links, link formulas, merged cells, hidden rows."""

    links: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int]] = field(default_factory=list)  # (first row, last row, column)
    hidden: int = 0


def _sheet_marks(book: zipfile.ZipFile, part: str) -> _Marks:
    from lxml import etree

    marks = _Marks()
    targets: dict[str, str] = {}
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
    try:
        if relations in book.namelist():
            with book.open(relations) as stream:
                for _, element in etree.iterparse(stream, tag="{*}Relationship", **safe):
                    targets[element.get("Id", "")] = element.get("Target", "")
        with book.open(part) as stream:
            wanted = ("{*}row", "{*}f", "{*}hyperlink", "{*}mergeCell")
            for _, element in etree.iterparse(stream, tag=wanted, **safe):
                _note_element(element, etree.QName(element).localname, targets, marks)
    except (etree.XMLSyntaxError, KeyError, OSError, zipfile.BadZipFile):
        return marks  # what openpyxl could read of the sheet still counts
    return marks


def _note_element(element: Any, tag: str, targets: Mapping[str, str], marks: _Marks) -> None:
    if tag == "row":
        if element.get("hidden") in ("1", "true") and len(element):
            marks.hidden += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
        return
    if tag == "f":
        at = _coordinates(element.getparent().get("r", ""))
        if at:
            marks.formulas.add(at)
            link = _LINK_FORMULA.search(element.text or "")
            if link:
                marks.links[at] = link[1].replace('""', '"')
        return
    first, _, last = element.get("ref", "").partition(":")
    start, end = _coordinates(first), _coordinates(last or first)
    if start is None or end is None:
        return
    if tag == "mergeCell":
        if start[1] == end[1] and end[0] > start[0]:
            marks.merged.append((start[0], min(end[0], start[0] + MAX_ROWS), start[1]))
        return
    identifier = next((value for key, value in element.items() if key.endswith("}id")), "")
    target = targets.get(identifier, "")
    if target:
        for row in range(start[0], min(end[0], start[0] + 1000) + 1):
            marks.links[(row, start[1])] = target


def _check_zip(path: Path, source: str) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            total = sum(info.file_size for info in book.infolist())
            encrypted = any(info.flag_bits & 1 for info in book.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise RegisterError(
            f"{source}: tệp Excel bị hỏng, không mở được. Hãy mở tệp bằng Excel, lưu lại rồi thử lại."
        ) from error
    if total > MAX_UNPACKED_BYTES:
        raise RegisterError(
            f"{source}: tệp Excel giải nén ra {total // 1_000_000} MB, quá lớn để là danh sách đơn vị. "
            "Hãy chép các cột cần thiết sang một tệp mới."
        )
    if encrypted:
        raise RegisterError(f"{source}: tệp có mật khẩu. Hãy bỏ mật khẩu rồi lưu lại.")


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(row number, cells) of the rows that hold anything."""
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        if any(cell is not None for cell in cells):
            empty = 0
            yield number, tuple(map(cell_text, cells))
        else:
            empty += 1
            if empty > _EMPTY_ROWS_AT_END:
                return


def _read_xlsx(path: Path, source: str) -> Table:
    import openpyxl

    _check_zip(path, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles and validations say nothing to users
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                sheets = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
                for sheet in sheets:
                    sheet.reset_dimensions()  # the size that a sheet claims may be wrong
                    table = _sheet_table(path, sheet)
                    if table is not None:
                        return table
            finally:
                book.close()
    except RegisterError:
        raise
    except Exception as error:  # openpyxl raises a dozen kinds for damaged parts
        raise RegisterError(
            f"{source}: không đọc được tệp Excel ({type(error).__name__}). Hãy mở tệp bằng Excel, lưu lại kiểu "
            "«Sổ làm việc Excel (.xlsx)» rồi thử lại."
        ) from error
    raise _no_header(source)


def _sheet_table(path: Path, sheet: Any) -> Table | None:
    stream = _sheet_rows(sheet)
    head = list(islice(stream, _HEADER_ROWS))
    header = _find_header(head)
    if header is None:
        return None
    first, columns, titles = header
    rows = head[first:] + list(islice(stream, MAX_ROWS + 1))
    with zipfile.ZipFile(path) as book:
        marks = _sheet_marks(book, sheet._worksheet_path.lstrip("/"))
    notes = []
    if marks.hidden:
        notes.append(
            RowWarning(0, f"Trang tính «{cell_text(sheet.title)}» có {marks.hidden} dòng ẩn; các dòng ẩn vẫn được đọc.")
        )
    return Table(
        columns,
        titles,
        tuple(_unmerged(rows, marks.merged, columns)),
        marks.links,
        frozenset(marks.formulas),
        tuple(notes),
    )


def _unmerged(
    rows: Sequence[tuple[int, tuple[str, ...]]],
    merged: Sequence[tuple[int, int, int]],
    columns: Mapping[str, int],
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with the value of a cell merged downwards (a district beside its units) repeated in each of its rows."""
    shared = {columns[name] for name in ("kind", "parent", "district", "management_system") if name in columns}
    source: dict[tuple[int, int], int] = {
        (row, column): first for first, last, column in merged if column in shared for row in range(first + 1, last + 1)
    }
    values = dict(rows) if source else {}
    for number, cells in rows:
        filled = list(cells)
        for column in shared:
            top = source.get((number, column))
            if top in values and column < len(filled) and not filled[column] and column < len(values[top]):
                filled[column] = values[top][column]
        yield number, tuple(filled)


def read_table(path: Path, source: str) -> Table:
    """The table in a file, told by its content: xlsx or csv. Raises RegisterError where there is none."""
    if path.is_dir():
        raise RegisterError(f"{source}: đây là thư mục. Hãy ghi tên tệp danh sách đơn vị (.xlsx hoặc .csv).")
    head = _bytes(path, 8)
    if not head:
        raise RegisterError(f"{source}: tệp rỗng. Hãy kiểm tra lại tệp danh sách đơn vị.")
    if head.startswith(b"PK\x03\x04"):
        return _read_xlsx(path, source)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise RegisterError(
            f"{source}: tệp Excel kiểu cũ (.xls) hoặc có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu nếu có, rồi lưu lại "
            "kiểu «Sổ làm việc Excel (.xlsx)»."
        )
    if head.startswith(b"%PDF") or head.lstrip().lower().startswith(
        (b"<html", b"<!doc", b"<?xml", b"<table", b"{\\rtf")
    ):
        raise RegisterError(
            f"{source}: tệp không phải bảng tính xlsx hoặc csv. Hãy mở bằng Excel rồi lưu lại kiểu "
            "«Sổ làm việc Excel (.xlsx)»."
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        raise RegisterError(
            f"{source}: tệp có đuôi {path.suffix} nhưng không phải tệp Excel, hoặc đã bị hỏng. Hãy lưu lại từ Excel."
        )
    return _read_csv(path, source)


def _bytes(path: Path, limit: int | None = None) -> bytes:
    source = path.name
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit or MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise RegisterError(f"{path}: không có tệp này. Hãy xem lại đường dẫn tới danh sách đơn vị.") from error
    except OSError as error:
        raise RegisterError(
            f"{source}: không mở được tệp ({error.strerror or error}). Hãy đóng tệp ở chương trình khác và "
            "kiểm tra quyền đọc."
        ) from error
    if len(raw) > MAX_FILE_BYTES:
        raise RegisterError(f"{source}: tệp lớn hơn {MAX_FILE_BYTES // 1_000_000} MB, không thể là danh sách đơn vị.")
    return raw


def _no_header(source: str) -> RegisterError:
    return RegisterError(
        f"{source}: không tìm thấy dòng tiêu đề. Trong {_HEADER_ROWS} dòng đầu phải có một dòng ghi tên các cột, "
        "ít nhất là «Tên đơn vị» (name) và «Website» (url)."
    )

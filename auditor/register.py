"""The register: which units there are, read from a spreadsheet (xlsx) or a csv as offices really write them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.model import Kind, Unit
from auditor.text import clean, contains_words, words
from auditor.vocabulary import load_vocabulary
from auditor.yaml_lines import first_problem, load_with_lines

MAX_ROWS = 20_000
MAX_CELL = 2_000
MAX_COLUMNS = 100
MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 300_000_000
_HEADER_ROWS = 30
_EMPTY_ROWS_AT_END = 20_000  # formatted but empty rows after which a sheet counts as ended
_MAX_ID = 120

COLUMNS = ("id", "name", "kind", "parent", "district", "url", "management_system")


class RegisterError(ValueError):
    """A register that cannot be used at all; the message (Vietnamese) names the file and what to do."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not audited: `row` as the spreadsheet shows it (header is row 1), `reason` in Vietnamese."""

    row: int
    reason: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RowWarning:
    """Something that was read with a doubt. `row` is 0 where it concerns the whole register."""

    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Register:
    """The units in the order of the rows, the rows that could not be used, and what was read with a doubt."""

    source: str
    units: tuple[Unit, ...]
    rejected: tuple[RejectedRow, ...] = ()
    warnings: tuple[RowWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """What a website cell says: `url` normalised or None; `problem` (Vietnamese) where it says something unusable."""

    url: str | None
    problem: str = ""
    warnings: tuple[str, ...] = ()


# --- the words of registers ------------------------------------------------------------------------------------


class _Column(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    exact: Annotated[list[str], Field(min_length=1)]
    contains: list[str] = []


class _Words(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    columns: dict[str, _Column]
    other_columns: list[str]
    kinds: dict[str, list[str]]
    empty: list[str]
    not_units: list[str]
    group_headings: list[str]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    exact: Mapping[str, str]  # folded title -> column
    contains: Mapping[str, tuple[str, ...]]  # column -> folded words
    other_columns: tuple[str, ...]
    kinds: Mapping[str, Kind]
    empty: frozenset[str]
    not_units: tuple[str, ...]
    group_headings: tuple[str, ...]


@cache
def _vocabulary() -> _Vocabulary:
    source = "checklists/vocabulary/register.yaml"
    text = files("checklists").joinpath("vocabulary/register.yaml").read_text(encoding="utf-8")
    data, line_of = load_with_lines(text, source)
    try:
        given = _Words.model_validate(data)
    except ValidationError as error:
        raise first_problem(error, source, line_of) from error
    return _Vocabulary(
        exact={words(label): name for name, column in given.columns.items() for label in column.exact},
        contains={name: tuple(words(label) for label in column.contains) for name, column in given.columns.items()},
        other_columns=tuple(map(words, given.other_columns)),
        kinds={words(label): Kind(kind) for kind, labels in given.kinds.items() for label in labels},
        empty=frozenset(map(words, given.empty)),
        not_units=tuple(map(words, given.not_units)),
        group_headings=tuple(map(words, given.group_headings)),
    )


# --- cells and tables ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """A header and the rows below it; `links` and `formulas` by (row, column) for cells that carry them."""

    columns: Mapping[str, int]  # column name -> index
    titles: tuple[str, ...]  # titles of all columns, "" where there is none
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # (row number as shown, cells)
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[RowWarning, ...] = ()


_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233), " ")
_INVISIBLE: dict[int, str | None] = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)
_CELL_TABLE = {**_CONTROLS, **_INVISIBLE}


def _cell(value: object) -> str:
    """The text of a cell: NFC, one line, without control characters and lone surrogates, at most MAX_CELL letters."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)[: MAX_CELL * 2].translate(_CELL_TABLE)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return clean(text)[:MAX_CELL]


def _titles(cells: Sequence[str]) -> dict[str, int]:
    """Which column a header row gives each name; the first of two columns with one name counts."""
    vocabulary = _vocabulary()
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


def _is_column_numbers(cells: Sequence[str]) -> bool:
    """Whether a row only numbers the columns, as official tables do: (1) (2) (3)."""
    given = [cell for cell in cells if cell]
    return len(given) >= 2 and all(_COLUMN_NUMBER.fullmatch(cell) for cell in given)


# --- csv -------------------------------------------------------------------------------------------------------


def _decoded(raw: bytes, source: str) -> str:
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
        yield number, tuple(_cell(cell) for cell in cells[:MAX_COLUMNS])


def _read_csv(path: Path, source: str) -> _Table:
    text = _decoded(_bytes(path), source).replace("\0", "")
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
    return _Table(columns, titles, tuple(rows[first:]), notes=tuple(notes))


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
            yield number, tuple(map(_cell, cells))
        else:
            empty += 1
            if empty > _EMPTY_ROWS_AT_END:
                return


def _read_xlsx(path: Path, source: str) -> _Table:
    import warnings

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


def _sheet_table(path: Path, sheet: Any) -> _Table | None:
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
            RowWarning(0, f"Trang tính «{_cell(sheet.title)}» có {marks.hidden} dòng ẩn; các dòng ẩn vẫn được đọc.")
        )
    return _Table(
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


# --- addresses -------------------------------------------------------------------------------------------------

_SCHEME = re.compile(r"h?t?tps?\s*[:;]?\s*[/\\]{1,3}|https?\s*:", re.I)
_HOST = re.compile(
    r"(?:[^\s/?#@:.,;()<>\"'\[\]]+\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})\.?|\d{1,3}(?:\.\d{1,3}){3}",
    re.I,
)
_JUNK_BEFORE = " \t\"'“”‘’«»([{<*•–—-:;,.=>"
_JUNK_AFTER = " \t\"'“”‘’«»)]}>;,.!*…|\\–—"


def read_address(text: str) -> Address:
    """The address in a website cell: scheme added (http), host in punycode and lower case, credentials removed.

    Of several addresses the first is taken, with a warning. "không có" and the like give no address and no problem.
    """
    text = _cell(text)
    if not words(text) and not any(char.isalnum() for char in text):
        return Address(None)
    if words(text) in _vocabulary().empty:
        return Address(None)
    notes: list[str] = []
    other = re.match(r"\s*(ftp|file|mailto|javascript|data|tel|chrome|about|zalo)\s*:", text, re.I)
    if other:
        return Address(None, f"«{_short(text)}» không phải địa chỉ web (phải bắt đầu bằng http:// hoặc https://)")
    pieces = _pieces(text)
    found = [piece for piece in pieces if _looks_like_address(piece)]
    if not found:
        if "@" in text:
            return Address(None, f"«{_short(_hidden(text))}» là địa chỉ thư điện tử, không phải địa chỉ web")
        return Address(None, f"«{_short(text)}» không phải địa chỉ web")
    url = ""
    for piece in found:
        url, credentials = _normal(piece)
        if url:
            if credentials:
                notes.append("tên đăng nhập và mật khẩu trong địa chỉ web đã được bỏ")
            break
    if not url:
        return Address(None, f"địa chỉ web «{_short(_hidden(text))}» sai cú pháp")
    others = {_normal(piece)[0] for piece in found} - {url, ""}
    if others:
        notes.append(f"có {len(others) + 1} địa chỉ web; chỉ dùng địa chỉ đầu: {url}")
    elif len(pieces) > 1:
        notes.append(f"ngoài địa chỉ web còn có chữ khác; dùng địa chỉ {url}")
    return Address(url, "", tuple(notes))


def _hidden(text: str) -> str:
    """A text with what stands before an @ replaced, so that no password is repeated in a message."""
    return re.sub(r"(?:(?<=//)|^).*@", "…@", text)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _pieces(text: str) -> list[str]:
    """The cell cut at blanks, commas, semicolons and bars, after blanks inside one address were closed up."""
    text = text.replace("\\", "/")
    text = re.sub(r"(?i)\b(h?t?tps?)\s*[:;]\s*/+\s*", lambda m: f"{_scheme(m[1])}://", text)
    text = re.sub(r"(?i)\b(https?)/{1,3}(?=[\w-]+\.)", lambda m: f"{m[1].lower()}://", text)
    text = re.sub(r"(?i)\b(https?):(?=[\w-]+\.)", lambda m: f"{m[1].lower()}://", text)
    text = re.sub(r"(?i)(https?://)(?:https?://?)+", r"\1", text)
    text = re.sub(r"(?i)(?<=[\w/.])(?=https?://)", " ", text)  # two addresses glued together
    joined = re.sub(
        r"\s*\.\s+(?=[a-z0-9-]+[./])|\s+\.\s*(?=[\w])|(?<=://)\s+", lambda m: "." if "." in m[0] else "", text
    )
    joined = re.sub(r"(?<=www\.)\s+", "", joined, flags=re.I)
    joined = re.sub(r"(?<=[a-z]/)\s+(?=[a-z0-9-]+/?$)", "", joined)
    return [piece for piece in re.split(r"[\s|]+|[,;](?=\s|$|https?:|www\.)|(?<=[a-z])[,;](?=\w+\.)", joined) if piece]


def _scheme(text: str) -> str:
    return "https" if text.lower().endswith("s") else "http"


def _looks_like_address(piece: str) -> bool:
    start = re.search(r"https?://", piece, re.I)
    if start:
        return bool(re.match(r"[^\s/?#]+", piece[start.end() :]))
    bare = piece.strip(_JUNK_BEFORE + _JUNK_AFTER)
    if "@" in bare.partition("/")[0]:
        return False
    host = re.split(r"[/?#]", bare.partition(":")[0] if ":" in bare.partition("/")[0] else bare, maxsplit=1)[0]
    return bool(_HOST.fullmatch(host))


def _normal(piece: str) -> tuple[str, bool]:
    """(address, whether credentials were removed); ("", …) where it is none."""
    start = re.search(r"https?://", piece, re.I)
    bare = piece[start.start() :] if start else piece.lstrip(_JUNK_BEFORE)
    bare = re.sub(r"(?:%20|%C2%A0)+$", "", bare.rstrip(_JUNK_AFTER), flags=re.I)
    if not start:
        bare = f"http://{bare}"
    try:
        parts = urlsplit(bare)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return "", False
    if not host:
        return "", False
    scheme = parts.scheme.lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        host = f"{host}:{port}"
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((scheme, host, path, query, "")), "@" in parts.netloc


def _ascii_host(host: str) -> str:
    """A host name in lower case and punycode (UTS 46), "" for what cannot be one. Raises UnicodeError."""
    host = host.strip(".").lower()
    if not host:
        return ""
    if not host.isascii():
        host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
    if ":" in host:  # an IPv6 address, checked by urlsplit
        return host
    labels = host.split(".")
    usable = len(host) <= 253 and all(re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,62}", label) for label in labels)
    return host if usable and (len(labels) > 1 or host == "localhost") else ""


# --- units -----------------------------------------------------------------------------------------------------


def kind_of_name(name: str) -> Kind | None:
    """The kind that a unit's name tells, None where it tells none."""
    return load_vocabulary().names.kind_of(name)


def slug(name: str) -> str:
    """An id made from a name: its folded words joined by hyphens, at most 80 letters."""
    return words(name).replace(" ", "-")[:80].strip("-")


@dataclass(slots=True)
class _Reading:
    """What has been made of the rows so far."""

    units: list[Unit] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    rows_of_ids: dict[str, int] = field(default_factory=dict)
    same: dict[tuple[str, str, str | None], int] = field(default_factory=dict)


def read_register(path: Path) -> Register:
    """Reads a register of units from xlsx or csv.

    Raises RegisterError where the file cannot be used at all: missing, unreadable, no header row with the
    columns for name and website, or not one usable unit.
    """
    source = path.name
    table = _read_table(path, source)
    reading = _Reading(warnings=list(table.notes))
    rows = [
        (number, cells)
        for index, (number, cells) in enumerate(table.rows)
        if not (index == 0 and _is_column_numbers(cells))
    ]
    if len(rows) > MAX_ROWS:
        reading.warnings.append(
            RowWarning(0, f"Danh sách dài hơn {MAX_ROWS} dòng; các dòng từ {rows[MAX_ROWS][0]} trở đi không được đọc.")
        )
        reading.rejected.append(
            RejectedRow(rows[MAX_ROWS][0], f"từ dòng này trở đi vượt giới hạn {MAX_ROWS} dòng của một danh sách")
        )
        rows = rows[:MAX_ROWS]
    taken = {_value(cells, table, "id") for _, cells in rows}
    for number, cells in rows:
        _read_row(number, cells, table, taken, reading)
    if not reading.units:
        reasons = "".join(f"\n  dòng {row.row}: {row.reason}" for row in reading.rejected[:5])
        raise RegisterError(
            f"{source}: không có đơn vị nào dùng được. Hãy kiểm tra các dòng dưới dòng tiêu đề.{reasons}"
        )
    return Register(
        source,
        tuple(_with_parents(reading)),
        tuple(sorted(reading.rejected, key=lambda row: row.row)),
        tuple(reading.warnings),
    )


def one_unit(url: str, name: str | None, kind: str | None) -> Register:
    """A register of one unit, for a school that checks itself. Raises RegisterError for an unusable address or kind."""
    address = read_address(url)
    if address.url is None:
        raise RegisterError(f"{address.problem or f'«{url}» không phải địa chỉ web'}. Ví dụ đúng: thcsvidu.hcm.edu.vn.")
    known = _vocabulary().kinds.get(words(kind)) if kind else None
    if kind and known is None:
        raise RegisterError(f"--kind {kind}: không có loại hình này. Các loại hình: {', '.join(Kind)}.")
    host = urlsplit(address.url).hostname or ""
    shown = _cell(name) or host
    derived = known or kind_of_name(shown)
    warnings = [RowWarning(0, note) for note in address.warnings]
    if derived is None:
        warnings.append(
            RowWarning(0, f"không rõ loại hình của «{shown}» nên ghi là «khac»; hãy ghi thêm --name hoặc --kind.")
        )
    unit = Unit(slug(host), shown, derived or Kind.KHAC, address.url)
    return Register("check", (unit,), (), tuple(warnings))


def _read_table(path: Path, source: str) -> _Table:
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


def _value(cells: Sequence[str], table: _Table, name: str) -> str:
    """A known cell; "" where there is no such column or the cell says that there is nothing."""
    index = table.columns.get(name)
    if index is None or index >= len(cells):
        return ""
    text = cells[index]
    return "" if name != "id" and (words(text) in _vocabulary().empty or not any(map(str.isalnum, text))) else text


def _read_row(number: int, cells: tuple[str, ...], table: _Table, taken: set[str], reading: _Reading) -> None:
    given = [cell for cell in cells if cell]
    known = {name: _value(cells, table, name) for name in COLUMNS}
    address_text = _address_text(number, cells, table)
    if not given:
        return
    vocabulary = _vocabulary()
    opening = words(next((cell for cell in given if not cell.isdigit()), ""))
    if not address_text and any(f"{opening} ".startswith(f"{label} ") for label in vocabulary.not_units):
        reading.warnings.append(RowWarning(number, f"Bỏ qua dòng không phải đơn vị: «{_short(given[0])}»."))
        return
    if not any(known.values()) and not address_text and (len(given) == 1 or all(cell.isdigit() for cell in given)):
        return  # a number or a heading beside the table
    name, given_id = known["name"], known["id"]
    if len(given) == 1 and name and _is_heading(name):
        reading.warnings.append(RowWarning(number, f"Bỏ qua dòng tiêu đề nhóm: «{_short(name)}»."))
        return
    reason = _unusable(number, cells, table, known)
    address = Address(None)
    if not reason:
        address = read_address(address_text)
        reason = f"ô Website: {address.problem}" if address.problem else ""
    if reason:
        reading.rejected.append(RejectedRow(number, reason, given_id, name))
        return
    same = (words(name), words(known["district"]), address.url)
    if given_id in reading.rows_of_ids:
        first = reading.rows_of_ids[given_id]
        reason = f"mã đơn vị «{_short(given_id)}» đã dùng ở dòng {first}; chỉ dòng {first} được dùng"
    elif not given_id and same in reading.same:
        reason = f"trùng tên, địa bàn và website với dòng {reading.same[same]}"
    if reason:
        reading.rejected.append(RejectedRow(number, reason, given_id, name))
        return
    unit_id = given_id or _made_id(name, known["district"], taken)
    taken.add(unit_id)
    reading.rows_of_ids[unit_id] = number
    reading.same.setdefault(same, number)
    reading.warnings += [RowWarning(number, f"{name}: {note}.") for note in address.warnings]
    reading.units.append(
        Unit(
            id=unit_id,
            name=name,
            kind=_kind(number, name, known["kind"], reading),
            url=address.url,
            parent=known["parent"] or None,
            district=known["district"] or None,
            management_system=known["management_system"] or None,
            row=number,
            extra=_extra(cells, table),
        )
    )


def _address_text(number: int, cells: tuple[str, ...], table: _Table) -> str:
    """The text of the website cell, or the address behind it where the text itself is none."""
    text = _value(cells, table, "url")
    at = (number, table.columns["url"])
    link = table.links.get(at)
    # A link left behind in an emptied cell is no address; a link formula is one even before it was ever computed.
    if link and (text or at in table.formulas) and not read_address(text).url:
        behind = read_address(link)
        return behind.url or text
    return text


def _is_heading(name: str) -> bool:
    bare = re.sub(r"^(?:[ivx]{1,5}|[a-z]|\d{1,3})\s+", "", words(name))
    return any(f"{bare} ".startswith(f"{label} ") for label in _vocabulary().group_headings)


def _unusable(number: int, cells: tuple[str, ...], table: _Table, known: Mapping[str, str]) -> str:
    """Why a row cannot be used (Vietnamese), "" where nothing speaks against it."""
    for name, title in (("name", "Tên đơn vị"), ("url", "Website")):
        at = (number, table.columns[name])
        if not known[name] and at in table.formulas and at not in table.links:
            return f"ô {title} là công thức chưa được tính; hãy mở tệp bằng Excel rồi lưu lại, hoặc ghi thẳng giá trị"
    if "\ufffd" in known["name"] or "\ufffd" in known["url"]:
        return "tên hoặc website có chữ bị hỏng do sai bộ mã; hãy gõ lại ô này"
    if not known["name"]:
        return "thiếu tên đơn vị"
    if len(known["id"]) > _MAX_ID:
        return f"mã đơn vị dài hơn {_MAX_ID} ký tự"
    return ""


def _made_id(name: str, district: str, taken: set[str]) -> str:
    """An id for a row that has none; of two units with one name the second takes its district, else a number."""
    made = slug(name) or "don-vi"
    if made in taken and district:
        made = f"{made}-{slug(district)}"[:_MAX_ID]
    first, count = made, 1
    while made in taken:
        count += 1
        made = f"{first}-{count}"
    return made


def _kind(number: int, name: str, given: str, reading: _Reading) -> Kind:
    kind = _vocabulary().kinds.get(words(given)) if given else None
    if kind is not None:
        return kind
    derived = kind_of_name(name)
    if given:
        taken = f"theo tên là «{derived}»" if derived else f"ghi là «{Kind.KHAC}»"
        reading.warnings.append(RowWarning(number, f"{name}: không hiểu loại hình «{_short(given)}»; {taken}."))
    elif derived is None:
        reading.warnings.append(RowWarning(number, f"{name}: không rõ loại hình từ tên đơn vị; ghi là «{Kind.KHAC}»."))
    return derived or Kind.KHAC


def _extra(cells: tuple[str, ...], table: _Table) -> dict[str, str]:
    used = set(table.columns.values())
    return {
        (table.titles[index] if index < len(table.titles) else "") or f"cột {index + 1}": cell
        for index, cell in enumerate(cells)
        if cell and index not in used
    }


def _with_parents(reading: _Reading) -> Iterator[Unit]:
    """The units with `parent` as the id of the unit above where the register holds it by id or by name."""
    ids = {unit.id for unit in reading.units}
    by_name: dict[str, str] = {}
    for unit in reading.units:
        by_name.setdefault(words(unit.name), unit.id)
    for unit in reading.units:
        parent = unit.parent
        if parent is not None and parent not in ids:
            parent = by_name.get(words(parent), parent)
        if parent == unit.id:
            reading.warnings.append(RowWarning(unit.row, f"{unit.name}: đơn vị quản lý là chính nó; bỏ qua."))
            parent = None
        yield replace(unit, parent=parent)

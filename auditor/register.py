"""The register: which units there are, read from a spreadsheet (xlsx) or a csv as offices really write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from auditor.model import Kind, Unit
from auditor.register_table import (
    MAX_CELL,
    MAX_ROWS,
    RegisterError,
    RowWarning,
    Table,
    cell_text,
    is_column_numbers,
    read_table,
)
from auditor.register_words import register_words
from auditor.text import words
from auditor.urls import key
from auditor.vocabulary import load_vocabulary
from auditor.website import Address, read_address, shortened

__all__ = [
    "MAX_CELL",
    "Register",
    "RegisterError",
    "RejectedRow",
    "RowWarning",
    "kind_of_name",
    "one_unit",
    "read_address",
    "read_register",
    "slug",
]

_MAX_ID = 120
COLUMNS = ("id", "name", "kind", "parent", "district", "url", "management_system")


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not audited: `row` as the spreadsheet shows it (header is row 1), `reason` in Vietnamese."""

    row: int
    reason: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """The units in the order of the rows, the rows that could not be used, and what was read with a doubt."""

    source: str
    units: tuple[Unit, ...]
    rejected: tuple[RejectedRow, ...] = ()
    warnings: tuple[RowWarning, ...] = ()


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
    table = read_table(path, source)
    reading = _Reading(warnings=list(table.notes))
    rows = [
        (number, cells)
        for index, (number, cells) in enumerate(table.rows)
        if not (index == 0 and is_column_numbers(cells))
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
    _note_shared_addresses(reading)
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
    known = register_words().kinds.get(words(kind)) if kind else None
    if kind and known is None:
        raise RegisterError(f"--kind {kind}: không có loại hình này. Các loại hình: {', '.join(Kind)}.")
    host = urlsplit(address.url).hostname or ""
    shown = cell_text(name) or host
    derived = known or kind_of_name(shown)
    warnings = [RowWarning(0, note) for note in address.warnings]
    if derived is None:
        warnings.append(
            RowWarning(0, f"không rõ loại hình của «{shown}» nên ghi là «khac»; hãy ghi thêm --name hoặc --kind.")
        )
    unit = Unit(slug(host), shown, derived or Kind.KHAC, address.url)
    return Register("check", (unit,), (), tuple(warnings))


def _value(cells: Sequence[str], table: Table, name: str) -> str:
    """A known cell; "" where there is no such column or the cell says that there is nothing."""
    index = table.columns.get(name)
    if index is None or index >= len(cells):
        return ""
    text = cells[index]
    says_nothing = words(text) in register_words().empty or not any(map(str.isalnum, text))
    if name == "id":  # "x" and "na" are words for nothing elsewhere, here they may be ids
        says_nothing = says_nothing and (" " in words(text) or not words(text))
    return "" if says_nothing else text


def _read_row(number: int, cells: tuple[str, ...], table: Table, taken: set[str], reading: _Reading) -> None:
    given = [cell for cell in cells if cell]
    known = {name: _value(cells, table, name) for name in COLUMNS}
    address_text = _address_text(number, cells, table)
    if not given:
        return
    vocabulary = register_words()
    opening = words(next((cell for cell in given if not cell.isdigit()), ""))
    if not address_text and any(f"{opening} ".startswith(f"{label} ") for label in vocabulary.not_units):
        reading.warnings.append(RowWarning(number, f"Bỏ qua dòng không phải đơn vị: «{shortened(given[0])}»."))
        return
    if not any(known.values()) and not address_text and (len(given) == 1 or all(cell.isdigit() for cell in given)):
        return  # a number or a heading beside the table
    name, given_id = known["name"], known["id"]
    if len(given) == 1 and name and _is_heading(name):
        reading.warnings.append(RowWarning(number, f"Bỏ qua dòng tiêu đề nhóm: «{shortened(name)}»."))
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
        reason = f"mã đơn vị «{shortened(given_id)}» đã dùng ở dòng {first}; chỉ dòng {first} được dùng"
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


def _address_text(number: int, cells: tuple[str, ...], table: Table) -> str:
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
    return any(f"{bare} ".startswith(f"{label} ") for label in register_words().group_headings)


def _unusable(number: int, cells: tuple[str, ...], table: Table, known: Mapping[str, str]) -> str:
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
    kind = register_words().kinds.get(words(given)) if given else None
    if kind is not None:
        return kind
    derived = kind_of_name(name)
    if given:
        taken = f"theo tên là «{derived}»" if derived else f"ghi là «{Kind.KHAC}»"
        reading.warnings.append(RowWarning(number, f"{name}: không hiểu loại hình «{shortened(given)}»; {taken}."))
    elif derived is None:
        reading.warnings.append(RowWarning(number, f"{name}: không rõ loại hình từ tên đơn vị; ghi là «{Kind.KHAC}»."))
    return derived or Kind.KHAC


def _extra(cells: tuple[str, ...], table: Table) -> dict[str, str]:
    used = set(table.columns.values())
    return {
        (table.titles[index] if index < len(table.titles) else "") or f"cột {index + 1}": cell
        for index, cell in enumerate(cells)
        if cell and index not in used
    }


def _note_shared_addresses(reading: _Reading) -> None:
    """Warns of units with one address: both are audited, but one of the two is mostly a slip of the hand."""
    first: dict[str, Unit] = {}
    for unit in reading.units:
        if unit.url is None:
            continue
        other = first.setdefault(key(unit.url), unit)
        if other is not unit:
            reading.warnings.append(
                RowWarning(unit.row, f"{unit.name}: cùng địa chỉ web với dòng {other.row} ({other.name}).")
            )


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

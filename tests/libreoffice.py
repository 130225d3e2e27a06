"""A real LibreOffice, without a window, that takes a workbook over, edits it in its own form, and saves it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_REPEATED = f"{{{_TABLE}}}number-columns-repeated"
_CELLS = (f"{{{_TABLE}}}table-cell", f"{{{_TABLE}}}covered-table-cell")


class LibreOffice:
    """Opens and saves files in `folder`, with a profile of its own there."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("soffice") or shutil.which("libreoffice")
        if found is None:
            pytest.skip("LibreOffice is not installed")
        self._program = found
        self._folder = folder

    def saved_as(self, source: Path, form: str) -> Path:
        """`source` opened and saved in another form ("xlsx:Calc MS Excel 2007 XML")."""
        out = self._folder / "saved"
        profile = (self._folder / "profile").as_uri()
        command = [self._program, "--headless", "--norestore", f"-env:UserInstallation={profile}"]
        subprocess.run(
            [*command, "--convert-to", form, "--outdir", str(out), str(source)],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return out / f"{source.stem}.{form.partition(':')[0]}"

    def edited(self, source: Path, sheet: str, rows: Mapping[int, Mapping[int, str | date]]) -> tuple[Path, Path]:
        """A workbook with cells typed in, by row and column from 1: saved as xlsx, and its first sheet as csv."""
        own = self.saved_as(source, "fods")
        document = etree.parse(str(own))
        for table in document.iter(f"{{{_TABLE}}}table"):
            if table.get(f"{{{_TABLE}}}name") == sheet:
                _type_into(table, rows)
        document.write(str(own), encoding="utf-8", xml_declaration=True)
        comma, quote, utf8 = 44, 34, 76
        return (
            self.saved_as(own, "xlsx:Calc MS Excel 2007 XML"),
            self.saved_as(own, f"csv:Text - txt - csv (StarCalc):{comma},{quote},{utf8},1,,0,false,true"),
        )


def _type_into(table: etree._Element, rows: Mapping[int, Mapping[int, str | date]]) -> None:
    number = 1
    for row in list(table.iter(f"{{{_TABLE}}}table-row")):
        cells = rows.get(number)
        number += int(row.get(f"{{{_TABLE}}}number-rows-repeated", "1"))
        if cells is None:
            continue
        column = 1
        for cell in [one for one in row if one.tag in _CELLS]:
            repeated = int(cell.get(_REPEATED, "1"))
            if any(column <= wanted < column + repeated for wanted in cells):
                for place, one in enumerate(_split(cell, repeated), column):
                    if place in cells:
                        _fill(one, cells[place])
            column += repeated


def _split(cell: etree._Element, repeated: int) -> list[etree._Element]:
    """A cell that stands for several in a row as cells of their own."""
    if _REPEATED in cell.attrib:
        del cell.attrib[_REPEATED]
    made = [cell]
    for _ in range(repeated - 1):
        twin = etree.fromstring(etree.tostring(cell))
        made[-1].addnext(twin)
        made.append(twin)
    return made


def _fill(cell: etree._Element, value: str | date) -> None:
    for child in list(cell):
        cell.remove(child)
    if isinstance(value, date):
        cell.set(f"{{{_OFFICE}}}value-type", "date")
        cell.set(f"{{{_OFFICE}}}date-value", value.isoformat())
        return
    cell.set(f"{{{_OFFICE}}}value-type", "string")
    for line in value.split("\n"):
        etree.SubElement(cell, f"{{{_TEXT}}}p").text = line

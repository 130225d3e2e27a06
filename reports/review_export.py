"""The workbook with which people decide what only people can: the sheet *Thẩm định* alone, of a run or a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from auditor.reviews import waits_for_a_person
from auditor.store import StoredRun
from reports import wording
from reports.digest import unit_line
from reports.review_file import LAST_PROPERTY
from reports.review_sheet import ReviewSheet
from reports.sheet import save_book

if TYPE_CHECKING:
    from auditor.checklist import Checklist


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were written, of how many units; units left out because nothing of them could be read."""

    rows: int
    units: int
    not_assessed: int


def write_review_file(
    path: Path,
    run: StoredRun,
    units: Iterable[Mapping[str, Any]],
    checklist: Checklist,
    *,
    last: int,
    everything: bool,
    named: bool,
) -> Written:
    """Writes the review sheet of `units`: what waits for a person, or `everything` that applies.

    `last` is the newest entry of the store, which the file carries so that later ones are told when it comes back.
    Units of which nothing could be read are left out unless they were `named`. Raises OSError.
    """
    book = Workbook(write_only=True)
    properties: Any = book
    properties.custom_doc_props.append(StringProperty(name=LAST_PROPERTY, value=str(last)))
    note = (
        f"Thời điểm đánh giá: {wording.day(run.as_of)}. Bộ tiêu chí: {checklist.id}, phiên bản {checklist.version}. "
        f"Mã lần đánh giá: {run.id}."
    )
    sheet = ReviewSheet(book, checklist, run.id, note=note)
    axis_ids = [axis.id for axis in checklist.axes]
    rows = chosen = not_assessed = 0
    for unit in units:
        if unit["status"] in wording.NOT_ASSESSED and not (named or everything):
            not_assessed += unit["status"] != "no_website"
            continue
        asked = [
            item
            for item in unit["items"]
            if waits_for_a_person(item) or (everything and item["verdict"] != "not_applicable")
        ]
        line = unit_line(unit, axis_ids)
        for item in asked if unit["status"] != "no_website" else ():
            sheet.take(line, item)
            rows += 1
        chosen += bool(asked)
    sheet.close()
    save_book(book, path)
    return Written(rows, chosen, not_assessed)

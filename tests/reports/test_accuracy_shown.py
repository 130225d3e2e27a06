"""The help of the workbook and of the index tells each item's measured accuracy, with the numbers of the data file."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from auditor.accuracy import Counts, ItemAccuracy
from auditor.checklist import Checklist
from reports import wording
from reports.excel import write_workbook
from reports.html import write_pages
from tests.reports.specimens import header

_NUMBERS = re.compile(r"^(\d+(?:,\d)?) % trên (\d+) lượt xét có nhãn; (không có|\d+) lượt")


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """The items of the data file, read without the program."""
    data = json.loads((resources.files("auditor") / "accuracy.json").read_text(encoding="utf-8"))
    items: dict[str, Any] = data["items"]
    return items


def _told(sentence: str, row: dict[str, dict[str, int]]) -> None:
    """Asserts that the sentence tells the row's numbers."""
    sums = {name: row["saved"][name] + row["invented"][name] for name in row["saved"]}
    found = _NUMBERS.match(sentence)
    assert found, sentence
    share = float(found[1].replace(",", "."))
    assert share <= 100 * sums["right"] / sums["judged"] < share + 0.1001
    assert int(found[2]) == sums["judged"]
    assert (0 if found[3] == "không có" else int(found[3])) == sums["false_fail"]


def test_the_workbook_tells_it(tmp_path: Path, checklist: Checklist, measured: dict[str, Any]) -> None:
    path = tmp_path / "scorecard.xlsx"
    write_workbook(path, header(), lambda: iter(()), checklist)
    sheet = load_workbook(path)["Giải thích"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    place = rows[0].index("Độ chính xác đo được")
    told = {str(row[0]): str(row[place]) for row in rows[1 : 1 + len(checklist.items)]}
    assert set(told) == set(measured)
    for item, sentence in told.items():
        _told(sentence, measured[item])


def test_the_index_tells_it(tmp_path: Path, checklist: Checklist, measured: dict[str, Any]) -> None:
    write_pages(tmp_path, header(), lambda: iter(()), checklist)
    tree = LexborHTMLParser((tmp_path / "index.html").read_text(encoding="utf-8"))
    rows = [[cell.text() for cell in row.css("th, td")] for row in tree.css("#do-chinh-xac tbody tr")]
    assert [row[0].split(" ")[0] for row in rows] == [item.id for item in checklist.items]
    for name, saved, invented, sentence in rows:
        row = measured[name.split(" ")[0]]
        for text, counts in ((saved, row["saved"]), (invented, row["invented"])):
            assert text == (f"{counts['right']}/{counts['judged']}" if counts["judged"] else "–")
        _told(sentence, row)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (Counts(1000, 982), "98,2 % trên 1000 lượt xét có nhãn; không có lượt nào bị kết luận oan là Không đạt."),
        (Counts(2501, 2500, 1), "99,9 % trên 2501 lượt xét có nhãn; 1 lượt bị kết luận oan là Không đạt."),
        (Counts(), "Chưa đo được."),
    ],
)
def test_the_sentence_never_praises_more_than_was_measured(counts: Counts, sentence: str) -> None:
    assert wording.measured(ItemAccuracy(counts, Counts())) == sentence


def test_an_item_that_was_not_measured_says_so() -> None:
    assert wording.measured(None) == "Chưa đo được."

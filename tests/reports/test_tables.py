"""Tables for pandas and the summary for mail: inert in a spreadsheet and in a mail program, whole or not there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from auditor.checklist import Checklist
from reports.markdown import text_of, write_summary
from reports.tables import tables_of, write_csv, write_parquet
from tests.reports import specimens


@pytest.fixture(scope="module")
def hostile(checklist: Checklist) -> list[dict[str, Any]]:
    """Units with hostile texts in every field."""
    return [specimens.unit(number, checklist, hostile=True) for number in range(4)]


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path, checklist: Checklist, hostile: Any) -> None:
    write_csv(tmp_path, lambda: iter(hostile), checklist)
    for table in tables_of(checklist):
        texts = {column.name for column in table.columns if column.type is str}
        raw = (tmp_path / "tables" / f"{table.name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
        assert rows
        for row in rows:
            for name in texts:
                assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r"))
                assert not set(row[name]) & set("\x00\x07\u202e\ud800")


def test_hostile_texts_go_into_parquet(tmp_path: Path, checklist: Checklist, hostile: Any) -> None:
    import pyarrow.parquet as pq

    write_parquet(tmp_path, lambda: iter(hostile), checklist)
    assert pq.read_table(tmp_path / "tables" / "units.parquet").num_rows == 4


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_run_that_breaks_off_leaves_the_old_tables(
    tmp_path: Path, checklist: Checklist, hostile: Any, write: Any
) -> None:
    write(tmp_path, lambda: iter(hostile), checklist)
    before = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}

    def breaks() -> Iterator[dict[str, Any]]:
        yield specimens.unit(1, checklist)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, breaks, checklist)
    assert {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()} == before


def test_a_run_without_units_gives_empty_tables(tmp_path: Path, checklist: Checklist) -> None:
    for write in (write_csv, write_parquet):
        write(tmp_path, lambda: iter(()), checklist)
    assert len(list((tmp_path / "tables").iterdir())) == 6
    write_summary(tmp_path, specimens.header(), lambda: iter(()), checklist)
    assert "- Số đơn vị: 0; đã chấm điểm: 0" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_names_cannot_write_markdown(tmp_path: Path, checklist: Checklist, hostile: Any) -> None:
    write_summary(tmp_path, specimens.header(), lambda: iter(hostile), checklist)
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    shown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    for tag in ("<script", "<img", "<a ", "<style", "<del>", "<strong>", "<code>", "<em>"):
        assert tag not in shown
    assert shown.count("<table>") == text.count("\n| --- |") >= 7


LETTERS = ["*đậm*", "_x_", "a|b", "[a](http://b)", "<b>", "`c`", "# tiêu đề", "www.evil.example", "~~x~~", "&lt;"]


@pytest.mark.parametrize("text", [*LETTERS, "http://evil.example"])
def test_a_text_is_shown_letter_by_letter(text: str) -> None:
    markdown = MarkdownIt("gfm-like", {"linkify": False})
    inline = markdown.parseInline(text_of(text))[0].children or []
    assert "".join(token.content for token in inline) == text

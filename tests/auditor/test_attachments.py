"""Attached files: text where there is some, a problem that is named where not, and never the end of the judging."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from auditor import attachments
from auditor.attachments import AttachmentText, read_apart, read_text
from tests.auditor.attachment_maker import Made, docx, folder, odt, pdf


@pytest.mark.parametrize("made", folder(), ids=lambda made: made.name)
def test_every_file_is_survived_and_gives_the_text_that_is_there(made: Made) -> None:
    found = read_apart(made.make(), made.type, made.name)
    assert found.problem in made.problems
    assert made.says in found.text


def test_the_folder_is_wide_enough() -> None:
    good = [made for made in folder() if made.says]
    assert len(folder()) >= 40
    assert len(good) >= 20
    assert len(folder()) - len(good) >= 20


def test_dates_of_the_metadata() -> None:
    found = read_apart(pdf("a", info="/CreationDate (D:20260614090000+07'00') /ModDate (D:20260616)"), "pdf", "a.pdf")
    assert (found.created, found.modified, found.pages) == (date(2026, 6, 14), date(2026, 6, 16), 1)
    assert read_text(docx("a"), "zip", "a").modified == date(2026, 6, 16)
    assert read_text(odt("a"), "zip", "a").created == date(2026, 6, 1)
    assert read_text(pdf("a", info="/ModDate (D:16010101)"), "pdf", "a.pdf").modified is None


def test_bad_files_cost_themselves_only() -> None:
    bad = [made for made in folder() if made.name in ("entities.docx", "cut.pdf", "noise.doc")]
    for made in bad:
        read_apart(made.make(), made.type, made.name)
        assert read_apart(docx("Vẫn đọc được"), "zip", "y").text == "Vẫn đọc được"


def test_a_process_that_has_grown_is_replaced() -> None:
    """Hundreds of megabytes that one file took must not stay with the machine for the rest of a run."""
    reader = attachments._Reader()
    try:
        reader.read(pdf(stream=b" " * 200_000_000), "pdf", "bomb.pdf")
        assert reader._process is None
        assert reader.read(docx("Vẫn đọc được"), "zip", "y").text == "Vẫn đọc được"
    finally:
        reader.close()


@pytest.fixture
def patched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reading process with a parser that misbehaves as the file asks."""
    source = Path(attachments.__file__).read_text("utf-8")
    evil = (
        "def _rtf(body):\n"
        "    if b'loop' in body:\n        while True: pass\n"
        "    if b'crash' in body:\n        os.abort()\n"
        "    if b'memory' in body:\n        return 'a' * 9_000_000_000\n"
        "    return 'fine'\n\n\n"
    )
    program = tmp_path / "program.py"
    program.write_text(
        source.replace("_CPU_SECONDS = 10", "_CPU_SECONDS = 1")
        .replace("_WALL_SECONDS = 40.0", "_WALL_SECONDS = 4.0")
        .replace("if __name__ ==", f"{evil}if __name__ =="),
        "utf-8",
    )
    monkeypatch.setattr(attachments, "__file__", str(program))
    reader = attachments._Reader()
    monkeypatch.setattr(attachments, "_reader", reader)
    yield
    reader.close()


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize("how", ["loop", "crash", "memory"])
def test_a_parser_that_hangs_or_dies_leaves_the_file_unread(how: str) -> None:
    started = time.monotonic()
    found = read_apart(how.encode(), "rtf", "x")
    assert found == AttachmentText(problem="killed")
    assert found.unread
    assert time.monotonic() - started < 20
    assert read_apart(b"x", "rtf", "x").text == "fine"


def test_the_same_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = attachments._Reader()
    monkeypatch.setattr(attachments, "_reader", reader)
    asked: list[str] = []

    def ask(body: bytes, type: str, name: str) -> AttachmentText:
        asked.append(name)
        return AttachmentText("a")

    monkeypatch.setattr(reader, "_ask", ask)
    for name in ("a.pdf", "b.pdf"):
        read_apart(b"same", "pdf", name)
    assert asked == ["a.pdf"]

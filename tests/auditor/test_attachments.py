"""Attached files: text where there is some, a problem that is named where not, and never the end of the judging."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from auditor import attachments
from auditor.attachments import AttachmentText, read_apart, read_text

LINE = "Thành phố Hồ Chí Minh, ngày 15 tháng 6 năm 2026"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dcterms:created>2026-06-14T01:00:00Z</dcterms:created>"
    "<dcterms:modified>2026-06-16T01:00:00Z</dcterms:modified></cp:coreProperties>"
)


def pdf(text: str = "", *, info: str = "", encrypt: bool = False) -> bytes:
    """A PDF of one page; letters must be ASCII."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        f"<< {info} >>".encode(),
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b"/Encrypt 6 0 R /ID [<00> <00>]" if encrypt else b""
    return out + b"trailer << /Size %d /Root 1 0 R /Info 5 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        lock,
        xref,
    )


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


def docx(*lines: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return zipped(
        word__document_xml=f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>', docProps__core_xml=CORE
    )


XLSX = zipped(
    xl__workbook_xml="<workbook/>",
    xl__sharedStrings_xml="<sst><si><t>Số lớp</t></si>"
    "<si><r><t>ngày 15 tháng 6 </t></r><r><t>năm 2026</t></r></si></sst>",
    xl__worksheets__sheet1_xml='<worksheet><row><c t="s"><v>0</v></c><c><v>24</v></c></row>'
    '<row><c t="s"><v>1</v></c><c t="inlineStr"><is><t>Hiệu trưởng</t></is></c></row></worksheet>',
)
ODT = zipped(
    content_xml=f'<d xmlns:text="t"><text:p>Biểu mẫu 05</text:p>'
    f"<text:p>{LINE[:30]}<text:span>{LINE[30:]}</text:span></text:p></d>",
    meta_xml='<d xmlns:meta="m" xmlns:dc="d"><meta:creation-date>2026-06-01T00:00:00</meta:creation-date>'
    "<dc:date>2026-06-02T00:00:00</dc:date></d>",
)
PPTX = zipped(
    ppt__presentation_xml="<p/>",
    ppt__slides__slide1_xml='<s xmlns:a="a"><a:p><a:r><a:t>Báo cáo công khai</a:t></a:r></a:p></s>',
)
RTF = rb"{\rtf1\ansi\ansicpg1258{\fonttbl{\f0 Times New Roman;}}{\*\generator X}Bi\u7875?u m\u7851?u 05\par ng\'e0y 15}"


@pytest.mark.parametrize(
    ("body", "type", "expected"),
    [
        (pdf("ngay 15 thang 6 nam 2026"), "pdf", "ngay 15 thang 6 nam 2026"),
        (docx("Biểu mẫu 05", LINE), "zip", f"Biểu mẫu 05\n{LINE}"),
        (XLSX, "zip", "Số lớp | 24\nngày 15 tháng 6 năm 2026 | Hiệu trưởng"),
        (ODT, "zip", f"Biểu mẫu 05\n{LINE}"),
        (PPTX, "zip", "Báo cáo công khai"),
        (RTF, "rtf", "Biểu mẫu 05\nngày 15"),
    ],
    ids=["pdf", "docx", "xlsx", "odt", "pptx", "rtf"],
)
def test_text_of_each_type(body: bytes, type: str, expected: str) -> None:
    found = read_apart(body, type, "a")
    assert (found.text, found.problem) == (expected, "")


def test_dates_of_the_metadata() -> None:
    found = read_apart(pdf("a", info="/CreationDate (D:20260614090000+07'00') /ModDate (D:20260616)"), "pdf", "a.pdf")
    assert (found.created, found.modified, found.pages) == (date(2026, 6, 14), date(2026, 6, 16), 1)
    assert read_text(docx("a"), "zip", "a").modified == date(2026, 6, 16)
    assert read_text(ODT, "zip", "a").created == date(2026, 6, 1)
    assert read_text(pdf("a", info="/ModDate (D:16010101)"), "pdf", "a.pdf").modified is None


def bomb() -> bytes:
    return zipped(word__document_xml="<w>" + " " * 40_000_000 + "</w>")


def lying_bomb() -> bytes:
    """A zip file that announces ten bytes for a member of forty million."""
    real = struct.pack("<I", 40_000_007)
    return bomb().replace(real, struct.pack("<I", 10))


ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{WORD}"><w:p><w:t>&b;</w:t></w:p></w:document>'
)


@pytest.mark.parametrize(
    ("body", "type", "problems"),
    [
        (b"", "pdf", {"damaged"}),
        (b"%PDF-1.4\n" + b"x" * 2000, "pdf", {"damaged"}),
        (pdf("a" * 300)[:200], "pdf", {"damaged", "no_text"}),
        (pdf("", encrypt=True), "pdf", {"encrypted", "damaged"}),
        (pdf(""), "pdf", {"no_text"}),
        (b"<html><body>404</body></html>", "pdf", {"damaged"}),
        (b"<html></html>", "html", {"unsupported"}),
        (b"\xff\xd8\xff\xe0" + b"x" * 99, "jpg", {"unsupported"}),
        (docx(LINE)[:150], "zip", {"damaged"}),
        (b"PK\x03\x04" + b"x" * 2000, "zip", {"damaged"}),
        (zipped(readme_txt="a"), "zip", {"unsupported"}),
        (zipped(word__document_xml="<w:document"), "zip", {"damaged"}),
        (zipped(word__document_xml=ENTITIES), "zip", {"unsupported"}),
        (bomb(), "zip", {"too_large"}),
        (lying_bomb(), "zip", {"damaged", "too_large"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, "ole", {"damaged"}),
        (b"{\\rtf1 {{{{\\u", "rtf", {"no_text"}),
        (b"{\\rtf1 \\u-9999999999? \\uc99 a}}}}", "rtf", {"no_text", "", "damaged"}),
        (b"a" * 40_000_001, "pdf", {"too_large"}),
    ],
)
def test_bad_files_cost_themselves_only(body: bytes, type: str, problems: set[str]) -> None:
    assert read_apart(body, type, "x").problem in problems
    assert read_apart(docx("Vẫn đọc được"), "zip", "y").text == "Vẫn đọc được"


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


def test_the_pieces_of_an_old_word_file() -> None:
    """Half of the text in bytes, half in UTF-16, behind a format that the pieces share."""
    first, second = b"Bieu mau 05\r", "ngày 15 tháng 6 năm 2026\r"
    stream = bytearray(2048)
    stream[1000 : 1000 + len(first)] = first
    stream[1200 : 1200 + 2 * len(second)] = second.encode("utf-16-le")
    ends = (0, len(first), len(first) + len(second))
    plan = struct.pack("<3I", *ends)
    plan += struct.pack("<HIH", 0, 0x4000_0000 | 2000, 0) + struct.pack("<HIH", 0, 1200, 0)
    table = b"\x01" + struct.pack("<H", 2) + b"ab" + b"\x02" + struct.pack("<I", len(plan)) + plan
    struct.pack_into("<II", stream, 0x01A2, 0, len(table))
    assert "".join(attachments._pieces(bytes(stream), table)) == "Bieu mau 05\nngày 15 tháng 6 năm 2026\n"

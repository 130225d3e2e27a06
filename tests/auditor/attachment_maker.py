"""Attached files of every kind that portals offer, good and bad, made of nothing: for tests and the benchmark."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import openpyxl

LINE = "Thành phố Hồ Chí Minh, ngày 15 tháng 6 năm 2026"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dcterms:created>2026-06-14T01:00:00Z</dcterms:created>"
    "<dcterms:modified>2026-06-16T01:00:00Z</dcterms:modified></cp:coreProperties>"
)


def pdf(
    text: str = "", *, info: str = "", encrypt: bool = False, stream: bytes | None = None, copies: int = 1
) -> bytes:
    """A PDF whose pages (`copies` of one) say `text`, in ASCII letters; `stream` replaces what the page draws."""
    drawn = stream if stream is not None else f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    packed = zlib.compress(drawn)
    kids = " ".join(["3 0 R"] * copies)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {copies} >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
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


class _UnmarkedName(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(), self.flag_bits


def packed(members: dict[str, str | bytes], *, utf8: bool = True) -> bytes:
    """A zip file; with `utf8` false the names are in UTF-8, but the file does not say so, as old programs write."""
    out = io.BytesIO()
    kind = zipfile.ZipInfo if utf8 else _UnmarkedName
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = kind(name, (2026, 6, 15, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def zipped(**members: str) -> bytes:
    """A zip file; in the names "__" stands for a slash and "_" for a dot."""
    return packed({name.replace("__", "/").replace("_", "."): text for name, text in members.items()})


def docx(*lines: str, **more: str) -> bytes:
    """A Word file of these paragraphs; `more` are further members, or others in the place of its own."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    own = {
        "word__document_xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "docProps__core_xml": CORE,
    }
    return zipped(**{**own, **more})


def xlsx(*rows: list[object]) -> bytes:
    """An Excel file of one sheet."""
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = datetime(2026, 6, 16)
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def odt(*paragraphs: str) -> bytes:
    """An OpenDocument text."""
    body = "".join(f"<text:p>{one}</text:p>" for one in paragraphs)
    return zipped(
        content_xml=f'<d xmlns:text="t">{body}</d>',
        meta_xml='<d xmlns:meta="m" xmlns:dc="d"><meta:creation-date>2026-06-01T00:00:00</meta:creation-date>'
        "<dc:date>2026-06-02T00:00:00</dc:date></d>",
    )


def pptx(text: str) -> bytes:
    """A PowerPoint file of one slide."""
    return zipped(
        ppt__presentation_xml="<p/>",
        ppt__slides__slide1_xml=f'<s xmlns:a="a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>',
    )


RTF = rb"{\rtf1\ansi\ansicpg1258{\fonttbl{\f0 Times New Roman;}}{\*\generator X}Bi\u7875?u m\u7851?u 05\par ng\'e0y 15}"


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) with these streams in its root, each filled up to the size that sectors need."""
    sector = 512
    padded = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    chains, at = {}, 2
    for name, body in padded.items():
        count = -(-len(body) // sector)
        chains[name] = (at, count)
        at += count
    table = [0xFFFFFFFD, 0xFFFFFFFE]  # the table itself, the directory (four entries a sector)
    directory_sectors = -(-(len(padded) + 1) // 4)
    extra = directory_sectors - 1
    for start, count in chains.values():
        table += [*range(start + 1, start + count), 0xFFFFFFFE]
    if extra:
        table[1] = at
        table += [*range(at + 1, at + extra), 0xFFFFFFFE]
    assert len(table) <= sector // 4, "one sector of the table is enough here"
    table += [0xFFFFFFFF] * (sector // 4 - len(table))
    names = ["Root Entry", *padded]
    entries = b""
    for number, name in enumerate(names):
        raw = (name + "\0").encode("utf-16-le")
        kind = 5 if number == 0 else 2
        child = 1 if number == 0 and padded else 0xFFFFFFFF
        sibling = number + 1 if 0 < number < len(names) - 1 else 0xFFFFFFFF
        start, size = (0xFFFFFFFE, 0) if number == 0 else (chains[name][0], len(padded[name]))
        entries += struct.pack(
            "<64sHBBIII16sIQQIQ", raw, len(raw), kind, 1, 0xFFFFFFFF, sibling, child, b"", 0, 0, 0, start, size
        )
    entries = entries.ljust(directory_sectors * sector, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    data = struct.pack(f"<{sector // 4}I", *table) + entries[:sector]
    for body in padded.values():
        data += body.ljust(-(-len(body) // sector) * sector, b"\0")
    return header + data + entries[sector:]


def word_97(first: str = "Bieu mau 05\r", second: str = f"{LINE}\r", *, encrypted: bool = False) -> bytes:
    """A Word file of 97 to 2003: half of the text in bytes, half in UTF-16, behind a format that the pieces share."""
    return ole(word_streams(first, second, encrypted=encrypted))


def word_streams(first: str, second: str, *, encrypted: bool = False) -> dict[str, bytes]:
    """The streams of `word_97`."""
    stream = bytearray(4096)
    struct.pack_into("<H", stream, 0x0A, 0x0200 | (0x0100 if encrypted else 0))
    stream[1000 : 1000 + len(first)] = first.encode("ascii")
    stream[1200 : 1200 + 2 * len(second)] = second.encode("utf-16-le")
    ends = (0, len(first), len(first) + len(second))
    plan = struct.pack("<3I", *ends)
    plan += struct.pack("<HIH", 0, 0x4000_0000 | 2000, 0) + struct.pack("<HIH", 0, 1200, 0)
    table = b"\x01" + struct.pack("<H", 2) + b"ab" + b"\x02" + struct.pack("<I", len(plan)) + plan
    struct.pack_into("<II", stream, 0x01A2, 0, len(table))
    return {"WordDocument": bytes(stream), "1Table": table}


def excel_97(*cells: str, encrypted: bool = False) -> bytes:
    """An Excel file of 97 to 2003 with these texts, one below the other."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = b"\x06\x00" + b"Sheet1"
    lock = record(0x2F, struct.pack("<HHH", 1, 1, 1) + b"x" * 48) if encrypted else b""

    def book(place: int) -> bytes:
        bound = record(0x85, struct.pack("<IBB", place, 0, 0) + name)
        return record(0x809, begin) + lock + record(0x42, struct.pack("<H", 1200)) + bound + record(0x0A, b"")

    rows = b"".join(
        record(0x204, struct.pack("<HHHHB", row, 0, 0, len(text), 1) + text.encode("utf-16-le"))
        for row, text in enumerate(cells)
    )
    sheet = record(0x809, begin[:2] + b"\x10\x00" + begin[4:]) + rows + record(0x0A, b"")
    return ole({"Workbook": book(len(book(0))) + sheet})


def web_document(body: str, *, declared: str = "utf-8", office: bool = True) -> bytes:
    """HTML that is offered as .doc or .xls."""
    space = ' xmlns:o="urn:schemas-microsoft-com:office:office"' if office else ""
    text = f'<html{space}><head><meta charset="{declared}"><style>p {{}}</style></head><body>{body}</body></html>'
    return text.encode(declared)


def single_file_page(body: str) -> bytes:
    """A single-file web page (MHTML), which Word saves as .doc."""
    import base64

    html = base64.encodebytes(web_document(body)).decode()
    return (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="X"\r\n\r\n--X\r\n'
        f"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n{html}\r\n--X--\r\n"
    ).encode()


def bomb(member: str = "word/document.xml", size: int = 40_000_000) -> bytes:
    """A small zip file with a member of many bytes."""
    return packed({member: b"<w>" + b" " * size + b"</w>"})


def lying_bomb() -> bytes:
    """A zip file that announces ten bytes for a member of forty million."""
    return bomb().replace(struct.pack("<I", 40_000_007), struct.pack("<I", 10))


def wide_sheet() -> bytes:
    """An Excel file of two cells, at the first and at the last place of a sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "a"
    sheet["XFD1048576"] = "b"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{WORD}"><w:p><w:t>&b;</w:t></w:p></w:document>'
)


@dataclass(frozen=True, slots=True)
class Made:
    """A file: its name, its type as facts.pages tells it, how it is made, and what must come of it.

    `says` must stand in its text; `problems` are those that are right ("" for none).
    """

    name: str
    type: str
    make: Callable[[], bytes]
    says: str = ""
    problems: frozenset[str] = frozenset({""})


def _bad(name: str, type: str, make: Callable[[], bytes], *problems: str) -> Made:
    return Made(name, type, make, problems=frozenset(problems))


@cache
def folder(scale: int = 1) -> tuple[Made, ...]:
    """The files, the good ones first; the bombs among them grow with `scale`."""
    return tuple(_files(scale))


def _files(scale: int) -> Iterator[Made]:
    day = "15/06/2026"
    for name, type, make, says in (
        ("plain.pdf", "pdf", lambda: pdf("ngay 15 thang 6 nam 2026"), "ngay 15 thang 6 nam 2026"),
        ("long.pdf", "pdf", lambda: pdf("Bieu mau 05", copies=3000), "Bieu mau 05"),
        ("no-table.pdf", "pdf", lambda: pdf("Bieu mau 05").replace(b"startxref", b"startxxxx"), "Bieu mau 05"),
        ("late-start.pdf", "pdf", lambda: b"\n\n" + pdf("Bieu mau 05"), "Bieu mau 05"),
        ("word.docx", "zip", lambda: docx("Biểu mẫu 05", LINE), LINE),
        ("macro.docm", "zip", lambda: docx(LINE, word__vbaProject_bin="Sub AutoOpen()"), LINE),
        ("split.docx", "zip", lambda: docx("Biểu</w:t><w:tab/><w:t>mẫu 05"), "Biểu mẫu 05"),
        (
            "sheet.xlsx",
            "zip",
            lambda: xlsx(["Số lớp", 24], [date(2026, 6, 15)], ["Hiệu trưởng"]),
            f"Số lớp | 24\n{day}",
        ),
        (
            "many-rows.xlsx",
            "zip",
            lambda: xlsx(*[["Lớp", n, "Học sinh"] for n in range(2_000 * scale)]),
            "Lớp | 7 | Học sinh",
        ),
        ("slides.pptx", "zip", lambda: pptx("Báo cáo công khai"), "Báo cáo công khai"),
        ("text.odt", "zip", lambda: odt("Biểu mẫu 05", f"{LINE[:30]}<text:span>{LINE[30:]}</text:span>"), LINE),
        ("table.ods", "zip", lambda: odt("Dự toán thu chi"), "Dự toán thu chi"),
        ("rich.rtf", "rtf", lambda: RTF, "Biểu mẫu 05\nngày 15"),
        ("rich.doc", "rtf", lambda: RTF, "Biểu mẫu 05"),
        ("old.doc", "ole", word_97, f"Bieu mau 05\n{LINE}"),
        (
            "macro.doc",
            "ole",
            lambda: ole({**word_streams("Bieu mau 05\r", f"{LINE}\r"), "_VBA_PROJECT": b"Sub AutoOpen()"}),
            LINE,
        ),
        ("old.xls", "ole", lambda: excel_97("Dự toán thu chi", LINE), f"Dự toán thu chi\n{LINE}"),
        ("web.doc", "office_html", lambda: web_document(f"<p>Biểu mẫu 05</p><p>{LINE}</p>"), f"Biểu mẫu 05\n{LINE}"),
        ("web16.doc", "office_html", lambda: web_document(f"<p>{LINE}</p>", declared="utf-16"), LINE),
        (
            "export.xls",
            "office_html",
            lambda: web_document("<table><tr><td>Số lớp</td><td>24</td></tr></table>", office=False),
            "Số lớp | 24",
        ),
        ("mhtml.doc", "office_html", lambda: single_file_page(f"<p>{LINE}</p>"), LINE),
        (
            "several.zip",
            "zip",
            lambda: packed({"Biểu mẫu 09.docx": docx("Cam kết"), "a/tài chính.xlsx": xlsx(["Dự toán"])}),
            "Biểu mẫu 09.docx\nCam kết",
        ),
        ("old-names.zip", "zip", lambda: packed({"Biểu mẫu 10.pdf": pdf("Chat luong")}, utf8=False), "Biểu mẫu 10.pdf"),
        ("hundred.zip", "zip", lambda: packed({f"f{n}.docx": docx(f"Trang {n}") for n in range(100)}), "Trang 3"),
    ):
        yield Made(name, type, make, says)
    yield from (
        _bad("empty.pdf", "pdf", lambda: b"", "damaged"),
        _bad("noise.pdf", "pdf", lambda: b"%PDF-1.4\n" + b"x" * 2000, "damaged"),
        _bad("cut.pdf", "pdf", lambda: pdf("a" * 300)[:200], "damaged", "no_text"),
        _bad("locked.pdf", "pdf", lambda: pdf("", encrypt=True), "encrypted", "damaged"),
        _bad("scan.pdf", "pdf", lambda: pdf(""), "no_text"),
        _bad("page.pdf", "pdf", lambda: b"<html><body>404</body></html>", "damaged"),
        _bad("bomb.pdf", "pdf", lambda: pdf(stream=b" " * 40_000_000 * scale), "no_text", "killed"),
        _bad("nested.pdf", "pdf", lambda: pdf(stream=b"q " * 500_000 * scale), "no_text", "killed"),
        _bad("loop.pdf", "pdf", lambda: pdf("a").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), "damaged", "no_text"),
        _bad("huge.pdf", "pdf", lambda: b"a" * 40_000_001, "too_large"),
        _bad("page.html", "html", lambda: b"<html></html>", "unsupported"),
        _bad("photo.jpg", "jpg", lambda: b"\xff\xd8\xff\xe0" + b"x" * 99, "no_text"),
        _bad("cut.docx", "zip", lambda: docx(LINE)[:150], "damaged"),
        _bad("noise.docx", "zip", lambda: b"PK\x03\x04" + b"x" * 2000, "damaged"),
        _bad("half.docx", "zip", lambda: zipped(word__document_xml="<w:document"), "damaged"),
        _bad("entities.docx", "zip", lambda: zipped(word__document_xml=ENTITIES), "unsupported"),
        _bad("bomb.docx", "zip", bomb, "too_large"),
        _bad("lying.docx", "zip", lying_bomb, "damaged", "too_large"),
        _bad("bomb.xlsx", "zip", lambda: bomb("xl/workbook.xml"), "too_large"),
        _bad("wide.xlsx", "zip", wide_sheet, "killed", "damaged", ""),
        _bad("locked.xlsx", "ole", lambda: ole({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), "encrypted"),
        _bad("locked.doc", "ole", lambda: word_97(encrypted=True), "encrypted"),
        _bad("locked.xls", "ole", lambda: excel_97("a", encrypted=True), "encrypted", "damaged"),
        _bad("noise.doc", "ole", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, "damaged"),
        _bad("slides.ppt", "ole", lambda: ole({"PowerPoint Document": b"x"}), "unsupported"),
        _bad("text.zip", "zip", lambda: zipped(readme_txt="a"), "unsupported"),
        _bad("bomb.zip", "zip", lambda: bomb("a.pdf", 40_000_000 * scale), "", "too_large"),
        _bad("in-zip.zip", "zip", lambda: packed({"a.zip": packed({"b.docx": docx("x")})}), "unsupported"),
        _bad("packed.rar", "rar", lambda: b"Rar!\x1a\x07\x00" + b"x" * 500, "unsupported"),
        _bad("braces.rtf", "rtf", lambda: b"{\\rtf1 {{{{\\u", "no_text"),
        _bad("numbers.rtf", "rtf", lambda: b"{\\rtf1 \\u-9999999999? \\uc99 a}}}}", "no_text", "", "damaged"),
        _bad("deep.rtf", "rtf", lambda: b"{\\rtf1" + b"{" * 500_000 * scale, "no_text"),
        _bad("deep.doc", "office_html", lambda: web_document("<div>" * 30_000 * scale), "no_text", "killed", "damaged"),
    )

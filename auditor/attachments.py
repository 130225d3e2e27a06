"""Text and dates of attached files, read in a process of its own: a bad file costs that file only.

This file is also the program of that process. It is run by its path and imports nothing of the project, so that the
process starts quickly wherever the project is installed.
"""

from __future__ import annotations

import atexit
import contextlib
import email
import faulthandler
import hashlib
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import unicodedata
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

MAX_TEXT = 20_000  # characters
_MAX_BODY = 40_000_000  # bytes of a file
_MAX_MEMBER = 30_000_000  # bytes of a member of a zip file, unpacked
_MAX_PAGES = 12  # of a PDF; the last one is read too, for the signature
_MAX_SHEETS = 5
_MAX_MEMBERS = 10  # files of a zip file that are read
_MAX_MEMBERS_SIZE = 60_000_000  # bytes of them together, unpacked
_MAX_HTML = 4_000_000  # characters of a web page that is a document
_HEAVY = 400_000_000  # bytes; a process that has grown to this is replaced
_CPU_SECONDS = 10
_WALL_SECONDS = 40.0  # the machine may be busy with other work; what counts is the time of the processor
_MEMORY = 1_500_000_000  # bytes of address space
_REMEMBERED = 256  # files
_NO_YEAR_BEFORE = 1990  # LibreOffice writes 1601 where it knows nothing

TOO_LARGE = "too_large"
ENCRYPTED = "encrypted"
DAMAGED = "damaged"
UNSUPPORTED = "unsupported"
NO_TEXT = "no_text"
KILLED = "killed"


@dataclass(frozen=True, slots=True)
class AttachmentText:
    """What a file says: the text of its first pages, the dates in its metadata, its number of pages where it has any.

    `problem` is "", "too_large", "encrypted", "damaged", "unsupported", "no_text" (a scan) or "killed" (its parser
    took too much time or memory, or died).
    """

    text: str = ""
    created: date | None = None
    modified: date | None = None
    pages: int | None = None
    problem: str = ""

    @property
    def unread(self) -> bool:
        """Whether our own limits, not the file, kept its text from us: a person may well read it."""
        return self.problem in (TOO_LARGE, KILLED, UNSUPPORTED, NO_TEXT)


# ---------------------------------------------------------------------- the parsers


class _TooLarge(Exception):
    pass


class _Encrypted(Exception):
    pass


class _Unsupported(Exception):
    pass


def read_text(body: bytes, type: str, name: str) -> AttachmentText:
    """Reads a file here and now. `type` is that of its first bytes (facts.pages.Attachment), `name` breaks ties.

    Never raises for what stands in the file; may take long, much memory, or end the process: use `read_apart`.
    """
    if len(body) > _MAX_BODY:
        return AttachmentText(problem=TOO_LARGE)
    try:
        found = _read(body, type, name)
    except _TooLarge:
        return AttachmentText(problem=TOO_LARGE)
    except MemoryError:
        return AttachmentText(problem=KILLED)
    except _Encrypted:
        return AttachmentText(problem=ENCRYPTED)
    except _Unsupported:
        return AttachmentText(problem=UNSUPPORTED)
    except Exception:  # the parsers' own errors are many, and every one means that the file is no good
        return AttachmentText(problem=DAMAGED)
    except BaseException as error:
        # A panic of a parser written in Rust is no Exception.
        if error.__class__.__name__ != "PanicException":
            raise
        return AttachmentText(problem=DAMAGED)
    text = _tidy(found.text)
    return AttachmentText(text, found.created, found.modified, found.pages, "" if text else NO_TEXT)


def _read(body: bytes, type: str, name: str) -> AttachmentText:
    match type:
        case "pdf":
            return _pdf(body)
        case "zip" | "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp":
            return _zip(body)
        case "rtf":
            return AttachmentText(_rtf(body))
        case "ole" | "doc" | "xls" | "ppt":
            return _ole(body)
        case "office_html":
            return AttachmentText(_html(body))
        case "jpg" | "png" | "gif":
            return AttachmentText(problem=NO_TEXT)
        case _:
            raise _Unsupported


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_TEXT]


def _pdf(body: bytes) -> AttachmentText:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise _Encrypted if "password" in str(error).lower() else error from None
    try:
        count = len(document)
        parts: list[str] = []
        length = 0
        last = count - 1
        for number in [*range(min(count, _MAX_PAGES)), *([last] if last >= _MAX_PAGES else [])]:
            if length >= MAX_TEXT:
                break
            text = document[number].get_textpage().get_text_bounded()
            length += len(text)
            parts.append(text)
        metadata = document.get_metadata_dict()
        return AttachmentText(
            "\n".join(parts), _pdf_day(metadata.get("CreationDate")), _pdf_day(metadata.get("ModDate")), count
        )
    finally:
        document.close()


def _pdf_day(value: str | None) -> date | None:
    match = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", value or "")
    return _day(*(int(group) for group in match.groups())) if match else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _NO_YEAR_BEFORE else None
    except ValueError:
        return None


def _zip(body: bytes) -> AttachmentText:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise _Encrypted
        created = modified = None
        if "word/document.xml" in sizes:
            text = _paragraphs(_member(archive, sizes, "word/document.xml"))
        elif "xl/workbook.xml" in sizes or "xl/workbook.bin" in sizes:
            if max(size for name, size in sizes.items() if name.startswith("xl/")) > _MAX_MEMBER:
                raise _TooLarge
            for name in sizes:
                if name.endswith((".xml", ".bin")):
                    _member(archive, sizes, name)
            text = "\n".join(_sheets(body))
        elif "ppt/presentation.xml" in sizes:
            slides = sorted((n for n in sizes if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)), key=_number_in)
            text = "\n".join(_paragraphs(_member(archive, sizes, slide)) for slide in slides[:_MAX_PAGES])
        elif "content.xml" in sizes:
            text = _paragraphs(_member(archive, sizes, "content.xml"), mixed=True)
        else:
            return _members(archive)
        for name in ("docProps/core.xml", "meta.xml"):
            if name in sizes:
                created, modified = _properties(_member(archive, sizes, name))
    return AttachmentText(text, created, modified)


def _number_in(name: str) -> int:
    return int(re.sub(r"\D", "", name) or 0)


def _member(archive: zipfile.ZipFile, sizes: dict[str, int], name: str) -> BinaryIO:
    """A member of which the announced and the real size are sane: a few bytes can announce gigabytes."""
    if sizes[name] > _MAX_MEMBER:
        raise _TooLarge
    with archive.open(name) as member:
        data = member.read(_MAX_MEMBER + 1)
    if len(data) > _MAX_MEMBER:
        raise _TooLarge
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data[:2000]:
        raise _Unsupported  # office files have none; entities are made to explode
    return io.BytesIO(data)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _paragraphs(xml: BinaryIO, *, mixed: bool = False) -> str:
    """The text of word/document.xml, a slide, or (`mixed`) the content.xml of an OpenDocument file."""
    parts: list[str] = []
    length = 0
    for _, element in ElementTree.iterparse(xml):
        name = _local(element)
        if mixed and name in ("p", "h"):
            parts.append("".join(element.itertext()) + "\n")
            element.clear()
        elif mixed:
            continue
        elif name == "t":
            parts.append(element.text or "")
        elif name == "p":
            parts.append("\n")
            element.clear()
        elif name in ("tab", "br"):
            parts.append(" ")
        else:
            continue
        length += len(parts[-1])
        if length > 2 * MAX_TEXT:
            break
    return "".join(parts)


def _sheets(body: bytes) -> Iterator[str]:
    """The rows of the first sheets of a workbook (XLSX, XLS), cells joined by " | ", days as people write them."""
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    except python_calamine.PasswordError:
        raise _Encrypted from None
    length = 0
    for name in workbook.sheet_names[:_MAX_SHEETS]:
        for row in workbook.get_sheet_by_name(name).iter_rows():
            line = " | ".join(shown for cell in row if (shown := _shown(cell)))
            length += len(line)
            yield line
            if length > MAX_TEXT:
                return


def _shown(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


_MEMBER_TYPES = frozenset("pdf doc docx xls xlsx ppt pptx odt ods rtf jpg jpeg png".split())


def _members(archive: zipfile.ZipFile) -> AttachmentText:
    """What the files in a zip file say, each below its name; zip files in it are left shut."""
    entries = [entry for entry in archive.infolist() if entry.filename.rpartition(".")[2].lower() in _MEMBER_TYPES]
    if not entries:
        raise _Unsupported
    left, parts, read = _MAX_MEMBERS_SIZE, [], 0
    created: list[date] = []
    modified: list[date] = []
    for entry in entries:
        parts.append(_member_name(entry))
        if read >= _MAX_MEMBERS or entry.file_size > min(left, _MAX_MEMBER):
            continue
        with archive.open(entry) as member:
            body = member.read(min(left, _MAX_MEMBER) + 1)
        left -= len(body)
        read += 1
        kind = _magic(body) or entry.filename.rpartition(".")[2].lower()
        found = read_text(body, kind, entry.filename) if _is_office(body, kind) else AttachmentText()
        parts.append(found.text)
        created += [found.created] if found.created else []
        modified += [found.modified] if found.modified else []
    return AttachmentText("\n".join(parts), max(created, default=None), max(modified, default=None))


def _is_office(body: bytes, kind: str) -> bool:
    """Whether a member is no zip file of its own with anything in it."""
    return kind != "zip" or b"[Content_Types].xml" in body[:4000] or body[30:38] == b"mimetype" or b"word/" in body


def _magic(body: bytes) -> str:
    starts = (
        (b"%PDF", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"\xd0\xcf\x11\xe0", "ole"),
        (b"{\\rtf", "rtf"),
        (b"<", "office_html"),
    )
    return next((kind for magic, kind in starts if body.startswith(magic)), "")


def _member_name(entry: zipfile.ZipInfo) -> str:
    """The name of a file in a zip file; old programs write Vietnamese names without saying in which code."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.rpartition("/")[2]


_BREAK = re.compile(r"<(?:/?(?:p|div|tr|h[1-6]|li|table)|br)\b", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]\b", re.IGNORECASE)


def _html(body: bytes) -> str:
    """The text of HTML, or of a single-file web page (MHTML), that Word or Excel opens as a document."""
    from selectolax.lexbor import LexborHTMLParser

    if b"mime-version:" in body[:2000].lower():
        message = email.message_from_bytes(body)
        pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xml")]
        payload = pages[0].get_payload(decode=True) if pages else b""
        body = payload if isinstance(payload, bytes) else b""
    text = _CELL.sub(" | \\g<0>", _BREAK.sub("\n\\g<0>", _decoded(body)))
    tree = LexborHTMLParser(text[:_MAX_HTML])
    tree.strip_tags(["script", "style", "noscript", "template", "title"])
    root = tree.body or tree.root
    return root.text() if root is not None else ""


def _decoded(body: bytes) -> str:
    declared = re.search(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{3,20})", body[:4000])
    for code in (
        "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
        declared and declared[1].decode(),
        "cp1258",
    ):
        try:
            if code:
                return body.decode(code)
        except (LookupError, UnicodeError):
            continue
    return body.decode("utf-8", "replace")


def _properties(xml: BinaryIO) -> tuple[date | None, date | None]:
    found: dict[str, date | None] = {}
    for element in ElementTree.parse(xml).getroot().iter():
        match = re.match(r"(\d{4})-(\d\d)-(\d\d)", element.text or "")
        if match:
            found[_local(element)] = _day(*(int(group) for group in match.groups()))
    return found.get("created") or found.get("creation-date"), found.get("modified") or found.get("date")


_RTF = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
_RTF_HIDDEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer generator themedata datastore latentstyles".split()
)


def _rtf(body: bytes) -> str:
    """The text of an RTF file: letters as \\uN, as bytes of the Vietnamese code page, or plain."""
    parts: list[str] = []
    groups: list[tuple[bool, int]] = []
    hidden, fallback, skip = False, 1, 0
    for match in _RTF.finditer(body):
        word, number, byte, sign, brace, plain = match.groups()
        if brace == b"{":
            groups.append((hidden, fallback))
        elif brace == b"}":
            hidden, fallback = groups.pop() if groups else (False, 1)
        elif sign == b"*" or (word and word in _RTF_HIDDEN):
            hidden = True
        elif hidden:
            continue
        elif word == b"uc":
            fallback = int(number or 1)
        elif word == b"u" and number:
            parts.append(chr(int(number) % 65536))
            skip = fallback
        elif word in (b"par", b"line", b"row", b"cell", b"page"):
            parts.append("\n")
        elif word == b"tab" or sign == b"~":
            parts.append(" ")
        elif byte:
            if skip:
                skip -= 1
            else:
                parts.append(bytes.fromhex(byte.decode()).decode("cp1258", "ignore"))
        elif plain:
            text = plain.decode("cp1258", "ignore")
            parts.append(text[skip:])
            skip = max(0, skip - len(text))
    text = "".join(parts)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _ole(body: bytes) -> AttachmentText:
    """A Word or Excel file of 97 to 2003, or the wrapping of a newer one that is encrypted."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(body)) as ole:
        if ole.exists("EncryptedPackage"):
            raise _Encrypted
        if ole.exists("WordDocument"):
            text = _word(ole)
        elif ole.exists("Workbook") or ole.exists("Book"):
            text = "\n".join(_sheets(body))
        else:
            raise _Unsupported
        properties = ole.get_metadata()
        return AttachmentText(text, _moment(properties.create_time), _moment(properties.last_saved_time))


def _word(ole: Any) -> str:
    """The text of a Word file by its table of pieces ([MS-DOC] 2.4.1)."""
    stream = ole.openstream("WordDocument").read(_MAX_MEMBER)
    flags = struct.unpack_from("<H", stream, 0x0A)[0]
    if flags & 0x0100:
        raise _Encrypted
    table = ole.openstream("1Table" if flags & 0x0200 else "0Table").read(_MAX_MEMBER)
    return "".join(_pieces(stream, table))


def _moment(value: object) -> date | None:
    return _day(value.year, value.month, value.day) if isinstance(value, datetime) else None


def _pieces(stream: bytes, table: bytes) -> Iterator[str]:
    at, size = struct.unpack_from("<II", stream, 0x01A2)
    end = at + size
    while table[at] == 1:  # formats that pieces share
        at += 3 + int(struct.unpack_from("<H", table, at + 1)[0])
    if table[at] != 2 or end > len(table):
        raise ValueError("no table of pieces")
    at += 5
    count = (end - at - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table, at)
    length = 0
    for number in range(count):
        characters = places[number + 1] - places[number]
        (place,) = struct.unpack_from("<I", table, at + 4 * (count + 1) + 8 * number + 2)
        characters = min(max(characters, 0), MAX_TEXT)
        if place & 0x4000_0000:
            start = (place & 0x3FFF_FFFF) // 2
            text = stream[start : start + characters].decode("cp1252", "ignore")
        else:
            text = stream[place : place + 2 * characters].decode("utf-16-le", "ignore")
        yield re.sub(r"[\x00-\x08\x0e-\x1f]", "", re.sub(r"[\x07\x0b\x0c\r]", "\n", text))
        length += len(text)
        if length > MAX_TEXT:
            return


# ---------------------------------------------------------------------- the process beside ours


class _Reader:
    """One process that reads files on demand, started when the first is asked for and again when it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._known: OrderedDict[str, AttachmentText] = OrderedDict()

    def read(self, body: bytes, type: str, name: str) -> AttachmentText:
        if len(body) > _MAX_BODY:
            return AttachmentText(problem=TOO_LARGE)
        ident = f"{type} {hashlib.sha256(body).hexdigest()}"
        known = self._known.get(ident)
        if known is None:
            known = self._known[ident] = self._ask(body, type, name)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _ask(self, body: bytes, type: str, name: str) -> AttachmentText:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            atexit.register(self.close)
        question = json.dumps([type, name]).encode()
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(struct.pack("<II", len(question), len(body)) + question + body)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            fields = json.loads(answer)
        except (OSError, ValueError):
            self.close()
            return AttachmentText(problem=KILLED)
        if fields.pop("heavy"):
            self.close()
        for key in ("created", "modified"):
            fields[key] = date.fromisoformat(fields[key]) if fields[key] else None
        return AttachmentText(**fields)

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.close)
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.wait()


_reader = _Reader()


def read_apart(body: bytes, type: str, name: str) -> AttachmentText:
    """As `read_text`, in a process of its own with limits on time and memory; remembered by the file's content."""
    return _reader.read(body, type, name)


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """The process: answers one question after the other until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        while len(head := questions.read(8)) == 8:
            length, size = struct.unpack("<II", head)
            type, name = json.loads(questions.read(length))
            body = questions.read(size)
            _limit()
            faulthandler.dump_traceback_later(_WALL_SECONDS, exit=True, file=nowhere)
            found = asdict(read_text(body, type, name))
            faulthandler.cancel_dump_traceback_later()
            for key in ("created", "modified"):
                found[key] = found[key].isoformat() if found[key] else None
            found["heavy"] = _grown() > _HEAVY
            answers.write(json.dumps(found).encode() + b"\n")
            answers.flush()


def _grown() -> int:
    """The most memory that this process has used, in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    try:  # proc(5); getrusage would count what the process was forked from, too
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    peak = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(peak.group(1)) * 1024 if peak else 0


def _limit() -> None:
    """Lets this process use so much memory, and so much time of the processor from now on, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + _CPU_SECONDS
    for limit, value in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(limit)[1]
        if hard == resource.RLIM_INFINITY or value <= hard:
            resource.setrlimit(limit, (value, hard))


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)

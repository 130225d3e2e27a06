"""The archive of a unit: one WARC file (ISO 28500) with everything that its crawl saw.

Requests and responses are records of their own, each a gzip member; failures, notes and the end of the crawl
are `metadata` records with a JSON body. While the crawl runs, the file's name ends in `.open`; it is renamed when
the unit is finished, so a file with its final name is always complete.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from auditor.model import Capture, Cause, CrawlEnd, Failure, Kind, Picture, Status, StoppedBy, Unit, Whose

FORMAT = "auditor.archive/1"
SCANS = "auditor.scans/1"
RENDERED_TYPE = "text/html; charset=utf-8"
_LEVEL = 2  # deflate level: above it the crawl pays more time than the disk gains
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_HEADER_BREAK = re.compile(r"[\r\n\x00]+")
# Headers that no longer describe the body as it is stored (decoded, of known length).
_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class ArchiveError(Exception):
    """An archive cannot be read: it is damaged, cut short, or not ours."""


def archive_name(unit_id: str) -> str:
    """File name of a unit's archive: safe on every file system and different for different ids."""
    safe = _UNSAFE.sub("_", unit_id).strip("._")[:80] or "unit"
    if safe == unit_id.lower():
        return f"{safe}.warc.gz"
    return f"{safe}-{zlib.crc32(unit_id.encode('utf-8', 'surrogatepass')):08x}.warc.gz"


def now() -> str:
    """The present moment as the archive writes it; for the crawl, never for judging."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _safe_header(value: str) -> str:
    return _HEADER_BREAK.sub(" ", value).encode("utf-8", "replace").decode("utf-8")


class ArchiveWriter:
    """Writes the archive of one unit while it is crawled.

    With an `executor` (one thread) compressing and writing happen there, in order; `close` waits for them.
    `size` is the number of bytes handed over before compression.
    """

    def __init__(self, path: Path, unit: Unit, info: Mapping[str, str], *, executor: Executor | None = None) -> None:
        self.path = path
        self.size = 0
        self._open_path = path.with_name(path.name + ".open")
        self._file = self._open_path.open("wb")
        self._executor = executor
        self._pending: list[Future[None]] = []
        self._plain = BytesIO()
        self._records = WARCWriter(self._plain, gzip=False)
        self._record_ids: dict[str, str] = {}
        unit_json = json.dumps(asdict(unit), ensure_ascii=False)
        fields = {"software": "auditor", "format": "WARC File Format 1.1", "auditor-format": FORMAT, **info}
        self._submit(
            lambda: [self._records.create_warcinfo_record(path.name, fields)],
        )
        self.note("unit", json.loads(unit_json))

    def exchange(
        self,
        capture: Capture,
        *,
        request_headers: Mapping[str, str] | None = None,
        method: str = "GET",
        sent: bytes = b"",
    ) -> None:
        """Stores one request and its answer; `sent` is the body of the request, if it had one."""
        self.size += len(capture.body) + 600
        self._submit(lambda: self._exchange_records(capture, request_headers or {}, method, sent))

    def rendered(self, capture: Capture) -> None:
        """Stores what a browser made of a page, in UTF-8: a `conversion` of the answer to the same address."""
        self.size += len(capture.body) + 600
        self._submit(lambda: [self._conversion(capture)])

    def picture(self, picture: Picture) -> None:
        """Stores a picture of a page: a `resource`."""
        self.size += len(picture.body) + 600
        self._submit(lambda: [self._resource(picture)])

    def failure(self, failure: Failure) -> None:
        """Stores an address that gave no usable answer."""
        self._json("failure", failure.url, asdict(failure))

    def note(self, kind: str, value: object) -> None:
        """Stores anything else worth keeping, e.g. a DNS answer or the robots.txt decision."""
        self._json(kind, f"urn:auditor:{kind}", value)

    def close(self, end: CrawlEnd) -> None:
        """Writes how the crawl ended, and gives the file its final name."""
        self._json("end", "urn:auditor:end", asdict(end))
        for future in self._pending:
            future.result()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._open_path.replace(self.path)

    def abandon(self) -> None:
        """Gives up: the unfinished file is removed."""
        for future in self._pending:
            future.cancel()
        self._file.close()
        self._open_path.unlink(missing_ok=True)

    def _json(self, kind: str, uri: str, value: object) -> None:
        body = json.dumps(value, ensure_ascii=True, default=str).encode("ascii")
        self.size += len(body)
        self._submit(
            lambda: [
                self._records.create_warc_record(
                    _safe_header(uri),
                    "metadata",
                    payload=BytesIO(body),
                    length=len(body),
                    warc_content_type="application/json",
                    warc_headers_dict={"Auditor-Kind": kind},
                )
            ]
        )

    def _exchange_records(
        self, capture: Capture, request_headers: Mapping[str, str], method: str, sent: bytes
    ) -> list[Any]:
        headers = [(name, _safe_header(value)) for name, value in capture.headers if name not in _TRANSFER]
        headers += [(f"x-archive-orig-{n}", _safe_header(v)) for n, v in capture.headers if n in _TRANSFER]
        headers.append(("content-length", str(len(capture.body))))
        extra = _marks(capture)
        if capture.ip_address:
            extra["WARC-IP-Address"] = capture.ip_address
        url = _safe_header(capture.url)
        response = self._records.create_warc_record(
            url,
            "response",
            payload=BytesIO(capture.body),
            length=len(capture.body),
            http_headers=StatusAndHeaders(f"{capture.status} Status", headers, protocol="HTTP/1.1"),
            warc_headers_dict=extra,
        )
        if capture.role == "page":
            self._record_ids[url] = response.rec_headers.get_header("WARC-Record-ID")
        asked = [(name, _safe_header(value)) for name, value in request_headers.items()]
        request = self._records.create_warc_record(
            url,
            "request",
            payload=BytesIO(sent),
            length=len(sent),
            http_headers=StatusAndHeaders(f"{method} {url} HTTP/1.1", asked, is_http_request=True),
            warc_headers_dict={
                "WARC-Date": capture.fetched_at,
                "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
            },
        )
        return [response, request]

    def _conversion(self, capture: Capture) -> Any:
        extra = _marks(capture)
        url = _safe_header(capture.url)
        source = self._record_ids.get(url) or self._record_ids.get(url.partition("#")[0])
        if source is not None:
            extra["WARC-Refers-To"] = source
        return self._records.create_warc_record(
            url,
            "conversion",
            payload=BytesIO(capture.body),
            length=len(capture.body),
            warc_content_type=RENDERED_TYPE,
            warc_headers_dict=extra,
        )

    def _resource(self, picture: Picture) -> Any:
        return self._records.create_warc_record(
            _safe_header(picture.url),
            "resource",
            payload=BytesIO(picture.body),
            length=len(picture.body),
            warc_content_type="image/webp",
            warc_headers_dict={
                "WARC-Date": picture.taken_at,
                "Auditor-Picture": picture.kind,
                "Auditor-Size": f"{picture.width}x{picture.height}",
            },
        )

    def _submit(self, make: Any) -> None:
        if self._executor is None:
            self._write(make)
        else:
            self._pending = [future for future in self._pending if not future.done() or future.exception()]
            self._pending.append(self._executor.submit(self._write, make))

    def _write(self, make: Any) -> None:
        for record in make():
            self._records.write_record(record)
            plain = self._plain.getvalue()
            self._plain.seek(0)
            self._plain.truncate()
            squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
            self._file.write(squeeze.compress(plain) + squeeze.flush())


def _marks(capture: Capture) -> dict[str, str]:
    """The headers of a record that say where a page stands in its portal."""
    marks = {
        "WARC-Date": capture.fetched_at,
        "Auditor-Role": capture.role,
        "Auditor-Depth": str(capture.depth),
    }
    if capture.via:
        marks["Auditor-Via"] = _safe_header(capture.via)
    if capture.home:
        marks["Auditor-Home"] = "1"
    if capture.truncated:
        marks["WARC-Truncated"] = "length"
    return marks


@dataclass(frozen=True, slots=True)
class Archive:
    """What a stored crawl holds. `captures` in the order fetched, those of the role "rendered" behind the answer that
    they show; `sent` are request bodies by capture index; `pictures` in the order taken.

    `scans` are the texts of scanned files that OCR has read since, by the SHA-256 of the file.
    """

    unit: Unit
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]
    notes: tuple[tuple[str, Any], ...]
    end: CrawlEnd
    sent: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)
    scans: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()


def read_archive(path: Path) -> Archive:
    """Reads a closed archive. Raises ArchiveError when it is damaged, unfinished or of another format."""
    captures: list[Capture] = []
    failures: list[Failure] = []
    notes: list[tuple[str, Any]] = []
    pictures: list[Picture] = []
    sent: dict[int, tuple[str, bytes]] = {}
    unit: Unit | None = None
    end: CrawlEnd | None = None
    try:
        with path.open("rb") as stream:
            records = ArchiveIterator(stream)
            for record in records:
                if record.rec_type in ("response", "conversion"):
                    captures.append(_capture(record))
                elif record.rec_type == "resource":
                    picture = _picture(record)
                    pictures.append(replace(picture, offset=records.get_record_offset()))
                elif record.rec_type == "request":
                    body = record.content_stream().read()
                    method = (record.http_headers.protocol or "GET").upper()
                    if method != "GET" or body:
                        sent[len(captures) - 1] = (method, body)
                elif record.rec_type == "metadata":
                    kind = record.rec_headers.get_header("Auditor-Kind") or ""
                    value = json.loads(record.content_stream().read())
                    if kind == "failure":
                        failures.append(_failure(value))
                    elif kind == "unit":
                        unit = _unit(value)
                    elif kind == "end":
                        end = _end(value)
                    else:
                        notes.append((kind, value))
    except (ArchiveLoadFailed, AttributeError, LookupError, TypeError, ValueError, zlib.error, OSError) as why:
        raise ArchiveError(f"{path.name}: {why}") from why
    if unit is None or end is None:
        raise ArchiveError(f"{path.name}: unfinished, or not an archive of this program")
    return Archive(unit, tuple(captures), tuple(failures), tuple(notes), end, sent, read_scans(path), tuple(pictures))


def scans_path(path: Path) -> Path:
    """Where the texts of an archive's scans lie: beside it."""
    return path.with_name(path.name.removesuffix(".warc.gz") + ".scans.json")


def read_scans(path: Path) -> dict[str, str]:
    """The texts of an archive's scans by the SHA-256 of the file; none where OCR has not been there."""
    try:
        stored = json.loads(scans_path(path).read_text("utf-8"))
        return {str(ident): str(text) for ident, text in stored["texts"].items()} if stored["format"] == SCANS else {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def write_scans(path: Path, texts: Mapping[str, str]) -> None:
    """Stores the texts of an archive's scans."""
    place = scans_path(path)
    draft = place.with_name(place.name + ".open")
    draft.write_text(json.dumps({"format": SCANS, "texts": dict(sorted(texts.items()))}, ensure_ascii=True), "utf-8")
    draft.replace(place)


def iter_records(path: Path) -> Iterator[tuple[str, str, int]]:
    """(record type, address, length) of every record, for `verify` and for people who want to look inside."""
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            yield record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or "", record.length


def _capture(record: Any) -> Capture:
    warc = record.rec_headers
    http = record.http_headers
    headers = (
        tuple((name.lower(), value) for name, value in http.headers) if http else (("content-type", RENDERED_TYPE),)
    )
    return Capture(
        url=warc.get_header("WARC-Target-URI"),
        status=int(http.get_statuscode()) if http else 200,
        headers=headers,
        body=record.content_stream().read(),
        fetched_at=warc.get_header("WARC-Date"),
        role=warc.get_header("Auditor-Role") or "page",
        depth=int(warc.get_header("Auditor-Depth") or 0),
        via=warc.get_header("Auditor-Via"),
        home=warc.get_header("Auditor-Home") == "1",
        truncated=warc.get_header("WARC-Truncated") is not None,
        ip_address=warc.get_header("WARC-IP-Address"),
    )


def _picture(record: Any) -> Picture:
    warc = record.rec_headers
    width, _, height = (warc.get_header("Auditor-Size") or "0x0").partition("x")
    return Picture(
        url=warc.get_header("WARC-Target-URI"),
        kind=warc.get_header("Auditor-Picture") or "",
        body=record.content_stream().read(),
        width=int(width),
        height=int(height),
        taken_at=warc.get_header("WARC-Date"),
    )


def _unit(value: dict[str, Any]) -> Unit:
    return Unit(**{**value, "kind": Kind(value["kind"])})


def _failure(value: dict[str, Any]) -> Failure:
    return Failure(**{**value, "cause": Cause(value["cause"]), "whose": Whose(value["whose"])})


def _end(value: dict[str, Any]) -> CrawlEnd:
    lists = {name: tuple(value[name]) for name in ("addresses", "forbidden", "unvisited", "notes")}
    return CrawlEnd(
        **{**value, **lists, "status": Status(value["status"]), "stopped_by": StoppedBy(value["stopped_by"])}
    )

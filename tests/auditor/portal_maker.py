"""Tiny portals for tests of facts and checks: an Archive made of HTML strings, and facts read from it on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from auditor.archive import Archive
from auditor.config import Config, load_config
from auditor.judge import _Facts, _needs
from auditor.links import extract_links
from auditor.model import Capture, Cause, CrawlEnd, Failure, Finding, Kind, Status, StoppedBy, Unit, Whose
from auditor.register_index import RegisterIndex
from auditor.urls import key
from auditor.vocabulary import Vocabulary, load_vocabulary

HOST = "thcsmau.hcm.edu.vn"
NAME = "Trường Trung học cơ sở Mẫu"
AS_OF = date(2026, 10, 20)
FETCHED_AT = "2026-10-20T01:00:00Z"

Stored = str | bytes | tuple[int, str | bytes] | Capture
Fact = TypeVar("Fact")

_TYPES = {
    "pdf": (b"%PDF-1.4\n", "application/pdf"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    "docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
}


def unit_of(host: str = HOST, *, name: str = NAME, kind: Kind = Kind.THCS, **fields: Any) -> Unit:
    """A unit whose portal is the whole host."""
    return Unit(id=host.partition(".")[0], name=name, kind=kind, url=f"http://{host}/", **fields)


def make_archive(
    pages: Mapping[str, Stored],
    *,
    home: str = "/",
    host: str = HOST,
    attachments: Mapping[str, bytes | int | Capture] | None = None,
    failures: Mapping[str, Cause | int] | None = None,
    redirects: Mapping[str, str] | None = None,
    probes: Iterable[Capture] = (),
    notes: Iterable[tuple[str, Any]] = (),
    end: Mapping[str, Any] | None = None,
    unit: Unit | None = None,
) -> Archive:
    """An archive as a crawl would have left it.

    `pages` by path or address: HTML, (status, HTML) or a whole Capture. `attachments`: bytes (b"" makes a small file
    of the type that its ending names), an HTTP status, or a Capture. `failures`: a status of 4xx/5xx or a Cause.
    `redirects` from address to address. `end` overrides fields of the CrawlEnd. The depth of a page is its distance
    from the home page over links.
    """
    base = f"http://{host}/"
    place = {urljoin(base, path): stored for path, stored in pages.items()}
    home_url = urljoin(base, home)
    depths = _depths(place, home_url)
    order = sorted(place, key=lambda url: (url != home_url, depths.get(key(url), 99)))
    captures: list[Capture] = []
    for source, target in (redirects or {}).items():
        captures.append(_capture(urljoin(base, source), 302, b"", "redirect", location=urljoin(base, target)))
    for url in order:
        stored = place[url]
        if isinstance(stored, Capture):
            captures.append(stored)
            continue
        status, body = stored if isinstance(stored, tuple) else (200, stored)
        raw = body.encode() if isinstance(body, str) else body
        captures.append(
            Capture(
                url,
                status,
                (("content-type", "text/html; charset=utf-8"),),
                raw,
                FETCHED_AT,
                depth=depths.get(key(url), 1),
                via=None if url == home_url else home_url,
                home=url == home_url,
            )
        )
    for path, content in (attachments or {}).items():
        url = urljoin(base, path)
        if isinstance(content, Capture):
            captures.append(content)
        elif isinstance(content, int):
            captures.append(_capture(url, content, b"", "attachment"))
        else:
            magic, media = _TYPES.get(path.rpartition(".")[2].lower(), (b"", "application/octet-stream"))
            captures.append(_capture(url, 200, content or magic + b"x" * 2000, "attachment", media=media))
    captures.extend(probes)
    failed = tuple(_failure(urljoin(base, path), why) for path, why in (failures or {}).items())
    values: dict[str, Any] = {
        "status": Status.AUDITED,
        "status_reason": "complete",
        "stopped_by": StoppedBy.COMPLETE,
        "final_url": home_url,
        "pages": len(place),
        "attachments": len(attachments or {}),
        **(end or {}),
    }
    for name in ("forbidden", "unvisited"):
        if name in values:
            values[name] = tuple(urljoin(base, path) for path in values[name])
    return Archive(unit or unit_of(host), tuple(captures), failed, tuple(notes), CrawlEnd(**values))


def probe(url: str, html: str, *, status: int = 200, host: str = HOST) -> Capture:
    """The answer to a request that was tried beside the crawl."""
    return _capture(urljoin(f"http://{host}/", url), status, html.encode(), "probe", media="text/html; charset=utf-8")


def facts_for(
    archive: Archive,
    *,
    unit: Unit | None = None,
    as_of: date = AS_OF,
    register: Iterable[Unit] = (),
    config: Config | None = None,
) -> Callable[[type[Fact]], Fact]:
    """A getter of facts by their class, as the judge gives them to checks."""
    unit = unit or archive.unit
    facts = _Facts(
        {
            Archive: archive,
            Unit: unit,
            CrawlEnd: archive.end,
            Vocabulary: load_vocabulary(),
            RegisterIndex: RegisterIndex.of([unit, *register]),
            Config: config or load_config(),
            date: as_of,
        }
    )
    return facts.get


def finding_of(
    check: Callable[..., Finding], archive: Archive, *, options: Mapping[str, Any] | None = None, **judging: Any
) -> Finding:
    """What a check finds in an archive; `options` are those of its row, `judging` goes to `facts_for`."""
    get: Callable[[type], Any] = facts_for(archive, **judging)
    return check(**{name: get(kind) for name, kind in _needs(check).items()}, **(options or {}))


def page(
    body: str, *, title: str = NAME, menu: Iterable[tuple[str, str]] = (), footer: str = "", head: str = ""
) -> str:
    """A whole page with a menu of (label, address), its own part and a footer."""
    entries = "".join(f'<li><a href="{url}">{label}</a></li>' for label, url in menu)
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<header class="banner"><h1>{NAME}</h1></header><nav><ul>{entries}</ul></nav>'
        f"<main>{body}</main><footer>{footer}</footer></body></html>"
    )


def _capture(url: str, status: int, body: bytes, role: str, *, media: str = "", location: str = "") -> Capture:
    headers = [("content-type", media)] if media else []
    if location:
        headers.append(("location", location))
    return Capture(url, status, tuple(headers), body, FETCHED_AT, role=role, depth=1)


def _failure(url: str, why: Cause | int) -> Failure:
    if isinstance(why, int):
        return Failure(url, Cause.HTTP_ERROR, Whose.SITE, "", FETCHED_AT, status=why)
    whose = Whose.SITE if why in (Cause.ROBOTS, Cause.CHALLENGE) else Whose.NETWORK
    return Failure(url, why, whose, "", FETCHED_AT)


def _depths(place: Mapping[str, Stored], home_url: str) -> dict[str, int]:
    by_key = {key(url): url for url in place}
    depths = {key(home_url): 0}
    queue = deque([home_url])
    while queue:
        url = queue.popleft()
        stored = place.get(by_key.get(key(url), ""))
        body = stored[1] if isinstance(stored, tuple) else stored
        if not isinstance(body, (str, bytes)):
            continue
        tree = LexborHTMLParser(body)
        for link in extract_links(tree, url).links:
            ident = key(link.url) if link.url else ""
            if ident in by_key and ident not in depths:
                depths[ident] = depths[key(url)] + 1
                queue.append(by_key[ident])
    return depths

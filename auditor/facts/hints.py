"""Weak signs of when articles without a date were posted: feeds, sitemaps, HTTP headers. They help a person to decide.

No verdict rests on them: a sitemap and a header tell when something was changed last, and servers often tell today.
"""

from __future__ import annotations

import html
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from auditor.dates import find_dates
from auditor.facts.pages import Pages
from auditor.facts.publications import Publications
from auditor.model import Capture
from auditor.page import Page
from auditor.urls import key

_MAX_BYTES = 5_000_000
_MAX_ENTRIES = 5_000
_FEW = 3  # entries of a sitemap that may well be of one day
_ENTRY = re.compile(r"<(?P<tag>url|item|entry)\b[^>]*>(?P<inner>.*?)</(?P=tag)>", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(
    r"<(?:loc|link)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*(?P<text>[^<\]\s]{4,2000})|<link\b[^>]*\bhref=[\"'](?P<href>[^\"']{4,2000})",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"<lastmod\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{8,40})", re.IGNORECASE)
_POSTED = re.compile(r"<(?:pubDate|published|dc:date)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{8,40})", re.IGNORECASE)


class Source(StrEnum):
    """Where a sign was read, the most trusted first."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LAST_MODIFIED = "last_modified"


_TRUST = {source: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True, slots=True)
class Hint:
    """A day that an article without a date may be of: its title and page, and what was read where."""

    title: str
    page: Page
    day: date
    source: Source
    quote: str


@dataclass(frozen=True, slots=True)
class Hints:
    """The signs up to the as-of date, the newest first, one for an article."""

    items: tuple[Hint, ...]


def read(pages: Pages, publications: Publications, as_of: date) -> Hints:
    """Looks for signs of the articles that carry no date."""
    wanted = {page.key: (title, page) for title, page in publications.undated}
    found: dict[str, Hint] = {}
    for ident, day, source, quote in _signs(pages, wanted) if wanted else ():
        title, page = wanted[ident]
        known = found.get(ident)
        if day <= as_of and (known is None or _TRUST[source] < _TRUST[known.source]):
            found[ident] = Hint(title, page, day, source, quote)
    return Hints(tuple(sorted(found.values(), key=lambda one: (-one.day.toordinal(), one.page.url))))


def _signs(pages: Pages, wanted: dict[str, tuple[str, Page]]) -> Iterator[tuple[str, date, Source, str]]:
    for capture in pages.captures:
        if capture.role == "sitemap":
            yield from _listed(capture, Source.SITEMAP, _CHANGED, wanted)
        elif capture.role != "page" and any(mark in capture.body[:600] for mark in (b"<rss", b"<feed", b"<rdf:RDF")):
            yield from _listed(capture, Source.FEED, _POSTED, wanted)
    for ident, (_, page) in wanted.items():
        told = next((value for name, value in page.headers if name == "last-modified"), "")
        day = _http_day(told) if told else None
        # A page that is made for every visitor is as new as the visit.
        if day is not None and (day + timedelta(days=1)).isoformat() < page.fetched_at[:10]:
            yield ident, day, Source.LAST_MODIFIED, f"Last-Modified: {told}"


def _listed(
    capture: Capture, source: Source, pattern: re.Pattern[str], wanted: dict[str, tuple[str, Page]]
) -> Iterator[tuple[str, date, Source, str]]:
    """The days of a feed's or a sitemap's entries; where most are of one day, the program that wrote it gave it."""
    entries: list[tuple[str, date, str]] = []
    for match in _ENTRY.finditer(_text(capture.body)):
        address, told = _ADDRESS.search(match["inner"]), pattern.search(match["inner"])
        if address is None or told is None:
            continue
        day = _http_day(told[1]) or next((one.date for one in find_dates(told[1]) if one.precision == "day"), None)
        if day is not None:
            entries.append((key(html.unescape(address["text"] or address["href"])), day, told[1].strip()))
        if len(entries) >= _MAX_ENTRIES:
            break
    days = Counter(day for _, day, _ in entries)
    if source is Source.SITEMAP and len(entries) > _FEW and max(days.values()) > len(entries) / 2:
        return
    for ident, day, told_text in entries:
        if ident in wanted:
            yield ident, day, source, told_text


def _text(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _MAX_BYTES)
        except zlib.error:
            return ""
    return body[:_MAX_BYTES].decode("utf-8", "replace")


def _http_day(value: str) -> date | None:
    try:
        return parsedate_to_datetime(value.strip()).date()
    except (TypeError, ValueError):
        return None

"""The pages of a portal, what each says of its own, and where every link leads."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from auditor.archive import Archive
from auditor.links import FRAME_REGIONS, Link
from auditor.model import Capture, Cause, CrawlEnd, Evidence, Failure, StoppedBy, Whose
from auditor.page import Block, Page, read_page
from auditor.rendering import Need, merged, need_of
from auditor.text import contains_words, excerpt, words
from auditor.urls import DOCUMENT_EXTENSIONS, Scope, absolute, extension, file_name, key
from auditor.vocabulary import Vocabulary

_SHORT_PAGE = 400  # characters of own text; a page that says it does not exist says little else
_MAX_FRAMES = 12
_LONG_TEXT = 80  # a text of this length is no menu entry, wherever it stands
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),  # docx, xlsx, pptx and odt are zip files, too
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # doc, xls, ppt
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG", "png"),
    (b"GIF8", "gif"),
)


class Reach(StrEnum):
    """What the audit knows of an address."""

    PAGE = "page"
    ATTACHMENT = "attachment"
    DEAD = "dead"  # the site answers 4xx or 5xx
    SOFT_404 = "soft_404"  # the site answers 200 with a page that says it does not exist
    FORBIDDEN = "forbidden"  # robots.txt
    BLOCKED = "blocked"  # flood protection, or a login that the answer demands
    UNVISITED = "unvisited"  # a limit of ours, or nobody came there
    FAILED = "failed"  # network or ours: says nothing about the site
    EXTERNAL = "external"
    NOWHERE = "nowhere"  # "#", "javascript:;" or empty


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was fetched. `type` is told by its first bytes: "pdf", "zip", "ole", "html", ..., "" unknown.

    "office_html" is HTML that Word or Excel opens as a document.
    """

    url: str
    key: str
    status: int
    type: str
    size: int
    name: str
    via: str | None
    fetched_at: str
    last_modified: str | None
    truncated: bool

    @property
    def downloads(self) -> bool:
        """Whether a visitor gets a real file of a sensible type."""
        return self.status == 200 and self.size > 0 and self.type not in ("", "html")


@dataclass(eq=False, slots=True)
class Target:
    """Where a link leads: `page` or `attachment` where it was reached, `status` of a dead one."""

    reach: Reach
    url: str
    page: Page | None = None
    attachment: Attachment | None = None
    status: int | None = None


@dataclass(eq=False, slots=True)
class Occurrence:
    """A link where it stands."""

    page: Page
    link: Link


@dataclass(eq=False)
class Pages:
    """All that was read of a portal.

    `pages` are HTML pages in the order fetched, each address once, without soft 404s; `home` is the home page
    behind redirects, None when nothing could be read. `own` are the blocks of a page that its template does not
    repeat on other pages; `front` is the home page with the pages in its frames. `occurrences` lists every link to an
    address (by key), in page order. `rendered` are the keys of pages that are taken as a browser showed them;
    `needs_browser` says why the home page cannot be believed as it is, None where it can or a browser has seen it.
    """

    home: Page | None
    pages: tuple[Page, ...]
    attachments: tuple[Attachment, ...]
    scope: Scope | None
    end: CrawlEnd
    failures: Mapping[str, Failure]
    forbidden: frozenset[str]
    by_key: Mapping[str, Page]
    attachments_by_key: Mapping[str, Attachment]
    redirects: Mapping[str, str]
    soft_404: Mapping[str, Page]
    own: Mapping[str, tuple[Block, ...]]
    occurrences: Mapping[str, tuple[Occurrence, ...]]
    furniture: frozenset[str]
    captures: tuple[Capture, ...]
    front: tuple[Page, ...]
    rendered: frozenset[str] = frozenset()
    needs_browser: Need | None = None
    _internal: dict[str, bool] = field(default_factory=dict, repr=False)
    _looked: dict[str, Target] = field(default_factory=dict, repr=False)

    @cached_property
    def stored(self) -> Mapping[str, Capture]:
        """The answers that hold files, by key."""
        return {key(capture.url): capture for capture in self.captures if capture.role == "attachment"}

    @property
    def cut_short(self) -> bool:
        """Whether faults or a limit of time, not the portal's size, ended the crawl."""
        return self.end.stopped_by not in (StoppedBy.COMPLETE, StoppedBy.MAX_PAGES, StoppedBy.MAX_DEPTH)

    def own_text(self, page: Page) -> str:
        """The visible text that is the page's own, a line per block."""
        return "\n".join(block.text for block in self.own[page.key] if block.text)

    def own_links(self, page: Page) -> Iterator[Link]:
        """The links that stand in the page's own blocks."""
        for block in self.own[page.key]:
            for index in block.links:
                yield page.links[index]

    def internal(self, url: str) -> bool:
        """Whether an address lies on this portal."""
        known = self._internal.get(url)
        if known is None:
            known = self._internal[url] = bool(url) and self.scope is not None and self.scope.contains(url)
        return known

    def look(self, url: str) -> Target:
        """What became of an address; redirects are followed."""
        known = self._looked.get(url)
        if known is None:
            known = self._looked[url] = self._look(url)
        return known

    def _look(self, url: str) -> Target:
        if not url:
            return Target(Reach.NOWHERE, url)
        ident = key(url)
        seen: set[str] = set()
        while ident in self.redirects and ident not in seen and ident not in self.by_key:
            seen.add(ident)
            url = self.redirects[ident]
            ident = key(url)
        page = self.by_key.get(ident)
        if page is not None:
            return Target(Reach.PAGE, page.url, page=page, status=page.status)
        attachment = self.attachments_by_key.get(ident)
        if attachment is not None:
            reach = Reach.ATTACHMENT if attachment.status < 400 else Reach.DEAD
            return Target(reach, attachment.url, attachment=attachment, status=attachment.status)
        if ident in self.soft_404:
            return Target(Reach.SOFT_404, url, page=self.soft_404[ident], status=200)
        failure = self.failures.get(ident)
        if failure is not None:
            return Target(_reach_of(failure), url, status=failure.status)
        if not self.internal(url):
            return Target(Reach.EXTERNAL, url)
        if ident in self.forbidden:
            return Target(Reach.FORBIDDEN, url)
        return Target(Reach.UNVISITED, url)

    def looked_at(self, limit: int = 3) -> list[Evidence]:
        """Evidence for "not found": the home page and how much was searched."""
        if self.home is None:
            return []
        note = f"Đã xem {len(self.pages)} trang và {len(self.attachments)} tệp của cổng, kể cả mọi mục trong menu"
        if self.end.stopped_by is StoppedBy.MAX_PAGES:
            note += "; các trang còn lại nằm ngoài giới hạn số trang của một lượt xem"
        found = [Evidence(self.home.url, self.home.title, note, self.home.fetched_at)]
        for page in self.pages:
            if len(found) >= limit:
                break
            if page is not self.home and page.depth == 1:
                found.append(Evidence(page.url, page.title, "", page.fetched_at))
        return found


def evidence_of(page: Page, quote: str = "", note: str = "") -> Evidence:
    """Evidence that points to a page."""
    return Evidence(page.url, quote[:300], note, page.fetched_at)


def quote_around(page: Page, needle: str) -> str:
    """The passage of the page's text around the folded words `needle`; "" when it is not there in one block."""
    for block in page.blocks:
        if contains_words(words(block.text), needle):
            start = max(words(block.text).find(needle) - 20, 0)
            return excerpt(block.text, min(start, len(block.text)), min(start + len(needle) + 60, len(block.text)))
    return ""


def _reach_of(failure: Failure) -> Reach:
    if failure.cause is Cause.ROBOTS:
        return Reach.FORBIDDEN
    if failure.cause is Cause.CHALLENGE or failure.status in (401, 403, 429):
        return Reach.BLOCKED
    if failure.cause is Cause.HTTP_ERROR and failure.whose is Whose.SITE:
        return Reach.DEAD
    return Reach.FAILED


def read(archive: Archive, vocabulary: Vocabulary) -> Pages:
    """Reads every stored page once."""
    end = archive.end
    redirects: dict[str, str] = {}
    pages: list[Page] = []
    by_key: dict[str, Page] = {}
    soft_404: dict[str, Page] = {}
    attachments: dict[str, Attachment] = {}
    dead: dict[str, Failure] = {}
    shown = {key(capture.url): capture for capture in archive.captures if capture.role == "rendered"}
    # Of these only a shell was seen, which says nothing about what stands on the page.
    unshown = {key(failure.url) for failure in archive.failures if failure.cause is Cause.RENDERING} - shown.keys()
    for capture in archive.captures:
        ident = key(capture.url)
        if capture.role == "redirect":
            target = capture.header("location")
            if target:
                redirects.setdefault(ident, _join(target, capture.url))
        elif capture.role == "attachment":
            attachments.setdefault(ident, _attachment(capture, ident))
        elif capture.role == "rendered":
            if ident not in by_key:  # a view that has no answer of its own
                by_key[ident] = read_page(capture)
                pages.append(by_key[ident])
        elif capture.role == "page":
            if ident in unshown and not capture.home:
                continue
            if capture.status >= 400 and ident not in shown:
                dead[ident] = Failure(
                    capture.url, Cause.HTTP_ERROR, Whose.SITE, "", capture.fetched_at, capture.status, capture.via
                )
            elif ident not in by_key:
                page = read_page(capture)
                if ident in shown:
                    page = merged(page, read_page(shown[ident]))
                by_key[ident] = page
                pages.append(page)
    home = next((page for page in pages if page.home), pages[0] if pages else None)
    scope = _scope(archive, home)
    for page in pages:
        if page.refresh and page is not home:
            redirects.setdefault(page.key, page.refresh)
    own = _own_blocks(pages)
    for page in pages:
        if page is not home and _says_missing(page, own[page.key], vocabulary):
            soft_404[page.key] = page
    kept = tuple(page for page in pages if page.key not in soft_404)
    occurrences: dict[str, list[Occurrence]] = defaultdict(list)
    for page in kept:
        seen: set[tuple[str, str]] = set()
        for link in page.links:
            if link.url and (link.url, link.text) not in seen:
                seen.add((link.url, link.text))
                occurrences[key(link.url)].append(Occurrence(page, link))
    failures = {key(failure.url): failure for failure in archive.failures}
    failures.update(dead)
    return Pages(
        home=home,
        pages=kept,
        attachments=tuple(attachments.values()),
        scope=scope,
        end=end,
        failures=failures,
        forbidden=frozenset(key(url) for url in end.forbidden),
        by_key={page.key: page for page in kept},
        attachments_by_key=attachments,
        redirects=redirects,
        soft_404=soft_404,
        own=own,
        occurrences={ident: tuple(found) for ident, found in occurrences.items()},
        furniture=_furniture(kept, occurrences),
        captures=archive.captures,
        front=_frames(home, {page.key: page for page in kept}),
        rendered=frozenset(shown),
        needs_browser=None if home is None or _seen_by_browser(archive, home, shown) else need_of(home),
    )


def _seen_by_browser(archive: Archive, home: Page, shown: Mapping[str, Capture]) -> bool:
    """Whether a browser showed the home page, also where it showed no more than the answer itself."""
    noted = next((value for kind, value in archive.notes if kind == "rendering"), None)
    return home.key in shown or (isinstance(noted, dict) and bool(noted.get("home_seen")))


def _scope(archive: Archive, home: Page | None) -> Scope | None:
    """The portal's scope as the crawl had it: the register's address, unless its home page lies elsewhere."""
    landed = archive.end.final_url or (home.url if home is not None else None)
    registered = Scope.of(archive.unit.url) if archive.unit.url else None
    if landed and (registered is None or not registered.contains(landed)):
        return Scope.of(landed)
    return registered


def _frames(home: Page | None, by_key: Mapping[str, Page]) -> tuple[Page, ...]:
    """The home page and the pages that its frames show, frames of frames included, in document order."""
    found = [home] if home is not None else []
    for page in found:
        for link in page.links:
            inner = by_key.get(key(link.url)) if link.source in ("frame", "iframe") and link.url else None
            if inner is not None and inner not in found and len(found) < _MAX_FRAMES:
                found.append(inner)
    return tuple(found)


def _join(location: str, base: str) -> str:
    return absolute(location, base) or location


def _attachment(capture: Capture, ident: str) -> Attachment:
    return Attachment(
        url=capture.url,
        key=ident,
        status=capture.status,
        type=_sniff(capture),
        size=len(capture.body),
        name=_download_name(capture),
        via=capture.via,
        fetched_at=capture.fetched_at,
        last_modified=capture.header("last-modified"),
        truncated=capture.truncated,
    )


def _sniff(capture: Capture) -> str:
    """The type of a file by its first bytes, HTML told from the rest: the name and the header may lie."""
    head = capture.body[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    content_type = (capture.header("content-type") or "").lower()
    lowered = head.lower()
    if _is_office_html(capture, lowered, content_type):
        return "office_html"
    if b"<html" in lowered or b"<!doctype html" in lowered:
        return "html"
    if b"%PDF" in head:
        return "pdf"
    if "html" in content_type:
        return "html"
    return extension(capture.url) if extension(capture.url) in DOCUMENT_EXTENSIONS else ""


_OFFICE_TYPES = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-word", "application/x-msexcel")
_OFFICE_MARKS = (
    b"urn:schemas-microsoft-com:office",
    b"<?mso-application",
    b'content="microsoft word',
    b'content="microsoft excel',
)


def _is_office_html(capture: Capture, head: bytes, content_type: str) -> bool:
    """Whether HTML is a document that Word or Excel saved or a program exported, not a page that says "not found"."""
    if extension(capture.url) not in DOCUMENT_EXTENSIONS and not content_type.startswith(_OFFICE_TYPES):
        return False
    if b"mime-version:" in head and b"multipart/related" in head:
        return True
    if any(mark in head for mark in _OFFICE_MARKS):
        return True
    return content_type.startswith(_OFFICE_TYPES) and b"<table" in capture.body.lower()


_DISPOSITION = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", re.I)


def _download_name(capture: Capture) -> str:
    match = _DISPOSITION.search(capture.header("content-disposition") or "")
    return match.group(1).strip() if match else file_name(capture.url)


def _own_blocks(pages: list[Page]) -> dict[str, tuple[Block, ...]]:
    """Per page the blocks that no other page (or few) repeats at the same place of the template."""
    distinct: dict[int, Page] = {}
    for page in pages:
        distinct.setdefault(hash(tuple(block.signature for block in page.blocks)), page)
    counts: Counter[int] = Counter()
    for page in distinct.values():
        counts.update({block.signature for block in page.blocks})
    total = len(distinct)
    limit = max(3, math.ceil(0.2 * total)) if total > 3 else max(2, total)
    own: dict[str, tuple[Block, ...]] = {}
    for page in pages:
        own[page.key] = tuple(
            block
            for block in page.blocks
            if counts[block.signature] < limit
            and (block.region not in FRAME_REGIONS or len(block.text) >= _LONG_TEXT or block.level in (1, 2))
        )
    return own


def _says_missing(page: Page, own: tuple[Block, ...], vocabulary: Vocabulary) -> bool:
    """A soft 404: the page's title or its short own text says that the address does not exist."""
    title = words(page.title)
    if vocabulary.placeholders.soft_404_titles.first_in(title):
        return True
    if sum(len(block.text) for block in own) > _SHORT_PAGE:
        return False
    return vocabulary.placeholders.soft_404.first_in(words("\n".join(block.text for block in own))) is not None


def _furniture(pages: tuple[Page, ...], occurrences: Mapping[str, list[Occurrence]]) -> frozenset[str]:
    """Addresses that are linked from most pages: what a visitor reaches from anywhere."""
    if len(pages) < 4:
        return frozenset()
    return frozenset(
        ident
        for ident, found in occurrences.items()
        if len({occurrence.page.key for occurrence in found}) >= max(3, 0.4 * len(pages))
    )

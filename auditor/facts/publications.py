"""Every dated publication of a portal: when an article was posted, and how we know.

A date counts as a publication date only where it stands as one: declared by the article itself, as a stamp beside
its title, or beside its link in a list. Dates in running text, in titles, of laws, of events and of clocks do not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from auditor.dates import FoundDate, classify, find_dates
from auditor.facts.date_order import DateOrder
from auditor.facts.documents import Documents, home_copies
from auditor.facts.pages import Pages
from auditor.facts.sections import Ladder, Sections
from auditor.links import FRAME_REGIONS
from auditor.page import Block, Page
from auditor.text import has_digit, words
from auditor.urls import DOCUMENT_EXTENSIONS, IMAGE_EXTENSIONS, extension, key
from auditor.vocabulary import Vocabulary

_DIGIT = re.compile(r"\d")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_META_DATES = ("article:published_time", "datepublished", "pubdate", "og:article:published_time", "dc.date.issued")
# What stands between a date and the title behind it: "[12/10/2026] …", "12/10/2026 - …"
_OPENING = re.compile(r"\s*[\])|:–—-]\s*")
_LEADING_DATE = re.compile(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}[\s:|–—-]*(?=[^\W\d])")
_URL_DATE = re.compile(r"/(20\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
# Sizes of text around a stamp, in characters: they tell a stamp from running text and are no limits of the checklist.
_STAMP_BLOCK = 400
_STAMP_REST = 40
_POSTED_REST = 80
_HEADING_REST = 20
_TITLE = 12
_HEADING = 6
_TITLE_AFTER_DATE = 25
_NEAR = 4
_ARTICLE_NEAR = 6
_JUST_ABOVE = 2  # blocks: templates without any order of headings put a stamp there
_LIST = 3
_UNDER = 60  # blocks below a heading that may be under it
_HOME = "home"
_OUTSIDE = FRAME_REGIONS - {"header"}  # a header may be an article's own
_LISTED = ("news", "documents")  # topics whose sections are lists: what they list is of the topic, too


class Origin(StrEnum):
    """Where a date was read, the most trusted first."""

    JSON_LD = "json_ld"
    META = "meta"
    TIME_TAG = "time_tag"
    STAMP = "stamp"
    LISTING = "listing"
    DOCUMENT = "document"
    URL = "url"


TRUST = {origin: rank for rank, origin in enumerate(Origin)}

# The links of a block as the stamps ask for them: text and address of each, "" for an address of the page itself.
_Links = tuple[tuple[str, str], ...]


class Genre(StrEnum):
    """What a publication is."""

    NEWS = "news"
    DOCUMENT = "document"
    OTHER = "other"


# Not frozen, which would cost several times as much to make: a portal has thousands. Nobody else writes to one.
@dataclass(eq=False, slots=True)
class Publication:
    """A title with the day on which it was posted.

    `page` is where the date was seen, `quote` the text that holds it; `precision` is "day" or "month" (`day` is then
    its first); `topics` are those of the sections and headings under which it stands.
    """

    title: str
    url: str
    day: date
    precision: str
    origin: Origin
    page: Page
    quote: str
    genre: Genre = Genre.OTHER
    topics: frozenset[str] = frozenset()
    on_home: bool = False


# Not frozen, for the same reason.
@dataclass(eq=False, slots=True)
class Stamp:
    """A date that stands as a stamp: page, its block with the index, title in the same block ("" where there is none).

    `place` is the place of the template, by tag and style, at which its block stands.
    """

    page: Page
    index: int
    block: Block
    place: tuple[str, str]
    found: FoundDate
    title: str
    url: str
    machine: bool = False


class _Frame(NamedTuple):
    """What a page gives to all that stands on it: the latest day, its topics, and whether it is a home page."""

    latest: date
    topics: frozenset[str]
    home: bool


@dataclass(frozen=True, slots=True)
class Publications:
    """Publications up to the as-of date, the newest first; `undated` are titles of articles that carry no date."""

    items: tuple[Publication, ...]
    undated: tuple[tuple[str, Page], ...]
    by_key: Mapping[str, Publication]
    by_title: Mapping[str, Publication]

    def newest(self, *genres: Genre) -> Publication | None:
        """The newest of the given genres (of all, without any)."""
        return next((item for item in self.items if not genres or item.genre in genres), None)

    def within(self, page: Page) -> Iterator[Publication]:
        """Publications that stand on a page under headings of their own, without addresses of their own."""
        for item in self.items:
            if item.page is page and item.origin is Origin.LISTING and key(item.url) == page.key:
                yield item

    def of(self, url: str) -> Publication | None:
        """The publication at an address."""
        return self.by_key.get(key(url)) if url else None

    def titled(self, title: str) -> Publication | None:
        """The publication of this title, whatever its address."""
        return self.by_title.get(words(title)) if title else None


def read(
    pages: Pages, sections: Sections, documents: Documents, vocabulary: Vocabulary, order: DateOrder, as_of: date
) -> Publications:
    """Collects the dates of articles and lists, and those of listed documents."""
    reader = _Reader(pages, sections, documents, vocabulary, order, as_of)
    reader.read()
    return reader.result()


class _Reader:
    def __init__(
        self,
        pages: Pages,
        sections: Sections,
        documents: Documents,
        vocabulary: Vocabulary,
        order: DateOrder,
        as_of: date,
    ) -> None:
        self.pages, self.documents, self.vocabulary, self.as_of = pages, documents, vocabulary, as_of
        self.order = order
        self.topics_of_page = _topics_of_pages(sections)
        self.found: dict[str, Publication] = {}
        self.homes = home_copies(pages)
        self.template_days = _template_days(pages)
        self.undated: dict[str, tuple[str, Page]] = {}
        self.headings: dict[str, tuple[list[int], list[frozenset[str]]]] = {}
        self.idents: dict[str, str] = {}
        self.frames: dict[str, _Frame] = {}

    def read(self) -> None:
        stamps = {page.key: list(stamps_of(page, self.order)) for page in self.pages.pages}
        clocks = _clock_spots(self.pages, stamps)
        seen: set[tuple[int, str, str]] = set()
        for page in self.pages.pages:
            kept = [stamp for stamp in stamps[page.key] if stamp.title or _spot(stamp) not in clocks]
            paired = list(self._pairs(page, kept))
            counts = Counter([stamp.place for stamp in kept])
            own = self._own_date(page, kept, counts)
            if own is not None:
                found, origin, quote, title, used = own
                paired = [pair for pair in paired if pair[0] is not used]
                self._add(title, page.url, found.date, found.precision, origin, page, quote, frozenset())
            for stamp, title, url in paired:
                mark = (stamp.block.signature, url, title)
                if mark in seen and page.key not in self.homes and page.key not in self.topics_of_page:
                    continue
                seen.add(mark)
                if url and not self.pages.internal(url) and extension(url) not in DOCUMENT_EXTENSIONS:
                    continue  # news of another portal
                topics = self._headings_above(page, stamp.index)
                quote, found = stamp.block.text, stamp.found
                self._add(title, url, found.date, found.precision, Origin.LISTING, page, quote, topics)
        for document in self.documents.items:
            day = document.posted or document.issued
            if day is not None:
                url = document.detail or ""
                self._add(
                    document.title,
                    url,
                    day,
                    "day",
                    Origin.DOCUMENT,
                    document.page,
                    document.quote,
                    frozenset({"documents"}),
                )
        self._undated()

    def _undated(self) -> None:
        titles = {words(item.title) for item in self.found.values()}
        for page in self.pages.pages:
            if page.key in self.homes or page.key in self.found or page.key in self.pages.furniture:
                continue
            title = article_title(page)
            if title and words(title) not in titles:
                self.undated[page.key] = (title, page)

    # ------------------------------------------------------------------ the article's own date

    def _own_date(
        self, page: Page, stamps: list[Stamp], listed: Mapping[tuple[str, str], int]
    ) -> tuple[FoundDate, Origin, str, str, Stamp | None] | None:
        """The date that a page gives to itself, from the most trusted origin."""
        title_at = title_block(page)
        if page.key in self.homes or title_at is None:
            return None
        title = page.blocks[title_at].text
        section = page.key in self.pages.furniture or self._is_section(page, title)
        listing = max(listed.values(), default=0) >= _LIST
        stamped = self._stamped(page, stamps, listed, title_at)
        declared = None if section else self._declared_by(page, listing=listing and page.blocks[title_at].level != 1)
        if declared is not None and (stamped is None or not stamped.found.date < declared[0].date):
            return *declared, title, None
        if stamped is not None:
            # The day that visitors see goes before a later one that only the page's source tells: a move of the portal
            # to another system sets that anew.
            origin = Origin.TIME_TAG if stamped.machine else Origin.STAMP
            return stamped.found, origin, stamped.block.text, title, stamped
        if not section and not listing and (match := _URL_DATE.search(page.url)):
            try:
                day = date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
            except ValueError:
                return None
            if day <= self.as_of:
                found = FoundDate(0, 0, day, "day", "iso", match.group(0))
                return found, Origin.URL, page.url, title, None
        return None

    def _is_section(self, page: Page, title: str) -> bool:
        """Whether a page bears the name of a section and stands in a menu."""
        return bool(self.vocabulary.topics_of_label(title)) and any(
            one.link.region in FRAME_REGIONS for one in self.pages.occurrences.get(page.key, ())
        )

    def _declared_by(self, page: Page, *, listing: bool) -> tuple[FoundDate, Origin, str] | None:
        """The day that the source of a page declares; templates write one into the source of lists, too."""
        for script in page.scripts if not listing else ():
            declared = _json_day(script)
            if declared and declared[:10] not in self.template_days and (found := self._declared(declared)):
                return found, Origin.JSON_LD, f"datePublished: {declared}"
        for name in _META_DATES if not listing else ():
            content = page.metas.get(name)
            if content and content[:10] not in self.template_days and (found := self._declared(content)):
                return found, Origin.META, f"{name}: {content}"
        return None

    def _stamped(
        self, page: Page, stamps: list[Stamp], listed: Mapping[tuple[str, str], int], title_at: int
    ) -> Stamp | None:
        """The stamp that stands at the title of a page."""
        for stamp in stamps:
            if listed.get(stamp.place, 0) >= _LIST or stamp.title or self._in_frame(page, stamp, title_at):
                continue
            distance = stamp.index - title_at
            if not -_NEAR <= distance <= _ARTICLE_NEAR:
                continue
            between = page.blocks[min(stamp.index, title_at) + 1 : max(stamp.index, title_at)]
            if distance > 0 and any(self._title_link(page, block) for block in between):
                continue
            if distance > 0 and any(0 < block.level < 7 and len(block.text) >= _TITLE for block in between):
                continue  # a heading of its own: one of several publications on this page
            if distance > 0 and self._is_item(page, stamp.index + 1):
                continue
            return stamp
        return None

    def _in_frame(self, page: Page, stamp: Stamp, title_at: int) -> bool:
        """Whether a stamp stands in the frame around the content; an article may have its title in a header, too."""
        region = stamp.block.region
        return region in ("menu", "footer", "crumb") or (
            region == "header"
            and page.blocks[title_at].region != "header"
            and not (0 < title_at - stamp.index <= _JUST_ABOVE and stamp.found.has_time and not _is_now(stamp))
        )

    def _is_item(self, page: Page, index: int) -> bool:
        """Whether a block is nothing but the linked title of another page: then the stamp before it is that page's."""
        if index >= len(page.blocks):
            return False
        block = page.blocks[index]
        linked = self._title_link(page, block)
        return linked is not None and len(linked[0]) >= 0.8 * len(block.text) and not extension(linked[1])

    def _declared(self, value: str) -> FoundDate | None:
        found = find_dates(value, month_first=self.order)
        return found[0] if found and found[0].precision == "day" and found[0].date <= self.as_of else None

    # ------------------------------------------------------------------ dates beside links

    def _pairs(self, page: Page, stamps: list[Stamp]) -> Iterator[tuple[Stamp, str, str]]:
        """Stamps with the title and address beside which they stand."""
        groups: dict[tuple[str, str], list[Stamp]] = defaultdict(list)
        for stamp in stamps:
            if stamp.title:
                yield stamp, stamp.title, stamp.url
            else:
                groups[stamp.place].append(stamp)
        for group in groups.values():
            yield from self._pair_group(page, group)

    def _pair_group(self, page: Page, group: list[Stamp]) -> Iterator[tuple[Stamp, str, str]]:
        marks = {stamp.index for stamp in group}
        before = [self._neighbour(page, stamp.index, -1, marks) for stamp in group]
        after = [self._neighbour(page, stamp.index, 1, marks) for stamp in group]
        # In a list every stamp has a title on the same side; of two sides that fit, the one without a gap wins.
        above, below = sum(one is not None for one in before), sum(one is not None for one in after)
        if above == below:
            above += sum(one[2] == 1 for one in before if one)
            below += sum(one[2] == 1 for one in after if one)
        side = before if above >= below else after
        for stamp, one in zip(group, side, strict=True):
            if one is not None:
                yield stamp, one[0], one[1]
            elif stamp.index and self._is_heading(page.blocks[stamp.index - 1]):
                yield stamp, page.blocks[stamp.index - 1].text, page.url

    def _is_heading(self, block: Block) -> bool:
        """Whether a block is the heading of a publication that has no page of its own."""
        return (
            0 < block.level < 7 and not block.links and len(block.text) >= _TITLE and block.region not in FRAME_REGIONS
        )

    def _neighbour(self, page: Page, index: int, step: int, marks: set[int]) -> tuple[str, str, int] | None:
        for distance in range(1, _NEAR + 1):
            at = index + step * distance
            if not 0 <= at < len(page.blocks) or at in marks:
                return None
            if page.blocks[index].region not in _OUTSIDE and self._leads_away(page, page.blocks[at]):
                return None
            linked = self._title_link(page, page.blocks[at])
            if linked is not None:
                return linked[0], linked[1], distance
        return None

    def _leads_away(self, page: Page, block: Block) -> bool:
        """Whether a block is of the menu or footer by more than its class, which titles of lists may share: it leads
        only where most pages lead."""
        links = [page.links[at].url for at in block.links]
        return block.region in _OUTSIDE and all(key(url) in self.pages.furniture for url in links)

    def _title_link(self, page: Page, block: Block) -> tuple[str, str] | None:
        """The title and address of an article that a block links to."""
        for index in block.links:
            link = page.links[index]
            least = _HEADING if block.level else _TITLE
            # A link around a whole card says more than its title; the block that holds the title says it alone.
            text = block.text if block.text in link.text or len(link.text) < least else link.text
            if len(text) < least or not link.url or text.startswith("<") or extension(link.url) in IMAGE_EXTENSIONS:
                continue
            address = key(link.url)
            frame = link.region in ("menu", "crumb") or address in self.pages.furniture
            if address != page.key and not (frame and self.vocabulary.topics_of_label(text)):
                return text, link.url
        return None

    def _headings_above(self, page: Page, index: int) -> frozenset[str]:
        """The topics of the nearest heading above that names a section."""
        known = self.headings.get(page.key)
        if known is None:
            naming = list(self._naming(page))
            known = self.headings[page.key] = [at for at, _ in naming], [topics for _, topics in naming]
        places, topics = known
        at = bisect_left(places, index) - 1
        return topics[at] if at >= 0 and places[at] >= index - _UNDER else frozenset()

    def _naming(self, page: Page) -> Iterator[tuple[int, frozenset[str]]]:
        """The headings of a page that name a section: index of the block, and topics."""
        for index, block in enumerate(page.blocks):
            if block.level and block.text and block.region not in ("menu", "crumb"):
                for text in (block.text, *(page.links[at].text for at in block.links)):
                    if topics := frozenset(self.vocabulary.topics_of_label(text)) - {_HOME}:
                        yield index, topics
                        break

    # ------------------------------------------------------------------ putting together

    def _add(
        self,
        title: str,
        url: str,
        day: date,
        precision: str,
        origin: Origin,
        page: Page,
        quote: str,
        topics: frozenset[str],
    ) -> None:
        if title[:1].isdigit():
            title = _LEADING_DATE.sub("", title)
        frame = self.frames.get(page.key) or self._frame(page)
        if day > frame.latest or not title:
            return
        if not url or (origin is Origin.LISTING and key(url) == page.key):
            ident = f"{page.key} {words(title)}"
        else:
            ident = self.idents.get(url) or self._ident(url)
        if origin is not Origin.DOCUMENT:
            topics = topics | frame.topics
        topics = topics | self.topics_of_page.get(ident, frozenset())
        known = self.found.get(ident)
        on_home = frame.home or (known is not None and known.on_home)
        if known is not None and TRUST[known.origin] <= TRUST[origin]:
            if on_home != known.on_home or not topics <= known.topics:
                known.topics, known.on_home = known.topics | topics, on_home
                known.genre = _genre(known.origin, known.topics, on_home)
            return
        topics = topics | (known.topics if known else frozenset())
        genre = _genre(origin, topics, on_home)
        self.found[ident] = Publication(
            title[:300], url or page.url, day, precision, origin, page, quote[:300], genre, topics, on_home
        )

    def _frame(self, page: Page) -> _Frame:
        """The latest day on a page is that on which it was fetched, or the next: a later one is that of an event to
        come, or a slip of the pen."""
        fetched = _day_of(page.fetched_at)
        latest = self.as_of if fetched is None or fetched >= self.as_of else fetched + timedelta(days=1)
        frame = _Frame(latest, self.topics_of_page.get(page.key, frozenset()), page.key in self.homes)
        self.frames[page.key] = frame
        return frame

    def _ident(self, url: str) -> str:
        target = self.pages.look(url)
        ident = self.idents[url] = target.page.key if target.page is not None else key(url)
        return ident

    def result(self) -> Publications:
        items = sorted(self.found.values(), key=lambda item: (-item.day.toordinal(), TRUST[item.origin], item.url))
        by_title: dict[str, Publication] = {}
        for item in items:
            by_title.setdefault(words(item.title), item)
        return Publications(tuple(items), tuple(self.undated.values()), dict(self.found), by_title)


def _genre(origin: Origin, topics: frozenset[str], on_home: bool) -> Genre:
    if origin is Origin.DOCUMENT or ("documents" in topics and "news" not in topics):
        return Genre.DOCUMENT
    if "news" in topics or (on_home and not topics):
        return Genre.NEWS
    return Genre.OTHER


def _topics_of_pages(sections: Sections) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for topic, section in sections.found.items():
        for entry in section.entries:
            page = entry.target.page if entry.target is not None else None
            if entry.state is Ladder.CONTENT and page is not None and not page.home:
                found[page.key].add(topic)
        if topic in _LISTED:
            for page in section.pages:
                found[page.key].add(topic)
    return {ident: frozenset(topics) for ident, topics in found.items()}


# ---------------------------------------------------------------------- stamps


def _template_days(pages: Pages) -> frozenset[str]:
    """Days (as declared, ISO) that most pages declare alike: the template writes them, often the day of the visit."""
    counts: dict[str, int] = defaultdict(int)
    declaring = 0
    for page in pages.pages:
        declared = {page.metas[name][:10] for name in _META_DATES if page.metas.get(name)}
        declared |= {day[:10] for script in page.scripts if (day := _json_day(script))}
        declaring += bool(declared)
        for day in declared:
            counts[day] += 1
    return frozenset(day for day, count in counts.items() if count >= max(3, 0.5 * declaring))


def _json_day(script: str) -> str:
    match = _JSON_DATE.search(script) if '"datePublished"' in script else None
    return match.group(1) if match else ""


@lru_cache(maxsize=8192)
def _place(tag: str, css: str) -> tuple[str, str]:
    return tag, _DIGIT.sub("", css)


def stamps_of(page: Page, order: DateOrder) -> Iterator[Stamp]:
    """The dates of a page that stand as stamps of publication, clocks not yet told apart."""
    fetched = _day_of(page.fetched_at)
    machine: dict[int, FoundDate] = {}
    for index, value, css in page.times:
        if index not in machine and not ("updated" in css and "published" not in css):
            dates = find_dates(value, month_first=order)
            if dates and dates[0].precision == "day":
                machine[index] = dates[0]
    for index, block in enumerate(page.blocks):
        if index in machine:
            title, url = _linked_title(_links_of(page, block), block.text)
            if title[:1].isdigit() and len(title) < 2 * _TITLE_AFTER_DATE:
                title, url = "", ""  # the link of a stamp to its article
            found = _as_shown(machine[index], block.text, order)
            yield Stamp(page, index, block, _place(block.tag, block.css), found, title, url, machine=True)
        elif block.text and len(block.text) <= _STAMP_BLOCK and has_digit(block.text):
            links = _links_of(page, block) if block.links else ()
            told = _stamp_in(block.text, block.level, links, fetched, order)
            if told is not None:
                yield Stamp(page, index, block, _place(block.tag, block.css), *told)


def _links_of(page: Page, block: Block) -> _Links:
    return tuple(
        [(link.text, link.url if key(link.url) != page.key else "") for link in [page.links[at] for at in block.links]]
    )


def _apart(text: str, links: _Links) -> str:
    """The text of a block with blanks around its links: templates often put none between a date and a title."""
    for linked, _ in links:
        start = text.find(linked) if linked else -1
        if start > 0 and text[start - 1].isdigit():
            text = f"{text[:start]} {text[start:]}"
            start += 1
        end = start + len(linked)
        if start >= 0 and text[end : end + 1].isdigit():
            text = f"{text[:end]} {text[end:]}"
    return text


def _as_shown(declared: FoundDate, text: str, order: DateOrder) -> FoundDate:
    """The declared date as the page shows it: where the two differ by a day, one of them is in another time zone."""
    for found in find_dates(text, month_first=order) if len(text) <= _STAMP_BLOCK else []:
        if found.precision == "day" and abs(found.date - declared.date) == timedelta(days=1):
            return found
    return declared


# Lists and blocks of news repeat the same stamps on many pages.
@lru_cache(maxsize=8192)
def _stamp_in(
    text: str, level: int, links: _Links, fetched: date | None, order: DateOrder
) -> tuple[FoundDate, str, str] | None:
    """The stamp in the text of a block with these links: date, title and address."""
    text = _apart(text, links)
    dates = [one for one in find_dates(text, fetched=fetched, month_first=order) if one.precision in ("day", "month")]
    if not dates:
        return None
    linked = _linked_title(links, text)
    for found in reversed(dates) if len(dates) > 1 else dates:
        if found.precision != "day":
            continue
        role = classify(text, found)
        if role not in ("plain", "posted"):
            continue
        title, url = linked
        rest = text[: found.start] + text[found.end :]
        if title and title in text:
            # The title may hold dates of its own; the stamp is what stands outside it, or in brackets at its end.
            at = text.find(title)
            inside = at <= found.start < at + len(title)
            if inside:
                opened = _OPENING.match(text[found.end :]) if not text[: found.start].strip(" [(") else None
                if opened is not None and len(text) - found.end >= _TITLE:
                    title = text[found.end + opened.end() :]
                elif text[: found.start].rstrip().endswith("(") and not text[found.end :].strip(" )"):
                    title = text[: found.start].rstrip(" (")
                else:
                    continue
            else:
                rest = (text[:at] + text[at + len(title) :]).replace(found.text, "")
                if len(rest) > _STAMP_REST and role != "posted":
                    continue
            return found, title, url
        bracketed = text[: found.start].rstrip().endswith("(") and text[found.end :].strip(" )") == ""
        head = text[: found.start].rstrip(" (-–|,")
        if bracketed and len(head) >= _TITLE:
            return found, head, ""
        # A heading with a date in it is a title; only a style may make a bare stamp look like one.
        if level and role == "plain" and len(rest.strip()) > (_HEADING_REST if level == 7 else 2):
            continue
        if text[found.end :].lstrip().startswith(":"):
            continue  # it opens what was done on that day
        if len(rest.strip()) <= (_POSTED_REST if role == "posted" else _STAMP_REST):
            if role == "plain" and not found.has_time and _reads_as_sentence(text, found):
                continue
            return found, "", ""
    return None


def _reads_as_sentence(text: str, found: FoundDate) -> bool:
    """Whether the date ends a phrase ("áp dụng từ ngày 18/10/2021") instead of standing by itself."""
    return (found.form == "long_vi" and len(text[: found.start].strip()) > _TITLE) or (
        found.text.lower().startswith("ngày") and len(text[: found.start].strip()) > _TITLE
    )


def _linked_title(links: _Links, text: str) -> tuple[str, str]:
    """The title in a block that holds link and date at once."""
    for linked, url in links:
        if url and len(linked) >= _TITLE and linked in text:
            dates = find_dates(linked)
            if not dates or len(linked) - sum(one.end - one.start for one in dates) >= _TITLE:
                return linked, url
    return "", ""


@lru_cache(maxsize=1024)
def _day_of(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def _spot(stamp: Stamp) -> tuple[tuple[str, str], int]:
    """A place of the template: what stands there and what stands just before it."""
    before = stamp.page.blocks[stamp.index - 1].signature if stamp.index else 0
    return stamp.place, before


def _clock_spots(pages: Pages, stamps: Mapping[str, list[Stamp]]) -> frozenset[tuple[tuple[str, str], int]]:
    """Spots of the template that show the time of the visit: on many pages, once or twice, (almost) always the same."""
    where: dict[tuple[tuple[str, str], int], dict[str, list[Stamp]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple[str, str], list[Stamp]] = defaultdict(list)
    for ident, found in stamps.items():
        for stamp in found:
            if not stamp.title:
                where[_spot(stamp)][ident].append(stamp)
                places[stamp.place].append(stamp)
    total = len(pages.pages)
    clocks = set()
    for spot, by_page in where.items():
        every = [stamp for found in by_page.values() for stamp in found]
        now = all(_is_now(stamp) for stamp in every)
        # Where nothing but the day of the visit ever stands, once or twice a page, is a clock, whatever is beside it.
        place = places[spot[0]]
        shown_on = {stamp.page.key for stamp in place}
        always = all(_is_now(stamp) for stamp in place) and len(place) <= 2 * len(shown_on)
        if (
            (now and (len(by_page) >= max(2, 0.1 * total) or _in_header(every)))
            or (always and len(shown_on) >= max(3, 0.2 * total))
            or (always and len(shown_on) >= 3 and all(stamp.found.weekday for stamp in place))
            or (len(by_page) >= max(3, 0.6 * total) and not _beside_titles(every))
            or (len(by_page) >= max(3, 0.6 * total) and len(every) == len(by_page) and _ticks(every))
        ):
            clocks.add(spot)
    return frozenset(clocks)


def _beside_titles(stamps: list[Stamp]) -> bool:
    """Whether a block of articles repeats on every page: a linked title stands before or behind each stamp."""
    stamp = stamps[0]
    around = stamp.page.blocks[max(0, stamp.index - 1) : stamp.index + 2]
    links = [stamp.page.links[at] for block in around for at in block.links]
    return any(len(link.text) >= _TITLE and link.region not in FRAME_REGIONS for link in links)


def _ticks(stamps: list[Stamp]) -> bool:
    """Whether stamps at one spot of the home page and others are a clock, running or stopped, whatever day it shows.

    A running one goes on as far as the fetching did; a stopped one shows the same moment everywhere.
    """
    if not all(stamp.found.weekday for stamp in stamps) or not any(stamp.page.home for stamp in stamps):
        return False
    timed = [(stamp.page.fetched_at, stamp.found.date) for stamp in stamps]
    days = [day for _, day in sorted(timed)]
    fetched = [day for moment, _ in timed if (day := _day_of(moment)) is not None]
    if len(fetched) < len(timed):
        return False
    return days == sorted(days) and days[-1] - days[0] <= max(fetched) - min(fetched) + timedelta(days=1)


def _is_now(stamp: Stamp) -> bool:
    fetched = _day_of(stamp.page.fetched_at)
    return fetched is not None and abs(stamp.found.date - fetched) <= timedelta(days=1)


def _in_header(stamps: list[Stamp]) -> bool:
    """Whether the stamps stand in a header, with a weekday: the usual look of a clock on a portal of one page."""
    return all(stamp.found.weekday and stamp.block.region in ("header", "menu") for stamp in stamps)


# ---------------------------------------------------------------------- the title of a page


def title_block(page: Page) -> int | None:
    """The index of the block that holds the title of a page: the heading that the page's own title repeats."""
    names = [words(page.metas.get("og:title", "")), words(page.title)]
    best: tuple[int, int] | None = None
    for index, block in enumerate(page.blocks):
        if not block.level or not block.text or block.region == "crumb":
            continue
        heading = words(block.text)
        if len(heading) < 3:
            continue
        if any(name and (name == heading or _begins(name, heading) or _begins(heading, name)) for name in names):
            rank = 0 if block.level == 1 else 1
            if best is None or rank < best[0]:
                best = (rank, index)
    if best is not None:
        return best[1]
    heads = [index for index, block in enumerate(page.blocks) if block.level == 1 and block.text]
    return heads[0] if len(heads) == 1 else None


def _begins(longer: str, shorter: str) -> bool:
    return len(shorter) >= _TITLE and longer.startswith(shorter)


def article_title(page: Page) -> str:
    """The title of a page that looks like an article, "" for others."""
    index = title_block(page)
    if index is None or len(page.blocks[index].text) < _TITLE_AFTER_DATE:
        return ""
    return page.blocks[index].text

"""The ledger of a unit's disclosures ("ba công khai"): what was disclosed, which parts it covers, and when.

A disclosure is a page, file or picture on one of the three subjects of circulars 09/2009, 36/2017 and 09/2024, or any
publication under a menu of disclosures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import unquote

from auditor.archive import Archive
from auditor.attachments import NO_TEXT, AttachmentText, read_apart
from auditor.dates import FoundDate, classify, find_citations, find_dates
from auditor.facts.date_order import DateOrder
from auditor.facts.documents import Documents, data_tables, opens_document, says_download
from auditor.facts.pages import Pages, Reach, Target
from auditor.facts.publications import Origin, Publications
from auditor.facts.sections import Entry, Ladder, Section, Sections
from auditor.links import MENU_REGIONS
from auditor.page import Block, Image, Page
from auditor.text import contains_words, fold, has_digit, words
from auditor.urls import IMAGE_EXTENSIONS, extension, file_name, key
from auditor.vocabulary import Circular, Vocabulary

UMBRELLA = "disclosure"
ANNUAL_REPORT = "annual_report"
PART_TOPICS = {
    "disclosure_commitment": "commitment",
    "disclosure_actual_quality": "actual_quality",
    "disclosure_conditions": "conditions",
    "disclosure_finance": "finance",
}
TOPICS = (UMBRELLA, *PART_TOPICS, ANNUAL_REPORT)
# What an annual report holds by its outline (circular 09/2024, appendix 1); a commitment is none of its parts.
_HALVES = frozenset({"commitment", "actual_quality"})
_REPORT_PARTS = frozenset({"actual_quality", "conditions", "finance"})
# Sizes in characters that tell content from a stray line; no limits of the checklist.
_ENOUGH_TEXT = 80
_FEW_WORDS = 15
_STAMP = 40
_NAME = 120
_OWN_TEXT = 150
_TITLE = 8
_SHORTEST = 4
_SIGNATURE_BLOCK = 160
_OWN_DAYS = 2  # posted, and updated
_MAX_ITEMS = 1000
_MAX_READ = 12  # files of a unit that are opened for the date or the part that nothing else tells
_SCHOOL_STARTS = 8  # the month from which publications are of the new school year
_FEW_FILES = 2  # an article with more may be a list that is filled up over years
_HEAD = 12  # lines at the head of a file that name it
_SIGNED_LINE = 100
_GONE = (Reach.DEAD, Reach.SOFT_404)
_PATH_DAY = re.compile(r"(?<!\d)(20\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_NAME_DAY = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(20\d\d)(?:\d{6})?(?!\d)")
_NAME_MONTH = re.compile(r"\bthang ?(0?[1-9]|1[0-2]) (?:nam )?(20\d\d)\b|(?<!\d)(0[1-9]|1[0-2])(20\d\d)(?!\d)")
_PATH_MONTH = re.compile(r"/(20\d\d)/(0[1-9]|1[0-2])/")
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-–_ ]\s*(20\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SHORT_SCHOOL_YEAR = re.compile(r"(?<!\d)(\d\d)(\d\d)(?!\d)")
_NAME_BREAK = re.compile(r"[_+]+|%20")


class Dating(StrEnum):
    """Where a disclosure's date was read, in the order of trust (items.yaml, 2.13.d)."""

    POSTED = "posted"
    NAME = "name"
    SIGNATURE = "signature"
    METADATA = "metadata"
    LAST_MODIFIED = "last_modified"


_ORDER = {dating: rank for rank, dating in enumerate(Dating)}
_WEAK = (Dating.METADATA, Dating.LAST_MODIFIED)  # a signature line inside the file goes before them


class Life(StrEnum):
    """Whether a visitor gets the disclosure."""

    LIVE = "live"
    EXTERNAL = "external"  # on a file service elsewhere: not fetched, not held against anyone
    UNSEEN = "unseen"
    FORBIDDEN = "forbidden"
    DEAD_PAGE = "dead_page"
    DEAD_FILE = "dead_file"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class _Way:
    """What an address tells by itself: its key, whether it is a file's, a picture's, or of this portal.

    `entry` is True where a menu leads there: then it is a section, and not what another section lists.
    """

    key: str
    document: bool
    picture: bool
    inside: bool
    entry: bool


@dataclass(frozen=True, slots=True)
class DatedBy:
    """One date of a disclosure: its first day, "day" or "month", where it was read, and the text."""

    day: date
    precision: str
    dating: Dating
    quote: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure. `parts` are of PART_TOPICS' values; `forms` numbers of forms (circular 36/2017).

    `dates` stand in the order of trust; `in_section` is True under a menu of disclosures; `circular` is the number of
    the circular it names, "" unknown; `school_year` the year in which its school year begins; `unread` is True where
    a file of it that a person may well read (a scan, one that is too large, of a type that we do not open) could tell
    a better date than what is known of it; `scans` are the SHA-256 of its scans whose text nobody has read yet;
    `later` is True where the portal says that it was posted after the as-of date: then it has no dates; `files` are the
    addresses of its files; `is_folder` is True for no more than a folder on another site, whose content nobody sees
    from here.
    """

    title: str
    url: str
    page: Page
    life: Life
    parts: frozenset[str]
    forms: tuple[int, ...] = ()
    dates: tuple[DatedBy, ...] = ()
    in_section: bool = False
    school_year: int | None = None
    circular: str = ""
    unread: bool = False
    scans: tuple[str, ...] = ()
    later: bool = False
    files: tuple[str, ...] = ()
    is_folder: bool = False

    @property
    def dated(self) -> DatedBy | None:
        """The date that counts."""
        return self.dates[0] if self.dates else None

    def before(self, first: date) -> bool:
        """Whether its title tells of a time so long past that it cannot have been published from `first` on.

        The accounts of a year follow in the next year, those of a quarter or school year within it.
        """
        last = [found.date.year for found in find_dates(self.title) if found.precision == "quarter"]
        if self.school_year is not None:
            last.append(self.school_year + 1)
        last += [int(year) + 1 for year in _YEAR.findall(_SCHOOL_YEAR.sub(" ", self.title))] if not last else []
        return bool(last) and max(last) < first.year

    @property
    def exists(self) -> bool:
        """Whether there is, or may well be, a real publication behind it."""
        return self.life in (Life.LIVE, Life.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """The ledger, and what the portal announces of it: `sections` by topic."""

    items: tuple[Disclosure, ...]
    sections: dict[str, Section]

    def of_part(self, part: str) -> tuple[Disclosure, ...]:
        """The disclosures that cover a part."""
        return tuple(item for item in self.items if part in item.parts)

    def umbrellas(self) -> tuple[Disclosure, ...]:
        """Disclosures of which neither title nor text tells the part."""
        return tuple(item for item in self.items if not item.parts)

    def entries(self, *topics: str) -> Iterator[Entry]:
        """What menus and headings announce of these topics (of all, without any)."""
        for topic in topics or TOPICS:
            section = self.sections.get(topic)
            if section is not None:
                yield from section.entries


def read(
    archive: Archive,
    pages: Pages,
    sections: Sections,
    documents: Documents,
    publications: Publications,
    vocabulary: Vocabulary,
    order: DateOrder,
    as_of: date,
) -> Disclosures:
    """Gathers disclosures from sections, titles, lists of documents and pictures."""
    reader = _Reader(archive, pages, sections, documents, publications, vocabulary, order, as_of)
    return Disclosures(tuple(reader.items()), {topic: sections.find(topic) for topic in TOPICS})


class _Reader:
    def __init__(
        self,
        archive: Archive,
        pages: Pages,
        sections: Sections,
        documents: Documents,
        publications: Publications,
        vocabulary: Vocabulary,
        order: DateOrder,
        as_of: date,
    ) -> None:
        self.scans = archive.scans
        self.order = order
        self.pages, self.sections, self.documents = pages, sections, documents
        self.publications, self.vocabulary, self.as_of = publications, vocabulary, as_of
        self.words = vocabulary.documents.disclosure
        self.found: dict[str, Disclosure] = {}
        self.addresses: dict[str, list[str]] = {}  # of the files of each disclosure
        # A section that a site repeats beside every article is asked again for each of them.
        self._listed: dict[str, tuple[tuple[str, str, str, bool], ...]] = {}
        self._digits: dict[str, tuple[Block, ...]] = {}
        self._days_of: dict[str, tuple[tuple[str, FoundDate], ...]] = {}
        self._forms: dict[str, tuple[int, ...]] = {}
        self._pictures: dict[tuple[str, str, str], str] = {}
        self._ways: dict[str, _Way] = {}

    def items(self) -> list[Disclosure]:
        for topic in TOPICS:
            section = self.sections.find(topic)
            parts = _parts_of_topic(topic)
            for entry in section.entries:
                self._entry(entry, parts)
                if topic == UMBRELLA:
                    self._below(entry)
            for single in section.singles:
                self._thing(single.title, single.url, single.page, single.target, parts, in_section=False)
        for document in self.documents.items:
            topics = [topic for topic in self.vocabulary.topics_of_title(document.title) if topic in TOPICS]
            if topics:
                url = document.detail or (document.files[0] if document.files else "")
                parts = frozenset[str]().union(*(_parts_of_topic(topic) for topic in topics))
                target = self.pages.look(url) if url else Target(Reach.PAGE, document.page.url, document.page)
                signed = document.issued
                self._thing(
                    document.title,
                    url or document.page.url,
                    document.page,
                    target,
                    parts,
                    in_section=False,
                    extra=(DatedBy(signed, "day", Dating.SIGNATURE, document.quote),) if signed else (),
                )
        self._fold_attached()
        self._open_files()
        return sorted(
            (replace(item, files=tuple(self.addresses.get(ident, ()))) for ident, item in self.found.items()),
            key=lambda item: (-(item.dated.day.toordinal() if item.dated else 0), item.url, item.title),
        )[:_MAX_ITEMS]

    # ------------------------------------------------------------------ behind the menu of disclosures

    def _entry(self, entry: Entry, parts: frozenset[str]) -> None:
        target = entry.target
        if target is None and entry.state is Ladder.CONTENT and not entry.page.home:
            self._segments(entry.page, "")  # a part of a page under a heading of its own
        if target is None or (target.page is not None and target.page.home):
            return
        if target.page is None:
            if target.attachment is not None or self._is_document(entry.url):
                self._thing(entry.label, entry.url, entry.page, target, parts, in_section=True)
            return
        page = target.page
        if (" › " in entry.label and not self._in_menu(entry)) or self._borrowed(entry, page):
            return
        if entry.page is page and not self._is_called(page, words(entry.label)):
            return
        if self._dated_article(page):
            self._thing(page.title, page.url, page, target, parts, in_section=self._in_menu(entry))
            return
        children = self._children(page)
        for title, url, beside, _ in children:
            extra = () if find_dates(beside.replace(title, "")) else self._of_the_list(page)
            self._thing(title, url, page, self.pages.look(url), parts, in_section=True, beside=beside, extra=extra)
        if self._segments(page, entry.label):
            return
        below = list(self.publications.within(page))
        for one in below:
            self._thing(one.title, page.url, page, target, parts, in_section=True)
        if below:
            return
        files = [(title, url) for title, url, _, file in children if file]
        text, pictures, _ = self._content(page, entry.label, files)
        if not children and self._only_entries(page):
            return
        alone = not children or (len(files) == len(children) and (text >= _OWN_TEXT or pictures > 0))
        life = self._life_of_page(page, entry.label, files)
        if alone and (entry.state is Ladder.CONTENT or life is Life.LIVE):
            self._thing(entry.label.rpartition("› ")[2], page.url, page, target, parts, in_section=True)

    def _heads(self, page: Page) -> Iterator[Block]:
        """The headings of a page, and the short lines of it that stand for such."""
        for block in self.pages.own[page.key]:
            if block.text and not block.links and (block.level or (block.cell is None and len(block.text) <= _STAMP)):
                yield block

    def _of_the_list(self, page: Page) -> tuple[DatedBy, ...]:
        """The day on which a page of the section says that it was updated, for what it lists without a day."""
        stamps = [one for one in self._with_digits(page) if not one.links and len(one.text) <= _STAMP]
        told = tuple(self._stated(stamps, ("posted",)))
        return told if len({one.day for one in told}) == 1 else ()

    def _below(self, entry: Entry) -> None:
        """What stands under a menu entry of disclosures is one of them, whatever its own label says."""
        menus = (self.sections.menus.below(page, entry.label) for page in reversed(self.pages.front))
        for link in next(filter(None, menus), ()):
            known = set(TOPICS) & set(self.vocabulary.topics_of_label(link.text))
            if known or not self.pages.internal(link.url):
                continue
            target = self.pages.look(link.url)
            below = Entry(UMBRELLA, link.text, entry.page, link.url, target, Ladder.NONE, "", False)
            self._entry(below, self._told([link.text], under_menu=True)[0])

    def _segments(self, page: Page, label: str) -> bool:
        """The disclosures that stand on one page under their names, each with the dates that it states itself."""
        blocks = self.pages.own[page.key]
        names = {words(label), words(page.title)}
        tables = data_tables(blocks)
        starts = [
            (at, parts)
            for at, block in enumerate(blocks)
            if (block.cell is None or block.cell.table not in tables)
            and not block.links
            and block.level != 1
            and words(block.text) not in names
            and (parts := self._told([block.text[:_NAME]], under_menu=True)[0])
        ]
        general = [one for block in blocks if 0 < block.level < 4 for one in _dates_of_name(block.text)]
        if starts and self._says_later(blocks[starts[-1][0]].text):
            # The lines that close the page are then not of its last part, which is put off, but of those above.
            closing = [block for block in blocks[starts[-1][0] + 1 :] if len(block.text) <= _STAMP]
            general += self._stated(closing, ("signature", "plain"))
        carried: frozenset[str] = frozenset()
        live = False
        for number, (at, parts) in enumerate(starts):
            end = starts[number + 1][0] if number + 1 < len(starts) else len(blocks)
            title = blocks[at]
            if title.level:
                ends = (i for i in range(at + 1, end) if 0 < blocks[i].level <= title.level and blocks[i].text)
                end = next(ends, end)
            body = blocks[at + 1 : end]
            parts |= carried
            whole = len(title.text) > _NAME or (":" in title.text and len(title.text) > _NAME // 2)
            captioned = at and not title.level and not blocks[at - 1].text
            shown = blocks[at - 1 : at] if captioned else ()  # the picture above
            put_off = self._says_later(title.text)
            # Below a part that is put off the short lines (a signature) are of something else.
            own = [block for block in body if not put_off or block.cell is not None or len(block.text) > _STAMP]
            said = [title.text, *(block.text for block in own if not block.links)]
            if not body and not shown and not whole and not put_off:
                carried = parts
                continue
            carried = frozenset()
            text = sum(len(words(one)) for one in said[1:] if not self._says_later(one))
            pictures = sum(bool(page.images[index].url) for one in (*shown, title, *body) for index in one.images)
            if text >= _FEW_WORDS or pictures or (whole and not put_off):
                life = Life.LIVE
            elif any(self._says_later(one) for one in said):
                life = Life.PLACEHOLDER
            else:
                continue
            stamps = [block for block in body if len(block.text) <= _STAMP]
            dates = [
                *self._stated((title, *body), ("posted", "signature")),
                *self._stated(stamps, ("plain",)),
                *general,
            ]
            later = self._later(dates, page)
            item = Disclosure(
                title.text[:_NAME],
                page.url,
                page,
                life,
                parts,
                (),
                self._so_far(() if later else dates),
                in_section=True,
                later=later,
            )
            self.found.setdefault(f"{page.key} {words(item.title)}", item)
            live = live or life is Life.LIVE
        return live

    def _says_later(self, text: str) -> bool:
        folded = words(text)
        return len(folded) < 200 and self.vocabulary.placeholders.puts_off(folded)

    def _is_called(self, page: Page, name: str) -> bool:
        """Whether a page bears a name as its own: in its title, or as its first heading."""
        if name in words(page.title):
            return True
        first = next((one for one in self.pages.own[page.key] if one.level and one.text), None)
        return first is not None and not first.links and words(first.text) == name

    def _borrowed(self, entry: Entry, page: Page) -> bool:
        """Whether a page only seems to bear the name: the heading is that of another page to which it links."""
        return entry.page is page and any(
            link.text == entry.label and link.url and key(link.url) != page.key for link in page.links
        )

    def _in_menu(self, entry: Entry) -> bool:
        """Whether the link of an entry stands in a menu: what only follows it in a list is not under it."""
        return key(entry.url) in self.pages.furniture or any(
            link.url == entry.url and link.region in MENU_REGIONS for link in entry.page.links
        )

    def _dated_article(self, page: Page) -> bool:
        """Whether a page is itself one publication: then what it links to is not under the menu of disclosures."""
        publication = self.publications.of(page.url)
        if publication is None:
            return False
        stamped = publication.page is page and publication.origin in (Origin.STAMP, Origin.TIME_TAG)
        return stamped or page.key not in self.pages.furniture

    def _children(self, page: Page) -> tuple[tuple[str, str, str, bool], ...]:
        """What a page of the section lists: (title, address, the text of its line or row, whether it is a file)."""
        known = self._listed.get(page.key)
        if known is None:
            known = self._listed[page.key] = tuple(self._list(page))
        return known

    def _list(self, page: Page) -> Iterator[tuple[str, str, str, bool]]:
        rows: dict[tuple[int, int], list[str]] = {}
        for block in self.pages.own[page.key]:
            if block.cell is not None:
                rows.setdefault((block.cell.table, block.cell.row), []).append(block.text)
        previous = ""
        for block in self.pages.own[page.key]:
            row = rows[block.cell.table, block.cell.row] if block.cell is not None and block.links else []
            beside = " | ".join(row) if row else block.text
            for at in block.links:
                link = page.links[at]
                way = self._way(link.url)
                if not link.url or link.region == "crumb" or way.key == page.key:
                    continue
                title = link.text
                scan = way.picture and not link.image and self._is_scan(title)
                article = way.inside and not way.entry and len(title) >= _TITLE and not (link.image and way.picture)
                if not (way.document or scan or article):
                    continue
                file = way.document or way.picture
                if file and (len(title) < _SHORTEST or says_download(title, self.vocabulary)):
                    rest = block.text.replace(link.text, "").strip()
                    told = max((text for text in row if not find_dates(text)), key=len, default="")
                    title = next((one for one in (rest, told, previous) if len(one) >= _TITLE), file_name(link.url))
                yield title, link.url, beside, file
            if len(block.text) >= _TITLE and not (len(block.text) < 2 * _TITLE and find_dates(block.text)):
                previous = block.text

    def _only_entries(self, page: Page) -> bool:
        """Whether a page of the section holds no more than the ways to others that are told by themselves."""
        blocks = self.pages.own[page.key]
        ways = [self._way(page.links[at].url) for one in blocks for at in one.links]
        text, pictures, _ = self._content(page, page.title, [])
        others = sum(way.entry and way.key != page.key for way in ways)
        return others >= 2 and text < _ENOUGH_TEXT and not pictures and not data_tables(blocks)

    def _is_scan(self, label: str) -> bool:
        """Whether a link to a picture says only "Xem": then it opens the scan of what its row names."""
        return len(label) < _SHORTEST or says_download(label, self.vocabulary)

    def _way(self, url: str) -> _Way:
        known = self._ways.get(url)
        if known is None:
            ident = key(url)
            known = self._ways[url] = _Way(
                ident,
                document=opens_document(url, self.vocabulary),
                picture=extension(url) in IMAGE_EXTENSIONS,
                inside=self.pages.internal(url),
                entry=ident in self.pages.furniture
                and any(one.link.region in MENU_REGIONS for one in self.pages.occurrences.get(ident, ())),
            )
        return known

    def _is_document(self, url: str) -> bool:
        return self._way(url).document

    # ------------------------------------------------------------------ one disclosure

    def _so_far(self, dates: Iterable[DatedBy]) -> tuple[DatedBy, ...]:
        """The dates up to the as-of date, in the order of trust."""
        return tuple(sorted((one for one in dates if one.day <= self.as_of), key=lambda one: _ORDER[one.dating]))

    def _later(self, dates: Iterable[DatedBy], page: Page) -> bool:
        """Whether the portal says that a thing was posted after the as-of date and before we saw it.

        A day after that on which we saw it is a slip of the pen.
        """
        posted = [one.day.isoformat() for one in dates if one.dating is Dating.POSTED]
        return bool(posted) and all(self.as_of.isoformat() < day <= page.fetched_at[:10] for day in posted)

    def _thing(
        self,
        title: str,
        url: str,
        page: Page,
        target: Target,
        parts: frozenset[str],
        *,
        in_section: bool,
        beside: str = "",
        extra: tuple[DatedBy, ...] = (),
    ) -> None:
        folded = words(title)
        if not in_section and self.words.not_disclosure.stand_in(folded):
            return
        article = target.page if target.page is not None and not target.page.home else None
        own = article if article is not None and self._is_article(article, title) else None
        offered = list(self._files_of(own)) if own is not None else []
        life, files = self._life(title, target, article, offered), offered
        if life is Life.LIVE:  # what cannot be opened tells nothing of what can
            files = [(text, address) for text, address in offered if self._reach_of_file(address) not in _GONE]
        names = [title, _spaced(file_name(url)) if self._is_document(url) else ""]
        names += [f"{text} {_spaced(file_name(address))}" for text, address in files]
        if own is not None:
            named = [(name, address) for name, address, _, file in self._children(own) if file]
            names += [
                name for name, address in named if life is not Life.LIVE or self._reach_of_file(address) not in _GONE
            ]
        if article is not None:
            names += [name for image in article.images if image.url and (name := self._form_of_picture(image))]
        general = self.words.umbrella.stand_in(folded)
        told, forms = self._told(names, under_menu=in_section or general)
        if in_section and parts < _HALVES and told & (_HALVES - parts) and not told & parts:
            parts = frozenset()  # a commitment stays one under a menu called "Chất lượng giáo dục"
        found_parts = parts | told
        if article is not None and general and not found_parts:
            # Under a title that says only "công khai" the headings of the article tell what it holds.
            found_parts |= self._told((one.text for one in self._heads(article)), under_menu=True)[0]
        if article is not None and (not found_parts or parts >= _REPORT_PARTS):
            found_parts |= self._told_on(article)
        told_dates = self._dates(title, url, page, target, article, files, beside) + list(extra)
        later = self._later(told_dates, page)
        dates = self._so_far(() if later else told_dates)
        text = " ".join(names)
        item = Disclosure(
            title=title[:300],
            url=target.url or url,
            page=page,
            life=life,
            parts=frozenset(found_parts),
            forms=tuple(sorted(set(forms))),
            dates=dates,
            in_section=in_section,
            school_year=_school_year(text),
            circular=self._circular(text, dates),
            later=later,
            is_folder=life is Life.EXTERNAL and any(mark in target.url for mark in self.vocabulary.hosts.file_folders),
        )
        ident = article.key if article is not None else key(item.url)
        if article is page and life is Life.LIVE and not self._is_article(page, title):
            ident = f"{page.key} {folded[:80]}"
        known = self.found.get(ident)
        if known is not None:
            both = tuple(dict.fromkeys((*known.dates, *item.dates)))
            later = (known.later or item.later) and not any(one.dating is Dating.POSTED for one in both)
            item = replace(
                known,
                parts=known.parts | item.parts,
                forms=tuple(sorted({*known.forms, *item.forms})),
                dates=() if later else tuple(sorted(both, key=lambda one: (_ORDER[one.dating], one.day))),
                in_section=known.in_section or item.in_section,
                school_year=known.school_year or item.school_year,
                circular=known.circular or item.circular,
                later=later,
            )
        self.found[ident] = item
        addresses = self.addresses.setdefault(ident, [])
        addresses += [address for _, address in offered if address not in addresses]
        if target.attachment is not None and target.url not in addresses:
            addresses.append(target.url)

    def _fold_attached(self) -> None:
        """Lets an undated file that only a dated article of its own offers go up in that article's disclosure."""
        for ident, item in list(self.found.items()):
            if item.dates or item.in_section:
                continue
            for above, addresses in self.addresses.items():
                article = self.found.get(above)
                if (
                    article is not None
                    and above == item.page.key != ident
                    and article.dated is not None
                    and article.dated.dating is Dating.POSTED
                    and len(addresses) <= _FEW_FILES
                    and any(key(address) == ident for address in addresses)
                ):
                    self.found[above] = replace(
                        article,
                        parts=article.parts | item.parts,
                        forms=tuple(sorted({*article.forms, *item.forms})),
                        school_year=article.school_year or item.school_year,
                        circular=article.circular or item.circular,
                    )
                    del self.found[ident]
                    break

    # ------------------------------------------------------------------ inside the files

    def _open_files(self) -> None:
        """Reads the files of disclosures that neither posting nor name dates, those under the menu first."""
        left = _MAX_READ
        waiting = [
            ident
            for ident, item in self.found.items()
            if item.exists and not item.later and (item.dated is None or item.dated.dating in _WEAK)
        ]
        for ident in sorted(waiting, key=lambda ident: not self.found[ident].in_section):
            for address in self.addresses.get(ident, ()):
                attachment = self.pages.look(address).attachment
                if attachment is None or not attachment.downloads or left <= 0:
                    continue
                capture = self.pages.stored.get(attachment.key)
                if capture is not None and capture.body:
                    left -= 1
                    text = read_apart(capture.body, attachment.type, attachment.name)
                    item = self._with_text(self.found[ident], text, cut=attachment.truncated)
                    if text.problem == NO_TEXT and item.unread:
                        item = self._with_scan(item, hashlib.sha256(capture.body).hexdigest())
                    self.found[ident] = item

    def _with_text(self, item: Disclosure, text: AttachmentText, *, cut: bool) -> Disclosure:
        """A disclosure with what the text and the metadata of its file tell of it; `cut`: we did not fetch it whole."""
        dates = [*item.dates, *self._signed(text.text)]
        day = text.modified or text.created
        if day is not None:
            dates.append(DatedBy(day, "day", Dating.METADATA, item.title[:200]))
        head = "\n".join(text.text.split("\n")[:_HEAD])
        parts, forms = item.parts, item.forms
        if not parts:
            parts, numbers = self._told(head.split("\n"), under_menu=item.in_section)
            forms = tuple(sorted({*forms, *numbers}))
        kept = self._so_far(dates)
        told = bool(kept) and kept[0].dating not in _WEAK
        return replace(
            item,
            parts=parts,
            forms=forms,
            dates=kept,
            school_year=item.school_year or _school_year(head),
            circular=item.circular or self._circular(head, kept),
            unread=not told and (item.unread or text.unread or (cut and bool(text.problem))),
        )

    def _with_scan(self, item: Disclosure, ident: str) -> Disclosure:
        """A disclosure with what OCR has read in its scan. A day that it does not find may be written by hand."""
        text = self.scans.get(ident)
        if text is None:
            return replace(item, scans=(*item.scans, ident))
        return self._with_text(item, AttachmentText(text), cut=False)

    def _signed(self, text: str) -> list[DatedBy]:
        """The day of a text's signature line: behind a place, else the last that stands in a line of its own."""
        placed: list[DatedBy] = []
        alone: list[DatedBy] = []
        for line in text.split("\n"):
            if len(line) > _SIGNATURE_BLOCK:
                continue
            for found in find_dates(line):
                if found.precision != "day" or found.form != "long_vi":
                    continue
                role = classify(line, found)
                one = DatedBy(found.date, "day", Dating.SIGNATURE, line[:200])
                if role == "signature":
                    placed.append(one)
                elif role == "plain" and len(line) - (found.end - found.start) <= _TITLE and len(line) <= _SIGNED_LINE:
                    alone.append(one)
        return placed[-1:] or alone[-1:]

    def _is_article(self, page: Page, title: str) -> bool:
        """Whether a page is one publication, not a list of many."""
        return words(title) == words(page.title) or sum(not file for *_, file in self._children(page)) <= 3

    def _files_of(self, page: Page) -> Iterator[tuple[str, str]]:
        for link in self.pages.own_links(page):
            if link.url and self._is_document(link.url):
                yield link.text, link.url
        for embed in page.embeds:
            if embed.url and (
                self._is_document(embed.url)
                or any(viewer.search(embed.url) for viewer in self.vocabulary.hosts.document_viewers)
            ):
                yield embed.title, embed.url

    def _told(self, texts: Iterable[str], *, under_menu: bool = False) -> tuple[frozenset[str], list[int]]:
        """The parts and form numbers that titles, file names or a text tell."""
        parts: set[str] = set()
        forms: list[int] = []
        for text in texts:
            if not text:
                continue
            folded = words(text)
            rest, here = folded, False
            for name, part in self.words.parts.items() if self.words.part_phrases.stand_in(folded) else ():
                if part.not_phrases.stand_in(folded):
                    continue
                phrases = (*part.phrases, *part.under_menu) if under_menu else part.phrases
                told = [phrase for phrase in phrases if contains_words(rest, phrase)]
                if told:
                    here = True
                    parts.add(name)
                    # "Cam kết chất lượng giáo dục năm học" must not tell of the quality of the year, too.
                    rest = rest.replace(max(told, key=len), " ")
            numbers = self._form_numbers(text)
            if here:  # the title of a form names its part, too
                numbers += tuple(form.number for form in self.words.forms if form.phrases.stand_in(folded))
            forms += numbers
            if numbers:
                parts.update(form.part for form in self.words.forms if form.number in numbers)
        return frozenset(parts), forms

    def _told_on(self, page: Page) -> frozenset[str]:
        """The parts that a page's own text tells, of which most lines hold no word of any part or form."""
        texts = [block.text for block in self.pages.own[page.key]]
        lines = [words(text) for text in texts]
        told, _ = self._told(texts[at] for at in self.words.part_phrases.lines_with(lines))
        numbers = {number for block in self._with_digits(page) for number in self._form_numbers(block.text)}
        return told.union(form.part for form in self.words.forms if form.number in numbers)

    def _form_of_picture(self, image: Image) -> str:
        """What a picture says of itself where that names a form; "" otherwise."""
        ident = (image.alt, image.title, image.url)
        known = self._pictures.get(ident)
        if known is None:
            name = _spaced(image.name)
            known = self._pictures[ident] = name if self._form_numbers(name) else ""
        return known

    def _form_numbers(self, text: str) -> tuple[int, ...]:
        known = self._forms.get(text)
        if known is None:
            known = self._forms[text] = tuple(self._find_form_numbers(text)) if has_digit(text) else ()
        return known

    def _find_form_numbers(self, text: str) -> list[int]:
        folded = words(text)
        if not any(sign in folded for sign in self.words.form_signs):
            return []
        numbers: list[int] = []
        for pattern in self.words.form_patterns:
            for match in pattern.finditer(folded):
                numbers += [int(group) for group in match.groups() if group and group.isdigit()]
        for pattern in self.words.form_lists if numbers else ():
            for match in pattern.finditer(" ".join(fold(text).split())):
                numbers += [int(number) for number in re.findall(r"\d+", match.group(1))]
        return [number for number in numbers if 1 <= number <= 21]

    def _circular(self, text: str, dates: Iterable[DatedBy] = ()) -> str:
        """The circular that a text names; of two of one number ("TT 09") the one in force by its school year or year.

        Where the text tells neither, the day of publication does.
        """
        folded = words(text)
        if not self.words.circular_names.stand_in(folded):
            return ""
        named = [one for one in self.words.circulars if one.names.stand_in(folded)]
        if len(named) == 1:
            return named[0].number
        named = named or [one for one in self.words.circulars if one.short_names.stand_in(folded)]
        begins = _school_year(text)
        if begins is None:
            begins = next((int(year) for year in _YEAR.findall(text)), None)
        if begins is None:
            begins = next((one.day.year - (one.day.month < _SCHOOL_STARTS) for one in dates), None)
        if begins is None or not named:
            return ""
        year = begins

        def years_off(one: Circular) -> int:
            last = one.last_school_year if one.last_school_year is not None else year
            return max(one.first_school_year - year, year - last, 0)

        return min(named, key=years_off).number

    # ------------------------------------------------------------------ dates

    def _dates(
        self,
        title: str,
        url: str,
        page: Page,
        target: Target,
        article: Page | None,
        files: list[tuple[str, str]],
        beside: str,
    ) -> list[DatedBy]:
        dates: list[DatedBy] = []
        publication = self.publications.of(target.url) or self.publications.of(url)
        if publication is None and (article is None or article is page):
            publication = self.publications.titled(title)
        if publication is not None and article is page and publication.page is not page and not beside:
            publication = publication if publication.url == page.url else None
        if publication is not None:
            dating = Dating.SIGNATURE if publication.origin is Origin.DOCUMENT else Dating.POSTED
            dates.append(DatedBy(publication.day, publication.precision, dating, publication.quote))
        elif rest := beside.replace(title, "").strip():
            dates.extend(
                DatedBy(found.date, "day", Dating.POSTED, beside[:200])
                for found in find_dates(rest, month_first=self.order)
                if found.precision == "day" and classify(rest, found) in ("plain", "posted")
            )
        if article is not None and article is page and not dates:
            dates.extend(self._stated(self._with_digits(page), ("posted",)))
            for block in self.pages.own[page.key]:
                if 0 < block.level < 4:
                    dates.extend(_dates_of_name(block.text))
        elif article is not None and self._is_article(article, title):
            dates += self._updates(article, dates)
        names = [title, *(text for text, _ in files)]
        addresses = [address for _, address in files]
        if self._is_document(url) or extension(url) in IMAGE_EXTENSIONS:
            addresses.append(url)
        for name in names:
            dates += _dates_of_name(name)
        for address in addresses:
            dates += _dates_of_address(address)
        if article is not None:
            dates += self._signatures(article)
        for address in addresses:
            attachment = self.pages.look(address).attachment
            if attachment is not None and attachment.downloads and attachment.last_modified:
                day = _http_day(attachment.last_modified)
                if day is not None:
                    dates.append(DatedBy(day, "day", Dating.LAST_MODIFIED, attachment.last_modified))
        return dates

    def _updates(self, article: Page, known: list[DatedBy]) -> list[DatedBy]:
        """The days of posting and updating that an article states beside its title or at its end."""
        told = list(self._stated((one for one in self._with_digits(article) if not one.links), ("posted",)))
        if len({one.day for one in told}) > _OWN_DAYS:
            return []  # a list of other articles below it
        days = {one.day for one in known}
        return [one for one in told if one.day not in days]

    def _signatures(self, page: Page) -> Iterator[DatedBy]:
        yield from self._stated(self._with_digits(page), ("signature",))

    def _with_digits(self, page: Page) -> tuple[Block, ...]:
        """The page's own blocks that hold a digit: no date stands anywhere else."""
        known = self._digits.get(page.key)
        if known is None:
            own = self.pages.own[page.key]
            known = self._digits[page.key] = tuple(block for block in own if has_digit(block.text))
        return known

    def _stated(self, blocks: Iterable[Block], roles: tuple[str, ...]) -> Iterator[DatedBy]:
        """The dates that texts state of themselves: "đăng ngày …", or place and day of a signature."""
        for block in blocks:
            text = block.text
            if not text or (len(text) > _SIGNATURE_BLOCK and "signature" in roles):
                continue
            for role, found in self._days(text):
                if role in roles and (found.precision == "day" or (found.precision == "month" and role == "posted")):
                    dating = Dating.SIGNATURE if role == "signature" else Dating.POSTED
                    yield DatedBy(found.date, found.precision, dating, text[:200])

    def _days(self, text: str) -> tuple[tuple[str, FoundDate], ...]:
        """The dates that a line states, each with its role; lines of lists stand on many pages."""
        known = self._days_of.get(text)
        if known is None:
            found = find_dates(text, month_first=self.order)
            known = self._days_of[text] = tuple((classify(text, one), one) for one in found)
        return known

    # ------------------------------------------------------------------ life

    def _life(self, title: str, target: Target, article: Page | None, files: list[tuple[str, str]]) -> Life:
        match target.reach:
            case Reach.PAGE:
                return self._life_of_page(article, title, files) if article is not None else Life.LIVE
            case Reach.ATTACHMENT if target.attachment is not None:
                return Life.LIVE if target.attachment.downloads else Life.DEAD_FILE
            case Reach.DEAD | Reach.SOFT_404:
                return Life.DEAD_FILE if self._is_document(target.url) else Life.DEAD_PAGE
            case Reach.EXTERNAL:
                return Life.EXTERNAL
            case Reach.FORBIDDEN:
                return Life.FORBIDDEN
            case _:
                return Life.UNSEEN

    def _life_of_page(self, page: Page, title: str, files: list[tuple[str, str]]) -> Life:
        reaches = {self._reach_of_file(address) for _, address in files}
        if reaches & {Reach.ATTACHMENT, Reach.EXTERNAL}:
            return Life.LIVE
        text, pictures, placeholder = self._content(page, title, files)
        if (
            text >= (_ENOUGH_TEXT if reaches or placeholder else _FEW_WORDS)
            or (pictures and not placeholder)
            or data_tables(self.pages.own[page.key])
        ):
            return Life.LIVE
        if reaches & {Reach.UNVISITED, Reach.FAILED, Reach.BLOCKED, Reach.FORBIDDEN}:
            return Life.UNSEEN
        if reaches:
            return Life.DEAD_FILE
        return Life.PLACEHOLDER

    def _content(self, page: Page, title: str, files: list[tuple[str, str]]) -> tuple[int, int, bool]:
        """What a page holds beside its title and its files: length of text, pictures, and whether it says "later".

        Nothing is counted behind `_OWN_TEXT` characters: that much is enough whatever else the page holds.
        """
        name, file_words = words(title), {words(text) for text, _ in files}
        text = pictures = 0
        placeholder = False
        for block in self.pages.own[page.key]:
            if text >= _OWN_TEXT:
                break
            folded = words(block.text)
            pictures += sum(
                bool(page.images[at].url) and page.images[at].region not in MENU_REGIONS for at in block.images
            )
            if not folded or folded == name or folded in file_words or block.level == 1:
                continue
            if block.level and len(folded) <= _NAME:
                continue  # the name of what follows
            rest = block.text
            for at in block.links:
                rest = rest.replace(page.links[at].text, " ", 1)
            if len(words(rest)) <= _STAMP and find_dates(rest):
                continue  # a stamp, alone or beside a title
            if len(folded) < 200 and self.vocabulary.placeholders.puts_off(folded):
                placeholder = True
                continue
            text += max(len(folded) - sum(len(page.links[at].text) for at in block.links), 0)
        return text, pictures, placeholder

    def _reach_of_file(self, address: str) -> Reach:
        target = self.pages.look(address)
        if target.reach is Reach.ATTACHMENT and target.attachment is not None and not target.attachment.downloads:
            return Reach.DEAD
        return target.reach


def _parts_of_topic(topic: str) -> frozenset[str]:
    if topic == ANNUAL_REPORT:
        return _REPORT_PARTS
    part = PART_TOPICS.get(topic)
    return frozenset({part}) if part else frozenset()


def _spaced(name: str) -> str:
    """A file name with blanks for the signs that stand for them."""
    return _NAME_BREAK.sub(" ", unquote(name))


def _dates_of_name(name: str) -> Iterator[DatedBy]:
    """Days and months that a title or link text tells; ends of spans and cited laws are none."""
    text = _spaced(name)
    if not text:
        return
    for found in find_dates(text):
        if found.precision in ("day", "month") and classify(text, found) in ("plain", "posted", "issued", "signature"):
            if any(citation.start <= found.start < citation.end for citation in find_citations(text)):
                continue
            yield DatedBy(found.date, found.precision, Dating.NAME, name[:200])


def _dates_of_address(address: str) -> Iterator[DatedBy]:
    name = file_name(address)
    found = list(_dates_of_name(name))
    yield from found
    if found:
        return
    if match := _NAME_DAY.search(name):
        try:
            yield DatedBy(date(*(int(group) for group in reversed(match.groups()))), "day", Dating.NAME, name[-200:])
        except ValueError:
            return
        return
    if match := _NAME_MONTH.search(words(name)):
        month, year = (int(group) for group in match.groups() if group)
        yield DatedBy(date(year, month, 1), "month", Dating.NAME, name[-200:])
        return
    path = unquote(address.partition("?")[0])
    match = _PATH_DAY.search(path)
    if match:
        try:
            yield DatedBy(date(*(int(group) for group in match.groups())), "day", Dating.NAME, path[-200:])
        except ValueError:
            return
    elif match := _PATH_MONTH.search(path):
        yield DatedBy(date(int(match.group(1)), int(match.group(2)), 1), "month", Dating.NAME, path[-200:])


def _http_day(value: str) -> date | None:
    try:
        return parsedate_to_datetime(value).date()
    except (TypeError, ValueError):
        return None


def _school_year(text: str) -> int | None:
    """The year in which the school year of a title or file name begins: "2025-2026", "năm học 24-25", "NH 1819"."""
    for match in _SCHOOL_YEAR.finditer(text):
        first, second = int(match.group(1)), int(match.group(2))
        if second == first + 1:
            return first
    for found in find_dates(text):
        if found.precision == "school_year":
            return found.date.year
    for match in _SHORT_SCHOOL_YEAR.finditer(text):
        first, second = int(match.group(1)), int(match.group(2))
        if second == first + 1 and 9 <= first <= 60:
            return 2000 + first
    return None

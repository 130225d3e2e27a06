"""The directive documents that a portal lists: number, kind, authority, dates, effect, abstract and files of each.

Read from tables, cards and label/value rows of lists and detail pages, and from titles such as
"Quyết định số 12/QĐ-SGDĐT"; what list and detail page say of one document is put together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from auditor.dates import find_citations, find_dates
from auditor.facts.date_order import DateOrder
from auditor.facts.pages import Pages, Reach
from auditor.facts.sections import Entry, Ladder, Section, Sections
from auditor.page import Block, Form, Page
from auditor.text import contains_words, has_digit, words
from auditor.urls import DOCUMENT_EXTENSIONS, extension, file_name, host_of, key
from auditor.vocabulary import Labels, Vocabulary, label_words, under

TOPIC = "documents"
# Shapes of lists, in characters and blocks; they tell titles from labels and are no limits of the checklist.
_TITLE = 12
_LABEL = 40
_RECORD = 14
_LINE = 400
_EFFECT = 5
_BARE_PAIR = 120
_PLAIN_TITLE = 300
_OPENING = 24  # characters in which a title has come to its number: "Công văn số 12/…"
_LEAST_LISTED = 2
_PLAIN_FIELDS = 3  # fields that make a document of lines without any link or heading
_MAX_DOCUMENTS = 2000
_CORE = frozenset({"number", "issued", "effective", "state", "issuer", "kind"})
_NUMBER_ONLY = re.compile(r"(?:s[ốô]\s*:?\s*)?\d{1,5}[a-z]?\s*[/_-]\s*[\w&.\- /]{1,30}", re.I)
_WRAPPED = re.compile(r"[^\W\d]{2,10}:\s*\((.+)\)")
# What some lists put behind a title: "… (Ngày đăng: 20-11-2025)".
_STAMP = re.compile(r"\s*[(\[]([^()\[\]]{4,60}?\d{4})[)\]]\s*$")
_PIECES = re.compile(r"\s+[·•|‧∙]\s+")
_SIGNS = re.compile(r"[:·•|‧∙]")
# Tables that a script makes searchable, and where it leaves the box out.
_FILTERED = re.compile(r"\bdataTable\s*\(", re.I)
_UNFILTERED = re.compile(r"\b(?:searching|bFilter|searchable)\W{1,4}(?:false|!1)", re.I)
_SPLIT = re.compile(r"[-–/.]")
# Where one field ends and the next begins without a blank: "trường họcNgày ban hành: …", "(04/08/2026)Trạng thái: …"
_LOWER = "".join(letter for letter in map(chr, range(0x61, 0x1EFA)) if letter.islower())
_GLUED = re.compile(rf"(?<=[{_LOWER}\d)])(?=[A-ZĐ][{_LOWER}])|(?<=[A-ZĐ])(?=[A-ZĐ][{_LOWER}]{{2}})")


@dataclass(frozen=True, slots=True)
class Document:
    """One listed document. Empty strings and None stand for what the portal does not show.

    `page` is where it is listed, `detail` the address of its own page; `kind` and `authority` are what columns, labels,
    title, number or the section's name tell; `files` are addresses of its attachments; `listed` is False where only its
    own page was seen.
    """

    title: str
    page: Page
    quote: str
    number: str = ""
    kind: str = ""
    authority: str = ""
    issued: date | None = None
    posted: date | None = None
    effective: date | None = None
    state: str = ""
    signer: str = ""
    files: tuple[str, ...] = ()
    detail: str = ""
    listed: bool = True

    @property
    def has_effect(self) -> bool:
        """Whether the date or the state of its effect is shown."""
        return self.effective is not None or bool(self.state)

    @property
    def has_abstract(self) -> bool:
        """Whether it is listed with words on its content, not by its number alone."""
        return len(self.title) >= _TITLE and self.title != self.number


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a portal. `search` is the page with a form that searches documents, and its words.

    `read_lists` says whether any page of the section, not only a block on the home page, could be read; `untold` that
    only files were recognised on pages that show fields of documents, too: those may tell what the items lack.
    """

    section: Section
    items: tuple[Document, ...]
    search: tuple[Page, str] | None
    read_lists: bool
    untold: bool = False

    @property
    def listed(self) -> tuple[Document, ...]:
        """Those seen in a list; where no list was read, all."""
        return tuple(item for item in self.items if item.listed) or self.items

    @property
    def has_section(self) -> bool:
        """Whether the portal announces documents or lists some."""
        return bool(self.items) or self.section.state not in (Ladder.NONE, Ladder.SINGLE)


@dataclass
class _Record:
    """What one place tells of one document, as text; a `plain` one begins with a number in a line of text."""

    page: Page
    at: int
    title: str = ""
    detail: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    quote: str = ""
    label: str = ""
    plain: bool = False


def read(pages: Pages, sections: Sections, vocabulary: Vocabulary, order: DateOrder) -> Documents:
    """Finds the listed documents and puts together what is said of each."""
    return _Reader(pages, sections.find(TOPIC), vocabulary, order).documents()


class _Reader:
    def __init__(self, pages: Pages, section: Section, vocabulary: Vocabulary, order: DateOrder) -> None:
        self.pages, self.section, self.vocabulary, self.order = pages, section, vocabulary, order
        self.words = vocabulary.documents
        self.homes = home_copies(pages)
        self._fields: dict[str, str | None] = {}
        self._downloads: dict[str, bool] = {}
        self._files: dict[str, bool] = {}
        self._telling: dict[str, bool] = {}
        self._labels_known: dict[str, bool] = {}
        self._lines: dict[str, tuple[list[tuple[str, str]], str | None, str]] = {}
        columns = self.words.columns
        self.telling = Labels(
            label
            for group in (columns.number, columns.issued, columns.effective, columns.issuer)
            for label in group
            if " " in label
        )
        self.labels = self.words.columns.by_label
        self.first_words = {label.partition(" ")[0] for label in self.labels}
        self.kind_by_symbol = {
            _run_together(one): kind.title for kind in reversed(self.words.kinds) for one in kind.symbols
        }
        self.authority_by_symbol = {
            _run_together(one): authority.title
            for authority in reversed(self.words.authorities)
            for one in authority.symbols
        }
        self.by_section = {
            entry.target.page.key: entry for entry in section.entries if entry.target is not None and entry.target.page
        }

    def documents(self) -> Documents:
        section_pages = {page.key: page for page in self.section.pages}
        candidates = [page for page in self.pages.pages if page.key in section_pages or self._mentions(page)]
        records: list[_Record] = []
        told: set[str] = set()
        for page in candidates:
            found = list(self._of_tables(page))
            if self._mentions(page):
                found += self._own_page(page, list(self._of_labels(page)))
            if found:
                told.add(page.key)
            records += found
        records += self._of_titles(told)
        untold = not records and any(self._mentions(page) for page in self.section.pages)
        items = self._merged((records or list(self._of_files()))[: _MAX_DOCUMENTS * 3])
        return Documents(
            self.section,
            tuple(items[:_MAX_DOCUMENTS]),
            self._search(candidates),
            any(not page.home for page in candidates),
            untold,
        )

    def _of_files(self) -> Iterator[_Record]:
        """Where nothing looks like a list: the files that the section's pages show, and its articles."""
        for page in self.section.pages:
            if page.key in self.homes:
                continue
            entry = self.by_section.get(page.key)
            title = self._own_title(page)
            label = entry.label if entry else ""
            for link in self.pages.own_links(page):
                if link.url and self._is_file(link.url):
                    named = len(link.text) >= _TITLE and not self._says_download(link.text)
                    name = link.text if named else (title if entry is None else file_name(link.url))
                    yield _Record(page, 0, name, files=[link.url], quote=name[:300], label=label)
            for embed in page.embeds:
                if embed.url and self._is_file(embed.url):
                    name = embed.title or title
                    yield _Record(page, 0, name, files=[embed.url], quote=name[:300], label=label)
            if entry is None and title:
                yield _Record(page, 0, title, page.url, quote=title[:300])

    def _mentions(self, page: Page) -> bool:
        """Whether a page shows labels that only documents have."""
        known = self._telling.get(page.key)
        if known is None:
            known = self._telling[page.key] = self.telling.stand_in(page.words)
        return known

    def _field(self, text: str) -> str | None:
        """The meaning of a column title or field label, None for other texts."""
        if not text or len(text) > _LABEL:
            return None
        if text not in self._fields:
            folded = words(text)
            half = len(folded) // 2
            twice = len(folded) > 8 and folded[:half] == folded[half + 1 :]
            self._fields[text] = self.labels.get(folded) or (self.labels.get(folded[:half]) if twice else None)
        return self._fields[text]

    # ------------------------------------------------------------------ tables

    def _of_tables(self, page: Page) -> Iterator[_Record]:
        tables: dict[int, dict[int, dict[int, list[int]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for index, block in enumerate(page.blocks):
            cell = block.cell
            if cell is not None:
                tables[cell.table][cell.row][cell.column].append(index)
        details: list[_Record] = []
        for rows in tables.values():
            labelled = [row for row in rows.values() if 0 in row and self._field(self._text(page, row[0]))]
            if len(labelled) < 2:
                yield from self._rows(page, rows)
            elif (record := self._detail(page, rows)) is not None:
                details.append(record)
        if len(details) == 1 and not page.home:
            own = details[0]
            own.title = own.texts.get("abstract") or self._own_title(page)
            own.detail = page.url
        yield from (record for record in details if record.title)

    def _own_title(self, page: Page) -> str:
        heading = next((b.text for b in self.pages.own[page.key] if b.level and len(b.text) >= _TITLE), "")
        return heading or page.title

    def _text(self, page: Page, indexes: list[int]) -> str:
        if len(indexes) == 1:
            return page.blocks[indexes[0]].text
        return " ".join(page.blocks[index].text for index in indexes).strip()

    def _rows(self, page: Page, rows: Mapping[int, Mapping[int, list[int]]]) -> Iterator[_Record]:
        order = sorted(rows)
        columns: dict[int, str] = {}
        start = 0
        for position, number in enumerate(order[:3]):
            found = {
                column: name
                for column, indexes in rows[number].items()
                if (name := self._field(self._text(page, indexes)))
            }
            meant = set(found.values())
            if len(meant) >= 2 and meant & {"number", "issued", "abstract"}:
                columns, start = found, position + 1
                break
        if not columns:
            columns = self._by_content(page, rows)
        if not columns:
            return
        for number in order[start:]:
            row = rows[number]
            record = _Record(page, _first_of(row))
            told: list[tuple[int, str]] = []
            for column, indexes in row.items():
                text = self._text(page, indexes)
                if text:
                    told.append((column, text))
                    if name := columns.get(column):
                        record.texts.setdefault(name, text)
            self._links_of(page, [index for indexes in row.values() for index in indexes], record)
            told.sort()
            record.title = record.texts.get("abstract", "")
            record.quote = " | ".join([text for _, text in told])[:300]
            if (record.title or record.texts.get("number")) and (record.texts.keys() & _CORE or record.files):
                yield record

    def _by_content(self, page: Page, rows: Mapping[int, Mapping[int, list[int]]]) -> dict[int, str]:
        """Columns of a table without titles: numbers, dates and long texts tell themselves."""
        if len(rows) < 2:
            return {}
        votes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows.values():
            for column, indexes in row.items():
                text = self._text(page, indexes)
                if len(text) <= _LABEL and (
                    find_citations(text) or (_NUMBER_ONLY.fullmatch(text) and find_citations(f"Số {text}"))
                ):
                    votes[column]["number"] += 1
                elif (dates := find_dates(text)) and len(text) <= dates[0].end - dates[0].start + 4:
                    votes[column]["issued"] += 1
                elif len(text) >= 25:
                    votes[column]["abstract"] += 1
        columns: dict[int, str] = {}
        for column, counts in votes.items():
            name, count = max(counts.items(), key=lambda item: item[1])
            if count >= max(2, 0.6 * len(rows)) and name not in columns.values():
                columns[column] = name
        return columns if "number" in columns.values() and len(columns) >= 2 else {}

    def _detail(self, page: Page, rows: Mapping[int, Mapping[int, list[int]]]) -> _Record | None:
        """Label and value rows, also two pairs in a row."""
        first = _first_of(next(iter(rows.values())))
        record = _Record(page, first)
        for number in sorted(rows):
            row = rows[number]
            name: str | None = None
            for column in sorted(row):
                text = self._text(page, row[column])
                meant = self._field(text.rstrip(": "))
                if meant and not (name is not None and self._state(text)):
                    name = meant
                elif name and text:
                    record.texts.setdefault(name, text)
                    name = None
                self._links_of(page, row[column], record, titles=False)
        if not record.texts.keys() & _CORE:
            return None
        record.quote = "; ".join(f"{text}" for text in record.texts.values())[:300]
        record.title = record.texts.get("abstract", "")
        last = max(max(indexes) for row in rows.values() for indexes in row.values())
        title, record.detail = self._card(page, first, last, record)
        record.title = record.title or title
        return record

    def _card(self, page: Page, first: int, last: int, record: _Record) -> tuple[str, str]:
        """Title and address of a card whose fields stand in a table: above it, or behind it ("Xem chi tiết")."""
        title = detail = ""
        for block in reversed(page.blocks[max(0, first - 4) : first]):
            text = block.text
            if self._field(text) is not None or block.region == "crumb":
                break
            if (
                len(text) > max(len(title), _TITLE)
                and (block.links or block.level)
                and not _NUMBER_ONLY.fullmatch(text)
                and not self._names_section(page, block)
            ):
                title = text
                detail = next((page.links[at].url for at in block.links if page.links[at].url), "")
        for index in range(last + 1, min(last + 6, len(page.blocks))):
            if self._starts(page, page.blocks[index]):
                break
            self._links_of(page, [index], record, titles=False)
        detail = detail if detail and key(detail) != page.key else record.detail
        return title, detail

    # ------------------------------------------------------------------ cards and label/value rows outside tables

    def _of_labels(self, page: Page) -> Iterator[_Record]:
        record: _Record | None = None
        waiting: str | None = None
        for index in self._near_labels(page):
            block = page.blocks[index]
            text = block.text
            if record is not None and block.region != page.blocks[record.at].region:
                # What stands beside the list ("Tin mới") is not of its last document.
                if self._worth(record):
                    yield record
                record, waiting = None, None
            several, name, value = self._line_of(text)
            if record is not None and not several and name is None and self._same_card(page, block, record):
                continue
            if len(several) > 1 and record is not None and index - record.at <= _RECORD:
                for one, told in several:
                    record.texts.setdefault(one, told)
                record.title = record.title or record.texts.get("abstract", "")
                waiting = None
                continue
            if record is not None and waiting in ("state", "effective") and self._state(text):
                record.texts.setdefault(waiting, text)  # some states are called as a column is
                waiting = None
                continue
            opens = block.links or block.level
            if name == "number" and value and (opens or self._opens_plainly(record, index, value)):
                if record is not None and self._worth(record):
                    yield record
                record = _Record(page, index, texts={"number": self._number(value)}, quote=text[:300], plain=not opens)
                self._links_of(page, [index], record)
                waiting = None
                continue
            if name is not None:
                if record is not None and index - record.at <= _RECORD:
                    if value:
                        record.texts.setdefault(name, value)
                        waiting = None
                    else:
                        waiting = name
                    if name == "abstract" and not record.title:
                        record.title = value
                    self._links_of(page, [index], record, titles=name == "abstract")
                continue
            if waiting and record is not None and index - record.at <= _RECORD and not self._starts(page, block):
                record.texts.setdefault(waiting, text)
                self._links_of(page, [index], record, titles=False)
                waiting = None
                continue
            waiting = None
            if self._starts(page, block) and not self._attached(page, block, record, index):
                if record is not None and not record.title and record.at >= index - 3:
                    record.title, record.quote = self._title_in(page, block), f"{record.quote} {text}"[:300]
                    self._links_of(page, [index], record)
                    continue
                if record is not None and self._worth(record):
                    yield record
                record = _Record(page, index, quote=text[:300])
                if _NUMBER_ONLY.fullmatch(text):
                    record.texts["number"] = self._number(text)
                else:
                    record.title = self._title_in(page, block)
                    self._kind_above(page, index, record)
                self._links_of(page, [index], record)
            elif record is not None and index - record.at <= _RECORD:
                self._links_of(page, [index], record, titles=False)
        if record is not None and self._worth(record):
            yield record

    def _opens_plainly(self, record: _Record | None, index: int, value: str) -> bool:
        """Whether a number in a line of text begins the next document of a list: no document waits for a number."""
        if _NUMBER_ONLY.fullmatch(value) is None:
            return False
        if record is None or index - record.at > _RECORD:
            return True
        return words(record.texts.get("number", value)) != words(value)

    def _same_card(self, page: Page, block: Block, record: _Record) -> bool:
        """Whether a text belongs to the link that holds the title of a document before it: a card that is one link."""
        if not block.links or block.level or not record.title:
            return False
        opened = page.blocks[record.at].links
        return bool(opened) and block.links == opened and len(page.links[opened[0]].text) > len(record.title)

    def _kind_above(self, page: Page, index: int, record: _Record) -> None:
        """The kind that stands above a title in its card ("Kế hoạch")."""
        above, block = page.blocks[index - 1], page.blocks[index]
        if index and above.links and above.links == block.links and self._bare(above.text) == "kind":
            record.texts["kind"] = above.text

    def _own_page(self, page: Page, found: list[_Record]) -> list[_Record]:
        """The records of a page; of a page that shows one document under its own title, it is that document's page."""
        if len(found) == 1 and not page.home and page.key not in self.by_section:
            title, name = words(found[0].title), words(page.title)
            if len(title) >= _TITLE and (title in name or (len(name) >= _TITLE and name in title)):
                found[0].detail = page.url
        return found

    def _near_labels(self, page: Page) -> list[int]:
        """The blocks outside tables that stand so near to a label that they can be of its document."""
        tables = data_tables(page.blocks)
        labels = self._labels_known
        outside: list[int] = []
        near: set[int] = set()
        for index, block in enumerate(page.blocks):
            text = block.text
            if text and (block.cell is None or block.cell.table not in tables):
                outside.append(index)
                label = labels.get(text)
                if label is None:
                    label = labels[text] = self._is_label(text)
                if label:
                    near.update(range(index - _RECORD, index + _RECORD + 1))
        return [index for index in outside if index in near] if near else []

    def _is_label(self, text: str) -> bool:
        """Whether a text opens with a label of documents, or is nothing but a number."""
        if len(text) > _LINE or not self._may_be_label(text):
            return False
        several, name, _ = self._line_of(text)
        return bool(several or name or _NUMBER_ONLY.fullmatch(text))

    def _may_be_label(self, text: str) -> bool:
        """Whether a line has anything that `_pairs`, `_pair` and a bare number need; running text has not."""
        return _SIGNS.search(text) is not None or self._may_open(words(text).partition(" ")[0])

    def _may_open(self, first: str) -> bool:
        """Whether a label or a number may begin with this word: also one glued to what follows ("ngày5/9/2026")."""
        return first in self.first_words or first == "so" or has_digit(first)

    def _line_of(self, text: str) -> tuple[list[tuple[str, str]], str | None, str]:
        """What `_pairs` and `_pair` say of a text."""
        known = self._lines.get(text)
        if known is None:
            known = self._lines[text] = (self._pairs(text), *self._pair(text))
        return known

    def _title_in(self, page: Page, block: Block) -> str:
        """The title in a block: the text of its link where that is one, else all of it."""
        linked = max((page.links[at].text for at in block.links), key=len, default="")
        return linked if _TITLE <= len(linked) < len(block.text) and linked in block.text else block.text

    def _attached(self, page: Page, block: Block, record: _Record | None, index: int) -> bool:
        """Whether a linked text is the name of a file of the document before it."""
        if record is None or not record.title or index - record.at > _RECORD or not block.links:
            return False
        return all(self._is_file(page.links[at].url) for at in block.links)

    def _names_section(self, page: Page, block: Block) -> bool:
        """Whether a heading or link is the name of a section, not a title: by all its words, or by where it leads."""
        topics = self.vocabulary.topics_of_label(block.text)
        if not topics:
            return False
        name = label_words(block.text)
        if not any(char.isdigit() for char in block.text) and any(
            name in self.vocabulary.topics[topic].labels for topic in topics
        ):
            return True
        links = [page.links[at] for at in block.links if page.links[at].url]
        return any(key(link.url) in self.pages.furniture or link.region in ("menu", "crumb") for link in links)

    def _worth(self, record: _Record) -> bool:
        return (
            bool(record.texts.keys() & (_CORE - {"kind"}))
            and bool(record.title or record.texts.get("number"))
            and (len(record.texts) >= 2 or "issued" in record.texts or "number" in record.texts)
            and (not record.plain or len(record.texts) >= _PLAIN_FIELDS)
        )

    def _pair(self, text: str) -> tuple[str | None, str]:
        """A label with the value behind it: "Ngày ban hành: (02/10/2021)"."""
        first = words(text).partition(" ")[0]
        if len(text) > _LINE or not self._may_open(first):
            return None, ""
        head, colon, tail = text.partition(":")
        name = self._field(head)
        if name is not None:
            return name, tail.strip(" ()")
        if not colon:
            dates = find_dates(text)
            if dates and (name := self._field(text[: dates[0].start].strip(" :(-–"))):
                return name, dates[0].text
            if first in self.first_words:
                return self._bare_pair(text)
        return None, ""

    def _bare_pair(self, text: str) -> tuple[str | None, str]:
        """A label with its value and no colon between: "Số hiệu 52/KH-A", "Trích yếu - Kế hoạch …"."""
        for dash in (" - ", " – "):
            head, found, tail = text.partition(dash)
            if found and (name := self._field(head)) is not None:
                return name, tail.strip()
        if len(text) > _BARE_PAIR:
            return None, ""
        parts = text.split(" ")
        for count in range(min(5, len(parts) - 1), 1, -1):
            name = self._field(" ".join(parts[:count]))
            if name is None:
                continue
            value = " ".join(parts[count:])
            if (
                (name == "number" and _NUMBER_ONLY.fullmatch(value))
                or (name == "state" and self._state(value))
                or (name == "kind" and self._kind(value, ""))
                or (name == "issuer" and self._authority(value, "", ""))
            ):
                return name, value
        return None, ""

    def _pairs(self, text: str) -> list[tuple[str, str]]:
        """All labels with their values in one line: "Ngày ban hành: 1/2/2026 Trạng thái: Còn hiệu lực"."""
        if len(text) > _LINE:
            return []
        if text.count(":") < 2:
            return self._pieces(text) if _PIECES.search(text) else []
        text = _GLUED.sub(" ", text)
        found: list[tuple[str, int, int]] = []
        at = text.find(":")
        while at >= 0:
            before = text[max(0, at - _LABEL) : at].split(" ")
            for count in range(min(5, len(before)), 0, -1):
                label = " ".join(before[-count:])
                if name := self._field(label.strip(" ()")):
                    found.append((name, at - len(label), at + 1))
                    break
            at = text.find(":", at + 1)
        ends = [*(start for _, start, _ in found[1:]), len(text)] if found else []
        return [(name, text[begin:end].strip(" ()-–|;")) for (name, _, begin), end in zip(found, ends, strict=True)]

    def _pieces(self, text: str) -> list[tuple[str, str]]:
        """What the parts of a line under a title tell: "Sở GDĐT · 12/SGDĐT-VP", "Ngày ký 1/2/2026 | Hiệu lực từ …"."""
        pieces = _PIECES.split(text)
        found: list[tuple[str, str]] = []
        for piece in pieces:
            name, value = self._pair(piece)
            if name is None and _NUMBER_ONLY.fullmatch(piece) and not find_dates(piece):
                name, value = "number", self._number(piece)
            if name is None and len(piece) <= _LABEL:
                name, value = self._bare(piece), piece
            if name is not None and value:
                found.append((name, value))
        return found if len(found) > 1 and any(name in _CORE for name, _ in found) else []

    def _bare(self, piece: str) -> str | None:
        """What a part is that is the name of a kind, of a state or of an authority and nothing else."""
        folded = words(piece)
        if any(folded == name for kind in self.words.kinds for name in kind.names):
            return "kind"
        if folded in self.words.states:
            return "state"
        if any(f"{folded} ".startswith(f"{name} ") for one in self.words.authorities for name in one.names):
            return "issuer"
        return None

    def _starts(self, page: Page, block: Block) -> bool:
        """Whether a block opens a new document: a linked or highlighted title, or a number."""
        text = block.text
        if len(text) > 600 or block.region == "crumb" or not (block.links or block.level):
            return False
        dates = find_dates(text)
        if (block.links or block.level) and not dates and _NUMBER_ONLY.fullmatch(text) and not extension(text):
            return True
        if len(text) < _TITLE or self._names_section(page, block) or self._says_download(text):
            return False
        if dates and len(text) < 30:
            return False
        if block.level:
            return True
        return any(len(page.links[index].text) >= _TITLE and page.links[index].url for index in block.links)

    def _says_download(self, text: str) -> bool:
        """Whether a text only invites to open or download ("Xem chi tiết toàn văn")."""
        known = self._downloads.get(text)
        if known is None:
            known = self._downloads[text] = says_download(text, self.vocabulary)
        return known

    # ------------------------------------------------------------------ titles in the section's pages

    def _of_titles(self, told: set[str]) -> Iterator[_Record]:
        """Titles in lists of the section that tell nothing else of their documents; `told` are pages that do."""
        for page_key, entry in self.by_section.items():
            page = self.pages.by_key.get(page_key)
            if page is None or page_key in told or page_key in self.homes:
                continue
            yield from self._cards(page, entry)
        home = self.pages.home
        if home is not None and home.key not in told:
            yield from self._home_block(home)

    def _cards(self, page: Page, entry: Entry | None) -> Iterator[_Record]:
        """The titles of a list, linked or not, each with the stamps and files below it."""
        own = {id(block) for block in self.pages.own[page.key]}
        linked: list[_Record] = []
        plain: list[_Record] = []
        card: _Record | None = None
        for index, block in enumerate(page.blocks):
            if id(block) not in own:
                continue
            if titles := list(self._title_records(page, block, entry)):
                named = card is not None and index - card.at <= 1 and not card.files and not card.detail
                if card is not None and named and all(self._attached(page, block, card, index) for _ in titles[:1]):
                    card.files += [url for one in titles for url in one.files]
                    continue
                linked += titles
                card = titles[-1]
                card.at = index
            elif self._is_title(page, block):
                card = _Record(page, index, block.text, quote=block.text[:300], label=entry.label if entry else "")
                self._links_of(page, [index], card)
                plain.append(card)
            elif card is not None and index - card.at <= _RECORD:
                self._below(page, index, card)
        listed = not linked and len(plain) >= _LEAST_LISTED
        yield from linked
        for record in plain:
            if (
                record.files
                or record.detail
                or find_citations(record.title)
                or (listed and self._kind(record.title, ""))
            ):
                yield record

    def _is_title(self, page: Page, block: Block) -> bool:
        """Whether a text without an address of its own may be the title of a document: a heading, or by its opening."""
        text = block.text
        if not _TITLE + 3 <= len(text) <= _PLAIN_TITLE or block.level == 1 or block.region == "crumb":
            return False
        if self._says_download(text) or self._names_section(page, block) or self._line_of(text)[1] is not None:
            return False
        if contains_words(words(page.title), words(text)):
            return False  # the name of the list
        if block.level:
            return True
        citations = find_citations(text)
        if citations and citations[0].start <= _OPENING:
            return True
        folded = words(text)
        return any(folded.startswith(f"{name} ") for kind in self.words.kinds for name in kind.names)

    def _below(self, page: Page, index: int, card: _Record) -> None:
        """What a line below a title tells of its document: labels with values, a stamp, files."""
        text = page.blocks[index].text
        several, name, value = self._line_of(text)
        for one, told in several or ([(name, value)] if name is not None and value else []):
            card.texts.setdefault(one, told)
        if not several and name is None and len(text) <= _LABEL:
            dates = find_dates(text, month_first=self.order)
            if dates and len(text) <= dates[0].end - dates[0].start + 4:
                card.texts.setdefault("posted", text)
        self._links_of(page, [index], card, titles=False)

    def _title_records(self, page: Page, block: Block, entry: Entry | None) -> Iterator[_Record]:
        if (record := self._line(page, block, entry)) is not None:
            yield record
            return
        for at in block.links:
            link = page.links[at]
            if (
                len(link.text) >= _TITLE + 3
                and link.url
                and key(link.url) != page.key
                and (self.pages.internal(link.url) or extension(link.url) in DOCUMENT_EXTENSIONS)
                and not link.text.startswith("<")
                and not self._says_download(link.text)
                and not self._names_section(page, block)
                and link.region != "crumb"
            ):
                record = _Record(page, 0, link.text, quote=block.text[:300], label=entry.label if entry else "")
                if extension(link.url) in DOCUMENT_EXTENSIONS:
                    record.files.append(link.url)
                record.detail = link.url
                yield record

    def _line(self, page: Page, block: Block, entry: Entry | None) -> _Record | None:
        """A line of text with a link to the file behind it: "Quyết định số 8/QĐ-A về khen thưởng – Tải về"."""
        files = [page.links[at] for at in block.links if self._is_file(page.links[at].url)]
        if not files or any(len(link.text) >= _TITLE + 3 and not self._says_download(link.text) for link in files):
            return None
        title = block.text
        for link in files:
            title = title.replace(link.text, " ") if link.text else title
        title = title.strip(" -–—:|()[]")
        if len(title) < _TITLE + 3 or len(title) > 600:
            return None
        record = _Record(page, 0, title, quote=block.text[:300], label=entry.label if entry else "")
        record.files = [link.url for link in files]
        return record

    def _home_block(self, home: Page) -> Iterator[_Record]:
        """The block of documents on the home page, under its heading."""
        for index, block in enumerate(home.blocks):
            if not block.level or block.region == "menu" or not self._names_documents(home, block):
                continue
            found: list[_Record] = []
            gap = 0
            for below in home.blocks[index + 1 : index + 25]:
                if below.level and (not below.links or self.vocabulary.topics_of_label(below.text)):
                    break
                titles = list(self._title_records(home, below, None))
                gap = 0 if titles else gap + 1
                if len(below.links) > 2 or gap > 3:
                    break
                found += titles
            if len(found) >= 2:
                yield from found

    def _names_documents(self, page: Page, block: Block) -> bool:
        """Whether a heading, or a link in it ("Văn bản", "Xem thêm"), names the topic."""
        texts = [block.text, *(page.links[index].text for index in block.links)]
        return any(TOPIC in self.vocabulary.topics_of_label(text) for text in texts)

    # ------------------------------------------------------------------ links, numbers, kinds

    def _links_of(self, page: Page, indexes: list[int], record: _Record, *, titles: bool = True) -> None:
        blocks = page.blocks
        for index in indexes:
            for at in blocks[index].links:
                link = page.links[at]
                if not link.url:
                    continue
                if self._is_file(link.url) or (
                    self._field(link.text) == "download" and self.pages.look(link.url).page is None
                ):
                    if link.url not in record.files:
                        record.files.append(link.url)
                elif (
                    not record.detail
                    and (titles or self._field(link.text) == "noise")
                    and self.pages.internal(link.url)
                    and key(link.url) != page.key
                ):
                    record.detail = link.url

    def _is_file(self, url: str) -> bool:
        known = self._files.get(url)
        if known is None:
            known = self._files[url] = opens_document(url, self.vocabulary) or any(
                viewer.search(url) for viewer in self.vocabulary.hosts.document_viewers
            )
        return known

    def _number(self, text: str) -> str:
        text = text.strip()
        citations = find_citations(text) or find_citations(f"Số {text}")
        return citations[0].number if citations else text[:60]

    def _ident(self, record: _Record) -> str:
        if record.detail:
            target = self.pages.look(record.detail)
            return target.page.key if target.page is not None else key(record.detail)
        return f"{words(record.texts.get('number', ''))}|{words(record.title)[:80]}"

    def _merged(self, records: list[_Record]) -> list[Document]:
        groups: dict[str, list[_Record]] = {}
        aliases: dict[str, str] = {}
        idents = [self._ident(record) for record in records]
        numbered = self._numbered_rows(records, idents)
        for record, ident in zip(records, idents, strict=True):
            if (record.detail and key(record.detail) == record.page.key) or self._only_number(record):
                ident = numbered.get(words(record.texts.get("number", "")), ident)
            title = words(record.title)
            alias = f"{words(record.texts.get('number', ''))}|{title[:60]}" if len(title) >= _TITLE else ident
            ident = aliases.setdefault(alias, ident) if ident not in groups else ident
            groups.setdefault(ident, []).append(record)
        documents = [self._document(group) for group in groups.values()]
        return [document for document in documents if document.title or document.number]

    def _only_number(self, record: _Record) -> bool:
        """Whether a record is no more than a number, as the heading of a document's own page."""
        return not record.title and not record.detail and record.texts.keys() == {"number"}

    def _numbered_rows(self, records: list[_Record], idents: list[str]) -> dict[str, str]:
        """The rows of lists by their number, where one row alone bears it: the page of that number is the same one."""
        rows: dict[str, set[str]] = {}
        for record, ident in zip(records, idents, strict=True):
            number = record.texts.get("number", "")
            own_page = record.detail and key(record.detail) == record.page.key
            if "/" in number and not own_page and not self._only_number(record):
                rows.setdefault(words(number), set()).add(ident)
        return {number: alone.pop() for number, alone in rows.items() if len(alone) == 1}

    def _document(self, group: list[_Record]) -> Document:
        texts: dict[str, str] = {}
        files: list[str] = []
        detail = label = ""
        for record in group:
            for name, text in record.texts.items():
                texts.setdefault(name, text)
            files += [url for url in record.files if url not in files]
            detail = detail or record.detail
            label = label or record.label
            if record.quote.rstrip().endswith((")", "]")) and (stamp := _STAMP.search(record.quote)):
                meant, told = self._pair(stamp.group(1))
                if meant is not None and told:
                    texts.setdefault(meant, told)
                    record.title = record.title.removesuffix(stamp.group().strip()).strip()
        titles = [record.title for record in group if record.title]
        title = _bare(max(titles, key=len, default=""))[:500]
        first = group[0]
        target = self.pages.look(detail) if detail else None
        if target is not None and target.page is not None and not target.page.home:
            files += [url for url in self._files_on(target.page) if url not in files]
            entry = self.by_section.get(first.page.key)
            label = label or (entry.label if entry else "")
        cited = find_citations(title)
        number = self._number(texts["number"]) if texts.get("number") else (cited[0].number if cited else "")
        return Document(
            title=title or number,
            page=first.page,
            quote=first.quote,
            number=number,
            kind=texts.get("kind", "")[:100] or self._kind(title, number),
            authority=texts.get("issuer", "")[:150] or self._authority(title, number, label),
            issued=self._date_in(texts.get("issued", "")) or self._issued_in(title, number),
            posted=self._date_in(texts.get("posted", "")),
            effective=self._date_in(texts.get("effective", "")),
            state=self._state(texts.get("state", "")) or self._effect(texts.get("effective", "")),
            signer=texts.get("signer", "")[:100],
            files=tuple(files[:20]),
            detail=detail,
            listed=any(not record.detail or key(record.detail) != record.page.key for record in group),
        )

    def _date_in(self, text: str) -> date | None:
        found = [one for one in find_dates(text, month_first=self.order) if one.precision == "day"]
        return found[0].date if found else None

    def _files_on(self, page: Page) -> Iterator[str]:
        for link in self.pages.own_links(page):
            if link.url and self._is_file(link.url):
                yield link.url
        for embed in page.embeds:
            if embed.url and self._is_file(embed.url):
                yield embed.url

    def _state(self, text: str) -> str:
        folded = words(text)
        return text[:60] if any(contains_words(folded, state) for state in self.words.states) else ""

    def _effect(self, text: str) -> str:
        """An effect told in words ("từ ngày ký"); a waiting line is none."""
        folded = words(text)
        waits = self.vocabulary.placeholders.empty.stand_in(folded)
        return "" if waits or len(folded) < _EFFECT else text[:60]

    def _issued_in(self, title: str, number: str) -> date | None:
        """The day in "Quyết định số 12/QĐ-SGDĐT ngày 5/3/2026": only right behind the number."""
        for citation in find_citations(title):
            for found in find_dates(title[citation.end : citation.end + 40]):
                if found.precision == "day" and found.start <= 12:
                    return found.date
        return None

    def _kind(self, title: str, number: str) -> str:
        symbols = [_run_together(words(part)) for part in _SPLIT.split(number)[1:]]
        symbols = [symbol for symbol in symbols if symbol and not symbol.isdigit()]
        if symbols and symbols[0] in self.kind_by_symbol:
            return self.kind_by_symbol[symbols[0]]
        folded = words(title)
        best: tuple[int, str] | None = None
        for kind in self.words.kinds:
            for name in kind.names:
                at = f" {folded} ".find(f" {name} ")
                if 0 <= at <= 30 and (best is None or at < best[0]):
                    best = (at, kind.title)
        if best is not None:
            return best[1]
        if any(len(symbol) >= 2 for symbol in symbols):
            # A number without a symbol of its kind is that of an official letter (decree 30/2020/NĐ-CP, appendix III).
            return next((kind.title for kind in self.words.kinds if "cv" in kind.symbols), "")
        return ""

    def _authority(self, title: str, number: str, label: str) -> str:
        for part in _SPLIT.split(number)[1:]:
            symbol = _run_together(words(part))
            if len(symbol) >= 2 and not symbol.isdigit() and symbol not in self.kind_by_symbol:
                return self.authority_by_symbol.get(symbol) or part.strip()
        for text in (title, label):
            folded = words(text)
            for authority in self.words.authorities:
                if any(contains_words(folded, name) for name in authority.names):
                    return authority.title
        return ""

    # ------------------------------------------------------------------ the search of documents

    def _search(self, candidates: list[Page]) -> tuple[Page, str] | None:
        home = self.pages.home
        # A search of the whole site stands on the home page, too, and may ask whatever page it stands on.
        everywhere = {_names_of(form) for form in home.forms} if home is not None else set()
        for page in [*candidates, *([home] if home is not None and home not in candidates else [])]:
            for form in page.forms:
                told = [words(f"{one.label} {one.options[0][0] if one.options else ''}") for one in form.fields]
                written = [text for text, one in zip(told, form.fields, strict=True) if one.kind in ("text", "search")]
                if not written and not any(one.kind == "select" for one in form.fields):
                    continue
                shown = words(form.text)
                hits = len({label for text in (shown, *told) for label in self.words.filters.each_in(text)})
                known = hits == 0 and _names_of(form) in everywhere
                in_list = page.key in self.by_section and not known
                if hits >= 2 or (in_list and self._searches(form, hits, told, written)):
                    labels = [one.label or one.value for one in form.fields]
                    return page, form.text or " ".join(label for label in labels if label)
            made = page.key in self.by_section and any(
                _FILTERED.search(script) and not _UNFILTERED.search(script) for script in page.scripts
            )
            if made:  # The script library puts a box above the table, by which its rows are searched.
                return page, next((one.text for one in page.blocks if one.cell is not None and one.text), "")
        return None

    def _searches(self, form: Form, hits: int, told: list[str], written: list[str]) -> bool:
        """Whether a form on a list of documents searches them: by its words, or as one that asks the list itself."""
        if form.loose:
            return any(contains_words(text, label) for text in written for label in self.words.filters)
        if hits:
            return True
        if form.region or not written or key(form.action) not in self.by_section:
            return False
        known = self.vocabulary.search
        names = " ".join((*told, *(words(one.value) for one in form.fields)))
        alone = {words(one.label or one.value) for one in form.fields}
        return any(contains_words(names, box) for box in known.boxes) or bool(alone & set(known.short_boxes))


def _names_of(form: Form) -> tuple[str, ...]:
    return tuple(one.name for one in form.fields if one.kind != "hidden")


def opens_document(url: str, vocabulary: Vocabulary) -> bool:
    """Whether an address is that of a file: by extension, host, or the path under which a system serves files."""
    lowered = url.lower()
    return (
        extension(url) in DOCUMENT_EXTENSIONS
        or under(host_of(url), vocabulary.hosts.file_services)
        or any(path in lowered for path in vocabulary.documents.download_paths)
    )


def says_download(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text is only an invitation to open or download, not a title ("Tải về", "Xem chi tiết toàn văn")."""
    if len(text) > 2 * _LABEL:
        return False
    folded = words(text)
    columns = vocabulary.documents.columns
    return len(folded) <= _LABEL and any(
        folded == label or (" " in label and folded.startswith(f"{label} "))
        for label in (*columns.download, *columns.noise)
    )


def data_tables(blocks: Iterable[Block]) -> frozenset[int]:
    """The tables that hold data: in one of one column the layout of a page stands."""
    columns: dict[int, set[int]] = defaultdict(set)
    for block in blocks:
        if block.cell is not None:
            columns[block.cell.table].add(block.cell.column)
    return frozenset(table for table, found in columns.items() if len(found) > 1)


def home_copies(pages: Pages) -> frozenset[str]:
    """The keys of the home page and of pages that repeat it under another address (/index.html, /trang-chu)."""
    home = pages.home
    if home is None:
        return frozenset()
    mine = {block.signature for block in home.blocks}
    copies = {home.key}
    for page in pages.pages:
        if page.title == home.title and page is not home and mine:
            theirs = {block.signature for block in page.blocks}
            if len(mine & theirs) >= 0.6 * len(mine):
                copies.add(page.key)
    return frozenset(copies)


def _run_together(folded: str) -> str:
    return folded.replace(" ", "")


def _first_of(row: Mapping[int, list[int]]) -> int:
    """The first block of a row of a table: its cells were collected in the order of the page."""
    return next(iter(row.values()))[0]


def _bare(title: str) -> str:
    """A title without the label and the brackets that a template puts around it ("Tên: (…)")."""
    match = _WRAPPED.fullmatch(title)
    return match.group(1) if match else title


def file_states(pages: Pages, document: Document) -> tuple[Reach, ...]:
    """What became of each file of a document: ATTACHMENT only for one that really downloads."""
    states = []
    for url in document.files:
        target = pages.look(url)
        if target.reach is Reach.ATTACHMENT and target.attachment is not None and not target.attachment.downloads:
            states.append(Reach.DEAD)
        else:
            states.append(target.reach)
    return tuple(states)

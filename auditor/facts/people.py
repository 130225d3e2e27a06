"""People whom a portal presents: names with posts, telephones, e-mail addresses and duties, never for storing."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.attachments import read_apart
from auditor.facts.pages import Attachment, Pages
from auditor.facts.sections import Sections
from auditor.page import Block, Page
from auditor.text import clean, contains_words, has_accents, words
from auditor.vocabulary import PersonFields, Vocabulary, field_of

# Topics whose pages are read for people in any case.
_LISTS = ("staff_directory", "leaders", "departments")
# Those whose lists tell who leads and does what, and are no directory.
_CHARGES = ("organisation_chart", "leaders_duties", "editorial_board")
# Topics whose running text may tell what leaders are charged with.
_TELLING = ("leaders_duties", "leaders", "organisation_chart", "introduction")
_MAX_PAGES = 40
_MAX_BLOCKS = 3000
_PROSE = 400  # a block of this length is running text
_WINDOW = 14  # blocks after a name that may still tell about the person
_MIN_DUTY = 12
_MIN_DIGITS = 7
_MIN_CHARGE = 5
_HONORIFIC = 8  # characters before a name that hold no more than a title
_MAX_SENTENCES = 3000  # characters of a block that is read sentence by sentence
_BEFORE_NAME = 60
_SHORT_LINE = 80  # characters of a block that may be somebody's number
_ALL_FIELDS = 4
_MAX_FILES = 2  # of a section that are opened
_MIN_CELLS = 3
_TABLES = frozenset({"zip", "ole", "office_html"})  # files of Excel and Word, by their first bytes
_MIN_STAFF = 3  # people without a leader's post that make a list of duties a directory
_LONGEST_POST = 30
_LONGEST_OPENING = 160  # characters of a block in which whoever it tells about is named
_LONGEST_NAME = 90  # characters of a name with titles
_SEPARATORS = re.compile(r"\s+[-–—|/]\s+|\s*[;|•·]\s*|\s*[,:：]\s+|\s+(?=\()|(?<=\))\s+|[()]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|\s*;\s*|\n")
_PART = re.compile(r"\s+[-–—|]\s+|\s*[;|•]\s*|\s*[,.:：]\s+|[()]")
_LISTED = re.compile(r"[,;:]|\s[-–—]\s")
_YEAR = re.compile(r"\d{4}")
_NUMBERING = re.compile(r"^\s*(?:\d{1,3}\s*[.)\-:/]\s*|[-–—•*+»›▪►▶●■◆★✓✔→·]\s*)")
_TOKEN = re.compile(r"^[^\W\d_]+(?:['’ʼ-][^\W\d_]+)?\.?$")
_UPPER = "".join(char for char in map(chr, (*range(0x41, 0x250), *range(0x1E00, 0x1F00))) if char.isupper())
# Most running text has no two capitalised words in a row, hence no name.
_CAPITALISED = re.compile(rf"[{_UPPER}]\S*\s+[{_UPPER}]")
# Vietnamese numbers: mobile 03/05/07/08/09, land lines 02x and the area codes before 2017, with or without +84.
PHONE = re.compile(
    r"(?<![\d/.\-])\(?(?:\+?(?:00)?84[\s.\-‐-―)]{0,3}(?:\(0\)[\s.]?)?\(?|0)[1-9]\)?(?:[\s.\-‐-―()]{0,3}\d){7,9}(?!\d)"
)
# What every telephone holds; whether a text does is told in a fifth of the time.
_MAYBE_PHONE = re.compile(r"(?:0|84[\s.\-‐-―()0]{0,8})[1-9]\)?(?:[\s.\-‐-―()]{0,3}+\d){7}")
# Also as written against gatherers: "vanthu(at)…", "vanthu [@] …", "vanthu at truong dot edu dot vn".
_AT = r"(?:\s?@\s?|\s?[(\[{]\s?(?:@|at|a[\s-]?c[oò]ng)\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:\.|dot)\s?[)\]}]\s?)"
EMAIL = re.compile(
    rf"[A-Za-z0-9][\w.+-]*(?:{_AT}[\w-]+(?:{_DOT}[\w-]+)+|\sat\s[\w-]+(?:\sdot\s[\w-]+)+)",
    re.I,
)
_BRACKETED_AT = re.compile(r"[(\[{]\s?[aA]")
# What a page shows for an address that a content delivery network hides until scripts run.
HIDDEN_EMAIL = re.compile(r"\[\s*email\s*protected\s*\]", re.I)


@dataclass(frozen=True, slots=True)
class Person:
    """One person as presented: `position` and `duty` are the texts shown ("" where none), `page` where first seen.

    `leader` and `head` are told by the position. `section` is set for people of a page about staff or leaders,
    `phone` and `email` only tell whether there is one. `told` people were met only where no directory is: in running
    text, in a list of duties, as members of a board.
    """

    name: str
    page: Page
    position: str = ""
    leader: bool = False
    head: bool = False
    phone: bool = False
    email: bool = False
    duty: str = ""
    section: bool = False
    quote: str = ""
    told: bool = False
    duty_page: Page | None = None

    @property
    def charged_on(self) -> Page:
        """The page that tells the duty."""
        return self.duty_page or self.page

    @property
    def fields(self) -> int:
        """How many of name, position, telephone and e-mail are shown."""
        return 1 + bool(self.position) + self.phone + self.email


@dataclass(frozen=True, slots=True)
class People:
    """Everybody presented, each name once, fields of several pages put together, in the order met.

    `directory` are those whom a list or card presents, with what such lists and cards show of them.
    """

    everybody: tuple[Person, ...]
    directory: tuple[Person, ...]

    @property
    def leaders(self) -> tuple[Person, ...]:
        """Those whose position is one of the unit's leaders."""
        return tuple(person for person in self.everybody if person.leader)


def email_in(text: str) -> bool:
    """Whether a text shows an e-mail address, also one hidden from robots."""
    shown = "@" in text or _BRACKETED_AT.search(text) or contains_words(words(text), "dot")
    return bool((shown and EMAIL.search(text)) or ("[" in text and HIDDEN_EMAIL.search(text)))


def phone_in(text: str) -> re.Match[str] | None:
    """The first telephone that a text shows, land line or mobile, with its area code."""
    return PHONE.search(text) if _MAYBE_PHONE.search(text) else None


def masked(text: str) -> str:
    """A quote without people's numbers and addresses: the middle of telephones and the name of e-mails are dots."""

    def hide(match: re.Match[str]) -> str:
        shown = match.group()
        digits = [index for index, char in enumerate(shown) if char.isdigit()]
        hidden = set(digits[3:-2])
        return "".join("•" if index in hidden else char for index, char in enumerate(shown))

    text = EMAIL.sub(
        lambda match: (
            f"{match.group()[:1]}•••{match.group()[match.group().find('@') :]}" if "@" in match.group() else "•••"
        ),
        text,
    )
    return PHONE.sub(hide, text)


def name_in(text: str, vocabulary: Vocabulary) -> str:
    """The first name of a person within a line, "" where there is none."""
    if not _CAPITALISED.search(text, 0, 300):
        return ""
    for part in _PART.split(text[:300]):
        name = person_name(part, vocabulary)
        if name:
            return name
        tokens = part.split()
        for start in range(len(tokens) - 2):
            if not tokens[start][0].isupper() or not tokens[start + 1][0].isupper():
                continue
            if words(tokens[start]) in vocabulary.people.honorifics:
                continue
            for end in range(min(start + 5, len(tokens)), start + 2, -1):
                if tokens[end - 1][0].isupper() and (name := person_name(" ".join(tokens[start:end]), vocabulary)):
                    return name
    return ""


def person_name(text: str, vocabulary: Vocabulary, *, sure: bool = False) -> str:
    """The name of the person that a short text consists of, without title; "" where it is none.

    `sure`: the place says that it is a name (a column, a label), so any row of 2 to 6 capitalised words will do.
    """
    if len(text) > _LONGEST_NAME:
        return ""
    text = _NUMBERING.sub("", clean(text)).strip(" .,-–:")
    tokens = text.split()
    titled = False
    while len(tokens) > 1 and _is_title(tokens, vocabulary):
        tokens, titled = tokens[1:], True
    if not 2 <= len(tokens) <= 6 or not all(_TOKEN.match(token) and token[0].isupper() for token in tokens):
        return ""
    name = " ".join(tokens)
    names = vocabulary.person_names
    lowered = name.casefold()
    if lowered.startswith(names.others) or vocabulary.people.position(name) is not None:
        return ""
    if sure or (titled and len(tokens) <= 5):
        return name
    if len(tokens) > 5:
        return ""
    if has_accents(name):
        known = tokens[0].casefold() in names.family
    else:
        known = words(tokens[0]) in names.folded_family and tokens[0].istitle()
    return name if known or any(token.casefold() in names.inner for token in tokens[1:-1]) else ""


def _is_title(tokens: list[str], vocabulary: Vocabulary) -> bool:
    return words(tokens[0]) in vocabulary.people.honorifics


def read(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> People:
    """Reads the pages about staff and leaders, those with columns of people, and what the front page presents."""
    everybody: dict[str, Person] = {}
    directory: dict[str, Person] = {}

    def add(people: Iterable[Person]) -> None:
        for person in people:
            name = words(person.name)
            for found in (everybody, directory):
                if found is everybody or not person.told or person.phone or person.email:
                    found[name] = _joined(found[name], person) if name in found else person

    fronts = {page.key for page in pages.front}
    charges = _keys(sections, _CHARGES) - _keys(sections, _LISTS)
    # Whoever is charged with something on a page that is called after the leaders is one, also without a post.
    led = {
        entry.target.page.key
        for entry in sections.find("leaders").entries
        if entry.strong and entry.target is not None and entry.target.page is not None
    }
    for page, of_section in _candidates(pages, sections, fronts):
        blocks = pages.own[page.key] if page.key not in fronts else _home_blocks(page)
        reader = _Reader(page, of_section, vocabulary)
        people = list(reader.people(blocks[:_MAX_BLOCKS]))
        if page.key in charges:
            people = _charged(people)
        if page.key in led and not any(person.position for person in people):
            people = [replace(person, leader=bool(person.duty)) for person in people]
        if not of_section:
            people = [person for person in people if person.fields >= 3] if page.home else _listed(people)
        add(people)
    if sum(person.fields == _ALL_FIELDS for person in directory.values()) < _MIN_STAFF:
        add(_in_files(pages, sections, vocabulary))
    for page in _telling_pages(pages, sections):
        add(_told_in_text(page, pages.own[page.key] if not page.home else _home_blocks(page), vocabulary))
    return People(tuple(everybody.values()), tuple(directory.values()))


def _in_files(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Iterator[Person]:
    """People whom the first files of the directory's section list with a telephone or e-mail, a row of a table each."""
    for page, text in texts_of_files(pages, sections, "staff_directory", _TABLES):
        for line in text.split("\n")[:_MAX_BLOCKS]:
            person = _row(page, line, vocabulary)
            if person is not None:
                yield person


def texts_of_files(pages: Pages, sections: Sections, topic: str, types: Container[str]) -> Iterator[tuple[Page, str]]:
    """The texts of the first files of these types that a section offers, each with the page that links to it."""
    files: dict[str, tuple[Page, Attachment]] = {}
    for entry in sections.find(topic).entries:
        page = entry.target.page if entry.target is not None else None
        links = [link.url for link in pages.own_links(page)] if page is not None and not page.home else [entry.url]
        for url in links:
            found = pages.look(url).attachment
            if found is not None and found.downloads and found.type in types and len(files) < _MAX_FILES:
                files.setdefault(found.key, (page or entry.page, found))
    for page, found in files.values():
        yield page, read_apart(pages.stored[found.key].body, found.type, found.name).text


def _row(page: Page, line: str, vocabulary: Vocabulary) -> Person | None:
    """The person of one row of a table, its cells apart from each other by " | "."""
    cells = line.split(" | ")
    phone, email = any(phone_in(cell) for cell in cells), any(email_in(cell) for cell in cells)
    name = next((name for cell in cells if (name := person_name(cell, vocabulary))), "")
    if len(cells) < _MIN_CELLS or not name or not (phone or email):
        return None
    shown = next((cell for cell in cells if vocabulary.people.position(cell) is not None), "")
    position = vocabulary.people.position(shown) if shown else None
    return Person(
        name,
        page,
        position=clean(shown)[:120],
        leader=position is not None and (position.leader or position.head),
        head=position is not None and position.head,
        phone=phone,
        email=email,
        section=True,
        quote=masked(line[:200]),
    )


def _keys(sections: Sections, topics: Iterable[str]) -> set[str]:
    return {page.key for topic in topics for page in sections.find(topic).pages}


def _candidates(pages: Pages, sections: Sections, fronts: set[str]) -> Iterator[tuple[Page, bool]]:
    seen: set[str] = set()
    for topic in (*_LISTS, *_CHARGES):
        for page in sections.find(topic).pages:
            if page.key not in seen and not page.home and len(seen) < _MAX_PAGES:
                seen.add(page.key)
                yield page, True
    for page in pages.front:
        if page.key not in seen:
            yield page, False
    for page in pages.pages:
        if page.key in seen or page.key in fronts or len(seen) >= 2 * _MAX_PAGES:
            continue
        text = page.words
        if ("chuc vu" in text and ("dien thoai" in text or "email" in text)) or _shows_addresses(pages, page):
            seen.add(page.key)
            yield page, False


def _shows_addresses(pages: Pages, page: Page) -> bool:
    """Whether a page shows addresses or numbers of as many people as a directory has, whatever it calls itself."""
    shown = 0
    mail_links = {index for index, link in enumerate(page.links) if link.href.startswith("mailto:")}
    own = pages.own[page.key]
    # All at once, with what stands in no telephone between them: most pages show none.
    phones = phone_in("|".join([block.text for block in own if len(block.text) < _SHORT_LINE])) is not None
    for block in own:
        text = block.text
        if (
            "@" in text
            or ("[" in text and HIDDEN_EMAIL.search(text))
            or (phones and len(text) < _SHORT_LINE and phone_in(text))
            or (mail_links and not mail_links.isdisjoint(block.links))
        ):
            shown += 1
            if shown >= _MIN_STAFF:
                return True
    return False


def _charged(people: list[Person]) -> list[Person]:
    """People of a page on duties or a board: a directory only where it lists the staff, not leaders and members."""
    staff = [person for person in people if not person.leader and person.duty]
    if len(staff) >= _MIN_STAFF:
        return people
    return [replace(person, told=True) for person in people]


def _home_blocks(page: Page) -> tuple[Block, ...]:
    return tuple(block for block in page.blocks if block.region not in ("menu", "crumb", "footer"))


def _listed(people: list[Person]) -> list[Person]:
    """People of a page on something else count only as a list with posts and numbers."""
    good = [person for person in people if person.fields >= 3]
    return good if len(good) >= 3 else []


def _joined(one: Person, other: Person) -> Person:
    return replace(
        one,
        position=one.position or other.position,
        leader=one.leader or other.leader,
        head=one.head or other.head,
        phone=one.phone or other.phone,
        email=one.email or other.email,
        duty=one.duty or other.duty,
        duty_page=one.charged_on if one.duty else other.charged_on,
        section=one.section or other.section,
    )


def _telling_pages(pages: Pages, sections: Sections) -> Iterator[Page]:
    seen: set[str] = set()
    for topic in _TELLING:
        section = sections.find(topic)
        for page in (*section.pages, *(entry.page for entry in section.entries if entry.target is None)):
            if page.key not in seen and len(seen) < _MAX_PAGES:
                seen.add(page.key)
                yield page


def _told_in_text(page: Page, blocks: tuple[Block, ...], vocabulary: Vocabulary) -> Iterator[Person]:
    """Leaders whom running text names with what they are charged with ("Giám đốc … phụ trách chung")."""
    people = vocabulary.people
    about = people.duties.first_in(words(page.title)) is not None and not page.home
    for block in blocks:
        if block.level:
            about = people.duties.first_in(words(block.text)) is not None
            continue
        if not 2 * _MIN_DUTY <= len(block.text) <= _MAX_SENTENCES or block.links:
            continue
        if not people.leading.stand_in(words(block.text)):
            continue
        for sentence in _SENTENCE.split(block.text):
            if len(sentence) >= 2 * _MIN_DUTY and people.position(sentence[: 2 * _BEFORE_NAME]) is not None:
                person = _charge(page, sentence, about, vocabulary)
                if person is not None:
                    yield person


def _charge(page: Page, sentence: str, about: bool, vocabulary: Vocabulary) -> Person | None:
    """The leader whom a sentence charges with something. `about`: its heading says that it tells of duties."""
    people = vocabulary.people
    name = name_in(sentence[: 3 * _BEFORE_NAME], vocabulary)
    before, _, after = sentence.partition(name) if name else ("", "", "")
    position = people.position(before) if len(before) <= _BEFORE_NAME else None
    post = before
    if name and position is None and len(words(before)) <= _HONORIFIC:
        # "Bà …, Hiệu trưởng, phụ trách …": the post ends with the word that completes its name.
        tokens = after[:_BEFORE_NAME].split()
        position = people.position(" ".join(tokens))
        ends = (end for end in range(1, len(tokens) + 1) if people.position(" ".join(tokens[:end])) == position)
        end = next(ends, 0) if position is not None else 0
        post, after = " ".join(tokens[:end]), " ".join(after.split()[end:])
    if position is None or not (position.leader or position.head):
        return None
    duty = after.strip(" ,:.–-()")
    folded = words(duty[:200])
    listed = about and after.lstrip(" )")[:1] in (":", "-", "–", ",") and not _YEAR.search(duty) and "@" not in duty
    board = people.board
    if listed and any(labels.first_in(folded) for labels in (board.head, board.editor, board.administrator)):
        listed = False
    charged = any(folded.startswith(f"{verb} ") for verb in people.charges)
    if len(duty) < _MIN_CHARGE or not (charged or (listed and people.position(duty) is None)):
        return None
    return Person(
        name,
        page,
        position=clean(post).strip(" ,:.–-()")[:120],
        leader=True,
        head=position.head,
        duty=duty[:300],
        quote=masked(sentence[:200]),
        told=True,
    )


class _Reader:
    """Reads the blocks of one page in order: a name opens a person, what follows tells about them.

    Cards, definition lists and tables without a header all come as such a row of blocks; where a table has a header,
    or a label stands before a value, that decides what the value is.
    """

    def __init__(self, page: Page, of_section: bool, vocabulary: Vocabulary) -> None:
        self.page, self.of_section, self.vocabulary = page, of_section, vocabulary
        self.fields: PersonFields = vocabulary.people.fields
        self.telling = vocabulary.people.telling
        self.person: Person | None = None
        self.age = 0
        self.before = ""  # a position that stands before the name
        self.row: tuple[int, int] | None = None

    def people(self, blocks: Iterable[Block]) -> Iterator[Person]:
        listed = tuple(blocks)
        turned = self._turned(listed)
        headers = {table: found for table, found in self._headers(listed).items() if table not in turned}
        done: set[int] = set()
        pending = ""
        telling = self.telling.lines_with([words(block.text) if len(block.text) <= _PROSE else "" for block in listed])
        for index, block in enumerate(listed):
            if block.cell is not None and block.cell.table in turned:
                yield from self._columns(turned.pop(block.cell.table))
                done.add(block.cell.table)
            if block.cell is not None and block.cell.table in done:
                continue
            if not block.text:
                self._linked(block)
                continue
            place = (block.cell.table, block.cell.row) if block.cell is not None else None
            header = headers.get(block.cell.table) if block.cell is not None else None
            if block.cell is not None and header is not None:
                if block.cell.row == header[0]:
                    continue
                if place != self.row:
                    yield from self._close()
                self.row = place
                yield from self._take(block, header[1].get(block.cell.column, ""))
                self._linked(block)
                continue
            if self.row is not None:
                yield from self._close()
                self.row = None
            if (
                self.person is None
                and not pending
                and index not in telling
                and not _CAPITALISED.search(block.text, 0, _LONGEST_OPENING)
            ):
                continue  # neither names anybody nor announces or tells anything of whoever is named next
            label = self._label(block.text)
            if label is not None:
                pending = label
                continue
            yield from self._take(block, "" if pending and self._tells_other(block.text, pending) else pending)
            self._linked(block)
            pending = ""
        yield from self._close()

    def _turned(self, blocks: tuple[Block, ...]) -> dict[int, list[list[tuple[Block, str]]]]:
        """Tables with a column per person and a row per field: per table its columns of (block, field)."""
        rows: dict[int, dict[int, str]] = {}
        titled: set[int] = set()
        for block in blocks:
            if block.cell is None or not 0 < len(block.text) < 60:
                continue
            field = field_of(self.fields, block.text.rstrip(" :："))
            if field is not None and block.cell.column == 0:
                rows.setdefault(block.cell.table, {}).setdefault(block.cell.row, field)
            elif field is not None and rows.get(block.cell.table, {}).get(block.cell.row) == "name":
                titled.add(block.cell.table)  # titles of columns stand beside that of the names
        turned = {
            table: fields
            for table, fields in rows.items()
            if "name" in fields.values() and len(set(fields.values())) >= 2 and table not in titled
        }
        columns: dict[int, dict[int, list[tuple[Block, str]]]] = {}
        for block in blocks:
            if block.cell is not None and block.cell.table in turned and block.cell.column > 0 and block.text:
                field = turned[block.cell.table].get(block.cell.row, "other")
                columns.setdefault(block.cell.table, {}).setdefault(block.cell.column, []).append((block, field))
        return {
            table: [sorted(cells, key=lambda cell: cell[1] != "name") for _, cells in sorted(found.items())]
            for table, found in columns.items()
            if len(found) >= 2
        }

    def _columns(self, columns: list[list[tuple[Block, str]]]) -> Iterator[Person]:
        yield from self._close()
        for cells in columns:
            self.row = (cells[0][0].cell.table, 0) if cells[0][0].cell is not None else None
            for block, field in cells:
                yield from self._take(block, field)
                self._linked(block)
            yield from self._close()
        self.row = None

    def _tells_other(self, text: str, pending: str) -> bool:
        """Whether what follows a label has a label of its own, or is a person: the label's field was left empty."""
        label, colon, value = text.partition(":")
        if colon and value.strip() and len(label) < 40:
            told = field_of(self.fields, label)
            if told is not None and told != pending:
                return True
        return pending != "name" and bool(person_name(text, self.vocabulary))

    def _label(self, text: str) -> str | None:
        """The field that a block announces; "Giáo viên" alone is a post, "Giáo viên:" announces a name."""
        if len(text) >= 60:
            return None
        bare = text.rstrip(" :：")
        field = field_of(self.fields, bare)
        if field is not None and bare == text and self.vocabulary.people.position(text) is not None:
            return None
        return field

    def _headers(self, blocks: tuple[Block, ...]) -> dict[int, tuple[int, dict[int, str]]]:
        """Per table the row of its header and what its columns are, where a name and one more are told."""
        rows: dict[tuple[int, int], dict[int, str]] = {}
        for block in blocks:
            if block.cell is not None and 0 < len(block.text) < 60 and block.cell.row <= 3:
                field = field_of(self.fields, block.text) or self._duty_title(block.text)
                if field is not None:
                    rows.setdefault((block.cell.table, block.cell.row), {}).setdefault(block.cell.column, field)
        found: dict[int, tuple[int, dict[int, str]]] = {}
        for (table, row), columns in rows.items():
            kinds = set(columns.values())
            if len(columns) >= 2 and len(kinds) >= 2 and "name" in kinds:
                found.setdefault(table, (row, columns))
        return found

    def _duty_title(self, text: str) -> str | None:
        """Titles of columns of duties come in many words ("Công việc được phân công trong năm học")."""
        return "duty" if self.vocabulary.people.duties.first_in(words(text)) else None

    def _linked(self, block: Block) -> None:
        """Telephones and e-mail addresses that stand behind a link."""
        for index in block.links:
            href = self.page.links[index].href.lower()
            if (
                self.person is not None
                and href.startswith("tel:")
                and sum(char.isdigit() for char in href) >= _MIN_DIGITS
            ):
                self.person = replace(self.person, phone=True)
            elif self.person is not None and href.startswith("mailto:") and "@" in href:
                self.person = replace(self.person, email=True)

    def _close(self) -> Iterator[Person]:
        if self.person is not None:
            yield self.person
        self.person, self.age, self.before = None, 0, ""

    def _open(self, name: str, block: Block) -> Iterator[Person]:
        before = self.before
        yield from self._close()
        self.person = Person(name, self.page, section=self.of_section, quote=masked(block.text[:200]))
        self.age = 0
        if before:
            self._position(before)

    def _position(self, text: str) -> None:
        assert self.person is not None
        if self.person.position:
            return
        position = self.vocabulary.people.position(text)
        self.person = replace(
            self.person,
            position=clean(text)[:120],
            leader=position is not None and (position.leader or position.head),
            head=position is not None and position.head,
        )

    def _take(self, block: Block, hint: str) -> Iterator[Person]:
        text = block.text
        if hint in ("number", "other"):
            return
        self.age += 1
        if self.person is not None and self.row is None and self.age > _WINDOW:
            yield from self._close()
        if hint == "name":
            name = person_name(text, self.vocabulary, sure=True) or self._name_within(text)
            if name:
                yield from self._open(name, block)
                self._rest(text, name)
            return
        if self.person is not None and hint == "position":
            self._position(text)
            return
        if self.person is not None and hint == "duty":
            post = _LISTED.split(text)[0].strip()
            if self._is_post(post):  # a column called "Nhiệm vụ" that tells who is what
                self._position(post)
            if post == text and self.person.position == post:
                return
            if len(text) >= _MIN_DUTY and not block.level and not self._is_empty(text):
                self.person = replace(self.person, duty=self.person.duty or clean(text)[:300])
            return
        if hint in ("phone", "email"):
            self._contact(text, hint)
            return
        plain = not block.level and not block.links  # a heading or a link is no duty, whatever it speaks of
        if len(text) > _PROSE:
            if self.person is not None and plain and self._is_duty(text):
                self.person = replace(self.person, duty=self.person.duty or clean(text)[:300])
            return
        label, colon, value = text.partition(":")
        if not hint and colon and value.strip() and len(label) < 40 and self.vocabulary.people.position(label) is None:
            told = field_of(self.fields, label)
            if told is not None:
                yield from self._take(replace(block, text=value.strip()), told)
                return
        name = self._name_within(text)
        if name:
            yield from self._open(name, block)
            self._rest(text, name)
            return
        position = self.vocabulary.people.position(text) if len(text) <= 120 else None
        if block.level and self.vocabulary.topics_of_label(text):
            return  # the name of a list ("Đội ngũ giáo viên") is nobody's post
        if position is not None and not self._is_duty(text):
            if self.person is not None and not self.person.position:
                self._position(text)
            else:
                self.before = text
            return
        if self.person is not None:
            self._contact(text, "")
            if plain and self._is_duty(text):
                self.person = replace(self.person, duty=self.person.duty or clean(text)[:300])

    def _name_within(self, text: str) -> str:
        if not _CAPITALISED.search(text, 0, _LONGEST_OPENING):
            return ""
        head = _NUMBERING.sub("", text[:_LONGEST_OPENING])
        for part in [head, *_SEPARATORS.split(head)]:
            if part and (name := person_name(part, self.vocabulary)):
                return name
        return ""

    def _rest(self, text: str, name: str) -> None:
        """What else stands in the block of the name: post, telephone, e-mail, duties."""
        assert self.person is not None
        before, _, after = clean(text).partition(name)
        rest = f"{before} {after}"
        if not self.person.position:
            for part in _SEPARATORS.split(rest):
                if len(part) <= 120 and self.vocabulary.people.position(part) is not None:
                    self._position(part.strip(" -–:,"))
                    break
        self._contact(text, "")
        tail = after.strip(" -–:,.;")
        if len(tail) >= 2 * _MIN_DUTY and self._is_duty(tail):
            self.person = replace(self.person, duty=tail[:300])

    def _contact(self, text: str, hint: str) -> None:
        if self.person is None:
            return
        digits = sum(char.isdigit() for char in text)
        phone = bool(phone_in(text)) or (hint == "phone" and digits >= _MIN_DIGITS)
        self.person = replace(self.person, phone=self.person.phone or phone, email=self.person.email or email_in(text))

    def _is_duty(self, text: str) -> bool:
        """Whether a text tells what somebody is charged with; a short heading that holds such a word does not."""
        if len(text) < 2 * _MIN_DUTY:
            return False
        folded = words(text[:600])
        people = self.vocabulary.people
        return people.duties.first_in(folded) is not None or any(
            folded.startswith(f"{verb} ") for verb in people.duty_verbs
        )

    def _is_post(self, text: str) -> bool:
        """Whether a text only names a post ("Phó Hiệu trưởng", "GVCN lớp 1/1")."""
        people = self.vocabulary.people
        return (
            len(text) <= _LONGEST_POST
            and not _LISTED.search(text)
            and people.position(text) is not None
            and people.duties.first_in(words(text)) is None
        )

    def _is_empty(self, text: str) -> bool:
        return self.vocabulary.placeholders.empty.first_in(words(text)) is not None

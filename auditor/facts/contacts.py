"""The unit's own contact details and its spokesperson, told from those of the bodies above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from auditor.dates import find_dates
from auditor.facts.pages import Pages
from auditor.facts.people import EMAIL, HIDDEN_EMAIL, PHONE, email_in, name_in, phone_in
from auditor.facts.sections import Sections
from auditor.model import Kind, Unit
from auditor.page import Block, Page
from auditor.text import clean, contains_words, has_digit, words
from auditor.urls import host_of
from auditor.vocabulary import Label, Labels, Vocabulary, finder_of_marks, under

_MAX_LINE = 600
_MAX_PAGES = 12
_NEXT_BLOCKS = 4
_SCANT = 2  # of address, telephone and e-mail missing: then they are looked for under other names
_FEW_PAGES = 3  # of so few pages none shows what is the template
# A land line as written beside a label, with or without area code.
_LABELLED_PHONE = re.compile(r"(?<!\d)\(?\+?\d(?:[\s.\-‐-―()]{0,3}\d){6,11}(?!\d)")
# How an address without a label begins: the number of a house, "12/3A Nguyễn …".
_HOUSE = re.compile(r"^\W*\d{1,4}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?)*\s+(?=[^\W\d_]{2})")
_BARE_LABEL = 40
_MAX_ADDRESS = 250
_MAX_UNLABELLED = 160  # characters of a line that may show a telephone without a label
_LONG_NAME = 200  # characters of a line that tells a person's charges, being spokesperson among them
_PERSON_LINE = 120
_HONORIFIC = 12  # characters before a name that hold no more than a title
_NEGATED = 20
_RECORD = 8  # cells of a row
_CARD = 3  # lines of a card above one of charges
_PUNCTUATION = re.compile(r"[^\w]+")
_PLACE_WORDS = 2
_MIN_OWN_NAME = 5
_MAX_NAME = 90  # a longer line is no name of a body
_CLOUDFLARE = "/cdn-cgi/l/email-protection"
_TOPICS = ("contact", "spokesperson", "feedback")
_DEPARTMENTS = (Kind.SO, Kind.PHONG)


@dataclass(frozen=True, slots=True)
class Detail:
    """One contact detail where it stands; `text` is the line that shows it, `private` an address of a mail service."""

    page: Page
    text: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Spokesperson:
    """A named spokesperson; `label` is what calls them so. `text` holds the line, which may show private numbers."""

    page: Page
    label: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """The unit's own address, telephone, e-mail and fax as shown to visitors, and its spokesperson.

    `emails` are all own addresses found, official ones first. `superior` tells that details of a body above were seen
    and left out. `perhaps` is an address with a telephone or e-mail on a page that nothing calls one of contacts; it is
    looked for where little else is found.
    """

    address: Detail | None
    phone: Detail | None
    emails: tuple[Detail, ...]
    fax: Detail | None
    spokesperson: Spokesperson | None
    superior: bool
    perhaps: Detail | None = None

    @property
    def email(self) -> Detail | None:
        """The best e-mail address: an official one where there is one."""
        return self.emails[0] if self.emails else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of address, telephone and e-mail are not shown: "address", "phone", "email"."""
        found = (("address", self.address), ("phone", self.phone), ("email", self.email))
        return tuple(name for name, detail in found if detail is None)


def decoded_email(hexadecimal: str) -> str:
    """The address behind Cloudflare's e-mail protection (data-cfemail: key byte, then bytes xor key); "" if none."""
    try:
        raw = bytes.fromhex(hexadecimal)
    except ValueError:
        return ""
    return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", "replace") if raw else ""


def read(pages: Pages, sections: Sections, unit: Unit, vocabulary: Vocabulary) -> Contacts:
    """Reads the home page outside its articles, the contact page, and every page that speaks of a spokesperson."""
    place = frozenset(page.key for topic in _TOPICS for page in sections.find(topic).pages)
    finder = _Finder(pages, unit, vocabulary, place)
    for page, blocks in _contact_pages(pages, sections):
        finder.read(page, blocks)
    found = Contacts(
        finder.address or finder.unlabelled,
        finder.phone,
        tuple(sorted(finder.emails.values(), key=lambda detail: detail.private)),
        finder.fax,
        _spokesperson(pages, sections, unit, vocabulary),
        finder.superior,
    )
    if found.spokesperson is None and len(found.missing) >= _SCANT:
        return replace(found, perhaps=_under_another_name(pages, sections, unit, vocabulary))
    return found


def _under_another_name(pages: Pages, sections: Sections, unit: Unit, vocabulary: Vocabulary) -> Detail | None:
    """An address beside a telephone or e-mail on a page of the menu that no label calls one of contacts."""
    known = {page.key for page, _ in _contact_pages(pages, sections)}
    others = (page for page in pages.pages if page.key in pages.furniture and page.key not in known)
    for page in islice(others, _MAX_PAGES):
        finder = _Finder(pages, unit, vocabulary, frozenset({page.key}))
        finder.read(page, pages.own[page.key])
        address = finder.address or finder.unlabelled
        if address is not None and (finder.phone is not None or finder.emails):
            return address
    return None


def _contact_pages(pages: Pages, sections: Sections) -> Iterator[tuple[Page, tuple[Block, ...]]]:
    """The pages that may show contact details with the blocks to read: all that the template shows is read twice."""
    seen: set[str] = set()
    for page in pages.front:
        seen.add(page.key)
        yield page, page.blocks
    inner = next((page for page in pages.pages if page.key not in seen and page.depth <= 1), None)
    for topic in _TOPICS:
        for page in sections.find(topic).pages[:_MAX_PAGES]:
            if page.key not in seen and len(seen) < _MAX_PAGES:
                seen.add(page.key)
                yield page, page.blocks if page is inner else pages.own[page.key]
    if inner is not None and inner.key not in seen:
        # The home page may be a door without a footer; any inner page shows what the template shows.
        yield inner, inner.blocks


class _Finder:
    def __init__(self, pages: Pages, unit: Unit, vocabulary: Vocabulary, place: frozenset[str]) -> None:
        self.pages, self.unit, self.vocabulary, self.place = pages, unit, vocabulary, place
        labels = vocabulary.people.contacts
        listed = {"address": labels.address, "phone": labels.phone, "email": labels.email, "fax": labels.fax}
        self.labels = tuple((name, label.shown.casefold()) for name, found in listed.items() for label in found)
        self.any_label = finder_of_marks(tuple(shown for _, shown in self.labels))
        # "Quận" or "Thành phố" alone opens an address as well as the name of a body.
        self.bodies = Labels(body for body in vocabulary.names.superiors if body not in labels.place_words)
        self.body_order = {body: index for index, body in enumerate(self.bodies)}
        self.place_words = labels.place_words
        self.places = Labels(Label(word.shown.casefold()) for word in labels.place_words)
        # "P. Phú Mỹ", "Q.1", "KP 3": short forms count in capitals and before a name or number only.
        short = "|".join(re.escape(word.shown) for word in sorted(labels.place_marks, key=len, reverse=True))
        self.marks = re.compile(rf"(?<![\w.])({short})(?=\.\s?\w|\s?\d)")
        self.owners: dict[str, bool | None] = {}
        self.announced: dict[str, dict[str, int]] = {}
        self.unlabelled: Detail | None = None
        schools = (level for kind, level in vocabulary.names.levels.items() if kind not in _DEPARTMENTS)
        self.heads = Labels(head for level in schools for head in level.names)
        self.named = Labels((*self.bodies, *self.heads))
        self.own_name = vocabulary.names.core(unit.name)
        self.address: Detail | None = None
        self.phone: Detail | None = None
        self.fax: Detail | None = None
        self.emails: dict[str, Detail] = {}
        self.superior = False

    def read(self, page: Page, blocks: tuple[Block, ...]) -> None:
        """Goes through the lines in order; a line that names a body above makes what follows that body's."""
        foreign = False
        pending = ""
        region = ""
        passed: list[str] = []  # lines without details: whom they name is asked only where details follow
        contact_links = {
            index for index, link in enumerate(page.links) if link.href[:7].lower().startswith(("tel:", "mailto:"))
        }
        for block in blocks:
            text = block.text
            if not text or len(text) > _MAX_LINE or block.region in ("menu", "crumb"):
                continue
            if block.region != region:
                foreign, region = False, block.region
                passed.clear()
            told = self._told(text)
            shows = bool(told) or self._shows_contact(page, block, contact_links)
            if not (shows or pending or "@" in text):
                passed.append(text)
                continue
            foreign = next((owner for line in reversed(passed) if (owner := self._owner(line)) is not None), foreign)
            passed.clear()
            owner = self._owner_of_line(text, told) if shows else self._owner(text)
            if owner is not None:
                foreign = owner
            if foreign and "@" in text and self._own_mail(text):
                foreign = False
            if not shows and (not pending or owner is not None):
                pending = ""
                continue
            if foreign:
                self.superior = True
                pending = ""
                continue
            pending = self._take(page, block, told, pending)
        self._embedded(page, sorted(contact_links))

    def _told(self, text: str) -> dict[str, int]:
        """Labels of contact details in a line with the place where what they announce begins."""
        known = self.announced.get(text)
        if known is None:
            known = self.announced[text] = self._announced_in(text)
        return known

    def _announced_in(self, text: str) -> dict[str, int]:
        told: dict[str, int] = {}
        if len(text) > _BARE_LABEL and not (":" in text or "@" in text or "：" in text or has_digit(text)):
            return told
        lowered = text.casefold()
        for number in {match[0] for match in self.any_label.find_matches_as_indexes(lowered, overlapping=True)}:
            name, shown = self.labels[number]
            start = lowered.find(shown)
            while start >= 0:
                end = start + len(shown)
                after = lowered[end : end + 3].lstrip()
                announces = after[:1] in (":", "：", ".", "/", "(", "+") or after[:1].isdigit()
                # A label without a value announces what stands in the next block, if it is all there is.
                if (announces and (start == 0 or not lowered[start - 1].isalnum())) or (not after and start == 0):
                    told[name] = max(told.get(name, 0), end)
                    break
                start = lowered.find(shown, end)
        return told

    def _shows_contact(self, page: Page, block: Block, contact_links: set[int]) -> bool:
        text = block.text
        if email_in(text) or not contact_links.isdisjoint(block.links):
            return True
        return self._in_furniture(page, block) and (
            self._bare_phone(text) or (self.unlabelled is None and self._is_address(text))
        )

    def _owner(self, text: str) -> bool | None:
        """True for a line that is the name of a body above, False for one that names the unit, None for neither."""
        if len(text) > 160:
            return None
        folded = words(text)
        if folded not in self.owners:
            self.owners[folded] = self._owner_of(folded)
        return self.owners[folded]

    def _owner_of(self, folded: str) -> bool | None:
        own = bool(self.own_name) and contains_words(folded, self.own_name)
        if not (own or self.named.stand_in(folded)) or self.vocabulary.people.contacts.not_owners.stand_in(folded):
            return None
        # A school may bear its district's name, so the body is looked for first.
        if self._is_superior(folded):
            return True
        if own:
            return False
        # A short line that names a school by its level takes the floor back from a body above.
        named = len(folded) <= _MAX_NAME and self.heads.first_in(folded) is not None
        return False if named else None

    def _own_mail(self, text: str) -> bool:
        """Whether an address in a line bears the unit's own name, as that of its host or before the "@"."""
        names = [host_of(self.unit.url or "").partition(".")[0], self.own_name.replace(" ", "")]
        shown = text.lower()
        return any(len(name) >= _MIN_OWN_NAME and name in shown for name in names)

    def _is_superior(self, folded: str) -> bool:
        office = self.unit.kind in _DEPARTMENTS
        for body in sorted(set(self.bodies.each_in(folded)), key=self.body_order.__getitem__):
            if len(folded) > _MAX_NAME and not folded.startswith(body):
                continue
            if office and (body.startswith("phong") or (self.unit.kind is Kind.SO and body.startswith("so "))):
                continue
            # "Phòng … - Trường …" names the unit.
            return self.heads.first_in(folded) is None
        return False

    def _owner_of_line(self, text: str, told: dict[str, int]) -> bool | None:
        """Who a line of contact details belongs to, where the line itself says so before its first label."""
        first = min(told.values(), default=0)
        head = text[:first] if first > 25 else ""
        if not head:
            return None
        return self._owner(head)

    def _take(self, page: Page, block: Block, told: dict[str, int], pending: str) -> str:
        text = block.text
        detail = Detail(page, clean(text)[:300])
        kept = ""
        if "address" in told:
            rest = text[told["address"] :].strip(" :：.-–")
            if PHONE.fullmatch(rest):  # of "the office"
                self.phone = self.phone or detail
            elif len(rest) >= 8 and _is_place(rest):
                self.address = self.address or detail
            elif not rest and told["address"] >= len(text) - 2:
                kept = "address"
        if "fax" in told:
            rest = text[told["fax"] : told["fax"] + 40]
            if _LABELLED_PHONE.search(rest):
                self.fax = self.fax or detail
        if "phone" in told:
            rest = text[told["phone"] :]
            if "fax" in told and told["fax"] > told["phone"]:
                rest = text[told["phone"] : told["fax"]] if "/" not in text[told["phone"] : told["phone"] + 2] else rest
            if _LABELLED_PHONE.search(rest) or phone_in(rest):
                self.phone = self.phone or detail
            elif not rest.strip(" :：.-–"):
                kept = "phone"
        if self.address is None and "address" not in told and (told or self._in_furniture(page, block)):
            first = min(told.values(), default=len(text)) if told else len(text)
            lines = text if "phone" in told else text[:first]
            if not block.links and self._is_address(lines):
                self.unlabelled = self.unlabelled or detail
        if pending == "address" and not told and len(text) >= 12 and _is_place(text):
            self.address = self.address or detail
        elif (pending == "phone" and not told and _LABELLED_PHONE.search(text)) or (
            "phone" not in told and self.phone is None and self._in_furniture(page, block) and self._bare_phone(text)
        ):
            self.phone = self.phone or detail
        for index in block.links:
            href = page.links[index].href
            if href[:4].lower() == "tel:" and sum(char.isdigit() for char in href) >= 7:
                self.phone = self.phone or detail
            elif href[:7].lower() == "mailto:" and "@" in href:
                self._email(href[7:].partition("?")[0], detail)
            elif _CLOUDFLARE in href and "#" in href:
                self._email(decoded_email(href.rpartition("#")[2]), detail)
        for match in EMAIL.finditer(text):
            self._email(match.group(), detail)
        if HIDDEN_EMAIL.search(text) and not any(
            "#" in page.links[i].href for i in block.links if _CLOUDFLARE in page.links[i].href
        ):
            self._email("", detail)
        if not kept and not told and pending:
            return ""
        return kept

    def _in_furniture(self, page: Page, block: Block) -> bool:
        return block.region in ("header", "footer", "aside") or (page.key in self.place and not page.home)

    def _is_address(self, text: str) -> bool:
        """Whether a line without a label reads like an address: names of places, with a number or a comma."""
        if len(text) > _MAX_ADDRESS or not ("," in text or has_digit(text)):
            return False
        named = 0
        if self.place_words.stand_in(words(text)):  # far sooner told than with accents
            lowered = _PUNCTUATION.sub(" ", text.casefold()).strip()
            named = len(set(self.places.each_in(lowered)))
        if named < _PLACE_WORDS:
            named += len(set(self.marks.findall(text)))
        return named >= _PLACE_WORDS or (named > 0 and "," in text and _HOUSE.match(text) is not None)

    def _bare_phone(self, text: str) -> bool:
        """Whether a line shows a telephone that no label announces: alone, behind a sign or a comma."""
        if len(text) > _MAX_UNLABELLED or (match := phone_in(text)) is None or find_dates(match.group()):
            return False
        before = text[: match.start()].rstrip(" (+")
        if before and (before[-1].isalnum() or before[-1] in ":：/"):
            return False
        return self.vocabulary.people.contacts.not_owners.first_in(words(text)) is None

    def _email(self, address: str, detail: Detail) -> None:
        host = address.rpartition("@")[2].strip().lower().rstrip(".") if "@" in address else ""
        private = bool(host) and under(host, self.vocabulary.hosts.private_mail)
        self.emails.setdefault(address.lower(), Detail(detail.page, detail.text, private))

    def _embedded(self, page: Page, contact_links: Iterable[int]) -> None:
        """Telephone and mail links that stand behind pictures and show no text."""
        for link in map(page.links.__getitem__, contact_links):
            if link.region not in ("header", "footer", "menu", "aside"):
                continue
            href = link.href.lower()
            if href.startswith("tel:") and sum(char.isdigit() for char in href) >= 7:
                self.phone = self.phone or Detail(page, link.text or link.href[4:])
            elif href.startswith("mailto:") and "@" in href:
                self._email(link.href[7:].partition("?")[0], Detail(page, link.text or link.href[7:]))


def _is_place(text: str) -> bool:
    """Whether what stands behind a label of an address can be one."""
    return any(char.isdigit() for char in text) or "," in text or "-" in text or text.count(" ") >= 2


def _spokesperson(pages: Pages, sections: Sections, unit: Unit, vocabulary: Vocabulary) -> Spokesperson | None:
    labels = vocabulary.people.spokesperson
    office = unit.kind in _DEPARTMENTS
    owners = Labels(
        [
            *vocabulary.people.speaker_owners,
            *(vocabulary.people.office_owners if office else ()),
            Label(vocabulary.names.core(unit.name) or unit.name),
            *(
                head
                for kind, level in vocabulary.names.levels.items()
                if (kind in _DEPARTMENTS) == office
                for head in level.names
            ),
        ]
    )
    own_topic = {page.key for page in sections.find("spokesperson").pages}
    fronts = {page.key for page in pages.front}
    counts = {page.key: len(labels.each_in(page.words)) for page in pages.pages}
    everywhere = min(counts.values()) if len(counts) > _FEW_PAGES else 0
    for page in _topic_first(pages, own_topic):
        # What the template says on every page, such as an entry of the menu, is read on the front page.
        if page.key not in own_topic and counts[page.key] <= (0 if page.key in fronts else everywhere):
            continue
        blocks = page.blocks if page.key in fronts else pages.own[page.key]
        found = _named(blocks, page, labels, owners, vocabulary)
        if found is None and page.key in own_topic:
            found = _first_name(blocks, page, vocabulary)
        if found is not None:
            return found
    return None


def _topic_first(pages: Pages, own_topic: set[str]) -> Iterator[Page]:
    yield from (page for page in pages.pages if page.key in own_topic)
    yield from (page for page in pages.pages if page.key not in own_topic)


def _speaks_for_others(told: str, owners: Labels, vocabulary: Vocabulary) -> bool:
    """Whether the folded words between a label and the name say that somebody speaks for a group, a firm or another
    body ("Người phát ngôn của nhóm, …"), not for the unit."""
    opened = any(told.strip().startswith(f"{word} ") for word in vocabulary.people.speaks_for)
    return opened and not owners.stand_in(told)


def _is_pupil(before: str, vocabulary: Vocabulary) -> bool:
    """Whether the title right before a name is a pupil's; "bạn" and "Ban", "em" and "êm" are told apart by accents."""
    title = before.casefold().rstrip()
    return any(f" {title}".endswith(f" {one.shown.casefold()}") for one in vocabulary.people.pupil_titles)


def _named(
    blocks: tuple[Block, ...], page: Page, labels: Labels, owners: Labels, vocabulary: Vocabulary
) -> Spokesperson | None:
    """A label with a person's name after it, in the same block or one of the next few."""
    lines = ["" if block.region == "menu" or len(block.text) > _MAX_LINE else words(block.text) for block in blocks]
    for index in sorted(labels.lines_with(lines)):
        block, folded = blocks[index], lines[index]
        label = max(labels.each_in(folded), key=len)
        if vocabulary.people.negations.stand_in(folded.partition(label)[0][-_NEGATED:]):
            continue
        rest = _after(block.text, label)
        name = name_in(rest, vocabulary)
        behind = folded.partition(label)[2]
        if _is_pupil(rest.partition(name)[0] if name else "", vocabulary) or _speaks_for_others(
            behind.partition(words(name))[0] if name else behind, owners, vocabulary
        ):
            continue
        if name:
            return Spokesperson(page, label, name, block.text)
        in_row = block.cell is not None and block.cell.column > 0
        if (in_row or not folded.startswith(label)) and (
            told := _charged(blocks, index, label, page, vocabulary)
        ) is not None:
            return told
        if len(folded) > len(label) + 60 or block.links:
            continue  # a sentence about spokespersons, or an entry of a menu
        after = (one for one in blocks[index + 1 :] if one.text and one.region != "menu")
        for following in islice(after, _NEXT_BLOCKS):
            if len(following.text) > 200:
                break
            name = name_in(following.text, vocabulary)
            if name:
                return Spokesperson(page, label, name, f"{block.text} {following.text}")
    return None


def _charged(
    blocks: tuple[Block, ...], index: int, label: str, page: Page, vocabulary: Vocabulary
) -> Spokesperson | None:
    """Whoever a line of charges makes the spokesperson, named at its beginning, in its row, or on top of its card:
    "Bà … - Phó Hiệu trưởng: phụ trách …; người phát ngôn của trường"."""
    block = blocks[index]
    if len(block.text) > _LONG_NAME or block.links:
        return None
    before = words(block.text).partition(label)[0]
    row = [
        one
        for one in blocks[max(0, index - _RECORD) : index]
        if block.cell is not None
        and one.cell is not None
        and (one.cell.table, one.cell.row) == (block.cell.table, block.cell.row)
    ]
    above = [one for one in blocks[max(0, index - _CARD) : index] if one.region != "menu"] if block.cell is None else []
    for one in (block, *row, *reversed(above)):
        text = one.text[: len(before) + 1] if one is block else one.text
        if not text or len(text) > _PERSON_LINE + len(before):
            continue
        name = name_in(text, vocabulary)
        if name and text.find(name) <= _HONORIFIC:
            shown = block.text if one is block else f"{text} {block.text}"
            if one is not block or vocabulary.people.position(shown.replace(name, " ")[:200]) is not None:
                return Spokesperson(page, label, name, shown)
    return None


def _first_name(blocks: Iterable[Block], page: Page, vocabulary: Vocabulary) -> Spokesperson | None:
    """On a page that is about the spokesperson, the first person with a post."""
    for block in blocks:
        if 0 < len(block.text) <= 300 and block.level not in (1, 2):
            name = name_in(block.text, vocabulary)
            if name and vocabulary.people.position(block.text.replace(name, " ")[:200]) is not None:
                return Spokesperson(page, page.title, name, block.text)
    return None


def _after(text: str, label: str) -> str:
    """The text behind a folded label."""
    folded = words(text)
    share = folded.find(label) + len(label)
    # Folding drops punctuation only, so the label ends at most that much further on in the text itself.
    return text[max(0, share - 2) :]

"""The vocabulary: Vietnamese labels, hosts, signatures and names as data, read from checklists/vocabulary/*.yaml.

Labels are kept as `Label`: a string that holds the folded words ("so ky hieu") and remembers in `.shown` how it was
written ("Số/Ký hiệu").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from ipaddress import IPv4Network, IPv6Network
from operator import itemgetter
from typing import Annotated, Any, Self, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainValidator,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from auditor.model import Kind
from auditor.text import clean, has_digit, words
from auditor.yaml_lines import LineOf, YamlError, first_problem, load_with_lines


class VocabularyError(ValueError):
    """A vocabulary file that cannot be used; the message (Vietnamese) names file, line and what to do."""


class Label(str):
    """Folded words of a label; `shown` is the label as it was written."""

    shown: str

    def __new__(cls, folded: str, shown: str = "") -> Self:
        label = super().__new__(cls, folded)
        label.shown = shown or folded
        return label

    def __reduce__(self) -> tuple[type[Label], tuple[str, str]]:
        return Label, (str(self), self.shown)


def _label(value: object) -> Label:
    if not isinstance(value, str):
        raise ValueError(f"«{value}» phải là chữ; hãy đặt trong dấu nháy kép.")
    folded = words(value)
    if not folded:
        raise ValueError(f"nhãn «{value}» không có chữ nào; hãy xóa hoặc viết lại.")
    return Label(folded, clean(value))


def _regex(value: object) -> re.Pattern[str]:
    if not isinstance(value, str) or not value:
        raise ValueError("phải là một biểu thức chính quy, đặt trong dấu nháy.")
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"biểu thức chính quy «{value}» sai: {error}.") from error


_PLACE = itemgetter(1, 0)  # of a match: where it begins, then the label's own order


class Labels(tuple[Label, ...]):
    """Labels in the order of their file, looked for in texts all at once (Aho-Corasick), as whole words.

    Looking costs one pass over the text, however many labels there are. Texts must have been through `words`.
    """

    def first_in(self, folded: str) -> Label | None:
        """The label that stands first in a text, or None."""
        found = self._finder.find_matches_as_indexes(f" {folded} ", overlapping=True)
        return self[min(found, key=_PLACE)[0]] if found else None

    def each_in(self, folded: str) -> list[Label]:
        """Every label at every place where it stands, in the text's order."""
        found = self._finder.find_matches_as_indexes(f" {folded} ", overlapping=True)
        return [self[match[0]] for match in sorted(found, key=_PLACE)] if found else []

    def apart_in(self, folded: str) -> list[Label]:
        """The labels that stand in a text without sharing a word, in its order: each tells something of its own."""
        apart: list[Label] = []
        behind = 0
        for number, start, end in sorted(
            self._finder.find_matches_as_indexes(f" {folded} ", overlapping=True), key=_PLACE
        ):
            if start >= behind:
                apart.append(self[number])
                behind = end - 1  # the blank that ends a label may begin the next
        return apart

    def stand_in(self, folded: str) -> bool:
        """Whether any label stands in a text; the cheapest question to a long one."""
        return bool(self._finder.find_matches_as_strings(f" {folded} "))

    def lines_with(self, lines: Sequence[str]) -> frozenset[int]:
        """The numbers of the lines in which any label stands: one pass, where `stand_in` would be asked of each."""
        text = " \n ".join(lines)
        found: set[int] = set()
        line = behind = 0
        for _, start, end in self._finder.find_matches_as_indexes(f" {text} "):
            line += text.count("\n", behind, start)
            behind = end - 1
            found.add(line)
        return frozenset(found)

    def __reduce__(self) -> tuple[type[Labels], tuple[tuple[Label, ...]]]:
        return Labels, (tuple(self),)  # the finder stays behind and is made anew

    @cached_property
    def _finder(self) -> AhoCorasick:
        return _finder_of(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(cls, handler(tuple[Annotated[Label, PlainValidator(_label)], ...]))


# The finder skips to the next byte with which a label may begin where there are at most three of them. All labels begin
# with a blank, as every word of a text does, so that skipping costs as much again as looking at all bytes. These stand
# in no text; with them there are four.
_NOT_IN_WORDS = ("\1", "\2", "\3")


# Some labels are put together anew for every unit.
@lru_cache(maxsize=512)
def _finder_of(labels: Labels) -> AhoCorasick:
    return AhoCorasick([*(f" {label} " for label in labels), *_NOT_IN_WORDS], implementation=Implementation.DFA)


@lru_cache(maxsize=16)
def finder_of_marks(marks: tuple[str, ...]) -> AhoCorasick:
    """Finds marks wherever they stand in a text, also within words, all in one pass."""
    return AhoCorasick(marks)


Regex = Annotated[re.Pattern[str], PlainValidator(_regex)]
Text = Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
HostSuffix = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
HostLabel = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9-]+$")]
HostToken = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9]{2,}$")]
Slug = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9_-]+$")]
Markup = Annotated[StrictStr, StringConstraints(min_length=3)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Topic(_Data):
    """What a kind of section is called. See the head of topics.yaml for what each list means."""

    title: Text
    labels: Labels
    phrases: Labels = Labels()
    title_phrases: Labels = Labels()
    slugs: tuple[Slug, ...] = ()
    not_labels: Labels = Labels()
    not_phrases: Labels = Labels()
    hints: Labels = Labels()
    not_hints: Labels = Labels()
    faint_hints: Labels = Labels()
    hinted_by_files: StrictBool = False
    openers: Labels = Labels()
    content: Labels = Labels()
    content_in: Name | None = None
    content_years: StrictBool = False
    content_alone: Annotated[StrictInt, Field(ge=2)] | None = None
    common: StrictBool = False


class _Topics(_Data):
    phrase_words: Annotated[StrictInt, Field(ge=1, le=20)]
    abbreviations: dict[Text, Text]
    shared: Labels
    topics: Annotated[dict[Name, Topic], Field(min_length=1)]


class Placeholders(_Data):
    """Texts that stand where content should be. Match with contains_words on the words of a title or a short text."""

    empty: Labels
    promises: Labels
    soft_404: Labels
    soft_404_titles: Labels
    flood: Labels
    challenge: Labels
    denied: Labels
    maintenance: Labels
    parked: Labels
    login: Labels
    not_login: Labels
    sample: Labels
    page_noise: Labels

    def puts_off(self, folded: str) -> bool:
        """Whether a short folded text only says that what should stand there is still to come."""
        return self.empty.stand_in(folded) or (not has_digit(folded) and self.promises.stand_in(folded))


class System(_Data):
    """A management system or a service by its hosts (suffixes: a host is meant with all hosts below it)."""

    name: Text
    hosts: Annotated[tuple[HostSuffix, ...], Field(min_length=1)]
    note: Text | None = None


class MinistrySite(_Data):
    """A site of the ministry that the letter names, with the hosts that replaced it."""

    id: Name
    title: Text
    named: HostSuffix
    replaced_by: tuple[HostSuffix, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The named host and its replacements."""
        return (self.named, *self.replaced_by)


class Cdn(_Data):
    """A content delivery network: `headers` name -> pattern of value, `networks` its address ranges."""

    name: Text
    headers: dict[StrictStr, Regex] = Field(default_factory=dict)
    networks: tuple[IPv4Network | IPv6Network, ...] = ()


class ServicePortals(_Data):
    """Portals of online public services, by who runs them."""

    national: tuple[HostSuffix, ...]
    city: tuple[HostSuffix, ...]
    ministry: tuple[HostSuffix, ...]
    patterns: tuple[Regex, ...] = ()


class City(_Data):
    """A city's labels in domain names and the hosts of its education department."""

    names: Labels
    labels: Annotated[tuple[HostLabel, ...], Field(min_length=1)]
    department_hosts: tuple[HostSuffix, ...]


class Hosts(_Data):
    """Hosts by what they are. Every host list holds suffixes; use `under`."""

    management_systems: tuple[System, ...]
    not_management_systems: tuple[HostSuffix, ...]
    ministry_sites: tuple[MinistrySite, ...]
    education_hosts: tuple[HostSuffix, ...]
    education_patterns: tuple[Regex, ...]
    form_services: tuple[HostSuffix, ...]
    form_service_paths: tuple[StrictStr, ...]
    video_hosts: tuple[HostSuffix, ...]
    video_players: tuple[Regex, ...]
    file_players: tuple[Regex, ...]
    video_words: Labels
    search_services: tuple[Markup, ...]
    service_portals: ServicePortals
    free_hosts: tuple[HostSuffix, ...]
    social_hosts: tuple[HostSuffix, ...]
    private_mail: tuple[HostSuffix, ...]
    official_mail: tuple[HostSuffix, ...]
    document_viewers: tuple[Regex, ...]
    file_services: tuple[HostSuffix, ...]
    file_folders: tuple[Text, ...]
    departure_counters: tuple[Markup, ...]
    departure_parameters: tuple[StrictStr, ...]
    mobile_labels: Labels
    cdns: tuple[Cdn, ...]
    cities: Annotated[dict[HostLabel, City], Field(min_length=1)]
    provinces: tuple[HostLabel, ...]

    def management_system(self, host: str) -> System | None:
        """The management system that a host belongs to."""
        return next((system for system in self.management_systems if under(host, system.hosts)), None)

    def ministry_site(self, host: str) -> MinistrySite | None:
        """The site of item 2.10.b that a host is, or has replaced."""
        return next((site for site in self.ministry_sites if under(host, site.hosts)), None)

    def is_named_by_the_letter(self, host: str) -> bool:
        """Whether a host is one of the five that item 2.10.b names: a link to it is no section of the portal."""
        return under(host, self._named_by_the_letter)

    @cached_property
    def _named_by_the_letter(self) -> tuple[str, ...]:
        return tuple(site.named for site in self.ministry_sites)

    def is_education(self, host: str) -> bool:
        """Whether a host is an education host in the sense of item 2.17 (management systems are none)."""
        if self.management_system(host) is not None or under(host, self.not_management_systems):
            return False
        return under(host, self.education_hosts) or any(one.search(host) for one in self.education_patterns)

    def is_service_portal(self, host: str) -> bool:
        """Whether a host is a portal of online public services."""
        portals = self.service_portals
        return under(host, (*portals.national, *portals.city, *portals.ministry)) or any(
            one.search(host) for one in portals.patterns
        )


class Platform(_Data):
    """A content management system by its signatures; one hit is enough.

    `generator` and `headers` are patterns, `markup` and `paths` substrings of the HTML and of addresses (lower case),
    `cookies` beginnings of cookie names.
    """

    name: Text
    open_source: StrictBool = False
    generator: tuple[Regex, ...] = ()
    markup: tuple[Markup, ...] = ()
    paths: tuple[Markup, ...] = ()
    cookies: tuple[Markup, ...] = ()
    headers: dict[StrictStr, Regex] = Field(default_factory=dict)


class _Platforms(_Data):
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1)]
    not_platforms: tuple[Regex, ...]


class AbuseGroup(_Data):
    """Words of one kind of abuse: `brands` prove it, `phrases` need a second sign, `weak` only count with others.

    `accented` are phrases, too, but mean something innocent without accents: look for `label.shown` (lower case, NFC)
    as whole words in text that keeps its accents.
    """

    title: Text
    brands: Labels = Labels()
    phrases: Labels = Labels()
    accented: Labels = Labels()
    weak: Labels = Labels()
    host_tokens: tuple[HostToken, ...] = ()


class Abuse(_Data):
    """Signs of injected content (item 4.3). A hit near a `legitimate` phrase is none."""

    groups: Annotated[dict[Name, AbuseGroup], Field(min_length=1)]

    @cached_property
    def words(self) -> Labels:
        """Every brand and phrase of every group: what a page must hold to be looked at closely."""
        return Labels(
            dict.fromkeys(
                label for group in self.groups.values() for label in (*group.brands, *group.phrases, *group.accented)
            )
        )

    legitimate: Labels
    legitimate_hosts: tuple[HostSuffix, ...]
    defaced: Labels
    shorteners: tuple[HostSuffix, ...]


class KindPattern(_Data):
    """A pattern over the folded words of a unit's name; the first that matches decides."""

    pattern: Regex
    kind: Kind


class Level(_Data):
    """How one level of schooling is written in unit names (`names`) and in host labels (`hosts`)."""

    names: Labels
    hosts: tuple[HostLabel, ...]


class Names(_Data):
    """How units are named."""

    kinds: Annotated[tuple[KindPattern, ...], Field(min_length=1)]
    levels: Annotated[dict[Name, Level], Field(min_length=1)]
    fillers: Labels
    joiners: Labels
    numbers: dict[Text, Annotated[StrictStr, StringConstraints(pattern=r"^\d{1,2}$")]]
    places: dict[Text, tuple[HostLabel, ...]]
    superiors: Labels

    def in_figures(self, folded: str) -> str:
        """A unit's folded name with a number at its end in figures: "vanh khuyen sau" -> "vanh khuyen 6"."""
        head, _, last = folded.rpartition(" ")
        figure = next((figure for word, figure in self.numbers.items() if words(word) == last), None)
        return f"{head} {figure}" if head and figure else folded

    def kind_of(self, name: str) -> Kind | None:
        """The kind that a unit's name tells, or None."""
        folded = words(name)
        return next((one.kind for one in self.kinds if one.pattern.search(folded)), None)

    def core(self, name: str) -> str:
        """The folded words of a unit's own name, without what stands before it ("Trường THCS Bàn Cờ" -> "ban co").

        Fillers are cut before the level only: "Trường THPT Trường Chinh" keeps its second "Trường". Bodies above the
        unit are cut where "Trường" and a level follow them.
        """
        rest = words(name)
        levels = sorted({str(label) for level in self.levels.values() for label in level.names}, key=len, reverse=True)
        starts = [
            at for filler in self.fillers for level in levels if (at := f" {rest} ".find(f" {filler} {level} ")) > 0
        ]
        rest = rest[min(starts) :] if starts else rest
        rest = _without_heads(rest, sorted(self.fillers, key=len, reverse=True))
        bare = _without_heads(rest, levels)
        return rest if bare == rest else _without_heads(bare, sorted((*levels, *self.joiners), key=len, reverse=True))


def _without_heads(text: str, heads: Sequence[str]) -> str:
    """A text without any of these rows of words at its beginning, but never without its last words."""
    while head := next((head for head in heads if text.startswith(f"{head} ")), None):
        text = text[len(head) + 1 :]
    return text


class Position(_Data):
    """A post in a unit. `head`: the head of the unit; `leader`: belongs to its leaders."""

    title: Text
    names: Labels
    head: StrictBool = False
    leader: StrictBool = False


class Fields(_Data):
    """A model whose fields are all Labels."""

    @cached_property
    def by_label(self) -> Mapping[str, str]:
        """The first field of every label."""
        found: dict[str, str] = {}
        for name in type(self).model_fields:
            for label in getattr(self, name):
                found.setdefault(label, name)
        return found

    @cached_property
    def labels(self) -> Labels:
        """The labels of all fields."""
        return Labels(label for name in type(self).model_fields for label in getattr(self, name))


class PersonFields(Fields):
    """Column titles and field labels of people."""

    name: Labels
    position: Labels
    phone: Labels
    email: Labels
    duty: Labels
    number: Labels
    other: Labels


class BoardRoles(_Data):
    """Words of an editorial board (item 3); a role with one of `named` speaks of the portal wherever it stands, one
    with a word of `of_portal` where a name follows it."""

    board: Labels
    head: Labels
    editor: Labels
    administrator: Labels
    responsible: Labels
    named: Labels
    of_portal: Labels


class ContactFields(_Data):
    """Labels before contact details; two `place_words` or `place_marks` in one line make an address without a label.

    A line with one of `not_owners` names a body without giving its details.
    """

    address: Labels
    phone: Labels
    email: Labels
    fax: Labels
    place_words: Labels
    place_marks: Labels
    not_owners: Labels


class People(_Data):
    """Words about people and what they do."""

    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    fields: PersonFields
    board: BoardRoles
    spokesperson: Labels
    speaks_for: Labels
    speaker_owners: Labels
    office_owners: Labels
    pupil_titles: Labels
    negations: Labels
    honorifics: Labels
    duties: Labels
    duty_verbs: Labels
    charges: Labels
    contacts: ContactFields
    feedback_fields: Labels
    not_feedback_fields: Labels
    service_words: Labels

    @cached_property
    def leading(self) -> Labels:
        """The names of the posts of leaders and heads."""
        return Labels(name for post in self.positions if post.leader or post.head for name in post.names)

    @cached_property
    def _posts(self) -> Mapping[Label, Position]:
        """The first post of every name."""
        found: dict[Label, Position] = {}
        for position in self.positions:
            for name in position.names:
                found.setdefault(name, position)
        return found

    @cached_property
    def _post_names(self) -> Labels:
        return Labels(self._posts)

    @cached_property
    def telling(self) -> Labels:
        """The names of posts and the labels of people's fields: without one of these a text tells nothing of a person
        but their name."""
        return Labels((*self._post_names, *self.fields.labels))

    def position(self, text: str) -> Position | None:
        """The post that a short text names: the one with the longest name in it, or None."""
        name = max(self._post_names.each_in(words(text)), key=len, default=None)
        return None if name is None else self._posts[name]


class DocumentKind(_Data):
    """A kind of document: its names and the symbols that stand for it in numbers ("QĐ")."""

    name: Name
    title: Text
    names: Labels
    symbols: Labels = Labels()
    directive: StrictBool = True


class Authority(_Data):
    """A body that issues documents: its names and the symbols that stand for it in numbers ("SGDĐT")."""

    name: Name
    title: Text
    names: Labels
    symbols: Labels = Labels()


class Columns(Fields):
    """Titles of columns and labels of fields of document lists, by meaning (REGULATIONS of documents' format)."""

    number: Labels
    issued: Labels
    effective: Labels
    expiry: Labels
    state: Labels
    abstract: Labels
    issuer: Labels
    kind: Labels
    signer: Labels
    field: Labels
    posted: Labels
    download: Labels
    noise: Labels


class DisclosureForm(_Data):
    """One numbered form of circular 36/2017: its part of item 2.13, for which kinds, and words of its title."""

    number: Annotated[StrictInt, Field(ge=1, le=21)]
    title: Text
    part: Name
    kinds: tuple[Kind, ...]
    phrases: Labels


class RequiredDisclosure(_Data):
    """What a circular wants disclosed: any of these parts of item 2.13, or words that tell it."""

    circular: Text
    title: Text
    parts: tuple[Name, ...] = ()
    phrases: Labels = Labels()
    forms: StrictBool = False


class DisclosurePart(_Data):
    """Words that tell a part of the disclosure in titles, file names and texts; `under_menu` only under its menu."""

    title: Text
    phrases: Labels
    under_menu: Labels = Labels()
    not_phrases: Labels = Labels()
    fingerprints: Labels = Labels()


class Circular(_Data):
    """A circular on disclosure; `first_school_year` is the year in which its first school year begins.

    `short_names` may be those of another circular, too: the year decides.
    """

    number: Text
    names: Labels
    short_names: Labels = Labels()
    first_school_year: StrictInt
    last_school_year: StrictInt | None = None


class Disclosure(_Data):
    """What tells disclosures ("ba công khai") and their parts."""

    parts: Annotated[dict[Name, DisclosurePart], Field(min_length=1)]
    forms: tuple[DisclosureForm, ...]
    form_signs: Annotated[Labels, Field(min_length=1)]
    form_patterns: tuple[Regex, ...]
    form_lists: tuple[Regex, ...]
    umbrella: Labels
    not_disclosure: Labels
    circulars: tuple[Circular, ...]
    required: tuple[RequiredDisclosure, ...]

    @cached_property
    def circular_names(self) -> Labels:
        """Every name of every circular, the short ones, too."""
        return Labels(dict.fromkeys(name for one in self.circulars for name in (*one.names, *one.short_names)))

    @cached_property
    def part_phrases(self) -> Labels:
        """Whatever tells any part: without one of these a text tells none."""
        return Labels({label: None for part in self.parts.values() for label in (*part.phrases, *part.under_menu)})


class YearbookWords(_Data):
    """Words of figures in a statistical yearbook (item 2.9), by subject."""

    classes: Labels
    students: Labels
    facilities: Labels
    counted_classes: Labels
    counted_students: Labels
    counted_facilities: Labels
    founding: Labels


class Documents(_Data):
    """Words of documents: kinds, authorities, columns, disclosures and statistics."""

    kinds: Annotated[tuple[DocumentKind, ...], Field(min_length=1)]
    authorities: Annotated[tuple[Authority, ...], Field(min_length=1)]
    columns: Columns
    states: Labels
    number_prefixes: Labels
    filters: Labels
    download_paths: tuple[Markup, ...]
    disclosure: Disclosure
    yearbook: YearbookWords


class SearchWords(_Data):
    """Words and marks of search boxes (1.8), and of boxes that search something else. See the head of each list."""

    boxes: Labels
    short_boxes: Labels
    parameters: tuple[StrictStr, ...]
    marks: tuple[StrictStr, ...]
    documents: Labels
    document_marks: tuple[StrictStr, ...]
    others: Labels
    other_marks: tuple[StrictStr, ...]


class FormWords(_Data):
    """Words and marks that tell forms apart (2.7, 2.14, 4.2). See the head of each list."""

    opinion_marks: tuple[StrictStr, ...]
    other_marks: tuple[StrictStr, ...]
    other_names: tuple[StrictStr, ...]
    comment_marks: tuple[StrictStr, ...]
    application_fields: Labels
    application_words: Labels
    account_words: Labels
    lookup_words: Labels
    form_titles: Labels
    service_names: Labels


class PersonNames(_Data):
    """What tells a person's name from other capitalised words; accents count."""

    surnames: tuple[StrictStr, ...]
    middles: tuple[StrictStr, ...]
    not_names: tuple[StrictStr, ...]

    @cached_property
    def family(self) -> frozenset[str]:
        """The family names in lower case."""
        return frozenset(name.casefold() for name in self.surnames)

    @cached_property
    def folded_family(self) -> frozenset[str]:
        """The family names without accents, for text that was typed without any."""
        return frozenset(words(name) for name in self.surnames)

    @cached_property
    def inner(self) -> frozenset[str]:
        """The words within names in lower case."""
        return frozenset(name.casefold() for name in self.middles)

    @cached_property
    def others(self) -> tuple[str, ...]:
        """Beginnings, in lower case, of capitalised words that are no person."""
        return tuple(name.casefold() for name in self.not_names)


@lru_cache(maxsize=16384)
def under(host: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a host is one of these or lies below one ("login.smas.edu.vn" under "smas.edu.vn")."""
    host = host.lower().rstrip(".")
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)


_NUMBERING = re.compile(
    r"^(?:[\s\-–—•·*»›>+|.,:;&]+|(?:\d{1,2}(?:\.\d{1,2})*\s*[.):/]\s*(?=\D)|\d{1,2}\s*[-–]\s+(?=\D))"
    r"|[IVX]{1,4}\s*[.):/]\s*|[A-Za-z]\s*[.)]\s+)+"
)
_COUNTER = re.compile(r"(?:\s*[(\[]\s*\d[\d.,]*\s*(?:[^\W\d]+\s*){0,2}[)\]]|[\s»›>:+…|▼▾.–-]+)+$")
_YEARS = re.compile(r"(?: (?:nam hoc|nam|nh))?(?: (?:19|20)\d\d){1,2}$")
_FILE_TYPE = re.compile(r"\.(?:html?|aspx?|php\d?|jsp|cfm|pdf|docx?|xlsx?)$")
_SLUG_NUMBER = re.compile(r"(?:[-_](?:c|a|p|n|id|cat)?\d+)+$")
_SLUG_SPLIT = re.compile(r"[/?&=;#]+")
_MIN_TYPO_LENGTH = 12
_MIN_RUN_TOGETHER = 10  # characters of a label that also tells without its blanks
_MAX_CACHED = 50_000


# "Tra cứu điểmGrades": two lines of a menu entry that only its style parts.
_RUN_ON = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z][a-z]{2})")


@lru_cache(maxsize=_MAX_CACHED)
def label_words(text: str) -> str:
    """The folded words of a label without leading numbering, trailing counters and years, and an exact doubling.

    "2. Văn bản (15) »" -> "van ban"; "Công khai năm học 2025-2026" -> "cong khai"; "Liên kết Liên kết" -> "lien ket".
    """
    folded = words(_COUNTER.sub("", _NUMBERING.sub("", clean(text))))
    folded = _YEARS.sub("", folded) or folded
    parts = folded.split()
    half = len(parts) // 2
    if half and len(parts) % 2 == 0 and parts[:half] == parts[half:]:
        folded = " ".join(parts[:half])
    return folded


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All vocabulary. `sha256` is over the bytes of every file in the folder, in the order of their names."""

    topics: Mapping[str, Topic]
    phrase_words: int
    placeholders: Placeholders
    hosts: Hosts
    platforms: tuple[Platform, ...]
    not_platforms: tuple[re.Pattern[str], ...]
    abuse: Abuse
    names: Names
    people: People
    documents: Documents
    search: SearchWords
    forms: FormWords
    person_names: PersonNames
    sha256: str
    _abbreviations: Mapping[str, str] = field(repr=False)
    _by_label: Mapping[str, tuple[str, ...]] = field(repr=False)
    _by_slug: Mapping[str, tuple[str, ...]] = field(repr=False)
    _long_labels: tuple[str, ...] = field(repr=False)
    _by_phrase: Mapping[Label, tuple[str, ...]] = field(repr=False)
    _by_title_phrase: Mapping[Label, tuple[str, ...]] = field(repr=False)
    _by_hint: Mapping[Label, tuple[str, ...]] = field(repr=False)
    _by_faint_hint: Mapping[Label, tuple[str, ...]] = field(repr=False)
    _by_run_together: Mapping[str, tuple[str, ...]] = field(repr=False)
    _not_labels: frozenset[str] = field(repr=False)
    _openers: tuple[str, ...] = field(repr=False)
    _phrases: Labels = field(repr=False)
    _hints: Labels = field(repr=False)
    _faint_hints: Labels = field(repr=False)
    _title_phrases: Labels = field(repr=False)
    _cache: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    _title_cache: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def telling_terms(self) -> tuple[str, ...]:
        """Words that make a link worth following before others: those of topics that not every page speaks of."""
        return tuple(
            dict.fromkeys(
                str(term)
                for topic in self.topics.values()
                if not topic.common
                for term in (*topic.labels, *topic.title_phrases)
            )
        )

    def topics_of_label(self, text: str) -> tuple[str, ...]:
        """The topics that a menu entry, link or heading announces, in the order of topics.yaml.

        The whole label decides where it is known; else phrases within a label of at most `phrase_words` words; else
        one typing slip in a long label; else the same with abbreviations spelled out. Text that is longer announces
        nothing.
        """
        return _remembered(self._cache, text, self._topics_of_label)

    def _topics_of_label(self, text: str) -> tuple[str, ...]:
        label = label_words(text)
        return (
            self._announced(label)
            or self._announced(self._spelled_out(label))
            or (self._announced(label_words(_RUN_ON.sub(" ", text))) if _RUN_ON.search(text) else ())
        )

    def _spelled_out(self, label: str) -> str:
        """The label with its abbreviations in full; "" where it has none, or is more than a label."""
        parts = label.split(" ")
        if len(parts) > self.phrase_words or self._abbreviations.keys().isdisjoint(parts):
            return ""
        return " ".join(self._abbreviations.get(part, part) for part in parts)

    def _announced(self, label: str) -> tuple[str, ...]:
        if not label:
            return ()
        if exact := self._by_label.get(label):
            return exact
        if label.count(" ") >= self.phrase_words:
            return ()
        held = {name for phrase in self._phrases.each_in(label) for name in self._by_phrase[phrase]}
        found = tuple(name for name in (self.topics if held else ()) if name in held and self._may_mean(name, label))
        if found or len(label) < _MIN_TYPO_LENGTH or label in self._not_labels:
            return found
        near = process.extractOne(label, self._long_labels, scorer=Levenshtein.distance, score_cutoff=1)
        if near is None or re.sub(r"\D", "", near[0]) != re.sub(r"\D", "", label):
            return ()
        return self._by_label[near[0]]

    def topics_hinted(self, label: str) -> tuple[str, ...]:
        """The topics that the name of a section (as `label_words` gives it) may mean, in the order of topics.yaml."""
        return self._hinted(label, self._hints, self._by_hint)

    def topics_hinted_faintly(self, label: str) -> tuple[str, ...]:
        """The topics that what is behind the name of a section may serve, though the name itself says little."""
        return self._hinted(label, self._faint_hints, self._by_faint_hint)

    def _hinted(self, label: str, hints: Labels, topics: Mapping[Label, tuple[str, ...]]) -> tuple[str, ...]:
        found = hints.each_in(label)
        if not found and (label := self._spelled_out(label)):
            found = hints.each_in(label)
        held = {name for hint in found for name in topics[hint]}
        return tuple(
            name
            for name in (self.topics if held else ())
            if name in held and self._may_mean(name, label) and not self.topics[name].not_hints.stand_in(label)
        )

    def _may_mean(self, name: str, label: str) -> bool:
        """Whether nothing in a label says that it is not of a topic."""
        topic = self.topics[name]
        return label not in topic.not_labels and not topic.not_phrases.stand_in(label)

    def topics_of_title(self, text: str) -> tuple[str, ...]:
        """The topics on which an article or document of this title is wholly, in the order of topics.yaml."""
        return _remembered(self._title_cache, text, self._topics_of_title)

    def _topics_of_title(self, text: str) -> tuple[str, ...]:
        title = label_words(text)
        return self._told(title) or self._told(self._spelled_out(title))

    def _told(self, title: str) -> tuple[str, ...]:
        exact = self._by_label.get(title, ())
        held = {name for phrase in self._title_phrases.each_in(title) for name in self._by_title_phrase[phrase]}
        held |= {
            name
            for name in (self.topics_hinted(title) if title.startswith(self._openers) else ())
            if any(title.startswith(f"{opener} ") for opener in self.topics[name].openers)
        }
        if not exact and not held:
            return ()
        return tuple(
            name
            for name, topic in self.topics.items()
            if name in exact or (name in held and topic.not_phrases.first_in(title) is None)
        )

    def topics_run_together(self, name: str) -> tuple[str, ...]:
        """The topics whose label a file name is without its blanks and numbers ("sodotochuc2.jpg")."""
        letters = "".join(char for char in words(name.rpartition(".")[0]) if char.isalpha())
        return self._by_run_together.get(letters, ())

    def topics_of_address(self, address: str) -> tuple[str, ...]:
        """The topics that a segment of an address (or a value in its query) names; a hint, weaker than a label."""
        segments = [
            _SLUG_NUMBER.sub("", _FILE_TYPE.sub("", segment)).strip("-_")
            for segment in _SLUG_SPLIT.split(address.lower())
        ]
        found = {name for segment in segments for name in self._by_slug.get(segment, ())}
        return tuple(name for name in self.topics if name in found)


def _remembered(
    cache: dict[str, tuple[str, ...]], text: str, find: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    """The answer of `find`, kept: menus repeat the same labels on every page. The cache empties when it is full."""
    known = cache.get(text)
    if known is None:
        if len(cache) >= _MAX_CACHED:
            cache.clear()
        known = cache[text] = find(text)
    return known


def _by_words(topics: Mapping[str, Topic], of: Callable[[Topic], Labels]) -> Mapping[Label, tuple[str, ...]]:
    """The topics of each phrase."""
    found: dict[Label, tuple[str, ...]] = {}
    for name, topic in topics.items():
        for phrase in of(topic):
            found[phrase] = (*found.get(phrase, ()), name)
    return found


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the program; read once per process. Raises VocabularyError."""
    folder = resources.files("checklists") / "vocabulary"
    return read_vocabulary(
        {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".yaml")}
    )


def read_vocabulary(files: Mapping[str, bytes]) -> Vocabulary:
    """A vocabulary from file names (topics.yaml, hosts.yaml, …) and their bytes. Raises VocabularyError."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name] + b"\0")
    try:
        topics = _read(files, "topics.yaml", _Topics, _check_topics)
        platforms = _read(files, "platforms.yaml", _Platforms)
        by_label, by_slug = _indexes(topics.topics)
        by_phrase = _by_words(topics.topics, lambda topic: topic.phrases)
        by_title_phrase = _by_words(topics.topics, lambda topic: topic.title_phrases)
        by_hint = _by_words(topics.topics, lambda topic: topic.hints)
        by_faint_hint = _by_words(topics.topics, lambda topic: topic.faint_hints)
        return Vocabulary(
            topics=topics.topics,
            phrase_words=topics.phrase_words,
            placeholders=_read(files, "placeholders.yaml", Placeholders),
            hosts=_read(files, "hosts.yaml", Hosts),
            platforms=platforms.platforms,
            not_platforms=platforms.not_platforms,
            abuse=_read(files, "abuse.yaml", Abuse),
            names=_read(files, "names.yaml", Names),
            people=_read(files, "people.yaml", People),
            documents=_read(files, "documents.yaml", Documents),
            search=_read(files, "search.yaml", SearchWords),
            forms=_read(files, "forms.yaml", FormWords),
            person_names=_read(files, "person_names.yaml", PersonNames),
            sha256=digest.hexdigest(),
            _abbreviations={words(short): words(full) for short, full in topics.abbreviations.items()},
            _by_label=by_label,
            _by_slug=by_slug,
            _by_phrase=by_phrase,
            _by_title_phrase=by_title_phrase,
            _by_hint=by_hint,
            _by_faint_hint=by_faint_hint,
            _by_run_together={
                label.replace(" ", ""): names for label, names in by_label.items() if len(label) >= _MIN_RUN_TOGETHER
            },
            _not_labels=frozenset(label for topic in topics.topics.values() for label in topic.not_labels),
            _openers=tuple(sorted({str(opener) for topic in topics.topics.values() for opener in topic.openers})),
            _phrases=Labels(by_phrase),
            _hints=Labels(by_hint),
            _faint_hints=Labels(by_faint_hint),
            _title_phrases=Labels(by_title_phrase),
            _long_labels=tuple(label for label in by_label if len(label) >= _MIN_TYPO_LENGTH),
        )
    except YamlError as error:
        raise VocabularyError(str(error)) from error


_Model = TypeVar("_Model", bound=_Data)


def _read(
    files: Mapping[str, bytes],
    name: str,
    model: type[_Model],
    check: Callable[[_Model, str, LineOf], None] | None = None,
) -> _Model:
    source = f"checklists/vocabulary/{name}"
    if name not in files:
        raise YamlError(source, 1, "thiếu tệp từ vựng này; hãy cài lại chương trình.")
    try:
        text = files[name].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = files[name].count(b"\n", 0, error.start) + 1
        raise YamlError(source, line, "tệp không phải UTF-8; hãy lưu lại với mã UTF-8.") from error
    data, line_of = load_with_lines(text, source)
    try:
        value = model.model_validate(data)
    except ValidationError as error:
        raise first_problem(error, source, line_of) from error
    if check is not None:
        check(value, source, line_of)
    return value


def _check_topics(file: _Topics, source: str, line_of: LineOf) -> None:
    first: dict[str, str] = {}
    for name, topic in file.topics.items():
        for index, label in enumerate(topic.labels):
            line = line_of(("topics", name, "labels", index))
            if label in topic.not_labels:
                raise YamlError(
                    source, line, f"«{label.shown}» vừa là nhãn vừa là nhãn loại trừ của «{name}»; hãy xóa một chỗ."
                )
            if first.get(label, name) != name and label not in file.shared:
                raise YamlError(
                    source,
                    line,
                    f"nhãn «{label.shown}» đã thuộc chuyên mục «{first[label]}»; hãy xóa một chỗ, "
                    "hoặc nếu nhãn đúng là của cả hai thì ghi thêm vào danh sách shared.",
                )
            first.setdefault(label, name)
    for index, label in enumerate(file.shared):
        if sum(label in topic.labels for topic in file.topics.values()) < 2:
            raise YamlError(
                source,
                line_of(("shared", index)),
                f"nhãn dùng chung «{label.shown}» phải có trong ít nhất hai chuyên mục; "
                "hãy bổ sung hoặc xóa khỏi shared.",
            )


def _indexes(topics: Mapping[str, Topic]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    by_label: dict[str, tuple[str, ...]] = {}
    by_slug: dict[str, tuple[str, ...]] = {}
    for name, topic in topics.items():
        for label in topic.labels:
            by_label[str(label)] = tuple(dict.fromkeys((*by_label.get(label, ()), name)))
        for slug in topic.slugs:
            key = slug.strip("-_")
            by_slug[key] = tuple(dict.fromkeys((*by_slug.get(key, ()), name)))
    return by_label, by_slug


def field_of(columns: Fields, label: str) -> str | None:
    """The name of the field that holds this label, or each part of it ("Máy bàn/Di động"), or None."""
    if not columns.labels.stand_in(words(label)):  # as in most texts, and far sooner told
        return None
    whole = columns.by_label.get(label_words(label))
    if whole is not None or "/" not in label:
        return whole
    fields = {columns.by_label.get(label_words(part)) for part in label.split("/")}
    return fields.pop() if len(fields) == 1 else None

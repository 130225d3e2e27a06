"""The editorial board of the portal, or the person named as responsible for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.facts.pages import Pages
from auditor.facts.people import People, name_in, texts_of_files
from auditor.facts.sections import Ladder, Sections
from auditor.page import Block, Page
from auditor.text import words
from auditor.vocabulary import Label, Labels, Vocabulary, label_words

TOPIC = "editorial_board"
_MAX_LINE = 500
_MAX_LINES = 300
_SHORT_TITLE = 8  # words of a title that speaks of little beside the board
_MAX_FURNITURE = 1500  # characters of a block at the edge of the page that may name somebody
_AFTER_LABEL = 160
_READ = frozenset({"pdf", "zip", "ole", "office_html"})  # types of files whose text is read
_NEAR = 3  # clicks from the home page
_CLAUSE = re.compile(r"\s*[;|•]\s*|(?<=[^\W\d_]{3})\.\s+(?=[^\W\d_a-z])|(?<=\))\s*[,–-]\s+|\n")
_BEFORE_LABEL = re.compile(r"\s*[,.:–-]\s+(?=[^\W\d_][^,.;:()]{2,40}:)")


class Role(StrEnum):
    """The roles that the letter asks for."""

    HEAD = "head"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Member:
    """A named person with a role; `leader` when the line, or another page, shows a leader of the unit."""

    role: Role
    name: str
    leader: bool
    page: Page
    text: str


@dataclass(frozen=True, slots=True)
class Board:
    """`members` of the published board; `responsible` is the line that names who answers for the portal.

    `announced` is a page or document of the board in which no roles could be read.
    """

    members: tuple[Member, ...]
    responsible: tuple[Page, str] | None
    announced: tuple[Page, str, str] | None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that are filled."""
        return frozenset(member.role for member in self.members)


def read(pages: Pages, sections: Sections, people: People, vocabulary: Vocabulary) -> Board:
    """Reads pages about the board, and the furniture of the portal for whoever is responsible."""
    reader = _Reader(vocabulary, {words(person.name) for person in people.leaders})
    members: dict[tuple[Role, str], Member] = {}

    def add(found: Iterator[Member]) -> None:
        for member in found:
            members.setdefault((member.role, words(member.name)), member)

    for page in _board_pages(pages, sections, vocabulary):
        add(reader.members(page, pages.own[page.key]))
    if not members:
        for entry in sections.find(TOPIC).entries:
            if entry.target is None:  # a part of a page on something else, under a heading of its own
                add(reader.members(entry.page, reader.block_of_board(entry.page, entry.page.blocks)))
    if not members:
        for page, blocks in _places(pages, sections):
            add(reader.members(page, reader.block_of_board(page, blocks)))
    if not members:
        for page in pages.pages:
            if page in pages.front or page.depth <= _NEAR:
                add(reader.named_at_the_edge(page))
    if not members:
        for page, text in texts_of_files(pages, sections, TOPIC, _READ):
            add(reader.listed(page, text))
    return Board(tuple(members.values()), reader.responsible(_places(pages, sections)), _announced(sections))


def _board_pages(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Iterator[Page]:
    seen: set[str] = set()
    found = sections.find(TOPIC)
    singles = tuple(single.target.page for single in found.singles if single.target.page is not None)
    for page in (*found.pages, *singles):
        if page.key not in seen and not page.home:
            seen.add(page.key)
            yield page
    topic = vocabulary.topics[TOPIC]
    known: dict[str, bool] = {}
    for page in pages.pages:
        if page.key in seen or page.home:
            continue
        names = [page.title, *(block.text for block in page.headings if block.level in (1, 2))][:4]
        for name in names:
            if name not in known:
                title = label_words(name)
                named = topic.title_phrases.first_in(title) is not None or (
                    title.count(" ") < _SHORT_TITLE and topic.phrases.first_in(title) is not None
                )
                known[name] = title in topic.labels or (named and topic.not_phrases.first_in(title) is None)
        if any(known[name] for name in names):
            seen.add(page.key)
            yield page


def _places(pages: Pages, sections: Sections) -> Iterator[tuple[Page, tuple[Block, ...]]]:
    """Where a responsible person is named: the front page, contact and introduction pages, those of the board."""
    for page in pages.front:
        yield page, page.blocks
    fronts = {page.key for page in pages.front}
    for topic in ("contact", "introduction", TOPIC):
        for page in sections.find(topic).pages[:10]:
            if page.key not in fronts:
                yield page, pages.own[page.key]


class _Reader:
    """Reads lines for roles and the names that fill them."""

    def __init__(self, vocabulary: Vocabulary, leaders: set[str]) -> None:
        self.vocabulary, self.leaders = vocabulary, leaders
        board = vocabulary.people.board
        # Longer labels first, so that "Phó trưởng ban" is no "Trưởng ban".
        self.roles_by_label: list[tuple[Label, Role | None]] = sorted(
            (
                *((label, None) for label in board.board),
                *((label, Role.HEAD) for label in board.head),
                *((label, Role.EDITOR) for label in board.editor),
                *((label, Role.ADMINISTRATOR) for label in board.administrator),
            ),
            key=lambda pair: -len(pair[0]),
        )
        self.any_role = Labels(label for label, role in self.roles_by_label if role is not None)
        sure = (*board.head, *board.editor, *board.administrator)
        self.read_at_the_edge: set[str] = set()
        self.at_the_edge = Labels(label for label in sure if board.named.first_in(label) is not None)

    def block_of_board(self, page: Page, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Of these lines of a page those that follow the name of the board, as some footers hold them."""
        for index, block in enumerate(blocks):
            if block.region == "menu" or not block.text or any(page.links[i].url for i in block.links):
                continue
            if len(block.text) > (_MAX_LINE if ":" in block.text else 120):
                continue
            if self.vocabulary.people.board.board.first_in(words(block.text[:120])) is not None:
                return blocks[index : index + 12]
        return ()

    def members(self, page: Page, blocks: tuple[Block, ...]) -> Iterator[Member]:
        """Everybody whom these lines give a role, in the line itself or as a heading of the next one."""
        lines = list(_lines(blocks))[:_MAX_LINES]
        told = self.any_role.lines_with(
            ["" if is_row or len(text) > _MAX_LINE else words(text) for text, is_row in lines]
        )
        for index, (text, is_row) in enumerate(lines):
            if len(text) > _MAX_LINE or not (is_row or index in told):
                continue
            following = lines[index + 1][0] if index + 1 < len(lines) else ""
            clauses = [text] if is_row else self._clauses(text)
            for clause in clauses:
                yield from self._member(page, clause, is_row, following if len(clauses) == 1 else "")

    def listed(self, page: Page, text: str) -> Iterator[Member]:
        """Everybody whom a line of a decision gives a role ("1. Ông … - Hiệu trưởng - Trưởng ban")."""
        for line in text.split("\n")[:_MAX_LINES]:
            if len(line) <= _MAX_LINE // 2:
                yield from self._member(page, line, self._roles(line) != frozenset(), "")

    def _clauses(self, text: str) -> list[str]:
        """A line that gives several roles, cut before each: "Trưởng ban: …; Biên tập: …"."""
        clauses: list[str] = []
        for part in (piece for sentence in _CLAUSE.split(text) for piece in _BEFORE_LABEL.split(sentence)):
            if clauses and self.any_role.first_in(words(part.partition(":")[0])) is None:
                clauses[-1] = f"{clauses[-1]}, {part}"
            else:
                clauses.append(part)
        return clauses

    def _member(self, page: Page, text: str, is_row: bool, following: str) -> Iterator[Member]:
        if not is_row and self.any_role.first_in(words(text)) is None:
            return
        name = name_in(text, self.vocabulary)
        before, _, after = text.partition(name) if name else (text, "", "")
        roles = self._roles(before)
        if name and (is_row or not roles):
            roles = roles | self._roles(after)
        shown = text
        opens = bool(roles) and not name and not is_row and len(text) < 80
        if opens and 0 < len(following) < 200 and not self._roles(following):
            name = name_in(following, self.vocabulary)
            shown = f"{text} {following}"
        if not name:
            return
        position = self.vocabulary.people.position(shown.replace(name, " ")[:200])
        leader = words(name) in self.leaders or (position is not None and (position.leader or position.head))
        for role in roles:
            yield Member(role, name, leader, page, shown)

    def named_at_the_edge(self, page: Page) -> Iterator[Member]:
        """Roles that a line at the edge of the page gives amid other things ("Quản trị website: cô …")."""
        for block in page.blocks:
            text = block.text
            if ":" not in text or text in self.read_at_the_edge:
                continue  # what the template repeats names nobody else
            self.read_at_the_edge.add(text)
            if len(text) > _MAX_FURNITURE or not self.at_the_edge.stand_in(words(text)):
                continue
            for clause in self._clauses(text):
                label, colon, rest = clause.partition(":")
                if colon and words(label) in self.at_the_edge:
                    yield from self._member(page, f"{label}: {rest[:_AFTER_LABEL]}", False, "")

    def _roles(self, text: str) -> frozenset[Role]:
        """The roles that a line names."""
        folded = words(text)
        if self.any_role.first_in(folded) is None:
            return frozenset()
        rest = f" {folded} "
        found: set[Role] = set()
        for label, role in self.roles_by_label:
            if f" {label} " in rest:
                rest = rest.replace(f" {label} ", " | ")
                if role is not None:
                    # "Tổ trưởng" is a post in the school more often than in the board.
                    if role is Role.HEAD and self.vocabulary.people.position(label) is not None and found:
                        continue
                    found.add(role)
        return frozenset(found)

    def responsible(self, places: Iterator[tuple[Page, tuple[Block, ...]]]) -> tuple[Page, str] | None:
        """The line that names who answers for the content, in the furniture or on contact and about pages."""
        people = self.vocabulary.people
        for page, blocks in places:
            lines = [block.text for block in blocks if 10 < len(block.text) <= _MAX_FURNITURE]
            folded = [words(text) for text in lines]
            told = people.board.responsible.lines_with(folded)
            for index, text in enumerate(lines):
                signed = folded[index].startswith(("tm ", "t m ")) and len(text) <= 300
                if signed and people.board.board.stand_in(folded[index]):
                    return page, text
                if index not in told:
                    continue
                for clause in _CLAUSE.split(text):
                    label = people.board.responsible.first_in(words(clause[:60]))
                    if label is not None and len(clause) <= 300 and self._answers(clause, label):
                        return page, clause
        return None

    def _answers(self, clause: str, label: str) -> bool:
        """Whether a clause says who answers for the portal, not what a leader is charged with: the name follows the
        label, or precedes it where the clause speaks of the portal."""
        people = self.vocabulary.people
        folded = words(clause)
        after = folded.partition(label)[2].strip()
        name = words(name_in(clause, self.vocabulary))
        if people.board.named.stand_in(folded):
            return bool(name) or people.position(clause[10:]) is not None
        opened = words(re.split(r"[:：–-]", clause, maxsplit=1)[0]).endswith(label)
        told = bool(name and name in after) or people.position(after) is not None
        if opened or people.board.of_portal.stand_in(label):
            return told
        between = after.partition(name)[0].split() if name and name in after else [label]
        return all(word in people.honorifics for word in between)


def _lines(blocks: tuple[Block, ...]) -> Iterator[tuple[str, bool]]:
    """Blocks as lines; the cells of a table's row make one line. (text, whether it is a row)"""
    row: tuple[int, int] | None = None
    cells: list[str] = []
    for block in blocks:
        if not block.text:
            continue
        place = (block.cell.table, block.cell.row) if block.cell is not None else None
        if place != row and cells:
            yield " - ".join(cells), True
            cells = []
        row = place
        if place is None:
            yield block.text, False
        else:
            cells.append(block.text)
    if cells:
        yield " - ".join(cells), True


def _announced(sections: Sections) -> tuple[Page, str, str] | None:
    found = sections.find(TOPIC)
    if found.state is Ladder.CONTENT and found.best is not None:
        return found.best.page, found.best.url, found.best.label
    if found.singles:
        single = found.singles[0]
        return single.page, single.url, single.title
    return None

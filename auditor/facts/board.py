"""The editorial board of the portal, or the person named as responsible for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.facts.pages import Pages
from auditor.facts.people import People, name_in
from auditor.facts.sections import Ladder, Sections
from auditor.page import Block, Page
from auditor.text import contains_words, words
from auditor.vocabulary import Label, Vocabulary

TOPIC = "editorial_board"
_MAX_LINE = 500
_MAX_LINES = 300


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
    leaders = {words(person.name) for person in people.leaders}
    members: dict[tuple[Role, str], Member] = {}
    for page in _board_pages(pages, sections, vocabulary):
        for member in _members(page, tuple(pages.own[page.key]), leaders, vocabulary):
            members.setdefault((member.role, words(member.name)), member)
    if pages.home is not None and not members:
        block = _board_block(pages.home, vocabulary)
        for member in _members(pages.home, block, leaders, vocabulary):
            members.setdefault((member.role, words(member.name)), member)
    return Board(tuple(members.values()), _responsible(pages, sections, vocabulary), _announced(sections))


def _board_pages(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Iterator[Page]:
    seen: set[str] = set()
    found = sections.find(TOPIC)
    singles = tuple(single.target.page for single in found.singles if single.target.page is not None)
    for page in (*found.pages, *singles):
        if page.key not in seen and not page.home:
            seen.add(page.key)
            yield page
    for page in pages.pages:
        if page.key in seen or page.home:
            continue
        names = [page.title, *(block.text for block in page.headings if block.level in (1, 2))]
        if any(TOPIC in vocabulary.topics_of_title(name) for name in names[:4]):
            seen.add(page.key)
            yield page


def _board_block(home: Page, vocabulary: Vocabulary) -> tuple[Block, ...]:
    """The lines of the home page that follow the name of the board, as some footers hold them."""
    labels = vocabulary.people.board.board
    for index, block in enumerate(home.blocks):
        if block.region == "menu" or len(block.text) > 120 or any(home.links[i].url for i in block.links):
            continue
        if any(contains_words(words(block.text), label) for label in labels):
            return home.blocks[index : index + 12]
    return ()


def _members(page: Page, blocks: tuple[Block, ...], leaders: set[str], vocabulary: Vocabulary) -> Iterator[Member]:
    lines = list(_lines(blocks))[:_MAX_LINES]
    for index, (text, is_row) in enumerate(lines):
        if len(text) > _MAX_LINE:
            continue
        name = name_in(text, vocabulary)
        before = text.partition(name)[0] if name else text
        roles = _roles(before, vocabulary)
        if name and (is_row or not roles):
            roles = roles | _roles(text.partition(name)[2], vocabulary)
        shown = text
        if not name and roles and not is_row and index + 1 < len(lines) and len(text) < 80:
            following = lines[index + 1][0]
            if not _roles(following, vocabulary) and len(following) < 200:
                name = name_in(following, vocabulary)
                shown = f"{text} {following}"
        if not name:
            continue
        position = vocabulary.people.position(shown.replace(name, " ")[:200])
        leader = words(name) in leaders or (position is not None and (position.leader or position.head))
        for role in roles:
            yield Member(role, name, leader, page, shown)


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


def _roles(text: str, vocabulary: Vocabulary) -> frozenset[Role]:
    """The roles that a line names; longer labels first, so that "Phó trưởng ban" is no "Trưởng ban"."""
    board = vocabulary.people.board
    known: list[tuple[Label, Role | None]] = [
        *((label, None) for label in board.board),
        *((label, Role.HEAD) for label in board.head),
        *((label, Role.EDITOR) for label in board.editor),
        *((label, Role.ADMINISTRATOR) for label in board.administrator),
    ]
    rest = f" {words(text)} "
    found: set[Role] = set()
    posts = set(Role)
    for label, role in sorted(known, key=lambda pair: -len(pair[0])):
        if f" {label} " in rest:
            rest = rest.replace(f" {label} ", " | ")
            if role in posts and role is not None:
                # "Tổ trưởng" is a post in the school more often than in the board.
                if role is Role.HEAD and vocabulary.people.position(label) is not None and found:
                    continue
                found.add(role)
    return frozenset(found)


def _responsible(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> tuple[Page, str] | None:
    """The line that names who answers for the content, in the furniture or on contact and about pages."""
    labels = vocabulary.people.board.responsible
    boards = vocabulary.people.board.board
    listed: list[tuple[Page, tuple[Block, ...]]] = []
    if pages.home is not None:
        listed.append((pages.home, pages.home.blocks))
    for topic in ("contact", "introduction", TOPIC):
        listed.extend((page, page.blocks) for page in sections.find(topic).pages[:10] if not page.home)
    for page, blocks in listed:
        for block in blocks:
            if not 10 < len(block.text) <= 300:
                continue
            folded = words(block.text)
            if any(folded.startswith(label) or f" {label} " in f" {folded[:60]} " for label in labels):
                rest = block.text[10:]
                if name_in(rest, vocabulary) or vocabulary.people.position(rest) is not None:
                    return page, block.text
            if folded.startswith(("tm ", "t m ")) and any(contains_words(folded, label) for label in boards):
                return page, block.text
    return None


def _announced(sections: Sections) -> tuple[Page, str, str] | None:
    found = sections.find(TOPIC)
    if found.state is Ladder.CONTENT and found.best is not None:
        return found.best.page, found.best.url, found.best.label
    if found.singles:
        single = found.singles[0]
        return single.page, single.url, single.title
    return None

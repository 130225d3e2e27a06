"""Which topics a portal announces and serves, and how far behind each announcement there is real content.

The section rule of items.yaml: content of its own, or an announcement that leads to nothing, or neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from selectolax.lexbor import LexborNode

from auditor.facts.pages import Occurrence, Pages, Reach, Target, quote_around
from auditor.links import MENU_REGIONS, Link, label_of
from auditor.page import Block, Field, Page
from auditor.text import contains_words, words
from auditor.urls import DOCUMENT_EXTENSIONS, IMAGE_EXTENSIONS, absolute, extension, file_name, host_of, key, split
from auditor.vocabulary import Topic, Vocabulary, label_words, under

# Sizes in characters of folded text; they tell content from a stray line and are no limits of the checklist.
_ENOUGH_TEXT = 40
_ENOUGH_ITEMS = 3
_ENOUGH_BESIDE_PLACEHOLDER = 300
_ENOUGH_BESIDE_EXIT = 120  # beside a link to another site; a shorter text only invites to go there
_QUOTE = 120
_ARTICLE_TITLE = 15
_SHORT_BLOCK = 60
_TOLD = 120
_HEAD_LINES = 4
_HEADING_WORDS = 8
_ENTRY_WORDS = 5  # a longer link of the home page that only holds a topic's words is an article's title
# "Tháng 10 : 9.243": a line of a visitor counter.
_LETTER = re.compile("[a-z]")
_COUNTER = re.compile(r"\D{0,30}\d{0,4}\s*:\s*[\d.,]+\s*\Z")
# Patterns that look back only behind their first characters skip a long text without them ten times as fast.
# "năm 1990": a year that a text tells of, not one of a date or a school year.
_TOLD_YEAR = re.compile(r"nam (?<!\wnam )((?:19|20)\d\d)\b(?! 20\d\d)")
# "1986: thành lập …": a year that opens a milestone.
_MILESTONE = re.compile(r"((?:18|19|20)\d\d)(?<![\d/.-]\d{4})\s*[:–—-]\s*[^\W\d_]")
# A year in a line of its own above the sentence that tells of it, as time lines have it.
_TIME_LINE = re.compile(r"^((?:18|19|20)\d\d)\n(?=[^\W\d_][^\n]{15})", re.M)
_LETTERS = re.compile(r"[a-zA-Z]")
_PLACEHOLDER_TEXT = 150
_MAX_SINGLES = 60
_MAX_CHILDREN = 60
_MAX_HINTS = 5
_SOME_FILES = 2
_TELLING_YEARS = 2
_INPUTS = frozenset({"text", "number", "select", "tel", "date"})
_BUTTONS = frozenset({"submit", "button", "image"})
_DEAD = frozenset({Reach.DEAD, Reach.SOFT_404})
_GONE = frozenset({Reach.DEAD, Reach.SOFT_404, Reach.NOWHERE, Reach.EXTERNAL})
_TITLE_PARTS = re.compile(r"\s+[-–—|»:•]+\s+|\s*[|»]\s*")


class Ladder(StrEnum):
    """What was found of a topic, from nothing to content."""

    NONE = "none"
    SINGLE = "single"  # no section, but an article or document wholly on the topic
    NOWHERE = "nowhere"  # an entry whose link leads nowhere ("#")
    LINK_DEAD = "link_dead"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    LOGIN = "login"
    EXTERNAL = "external"
    UNSEEN = "unseen"  # announced, but the audit could not look
    FORBIDDEN = "forbidden"  # announced, but robots.txt forbids it
    CONTENT = "content"


_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            Ladder.NONE,
            Ladder.NOWHERE,
            Ladder.LINK_DEAD,
            Ladder.SOFT_404,
            Ladder.EMPTY,
            Ladder.PLACEHOLDER,
            Ladder.SINGLE,
            Ladder.LOGIN,
            Ladder.EXTERNAL,
            Ladder.FORBIDDEN,
            Ladder.UNSEEN,
            Ladder.CONTENT,
        )
    )
}


# With one of these no other section is looked for.
_SETTLED = frozenset({Ladder.CONTENT, Ladder.UNSEEN, Ladder.FORBIDDEN, Ladder.LOGIN})


@dataclass(frozen=True, slots=True)
class Entry:
    """One announcement of a topic: its label, the page where it stands, where it leads, what is there.

    `quote` is a piece of the content, or of the text that says there is none. `strong` is False where only a part of
    the label, the address or a heading without link tells the topic.
    """

    topic: str
    label: str
    page: Page
    url: str
    target: Target | None
    state: Ladder
    quote: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Single:
    """An article or document wholly on a topic; `page` is where its title was seen, `target` the thing itself."""

    title: str
    url: str
    page: Page
    target: Target


@dataclass(frozen=True, slots=True)
class Hint:
    """The name of a section that may mean a topic, though no label says so: where it stands and leads."""

    label: str
    page: Page
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """All that a portal has of one topic. `pages` are the section's page, its sub-pages and its articles.

    `hint` is told where there is nothing else.
    """

    topic: str
    state: Ladder
    entries: tuple[Entry, ...]
    best: Entry | None
    pages: tuple[Page, ...]
    singles: tuple[Single, ...]
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a page holds of its own, and a piece of it, or of the text that says why it holds nothing."""

    state: Ladder
    quote: str


class Menus:
    """What stands under the entries of menus. A page's source is parsed again for it, once."""

    def __init__(self) -> None:
        self._below: dict[str, Mapping[str, tuple[Link, ...]]] = {}

    def below(self, page: Page, label: str) -> tuple[Link, ...]:
        """The links nested under a menu entry of a page."""
        if page.key not in self._below:
            self._below[page.key] = _menu_children(page)
        return self._below[page.key].get(label_words(label), ())


@dataclass(frozen=True, slots=True)
class Sections:
    """Topics of the vocabulary as this portal announces and serves them, and what stands under entries of its menus."""

    found: Mapping[str, Section]
    menus: Menus

    def find(self, topic: str) -> Section:
        """The section of a topic; one in state NONE when the portal has nothing of it."""
        return self.found.get(topic) or Section(topic, Ladder.NONE, (), None, (), ())


def read(pages: Pages, vocabulary: Vocabulary) -> Sections:
    """Finds entries by link labels, headings, titles, image texts and addresses, and looks behind each."""
    finder = _Finder(pages, vocabulary)
    return Sections(finder.sections(), finder.menus)


class _Finder:
    def __init__(self, pages: Pages, vocabulary: Vocabulary) -> None:
        self.pages = pages
        self.vocabulary = vocabulary
        self.entries: dict[str, dict[tuple[str, str], Entry]] = {}
        self.singles: dict[str, dict[str, Single]] = {}
        self._content: dict[tuple[str, str], Content] = {}
        self.menus = Menus()
        self._headings: dict[str, tuple[Block, ...]] = {}
        self._linked: dict[str, tuple[Page, ...]] = {}
        self._named = self._names_of_sections()
        self._faint: dict[str, list[Hint]] = {}  # worth reading, not worth a question
        self._hints = self._find_hints()

    def sections(self) -> dict[str, Section]:
        self._from_links()
        self._from_headings()
        self._from_pages()
        self._from_contents()
        found = {topic: self._section(topic) for topic in sorted(self.entries.keys() | self.singles.keys())}
        for topic, hints in self._hints.items():
            if topic not in found:
                found[topic] = Section(topic, Ladder.NONE, (), None, (), (), hints[0])
        return found

    # ------------------------------------------------------------------ where topics are announced

    def _from_links(self) -> None:
        for ident, occurrences in self.pages.occurrences.items():
            chrome = ident in self.pages.furniture
            for occurrence in _distinct(occurrences):
                link = occurrence.link
                if not link.text or link.source in ("form", "frame", "iframe", "embed"):
                    continue
                if self.vocabulary.hosts.is_named_by_the_letter(host_of(link.url)):
                    continue
                in_menu = chrome or link.region in MENU_REGIONS or link.source in ("option", "area")
                topics = self.vocabulary.topics_of_label(link.text)
                if not topics and link.image:
                    topics = self.vocabulary.topics_of_address(_last_name(link.url))
                for topic in topics:
                    strong = self._is_label(topic, link.text)
                    short = occurrence.page.home and label_words(link.text).count(" ") < _ENTRY_WORDS
                    if strong or in_menu or short:
                        self._enter(topic, link.text, occurrence.page, link.url, strong=strong)
                if not topics or not in_menu:
                    self._single(occurrence)
        for page in self.pages.front:
            for link in page.links:
                if not link.url and link.text and link.source == "a":
                    for topic in self.vocabulary.topics_of_label(link.text):
                        if link.region in ("menu", "header", "footer", "aside") or page.home:
                            self._enter_parent(topic, link, page, strong=self._is_label(topic, link.text))

    def _is_label(self, topic: str, text: str) -> bool:
        """Whether the whole text is one of the topic's labels, not only a part of it."""
        return label_words(text) in self.vocabulary.topics[topic].labels

    def _single(self, occurrence: Occurrence) -> None:
        link = occurrence.link
        title = link.text
        if len(title) < _ARTICLE_TITLE:
            title = file_name(link.url) if extension(link.url) in DOCUMENT_EXTENSIONS else ""
        if not title:
            return
        for topic in self.vocabulary.topics_of_title(title):
            if not self.pages.internal(link.url) and extension(link.url) not in DOCUMENT_EXTENSIONS:
                continue
            singles = self.singles.setdefault(topic, {})
            if len(singles) < _MAX_SINGLES:
                singles.setdefault(
                    key(link.url), Single(link.text or title, link.url, occurrence.page, self.pages.look(link.url))
                )

    def _from_headings(self) -> None:
        """Headings with content under them, as blocks of the home page and parts of other pages have."""
        for page in self.pages.pages:
            title_seen = page.home
            for block in page.headings if page.home else self._own_headings(page):
                if not block.text or block.region in ("menu", "crumb"):
                    continue
                if not title_seen:
                    title_seen = True  # the page's own title: what it says is judged as a page
                    continue
                if any(page.links[i].url for i in block.links):
                    continue  # the link itself is the entry
                for topic in self.vocabulary.topics_of_label(block.text):
                    strong = self._is_label(topic, block.text)
                    if strong or len(label_words(block.text).split()) <= _HEADING_WORDS:
                        content = self._under_heading(page, block)
                        if page.home or content.state is Ladder.CONTENT:
                            self._add(
                                Entry(topic, block.text, page, page.url, None, content.state, content.quote, strong)
                            )

    def _own_headings(self, page: Page) -> tuple[Block, ...]:
        """The headings that the template does not repeat on other pages."""
        known = self._headings.get(page.key)
        if known is None:
            own = self.pages.own[page.key]
            known = self._headings[page.key] = tuple(block for block in own if block.level)
        return known

    def _from_pages(self) -> None:
        """Pages that call themselves by a topic's name, whether or not an entry leads to them."""
        for page in self.pages.pages:
            if page.home:
                continue
            # A heading with a link is the title of another page.
            names = [block.text for block in self._own_headings(page) if not block.links][:2]
            # Old pages write their heading as a short line of its own, without a tag that says so.
            names += [
                block.text
                for block in self.pages.own[page.key][:_HEAD_LINES]
                if not block.level and not block.links and block.tag != "li" and 0 < len(block.text) <= _SHORT_BLOCK
            ]
            names += [part for part in _TITLE_PARTS.split(page.title) if part.strip()][:2]
            topics: dict[str, tuple[str, bool]] = {}
            for name in names:
                for topic in self.vocabulary.topics_of_label(name):
                    if self._is_label(topic, name):
                        topics.setdefault(topic, (name, True))
            if not topics and names and page.key in self.pages.furniture:
                # A menu leads to it: what its heading holds counts as much as if the menu said it.
                named = label_words(names[0]).count(" ") < _HEADING_WORDS
                topics = {topic: (names[0], False) for topic in self.vocabulary.topics_of_label(names[0]) if named}
            if not topics:
                told = label_words(names[0] if names else page.title)
                for topic in self.vocabulary.topics_of_address(_last_name(page.url)):
                    # "/bieu-mau-05.html" of a page called "Biểu mẫu 05: Cam kết chất lượng" is no page of forms.
                    if self.vocabulary.topics[topic].not_phrases.first_in(told) is None:
                        topics[topic] = (page.title or file_name(page.url), False)
            for topic, (name, strong) in topics.items():
                content = self.content(page, name)
                if content.state is Ladder.CONTENT or strong:
                    target = self.pages.look(page.url)
                    self._add(Entry(topic, name, page, page.url, target, content.state, content.quote, strong))
            title = names[0] if names else page.title
            for topic in self.vocabulary.topics_of_title(title):
                if topic not in topics and self.content(page, title).state is Ladder.CONTENT:
                    single = Single(title, page.url, page, self.pages.look(page.url))
                    self.singles.setdefault(topic, {}).setdefault(page.key, single)

    def _from_contents(self) -> None:
        """Topics that a page of another name serves by what it tells: a history on the page "Giới thiệu"."""
        for name, topic in self.vocabulary.topics.items():
            if not topic.content:
                continue
            about = self.entries.get(topic.content_in, {}).values() if topic.content_in else ()
            for entry in list(about):
                if entry.state is Ladder.CONTENT:
                    self._told(name, topic, entry.label, entry.page, entry.target, self._text_behind(entry))
            if any(entry.state in _SETTLED for entry in self.entries.get(name, {}).values()):
                continue  # an entry that leads away or to nothing does not hide a section of another name
            for hint in (*self._hints.get(name, ())[:_MAX_HINTS], *self._faint.get(name, ())[:_MAX_HINTS]):
                self._read_hint(name, topic, hint)
            if topic.content_years and name not in self.entries:
                # A text of years and foundings is a history whatever the menu calls it.
                for hint in self._named.values():
                    if not self.vocabulary.topics_of_label(hint.label):
                        self._read_hint(name, topic, hint, least_years=_TELLING_YEARS)
            if topic.content_alone and name not in self.entries and name not in self._hints:
                hint = next((one for one in self._named.values() if self._tells_alone(topic, one)), None)
                if hint is not None:
                    self._hints[name] = [hint]

    def _tells_alone(self, topic: Topic, hint: Hint) -> bool:
        """Whether the page of a section of no known name speaks of a topic in so many words that it may serve it."""
        page = self.pages.look(hint.url).page
        if page is None or page.home or page is hint.page or self.vocabulary.topics_of_label(hint.label):
            return False
        text = words(self.pages.own_text(page))
        return topic.content_alone is not None and len(set(topic.content.apart_in(text))) >= topic.content_alone

    def _read_hint(self, name: str, topic: Topic, hint: Hint, *, least_years: int = 1) -> None:
        target = self.pages.look(hint.url)
        listed = len(hint.label) >= 2 * _ARTICLE_TITLE  # a piece of news among the names of sections
        if target.page is None or target.page.home or listed:
            return
        text = self.pages.own_text(target.page)
        if target.page is hint.page:
            text = self._text_under(hint.page, hint.label)
        self._told(name, topic, hint.label, hint.page, target, text, least_years)

    def _told(
        self,
        name: str,
        topic: Topic,
        label: str,
        page: Page,
        target: Target | None,
        text: str,
        least_years: int = 1,
    ) -> None:
        """An entry of a topic where the text of the page behind a label tells of it."""
        folded = words(text)
        if len(folded) < _TOLD:
            return
        told = list(dict.fromkeys(topic.content.apart_in(folded)))
        years = set[str]()
        if topic.content_years:
            years |= {*_TOLD_YEAR.findall(folded), *_MILESTONE.findall(text), *_TIME_LINE.findall(text)}
        if topic.content_years:
            enough = (len(told) >= 2 and len(years) >= least_years) or len(years) >= max(3, least_years)
        else:
            enough = len(told) >= 2
        if enough:
            behind = target.page if target is not None and target.page is not None else page
            quote = quote_around(behind, told[0]) if told else ""
            self._add(Entry(name, label, page, behind.url, target, Ladder.CONTENT, quote or text[:_TOLD], False))

    def _names_of_sections(self) -> dict[str, Hint]:
        """What menus, edges and headings of the home page, and short links there, call sections, by their words."""
        named: dict[str, Hint] = {}
        for ident, occurrences in self.pages.occurrences.items():
            occurrence = next((one for one in occurrences if one.page.home), occurrences[0])
            link, label = occurrence.link, label_words(occurrence.link.text)
            in_menu = ident in self.pages.furniture or link.region in MENU_REGIONS
            short = label.count(" ") < (_HEADING_WORDS if in_menu else _ENTRY_WORDS)
            if label and short and (in_menu or link.source in ("option", "area") or occurrence.page.home):
                named.setdefault(label, Hint(link.text, occurrence.page, link.url))
        for page in self._entrances():
            for block in self._plain_headings(page):
                if (label := label_words(block.text)).count(" ") < _HEADING_WORDS:
                    named.setdefault(label, Hint(block.text, page, page.url))
            for link in self.pages.own_links(page):
                label = label_words(link.text)
                if label and label.count(" ") < _ENTRY_WORDS and self.pages.internal(link.url):
                    named.setdefault(label, Hint(link.text, page, link.url))
        return named

    def _entrances(self) -> Iterator[Page]:
        """The front page, and the pages to which a menu leads: what they name are parts of the portal, not news."""
        yield from self.pages.front
        for page in self.pages.pages:
            if page.key in self.pages.furniture and page not in self.pages.front:
                yield page

    def _plain_headings(self, page: Page) -> Iterator[Block]:
        """Headings that are no titles of other pages."""
        for block in page.headings if page in self.pages.front else self._own_headings(page):
            if block.text and not any(page.links[index].url for index in block.links):
                yield block

    def _find_hints(self) -> dict[str, list[Hint]]:
        found: dict[str, list[Hint]] = {}
        of_files = [name for name, topic in self.vocabulary.topics.items() if topic.hinted_by_files]
        for label, hint in self._named.items():
            for topic in self.vocabulary.topics_hinted(label):
                found.setdefault(topic, []).append(hint)
            for topic in self.vocabulary.topics_hinted_faintly(label):
                reach = self.pages.look(hint.url).reach
                if reach is Reach.PAGE:
                    self._faint.setdefault(topic, []).append(hint)
                elif reach not in _GONE:
                    found.setdefault(topic, []).append(hint)
            if of_files and not self.vocabulary.topics_of_label(hint.label) and self._offers_files(hint):
                for topic in of_files:
                    found.setdefault(topic, []).append(hint)
        return found

    def _offers_files(self, hint: Hint) -> bool:
        """Whether a section of no known name offers files: it may be anything that people may take away."""
        page = self.pages.look(hint.url).page
        if page is None or page.home or page is hint.page:
            return False
        files = sum(extension(link.url) in DOCUMENT_EXTENSIONS for link in self.pages.own_links(page))
        return files >= _SOME_FILES and len(hint.label) < 2 * _ARTICLE_TITLE

    def _text_behind(self, entry: Entry) -> str:
        """The text of the page behind an entry, or of the part of the page under an entry that is a heading."""
        if entry.target is not None:
            return self.pages.own_text(entry.target.page) if entry.target.page is not None else ""
        return self._text_under(entry.page, entry.label)

    def _text_under(self, page: Page, name: str) -> str:
        heading = next((block for block in page.headings if block.text == name), None)
        return "\n".join(block.text for block in self._part_under(page, heading)) if heading is not None else ""

    # ------------------------------------------------------------------ what is behind an announcement

    def _enter(self, topic: str, label: str, page: Page, url: str, *, strong: bool) -> None:
        target = self.pages.look(url)
        state, quote = self._behind(target, label, page)
        if state is Ladder.CONTENT or target.reach is not Reach.PAGE or target.page is None:
            self._add(Entry(topic, label, page, url, target, state, quote, strong))
            return
        # An empty parent page is filled by the entries under it.
        for child in self.menus.below(page, label)[:_MAX_CHILDREN]:
            below = self.pages.look(child.url)
            child_state, child_quote = self._behind(below, child.text, page)
            if child_state in (Ladder.CONTENT, Ladder.UNSEEN) and below.page is not target.page:
                self._add(
                    Entry(topic, f"{label} › {child.text}", page, child.url, below, child_state, child_quote, strong)
                )
        self._add(Entry(topic, label, page, url, target, state, quote, strong))

    def _enter_parent(self, topic: str, link: Link, page: Page, *, strong: bool) -> None:
        """An entry that is only a handle: what stands under it in the menu is the section."""
        children = self.menus.below(page, link.text)
        for child in children[:_MAX_CHILDREN]:
            target = self.pages.look(child.url)
            state, quote = self._behind(target, child.text, page)
            self._add(Entry(topic, f"{link.text} › {child.text}", page, child.url, target, state, quote, strong))
        if not children:
            self._add(Entry(topic, link.text, page, page.url, None, Ladder.NOWHERE, "", strong))

    def _behind(self, target: Target, label: str, page: Page) -> tuple[Ladder, str]:
        match target.reach:
            case Reach.PAGE if target.page is not None:
                if target.page.home:
                    return Ladder.NOWHERE, ""
                content = self.content(target.page, label)
                return content.state, content.quote
            case Reach.ATTACHMENT if target.attachment is not None:
                if target.attachment.downloads:
                    return Ladder.CONTENT, target.attachment.name
                return Ladder.LINK_DEAD, target.attachment.name
            case Reach.DEAD:
                return Ladder.LINK_DEAD, ""
            case Reach.SOFT_404:
                return Ladder.SOFT_404, ""
            case Reach.FORBIDDEN:
                return Ladder.FORBIDDEN, ""
            case Reach.EXTERNAL:
                return Ladder.EXTERNAL, host_of(target.url)
            case Reach.NOWHERE:
                return Ladder.NOWHERE, ""
            case _:
                return Ladder.UNSEEN, ""

    def content(self, page: Page, label: str) -> Content:
        """What a page holds of its own, its heading, path and template aside."""
        name = label_words(label)
        known = self._content.get((page.key, name))
        if known is None:
            own = [
                block
                for block in self.pages.own[page.key]
                if block.region != "crumb" and not (block.level and label_words(block.text) == name)
            ]
            known = self._weigh(page, own, name)
            self._content[(page.key, name)] = known
        return known

    def _weigh(self, page: Page, own: list[Block], name: str) -> Content:
        placeholders = self.vocabulary.placeholders
        # A page whose own part stands wholly in what its classes call a side column has no other.
        wholly_aside = all(block.region == "aside" for block in own if block.text)

        text_length = articles = files = pictures = items = outside = 0
        tables: dict[int, set[int]] = {}
        quote = empty_quote = login_quote = dead_quote = ""
        for block in own:
            # So much is content whatever else the page holds; only a better quote is looked for then.
            if (text_length >= _ENOUGH_BESIDE_PLACEHOLDER or articles >= 2 or files) and (
                len(quote) >= _QUOTE or len(block.text) <= len(quote)
            ):
                continue
            beside = block.region == "aside" and not wholly_aside
            if not block.text:
                pictures += self._pictures(page, block, name)
                files += self._files(page, block)
                outside += sum(self._leads_out(page, index) for index in block.links) if not beside else 0
                continue
            folded = words(block.text)
            short = len(folded) < _SHORT_BLOCK
            if short and (beside or _COUNTER.match(block.text)):
                continue  # counters and teasers of a side column change from page to page
            if folded == name or (short and placeholders.page_noise.stand_in(folded)):
                continue
            if len(folded) < _PLACEHOLDER_TEXT and placeholders.puts_off(folded):
                empty_quote = empty_quote or block.text
                continue
            if len(folded) < _PLACEHOLDER_TEXT and placeholders.login.stand_in(folded):
                if not placeholders.not_login.stand_in(folded):
                    login_quote = login_quote or block.text
                continue
            if block.links and self._opens_nothing(page, block):
                dead_quote = dead_quote or block.text
                continue
            pictures += self._pictures(page, block, name)
            files += self._files(page, block)
            if block.cell is not None and not block.links:
                tables.setdefault(block.cell.table, set()).add(block.cell.row)
            linked = 0
            for index in block.links:
                link = page.links[index]
                outside += self._leads_out(page, index) and not beside
                if (
                    len(link.text) >= _ARTICLE_TITLE
                    and self.pages.internal(link.url)
                    and key(link.url) != page.key
                    and key(link.url) not in self.pages.furniture
                    and not beside
                ):
                    articles += 1
                    linked += len(link.text)
            items += _LETTER.search(folded) is not None
            if not block.level or len(block.text) > 80:
                text_length += max(len(folded) - linked, 0) if linked else len(folded)
            if len(block.text) > len(quote) and len(quote) < _QUOTE:
                quote = block.text
        embeds = sum(bool(e.url) and e.tag in ("iframe", "embed", "object", "video") for e in page.embeds)
        if embeds and self._repeated_embeds(page) >= embeds:
            embeds = 0
        rows = max((len(found) for found in tables.values()), default=0)
        wall = bool(login_quote) and (self._wants_login(page, own) or text_length < _ENOUGH_TEXT)
        enough = _ENOUGH_BESIDE_PLACEHOLDER if empty_quote or wall else _ENOUGH_BESIDE_EXIT if outside else _ENOUGH_TEXT
        full = (
            text_length >= enough
            or articles + files + pictures + embeds > 0
            or rows >= _ENOUGH_ITEMS
            or (items >= _ENOUGH_ITEMS and not empty_quote and not wall)
            or self._own_form(page)
        )
        if full and not (empty_quote and articles < 2 and not files and text_length < enough):
            state = Ladder.CONTENT
        elif empty_quote:
            state, quote = Ladder.PLACEHOLDER, empty_quote
        elif outside:
            state = Ladder.EXTERNAL
        elif dead_quote:
            state, quote = Ladder.LINK_DEAD, dead_quote
        elif wall or self._wants_login(page, own):
            state, quote = Ladder.LOGIN, login_quote or quote
        else:
            state = Ladder.EMPTY
        return Content(state, quote[:300])

    def _opens_nothing(self, page: Page, block: Block) -> bool:
        """Whether a block is no more than the names of files and pages that the portal's server has not."""
        linked = [page.links[index] for index in block.links]
        if len(block.text) - sum(len(link.text) for link in linked) >= _ENOUGH_TEXT:
            return False
        return all(self.pages.look(link.url).reach in _DEAD for link in linked)

    def _leads_out(self, page: Page, index: int) -> bool:
        url = page.links[index].url
        return bool(url) and not self.pages.internal(url)

    def _own_form(self, page: Page) -> bool:
        """Whether the page has a look-up form that the home page has not: inputs and a button, nothing to write."""
        home = self.pages.home
        if home is None or page.home:
            return False
        everywhere = {(field.name, field.css) for form in home.forms for field in form.fields}
        for form in page.forms:
            new = [
                field
                for field in form.fields
                if (field.name, field.css) not in everywhere and not self._asks_to_search(field)
            ]
            kinds, buttons = {field.kind for field in new}, {field.kind for field in form.fields} & _BUTTONS
            if buttons and kinds & _INPUTS and not kinds & {"textarea", "password"}:
                return form.region not in MENU_REGIONS
        return False

    def _asks_to_search(self, field: Field) -> bool:
        search = self.vocabulary.search
        name = f"{field.name} {field.css}".lower()
        return any(mark in name for mark in search.marks) or search.boxes.first_in(words(field.label)) is not None

    def _repeated_embeds(self, page: Page) -> int:
        home = self.pages.home
        if home is None or home is page:
            return 0
        everywhere = {embed.url for embed in home.embeds}
        return sum(embed.url in everywhere for embed in page.embeds if embed.url)

    def _files(self, page: Page, block: Block) -> int:
        count = 0
        for index in block.links:
            url = page.links[index].url
            if extension(url) in DOCUMENT_EXTENSIONS:
                target = self.pages.look(url)
                count += target.reach not in _DEAD
            elif under(host_of(url), self.vocabulary.hosts.file_services):
                count += 1
        return count

    def _pictures(self, page: Page, block: Block, name: str) -> int:
        return sum(self._telling(page, index, name) for index in block.images) if block.images else 0

    def _telling(self, page: Page, index: int, name: str) -> bool:
        """Whether a picture says by its texts that it is what the section is about, or is large enough to be it."""
        image = page.images[index]
        if not image.url or image.region in MENU_REGIONS:
            return False
        away = page.links[image.link].url if image.link is not None else ""
        if away and not self.pages.internal(away) and extension(away) not in IMAGE_EXTENSIONS:
            return False  # the way to another site
        told = words(image.name)
        return bool(name) and (
            contains_words(told, name)
            or bool(self.vocabulary.topics_of_label(image.alt or image.title or file_name(image.url)))
            or any(
                topic in self.vocabulary.topics_of_label(name)
                for topic in self.vocabulary.topics_run_together(file_name(image.url))
            )
        )

    def _wants_login(self, page: Page, own: list[Block]) -> bool:
        home = self.pages.home
        if home is not None and _asks_password(home):
            return False  # the box for members stands on every page
        return _asks_password(page) and len(own) < 40

    def _under_heading(self, page: Page, heading: Block) -> Content:
        return self._weigh(page, self._part_under(page, heading), label_words(heading.text))

    def _part_under(self, page: Page, heading: Block) -> list[Block]:
        """The blocks from a heading to the next of its rank."""
        index = next(at for at, block in enumerate(page.blocks) if block is heading)
        following: list[Block] = []
        for block in page.blocks[index + 1 : index + 41]:
            if block.level and block.level <= heading.level and block.text:
                break
            following.append(block)
        return following

    # ------------------------------------------------------------------ putting together

    def _add(self, entry: Entry) -> None:
        known = self.entries.setdefault(entry.topic, {})
        ident = (key(entry.url), label_words(entry.label))
        before = known.get(ident)
        if before is None or _RANK[entry.state] > _RANK[before.state]:
            known[ident] = entry

    def _section(self, topic: str) -> Section:
        entries = tuple(self.entries.get(topic, {}).values())
        singles = tuple(self.singles.get(topic, {}).values())
        best = max(entries, key=lambda entry: (_RANK[entry.state], entry.strong), default=None)
        state = best.state if best is not None else Ladder.NONE
        live = [single for single in singles if single.target.reach in (Reach.PAGE, Reach.ATTACHMENT)]
        if (best is None and singles) or (best is not None and live and _RANK[state] < _RANK[Ladder.SINGLE]):
            state = Ladder.SINGLE
        return Section(topic, state, entries, best, self._pages_of(entries, singles), singles)

    def _pages_of(self, entries: tuple[Entry, ...], singles: tuple[Single, ...]) -> tuple[Page, ...]:
        found: dict[str, Page] = {}
        for entry in entries:
            if entry.target is None or entry.target.page is None or entry.target.page.home:
                continue
            page = entry.target.page
            found.setdefault(page.key, page)
            for below in self._articles_of(page):
                found.setdefault(below.key, below)
        for single in singles:
            if single.target.page is not None:
                found.setdefault(single.target.page.key, single.target.page)
        return tuple(found.values())

    def _articles_of(self, page: Page) -> tuple[Page, ...]:
        """The pages to which a page of a section links by their titles."""
        known = self._linked.get(page.key)
        if known is None:
            below: dict[str, Page] = {}
            for link in self.pages.own_links(page):
                linked = self.pages.look(link.url).page if len(link.text) >= _ARTICLE_TITLE else None
                if linked is not None and not linked.home and linked.key not in self.pages.furniture:
                    below[linked.key] = linked
            known = self._linked[page.key] = tuple(below.values())
        return known


def _asks_password(page: Page) -> bool:
    return any(field.kind == "password" for form in page.forms for field in form.fields)


def _distinct(occurrences: tuple[Occurrence, ...]) -> Iterable[Occurrence]:
    """An address's links with different labels, the most telling place of each: home page and menus first."""
    first = occurrences[0]
    if first.page.home and first.link.region in MENU_REGIONS and len({one.link.text for one in occurrences}) == 1:
        return occurrences[:1]
    found: dict[str, Occurrence] = {}
    for occurrence in sorted(occurrences, key=lambda o: (not o.page.home, o.link.region not in MENU_REGIONS)):
        found.setdefault(label_words(occurrence.link.text), occurrence)
    return found.values()


def _last_name(url: str) -> str:
    """The last part of an address that is a name: "/cong-khai/c/113030" is about "cong-khai"."""
    parts = split(url)
    names = [part for part in (parts.path if parts else "").split("/") if len(_LETTERS.findall(part)) >= 4]
    return f"/{names[-1]}" if names else ""


def _menu_children(page: Page) -> Mapping[str, tuple[Link, ...]]:
    """The links nested under each menu entry, by the entry's label: `<li><a>A</a><ul><li><a>B</a>…`."""
    children: dict[str, tuple[Link, ...]] = {}
    for item in page.tree().css("li"):
        label = ""
        found: list[Link] = []
        child = item.child
        nested: list[LexborNode] = []
        while child is not None:
            if child.tag in ("ul", "ol", "nav") or (child.tag == "div" and child.css_first("li")):
                nested.append(child)
            elif not label and child.tag not in ("-text", "-comment"):
                label = label_of(child)[0]
            elif not label and child.tag == "-text" and (child.text_content or "").strip():
                label = (child.text_content or "").strip()
            child = child.next
        for part in nested:
            for anchor in part.css("a[href]"):
                url = absolute(anchor.attributes.get("href") or "", page.base)
                href = anchor.attributes.get("href") or ""
                if url and not href.startswith(("#", "javascript:")):
                    found.append(Link(url, label_of(anchor)[0], "a", "menu", href))
        name = label_words(label)
        if name and found and name not in children:
            children[name] = tuple(found)
    return children

"""One page, read once: its text in blocks, links, forms, images, players and declarations, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from auditor.charset import Decoded, decode
from auditor.links import EDGES, MAX_CLIMB, Link, LinkReader, within_a_part
from auditor.markup import BLOCK, RAW, Pieces, Start, start_of, unescape
from auditor.model import Capture
from auditor.text import clean, clean_line, words
from auditor.urls import absolute, file_name, key

_ENDING_TAGS: Final = BLOCK | {"button"}
_SKIPPED: Final = frozenset("script style noscript template svg select textarea head object".split())
_RAW_TEXT: Final = RAW - _SKIPPED - {"iframe"}
_TELLING_TAGS: Final = frozenset(
    "img iframe frame video audio source embed input button form time table tr td th".split()
)
_TITLE_PART: Final = "page-header"
_PART_TITLES: Final = frozenset(("h2", "h3", "h4"))
_CONTACT: Final = ("mailto:", "tel:")
_NOWHERE: Final = frozenset(("script", "style", "template", "textarea"))  # nothing in them leads anywhere
_ARIA_LEVELS: Final = frozenset("123456")
_LABEL = 300  # characters of a link's text that are kept
_MAX_LABEL_PIECES = 1000  # an element that holds more is no link with a label
_MAX_BLOCK = 20_000
_MAX_SCRIPT = 20_000
_MAX_BLOCKS = 20_000
_MAX_OPTIONS = 500


@dataclass(unsafe_hash=True, slots=True)
class Cell:
    """Place of a block in a table: number of the table on its page, row, column (all from 0)."""

    table: int
    row: int
    column: int


# Not frozen, which would cost six times as much to make: a portal has ten thousand of them. Nobody writes to one.
@dataclass(eq=False, slots=True)
class Block:
    """A run of visible text between two block-level borders.

    `tag` is the nearest block-level element, `level` 1 to 6 for headings (7 for an element that is only styled
    as one, 0 for text); `links` and `images` are indexes into the page's; `signature` is the same for the same
    text at the same place of a template; `css` is the class of the nearest element that has one.
    """

    text: str
    tag: str
    level: int
    region: str
    hidden: bool
    css: str
    signature: int
    links: tuple[int, ...] = ()
    images: tuple[int, ...] = ()
    cell: Cell | None = None
    form: int | None = None


@dataclass(unsafe_hash=True, slots=True)
class Image:
    """A picture: absolute address, its alt and title, the index of the link around it."""

    url: str
    alt: str
    title: str
    region: str
    link: int | None = None
    width: int = 0
    signature: int = 0

    @property
    def name(self) -> str:
        """What the picture says of itself: alt, title, and file name."""
        return clean(f"{self.alt} {self.title} {file_name(self.url)}")


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form. `kind` is its type in lower case, "textarea" or "select"; `options` of a select."""

    name: str
    kind: str
    label: str
    value: str
    css: str
    onclick: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form, or (`loose`) the inputs that stand outside any form. `action` is absolute, `text` its visible text."""

    action: str
    method: str
    fields: tuple[Field, ...]
    text: str
    region: str
    css: str
    onsubmit: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """An embedded player, frame or file: `tag` is iframe, frame, video, audio, source, embed or object."""

    url: str
    tag: str
    title: str
    region: str
    hidden: bool = False


@dataclass(eq=False)
class Page:
    """An HTML page as a visitor gets it. `html` is the decoded source, `blocks` its visible text in order.

    `scripts` are the inline scripts (each cut at 20,000 characters), `metas` the content of meta tags by lower-case
    name, property or http-equiv (the first of each). `frames` are addresses that belong to this page's frameset.
    """

    url: str
    key: str
    status: int
    depth: int
    via: str | None
    home: bool
    fetched_at: str
    headers: tuple[tuple[str, str], ...]
    html: str
    charset: Decoded
    title: str
    lang: str
    base: str
    refresh: str | None
    metas: Mapping[str, str]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    forms: tuple[Form, ...]
    images: tuple[Image, ...]
    embeds: tuple[Embed, ...]
    times: tuple[tuple[int, str, str], ...]
    scripts: tuple[str, ...]
    script_urls: tuple[str, ...]
    styles: tuple[str, ...]
    frameset: bool = False
    meta_list: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def text(self) -> str:
        """All visible text, a line per block."""
        return "\n".join(block.text for block in self.blocks)

    @cached_property
    def words(self) -> str:
        """The folded words of the visible text (auditor.text.words)."""
        return " ".join(filter(None, [words(block.text) for block in self.blocks]))

    @cached_property
    def headings(self) -> tuple[Block, ...]:
        """Headings in order, those that are only styled as such included."""
        return tuple(block for block in self.blocks if block.level)

    def tree(self) -> LexborHTMLParser:
        """The parsed source again, for the few questions that the blocks cannot answer; not kept."""
        return LexborHTMLParser(self.html)


def _opens_part(level: int, css: str) -> bool:
    """Whether a button is the heading of a part of the page that it opens."""
    return 0 < level < 7 or "accordion" in css


class _Reader:
    """One walk over the source, in which every link finds its place. Iterative: hostile pages nest deeper than Python
    recurses."""

    def __init__(self, source: str, leading: LinkReader, encoding: str) -> None:
        self.leading, self.links, self.encoding = leading, leading.links, encoding
        self.blocks: list[Block] = []
        self.images: list[Image] = []
        self.embeds: list[Embed] = []
        self.times: list[tuple[int, str, str]] = []
        self.forms: list[tuple[Mapping[str, str], str]] = []  # attributes and region
        self.fields: dict[int, list[Field]] = {}
        self.tables = 0
        self._pieces = Pieces(source)
        self._stack: list[tuple[str, tuple]] = []  # type: ignore[type-arg]  # open elements, and the state outside each
        self._start = start_of("")
        self._buffer: list[str] = []
        self._links: list[int] = []
        self._pictures: list[int] = []

    def read(self) -> None:
        """Walks in document order."""
        # state: block tag, heading level, region, hidden, css, path hash, cell, form, link, [row, column] of the table
        state = ("body", 0, "", False, "", 0, None, None, None, [-1, -1])
        pieces, stack = self._pieces, self._stack
        while head := pieces.next():
            if head[0] == "/":
                if stack and stack[-1][0] == head[1:]:
                    tag, outer = stack.pop()
                    if (self._buffer or self._pictures) and tag in _ENDING_TAGS:
                        self._flush(state)
                    state = outer
            elif head != "!":
                start = start_of(head)
                if start.plain:
                    stack.append((start.tag, state))
                elif (inner := self._enter(start, state)) is not None and not start.void:
                    stack.append((start.tag, state))
                    state = inner
            text = pieces.text
            if text:
                self._take_text(text, state[8])
        if self._buffer or self._pictures:
            self._flush(state)

    def _take_text(self, text: str, link: int | None) -> None:
        if "&" in text:
            text = unescape(text)
        if text.isspace():
            if self._buffer:
                self._buffer.append(" ")
            return
        self._buffer.append(text)
        if link is not None and (not self._links or self._links[-1] != link):
            self._links.append(link)

    def _enter(self, start: Start, state: tuple) -> tuple | None:  # type: ignore[type-arg]
        """The state inside an element; None where its inside was read or stepped over."""
        tag, attributes = start.tag, start.attributes
        if tag == "br":
            if self._buffer or self._pictures:
                self._flush(state)
            return None
        block_tag, level, region, hidden, css, path, cell, form, link, table = state
        if tag in _SKIPPED:
            first = len(self.links)
            options = self._step_over(start)
            if tag in ("select", "textarea"):
                self._field(start, form, options)
            elif tag == "object":
                self._embed(start, region, hidden)
            self._place(first, region, hidden)
            return None
        if start.block:
            if self._buffer or self._pictures:
                self._flush(state)
            block_tag = tag
            level = start.level if tag != "center" else level
        if start.css:
            css = start.css
            if start.titled and not level:
                level = 7
        if start.role == "heading":  # WAI-ARIA: Google Sites has no other headings
            told = attributes.get("aria-level") or "2"
            level = int(told) if told in _ARIA_LEVELS else 2
        if tag != "body":
            path = hash((path, start.mark))
        if start.opened is not None and not (
            (tag in EDGES and within_a_part(entry[0] for entry in self._stack[-MAX_CLIMB:]))
            or (start.opened == "header" and _TITLE_PART in css and self._holds_title())
        ):
            region = start.opened
        hidden = hidden or start.hides
        if tag == "a" or tag == "area":
            first = len(self.links)
            if start.leads:
                self._lead(start)
            if len(self.links) > first:
                link = first
                self._place(first, region, hidden)
            if link is not None and attributes.get("href", "").startswith(_CONTACT):
                # An icon that opens a letter or a call tells something though it shows no text.
                self._buffer.append("")
                if link not in self._links:
                    self._links.append(link)
        elif tag == "button" and not _opens_part(level, css):
            first = len(self.links)
            self._field(start, form)
            self._step_over(start)
            self._place(first, region, hidden)
            return None
        elif start.leads:
            first = len(self.links)
            self._lead(start)
            self._place(first, region, hidden)
        if tag in _RAW_TEXT:
            self._buffer.append(self._pieces.beyond_raw(tag))
            return None
        if tag not in _TELLING_TAGS:
            pass  # as most do not
        elif tag == "img":
            self._image(attributes, region, link, path)
        elif tag in ("iframe", "frame", "video", "audio", "source", "embed"):
            self._embed(start, region, hidden)
            if tag == "iframe":
                self._pieces.beyond_raw(tag)
                return None
        elif tag == "input":
            self._field(start, form)
        elif tag == "button":
            self._field(start, form)
            # The button that opens a part of the page is its heading.
            if not level:
                self._flush(state)
                level = 7
        elif tag == "form":
            self.forms.append((attributes, region))
            form = len(self.forms) - 1
        elif tag == "time":
            self.times.append((len(self.blocks), attributes.get("datetime", ""), css))
        elif tag == "table":
            table = [-1, -1, self.tables]
            self.tables += 1
            cell = None
        elif tag == "tr":
            if len(table) == 3:
                table[0] += 1
                table[1] = -1
        elif tag in ("td", "th") and len(table) == 3:
            table[1] += 1
            cell = Cell(table[2], max(table[0], 0), table[1])
        return (block_tag, level, region, hidden, css, path, cell, form, link, table)

    # ------------------------------------------------------------------ what lies ahead of the walk

    def _holds_title(self) -> bool:
        """Whether a "page-header" is the title of a part of the content, as Joomla and Bootstrap call it."""
        ahead = self._pieces.ahead()
        return start_of(ahead.next()).tag in _PART_TITLES

    def _step_over(self, start: Start) -> tuple[tuple[str, str], ...]:
        """Goes to the end of an element whose text is no text of the page. Its links are taken, and those in it; the
        options (text, value) of a select are returned."""
        pieces, depth = self._pieces, 1
        leading = start.tag not in _NOWHERE
        options: list[tuple[str, str]] = []
        if leading:
            self._lead(start)
        if start.tag in RAW:
            pieces.beyond_raw(start.tag)
            return ()
        while depth and (head := pieces.next()):
            if head[0] == "/":
                depth -= head[1:] == start.tag
            elif head != "!":
                inner = start_of(head)
                depth += inner.tag == start.tag and not inner.void
                if leading:
                    self._lead(inner)
                    if inner.tag == "option" and start.tag == "select" and len(options) < _MAX_OPTIONS:
                        options.append((self._text_of(inner), inner.attributes.get("value", "").strip()))
                if inner.tag in RAW:
                    pieces.beyond_raw(inner.tag)
                elif inner.tag == "template" and leading:
                    self._step_over(inner)
        return tuple(options)

    def _lead(self, start: Start) -> None:
        if start.leads:
            self._start = start
            self.leading.take(start.tag, start.attributes, self)

    def region(self) -> str:
        """Where a link stands is told by `_place`."""
        return ""

    def label(self) -> tuple[str, bool]:
        """As auditor.links.label_of, of the element that the walk has reached."""
        start = self._start
        text, pictures = self._inside(start)
        if text:
            return text, False
        if start.tag in ("img", "input"):
            pictures = [start, *pictures]
        for picture in pictures:
            label = clean(picture.attributes.get("alt") or picture.attributes.get("title") or "")
            if label:
                return label, True
        given = (start.attributes.get(name) for name in ("title", "aria-label", "alt"))
        return clean(next(filter(None, given), "")), any(picture.tag == "img" for picture in pictures)

    def _text_of(self, start: Start) -> str:
        return self._inside(start)[0]

    def _inside(self, start: Start) -> tuple[str, list[Start]]:
        """The text and the pictures (img and input of that type) in the element that the walk has reached."""
        if start.void:
            return "", []
        ahead = self._pieces.ahead()
        texts, pictures = [self._pieces.text], []
        depth, length = 1, 0
        while depth and length < 2 * _LABEL and ahead.at - self._pieces.at < _MAX_LABEL_PIECES:
            head = ahead.next()
            if not head:
                break
            if head[0] == "/":
                depth -= head[1:] == start.tag
                if not depth:
                    break
            elif head != "!":
                inner = start_of(head)
                depth += inner.tag == start.tag and not inner.void
                if inner.tag == "img" or (inner.tag == "input" and inner.attributes.get("type") == "image"):
                    pictures.append(inner)
                if inner.tag in RAW:
                    ahead.beyond_raw(inner.tag)
            texts.append(ahead.text)
            length += len(ahead.text) - ahead.text.count(" ")
        return clean_line(unescape("".join(texts))), pictures

    def _place(self, first: int, region: str, hidden: bool) -> None:
        """Notes where the links from `first` on stand."""
        for link in self.links[first:]:
            link.region = region
            link.hidden = link.hidden or hidden

    def _flush(self, state: tuple) -> None:  # type: ignore[type-arg]
        text = clean_line(self._buffer[0] if len(self._buffer) == 1 else "".join(self._buffer))[:_MAX_BLOCK]
        if (text or self._pictures or self._links) and len(self.blocks) < _MAX_BLOCKS:
            block_tag, level, region, hidden, css, path, cell, form, _, _ = state
            mark = text or " ".join(str(self.images[index].signature) for index in self._pictures)
            self.blocks.append(
                Block(
                    text,
                    block_tag,
                    level if len(text) <= 250 else 0,
                    region,
                    hidden,
                    css,
                    hash((path, mark)),
                    tuple(self._links),
                    tuple(self._pictures),
                    cell,
                    form,
                )
            )
        self._buffer, self._links, self._pictures = [], [], []

    def _image(self, attributes: Mapping[str, str], region: str, link: int | None, path: int) -> None:
        source = attributes.get("data-src") or attributes.get("data-lazy-src") or attributes.get("src") or ""
        url = "" if source.startswith("data:") else (absolute(source, self.leading.base, self.encoding) or "")
        width = attributes.get("width", "")
        self.images.append(
            Image(
                url,
                clean(attributes.get("alt", "")),
                clean(attributes.get("title", "")),
                region,
                link,
                int(width) if width.isdigit() and len(width) < 6 else 0,
                hash((path, source[:300])),
            )
        )
        self._pictures.append(len(self.images) - 1)
        if link is not None and (not self._links or self._links[-1] != link):
            self._links.append(link)

    def _embed(self, start: Start, region: str, hidden: bool) -> None:
        attributes = start.attributes
        sources = [value for name in ("src", "data-src", "data-lazy-src", "data") if (value := attributes.get(name))]
        # A lazy frame stands at "about:blank" until scripts move it.
        url = next((found for value in sources if (found := absolute(value, self.leading.base, self.encoding))), "")
        self.embeds.append(Embed(url, start.tag, clean(attributes.get("title", "")), region, hidden))

    def _field(self, start: Start, form: int | None, options: tuple[tuple[str, str], ...] = ()) -> None:
        tag, attributes = start.tag, start.attributes
        kind = (attributes.get("type") or "text").lower() if tag == "input" else tag
        if tag == "button":
            kind = "button" if (attributes.get("type") or "submit").lower() == "button" else "submit"
        label = clean(
            " ".join(value for name in ("placeholder", "title", "aria-label", "alt") if (value := attributes.get(name)))
        )
        if tag == "button":
            label = clean(f"{self._text_of(start)} {label}")
        handler = attributes.get("onclick") or attributes.get("onchange") or attributes.get("data-url") or ""
        name = attributes.get("name") or attributes.get("id") or attributes.get("fixedname") or ""
        css = f"{attributes.get('id', '')} {attributes.get('class', '')}".strip()
        value = attributes.get("value", "")
        self.fields.setdefault(-1 if form is None else form, []).append(
            Field(name, kind, label, value[:300], css, handler[:500], options)
        )


def read_page(capture: Capture, *, link_limit: int = 5000) -> Page:
    """Reads a stored HTML answer: one decoding, one parse, one walk."""
    decoded = decode(capture.body, capture.header("content-type"))
    html = decoded.text
    tree = LexborHTMLParser(html)
    found = LinkReader(capture.url, encoding=decoded.encoding, limit=link_limit, routes=capture.role == "rendered")
    reader = _Reader((tree.root.html or "") if tree.root is not None else "", found, decoded.encoding)
    reader.read()
    metas: dict[str, str] = {}
    meta_list: list[tuple[str, str]] = []
    for meta in tree.css("meta"):
        attributes = meta.attributes
        name = (attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or "").lower()
        if name:
            content = clean(attributes.get("content") or "")
            metas.setdefault(name, content)
            meta_list.append((name, content))
    scripts: list[str] = []
    script_urls: list[str] = []
    styles: list[str] = []
    for node in tree.css("script, style"):
        source = node.attributes.get("src") if node.tag == "script" else None
        if source:
            script_urls.append(absolute(source, found.base) or source[:500])
            continue
        body = (node.text(deep=True) or "")[:_MAX_SCRIPT]
        if body:
            (scripts if node.tag == "script" else styles).append(body)
    title = tree.css_first("title")
    root = tree.css_first("html")
    return Page(
        url=capture.url,
        key=key(capture.url),
        status=capture.status,
        depth=capture.depth,
        via=capture.via,
        home=capture.home,
        fetched_at=capture.fetched_at,
        headers=capture.headers,
        html=html,
        charset=decoded,
        title=clean(title.text(deep=True)) if title is not None else "",
        lang=((root.attributes.get("lang") or "") if root is not None else "").lower(),
        base=found.base,
        refresh=found.refresh,
        metas=metas,
        meta_list=tuple(meta_list),
        blocks=tuple(reader.blocks),
        links=tuple(found.links),
        forms=_forms(reader, found.base, decoded.encoding),
        images=tuple(reader.images),
        embeds=tuple(reader.embeds),
        times=tuple(reader.times),
        scripts=tuple(scripts),
        script_urls=tuple(script_urls),
        styles=tuple(styles),
        frameset=tree.css_first("frameset") is not None,
    )


def _forms(reader: _Reader, base: str, encoding: str) -> tuple[Form, ...]:
    forms = []
    for index, (attributes, region) in enumerate(reader.forms):
        text = " ".join(block.text for block in reader.blocks if block.form == index)
        css = f"{attributes.get('id') or ''} {attributes.get('class') or ''} {attributes.get('role') or ''}"
        forms.append(
            Form(
                absolute(attributes.get("action") or "", base, encoding) or base,
                (attributes.get("method") or "get").lower(),
                tuple(reader.fields.get(index, ())),
                text[:5000],
                region,
                css.strip(),
                (attributes.get("onsubmit") or "")[:500],
            )
        )
    loose = reader.fields.get(-1)
    if loose:
        forms.append(Form("", "", tuple(loose), "", "", "", "", loose=True))
    return tuple(forms)

"""One page, read once: its text in blocks, links, forms, images, players and declarations, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from auditor.charset import Decoded, decode
from auditor.links import (
    LEADING,
    TAG_REGION,
    Link,
    LinkReader,
    is_hidden,
    own_region,
    stands_in_a_part,
)
from auditor.model import Capture
from auditor.text import clean, clean_line, words
from auditor.urls import absolute, file_name, key

_BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main marquee nav ol option p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)
_ENDING_TAGS: Final = _BLOCK_TAGS | {"button"}
_SKIPPED: Final = frozenset("script style noscript template svg select textarea head -comment object".split())
# Inline elements that change nothing about the text in them, unless they bear attributes.
_PLAIN: Final = frozenset(
    "span b i u em strong font small big sup sub tt abbr cite code label mark ins s strike".split()
)
# Elements that lead somewhere or tell something of their own, whatever stands in them.
_ACTIVE: Final = frozenset(
    (*LEADING, *"a area button img iframe frame video audio source embed input form time table tr td th".split())
)
_EDGES: Final = frozenset(("header", "footer"))
_TITLE_PART: Final = "page-header"
_PART_TITLES: Final = frozenset(("h2", "h3", "h4"))
_CONTACT: Final = ("mailto:", "tel:")
_EMPTY: Final = frozenset(("script", "style", "-comment"))  # of the skipped: nothing below them leads anywhere
_ARIA_LEVELS: Final = frozenset("123456")
_TITLE_TAGS: Final = frozenset("div span p td a strong b li".split())
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)} | {"summary": 7}
# Elements that pages use as headings without saying so by their tag.
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:title|heading|headline|tieu-?de|tde|panel-title|block-title|post-title)", re.I
)
_DIGITS = re.compile(r"\d+")
_MAX_BLOCK = 20_000
_MAX_SCRIPT = 20_000
_MAX_BLOCKS = 20_000


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


@lru_cache(maxsize=32768)
def _traits(
    tag: str, css: str, identity: str | None, role: str | None, style: str | None
) -> tuple[str | None, bool, str, bool]:
    """What an element's attributes make of it: the region that it opens, whether it is styled as a title, its name in
    the template (class or id without the numbers that tell one article from the next), whether its style hides it."""
    region = own_region(tag, {"class": css, "id": identity, "role": role})
    titled = bool(css) and tag in _TITLE_TAGS and bool(_TITLE_CLASS.search(css))
    return region, titled, _DIGITS.sub("", css or identity or ""), bool(style) and is_hidden(style or "")


def _holds_title(node: LexborNode) -> bool:
    """Whether a "page-header" is the title of a part of the content, as Joomla and Bootstrap call it."""
    first = node.child
    while first is not None and first.tag == "-text":
        first = first.next
    return first is not None and first.tag in _PART_TITLES


def _opens_part(level: int, css: str) -> bool:
    """Whether a button is the heading of a part of the page that it opens."""
    return 0 < level < 7 or "accordion" in css


class _Reader:
    """One walk over the tree, in which every link finds its place. Iterative: hostile pages nest deeper than Python
    recurses."""

    def __init__(self, leading: LinkReader, encoding: str) -> None:
        self.leading, self.links, self.encoding = leading, leading.links, encoding
        self.blocks: list[Block] = []
        self.images: list[Image] = []
        self.embeds: list[Embed] = []
        self.times: list[tuple[int, str, str]] = []
        self.form_nodes: list[LexborNode] = []
        self.form_regions: list[str] = []
        self.fields: dict[int, list[Field]] = {}
        self.tables = 0
        self._buffer: list[str] = []
        self._links: list[int] = []
        self._pictures: list[int] = []

    def read(self, root: LexborNode) -> None:
        """Walks from `root` in document order."""
        # state: block tag, heading level, region, hidden, css, path hash, cell, form, link, [row, column] of the table
        state = ("body", 0, "", False, "", 0, None, None, None, [-1, -1])
        stack: list[tuple[LexborNode, str, tuple]] = []  # type: ignore[type-arg]
        node = root
        while True:
            tag = node.tag or ""
            if tag == "-text":
                self._take_text(node, state[8])
            elif (inner := self._enter(node, tag, state)) is not None:
                child = node.child
                if child is not None:
                    stack.append((node, tag, state))
                    node, state = child, inner
                    continue
                if tag in _ENDING_TAGS and (self._buffer or self._pictures):
                    self._flush(inner)
            following = node.next if stack else None
            while following is None and stack:
                node, tag, outer = stack.pop()
                if tag in _ENDING_TAGS and (self._buffer or self._pictures):
                    self._flush(state)
                state = outer
                following = node.next if stack else None
            if following is None:
                break
            node = following
        if self._buffer or self._pictures:
            self._flush(state)

    def _take_text(self, node: LexborNode, link: int | None) -> None:
        text = node.text_content
        if not text:
            return
        if text.isspace():
            if self._buffer:
                self._buffer.append(" ")
            return
        self._buffer.append(text)
        if link is not None and (not self._links or self._links[-1] != link):
            self._links.append(link)

    def _enter(self, node: LexborNode, tag: str, state: tuple) -> tuple | None:  # type: ignore[type-arg]
        if tag == "br":
            if self._buffer or self._pictures:
                self._flush(state)
            return None
        block_tag, level, region, hidden, css, path, cell, form, link, table = state
        if tag in _SKIPPED:
            if tag in _EMPTY:
                return None
            first = len(self.links)
            self.leading.take_below(node)
            if tag in ("select", "textarea"):
                self._field(node, tag, form)
                self._place(first, region, hidden)
            elif tag == "object":
                self._embed(node, tag, region, hidden)
                self._place(first, region, hidden)
            return None
        attributes = node.attributes
        if not attributes and tag in _PLAIN:
            return state
        if tag in _BLOCK_TAGS:
            if self._buffer or self._pictures:
                self._flush(state)
            block_tag = tag
            level = _HEADINGS.get(tag, level if tag == "center" else 0)
        if attributes:
            own_css, role = attributes.get("class") or "", attributes.get("role")
            opened, titled, template, hides = _traits(tag, own_css, attributes.get("id"), role, attributes.get("style"))
            if own_css:
                css = own_css
                if titled and not level:
                    level = 7
            path = hash((path, tag, template)) if tag != "body" else path
            if role == "heading":  # WAI-ARIA: Google Sites has no other headings
                told = attributes.get("aria-level") or "2"
                level = int(told) if told in _ARIA_LEVELS else 2
            if opened is not None and not (
                (tag in _EDGES and stands_in_a_part(node))
                or (opened == "header" and _TITLE_PART in own_css and _holds_title(node))
            ):
                region = opened
            if hides or "hidden" in attributes:
                hidden = True
        else:
            path = hash((path, tag))
            if tag in TAG_REGION and not (tag in _EDGES and stands_in_a_part(node)):
                region = TAG_REGION[tag]
        if tag not in _ACTIVE and "onclick" not in attributes:  # as most are
            return (block_tag, level, region, hidden, css, path, cell, form, link, table)
        if tag == "a" or tag == "area":
            first = len(self.links)
            if tag == "a" or LEADING[tag] in attributes or "onclick" in attributes:
                self.leading.take(node, tag, attributes)
            if len(self.links) > first:
                link = first
                self._place(first, region, hidden)
            if link is not None and (attributes.get("href") or "").startswith(_CONTACT):
                # An icon that opens a letter or a call tells something though it shows no text.
                self._buffer.append("")
                if link not in self._links:
                    self._links.append(link)
        elif tag == "button" and not _opens_part(level, css):
            first = len(self.links)
            self.leading.take_below(node)
            self._place(first, region, hidden)
        elif "onclick" in attributes or (tag in LEADING and LEADING[tag] in attributes):
            first = len(self.links)
            self.leading.take(node, tag, attributes)
            self._place(first, region, hidden)
        if tag == "img":
            self._image(node, attributes, region, link, path)
        elif tag in ("iframe", "frame", "video", "audio", "source", "embed"):
            self._embed(node, tag, region, hidden)
            if tag == "iframe":
                return None
        elif tag in ("input", "button"):
            self._field(node, tag, form)
            if tag == "button":
                if not _opens_part(level, css):
                    return None
                # The button that opens a part of the page is its heading.
                if not level:
                    self._flush(state)
                    level = 7
        elif tag == "form":
            self.form_nodes.append(node)
            self.form_regions.append(region)
            form = len(self.form_nodes) - 1
        elif tag == "time":
            self.times.append((len(self.blocks), attributes.get("datetime") or "", css))
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

    def _image(
        self, node: LexborNode, attributes: Mapping[str, str | None], region: str, link: int | None, path: int
    ) -> None:
        source = attributes.get("data-src") or attributes.get("data-lazy-src") or attributes.get("src") or ""
        url = "" if source.startswith("data:") else (absolute(source, self.leading.base, self.encoding) or "")
        width = attributes.get("width") or ""
        self.images.append(
            Image(
                url,
                clean(attributes.get("alt") or ""),
                clean(attributes.get("title") or ""),
                region,
                link,
                int(width) if width.isdigit() and len(width) < 6 else 0,
                hash((path, source[:300])),
            )
        )
        self._pictures.append(len(self.images) - 1)
        if link is not None and (not self._links or self._links[-1] != link):
            self._links.append(link)

    def _embed(self, node: LexborNode, tag: str, region: str, hidden: bool) -> None:
        attributes = node.attributes
        sources = [value for name in ("src", "data-src", "data-lazy-src", "data") if (value := attributes.get(name))]
        # A lazy frame stands at "about:blank" until scripts move it.
        url = next((found for value in sources if (found := absolute(value, self.leading.base, self.encoding))), "")
        self.embeds.append(Embed(url, tag, clean(attributes.get("title") or ""), region, hidden))

    def _field(self, node: LexborNode, tag: str, form: int | None) -> None:
        attributes = node.attributes
        kind = (attributes.get("type") or "text").lower() if tag == "input" else tag
        if tag == "button":
            kind = "button" if (attributes.get("type") or "submit").lower() == "button" else "submit"
        label = clean(
            " ".join(value for name in ("placeholder", "title", "aria-label", "alt") if (value := attributes.get(name)))
        )
        if tag == "button":
            label = clean(f"{node.text(deep=True)} {label}")
        options: tuple[tuple[str, str], ...] = ()
        if tag == "select":
            options = tuple(
                (clean(o.text(deep=True)), (o.attributes.get("value") or "").strip()) for o in node.css("option")[:500]
            )
        handler = attributes.get("onclick") or attributes.get("onchange") or attributes.get("data-url") or ""
        name = attributes.get("name") or attributes.get("id") or attributes.get("fixedname") or ""
        css = f"{attributes.get('id') or ''} {attributes.get('class') or ''}".strip()
        value = attributes.get("value") or ""
        self.fields.setdefault(-1 if form is None else form, []).append(
            Field(name, kind, label, value[:300], css, handler[:500], options)
        )


def read_page(capture: Capture, *, link_limit: int = 5000) -> Page:
    """Reads a stored HTML answer: one decoding, one parse, one walk."""
    decoded = decode(capture.body, capture.header("content-type"))
    html = decoded.text
    tree = LexborHTMLParser(capture.body if decoded.verbatim else html)
    found = LinkReader(capture.url, encoding=decoded.encoding, limit=link_limit, routes=capture.role == "rendered")
    reader = _Reader(found, decoded.encoding)
    if tree.root is not None:
        reader.read(tree.root)
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
    for index, node in enumerate(reader.form_nodes):
        attributes = node.attributes
        text = " ".join(block.text for block in reader.blocks if block.form == index)
        css = f"{attributes.get('id') or ''} {attributes.get('class') or ''} {attributes.get('role') or ''}"
        forms.append(
            Form(
                absolute(attributes.get("action") or "", base, encoding) or base,
                (attributes.get("method") or "get").lower(),
                tuple(reader.fields.get(index, ())),
                text[:5000],
                reader.form_regions[index],
                css.strip(),
                (attributes.get("onsubmit") or "")[:500],
            )
        )
    loose = reader.fields.get(-1)
    if loose:
        forms.append(Form("", "", tuple(loose), "", "", "", "", loose=True))
    return tuple(forms)

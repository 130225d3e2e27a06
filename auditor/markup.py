"""The source of a parsed page as its tree writes it, taken apart: start tags with what their attributes mean, and text.

lexbor parses as browsers do (HTML Living Standard, 13.2) and writes the tree back in one form (13.3): every element
is closed, every attribute quoted, and "<" and ">" stand for nothing but tags. Going over that text is several times
as fast as asking the tree for its nodes one by one, and what a start tag means is found out once for all pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from auditor.links import LEADING, TAG_REGION, is_hidden, own_region

# 13.3: elements that are written without an end tag.
VOID: Final = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
# 13.3: elements whose text is written as it is, whatever signs it holds.
RAW: Final = frozenset("script style xmp iframe noembed noframes plaintext".split())
BLOCK: Final = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main marquee nav ol option p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)
HEADINGS: Final = {f"h{level}": level for level in range(1, 7)} | {"summary": 7}
# Inline elements that change nothing about the text in them, unless they bear attributes.
_PLAIN: Final = frozenset(
    "span b i u em strong font small big sup sub tt abbr cite code label mark ins s strike".split()
)
_ATTRIBUTE = re.compile(r'\s(=?[^\s/>=]*)="([^"]*)"')
_TITLE_TAGS: Final = frozenset("div span p td a strong b li".split())
# Elements that pages use as headings without saying so by their tag.
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:title|heading|headline|tieu-?de|tde|panel-title|block-title|post-title)", re.I
)
_DIGITS = re.compile(r"\d+")
_REMEMBERED = 1000  # characters of a start tag; longer ones hold pictures


class Start:
    """A start tag. Shared by all elements that are written alike: nobody writes to one.

    `plain` changes nothing about the text in it; `leads` may be a link (auditor.links); `opened` is the region that
    it opens, None for most; `titled` is styled as a title; `mark` tells it from others in a template (its class or
    id without the numbers that tell one article from the next); `hides` its content from sight.
    """

    __slots__ = (
        *("attributes", "block", "css", "hides", "leads", "level", "mark", "opened", "plain", "role", "tag"),
        *("titled", "void"),
    )

    def __init__(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.plain = not attributes and tag in _PLAIN
        self.void = tag in VOID
        self.block = tag in BLOCK
        self.level = HEADINGS.get(tag, 0)
        self.css = attributes.get("class", "")
        self.role = attributes.get("role", "")
        self.leads = tag == "a" or "onclick" in attributes or (tag in LEADING and LEADING[tag] in attributes)
        self.opened = own_region(tag, attributes) if attributes else TAG_REGION.get(tag)
        self.titled = bool(self.css) and tag in _TITLE_TAGS and bool(_TITLE_CLASS.search(self.css))
        name = _DIGITS.sub("", self.css or attributes.get("id", ""))
        self.mark = hash((tag, name) if attributes else (tag,))
        self.hides = "hidden" in attributes or ("style" in attributes and is_hidden(attributes["style"]))


def start_of(head: str) -> Start:
    """What stands between "<" and ">" of a start tag."""
    return _remembered_start(head) if len(head) <= _REMEMBERED else _start_of(head)


def _start_of(head: str) -> Start:
    tag, blank, _ = head.partition(" ")
    if not blank:
        return Start(tag, {})
    return Start(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(head, len(tag))})


_remembered_start = lru_cache(maxsize=8192)(_start_of)


def unescape(text: str) -> str:
    """Text or the value of an attribute as it was before it was written (13.3, "escaping a string")."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


class Pieces:
    """A source taken apart at its "<": each piece is a tag (or comment) and the text behind it.

    `at` is the piece that was read last; `text` the text behind it, as written.
    """

    __slots__ = ("at", "count", "pieces", "text")

    def __init__(self, source: str) -> None:
        self.pieces = source.split("<")
        self.count = len(self.pieces)
        self.at = 0
        self.text = ""

    def next(self) -> str:
        """The next tag without its brackets, "/" before the name of an end tag; "" at the end of the source.

        What is no element (comment, document type, processing instruction) is stepped over; its text is not lost:
        it comes as `text` of the tag "!".
        """
        self.at += 1
        if self.at >= self.count:
            self.text = ""
            return ""
        piece = self.pieces[self.at]
        head, closed, self.text = piece.partition(">")
        if piece.startswith("!--"):
            self._beyond_comment(piece)
            return "!"
        while not closed and self.at + 1 < self.count:  # the name of an attribute, or an instruction, holds a "<"
            self.at += 1
            more, closed, self.text = self.pieces[self.at].partition(">")
            head = f"{head}<{more}"
        return "!" if not head or head[0] in "!?" else head

    def _beyond_comment(self, piece: str) -> None:
        behind = piece.find("-->", 3)
        while behind < 0 and self.at + 1 < self.count:
            self.at += 1
            piece = self.pieces[self.at]
            behind = piece.find("-->")
        self.text = piece[behind + 3 :] if behind >= 0 else ""

    def ahead(self) -> Pieces:
        """The same source at the same place: to look at what follows."""
        other = object.__new__(Pieces)
        other.pieces, other.count, other.at, other.text = self.pieces, self.count, self.at, self.text
        return other

    def beyond_raw(self, tag: str) -> str:
        """Goes to the end of an element whose text is written as it is; that text."""
        end = f"/{tag}>"
        inside = [self.text]
        while self.at + 1 < self.count:
            self.at += 1
            piece = self.pieces[self.at]
            if piece.startswith(end):
                self.text = piece[len(end) :]
                break
            inside.append(piece)
        else:
            self.text = ""
        return "<".join(inside)

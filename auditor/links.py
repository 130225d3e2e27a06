"""Every address that a visitor of a page could reach from it, in document order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from auditor.text import clean, clean_line
from auditor.urls import absolute, root_of, route_of

# location.href = '…', window.open("…"), document.location='…', Redirect("…") in handlers and scripts
_SCRIPT_TARGET = re.compile(
    r"""(?:location(?:\.href)?\s*=|location\.(?:assign|replace)\s*\(|window\.open\s*\(|\bopen\s*\(|Redirect\w*\s*\()"""
    r"""\s*(['"])(?P<url>[^'"\\<>\s]{1,1000})\1""",
    re.I,
)
_REFRESH = re.compile(r"""^\s*(?P<wait>[\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?['"]?(?P<url>[^'">]*)""", re.I)
_OPTION_URL = re.compile(r"(?:https?:)?//|/|[\w.-]+\.(?:html?|php|aspx?|jsp)\b|\?", re.I)
# Parts of the content, not of the page, that class names call header or footer ("card-header", "entry-footer"), and
# names of looks, not of places ("border-bottom", "text-left").
_PART = (
    r"(?<!card-)(?<!panel-)(?<!entry-)(?<!post-)(?<!article-)(?<!accordion-)(?<!modal-)(?<!block-)(?<!box-)"
    r"(?<!section-)(?<!news-)(?<!item-)(?<!list-)(?<!table-)(?<!tab-)(?<!content-)(?<!title-)(?<!category-)"
    r"(?<!card_)(?<!panel_)(?<!box_)"
)
_ALONE = r"(?<![\w-])(?:{})(?![\w-])"
_REGION = re.compile(
    r"(?P<crumb>bread-?crumb|duong-?dan|crumbs)"
    rf"|(?P<footer>{_PART}foot(?:er)?\b|{_PART}footer|chan-?trang|"
    r"(?<!border-)(?<!align-)(?<!text-)(?<!margin-)(?<!padding-)(?<!position-)(?<!header-)(?<!head-)(?<!top-)"
    r"(?<!menu-)(?<!nav-)(?<!content-)bottom(?!-0|-line|-border))"
    r"|(?P<menu>menu|nav(?!y)|navi|danhmuc|danh-muc|topbar|toolbar)"
    rf"|(?P<header>{_PART}header|banner|masthead|{_ALONE.format('head')}|(?:page|site|top|main|web)[-_]?head\b|logo)"
    r"|(?P<aside>side-?bar|aside|(?<!elementor-)(?<!siteorigin-)(?<!so-)widget|col-?(?:left|right)"
    rf"|(?:left|right)-?(?:col(?:umn)?|side|bar|block|panel)|{_ALONE.format('left|right')}|block-?right|block-?left)",
    re.I,
)
# Elements that lead somewhere by an attribute; "a" and whatever has a handler may do so without.
LEADING = {
    "area": "href",
    "frame": "src",
    "iframe": "src",
    "option": "value",
    "meta": "http-equiv",
    "base": "href",
    "embed": "src",
    "object": "data",
    "form": "action",
}
_SELECTOR = ", ".join(["a", "[onclick]", *(f"{tag}[{name}]" for tag, name in LEADING.items())])
_UNLABELLED = frozenset({"frame", "iframe", "embed", "form"})


# Not frozen, which would cost six times as much to make; only auditor/page.py writes to one, when it finds its place.
@dataclass(unsafe_hash=True, slots=True)
class Link:
    """A way from a page to another address.

    `source` is "a", "area", "frame", "iframe", "option", "onclick", "embed" or "form". `region` is "menu",
    "header", "footer", "aside", "crumb" or "" (the page's own part). `image` is set where the label comes from
    an image's alt or file name; `hidden` where the link stands in an element styled away.
    `href` is the address as written; `url` is "" where it leads nowhere ("#", "javascript:;", empty).
    """

    url: str
    text: str
    source: str
    region: str
    href: str
    image: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of one page; `refresh` is the target of a meta refresh of at most 10 s, `base` the base address."""

    links: tuple[Link, ...]
    base: str
    refresh: str | None = None


class Regions:
    """Tells in which part of the page an element stands; remembers the answer per ancestor."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, node: LexborNode) -> str:
        """Region of a node: decided by the nearest ancestor that says so by its tag, role, id or class."""
        path: list[int] = []
        current: LexborNode | None = node
        region = ""
        while current is not None:
            ident = current.mem_id
            known = self._known.get(ident)
            if known is not None:
                region = known
                break
            path.append(ident)
            own = own_region(current.tag or "", current.attributes)
            if own and current.tag in _EDGES and stands_in_a_part(current):
                own = None
            if own is not None:
                region = own
                break
            current = current.parent
        for ident in path:
            self._known[ident] = region
        return region


TAG_REGION = {
    "nav": "menu",
    "header": "header",
    "footer": "footer",
    "aside": "aside",
    "main": "",
    "body": "",
}
_ROLE_REGION = {
    "navigation": "menu",
    "banner": "header",
    "contentinfo": "footer",
    "main": "",
    "menubar": "menu",
}


# Where links lead from anywhere on a portal, and what stands around the content of a page.
MENU_REGIONS = frozenset({"menu", "header", "footer"})
FRAME_REGIONS = MENU_REGIONS | {"crumb"}
_EDGES = frozenset(("header", "footer"))
_PARTS = frozenset(("article", "section", "li"))
_MAX_CLIMB = 6


def stands_in_a_part(node: LexborNode) -> bool:
    """Whether a header or footer is that of an article or section, not of the page (HTML Living Standard, 4.3.8)."""
    above = node.parent
    for _ in range(_MAX_CLIMB):
        if above is None:
            return False
        if above.tag in _PARTS:
            return True
        above = above.parent
    return False


def own_region(tag: str, attributes: Mapping[str, str | None]) -> str | None:
    """The region that an element opens by itself, or None."""
    if tag in TAG_REGION:
        return TAG_REGION[tag]
    if not attributes or tag not in _REGION_TAGS:
        return None
    role = attributes.get("role")
    if role and role in _ROLE_REGION:
        return _ROLE_REGION[role]
    identity, css = attributes.get("id"), attributes.get("class")
    if identity or css:
        return _region_of_name(f"{identity or ''} {css or ''}")
    return None


@lru_cache(maxsize=16384)
def _region_of_name(name: str) -> str | None:
    match = _REGION.search(name)
    return match.lastgroup if match else None


_REGION_TAGS = frozenset("div ul table td section ol form select center tr tbody".split())
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|(?:left|top|text-indent)\s*:\s*-\d{3,}|opacity\s*:\s*0(?![.\d])",
    re.I,
)


def is_hidden(style: str) -> bool:
    """Whether an inline style takes an element out of sight."""
    return bool(_HIDDEN_STYLE.search(style))


def label_of(node: LexborNode) -> tuple[str, bool]:
    """What a person reads on a link: its text, else alt or title of its image, else its own title. (label, image)"""
    text = clean_line(node.text(deep=True))
    if text:
        return text, False
    attributes = node.attributes
    for image in node.css("img, input[type=image]"):
        found = image.attributes
        label = clean(found.get("alt") or found.get("title") or "")
        if label:
            return label, True
    label = clean(attributes.get("title") or attributes.get("aria-label") or attributes.get("alt") or "")
    return label, bool(node.css_first("img"))


def script_targets(script: str) -> Iterator[str]:
    """Addresses that a script or handler sends the visitor to."""
    for match in _SCRIPT_TARGET.finditer(script):
        yield match.group("url")


def extract_links(
    tree: LexborHTMLParser,
    url: str,
    *,
    encoding: str = "utf-8",
    limit: int = 2000,
    skip: Callable[[str], bool] | None = None,
    routes: bool = False,
) -> PageLinks:
    """All links of a parsed page, at most `limit`, in document order, each with its region.

    `skip(href)` may say that an address as written is already known to the caller: it is left out before any
    work is done on it. With `routes`, "#/…" leads to a view of its own: for the document that a browser has built.
    """
    reader = LinkReader(url, encoding=encoding, limit=limit, routes=routes, skip=skip, regions=Regions())
    root = tree.root
    if root is not None:
        reader.take_below(root)
    return PageLinks(tuple(reader.links), reader.base, reader.refresh)


class LinkReader:
    """Collects the links of a page from elements that are handed to it in document order.

    `links` are those found so far, at most `limit`; `base` and `refresh` as PageLinks has them. Without `regions`
    every region is "": for a caller that knows where the elements stand.
    """

    def __init__(
        self,
        url: str,
        *,
        encoding: str,
        limit: int,
        routes: bool,
        skip: Callable[[str], bool] | None = None,
        regions: Regions | None = None,
    ) -> None:
        self.url = self.base = url
        self.refresh: str | None = None
        self.links: list[Link] = []
        self.limit = limit
        self._encoding, self._routes, self._skip, self._regions = encoding, routes, skip, regions

    def take_below(self, node: LexborNode) -> None:
        """Takes all elements below a node (and the node itself) that lead anywhere."""
        handled: set[int] = set()  # an element that matches two parts of the selector comes twice
        for found in node.css(_SELECTOR):
            if len(self.links) >= self.limit:
                break
            attributes = found.attributes
            if "onclick" in attributes:
                if found.mem_id in handled:
                    continue
                handled.add(found.mem_id)
            self.take(found, found.tag or "", attributes)

    def take(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> None:
        """Takes the links of one element that `_SELECTOR` matches."""
        if len(self.links) >= self.limit:
            return
        if tag == "a":
            href = attributes.get("href")
            handler = _handler(attributes)
            if handler and (href is None or _leads_nowhere(href)):
                targets = list(script_targets(handler))
                for target in targets:
                    self._add(node, attributes, target, "onclick")
                if not targets and href is not None:
                    self._add(node, attributes, href, "a")  # an entry that only opens or closes something
            elif href and href[:11].lower() == "javascript:":
                targets = list(script_targets(href))
                for target in targets:
                    self._add(node, attributes, target, "onclick")
                if not targets:
                    self._add(node, attributes, href, "a")
            elif href is not None:
                self._add(node, attributes, href, "a")
        elif tag == "area":
            self._add(node, attributes, attributes.get("href") or "", "area")
        elif tag in ("frame", "iframe"):
            self._add(node, attributes, attributes.get("src") or "", tag)
        elif tag == "option":
            value = (attributes.get("value") or "").strip()
            if _OPTION_URL.match(value):
                self._add(node, attributes, value, "option")
        elif tag == "meta":
            if (attributes.get("http-equiv") or "").strip().lower() == "refresh" and self.refresh is None:
                match = _REFRESH.match(attributes.get("content") or "")
                if match and match.group("url").strip() and float(match.group("wait").strip(".") or 0) <= 10:
                    self.refresh = absolute(match.group("url").strip(), self.base, self._encoding)
        elif tag == "base":
            self.base = absolute(attributes.get("href") or "", self.url, self._encoding) or self.base
        elif tag == "form":
            self._add(node, attributes, attributes.get("action") or "", "form")
        elif tag in ("embed", "object"):
            self._add(node, attributes, attributes.get("src") or attributes.get("data") or "", "embed")
        else:
            for target in script_targets(_handler(attributes)):
                self._add(node, attributes, target, "onclick")

    def _add(self, node: LexborNode, attributes: Mapping[str, str | None], href: str, source: str) -> None:
        if self._skip is not None and self._skip(href):
            return
        target = (route_of(href, self.base) or "") if self._routes and "#" in href else ""
        if not target and not _leads_nowhere(href):
            rooted = href[0] == "/" and href[:2] != "//"
            target = absolute(href, root_of(self.base) if rooted else self.base, self._encoding) or ""
        text, image = label_of(node) if source not in _UNLABELLED else ("", False)
        style = attributes.get("style")
        hidden = bool(style) and is_hidden(style or "")
        region = self._regions.of(node) if self._regions is not None else ""
        self.links.append(Link(target, text[:300], source, region, href[:500], image, hidden))


def _handler(attributes: Mapping[str, str | None]) -> str:
    return attributes.get("onclick") or attributes.get("onmousedown") or ""


def _leads_nowhere(href: str) -> bool:
    href = href.strip()
    return not href or href[0] == "#" or (href[0] in "jJ" and href[:11].lower() == "javascript:")

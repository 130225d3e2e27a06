"""Whether a page says anything without its scripts, and what a browser's view of it adds.

Pure: the crawl asks it which pages a browser must look at, judging asks it which stored pages cannot be believed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from auditor.links import own_region
from auditor.page import Page
from auditor.urls import host_of, key

_LITTLE_TEXT = 200  # characters of folded text: a shell says less
_FEW_LINKS = 5  # item 1.1 asks for a menu of five destinations
_REDIRECTS = re.compile(r"\blocation\s*(?:\.\s*(?:href|assign|replace)\b\s*[=(]|=[^=])", re.I)
_MENU_REGIONS = frozenset({"menu", "header"})
_LIST_TAGS = frozenset({"ul", "ol", "li"})
_CONTAINERS = "nav, ul, ol, div, table, td"


class Need(StrEnum):
    """Why a page must be looked at with a browser."""

    NO_CONTENT = "no_content"  # scripts, and hardly a word or a link without them
    SCRIPT_REDIRECT = "script_redirect"  # hardly a word, and scripts that send the visitor elsewhere
    NO_MENU = "no_menu"  # a place for a menu that only scripts can fill, or hardly a link
    ALWAYS = "always"  # the configuration says so


def need_of(page: Page) -> Need | None:
    """Why the plain answer of a page is not enough, or None where it is."""
    if not (page.scripts or page.script_urls) or page.frameset:
        return None
    led = {key(link.url) for link in page.links if link.url}
    framed = any(link.source in ("frame", "iframe") and link.url for link in page.links)
    if len(page.words) < _LITTLE_TEXT and len(led) < _FEW_LINKS and not framed:
        redirects = any(_REDIRECTS.search(script) for script in page.scripts)
        return Need.SCRIPT_REDIRECT if redirects else Need.NO_CONTENT
    host = host_of(page.url)
    inside = {key(link.url) for link in page.links if link.url and host_of(link.url) == host} - {page.key}
    if len(inside) < _FEW_LINKS and not framed:
        return Need.NO_MENU
    menu = {
        key(link.url)
        for link in page.links
        if link.url
        and (link.region in _MENU_REGIONS or link.source in ("area", "option"))
        and host_of(link.url) == host
    }
    if len(menu) >= _FEW_LINKS or framed or not _empty_menu(page):
        return None
    # A menu for those whose browser runs no scripts says what the other would.
    return None if len(page.tree().css("noscript a[href]")) >= _FEW_LINKS else Need.NO_MENU


def _empty_menu(page: Page) -> bool:
    """Whether the page keeps a place for a menu in which nothing stands."""
    return any(
        own_region(node.tag or "", node.attributes) == "menu"
        and not node.text(deep=True).strip()
        and all(inner.tag in _LIST_TAGS or inner.mem_id == node.mem_id for inner in node.css("*"))
        for node in page.tree().css(_CONTAINERS)
    )


def adds(page: Page, rendered: Page) -> bool:
    """Whether a browser's view of a page says what the plain answer does not."""
    known = {key(link.url) for link in page.links if link.url}
    new = {key(link.url) for link in rendered.links if link.url} - known
    return len(new) >= 2 or len(rendered.words) > len(page.words) + 60


def merged(page: Page, rendered: Page) -> Page:
    """A page as a visitor with a browser gets it, with the declarations of the answer itself.

    Text, links, forms, pictures and meta tags are those of the rendered document; status, headers, declared encoding
    and scripts those of the plain answer. Text in a legacy code that only scripts bring counts.
    """
    charset, shown = page.charset, rendered.charset
    if charset.legacy is None and (shown.legacy or shown.double_encoded or shown.combining_share):
        charset = replace(
            charset,
            legacy=shown.legacy,
            legacy_share=shown.legacy_share,
            double_encoded=charset.double_encoded or shown.double_encoded,
            combining_share=max(charset.combining_share, shown.combining_share),
            sample=charset.sample or shown.sample,
            sample_converted=charset.sample_converted or shown.sample_converted,
        )
    return replace(
        rendered,
        status=page.status,
        depth=page.depth,
        via=page.via,
        home=page.home,
        headers=page.headers,
        charset=charset,
        scripts=page.scripts,
        script_urls=tuple(dict.fromkeys([*page.script_urls, *rendered.script_urls])),
        refresh=page.refresh,
    )

"""The portal's main menu: what it leads to, where it stands, on which pages, and which internal links are broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from auditor.facts.pages import Pages, Reach
from auditor.page import Page
from auditor.urls import key
from auditor.vocabulary import label_words

_SHORT_LABEL_WORDS = 8
_LIKE_MENU = 0.5


@dataclass(frozen=True, slots=True)
class Broken:
    """An internal address that answers with an error or a soft 404; `status` is 200 for the latter."""

    url: str
    status: int | None
    page: Page
    label: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """`menu` are the keys of the menu's distinct internal destinations with their labels, in order; `footer_only` when
    no other menu was found than the footer's. `pages_with` counts the other pages that carry the menu out of `others`.
    `tried` counts internal addresses that were asked for."""

    menu: tuple[tuple[str, str], ...]
    footer_only: bool
    pages_with: int
    others: int
    without: tuple[Page, ...]
    tried: int
    broken: tuple[Broken, ...]


def read(pages: Pages) -> Navigation:
    """Finds the menu of the home page (frames included) and looks for it on every other page."""
    home = pages.home
    assert home is not None
    heads = list(pages.front)
    menu = _menu(pages, heads, footer=False)
    footer_only = False
    if len(menu) < 2:
        footer = _menu(pages, heads, footer=True)
        if len(footer) > len(menu):
            menu, footer_only = footer, True
    keys = {ident for ident, _ in menu}
    needed = max(2, min(5, round(_LIKE_MENU * len(keys))))
    frames = any(head.frameset for head in heads)
    others = [page for page in pages.pages if page not in heads]
    if home.key in pages.rendered:
        # Where scripts build the menu, only pages that a browser has shown tell whether they carry it.
        others = [page for page in others if page.key in pages.rendered]
    without = []
    for page in others:
        if frames:
            continue
        if len({key(link.url) for link in page.links if link.url} & keys) < needed:
            without.append(page)
    tried, broken = _tried(pages)
    return Navigation(
        tuple(menu), footer_only, len(others) - len(without), len(others), tuple(without), tried, tuple(broken)
    )


def _menu(pages: Pages, heads: list[Page], *, footer: bool) -> list[tuple[str, str]]:
    """Distinct internal destinations of menu-like links. Without a region that says "menu", short links that every
    page repeats, or a run of short links on the home page, are the menu."""
    home = heads[0]
    found: dict[str, str] = {}
    at_the_foot = _only_at_the_foot(home)
    for page in heads:
        for link in page.links:
            if not pages.internal(link.url) or key(link.url) == home.key or link.source in ("form", "iframe", "embed"):
                continue
            if link.source == "frame":
                continue
            label = label_words(link.text)
            if label.count(" ") >= _SHORT_LABEL_WORDS:
                continue
            framed = page is not home
            in_menu = link.region in ("menu", "header") or link.source in ("area", "option") or framed
            in_footer = link.region == "footer"
            if page is home and link.href in at_the_foot:
                in_menu, in_footer = False, True
            if (in_footer if footer else in_menu) and (label or link.image or link.source == "area"):
                found.setdefault(key(link.url), link.text)
    if footer or len(found) >= 5:
        return list(found.items())
    for link in home.links:
        ident = key(link.url) if link.url else home.key
        if ident == home.key or ident not in pages.furniture or not pages.internal(link.url):
            continue
        if link.region == "footer" or link.href in at_the_foot:
            continue
        if link.text and label_words(link.text).count(" ") < _SHORT_LABEL_WORDS:
            found.setdefault(ident, link.text)
    if len(found) < 5 and len(pages.pages) < 4:
        for ident, label in _longest_run(pages, home):
            found.setdefault(ident, label)
    return list(found.items())


def _only_at_the_foot(page: Page) -> frozenset[str]:
    """The addresses, as written, that no menu has but that in the footer, whatever the lists there are called."""
    below = Counter(node.attributes.get("href") or "" for node in page.tree().css("footer a[href]"))
    above = Counter(link.href for link in page.links if link.region in ("menu", "header")) if below else Counter[str]()
    return frozenset(href for href, count in below.items() if count >= above[href])


def _longest_run(pages: Pages, home: Page) -> list[tuple[str, str]]:
    """The longest run of short internal links without text between them."""
    best: list[tuple[str, str]] = []
    run: list[tuple[str, str]] = []
    for block in home.blocks:
        linked = [home.links[index] for index in block.links]
        short = [
            link
            for link in linked
            if link.text
            and label_words(link.text).count(" ") < 5
            and pages.internal(link.url)
            and link.region != "footer"
        ]
        if linked and len(short) == len(linked) and sum(len(link.text) for link in linked) + 20 > len(block.text):
            run += [(key(link.url), link.text) for link in short if key(link.url) != home.key]
        elif block.text:
            best, run = max(best, run, key=len), []
    return max(best, run, key=len)


def _tried(pages: Pages) -> tuple[int, list[Broken]]:
    tried = 0
    broken: list[Broken] = []
    seen: Counter[str] = Counter()
    for ident, occurrences in pages.occurrences.items():
        link = occurrences[0].link
        if not pages.internal(link.url) or link.source == "form" or seen[ident]:
            continue
        seen[ident] += 1
        target = pages.look(link.url)
        if target.reach in (Reach.PAGE, Reach.ATTACHMENT):
            tried += 1
        elif target.reach in (Reach.DEAD, Reach.SOFT_404):
            tried += 1
            broken.append(Broken(link.url, target.status, occurrences[0].page, link.text))
    return tried, broken

"""What each page declares for small screens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.archive import Archive
from auditor.facts.pages import Pages, Reach
from auditor.facts.phones import Phones
from auditor.page import Page, read_page
from auditor.text import words
from auditor.urls import host_of, key, split
from auditor.vocabulary import Vocabulary

_PAIR = re.compile(r"([a-z-]+)\s*=\s*([^,;\s]+)")
_SCRIPTED = re.compile(r"viewport[^;]{0,200}device-width|device-width[^;]{0,200}viewport", re.I | re.S)
_MOBILE_PATH = re.compile(r"/(?:m|mobile|wap)(?:/(?:index\.\w+)?)?", re.I)
_MOBILE_QUERY = re.compile(r"(?:^|&)(?:m=1|mobile=(?:1|true|on|m)|view=mobile|[a-z_]*mobile=m)(?:&|$)", re.I)
_MAX_LABEL = 60
_GONE = (Reach.DEAD, Reach.SOFT_404)
_MOBILE_HOST = re.compile(r"^(?:m|mobile|wap|touch)\.")


@dataclass(frozen=True, slots=True)
class Viewport:
    """The viewport of one page: `content` as written ("" without one), what it amounts to, and whether zoom is off."""

    content: str
    usable: bool
    zoom_disabled: bool


@dataclass(frozen=True, slots=True)
class Viewports:
    """By page key. `mobile_version` is the address of a separate version for phones (the home page's own where its
    server answers phones with another page), `scripted` whether a script of the home page writes a viewport that only
    a browser would see and none has looked. `phones` is what a browser saw on a phone's screen."""

    by_page: Mapping[str, Viewport]
    mobile_version: str | None
    scripted: bool
    phones: Phones


def read(pages: Pages, phones: Phones, archive: Archive, vocabulary: Vocabulary) -> Viewports:
    """Reads the viewport declarations (CSS Device Adaptation; the last declaration wins, as in browsers).

    Of pages that a browser has shown on a phone's screen, the declaration that their scripts have left counts.
    """
    home = pages.home
    by_page = {page.key: parse_viewport(page) for page in pages.pages}
    for view in (phones.home, *phones.others):
        if view is not None and key(view.url) in by_page:
            by_page[key(view.url)] = viewport_of(view.viewport)
    return Viewports(
        by_page,
        phones.moved_to or (_version_for_phones(pages, home, archive, vocabulary) if home is not None else None),
        phones.home is None and home is not None and any(_SCRIPTED.search(script) for script in home.scripts),
        phones,
    )


def parse_viewport(page: Page) -> Viewport:
    """The page's viewport: usable when it has the device's width, or an initial scale of 1 without a fixed width."""
    contents = [content for name, content in page.meta_list if name == "viewport" and content]
    if not contents:
        return Viewport("", False, False)
    return viewport_of(contents[-1])


def viewport_of(content: str) -> Viewport:
    """What the content of a viewport declaration amounts to."""
    if not content:
        return Viewport("", False, False)
    values = dict(_PAIR.findall(content.lower()))
    width = values.get("width", "")
    scale = _number(values.get("initial-scale"))
    usable = width == "device-width" or (not width and scale is not None and 0.99 <= scale <= 1.01)
    largest = _number(values.get("maximum-scale"))
    locked = values.get("user-scalable") in ("no", "0") or (largest is not None and largest <= 1)
    return Viewport(content, usable, locked)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _told_to_phones(home: Page, archive: Archive) -> str | None:
    """Where the portal's server sends phones, or the home page's own address where it answers them with a page that
    suits them (note and capture "phone_view")."""
    noted = next((value for kind, value in archive.notes if kind == "phone_view"), None)
    if not isinstance(noted, dict):
        return None
    if moved := str(noted.get("moved_to") or ""):
        return moved if key(moved) != home.key else None
    answer = next((capture for capture in archive.captures if capture.role == "phone_view"), None)
    return home.url if answer is not None and parse_viewport(read_page(answer)).usable else None


def _version_for_phones(pages: Pages, home: Page, archive: Archive, vocabulary: Vocabulary) -> str | None:
    return _told_to_phones(home, archive) or _mobile_version(pages, home, vocabulary)


def _mobile_version(pages: Pages, home: Page, vocabulary: Vocabulary) -> str | None:
    """The address of a version for phones: declared, on a host of its own, or linked under a label or path that says
    so."""
    host = host_of(home.url)
    for link in home.tree().css('link[rel="alternate"][media]'):
        href = link.attributes.get("href") or ""
        media = link.attributes.get("media") or ""
        if href and ("max-width" in media or "handheld" in media):
            return href
    labels = vocabulary.hosts.mobile_labels
    for anchor in home.links:
        other = host_of(anchor.url)
        if other != host and _MOBILE_HOST.match(other) and _MOBILE_HOST.sub("", other) == host.removeprefix("www."):
            return anchor.url
        if other != host or len(anchor.text) > _MAX_LABEL:
            continue
        parts = split(anchor.url)
        asked = parts is not None and (_MOBILE_PATH.fullmatch(parts.path) or _MOBILE_QUERY.search(parts.query))
        if (asked or labels.stand_in(words(anchor.text))) and pages.look(anchor.url).reach not in _GONE:
            return anchor.url
    return None

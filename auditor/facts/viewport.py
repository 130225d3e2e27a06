"""What each page declares for small screens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.pages import Pages
from auditor.page import Page
from auditor.urls import host_of

_PAIR = re.compile(r"([a-z-]+)\s*=\s*([^,;\s]+)")
_SCRIPTED = re.compile(r"viewport[^;]{0,200}device-width|device-width[^;]{0,200}viewport", re.I | re.S)
_MOBILE_HOST = re.compile(r"^(?:m|mobile|wap|touch)\.")


@dataclass(frozen=True, slots=True)
class Viewport:
    """The viewport of one page: `content` as written ("" without one), what it amounts to, and whether zoom is off."""

    content: str
    usable: bool
    zoom_disabled: bool


@dataclass(frozen=True, slots=True)
class Viewports:
    """By page key. `mobile_version` is the address of a separate version for phones, `scripted` whether a script of the
    home page writes a viewport that only a browser would see."""

    by_page: Mapping[str, Viewport]
    mobile_version: str | None
    scripted: bool


def read(pages: Pages) -> Viewports:
    """Reads the viewport declarations (CSS Device Adaptation; the last declaration wins, as in browsers)."""
    home = pages.home
    return Viewports(
        {page.key: parse_viewport(page) for page in pages.pages},
        _mobile_version(home) if home is not None else None,
        home is not None and any(_SCRIPTED.search(script) for script in home.scripts),
    )


def parse_viewport(page: Page) -> Viewport:
    """The page's viewport: usable when it has the device's width, or an initial scale of 1 without a fixed width."""
    contents = [content for name, content in page.meta_list if name == "viewport" and content]
    if not contents:
        return Viewport("", False, False)
    content = contents[-1]
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


def _mobile_version(home: Page) -> str | None:
    host = host_of(home.url)
    for link in home.tree().css('link[rel="alternate"][media]'):
        href = link.attributes.get("href") or ""
        if "max-width" in (link.attributes.get("media") or "") and href:
            return href
    for anchor in home.links:
        other = host_of(anchor.url)
        if other != host and _MOBILE_HOST.match(other) and _MOBILE_HOST.sub("", other) == host:
            return anchor.url
    return None

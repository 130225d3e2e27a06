"""Which content management system a portal is built on, told by what such systems always leave in pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts.pages import Pages
from auditor.page import Page
from auditor.vocabulary import Platform, Vocabulary, finder_of_marks

_PAGES_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Cms:
    """The system recognised, or None; `page` and `sign` are where and by what."""

    platform: Platform | None
    page: Page | None
    sign: str


def read(pages: Pages, vocabulary: Vocabulary) -> Cms:
    """Tries the signatures of the vocabulary on the home page and two more, the surest kind of sign first."""
    looked = [page for page in (pages.home, *pages.pages[:_PAGES_LOOKED_AT]) if page is not None][:_PAGES_LOOKED_AT]
    for page in looked:
        generators = [content for name, content in page.meta_list if name == "generator" and content]
        for platform in vocabulary.platforms:
            for pattern in platform.generator:
                for generator in generators:
                    if pattern.search(generator):
                        return Cms(platform, page, f"generator: {generator}")
        for generator in generators:
            if not any(pattern.search(generator) for pattern in vocabulary.not_platforms):
                return Cms(Platform(name=generator[:60]), page, f"generator: {generator}")
    marks = tuple(mark for platform in vocabulary.platforms for mark in (*platform.markup, *platform.paths))
    for page in looked:
        html = page.html.lower()
        held = frozenset(finder_of_marks(marks).find_matches_as_strings(html, overlapping=True))
        for platform in vocabulary.platforms:
            for markup in platform.markup:
                if markup in held:
                    return Cms(platform, page, _around(page.html, html.find(markup), len(markup)))
            for path in platform.paths:
                if path in held and _in_attribute(html, at := html.find(path)):
                    return Cms(platform, page, _around(page.html, at, len(path)))
            pattern_by_name = {key.lower(): pattern for key, pattern in platform.headers.items()}
            for name, value in page.headers:
                pattern_of = pattern_by_name.get(name)
                if pattern_of is not None and pattern_of.search(value):
                    return Cms(platform, page, f"{name}: {value[:100]}")
                if name == "set-cookie" and value.startswith(platform.cookies or ("\0",)):
                    return Cms(platform, page, f"cookie: {value.partition('=')[0]}")
    return Cms(None, pages.home, "")


def _in_attribute(html: str, at: int) -> bool:
    """Whether a place in the source lies in an address, not in text that talks of the system."""
    before = html[max(at - 300, 0) : at]
    return bool(re.search(r"""(?:href|src|action|content)\s*=\s*["']?[^"'<>\s]*$""", before)) or "url(" in before[-200:]


def _around(html: str, at: int, length: int) -> str:
    start = html.rfind("<", max(at - 120, 0), at)
    return html[max(start, at - 120) : at + length + 40].replace("\n", " ").strip()

"""Whose portal this is: the unit's own name as portals write it, and whether the portal names the unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts.pages import Pages
from auditor.model import Unit
from auditor.page import Page
from auditor.text import contains_words, words
from auditor.vocabulary import Vocabulary

_BRACKETS = re.compile(r"\([^)]*\)")
_HEAD_BLOCKS = 25


@dataclass(frozen=True, slots=True)
class Identity:
    """`names` are folded forms of the unit's name, the fullest first; `banner` is where the home page's head names the
    unit (page and quote), `elsewhere` where only its title or another place does."""

    names: tuple[str, ...]
    banner: tuple[Page, str] | None
    elsewhere: tuple[Page, str] | None


def read(pages: Pages, unit: Unit, vocabulary: Vocabulary) -> Identity:
    """Looks for the unit's name in the head of the home page (and of its frames), then in title and text."""
    names = names_of(unit.name, vocabulary)
    banner: tuple[Page, str] | None = None
    elsewhere: tuple[Page, str] | None = None
    for page in pages.front:
        for said, top in _said(page):
            if named(said, names):
                if top and banner is None:
                    banner = (page, said)
                elif elsewhere is None:
                    elsewhere = (page, said)
    return Identity(names, banner, elsewhere)


def names_of(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Folded forms of a unit's name: whole, without brackets, and its own name without level ("ban co")."""
    bare = _BRACKETS.sub(" ", name)
    forms = [words(name), words(bare), vocabulary.names.core(bare)]
    forms += [vocabulary.names.in_figures(form) for form in forms]
    return tuple(dict.fromkeys(form for form in forms if form))


def named(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text names the unit by any of its forms; a form of one or two letters must be the whole name."""
    folded = words(text)
    joined = folded.replace(" ", "")
    for form in names:
        if contains_words(folded, form):
            return len(form) > 2 or form == names[0]
        if len(form) >= 8 and form.replace(" ", "") in joined:
            return True
    return False


def _said(page: Page) -> list[tuple[str, bool]]:
    """The texts of a page that may name the unit, each with whether it stands in the page's head."""
    said: list[tuple[str, bool]] = []
    for index, block in enumerate(page.blocks):
        top = block.region == "header" or index < _HEAD_BLOCKS or block.level == 1
        if block.text and (top or len(block.text) < 300):
            said.append((block.text, top and block.region != "footer"))
    for index, image in enumerate(page.images):
        if image.name:
            said.append((image.name, image.region in ("header", "menu") or index < 3))
    said.append((page.title, False))
    said += [(embed.title, embed.region == "header") for embed in page.embeds if embed.title]
    return said

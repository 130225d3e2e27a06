"""Signs that strangers write on a portal: injected gambling or loan advertising, defacement, hijacked visitors.

Words are looked for in what people or search engines read (text, hidden blocks, titles, meta tags, link labels and
hosts), never in raw source: scripts and hash names are full of look-alikes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.archive import Archive
from auditor.facts.pages import Pages
from auditor.links import script_targets
from auditor.model import Capture
from auditor.page import Page, read_page
from auditor.text import contains_words, words
from auditor.urls import absolute, host_of, key
from auditor.vocabulary import AbuseGroup, Label, Vocabulary, under

_NEARBY = 300
_MAX_SIGNS = 40
_DEFACED_PAGE = 3000  # characters: whoever defaces a page leaves little else on it


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: `kind` is "link", "hidden", "text", "meta", "defaced", "redirect" or "cloaked" (only search engines are
    shown it); `quote` is defused text; `sure` when it needs no judgement by itself."""

    kind: str
    page: Page
    quote: str
    word: str
    group: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Abuse:
    """Every sign found, the sure ones first. `certain` when together they need no judgement."""

    signs: tuple[Sign, ...]
    certain: bool


def read(pages: Pages, archive: Archive, vocabulary: Vocabulary) -> Abuse:
    """Looks through every page that was read, and through the home page as search engines are shown it."""
    signs: list[Sign] = []
    known: set[tuple[str, str]] = set()
    for page in pages.pages:
        if len(signs) >= _MAX_SIGNS:
            break
        signs += _of_page(page, pages, vocabulary, known)
    signs += _cloaked(pages, archive, vocabulary, {sign.word for sign in signs})
    signs.sort(key=lambda sign: not sign.sure)
    weak = {(sign.group, sign.word) for sign in signs if not sign.sure}
    certain = any(sign.sure for sign in signs) or len(weak) >= 4
    return Abuse(tuple(signs[:_MAX_SIGNS]), certain)


def defuse(text: str) -> str:
    """Offending text made harmless to show: no address in it can be followed."""
    return text.replace("http", "hxxp").replace(".", "[.]")[:200]


def _cloaked(pages: Pages, archive: Archive, vocabulary: Vocabulary, known: set[str]) -> Iterator[Sign]:
    """Signs that stand only in the home page that search engines are shown (note and probe "search_engine_view")."""
    views = [value for kind, value in archive.notes if kind == "search_engine_view" and isinstance(value, dict)]
    for view in views:
        for capture in archive.captures:
            if capture.role != "probe" or capture.url != view.get("url") or _as_people_see_it(capture, pages):
                continue
            page = read_page(capture)
            for sign in _of_page(page, pages, vocabulary, set()):
                if sign.sure and sign.word not in known:
                    yield replace(sign, kind="cloaked")
        moved = str(view.get("moved_to") or "")
        if moved and not pages.internal(moved) and pages.home is not None:
            for name, group in vocabulary.abuse.groups.items():
                token = _host_token(host_of(moved), group)
                if token:
                    yield Sign("cloaked", pages.home, defuse(moved), token, name, True)


def _as_people_see_it(capture: Capture, pages: Pages) -> bool:
    """Whether an answer to search engines is, byte for byte, the page that was read, which scripts did not alter."""
    return key(capture.url) not in pages.rendered and any(
        shown.role == "page"
        and shown.url == capture.url
        and shown.body == capture.body
        and shown.header("content-type") == capture.header("content-type")
        for shown in pages.captures
    )


def _of_page(page: Page, pages: Pages, vocabulary: Vocabulary, known: set[tuple[str, str]]) -> Iterator[Sign]:
    """The signs of one page; `known` are links that another page had already."""
    data = vocabulary.abuse
    own_host = host_of(page.url)
    for link in page.links:
        if not link.url or link.source in ("form", "frame") or (link.url, link.text) in known:
            continue
        known.add((link.url, link.text))
        host = host_of(link.url)
        external = not pages.internal(link.url) and host != own_host
        if not external or under(host, data.legitimate_hosts) or vocabulary.hosts.is_education(host):
            continue
        label = words(link.text)
        told = data.words.stand_in(label)
        for name, group in data.groups.items():
            token = _host_token(host, group)
            brand = None
            if told:
                brand = group.brands.first_in(label) or group.phrases.first_in(label)
                brand = brand or next(iter(_accented(link.text.lower(), group)), None)
            if token and brand:
                yield Sign("link", page, defuse(f"{link.text} → {link.url}"), brand, name, True)
            elif token or (brand and not _legitimate(label, vocabulary)):
                sure = link.hidden or (brand is not None and brand in group.brands)
                yield Sign(
                    "hidden" if link.hidden else "link",
                    page,
                    defuse(f"{link.text} → {link.url}"),
                    brand or token or "",
                    name,
                    sure,
                )
    for meta in ("description", "keywords", "og:title", "og:description"):
        yield from _in_text(page, page.metas.get(meta, ""), "meta", vocabulary)
    yield from _in_text(page, page.title, "meta", vocabulary)
    if data.words.stand_in(page.words):
        warns = _legitimate(page.words, vocabulary) and not page.home
        for block in page.blocks:
            if block.hidden or not warns:
                yield from _in_text(page, block.text, "hidden" if block.hidden else "text", vocabulary)
    title = words(page.title)
    short = page.words if len(page.words) < _DEFACED_PAGE else ""
    phrase = data.defaced.first_in(title) or data.defaced.first_in(short)
    if phrase is not None:
        yield Sign("defaced", page, defuse(page.title), phrase.shown, "defaced", True)
    if page.home:
        yield from _redirects(page, pages, vocabulary)


def _in_text(page: Page, text: str, kind: str, vocabulary: Vocabulary) -> Iterator[Sign]:
    if not text:
        return
    folded = words(text)
    if not vocabulary.abuse.words.stand_in(folded):
        return
    for name, group in vocabulary.abuse.groups.items():
        brands = list(dict.fromkeys(group.brands.each_in(folded)))
        phrases = _longest({*group.phrases.each_in(folded), *_accented(text.lower(), group)})
        if not (brands or phrases) or _legitimate(folded, vocabulary):
            continue
        weak = set(group.weak.each_in(folded))
        sure = (
            (kind in ("hidden", "meta") and bool(brands))
            or len(brands) >= 2
            or (bool(brands) and bool(phrases))
            # A text that everybody sees and that names no brand may be about the matter.
            or (kind != "text" and len(phrases) + len(weak) >= 3)
        )
        yield Sign(kind, page, defuse(text), (brands or phrases)[0].shown, name, sure)


def _longest(phrases: set[Label]) -> list[Label]:
    """Phrases without those that stand in another: "cá độ bóng đá" is one sign, not two."""
    kept = [one for one in phrases if not any(one != other and contains_words(other, one) for other in phrases)]
    return sorted(kept)


def _legitimate(folded: str, vocabulary: Vocabulary) -> bool:
    """Whether a text speaks *about* the harm, or of lawful things that sound alike."""
    return vocabulary.abuse.legitimate.first_in(folded) is not None


def _accented(text: str, group: AbuseGroup) -> list[Label]:
    """The phrases that mean abuse only with their accents and stand as whole words in lower-case text."""
    return [
        label
        for label in group.accented
        if label.shown.lower() in text and re.search(rf"(?<!\w){re.escape(label.shown.lower())}(?!\w)", text)
    ]


def _host_token(host: str, group: AbuseGroup) -> str | None:
    plain = host.replace("-", "").replace(".", " ")
    for token in group.host_tokens:
        if token in plain.split() or (len(token) >= 5 and token in plain):
            return token
    return None


def _redirects(page: Page, pages: Pages, vocabulary: Vocabulary) -> Iterator[Sign]:
    """Scripts of the home page that send visitors to a betting host as soon as it loads."""
    for script in page.scripts:
        for target in script_targets(script):
            url = absolute(target, page.url)
            if not url or pages.internal(url):
                continue
            host = host_of(url)
            for name, group in vocabulary.abuse.groups.items():
                token = _host_token(host, group)
                if token:
                    yield Sign("redirect", page, defuse(url), token, name, True)

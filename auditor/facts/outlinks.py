"""Links that leave the portal: to which hosts, under which label, and whether they stand in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from auditor.facts.pages import Occurrence, Pages
from auditor.links import MENU_REGIONS, Link
from auditor.page import Page
from auditor.urls import absolute, host_of, split
from auditor.vocabulary import Vocabulary, under

# A link is part of running text when its block holds this many more characters than the labels of its links.
_SURROUNDING_TEXT = 80


@dataclass(frozen=True, slots=True)
class OutLink:
    """A link to another host, where it was seen first (the home page before others).

    `url` is where a visitor ends up: behind the counters through which platforms send whoever leaves.
    """

    url: str
    host: str
    label: str
    page: Page
    link: Link

    @property
    def listed(self) -> bool:
        """Whether it stands in a menu or list, not within running text."""
        if self.link.region in MENU_REGIONS or self.link.source in ("option", "area", "onclick"):
            return True
        for block in self.page.blocks:
            if any(self.page.links[index] is self.link for index in block.links):
                labels = sum(len(self.page.links[index].text) for index in block.links)
                return len(block.text) - labels < _SURROUNDING_TEXT
        return self.link.image


@dataclass(frozen=True, slots=True)
class OutLinks:
    """All links to other hosts, each address once, those of the home page first."""

    by_host: Mapping[str, tuple[OutLink, ...]]

    def to(self, suffixes: Iterable[str]) -> Iterator[OutLink]:
        """The links to these hosts or hosts below them."""
        suffixes = tuple(suffixes)
        for host, links in self.by_host.items():
            if under(host, suffixes):
                yield from links


def read(pages: Pages, vocabulary: Vocabulary) -> OutLinks:
    """Takes every way out: links, image links, options, handlers, frames."""
    found: dict[str, dict[str, OutLink]] = {}
    first: list[Occurrence] = []
    rest: list[Occurrence] = []
    fronts = {page.key for page in pages.front}
    for occurrences in pages.occurrences.values():
        occurrence = next((one for one in occurrences if one.page.key in fronts), occurrences[0])
        (first if occurrence.page.key in fronts else rest).append(occurrence)
    for occurrence in (*first, *rest):
        link = occurrence.link
        url = led_to(pages, link.url, vocabulary)
        host = host_of(url)
        if host:
            found.setdefault(host, {}).setdefault(url, OutLink(url, host, link.text, occurrence.page, link))
    return OutLinks({host: tuple(links.values()) for host, links in found.items()})


def led_to(pages: Pages, url: str, vocabulary: Vocabulary) -> str:
    """The address on another site to which a link leads, itself or through a counter of departures; "" for none."""
    internal = pages.internal(url)
    if "?" in url and "://" in url.partition("?")[2].replace("%3A", ":").replace("%3a", ":").replace("%2F", "/"):
        parts = split(url)
        counters = vocabulary.hosts.departure_counters
        if parts is not None and (internal or any(f"{host_of(url)}{parts.path}".endswith(one) for one in counters)):
            for name, value in parse_qsl(parts.query):
                told = absolute(value, url) if value.startswith(("http://", "https://")) else None
                if name.lower() in vocabulary.hosts.departure_parameters and told and not pages.internal(told):
                    return told
    return "" if internal else url

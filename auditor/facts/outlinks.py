"""Links that leave the portal: to which hosts, under which label, and whether they stand in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.facts.pages import Occurrence, Pages
from auditor.links import Link
from auditor.page import Page
from auditor.urls import host_of
from auditor.vocabulary import under

# A link is part of running text when its block holds this many more characters than the labels of its links.
_SURROUNDING_TEXT = 80


@dataclass(frozen=True, slots=True)
class OutLink:
    """A link to another host, where it was seen first (the home page before others)."""

    url: str
    host: str
    label: str
    page: Page
    link: Link

    @property
    def listed(self) -> bool:
        """Whether it stands in a menu or list, not within running text."""
        if self.link.region in ("menu", "header", "footer") or self.link.source in ("option", "area", "onclick"):
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


def read(pages: Pages) -> OutLinks:
    """Takes every way out: links, image links, options, handlers, frames."""
    found: dict[str, dict[str, OutLink]] = {}
    first: list[Occurrence] = []
    rest: list[Occurrence] = []
    for occurrences in pages.occurrences.values():
        occurrence = next((one for one in occurrences if one.page.home), occurrences[0])
        (first if occurrence.page.home else rest).append(occurrence)
    for occurrence in (*first, *rest):
        link = occurrence.link
        if pages.internal(link.url):
            continue
        host = host_of(link.url)
        if host:
            found.setdefault(host, {}).setdefault(link.url, OutLink(link.url, host, link.text, occurrence.page, link))
    return OutLinks({host: tuple(links.values()) for host, links in found.items()})

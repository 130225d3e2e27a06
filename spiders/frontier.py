"""Which address of a portal is read next. Pure: the same answers in the same order give the same choice.

The caller takes addresses with `next`, fetches several at a time, and hands the answers back *in the order in which
the addresses were taken*; what the network did first never matters.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from auditor.links import MENU_REGIONS, Link
from auditor.urls import DOCUMENT_EXTENSIONS, FILE_EXTENSIONS, IMAGE_EXTENSIONS, Scope, extension, host_of, key
from spiders.addresses import AddressRules, Terms, Worth, folder, shape

_FRAMES = frozenset({"frame", "iframe"})
_MAX_HREFS = 50_000


class Tier(IntEnum):
    """The classes of addresses in the order in which they are read."""

    REDIRECT = 0  # where an address that was taken already leads to
    FRAME = 1  # part of a page that was read
    MENU_MATCH = 2  # menu, header or footer of the home page, important by its label
    MENU = 3
    MATCH = 4  # a short label of the vocabulary
    SITEMAP = 5  # named by the sitemap and important by its address
    LONG_MATCH = 6  # an article or document whose title holds a word of the vocabulary
    PAGING = 7  # another page of a list: it names twenty articles, each of which would cost a page
    OLDEST = 8  # the last article of a list without other pages: beside it stand those that the list no longer shows
    LINK = 9
    SITEMAP_REST = 10
    LOW = 11  # print views, feeds, the umpteenth address of one pattern


# Of these only so many addresses of one pattern are read before everything else.
_COUNTED = frozenset(
    {Tier.MATCH, Tier.SITEMAP, Tier.LONG_MATCH, Tier.PAGING, Tier.OLDEST, Tier.LINK, Tier.SITEMAP_REST}
)
_LIST = 4  # links into one folder on a page that make a list


@dataclass(frozen=True, slots=True)
class Target:
    """An address to read. `file`: it is taken for an attachment. `hops`: redirects that led to it."""

    url: str
    depth: int
    via: str | None
    tier: Tier
    file: bool = False
    hops: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one unit. `per_pattern`: addresses of one pattern before the others of it come last."""

    max_pages: int
    max_attachments: int
    max_depth: int
    per_pattern: int = 24
    per_calendar: int = 8
    sitemap_pages: int = 40

    @property
    def paging_pages(self) -> int:
        return max(4, self.max_pages // 6)

    @property
    def oldest_pages(self) -> int:
        return max(2, self.max_pages // 6)

    @property
    def max_waiting(self) -> int:
        return max(4000, 10 * self.max_pages)

    @property
    def max_requests(self) -> int:
        """Pages asked for, the dead ones included."""
        return 2 * self.max_pages + 20


@dataclass(slots=True)
class _Offer:
    """All that the links of one page to one address tell of it: a picture may stand before the title."""

    link: Link
    match: int = 0
    frame: bool = False
    region: bool = False
    paging: bool = False


class Frontier:
    """The addresses of one portal that are known and not yet read."""

    def __init__(self, scope: Scope, limits: Limits, terms: Terms, rules: AddressRules) -> None:
        self.scope = scope
        self._limits = limits
        self._terms = terms
        self._rules = rules
        self._pages: list[tuple[int, int, int, Target]] = []
        self._files: list[tuple[int, int, Target]] = []
        self._seen: set[str] = set()
        self._hrefs: set[str] = set()
        self._order = 0
        self._put_back: set[int] = set()
        self._telling: set[str] = set()  # addresses that a label calls important, whatever they are called themselves
        self._patterns: Counter[str] = Counter()
        self._calendars: Counter[str] = Counter()
        self._too_deep: dict[str, None] = {}
        self._since_file = 0
        self._paged = 0
        self._oldest = 0
        self._pages_under_way = 0
        self._files_under_way = 0
        self.pages = 0
        self.files = 0
        self.asked = 0
        self.dropped: Counter[str] = Counter()

    def seen(self, url: str) -> bool:
        """Whether an address (or another spelling of it) is known."""
        return key(url) in self._seen

    def mark_seen(self, url: str) -> None:
        """The address needs no visit, e.g. the home page."""
        self._seen.add(key(url))

    def limit_pages(self, most: int) -> None:
        """From now on at most so many pages are read."""
        self._limits = replace(self._limits, max_pages=min(most, self._limits.max_pages))

    def skip(self, href: str) -> bool:
        """Whether an address as written stood on an earlier page and means the same on every page."""
        return href in self._hrefs

    def add_links(self, links: Iterable[Link], *, via: str, depth: int, home: bool = False) -> None:
        """The links of a page that was read, in document order; `depth` is the page's own."""
        new: list[str] = []
        offers: dict[str, _Offer] = {}
        for link in links:
            if link.href[:1] == "/" or link.href[:4] == "http":
                new.append(link.href)
            if link.url and link.source != "form":
                known = key(link.url)
                if known not in self._seen:
                    offer = offers.setdefault(known, _Offer(link))
                    offer.match = max(offer.match, self._terms.match(link.text, link.url))
                    offer.frame |= link.source in _FRAMES
                    offer.region |= link.region in MENU_REGIONS
                    offer.paging |= self._rules.turns_pages(link.text)
        if len(self._hrefs) < _MAX_HREFS:
            self._hrefs.update(new)
        plain = {
            known: target
            for known, offer in offers.items()
            if (target := self._offered(known, offer, via, depth, home))
        }
        goes_on = home or any(offer.paging for offer in offers.values())
        oldest = {} if goes_on else _last_of_lists(plain)
        for known, target in plain.items():
            self._push(oldest.get(known, target), known)

    def _offered(self, known: str, offer: _Offer, via: str, depth: int, home: bool) -> Target | None:
        """Takes what a page offers; gives back the address of which nothing but its place is known."""
        url = offer.link.url
        kind = extension(url)
        inside = self.scope.contains(url)
        if kind in FILE_EXTENSIONS:
            self._add_file(offer, known, kind, via, depth, inside)
            return None
        if not inside:
            return None
        if offer.frame:
            self._push(Target(url, depth, via, Tier.FRAME), known)
            return None
        worth = self._rules.worth(url)
        if worth is Worth.NEVER or self._endless(url):
            self._seen.add(known)
            self.dropped["never" if worth is Worth.NEVER else "calendar"] += 1
            return None
        if depth + 1 > self._limits.max_depth:
            if len(self._too_deep) < 2000:
                self._too_deep[url] = None
            return None
        if worth is Worth.LOW:
            tier = Tier.LOW
        elif home and offer.region:
            tier = Tier.MENU_MATCH if offer.match else Tier.MENU
        elif offer.paging and (tier := self._paging_tier()) is Tier.PAGING:
            pass
        elif offer.match:
            tier = Tier.MATCH if offer.match == 2 else Tier.LONG_MATCH
        else:
            return Target(url, depth + 1, via, Tier.LINK)
        self._push(Target(url, depth + 1, via, tier), known)
        return None

    def _paging_tier(self) -> Tier:
        """Pages of lists go before articles, but only a fixed share of the portal's pages may be spent on them."""
        self._paged += 1
        return Tier.PAGING if self._paged <= self._limits.paging_pages else Tier.LINK

    def _add_file(self, offer: _Offer, known: str, kind: str, via: str, depth: int, inside: bool) -> None:
        url = offer.link.url
        image = kind in IMAGE_EXTENSIONS
        if not (kind in DOCUMENT_EXTENSIONS or image) or (offer.frame and image):
            return
        if not inside and (image or not self._rules.is_file_host(host_of(url))):
            return
        match = offer.match or key(via) in self._telling or self._terms.match("", via)
        if image and not match:
            return
        self._seen.add(known)
        if len(self._files) >= self._limits.max_waiting:
            self.dropped["waiting"] += 1
            return
        tier = (0 if match else 1) + (2 if image else 0)
        self._order += 1
        target = Target(url, depth + 1, via, Tier.MATCH if match else Tier.LINK, file=True)
        heapq.heappush(self._files, (tier, self._order, target))

    def add_sitemap(self, urls: Iterable[str]) -> None:
        """The addresses of the sitemaps, in their order."""
        best = 0
        for url in urls:
            known = key(url)
            if known in self._seen or not self.scope.contains(url) or extension(url) in FILE_EXTENSIONS:
                continue
            if self._rules.worth(url) is not Worth.NORMAL or self._endless(url):
                continue
            chosen = best < self._limits.sitemap_pages and self._terms.match("", url) == 2
            best += chosen
            tier = Tier.SITEMAP if chosen else Tier.SITEMAP_REST
            self._push(Target(url, 1, None, tier), known)

    def add_redirect(self, source: Target, url: str) -> None:
        """Where an address that was taken leads to; nothing happens when that is known."""
        known = key(url)
        if known not in self._seen:
            file = source.file or extension(url) in DOCUMENT_EXTENSIONS
            self._push(Target(url, source.depth, source.url, Tier.REDIRECT, file, source.hops + 1), known)

    def add_refresh(self, url: str, *, via: str, depth: int) -> None:
        """Where a page that was read sends its visitors by a meta refresh."""
        known = key(url)
        if known not in self._seen and self.scope.contains(url) and extension(url) not in FILE_EXTENSIONS:
            self._push(Target(url, depth, via, Tier.REDIRECT), known)

    def _endless(self, url: str) -> bool:
        if not self._rules.is_calendar(url):
            return False
        pattern = shape(url)
        self._calendars[pattern] += 1
        return self._calendars[pattern] > self._limits.per_calendar

    def _push(self, target: Target, known: str) -> None:
        self._seen.add(known)
        if len(self._pages) >= self._limits.max_waiting:
            self.dropped["waiting"] += 1
            return
        self._order += 1
        if target.tier in (Tier.MENU_MATCH, Tier.MATCH):
            self._telling.add(known)
        if target.file:
            heapq.heappush(self._files, (0, self._order, target))
        else:
            heapq.heappush(self._pages, (target.tier, target.depth, self._order, target))

    def next(self) -> Target | None:
        """The next address to read, or None: nothing is left within the limits, or answers must come back first."""
        if self._since_file >= 4 and self._files_allowed() and self._files[0][0] == 0:
            return self._take_file()
        return self._take_page() or (self._take_file() if self._files_allowed() else None)

    def _files_allowed(self) -> bool:
        return bool(self._files) and self.files + self._files_under_way < self._limits.max_attachments

    def _take_file(self) -> Target:
        self._since_file = 0
        self._files_under_way += 1
        return heapq.heappop(self._files)[2]

    def _take_page(self) -> Target | None:
        if self.pages + self._pages_under_way >= self._limits.max_pages or self.asked >= self._limits.max_requests:
            return None
        while self._pages:
            _, depth, order, target = heapq.heappop(self._pages)
            if target.tier is Tier.OLDEST:
                if self._oldest >= self._limits.oldest_pages:
                    heapq.heappush(self._pages, (Tier.LINK, depth, order, replace(target, tier=Tier.LINK)))
                    continue
                self._oldest += 1
            if target.tier in _COUNTED and order not in self._put_back:
                pattern = shape(target.url)
                if self._patterns[pattern] >= self._limits.per_pattern:
                    self._put_back.add(order)
                    heapq.heappush(self._pages, (Tier.LOW, depth, order, target))
                    continue
                self._patterns[pattern] += 1
            self._since_file += 1
            self._pages_under_way += 1
            self.asked += 1
            return target
        return None

    def settle(self, target: Target, role: str | None) -> None:
        """The answer to an address that was taken: "page", "attachment", or None for anything that does not count."""
        if target.file:
            self._files_under_way -= 1
        else:
            self._pages_under_way -= 1
        if role == "page":
            self.pages += 1
        elif role == "attachment":
            self.files += 1

    @property
    def limit_reached(self) -> str | None:
        """The limit that left addresses unread: "max_pages", "max_depth" or None."""
        if self._pages or self.dropped["waiting"]:
            return "max_pages"
        return "max_depth" if any(key(url) not in self._seen for url in self._too_deep) else None

    def unvisited(self, limit: int = 2000) -> tuple[str, ...]:
        """Addresses in scope that a limit left unread, the best first."""
        waiting = [entry[-1].url for entry in sorted(self._pages, key=lambda entry: entry[:3])]
        deep = [url for url in self._too_deep if key(url) not in self._seen]
        files = [entry[-1].url for entry in sorted(self._files, key=lambda entry: entry[:2])]
        return tuple(dict.fromkeys([*waiting, *deep, *files]))[:limit]


def _last_of_lists(plain: Mapping[str, Target]) -> dict[str, Target]:
    """The last address of each folder of which a page names several."""
    lists: dict[str, list[str]] = {}
    for known, target in plain.items():
        lists.setdefault(folder(target.url), []).append(known)
    return {known[-1]: replace(plain[known[-1]], tier=Tier.OLDEST) for known in lists.values() if len(known) >= _LIST}

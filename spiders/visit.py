"""The crawl of one unit, from its first request to the closed archive."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic, time
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.http import Response
from selectolax.lexbor import LexborHTMLParser

from auditor import __version__
from auditor.archive import ArchiveWriter, archive_name, now
from auditor.config import Config
from auditor.facts.search import question_request, rare_question, search_form
from auditor.facts.viewport import parse_viewport
from auditor.links import Link, PageLinks, extract_links
from auditor.model import Capture, Cause, CrawlEnd, Failure, Status, StoppedBy, Unit, Whose
from auditor.page import Page, read_page
from auditor.rendering import Need, adds, merged
from auditor.text import contains_words
from auditor.urls import Scope, absolute, host_of, key
from auditor.vocabulary import load_vocabulary
from spiders.addresses import AddressRules, Terms
from spiders.bodies import is_page, parse, read_sitemap, script_redirect, titles_of
from spiders.browser import Browser, Document
from spiders.challenges import ChallengeRules
from spiders.faults import Fault, FaultError, of_exception, of_proxy_answer, of_status
from spiders.frontier import Frontier, Limits, Target
from spiders.politeness import Gate, Gates, passing
from spiders.rendering import Rendered, Rendering
from spiders.resolver import Guard, HostResolver, literal_address
from spiders.robots import ABSENT, UNREADABLE, Robots, read_robots

log = logging.getLogger(__name__)

FAULTS_IN_A_ROW = 15
_MAX_WAIT = 60.0  # longest single wait that a flood page or a backoff may ask for
_ERROR_BODY = 20_000  # bytes kept of the page that comes with an error
_MAX_LISTED = 2000
_MAX_SITEMAPS = 6
_MAX_TITLES = 400
_SEARCH_SECONDS = 60.0
_OPINIONS = frozenset({"feedback", "contact"})
_MAX_SAMPLE = 1_000_000  # bytes of a page that is kept to be looked at once more
_SEARCH_ENGINE = {
    "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "Referer": "https://www.google.com/",
}
_PHONE = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36"
}
_AT_THIS_ADDRESS = frozenset({Cause.REFUSED, Cause.TIMEOUT, Cause.TLS, Cause.RESET, Cause.BAD_RESPONSE})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def user_agent(contact: str) -> str:
    """What the crawl calls itself, with the contact that the configuration names."""
    return f"auditor/{__version__} (+{contact})" if contact else f"auditor/{__version__}"


@dataclass(slots=True)
class Surroundings:
    """What all visits of a run share."""

    config: Config
    archive_dir: Path
    download: Callable[[Request], Awaitable[Response]]
    resolver: HostResolver
    guard: Guard
    host_gates: Gates
    address_gates: Gates
    terms: Terms
    rules: AddressRules
    challenges: ChallengeRules
    other_unit_hosts: Mapping[str, str]
    executor: Executor
    room: Callable[[], Awaitable[None]]
    browser: Browser
    pages: int = 0
    bytes: int = 0
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    fetched_at: str
    asked_with: Mapping[str, str]
    ip_address: str | None = None

    def header(self, name: str) -> str:
        """First value of a header (lower case), "" without it."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def content_type(self) -> str:
        return self.header("content-type")


class AnswerFaultError(FaultError):
    """A fault with the answer that showed it."""

    def __init__(self, fault: Fault, answer: Answer | None = None) -> None:
        super().__init__(fault)
        self.answer = answer


@dataclass(slots=True)
class Result:
    """What reading one target came to: an answer, a fault, or another address in its place."""

    redirects: list[Answer] = field(default_factory=list)
    answer: Answer | None = None
    fault: Fault | None = None
    moved_to: str | None = None


class Jar:
    """The cookies of one unit: name and value by host, for as long as its crawl lasts."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def header_for(self, url: str) -> str:
        """The Cookie header for an address, "" without cookies."""
        cookies = self._cookies.get(host_of(url))
        return "; ".join(f"{name}={value}" for name, value in cookies.items()) if cookies else ""

    def listed(self) -> list[dict[str, str]]:
        """The cookies as a browser takes them: name, value and url."""
        return [
            {"name": name, "value": value, "url": f"{scheme}://{prefix}{host}/"}
            for host, cookies in self._cookies.items()
            for name, value in cookies.items()
            for scheme in ("http", "https")
            for prefix in ("", "www.")
        ]

    def take(self, url: str, headers: tuple[tuple[str, str], ...]) -> None:
        """Keeps, replaces or forgets what an answer sets."""
        for known, value in headers:
            if known != "set-cookie" or not value.isascii() or len(value) > 4096:
                continue
            pair, _, rest = value.partition(";")
            name, _, content = pair.strip().partition("=")
            cookies = self._cookies.setdefault(host_of(url), {})
            if "max-age=0" in rest.lower().replace(" ", "") or "1970" in rest:
                cookies.pop(name.strip(), None)
            elif name.strip() and len(cookies) < 50 and pair.isprintable():
                cookies[name.strip()] = content.strip()


class Visit:
    """Crawls one unit. `run` closes the archive whatever happens, unless it is cancelled."""

    def __init__(self, unit: Unit, around: Surroundings) -> None:
        self._start_url = absolute(unit.url or "", unit.url or "")
        self._unit = unit = replace(unit, url=self._start_url)
        self._around = around
        self._crawl = around.config.crawl
        self._proxied = around.config.network.proxy is not None
        self._limits = Limits(self._crawl.max_pages, self._crawl.max_attachments, self._crawl.max_depth)
        self._scope = Scope.of(self._start_url or "http://invalid.invalid/")
        self._frontier = Frontier(self._scope, self._limits, around.terms, around.rules)
        self._jar = Jar()
        self._robots: dict[str, asyncio.Task[Robots]] = {}
        self._notes: dict[str, None] = {}
        self._forbidden: dict[str, None] = {}
        self._cut: list[str] = []
        self._started = monotonic()
        self._started_at = now()
        self._deadline = self._started + self._crawl.max_seconds
        self._final_url: str | None = None
        self._pages = 0
        self._attachments = 0
        self._failed = 0
        self._unread = 0
        self._bytes = 0
        self._in_a_row = 0
        self._complaint: Fault | None = None
        self._patience = min(_MAX_WAIT, self._crawl.max_seconds / 10)
        self._titles: list[tuple[str, str]] = []
        self._samples: list[Answer] = []
        self._opinions: Answer | None = None
        self._opinions_worth = 0
        self._home_done = False
        self._home_page: Page | None = None
        self._home_answer: Answer | None = None
        self._clock: asyncio.Timeout | None = None
        self._rendering = Rendering(
            browser=around.browser,
            session=around.browser.session(self._scope, self._forbids, self._jar.listed),
            courtesy=self._courtesy,
            pause=self._waiting_for_us,
            mode=self._crawl.render,
            max_pages=around.config.browser.max_pages,
            max_chars=self._crawl.max_page_bytes,
        )
        self.path = around.archive_dir / archive_name(unit.id)
        self._archive = ArchiveWriter(
            self.path, unit, {"crawler": user_agent(self._crawl.user_agent_contact)}, executor=around.executor
        )

    async def run(self) -> CrawlEnd:
        """Crawls the unit and closes its archive. Raises OSError when the archive cannot be written."""
        try:
            status, reason, stopped_by = await self._guarded()
            end = await self._end(status, reason, stopped_by)
            await asyncio.get_running_loop().run_in_executor(None, self._archive.close, end)
        except BaseException:
            with suppress(OSError, ValueError):
                self._archive.abandon()
            raise
        return end

    async def _guarded(self) -> tuple[Status, str, StoppedBy]:
        try:
            async with asyncio.timeout(self._crawl.max_seconds) as self._clock:
                return await self._visit()
        except TimeoutError:
            if self._home_done:
                return Status.PARTIAL, StoppedBy.MAX_SECONDS.value, StoppedBy.MAX_SECONDS
            if self._complaint is not None:
                self._fail(self._start_url or "", self._complaint)
                return unreachable(self._complaint)
            return Status.UNREACHABLE, Cause.TIMEOUT.value, StoppedBy.MAX_SECONDS
        except Exception as error:
            log.exception("the crawl of unit %s failed", self._unit.id)
            self._fail(self._unit.url or "", Fault(Cause.CRASH, Whose.US, f"{type(error).__name__}: {error}"[:300]))
            return Status.ERROR, Cause.CRASH.value, StoppedBy.ERROR
        finally:
            for task in self._robots.values():
                task.cancel()
            await self._rendering.session.close()

    @contextmanager
    def _waiting_for_us(self) -> Iterator[None]:
        """Time in which the visit waits for a turn at the browser is not the portal's: its clock stands still."""
        assert self._clock is not None
        ends, started = self._clock.when(), monotonic()
        self._clock.reschedule(None)
        try:
            yield
        finally:
            waited = monotonic() - started
            self._deadline += waited
            self._clock.reschedule(None if ends is None else ends + waited)

    async def _courtesy(self) -> None:
        """Waits for the pause that the portal's host is due before another page of it is asked for."""
        host = host_of(self._final_url or self._start_url or "")
        async with passing(self._around.host_gates.of(host)):
            pass

    def _forbids(self, url: str) -> bool:
        """Whether a robots.txt that was read keeps scripts away from an address."""
        parts = urlsplit(url)
        task = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return False
        return not task.result().allows(url)

    async def _end(self, status: Status, reason: str, stopped_by: StoppedBy) -> CrawlEnd:
        url = self._final_url or self._start_url or ""
        addresses = () if reason == Cause.DNS.value else await self._addresses(url)
        self._archive.note("dns", {"host": host_of(url), "addresses": addresses})
        if self._rendering.need is not None or self._rendering.shown:
            self._archive.note("rendering", self._rendering.note())
        if self._frontier.dropped:
            self._archive.note("dropped", dict(sorted(self._frontier.dropped.items())))
        left = () if stopped_by is StoppedBy.COMPLETE else self._frontier.unvisited(_MAX_LISTED)
        return CrawlEnd(
            status=status,
            status_reason=reason,
            stopped_by=stopped_by,
            final_url=self._final_url,
            pages=self._pages,
            attachments=self._attachments,
            failed=self._failed,
            bytes=self._bytes,
            seconds=round(monotonic() - self._started, 2),
            started_at=self._started_at,
            finished_at=now(),
            addresses=addresses,
            forbidden=tuple(self._forbidden)[:_MAX_LISTED],
            unvisited=tuple(dict.fromkeys([*self._cut, *left]))[:_MAX_LISTED],
            notes=tuple(self._notes),
        )

    async def _addresses(self, url: str) -> tuple[str, ...]:
        """The addresses of a host as far as we know them: with a proxy only what network.hosts says."""
        host = (urlsplit(url).hostname or "").lower()
        if self._proxied:
            known = self._around.guard.hosts.get(host)
            return (known,) if known else ()
        try:
            return await self._around.resolver.addresses(host)
        except Exception:  # whatever it was, the visit has met and named it already
            return ()

    # --- one request ---------------------------------------------------------------------------------------------

    async def _once(
        self, url: str, method: str = "GET", sent: bytes = b"", *, disguise: Mapping[str, str] | None = None
    ) -> Answer:
        """One request through the gates of its host and its server.

        Raises FaultError, and TimeoutError where the host wants no request before the visit's time is up.
        """
        around = self._around
        host = (urlsplit(url).hostname or "").lower()
        gates = [around.host_gates.of(host.removeprefix("www."))]
        if gates[0].opens >= self._deadline:
            raise TimeoutError(f"{host} asks to be left alone for longer than this visit lasts")
        headers = {
            "User-Agent": user_agent(self._crawl.user_agent_contact),
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "vi,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        if disguise is not None:
            headers |= disguise
            headers["User-Agent"] += f" {user_agent(self._crawl.user_agent_contact)}"
        elif cookies := self._jar.header_for(url):
            headers["Cookie"] = cookies
        if sent:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = Request(
            url,
            method=method,
            body=sent,
            meta={
                "verbatim_url": True,
                "timeout": self._crawl.timeout_seconds,
                "page_bytes": self._crawl.max_page_bytes,
                "file_bytes": self._crawl.max_file_bytes,
                "request_headers": headers,
            },
            dont_filter=True,
        )
        try:
            around.guard.check_url(url)
            if not self._proxied:
                gates.append(around.address_gates.of((await around.resolver.addresses(host))[0]))
            async with passing(*gates):
                fetched_at = now()
                response = await around.download(request)
        except Exception as error:
            raise FaultError(of_exception(error)) from error
        meta = request.meta
        if meta["certificate_invalid"]:
            self._notes["certificate_invalid"] = None
        self._jar.take(url, meta["headers"])
        ip_address = str(response.ip_address) if response.ip_address else None
        body = response.body
        self._bytes += len(body)
        around.bytes += len(body)
        return Answer(url, response.status, meta["headers"], body, meta["truncated"], fetched_at, headers, ip_address)

    async def _ask(self, url: str, method: str = "GET", sent: bytes = b"") -> Answer:
        """An answer below 400, asked for again while the fault may pass. Raises AnswerFaultError."""
        gate = self._around.host_gates.of(host_of(url))
        attempt = 0
        patience = self._patience
        while True:
            answer: Answer | None = None
            try:
                answer = await self._once(url, method, sent)
                fault = self._fault_of(answer)
            except FaultError as error:
                fault = error.fault
            if fault is None:
                assert answer is not None
                gate.went_well()
                # Waiting helped: what it cost is given back, so that only a portal that never yields is given up.
                self._patience = max(self._patience, patience)
                return answer
            if fault.cause is Cause.CHALLENGE:
                fault = self._be_patient(fault, gate)
            elif fault.status in (429, 503):
                self._complaint = fault
                gate.slow_down(fault.wait)
                if fault.status == 429 and answer is not None and answer.ip_address:
                    self._around.address_gates.of(answer.ip_address).slow_down()
            attempt += 1
            wait = fault.wait or max(self._crawl.delay_seconds, 0.1) * 2**attempt
            if not fault.passing or attempt > self._crawl.retries or monotonic() + wait >= self._deadline:
                raise AnswerFaultError(fault, answer)
            await asyncio.sleep(min(wait, _MAX_WAIT) if fault.status not in (429, 503) else wait)

    def _be_patient(self, fault: Fault, gate: Gate) -> Fault:
        """A flood page is waited out, but not for ever: a portal that answers with nothing else is left alone.

        Waits of several requests at once count once.
        """
        if self._patience <= 0:
            return replace(fault, passing=False, wait=None)
        wait = min(fault.wait or max(self._crawl.delay_seconds, 0.1) * 4, _MAX_WAIT)
        self._patience -= min(wait, max(0.0, monotonic() + wait - gate.opens))
        gate.hold(wait)
        return replace(fault, wait=wait)

    def _fault_of(self, answer: Answer) -> Fault | None:
        if self._proxied and (reported := of_proxy_answer(answer.status, answer.header("proxy-status"))):
            return reported
        wait = retry_after(answer.header("retry-after")) if answer.status in (429, 503) else None
        page = is_page(answer.content_type, answer.body)
        challenge = self._around.challenges.recognise(answer.headers, answer.body) if page else None
        if challenge is not None and (
            challenge.kind == "flood" or (challenge.kind == "maintenance" and answer.status >= 500)
        ):
            named = min(challenge.wait, _MAX_WAIT) if challenge.wait else wait
            return Fault(Cause.CHALLENGE, Whose.US, f"{challenge.kind} page", True, answer.status, named)
        return of_status(answer.status, wait) if answer.status >= 400 else None

    # --- robots.txt ----------------------------------------------------------------------------------------------

    async def _robots_of(self, url: str) -> Robots:
        """The rules of the host of an address. Raises FaultError where the host cannot be talked to at all."""
        if not self._crawl.obey_robots:
            return ABSENT
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        task = self._robots.get(origin)
        if task is None:
            task = self._robots[origin] = asyncio.create_task(self._fetch_robots(origin))
        return await asyncio.shield(task)

    async def _fetch_robots(self, origin: str) -> Robots:
        url = f"{origin}/robots.txt"
        robots = UNREADABLE
        for _ in range(6):  # RFC 9309 section 2.3.1.2: at least five redirects
            try:
                answer = await self._ask(url)
            except AnswerFaultError as error:
                if error.fault.cause in (Cause.DNS, Cause.REFUSED, Cause.TLS, Cause.PRIVATE_ADDRESS, Cause.BAD_ADDRESS):
                    raise
                if error.answer is not None and error.fault.cause is Cause.HTTP_ERROR:
                    self._write(error.answer, "robots")
                    robots = read_robots(error.answer.status, error.answer.content_type, error.answer.body)
                break
            self._write(answer, "robots")
            location = moved_to(answer)
            if location is None:
                robots = read_robots(answer.status, answer.content_type, answer.body)
                break
            url = location
        if robots.note:
            self._notes[robots.note] = None
        if robots.crawl_delay:
            self._around.host_gates.of(host_of(origin)).set_least(robots.crawl_delay)
        return robots

    # --- the home page -------------------------------------------------------------------------------------------

    async def _find_home(self) -> Answer:
        """The home page, under the address given or its nearest spellings.

        Raises FaultError with the fault that tells most.
        """
        if self._start_url is None:
            raise FaultError(Fault(Cause.BAD_ADDRESS, Whose.SITE, "no web address"))
        waiting = deque([self._start_url])
        tried: set[str] = set()
        first: FaultError | None = None
        while waiting:
            url = waiting.popleft()
            tried.add(url)
            try:
                return await self._enter(url)
            except FaultError as error:
                fault = error.fault
                # Another spelling at which somebody answers says more than one at which nobody does.
                if first is None or not fault.of_the_network:
                    first = error
                self._fail(url, fault)
                waiting.extend(other for other in other_spellings(url, fault, self._proxied) if other not in tried)
        assert first is not None
        raise first

    async def _enter(self, url: str) -> Answer:
        """Follows redirects of every kind from an address to a real home page. Raises FaultError."""
        seen: set[str] = set()
        via: str | None = None
        for _ in range(self._crawl.max_redirects + 1):
            self._refuse_other_unit(url)
            if not (await self._robots_of(url)).allows(url):
                self._forbidden[url] = None
                raise FaultError(Fault(Cause.ROBOTS, Whose.US, "robots.txt"))
            answer = await self._ask(url)
            seen.add(url)
            target = moved_to(answer)
            if target is None:
                if answer.status in _REDIRECTS:
                    raise FaultError(Fault(Cause.BAD_ADDRESS, Whose.SITE, "redirect to no web address"))
                found, target = self._read_entrance(answer)
                # A page that reloads itself is the home page; one that leads to another address is only its door.
                rendered = None
                if target is None or target in seen:
                    rendered = await self._render_home(answer, via)
                    target = rendered.moved_to if rendered is not None else None
                if target is None or target in seen:
                    self._take_home(answer, found, via, rendered)
                    return answer
            elif target in seen and not answer.header("set-cookie"):
                break
            self._write(answer, "redirect", via=via)
            via, url = url, target
        raise FaultError(Fault(Cause.TOO_MANY_REDIRECTS, Whose.SITE, "the home page redirects for ever"))

    def _read_entrance(self, answer: Answer) -> tuple[PageLinks, str | None]:
        """The links of a first page, and where it sends its visitors by itself. Raises FaultError."""
        if not is_page(answer.content_type, answer.body):
            kind = answer.content_type or "unknown"
            raise FaultError(Fault(Cause.BAD_RESPONSE, Whose.SITE, f"the home page is no HTML: {kind}"))
        tree, encoding = parse(answer.body, answer.content_type)
        found = extract_links(tree, answer.url, encoding=encoding, limit=self._crawl.max_links_per_page)
        target = found.refresh or absolute(script_redirect(tree) or "", answer.url)
        challenge = self._around.challenges.recognise(answer.headers, answer.body)
        if challenge is not None and target is None:
            raise FaultError(Fault(Cause.CHALLENGE, Whose.SITE, f"{challenge.kind} page", status=answer.status))
        return found, target

    def _refuse_other_unit(self, url: str) -> None:
        if self._scope.contains(url):
            return
        host = (urlsplit(url).hostname or "").lower()
        if host.removeprefix("www.") == self._scope.host:
            return
        owner = self._around.other_unit_hosts.get(host) or self._around.other_unit_hosts.get(host_of(url))
        if owner is not None and owner != self._unit.id:
            raise FaultError(Fault(Cause.OFF_SCOPE_REDIRECT, Whose.SITE, f"redirects to unit {owner}"))

    async def _render_home(self, answer: Answer, via: str | None) -> Rendered | None:
        """The first page as a browser shows it, where the answer itself says too little."""
        page = self._home_page = read_page(self._capture(answer, "page", via=via, home=True))
        self._home_answer = answer
        return await self._rendering.home(page, _document(answer))

    def _take_home(self, answer: Answer, found: PageLinks, via: str | None, rendered: Rendered | None) -> None:
        if not self._scope.contains(answer.url):
            self._scope = Scope.of(answer.url)
            self._frontier = Frontier(self._scope, self._limits, self._around.terms, self._around.rules)
        self._final_url = answer.url
        self._home_done = True
        self._write(answer, "page", via=via, home=True)
        self._count_page()
        self._frontier.pages += 1
        self._frontier.mark_seen(answer.url)
        self._frontier.mark_seen(self._start_url or answer.url)
        self._take_rendered_home(answer, rendered)
        self._frontier.add_links(found.links, via=answer.url, depth=0, home=True)

    def _take_rendered_home(self, answer: Answer, rendered: Rendered | None) -> None:
        rendering, page = self._rendering, self._home_page
        assert page is not None
        if rendering.need is None or rendering.need is Need.ALWAYS:
            failed = False
        elif rendered is None and rendering.mode != "never":
            return  # a browser sees no more than we do
        else:
            failed = rendered is None or not rendered.html
        if failed:
            gone = rendering.mode == "never" or not self._around.browser.usable
            self._notes["needs_browser" if gone else "not_rendered"] = None
        if rendered is None or not rendered.html:
            return
        self._notes["rendered"] = None
        if rendering.need is not Need.NO_MENU:
            self._frontier.limit_pages(rendering.max_pages)
        capture = rendering.capture(rendered, page)
        self._archive.rendered(capture)
        self._home_page = merged(page, read_page(capture))
        self._frontier.add_links(self._links_of(rendered, answer.url), via=answer.url, depth=0, home=True)

    def _take_opinions(self, answer: Answer, tree: LexborHTMLParser) -> None:
        """Keeps the page that most looks like the one on which people send their opinion."""
        topics = {topic for title in titles_of(tree) for topic in load_vocabulary().topics_of_label(title)}
        worth = 2 if topics & _OPINIONS else 1
        if worth > self._opinions_worth:
            self._opinions, self._opinions_worth = answer, worth

    def _links_of(self, rendered: Rendered, url: str) -> tuple[Link, ...]:
        tree = LexborHTMLParser(rendered.html)
        return extract_links(tree, url, limit=self._crawl.max_links_per_page, routes=True).links

    # --- the rest ------------------------------------------------------------------------------------------------

    async def _visit(self) -> tuple[Status, str, StoppedBy]:
        try:
            home = await self._find_home()
        except FaultError as error:
            return unreachable(error.fault)
        await self._read_sitemaps(home.url)
        stopped_by = await self._read_pages()
        if stopped_by in (StoppedBy.COMPLETE, StoppedBy.MAX_PAGES, StoppedBy.MAX_DEPTH):
            await self._try_search(home)
            await self._look_like_a_search_engine(home)
            await self._look_like_a_phone(home)
            await self._see(home)
        return self._verdict(stopped_by)

    def _verdict(self, stopped_by: StoppedBy) -> tuple[Status, str, StoppedBy]:
        if stopped_by in (StoppedBy.TOO_MANY_FAULTS, StoppedBy.MAX_ARCHIVE_BYTES):
            return Status.PARTIAL, stopped_by.value, stopped_by
        # Pages that only we could not read: with many of them nobody can say what the portal lacks.
        if self._unread > 3 and self._unread * 5 > self._pages + self._unread:
            return Status.PARTIAL, "many_faults", stopped_by
        return Status.AUDITED, stopped_by.value, stopped_by

    async def _read_sitemaps(self, home: str) -> None:
        robots = await self._robots_of(home)
        entries = [absolute(entry, home) or "" for entry in robots.sitemaps]
        named = [url for url in entries if host_of(url) == host_of(home)]
        waiting = deque(named[:3] or [absolute("/sitemap.xml", home) or home])
        urls: list[str] = []
        for _ in range(_MAX_SITEMAPS):
            if not waiting:
                break
            url = waiting.popleft()
            if not robots.allows(url):
                continue
            try:
                answer = await self._ask(url)
            except FaultError:
                continue
            sitemap = read_sitemap(answer.body) if answer.status == 200 else None
            if sitemap is None:
                continue
            self._write(answer, "sitemap")
            listed = [known for known in (absolute(entry, url) for entry in sitemap.urls) if known]
            if sitemap.index:
                waiting.extend(entry for entry in listed if host_of(entry) == host_of(home))
            else:
                urls.extend(listed)
        self._frontier.add_sitemap(urls[:_MAX_LISTED])

    async def _read_pages(self) -> StoppedBy:
        """Reads what the frontier names, several at a time; answers are used in the order in which they were asked."""
        under_way: deque[tuple[Target, asyncio.Task[Result]]] = deque()
        try:
            while True:
                while len(under_way) < self._crawl.concurrency_per_host:
                    target = self._frontier.next()
                    if target is None:
                        break
                    under_way.append((target, asyncio.create_task(self._read(target))))
                if not under_way:
                    break
                target, task = under_way[0]
                result = await task
                under_way.popleft()
                rendered = await self._render(target, result)
                self._use(target, result, rendered)
                await self._around.room()
                if self._in_a_row >= FAULTS_IN_A_ROW:
                    return StoppedBy.TOO_MANY_FAULTS
                if self._archive.size >= self._crawl.max_archive_bytes:
                    return StoppedBy.MAX_ARCHIVE_BYTES
        finally:
            for target, task in under_way:
                task.cancel()
                self._cut.append(target.url)
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
        limit = self._frontier.limit_reached
        return StoppedBy(limit) if limit else StoppedBy.COMPLETE

    async def _read(self, target: Target) -> Result:
        """Reads one address; other spellings of the same address are followed, others are only named."""
        result = Result()
        if (
            "#" in target.url
            and self._home_answer is not None
            and key(self._home_answer.url) == key(target.url.partition("#")[0])
        ):
            # A view of the home page's own scripts: nothing more is asked for.
            result.answer = replace(self._home_answer, url=target.url)
            return result
        url = self._at_home(target.url)
        for _ in range(self._crawl.max_redirects + 1):
            try:
                if not (await self._robots_of(url)).allows(url):
                    result.fault = Fault(Cause.ROBOTS, Whose.US, "robots.txt")
                    return result
                answer = await self._ask(url)
            except AnswerFaultError as error:
                result.fault, result.answer = error.fault, error.answer
                return result
            except FaultError as error:
                result.fault = error.fault
                return result
            if answer.status not in _REDIRECTS:
                result.answer = answer
                return result
            result.redirects.append(answer)
            location = moved_to(answer)
            if location is None:
                result.fault = Fault(Cause.BAD_ADDRESS, Whose.SITE, "redirect to no web address", status=answer.status)
                return result
            if key(location) != key(target.url):
                result.moved_to = location
                return result
            url = location
        result.fault = Fault(Cause.TOO_MANY_REDIRECTS, Whose.SITE, "redirects to itself")
        return result

    async def _render(self, target: Target, result: Result) -> Rendered | None:
        """A page as a browser shows it, where the portal and this page of it need one."""
        answer = result.answer
        if not self._rendering.used or answer is None or not is_page(answer.content_type, answer.body):
            return None
        if result.fault is not None and result.fault.status != 404:
            return None
        page = read_page(self._capture(answer, "page", target))
        need = Need.NO_CONTENT if "#" in target.url else self._rendering.wants_more(page)
        if need is None:
            return None
        rendered = await self._rendering.render(_document(answer), need)
        if result.fault is not None and rendered.html:
            # Servers of single-page applications answer 404 with the application, which then shows the page.
            capture = self._rendering.capture(rendered, page)
            if adds(page, read_page(capture)):
                result.fault = None
        return rendered

    # --- the portal's search -------------------------------------------------------------------------------------

    async def _try_search(self, home: Answer) -> None:
        """Asks the search box of the home page one question that only an article of the portal answers.

        The note "search" says what was asked; the answer is a capture with the role "probe".
        """
        page = self._home_page or read_page(self._capture(home, "page", home=True))
        form = search_form(page)
        if form is None or not form.askable or not self._scope.contains(form.action):
            return
        question = rare_question(self._titles, page.words)
        if question is None:
            return
        method, url, sent = question_request(form, question.text)
        url = self._at_home(url)
        tried: dict[str, object] = {
            "question": question.text,
            "article_url": question.article_url,
            "answer_url": url,
            "method": method,
        }
        try:
            async with asyncio.timeout(max(0.0, min(self._deadline - monotonic() - 0.5, _SEARCH_SECONDS))):
                tried |= await self._ask_question(url, method, sent)
        except TimeoutError:
            tried["error"] = Cause.TIMEOUT.value
        self._archive.note("search", tried)

    async def _ask_question(self, url: str, method: str, sent: bytes) -> dict[str, object]:
        """Sends the question and stores what comes back; answers with what the note says about it."""
        for _ in range(self._crawl.max_redirects + 1):
            try:
                if not (await self._robots_of(url)).allows(url):
                    return {"robots_forbids": True}
                answer = await self._ask(url, method, sent)
            except FaultError as error:
                fault = error.fault
                answered = isinstance(error, AnswerFaultError) and fault.whose is Whose.SITE
                return {"error": fault.code, "status": fault.status if answered else None}
            location = moved_to(answer)
            if location is None:
                self._archive.exchange(
                    self._capture(answer, "probe"), request_headers=answer.asked_with, method=method, sent=sent
                )
                return {"status": answer.status}
            self._write(answer, "redirect")
            if not self._scope.contains(location):
                return {"error": Cause.OFF_SCOPE_REDIRECT.value}
            url, method, sent = location, "GET", b""
        return {"error": Cause.TOO_MANY_REDIRECTS.value}

    async def _look_like_a_search_engine(self, home: Answer) -> None:
        """Asks for the home page once more as a search engine's crawler would be shown it: injected pages hide from
        people (cloaking). The note "search_engine_view" says what came back; the answer is a capture "probe"."""
        seen, answer = await self._look_as(_SEARCH_ENGINE, home)
        if answer is not None:
            self._archive.exchange(self._capture(answer, "probe"), request_headers=answer.asked_with)
        self._archive.note("search_engine_view", seen)

    async def _look_like_a_phone(self, home: Answer) -> None:
        """Asks for a home page that is not made for a phone's screen once more as a phone: some servers have another
        for them. The note "phone_view" says what came back; the answer is a capture of that role."""
        if self._home_page is None or parse_viewport(self._home_page).usable:
            return
        seen, answer = await self._look_as(_PHONE, home)
        if answer is not None and answer.status == 200:
            self._archive.exchange(self._capture(answer, "phone_view"), request_headers=answer.asked_with)
        self._archive.note("phone_view", seen)

    async def _look_as(self, disguise: Mapping[str, str], home: Answer) -> tuple[dict[str, object], Answer | None]:
        """Asks for the home page once under another name, within what is left of the time; what came back as a note."""
        seen: dict[str, object] = {"url": home.url}
        try:
            async with asyncio.timeout(max(0.0, self._deadline - monotonic() - 0.5)):
                answer = await self._once(home.url, disguise=disguise)
        except FaultError as error:
            return seen | {"error": error.fault.code}, None
        except TimeoutError:
            return seen | {"error": Cause.TIMEOUT.value}, None
        return seen | {"status": answer.status, "moved_to": moved_to(answer)}, answer

    # --- the portal as people see it -------------------------------------------------------------------------------

    async def _see(self, home: Answer) -> None:
        """Looks at the home page and some others with a browser, on a desktop's and a phone's screen."""
        config = self._around.config.browser
        if self._crawl.render == "never" or not self._around.browser.usable or home.truncated:
            return
        answers = [home, *self._samples][: config.phone_pages]
        for answer in answers:
            noted, picture = await self._rendering.on_a_phone(
                _document(answer), picture=config.pictures and answer is home
            )
            if not self._around.browser.usable:
                return
            self._archive.note("phone", noted)
            if picture is not None:
                self._archive.picture(picture)
        if config.pictures:
            await self._take_pictures(home)

    async def _take_pictures(self, home: Answer) -> None:
        """Pictures of the home page, of what disputes are about on it, and of the page with the form for opinions."""
        page = self._home_page
        groups = load_vocabulary().abuse.groups.values()
        terms = [str(term) for group in groups for term in (*group.brands, *group.phrases)]
        found = [term for term in terms if page is not None and contains_words(page.words, term)]
        answer = self._opinions
        kinds = ["menu", "banner", "search", *(["feedback"] if answer is None else []), "injected"]
        seen = await self._rendering.on_a_desktop(_document(home), kinds, found[:20], first_screen=True, axe=True)
        if seen.findings is not None:
            self._archive.note("accessibility", {"url": home.url, "findings": seen.findings})
        if answer is not None:
            more = await self._rendering.on_a_desktop(
                _document(answer), ["feedback"], (), first_screen=False, axe=False
            )
            seen.pictures += more.pictures
        for picture in seen.pictures:
            self._archive.picture(picture)

    # --- what came back ------------------------------------------------------------------------------------------

    def _at_home(self, url: str) -> str:
        """An address of the portal with the scheme and the `www.` of its home page, which are known to work."""
        home = urlsplit(self._final_url or url)
        if self._scope.port is not None or not self._scope.contains(url):
            return url
        parts = urlsplit(url)
        return urlunsplit((home.scheme, home.netloc, parts.path, parts.query, ""))

    def _use(self, target: Target, result: Result, rendered: Rendered | None = None) -> None:
        """Stores a result and hands its links to the frontier."""
        for answer in result.redirects:
            self._write(answer, "redirect", target)
        role: str | None = None
        if result.fault is not None:
            self._use_fault(target, result.fault, result.answer)
        elif result.moved_to is not None:
            self._in_a_row = 0
            self._use_move(target, result.moved_to, result.redirects[-1].status)
        elif result.answer is not None and rendered is not None and rendered.moved_to is not None:
            self._in_a_row = 0
            self._write(result.answer, "redirect", target)
            self._use_move(target, rendered.moved_to, result.answer.status)
        elif result.answer is not None:
            self._in_a_row = 0
            role = self._use_answer(target, result.answer, rendered)
        self._frontier.settle(target, role)

    def _use_fault(self, target: Target, fault: Fault, answer: Answer | None) -> None:
        if fault.cause is Cause.ROBOTS:
            self._forbidden[target.url] = None
            return
        if answer is not None and fault.cause is Cause.HTTP_ERROR:
            cut = len(answer.body) > _ERROR_BODY
            kept = replace(answer, body=answer.body[:_ERROR_BODY], truncated=cut or answer.truncated)
            self._write(kept, "page" if is_page(answer.content_type, answer.body) else "attachment", target)
        self._fail(target.url, fault, target)
        self._in_a_row = self._in_a_row + 1 if fault.of_the_network else 0
        if fault.whose is not Whose.SITE:
            self._unread += 1

    def _use_move(self, target: Target, url: str, status: int) -> None:
        inside = self._scope.contains(url) or (target.file and self._around.rules.is_file_host(host_of(url)))
        if not inside:
            self._fail(target.url, Fault(Cause.OFF_SCOPE_REDIRECT, Whose.US, f"leads to {url}", status=status), target)
        elif target.hops >= self._crawl.max_redirects:
            self._fail(target.url, Fault(Cause.TOO_MANY_REDIRECTS, Whose.SITE, f"leads to {url}"), target)
        else:
            self._frontier.add_redirect(target, url)

    def _use_answer(self, target: Target, answer: Answer, rendered: Rendered | None) -> str | None:
        if not is_page(answer.content_type, answer.body):
            self._attachments += 1
            self._write(answer, "attachment", target)
            return "attachment"
        if "#" not in target.url:
            self._write(answer, "page", target)
        if rendered is not None and rendered.failure is not None and rendered.need is not Need.NO_MENU:
            self._fail(target.url, Fault(Cause.RENDERING, Whose.US, rendered.failure), target)
            self._unread += 1
            return None
        self._count_page()
        tree, encoding = parse(answer.body, answer.content_type)
        if rendered is not None and rendered.html:
            page = read_page(self._capture(answer, "page", target))
            self._archive.rendered(self._rendering.capture(rendered, page))
            self._frontier.add_links(self._links_of(rendered, answer.url), via=answer.url, depth=target.depth)
            tree, encoding = LexborHTMLParser(rendered.html), "utf-8"
        found = extract_links(
            tree,
            answer.url,
            encoding=encoding,
            limit=self._crawl.max_links_per_page,
            skip=self._frontier.skip if target.depth else None,
        )
        if len(self._samples) < self._around.config.browser.phone_pages - 1 and len(answer.body) <= _MAX_SAMPLE:
            self._samples.append(answer)
        if b"<textarea" in answer.body and self._opinions_worth < 2 and len(answer.body) <= _MAX_SAMPLE:
            self._take_opinions(answer, tree)
        if len(self._titles) < _MAX_TITLES:
            self._titles += [(answer.url, title) for title in titles_of(tree)]
        if len(found.links) >= self._crawl.max_links_per_page:
            self._notes["max_links_per_page"] = None
        if found.refresh:
            self._frontier.add_refresh(found.refresh, via=answer.url, depth=target.depth)
        self._frontier.add_links(found.links, via=answer.url, depth=target.depth, home=target.depth == 0)
        return "page"

    # --- what is written -----------------------------------------------------------------------------------------

    def _count_page(self) -> None:
        self._pages += 1
        self._around.pages += 1

    def _write(
        self, answer: Answer, role: str, target: Target | None = None, *, via: str | None = None, home: bool = False
    ) -> None:
        capture = self._capture(answer, role, target, via=via, home=home)
        self._archive.exchange(capture, request_headers=answer.asked_with)

    def _capture(
        self, answer: Answer, role: str, target: Target | None = None, *, via: str | None = None, home: bool = False
    ) -> Capture:
        return Capture(
            url=answer.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=answer.fetched_at,
            role=role,
            depth=target.depth if target else 0,
            via=target.via if target else via,
            home=home,
            truncated=answer.truncated,
            ip_address=answer.ip_address,
        )

    def _fail(self, url: str, fault: Fault, target: Target | None = None) -> None:
        self._failed += 1
        self._around.faults[fault.cause.value] += 1
        self._archive.failure(
            Failure(
                url=url,
                cause=fault.cause,
                whose=fault.whose,
                detail=fault.detail,
                at=now(),
                status=fault.status,
                via=target.via if target else None,
                depth=target.depth if target else 0,
            )
        )


def _document(answer: Answer) -> Document:
    return Document(answer.url, answer.status, answer.content_type, answer.body)


def unreachable(fault: Fault) -> tuple[Status, str, StoppedBy]:
    """How a unit stands whose home page could not be read."""
    if fault.cause is Cause.OFF_SCOPE_REDIRECT:
        return Status.UNREACHABLE, "redirects_to_other_unit", StoppedBy.UNREACHABLE
    stands_in = fault.detail.partition(" ")[0]
    if fault.cause is Cause.CHALLENGE and stands_in in ("maintenance", "parked"):
        return Status.UNREACHABLE, stands_in, StoppedBy.UNREACHABLE
    if fault.cause in (Cause.ROBOTS, Cause.CHALLENGE) or fault.status in (401, 403, 429):
        return Status.BLOCKED, fault.code, StoppedBy.BLOCKED
    if fault.cause is Cause.CRASH:
        return Status.ERROR, fault.code, StoppedBy.ERROR
    return Status.UNREACHABLE, fault.code, StoppedBy.UNREACHABLE


def moved_to(answer: Answer) -> str | None:
    """Where a redirect leads, absolute; None for any other answer and for a redirect to nowhere."""
    if answer.status not in _REDIRECTS:
        return None
    location = answer.header("location").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return absolute(location, answer.url) if location.strip() else None


def retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 section 10.2.3), None without a usable one."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def other_spellings(url: str, fault: Fault, proxied: bool) -> list[str]:
    """Addresses worth trying when one cannot be reached: http or https, then with or without `www.`.

    Behind a proxy that does not say what it met, a gateway error may stand for any of these faults.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        literal = literal_address(host)
    except ValueError:
        return []
    if parts.port is not None or literal is not None:
        return []
    www = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    scheme = "http" if parts.scheme == "https" else "https"
    others = [(scheme, host), (parts.scheme, www)]
    if fault.cause is Cause.DNS:
        others = others[1:]
    elif fault.cause in _AT_THIS_ADDRESS or fault.status == 404 or ((fault.status or 0) >= 500 and fault.status != 503):
        # A host may serve its portal over TLS only, something else or nothing on the other port. 503 asks for quiet.
        # Its other name is asked only where that costs little: refused at once, or a proxy does not say what it met.
        cheap = fault.cause is Cause.REFUSED or (proxied and fault.status in (502, 504))
        others = others if cheap else others[:1]
    else:
        others = []
    return [urlunsplit((way, name, parts.path, parts.query, "")) for way, name in others]

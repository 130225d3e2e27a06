"""The real browser: one process for all units, a fresh context per unit, and a limit with a name for everything.

A page is shown as the crawl received it: the document comes from the answer that is in the archive, and only what the
document asks for besides goes over the network, through the unit's gateway. A page never navigates by itself; where
its scripts want to go is told to the caller, who treats it as a redirect. Whatever a page does, the caller gets what
it shows or a ShowError with the name of the limit, and the next page finds a working browser.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from base64 import b64decode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit
from uuid import uuid4

import yaml

from auditor import __version__
from auditor.browsers import find_browser
from auditor.config import BrowserConfig, Config
from auditor.urls import Scope, absolute, host_of
from spiders.gateway import Gateway
from spiders.resolver import Guard, HostResolver

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, CDPSession, Page, Playwright, Request, Route

log = logging.getLogger(__name__)

Device = Literal["desktop", "phone"]
_T = TypeVar("_T")

_START_SECONDS = 30.0
_CLOSE_SECONDS = 5.0
_STARTS = 8  # a browser that dies more often than this is not started again in this run
_TICK = 0.1
_QUIET_SECONDS = 0.4
_STEADY_SECONDS = 2.5  # a page whose content does not change is shown, though it goes on asking for something
_EMPTY_SECONDS = 4.0  # how long a quiet page without content is given for its timers
_ENOUGH_TEXT = 200
_ENOUGH_LINKS = 5
_MAX_DIALOGS = 20
_WATCH_SECONDS = 0.5
_NEVER_LOADED = frozenset(
    {"media", "websocket", "eventsource", "ping", "texttrack", "manifest", "cspviolationreport", "other"}
)
_ONLY_READS = frozenset({"GET", "HEAD"})
SIZES: Mapping[Device, tuple[int, int]] = {"desktop": (1280, 800), "phone": (360, 740)}
_SYSTEMS: Mapping[Device, str] = {"desktop": "Windows NT 10.0; Win64; x64", "phone": "Linux; Android 10; K"}


class NoBrowserError(Exception):
    """There is no browser to be had; the message says why."""


class ShowError(Exception):
    """A page could not be shown. `limit` names what ended it: page_seconds, unit_seconds, memory, crash, dialogs,
    bytes, navigated, broken, browser_lost or no_browser."""

    def __init__(self, limit: str, detail: str = "") -> None:
        super().__init__(f"{limit}: {detail}" if detail else limit)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Document:
    """The answer that a browser is shown: what the crawl received for `url`."""

    url: str
    status: int
    content_type: str
    body: bytes


def script(name: str) -> str:
    """The source of one of the scripts that come with this room."""
    return (files("spiders") / "scripts" / name).read_text(encoding="utf-8")


@cache
def measuring_hosts() -> tuple[str, ...]:
    """Hosts that only count visitors or show advertisements: nothing is asked of them (browser.yaml)."""
    text = files("checklists").joinpath("vocabulary", "browser.yaml").read_text(encoding="utf-8")
    return tuple(str(host) for host in yaml.safe_load(text)["measuring_hosts"])


class Browser:
    """The one browser process of a run; it is started when first needed and again when it is lost."""

    def __init__(self, config: Config, guard: Guard, resolver: HostResolver) -> None:
        self.config = config.browser
        self._crawl = config.crawl
        self._network = config.network
        self._guard = guard
        self._resolver = resolver
        self._turns = asyncio.Semaphore(self.config.concurrent_pages)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        self._mark = ""
        self._watch: asyncio.Task[None] | None = None
        self._why_not: str | None = None if config.crawl.render != "never" else "never"
        self._starts = 0
        self.killed_at = -1e9
        self.name = ""
        self.measuring = measuring_hosts()

    @property
    def usable(self) -> bool:
        """Whether there may be a browser; known for sure only after the first start."""
        return self._why_not is None

    @property
    def why_not(self) -> str:
        """Why there is no browser: "never", "no_library", "no_executable" or "start_failed"; "" while there may be."""
        return self._why_not or ""

    async def start(self) -> Chromium:
        """The running browser. Raises NoBrowserError when there is none to be had."""
        async with self._starting:
            if self._chromium is not None and self._chromium.is_connected():
                return self._chromium
            if self._why_not is not None:
                raise NoBrowserError(self._why_not)
            await self._let_go()
            if self._starts >= _STARTS:
                self._why_not = "start_failed"
                raise NoBrowserError("the browser was lost too often")
            self._starts += 1
            try:
                return await self._launched()
            except NoBrowserError as error:
                self._why_not = str(error)
                raise
            except Exception as error:
                log.warning("the browser does not start: %s", str(error).splitlines()[0] if str(error) else error)
                await self._let_go()
                self._why_not = "start_failed"
                raise NoBrowserError("start_failed") from error

    async def _launched(self) -> Chromium:
        path = find_browser(self.config.path)
        try:
            api = importlib.import_module("playwright.async_api")
        except ImportError as error:
            raise NoBrowserError("no_library") from error
        if path is None:
            raise NoBrowserError("no_executable")
        self._mark = f"--auditor-run={uuid4().hex}"
        async with asyncio.timeout(_START_SECONDS):
            if self._playwright is None:
                self._playwright = await api.async_playwright().start()
            assert self._playwright is not None
            self._chromium = await self._playwright.chromium.launch(
                executable_path=str(path),
                headless=True,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                # Chromium refuses its own sandbox as root, which is what a container usually runs as.
                chromium_sandbox=not (hasattr(os, "geteuid") and os.geteuid() == 0),
                # What is not asked by a unit's page finds a port where nobody listens.
                proxy={"server": "http://127.0.0.1:9"},
                args=[
                    self._mark,
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                    "--disable-quic",
                    "--disable-gpu",
                    "--mute-audio",
                    "--no-pings",
                    "--disk-cache-size=50000000",
                ],
            )
        self.name = f"{self._chromium.browser_type.name} {self._chromium.version}"
        self._watch = asyncio.create_task(self._watch_memory())
        return self._chromium

    def agent(self, device: Device) -> str:
        """What the browser calls itself: like any of its make, with the program's own name at the end."""
        version = self._chromium.version.partition(".")[0] if self._chromium is not None else "0"
        contact = self._crawl.user_agent_contact
        own = f"auditor/{__version__}" + (f" (+{contact})" if contact else "")
        mobile = " Mobile" if device == "phone" else ""
        return (
            f"Mozilla/5.0 ({_SYSTEMS[device]}) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{version}.0.0.0{mobile} Safari/537.36 {own}"
        )

    async def _watch_memory(self) -> None:
        """Ends the processes of pages that take more memory than a page may."""
        try:
            psutil: Any = importlib.import_module("psutil")
        except ImportError:
            return
        main: Any = None
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                if main is None:
                    main = await asyncio.get_running_loop().run_in_executor(None, _process_with, psutil, self._mark)
                    if main is None:
                        return
                for process in main.children(recursive=True):
                    with suppress(psutil.Error):
                        size = process.memory_info().rss
                        if size > self.config.max_memory_bytes and "--type=renderer" in process.cmdline():
                            self.killed_at = monotonic()
                            process.kill()
            except psutil.Error:
                return

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[float]:
        """Waits until another page may be shown; gives the seconds that this took."""
        asked = monotonic()
        async with self._turns:
            yield monotonic() - asked

    def session(
        self, scope: Scope, forbids: Callable[[str], bool], cookies: Callable[[], list[dict[str, str]]]
    ) -> Session:
        """The browser as one unit sees it. `forbids` says whether robots.txt keeps a request of scripts away,
        `cookies` what the portal has set (name, value, url)."""
        network = self._network
        gateway = Gateway(self._guard, self._resolver, network.proxy, self.config.max_bytes)
        return Session(self, scope, forbids, cookies, gateway)

    async def replace(self) -> None:
        """Ends a browser that does not react any more; the next page gets another."""
        async with self._starting:
            await self._let_go()

    async def close(self) -> None:
        """Ends the browser for good."""
        self._why_not = self._why_not or "never"
        async with self._starting:
            await self._let_go()
            if self._playwright is not None:
                with suppress(Exception):
                    async with asyncio.timeout(_CLOSE_SECONDS):
                        await self._playwright.stop()
                self._playwright = None

    async def _let_go(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        chromium, self._chromium = self._chromium, None
        if chromium is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await chromium.close()
        except Exception:
            await asyncio.get_running_loop().run_in_executor(None, _kill_tree, self._mark)


def _process_with(psutil: Any, mark: str) -> Any:
    """The browser's main process, told by the mark in its command line."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            line = process.cmdline()
            if mark in line and not any(part.startswith("--type=") for part in line):
                return process
    return None


def _kill_tree(mark: str) -> None:
    with suppress(ImportError):
        psutil: Any = importlib.import_module("psutil")
        main = _process_with(psutil, mark)
        if main is not None:
            with suppress(psutil.Error):
                for process in [*main.children(recursive=True), main]:
                    with suppress(psutil.Error):
                        process.kill()


@dataclass(slots=True)
class Showing:
    """A page while it is open. `moved_to` is where its scripts wanted to go, `limits` the named limits that it met,
    `empty` says that it shows hardly a word or a link."""

    page: Page
    document: Document
    device: Device
    deadline: float
    moved_to: str | None = None
    limits: Counter[str] = field(default_factory=Counter)
    loads: int = 0
    empty: bool = True
    requests: int = 0
    under_way: set[Request] = field(default_factory=set)
    busy_at: float = 0.0
    hosts: set[str] = field(default_factory=set)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    ended_by: str = ""
    _cdp: CDPSession | None = None

    def end(self, limit: str) -> None:
        """The page is given up, now."""
        self.ended_by = self.ended_by or limit
        self.limits[limit] += 1
        self.ended.set()

    async def within(self, work: Awaitable[_T], seconds: float | None = None) -> _T:
        """What `work` gives, unless the page's time ends or the page does. Raises ShowError."""
        left = self.deadline - monotonic()
        if seconds is not None:
            left = min(left, seconds)
        task = asyncio.ensure_future(work)
        ended = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait({task, ended}, timeout=max(left, 0.0), return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not self.ended.is_set():
                return task.result()
        except Exception as error:
            raise ShowError(self.ended_by or _limit_of(error), str(error).split("\n", 1)[0][:200]) from error
        finally:
            for one in (task, ended):
                one.cancel()
            await asyncio.gather(task, ended, return_exceptions=True)
        limit = self.ended_by or "page_seconds"
        self.limits[limit] += not self.ended_by
        raise ShowError(limit)

    async def run(self, source: str, argument: object = None, seconds: float | None = None) -> Any:
        """What a script of ours (a function's source) answers in the page. Raises ShowError."""
        while True:
            try:
                return await self.within(self.page.evaluate(source, argument), seconds)
            except ShowError as error:
                # A page that loads itself again takes the script with it.
                if error.limit != "navigated":
                    raise
                await self.within(asyncio.sleep(_TICK))

    async def html(self, most: int) -> str:
        """The document as it stands now, cut at `most` characters. Raises ShowError."""
        return str(await self.run(script("document.js"), most))

    async def picture(self, *, width: int, height: int, top: int = 0, left: int = 0, scale: float = 1.0) -> bytes:
        """A small WebP picture of a part of the page, in the page's own pixels. Raises ShowError."""
        if self._cdp is None:
            self._cdp = await self.within(self.page.context.new_cdp_session(self.page))
        clip = {"x": left, "y": top, "width": width, "height": height, "scale": scale}
        asked = {
            "format": "webp",
            "quality": 55,
            "clip": clip,
            "captureBeyondViewport": True,
            "optimizeForSpeed": False,
        }
        answer = await self.within(self._cdp.send("Page.captureScreenshot", asked))
        return b64decode(str(answer["data"]))


def _limit_of(error: Exception) -> str:
    text = str(error).lower()
    if "crash" in text:
        return "crash"
    if "navigation" in text:
        return "navigated"
    if "closed" in text or "disconnected" in text:
        return "browser_lost"
    return "broken"


class Session:
    """One unit's turn at the browser: contexts of its own, its gateway, its limits."""

    def __init__(
        self,
        browser: Browser,
        scope: Scope,
        forbids: Callable[[str], bool],
        cookies: Callable[[], list[dict[str, str]]],
        gateway: Gateway,
    ) -> None:
        self._browser = browser
        self.scope = scope
        self._forbids = forbids
        self._cookies = cookies
        self._gateway = gateway
        self._proxy: str | None = None
        self._contexts: dict[Device, tuple[Chromium, BrowserContext]] = {}
        self._open: dict[Any, Showing] = {}
        self._config: BrowserConfig = browser.config
        self.seconds = 0.0
        self.pages = 0

    @property
    def bytes(self) -> int:
        """What the unit's pages have loaded besides their documents."""
        return self._gateway.passed

    @property
    def refused(self) -> Counter[str]:
        """Connections that the gateway did not make, by cause."""
        return self._gateway.refused

    async def close(self) -> None:
        """Forgets everything that the unit's pages left in the browser."""
        for device in list(self._contexts):
            await self._forget(device)
        await self._gateway.close()

    @asynccontextmanager
    async def show(self, document: Document, device: Device = "desktop") -> AsyncIterator[Showing]:
        """Shows a page until it is quiet and leaves it open for as long as the block runs. Raises ShowError.

        To be called while holding a `turn`.
        """
        if self.seconds >= self._config.unit_seconds:
            raise ShowError("unit_seconds")
        if self._gateway.full:
            raise ShowError("bytes")
        started = monotonic()
        showing: Showing | None = None
        try:
            showing = await self._opened(document, device)
            await self._load(showing)
            yield showing
        finally:
            if showing is not None:
                await self._close_page(showing)
            self.seconds += monotonic() - started

    async def _opened(self, document: Document, device: Device) -> Showing:
        """An empty page in the unit's context; a browser that was lost meanwhile is replaced once."""
        left = min(self._config.page_seconds, self._config.unit_seconds - self.seconds)
        for last in (False, True):
            try:
                async with asyncio.timeout(_START_SECONDS):
                    context = await self._context(device)
                    page = await context.new_page()
                break
            except NoBrowserError as error:
                raise ShowError("no_browser", str(error)) from error
            except Exception as error:
                await self._forget(device)
                if last:
                    raise ShowError("browser_lost", str(error).split("\n", 1)[0][:200]) from error
                await self._browser.replace()
        showing = Showing(page, document, device, monotonic() + left)
        self._open[page] = showing
        page.on("crash", lambda _: showing.end(self._crash()))
        page.on("close", lambda _: showing.end("browser_lost"))
        page.on("dialog", lambda dialog: asyncio.ensure_future(self._dismiss(dialog, showing)))
        page.on("download", lambda download: showing.limits.update(["downloads"]))
        page.on("popup", lambda popup: showing.limits.update(["windows"]))
        return showing

    def _crash(self) -> str:
        return "memory" if monotonic() - self._browser.killed_at < 3.0 else "crash"

    async def _dismiss(self, dialog: Any, showing: Showing) -> None:
        showing.limits["dialogs"] += 1
        if showing.limits["dialogs"] > _MAX_DIALOGS:
            showing.end("dialogs")
        with suppress(Exception):
            await dialog.dismiss()

    async def _context(self, device: Device) -> BrowserContext:
        chromium = await self._browser.start()
        known = self._contexts.get(device)
        if known is not None:
            if known[0] is chromium:
                return known[1]
            await self._forget(device)
        if self._proxy is None:
            self._proxy = await self._gateway.open()
        width, height = SIZES[device]
        context = await chromium.new_context(
            viewport={"width": width, "height": height},
            screen={"width": width, "height": height},
            is_mobile=device == "phone",
            has_touch=device == "phone",
            device_scale_factor=1,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="light",
            reduced_motion="reduce",
            user_agent=self._browser.agent(device),
            ignore_https_errors=True,
            accept_downloads=False,
            service_workers="block",
            proxy={"server": self._proxy},
        )
        self._contexts[device] = (chromium, context)
        await context.add_init_script(script("quiet.js"))
        await context.route("**/*", self._decide)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        context.on("page", self._stranger)
        context.on("request", self._begun)
        context.on("requestfinished", self._finished)
        context.on("requestfailed", self._finished)
        with suppress(Exception):
            await context.add_cookies(cast("Any", self._cookies()))
        return context

    async def _forget(self, device: Device) -> None:
        known = self._contexts.pop(device, None)
        if known is None or not known[0].is_connected():
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await known[1].close()
        except Exception:
            await self._browser.replace()

    async def _close_page(self, showing: Showing) -> None:
        self._open.pop(showing.page, None)
        try:
            if "page_seconds" in showing.limits:
                await self._crash_page(showing)
            async with asyncio.timeout(_CLOSE_SECONDS):
                await showing.page.close()
        except TimeoutError:
            await self._browser.replace()
        except Exception as error:
            log.debug("a page does not close: %s", error)

    async def _crash_page(self, showing: Showing) -> None:
        """Ends the process of a page whose scripts may never come to an end: it would not close by itself."""
        with suppress(Exception):
            async with asyncio.timeout(1.0):
                session = await showing.page.context.new_cdp_session(showing.page)
                await session.send("Page.crash")

    def _stranger(self, page: Page) -> None:
        """Closes what opens by itself: windows and tabs that nobody asked for."""

        async def close_unless_ours() -> None:
            await asyncio.sleep(_TICK)
            if page not in self._open and not page.is_closed():
                with suppress(Exception):
                    if await page.opener() is not None:
                        await page.close()

        _in_background(close_unless_ours())

    # --- requests ------------------------------------------------------------------------------------------------

    def _showing_of(self, request: Request) -> Showing | None:
        try:
            return self._open.get(request.frame.page)
        except Exception:  # a request without a frame of its own
            return None

    def _begun(self, request: Request) -> None:
        showing = self._showing_of(request)
        if showing is not None and request.resource_type not in _NEVER_LOADED:
            showing.under_way.add(request)
            showing.busy_at = monotonic()

    def _finished(self, request: Request) -> None:
        showing = self._showing_of(request)
        if showing is not None:
            showing.under_way.discard(request)
            showing.busy_at = monotonic()

    async def _decide(self, route: Route) -> None:
        """Lets a request pass, answers it from the archive, or refuses it."""
        with suppress(Exception):  # the page may be gone meanwhile
            refused = await self._refused(route)
            if refused is not None:
                # Any other error would put the browser's own page in the place of the one that is being shown.
                await route.abort("aborted" if route.request.is_navigation_request() else "blockedbyclient")

    async def _refused(self, route: Route) -> str | None:
        """Why a request is not let through, None when it has been dealt with."""
        request = route.request
        showing = self._showing_of(request)
        if showing is None:
            return "windows"
        refused = self._rule(request, showing)
        if refused == "document":
            showing.loads += 1
            document = showing.document
            headers = {"content-type": document.content_type or "text/html"}
            await route.fulfill(status=document.status, headers=headers, body=document.body)
            return None
        if refused is not None:
            if refused != "moved":
                showing.limits[refused] += 1
            return refused
        await route.continue_()
        return None

    def _rule(self, request: Request, showing: Showing) -> str | None:
        url = request.url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            return "scheme"
        main = request.is_navigation_request() and request.frame.parent_frame is None
        if main:
            return self._navigation(request, showing)
        kind = request.resource_type
        if kind in _NEVER_LOADED:
            return kind
        if parts.username or parts.password:
            return "credentials"
        if self._gateway.full:
            return "bytes"
        host = host_of(url)
        ours = host == self.scope.host or host == host_of(showing.document.url)
        if kind == "document" and not ours:
            return "foreign_frame"
        if not ours:
            if any(host == one or host.endswith(f".{one}") for one in self._browser.measuring):
                return "measuring"
            if host not in showing.hosts and len(showing.hosts) >= self._config.max_hosts:
                return "other_hosts"
            showing.hosts.add(host)
        elif kind in ("xhr", "fetch", "document") and self._forbids(url):
            return "robots"
        if request.method not in _ONLY_READS and (kind not in ("xhr", "fetch") or not ours):
            return "sends"
        showing.requests += 1
        return "requests" if showing.requests > self._config.max_requests else None

    def _navigation(self, request: Request, showing: Showing) -> str:
        wanted = absolute(request.url, showing.document.url) or ""
        same = wanted.partition("#")[0] == showing.document.url.partition("#")[0]
        if showing.loads == 0 or (same and showing.loads < 3 and request.method == "GET"):
            return "document"
        if not same and request.method == "GET" and wanted:
            showing.moved_to = showing.moved_to or wanted
            return "moved"
        return "sends" if request.method != "GET" else "reloads"

    # --- waiting -------------------------------------------------------------------------------------------------

    async def _load(self, showing: Showing) -> None:
        """Loads the page and waits until it is quiet, within its time; what it shows then is what counts."""
        self.pages += 1
        await showing.within(showing.page.goto(showing.document.url, wait_until="commit"))
        started = monotonic()
        showing.busy_at = started
        steady_at, last = started, None
        while True:
            await showing.within(asyncio.sleep(_TICK))
            seen = await showing.run(_STATE)
            now = monotonic()
            if seen != last:
                last, steady_at = seen, now
            ready, _, links, text = seen
            enough = text >= _ENOUGH_TEXT or links >= _ENOUGH_LINKS
            if showing.moved_to is not None and not enough:
                break
            showing.empty = not enough
            if ready == "loading":
                continue
            quiet = not showing.under_way and now - showing.busy_at >= _QUIET_SECONDS and ready == "complete"
            steady = now - steady_at
            if quiet and steady >= _QUIET_SECONDS and (enough or now - started >= _EMPTY_SECONDS):
                break
            if enough and steady >= _STEADY_SECONDS:
                showing.limits["never_quiet"] += 1
                break
            if showing.deadline - now < 2.0 and (enough or text):
                # The rest of the time is for reading what is there.
                showing.limits["page_seconds"] += 1
                break


_STATE = """() => [document.readyState, document.getElementsByTagName('*').length,
  document.querySelectorAll('a[href]').length, document.body ? document.body.innerText.trim().length : 0]"""

_background: set[asyncio.Task[None]] = set()


def _in_background(work: Any) -> None:
    task = asyncio.ensure_future(work)
    _background.add(task)
    task.add_done_callback(_background.discard)

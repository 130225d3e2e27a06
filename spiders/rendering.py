"""What one visit asks of the browser: which of its pages a browser must show, and what came of each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from auditor.archive import RENDERED_TYPE, now
from auditor.model import Capture, Picture
from auditor.page import Page, read_page
from auditor.rendering import Need, adds, need_of
from auditor.urls import Scope
from spiders.browser import SIZES, Browser, Device, Document, Session, ShowError, Showing, script

log = logging.getLogger(__name__)

# Where scripts build the menu, so many pages tell whether it is the same everywhere.
_MENU_SAMPLE = 10
_PICTURE_WIDTH = 640
_AROUND = 40  # pixels of the page around a marked place
_MAX_PLACE = 600
_AXE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a browser made of a page: `html`, or `moved_to` where its scripts send the visitor, or the `failure`."""

    need: Need
    html: str = ""
    moved_to: str | None = None
    failure: str | None = None
    shown_at: str = ""
    limits: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def body(self) -> bytes:
        return self.html.encode("utf-8", "replace")


@dataclass(slots=True)
class Seen:
    """What a look at a page has left: pictures, and the findings of axe-core (None where it did not run)."""

    pictures: list[Picture] = field(default_factory=list)
    findings: list[dict[str, Any]] | None = None


@cache
def axe_source() -> str | None:
    """The source of axe-core, None where the package that brings it is not installed."""
    try:
        return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return None


@dataclass(slots=True)
class Rendering:
    """The browser's part in one visit. `pause` is called around waiting for the browser: that time is not the
    portal's; `courtesy` waits until the portal's host may be asked again."""

    browser: Browser
    session: Session
    courtesy: Callable[[], Any]
    pause: Callable[[], Any]
    mode: str
    max_pages: int
    max_chars: int
    need: Need | None = None
    used: bool = False
    home_seen: bool = False
    shown: int = 0
    limits: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    leads_away: dict[str, str] = field(default_factory=dict)

    def wants(self, page: Page) -> Need | None:
        """Why a page is to be shown by a browser, or None."""
        need = need_of(page)
        if need is None and self.mode == "always":
            return Need.ALWAYS
        return need

    def wants_more(self, page: Page) -> Need | None:
        """As `wants`, for a page behind the home page: nothing where the home page needed no browser."""
        if not self.used:
            return None
        if self.need is Need.NO_MENU:
            return Need.NO_MENU if self.shown <= _MENU_SAMPLE else None
        need = self.wants(page)
        return need if need is not Need.NO_MENU or self.mode == "always" else None

    async def home(self, page: Page, document: Document) -> Rendered | None:
        """The home page as a browser shows it, where that is needed and says more than the answer itself."""
        self.need = self.wants(page)
        if self.need is None or self.mode == "never":
            return None
        self.session.scope = Scope.of(document.url)
        rendered = await self.render(document, self.need)
        if rendered.failure is not None or rendered.moved_to is not None:
            return rendered
        self.home_seen = True
        shown = read_page(self.capture(rendered, page))
        if self.need is not Need.ALWAYS and not adds(page, shown):
            return None
        self.used = True
        return rendered

    async def render(self, document: Document, need: Need, *, again: bool = False) -> Rendered:
        """Shows a page and reads its document; a failure is in the answer."""
        try:
            async with self.show(document) as showing:
                if showing.moved_to is not None and showing.empty:
                    return Rendered(need, moved_to=showing.moved_to, shown_at=now(), limits=tuple(showing.limits))
                if showing.moved_to is not None:
                    self.leads_away.setdefault(document.url, showing.moved_to)
                html = await showing.html(self.max_chars + 1)
        except ShowError as error:
            if error.limit == "browser_lost" and not again:
                # Another portal's page may have taken the browser with it.
                return await self.render(document, need, again=True)
            self.failures[error.limit] += 1
            return Rendered(need, failure=error.limit, shown_at=now())
        cut = len(html) > self.max_chars
        return Rendered(
            need, html[: self.max_chars], shown_at=now(), limits=tuple(sorted(showing.limits)), truncated=cut
        )

    @asynccontextmanager
    async def show(self, document: Document, device: Device = "desktop") -> AsyncIterator[Showing]:
        """A page in the browser, for as long as the block runs. Raises ShowError."""
        if not self.browser.usable:
            raise ShowError("no_browser", self.browser.why_not)
        with self.pause():
            turn = self.browser.turn()
            await turn.__aenter__()
        try:
            await self.courtesy()
            self.shown += 1
            async with self.session.show(document, device) as showing:
                try:
                    yield showing
                finally:
                    self.limits.update(showing.limits)
        finally:
            await turn.__aexit__(None, None, None)

    async def on_a_phone(self, document: Document, *, picture: bool) -> tuple[dict[str, Any], Picture | None]:
        """The archive's note of how a page looks on a phone's screen, and a picture of it; why not, in the note."""
        noted: dict[str, Any] = {"url": document.url, "seen_at": now()}
        taken: Picture | None = None
        try:
            async with self.show(document, "phone") as showing:
                if showing.moved_to is not None:
                    noted["moved_to"] = showing.moved_to
                if showing.moved_to is None or not showing.empty:
                    noted["seen"] = await showing.run(script("phone.js"), SIZES["phone"][0])
                    if picture:
                        taken = await self._whole_screen(showing, "phone", 1.0)
        except ShowError as error:
            self.failures[error.limit] += 1
            noted["failure"] = error.limit
        return noted, taken

    async def on_a_desktop(
        self, document: Document, kinds: Sequence[str], terms: Sequence[str], *, first_screen: bool, axe: bool
    ) -> Seen:
        """Pictures of a page: its first screen, and each place of `kinds` with a frame around it.

        `terms` are the folded words that mark injected text. With `axe` the findings of axe-core, too.
        """
        seen = Seen()
        try:
            async with self.show(document) as showing:
                if first_screen:
                    seen.pictures.append(await self._whole_screen(showing, "desktop", 0.5))
                places = await showing.run(script("places.js"), list(terms))
                for kind in kinds:
                    box = places["boxes"].get(kind)
                    if box is not None:
                        seen.pictures.append(await self._place(showing, kind, box, places["height"]))
                if axe and (source := axe_source()) is not None:
                    await showing.run(source)
                    seen.findings = await showing.run(script("accessibility.js"), seconds=_AXE_SECONDS)
        except ShowError as error:
            self.failures[error.limit] += 1
        return seen

    async def _place(self, showing: Showing, kind: str, box: Mapping[str, float], page_height: int) -> Picture:
        """A picture of a place on the page, framed, with something of what lies around it."""
        full, _ = SIZES["desktop"]
        tall = min(box["height"], _MAX_PLACE)
        await showing.run(script("mark.js"), {**box, "height": tall})
        top = max(0, round(box["top"] - _AROUND))
        height = min(round(tall + 2 * _AROUND), max(page_height - top, round(tall)))
        width = round(min(full, max(_PICTURE_WIDTH, box["width"] + 2 * _AROUND)))
        left = round(min(max(0.0, box["left"] + box["width"] / 2 - width / 2), full - width))
        scale = _PICTURE_WIDTH / width
        body = await showing.picture(width=width, height=height, top=top, left=left, scale=scale)
        await showing.run(script("mark.js"), None)
        return Picture(showing.document.url, kind, body, _PICTURE_WIDTH, round(height * scale), now())

    async def _whole_screen(self, showing: Showing, kind: Device, scale: float) -> Picture:
        width, height = SIZES[kind]
        body = await showing.picture(width=width, height=height, scale=scale)
        return Picture(showing.document.url, kind, body, round(width * scale), round(height * scale), now())

    def capture(self, rendered: Rendered, page: Page, *, depth: int = 0, via: str | None = None) -> Capture:
        """The rendered document as it is stored."""
        return Capture(
            url=page.url,
            status=200,
            headers=(("content-type", RENDERED_TYPE),),
            body=rendered.body,
            fetched_at=rendered.shown_at,
            role="rendered",
            depth=page.depth or depth,
            via=page.via or via,
            home=page.home,
            truncated=rendered.truncated,
        )

    def note(self) -> dict[str, object]:
        """What the archive says about the browser's part."""
        return {
            "mode": self.mode,
            "need": self.need.value if self.need else None,
            "home_seen": self.home_seen,
            "used": self.used,
            "browser": self.browser.name,
            "why_not": self.browser.why_not,
            "shown": self.shown,
            "seconds": round(self.session.seconds, 2),
            "bytes": self.session.bytes,
            "limits": dict(sorted((self.limits + self.session.refused).items())),
            "leads_away": dict(list(self.leads_away.items())[:20]),
            "failures": dict(sorted(self.failures.items())),
        }

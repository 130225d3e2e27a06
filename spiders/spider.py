"""The one Scrapy spider of a run: takes units as others leave and lets a visit crawl each."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider

from auditor.config import Config
from auditor.model import Unit
from spiders.addresses import Terms, address_rules
from spiders.browser import Browser
from spiders.challenges import challenge_rules
from spiders.politeness import Gates
from spiders.resolver import Guard, HostResolver
from spiders.visit import Surroundings, Visit

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.2
# Visits begin one after the other: servers are not asked for everything at once, and judging has its first archive
# when the crawl has hardly begun.
_BETWEEN_STARTS = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl is. `units_total` is None where the units come one by one; `faults` counts by cause."""

    units_done: int
    units_total: int | None
    under_way: int
    pages: int
    bytes: int
    faults: Mapping[str, int] = field(default_factory=dict)


class CrawlStoppedError(Exception):
    """`should_stop` asked the crawl to end; the units under way have left no archive."""


@dataclass(slots=True)
class Job:
    """What `crawl` was asked to do, see there."""

    units: Iterable[Unit]
    config: Config
    archive_dir: Path
    other_unit_hosts: Mapping[str, str]
    vocabulary_terms: Sequence[str]
    on_unit: Callable[[Unit, Path], None]
    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    visit: Callable[[Unit, Surroundings], Visit] = Visit
    error: BaseException | None = None


class ArchiveThread(ThreadPoolExecutor):
    """The thread that compresses and writes; `room` lets a visit wait while it is far behind."""

    _MOST = 400

    def __init__(self) -> None:
        super().__init__(1, thread_name_prefix="archive")
        self._behind = 0
        self._lock = Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As ThreadPoolExecutor does, counting what is not yet done."""
        with self._lock:
            self._behind += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._one_less)
        return future

    def _one_less(self, _: Future[Any]) -> None:
        with self._lock:
            self._behind -= 1

    async def room(self) -> None:
        """Returns when little enough is waiting to be written."""
        while self._behind > self._MOST:
            await asyncio.sleep(0.01)


class PortalSpider(Spider):
    """Runs the visits of a job; `guard` and `resolver` are what the download handler connects with."""

    name = "auditor"

    def __init__(self, *args: Any, job: Job, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._job = job
        network = job.config.network
        self.guard = Guard(network.hosts, network.allow_private_addresses, network.proxy is not None)
        self.resolver = HostResolver(self.guard)
        self._done = 0
        self._under_way = 0
        self._crowds: dict[str, asyncio.Semaphore] = {}
        self._all_taken = asyncio.Event()

    async def start(self) -> AsyncIterator[Request]:
        """Crawls everything; Scrapy's scheduler stays empty, visits ask the downloader themselves."""
        try:
            await self._run()
        except BaseException as error:
            self._job.error = error
        none: tuple[Request, ...] = ()
        for request in none:
            yield request

    async def _run(self) -> None:
        job, crawl = self._job, self._job.config.crawl
        writer = ArchiveThread()
        browser = Browser(job.config, self.guard, self.resolver)
        around = Surroundings(
            config=job.config,
            archive_dir=job.archive_dir,
            download=self.crawler.engine.download_async,
            resolver=self.resolver,
            guard=self.guard,
            host_gates=Gates(crawl.delay_seconds, crawl.concurrency_per_host),
            address_gates=Gates(crawl.address_delay_seconds, crawl.concurrency_per_address, max_pause=5.0),
            terms=Terms(job.vocabulary_terms),
            rules=address_rules(),
            challenges=challenge_rules(),
            other_unit_hosts=job.other_unit_hosts,
            executor=writer,
            room=writer.room,
            browser=browser,
        )
        units = iter(job.units)
        workers = [asyncio.create_task(self._work(place, units, around)) for place in range(crawl.concurrent_units)]
        ticker = asyncio.create_task(self._tick(around, asyncio.current_task()))
        try:
            await asyncio.gather(*workers)
        except asyncio.CancelledError:
            if ticker.done():
                raise CrawlStoppedError from None
            raise
        finally:
            ticker.cancel()
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, ticker, return_exceptions=True)
            await browser.close()
            writer.shutdown(wait=True, cancel_futures=True)
        self._report(around)

    async def _work(self, place: int, units: Iterator[Unit], around: Surroundings) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_taken.wait(), place * _BETWEEN_STARTS)
        for unit in units:
            self._under_way += 1
            try:
                async with await self._crowd(unit):
                    visit = self._job.visit(unit, around)
                    await visit.run()
            finally:
                self._under_way -= 1
            self._done += 1
            self._job.on_unit(unit, visit.path)
        self._all_taken.set()

    async def _crowd(self, unit: Unit) -> asyncio.Semaphore:
        """Lets only so many units of one server address be under way that each can end within max_seconds."""
        crawl = self._job.config.crawl
        address = "proxy"
        if self._job.config.network.proxy is None:
            try:
                address = (await self.resolver.addresses(urlsplit(unit.url or "").hostname or ""))[0]
            except Exception:  # the visit meets it again and names it
                address = "unknown"
        together = crawl.concurrent_units
        if "." in address or ":" in address:
            seconds = (crawl.max_pages + crawl.max_attachments) * crawl.address_delay_seconds
            together = min(together, max(1, int(0.6 * crawl.max_seconds / seconds))) if seconds else together
        if len(self._crowds) > 4096:
            self._crowds = {name: known for name, known in self._crowds.items() if known.locked()}
        return self._crowds.setdefault(address, asyncio.Semaphore(together))

    async def _tick(self, around: Surroundings, whole: asyncio.Task[Any] | None) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._report(around)
            if self._job.should_stop is not None and self._job.should_stop():
                assert whole is not None
                whole.cancel()
                return

    def _report(self, around: Surroundings) -> None:
        if self._job.on_progress is None:
            return
        total = len(self._job.units) if isinstance(self._job.units, Sequence) else None
        self._job.on_progress(
            Progress(self._done, total, self._under_way, around.pages, around.bytes, Counter(around.faults))
        )

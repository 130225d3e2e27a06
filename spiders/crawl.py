"""The crawl of many units into archives: the one door to the network for the rest of the program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from scrapy.crawler import Crawler

from auditor.config import Config
from auditor.model import Unit
from spiders.settings import scrapy_settings
from spiders.spider import CrawlStoppedError, Job, PortalSpider, Progress
from spiders.visit import Surroundings, Visit

__all__ = ["CrawlStoppedError", "Progress", "crawl"]


def crawl(
    units: Iterable[Unit],
    config: Config,
    archive_dir: Path,
    *,
    other_unit_hosts: Mapping[str, str],
    vocabulary_terms: Sequence[str],
    on_unit: Callable[[Unit, Path], None],
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    visit: Callable[[Unit, Surroundings], Visit] = Visit,
) -> None:
    """Crawls every unit into `<archive_dir>/<archive_name(unit.id)>`; returns when all are done.

    `units` have a url each and are taken one by one, at most config.crawl.concurrent_units under way. `on_unit` is
    called in the crawl's own thread when a unit's archive is closed, whatever came of it. `other_unit_hosts` maps host
    names (without `www.`) to unit ids. `vocabulary_terms` mark important links. Units under way when the crawl is
    stopped leave no closed archive. `visit` makes what crawls one unit.

    Raises CrawlStoppedError when `should_stop` said so, OSError when an archive cannot be written, and whatever
    `on_unit` or `units` raise.
    """
    for name in ("scrapy", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    archive_dir.mkdir(parents=True, exist_ok=True)
    job = Job(units, config, archive_dir, other_unit_hosts, vocabulary_terms, on_unit, on_progress, should_stop, visit)
    asyncio.run(_run(job))
    if job.error is not None:
        raise job.error


async def _run(job: Job) -> None:
    await Crawler(PortalSpider, scrapy_settings(job.config)).crawl_async(job=job)

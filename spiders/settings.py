"""Scrapy's settings for the crawl: one downloader for all units, nothing that the crawl does not need."""

from __future__ import annotations

from typing import Any, cast

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import Settings

from auditor.config import Config


class SilentLog(LogFormatter):
    """Says nothing about single answers: the archive has them."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        # None means "no line" to the engine, though the declared type does not say so.
        return cast("LogFormatterResult", None)


def scrapy_settings(config: Config) -> Settings:
    """Settings from our configuration; delays, retries, robots.txt and redirects are the visit's own work."""
    values: dict[str, Any] = {
        "BOT_NAME": "auditor",
        # The asyncio loop without a Twisted reactor: a second crawl in the same process is possible.
        "TWISTED_REACTOR_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": "spiders.handler.CappedHandler",
            "https": "spiders.handler.CappedHandler",
            **dict.fromkeys(("data", "file", "s3", "ftp")),
        },
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "ITEM_PIPELINES_BASE": {},
        "SPIDER_CONTRACTS_BASE": {},
        "ADDONS": {},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "LOG_FORMATTER": "spiders.settings.SilentLog",
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
        # Bounded by the gates of politeness and by the units under way, not here.
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 10_000,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUDITOR_PROXY": config.network.proxy,
        "AUDITOR_MAX_HEADER_BYTES": config.crawl.max_header_bytes,
    }
    return Settings(values)

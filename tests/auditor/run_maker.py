"""Fakes for tests of runs: registers, a clock, and a crawl without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auditor.archive import ArchiveWriter, archive_name
from auditor.config import Config, config_with
from auditor.model import CrawlEnd, Kind, Status, StoppedBy, Unit
from auditor.register import Register, RejectedRow
from auditor.run import CrawlTask, ReportTask, Tools
from tests.auditor.judges import quick_judge


def register_of(count: int, *, without_website: int = 1, rejected: bool = False) -> Register:
    """Units U0, U1 … of which the last ones have no website."""
    units = tuple(
        Unit(
            f"U{index}",
            f"Trường THCS Số {index}",
            Kind.THCS,
            f"http://u{index}.edu.vn/" if index < count - without_website else None,
            row=index + 2,
        )
        for index in range(count)
    )
    return Register("a.csv", units, (RejectedRow(99, "thiếu tên đơn vị"),) if rejected else ())


def config_in(folder: Path, **judge: Any) -> Config:
    """The default configuration with its store in `folder` and two judging processes."""
    return config_with({"store": f"sqlite:///{(folder / 'store.db').as_posix()}", "judge": {"processes": 2, **judge}})


def clock() -> Callable[[], datetime]:
    """A clock that gives a second more each time."""
    ticks: Iterator[int] = iter(range(10_000))
    return lambda: datetime(2026, 10, 20, 1, 0, tzinfo=UTC) + timedelta(seconds=next(ticks))


class Progress:
    """What a crawl reports."""

    pages = 3
    faults: dict[str, int] = {"dns": 1}  # noqa: RUF012


class FakeCrawl:
    """Closes an archive for each unit; after `stop_after` units it raises `error`, one archive left open."""

    def __init__(self, stop_after: int | None = None, error: BaseException | None = None) -> None:
        self.crawled: list[str] = []
        self._stop_after = stop_after
        self._error = error

    def __call__(self, task: CrawlTask) -> None:
        for unit in task.units:
            path = task.archive_dir / archive_name(unit.id)
            if self._stop_after is not None and len(self.crawled) >= self._stop_after:
                assert self._error is not None
                path.with_name(path.name + ".open").write_bytes(b"half an archive")
                raise self._error
            writer = ArchiveWriter(path, unit, {})
            writer.close(CrawlEnd(Status.UNREACHABLE, "dns", StoppedBy.UNREACHABLE, failed=1))
            self.crawled.append(unit.id)
            task.on_unit(unit, path)
            task.on_progress(Progress())
            if task.should_stop():
                raise KeyboardInterrupt


def no_reports(task: ReportTask) -> None:
    """Scorecards are not looked at."""


def tools_of(crawl: Callable[[CrawlTask], None], **changes: Any) -> Tools:
    """Tools with a fake crawl and the quick judge."""
    return Tools(**{"crawl": crawl, "reports": no_reports, "now": clock(), "judge": quick_judge, **changes})

"""What a run says while it works: a moving display for a person, plain lines or JSON lines for a log."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_EVERY_SECONDS = 10.0  # between two lines of a log
_EVERY_SECONDS_OF_ONE = 1.0  # where somebody waits for a single unit


class CrawlProgress(Protocol):
    """How far the crawl is: HTML pages read so far and failures by cause."""

    @property
    def pages(self) -> int: ...

    @property
    def faults(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a run stands. `seconds` since its start; `faults` are failures by cause (auditor.model.Cause)."""

    units: int
    crawled: int
    judged: int
    pages: int
    seconds: float
    faults: Mapping[str, int]

    @property
    def pages_per_second(self) -> float:
        return self.pages / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the units judged so far; None before the first."""
        if not self.judged or self.judged >= self.units:
            return None
        return self.seconds / self.judged * (self.units - self.judged)

    def line(self) -> str:
        """One plain line in Vietnamese."""
        if self.units == 1:
            return self._line_of_one()
        parts = [f"{self.judged}/{self.units} đơn vị đã chấm"]
        if self.seconds_left is not None:
            parts.append(f"còn khoảng {spoken_time(self.seconds_left)}")
        parts.append(f"{self.pages} trang ({self.pages_per_second:.1f} trang/giây)".replace(".", ","))
        if self.faults:
            parts.append("lỗi: " + spoken_faults(self.faults))
        return " · ".join(parts)

    def _line_of_one(self) -> str:
        """The line for somebody who waits for one portal: there is nothing to count but its pages."""
        if self.judged:
            text = f"Đã đọc và chấm xong {self.pages} trang trong {spoken_time(self.seconds)}"
        elif self.crawled:
            text = f"Đã đọc xong {self.pages} trang, đang chấm …"
        else:
            text = f"Đang đọc cổng: {self.pages} trang sau {spoken_time(self.seconds)}"
        return f"{text} · lỗi: {spoken_faults(self.faults)}" if self.faults else text


@dataclass(slots=True)
class _Pace:
    """When the next line of a log is due: after a while, and at once when the only unit comes to its next stage."""

    last: float = 0.0
    stage: int = 0

    def due(self, snapshot: Snapshot) -> bool:
        stage = snapshot.crawled + snapshot.judged if snapshot.units == 1 else 0
        every = _EVERY_SECONDS_OF_ONE if snapshot.units == 1 else _EVERY_SECONDS
        if snapshot.seconds - self.last < every and stage == self.stage:
            return False
        self.last, self.stage = snapshot.seconds, stage
        return True


def spoken_time(seconds: float) -> str:
    """A length of time for people: "40 giây", "12 phút", "3 giờ 5 phút"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} giây"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} phút"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} giờ {minutes} phút" if minutes else f"{hours} giờ"


_FAULTS = {
    "dns": "không có tên miền",
    "refused": "từ chối kết nối",
    "timeout": "quá thời gian chờ",
    "tls": "lỗi bảo mật TLS",
    "reset": "bị ngắt kết nối",
    "http_error": "trang báo lỗi",
    "challenge": "bị chặn",
    "robots": "robots.txt cấm",
    "too_large": "quá lớn",
    "too_many_redirects": "chuyển hướng quá nhiều",
    "off_scope_redirect": "chuyển sang nơi khác",
    "private_address": "địa chỉ nội bộ",
    "bad_address": "địa chỉ sai",
    "bad_response": "trả lời hỏng",
    "cancelled": "dừng do giới hạn",
    "crash": "lỗi chương trình",
}


def spoken_faults(faults: Mapping[str, int]) -> str:
    """Failures by cause for people, the most frequent first, at most four."""
    ordered = sorted(faults.items(), key=lambda pair: (-pair[1], pair[0]))[:4]
    return ", ".join(f"{_FAULTS.get(cause, cause)} {count}" for cause, count in ordered)


class Reporter(Protocol):
    """Who is told how a run goes."""

    def started(self, run_id: str, units: int) -> None: ...

    def moved(self, snapshot: Snapshot) -> None: ...

    def said(self, text: str) -> None: ...

    def finished(self, snapshot: Snapshot) -> None: ...


class Quiet:
    """Says nothing."""

    def started(self, run_id: str, units: int) -> None:
        return

    def moved(self, snapshot: Snapshot) -> None:
        return

    def said(self, text: str) -> None:
        return

    def finished(self, snapshot: Snapshot) -> None:
        return


@dataclass(slots=True)
class Lines:
    """Plain lines, one every ten seconds (every second for a single unit) and one at the end."""

    out: TextIO
    pace: _Pace = field(default_factory=_Pace)

    def started(self, run_id: str, units: int) -> None:
        self._write(f"{units} đơn vị.")

    def moved(self, snapshot: Snapshot) -> None:
        if self.pace.due(snapshot):
            self._write(snapshot.line())

    def said(self, text: str) -> None:
        self._write(text)

    def finished(self, snapshot: Snapshot) -> None:
        self._write(snapshot.line())

    def _write(self, text: str) -> None:
        print(text, file=self.out, flush=True)


@dataclass(slots=True)
class JsonLines:
    """One JSON object per line, as often as plain lines.

    {"event": "started" | "progress" | "message" | "finished", …}
    """

    out: TextIO
    pace: _Pace = field(default_factory=_Pace)

    def started(self, run_id: str, units: int) -> None:
        self._write({"event": "started", "run": run_id, "units": units})

    def moved(self, snapshot: Snapshot) -> None:
        if self.pace.due(snapshot):
            self._write({"event": "progress", **_figures(snapshot)})

    def said(self, text: str) -> None:
        self._write({"event": "message", "text": text})

    def finished(self, snapshot: Snapshot) -> None:
        self._write({"event": "finished", **_figures(snapshot)})

    def _write(self, value: Mapping[str, Any]) -> None:
        print(json.dumps(value, ensure_ascii=False), file=self.out, flush=True)


def _figures(snapshot: Snapshot) -> dict[str, Any]:
    left = snapshot.seconds_left
    return {
        "units": snapshot.units,
        "crawled": snapshot.crawled,
        "judged": snapshot.judged,
        "pages": snapshot.pages,
        "seconds": round(snapshot.seconds, 1),
        "pages_per_second": round(snapshot.pages_per_second, 1),
        "seconds_left": round(left) if left is not None else None,
        "faults": dict(snapshot.faults),
    }


@dataclass(slots=True)
class Display:
    """A bar that moves in place, for a terminal."""

    out: TextIO
    bar: Progress | None = None
    task: TaskID | None = None

    def __enter__(self) -> Display:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        # legacy_windows=False: rich would otherwise write through the console's own code page.
        console = Console(file=self.out, legacy_windows=False)
        text = TextColumn(
            "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
        )
        self.bar = Progress(BarColumn(bar_width=16), text, console=console, transient=True, expand=True)
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()

    def started(self, run_id: str, units: int) -> None:
        if self.bar is not None:
            # Nobody knows how many pages a single portal has: its bar only shows that something moves.
            self.task = self.bar.add_task(f"{units} đơn vị", total=units if units != 1 else None)

    def moved(self, snapshot: Snapshot) -> None:
        if self.bar is not None and self.task is not None:
            done = snapshot.judged if snapshot.units > 1 else None
            self.bar.update(self.task, description=snapshot.line(), completed=done)

    def said(self, text: str) -> None:
        if self.bar is not None:
            self.bar.console.print(text, markup=False, highlight=False)

    def finished(self, snapshot: Snapshot) -> None:
        self.moved(snapshot)
        self.said(snapshot.line())


@contextmanager
def reporter(out: TextIO, *, quiet: bool = False, json_logs: bool = False) -> Iterator[Reporter]:
    """The reporter that suits `out`: the moving display only where it is a terminal."""
    if quiet:
        yield Quiet()
    elif json_logs:
        yield JsonLines(out)
    elif out.isatty():
        with Display(out) as display:
            yield display
    else:
        yield Lines(out)


@dataclass(slots=True)
class Counts:
    """The figures of a run as they grow; `clock` gives seconds that never go back."""

    units: int
    clock: Callable[[], float]
    begun: float = 0.0
    crawled: int = 0
    judged: int = 0
    pages: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def snapshot(self) -> Snapshot:
        """The figures as they stand."""
        return Snapshot(self.units, self.crawled, self.judged, self.pages, self.clock() - self.begun, dict(self.faults))


def speak_utf8() -> None:
    """Makes both output streams UTF-8, so that Vietnamese does not crash on a console with an old code page."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")

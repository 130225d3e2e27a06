"""The checks that the web page starts: each is a process of this program; a queue with bounds, results for a while."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Any

from auditor.progress import Snapshot
from auditor.urls import key

log = logging.getLogger(__name__)

_DAY = 86_400.0
_LONGEST_LINE = 65_536  # bytes of one line of progress
_GRACE_SECONDS = 10.0  # for a check to end when it is told to
_SPARE_SECONDS = 180.0  # beyond the limits of the crawl and the judging: starting, writing the scorecards
_ROOT = Path(__file__).resolve().parent.parent


class State(StrEnum):
    """How far a check is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RefusedError(Exception):
    """A check is not started; the message (Vietnamese) says why, `status` is the HTTP status that fits."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is done at once, per day and for how long results stay. Times in seconds."""

    running: int = 1
    waiting: int = 8
    of_one_client: int = 2
    of_one_client_per_day: int = 30
    per_day: int = 300
    kept: int = 40
    kept_seconds: float = _DAY


@dataclass(eq=False, slots=True)
class Job:
    """One check. `figures` are the last of its progress; `message` says why it failed (Vietnamese)."""

    id: str
    url: str
    name: str
    kind: str
    client: str
    begun: float
    folder: Path
    state: State = State.WAITING
    figures: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    unit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (State.WAITING, State.RUNNING)

    def line(self) -> str:
        """Where the check stands, in one sentence."""
        if self.state is State.WAITING:
            return "Đang chờ đến lượt …"
        if self.state is State.FAILED:
            return self.message
        if not self.figures:
            return "Đang bắt đầu …"
        given = self.figures
        return Snapshot(
            1, given["crawled"], given["judged"], given["pages"], given["seconds"], given.get("faults") or {}
        ).line()


class Jobs:
    """All checks of one server. `options` go to every `auditor check` (e.g. --config); `seconds` is its time limit."""

    def __init__(self, folder: Path, bounds: Bounds, options: Sequence[str], seconds: float) -> None:
        self._folder = folder
        self._bounds = bounds
        self._options = tuple(options)
        self._seconds = seconds + _SPARE_SECONDS
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(bounds.running)
        self._started: deque[tuple[float, str]] = deque()

    def find(self, job_id: str) -> Job | None:
        """The check with this id, None when it is unknown or no longer kept."""
        self._forget()
        return self._jobs.get(job_id)

    def start(self, url: str, name: str, kind: str, client: str) -> Job:
        """Puts a check in line; whoever asks for one that is under way is given that. Raises RefusedError."""
        self._forget()
        active = [job for job in self._jobs.values() if job.active]
        for job in active:
            if key(job.url) == key(url):
                if (job.name, job.kind) == (name, kind):
                    return job
                raise RefusedError("Địa chỉ này đang được kiểm tra. Xin đợi lần kiểm tra đó xong rồi thử lại.", 409)
        self._refuse_too_many(active, client)
        job_id = secrets.token_urlsafe(18)
        job = Job(job_id, url, name, kind, client, monotonic(), self._folder / secrets.token_hex(16))
        self._jobs[job_id] = job
        self._started.append((job.begun, client))
        task = asyncio.create_task(self._carry_out(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def _refuse_too_many(self, active: Sequence[Job], client: str) -> None:
        bounds = self._bounds
        today = Counter(known for _, known in self._started)
        if sum(job.client == client for job in active) >= bounds.of_one_client:
            raise RefusedError("Máy của bạn đang có lần kiểm tra chưa xong. Xin đợi rồi thử lại.", 429)
        if len(active) >= bounds.running + bounds.waiting:
            raise RefusedError("Đang có nhiều người chờ kiểm tra. Xin thử lại sau ít phút.", 503)
        if today[client] >= bounds.of_one_client_per_day or today.total() >= bounds.per_day:
            raise RefusedError("Hôm nay đã dùng hết số lần kiểm tra cho phép. Xin thử lại vào ngày mai.", 429)

    def _forget(self) -> None:
        """Drops what is too old or too much; a check under way stays."""
        now = monotonic()
        while self._started and now - self._started[0][0] > _DAY:
            self._started.popleft()
        ended = [job for job in self._jobs.values() if not job.active]
        surplus = max(0, len(ended) - self._bounds.kept)
        for place, job in enumerate(ended):
            if place < surplus or now - job.begun > self._bounds.kept_seconds:
                del self._jobs[job.id]
                shutil.rmtree(job.folder, ignore_errors=True)

    async def _carry_out(self, job: Job) -> None:
        async with self._slots:
            job.state = State.RUNNING
            try:
                async with asyncio.timeout(self._seconds):
                    code, last = await self._run(job)
                self._take(job, code, last)
            except TimeoutError:
                self._fail(job, "Lần kiểm tra quá lâu nên đã dừng. Xin thử lại vào lúc khác.")
            except Exception:
                log.exception("the check of %s failed", job.url)
                self._fail(job, "Chương trình gặp lỗi khi kiểm tra. Đây không phải lỗi của trang web.")

    def command(self, job: Job) -> list[str]:
        """The command line of a check. What a person typed stands behind `=` or `--`: it can never be an option."""
        given = [f"--name={job.name}"] if job.name else []
        given += [f"--kind={job.kind}"] if job.kind else []
        return [
            *(sys.executable, "-P", "-m", "cli", "check", "--json-logs", f"--out={job.folder}"),
            *self._options,
            *given,
            *("--", job.url),
        ]

    async def _run(self, job: Job) -> tuple[int, str]:
        """Runs a check and follows its progress. Gives its exit code and the last line that is no progress."""
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        process = await asyncio.create_subprocess_exec(
            *self.command(job),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            limit=_LONGEST_LINE,
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            start_new_session=os.name == "posix",  # Ctrl-C reaches the server alone, which ends its checks itself
        )
        last = ""
        try:
            assert process.stderr is not None
            while True:
                try:
                    line = await process.stderr.readline()
                except ValueError:  # longer than the limit
                    continue
                if not line:
                    break
                text = line.decode("utf-8", "replace").strip()
                event = _event(text)
                if event is None:
                    last = text or last
                elif event.get("event") in ("progress", "finished"):
                    job.figures = event
            return await process.wait(), last
        finally:
            if process.returncode is None:
                await _end(process)

    def _take(self, job: Job, code: int, last: str) -> None:
        results = job.folder / "results.json"
        if code in (0, 1) and results.is_file():
            job.unit = json.loads(results.read_text(encoding="utf-8"))["units"][0]
            job.state = State.DONE
        elif code == 2:
            self._fail(job, last.removeprefix("auditor: ") or "Địa chỉ hoặc thông tin đã ghi không dùng được.")
        else:
            log.error("the check of %s ended with %s: %s", job.url, code, last)
            self._fail(job, "Chương trình gặp lỗi khi kiểm tra. Đây không phải lỗi của trang web.")

    def _fail(self, job: Job, message: str) -> None:
        job.message = message
        job.state = State.FAILED

    async def close(self) -> None:
        """Ends every check and returns when its process is gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _event(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends a check: told first, so that it ends its own processes, too, then made to."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            # The pipe must be emptied, or a check that still speaks never ends.
            await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

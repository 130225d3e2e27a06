"""Judging in a pool of processes: archives in, results out, and what to do when a process dies."""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from auditor import processes
from auditor.judge import JudgeContext, settle_in
from auditor.manifest import archive_about
from auditor.model import Unit

log = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BATCH = 100
_END_SECONDS = 5.0  # for a worker to end when it is told to

Judge = Callable[[Path | None, Unit, JudgeContext], dict[str, Any]]

_worker: tuple[Judge, JudgeContext] | None = None


def _start_worker(judge: Judge, context: JudgeContext, log_file: Path) -> None:
    """Runs once in every worker process."""
    global _worker
    _worker = (judge, context)
    to_file = logging.FileHandler(log_file, delay=True, encoding="utf-8")
    logging.basicConfig(handlers=[to_file], level=logging.WARNING, format=LOG_FORMAT)
    # Ctrl-C reaches the whole group of processes; only the main one decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle_in()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _ready() -> None:
    """What a pool is given to do so that it starts its processes."""


def _leave_with(sentinel: int) -> None:
    """Ends this worker when the main process is gone, even when that was killed."""
    from multiprocessing.connection import wait as wait_for

    wait_for([sentinel])
    os._exit(1)


def _judge_in_worker(path: Path, unit: Unit) -> dict[str, Any]:
    assert _worker is not None
    judge, context = _worker
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        # A page that sends a parser into an endless loop must not stop the run: the worker ends itself.
        faulthandler.dump_traceback_later(context.config.judge.max_seconds, exit=True, file=nowhere)
        try:
            result = judge(path, unit, context)
            return {**result, "archive": archive_about(path)}
        finally:
            faulthandler.cancel_dump_traceback_later()


@dataclass(frozen=True, slots=True)
class _Task:
    unit: Unit
    path: Path


class Judging:
    """Judges archives in a pool of processes and hands each batch of results to `keep`, in the caller's thread.

    A worker that dies takes every task of its pool with it. The tasks that could have been the cause are then
    judged one by one in a process of their own: the one that dies again is the culprit and becomes an error,
    all others lose nothing.
    """

    def __init__(
        self,
        context: JudgeContext,
        judge: Judge,
        log_file: Path,
        keep: Callable[[Sequence[Mapping[str, Any]]], None],
    ) -> None:
        self._context = context
        self._judge = judge
        self._keep = keep
        self._log_file = log_file
        self._processes = context.config.judge.processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._lone_pool: ProcessPoolExecutor | None = None
        self._running: dict[Future[dict[str, Any]], _Task] = {}
        self._lone: tuple[Future[dict[str, Any]], _Task] | None = None
        self._suspects: deque[_Task] = deque()
        self._ready: list[dict[str, Any]] = []

    def __enter__(self) -> Judging:
        return self

    def get_ready(self) -> None:
        """Starts the processes before the first archive is there: they load while the crawl begins."""
        if self._pool is None:
            self._shared_pool().submit(_ready)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Ends every worker, busy, idle or still starting, and returns when they are gone."""
        pools = [pool for pool in (self._pool, self._lone_pool) if pool is not None]
        results: list[Any] = [pool._result_queue for pool in pools]
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        workers = multiprocessing.active_children()
        for worker in workers:
            worker.terminate()
        ends = monotonic() + _END_SECONDS
        for worker in workers:
            worker.join(max(0.0, ends - monotonic()))
            if worker.is_alive():
                worker.kill()
        for queue in results:
            # A worker that ended in the middle of sending leaves the pool's thread waiting for the rest of its result,
            # and Python waits for that thread: only the end of the pipe ends both.
            queue._writer.close()

    def at_once(self, unit: Unit, path: Path | None) -> None:
        """Judges here and now what needs no archive."""
        self._ready.append(self._judge(path, unit, self._context))
        if len(self._ready) >= _BATCH:
            self.drain()

    def submit(self, unit: Unit, path: Path) -> None:
        """Puts a closed archive in line."""
        self._start(_Task(unit, path))

    def drain(self) -> None:
        """Stores what is ready, without waiting."""
        done = [future for future in self._running if future.done()]
        results, died = self._ready, []
        self._ready = []
        for future in done:
            task = self._running.pop(future)
            try:
                results.append(future.result())
            except BrokenProcessPool:
                died.append(task)
            except Exception:
                log.exception("%s: judging failed", task.unit.id)
                results.append(self._judge_nothing(task))
        if self._lone is not None and self._lone[0].done():
            future, task = self._lone
            self._lone = None
            try:
                results.append(future.result())
            except BrokenProcessPool:
                log.error("%s: the judging process died twice", task.unit.id)
                self._lone_pool = None
                results.append(self._judge_nothing(task))
            except Exception:
                log.exception("%s: judging failed", task.unit.id)
                results.append(self._judge_nothing(task))
        if died:
            self._recover(died)
        if self._lone is None and self._suspects:
            self._start_alone(self._suspects.popleft())
        if results:
            self._keep(results)

    def finish(self, stopping: Callable[[], bool]) -> None:
        """Waits for everything in line and stores it. Raises KeyboardInterrupt when `stopping` says so."""
        self.drain()
        while self._running or self._lone is not None or self._suspects:
            waited = [*self._running, *([self._lone[0]] if self._lone else [])]
            wait(waited, timeout=0.5, return_when="FIRST_COMPLETED")
            self.drain()
            if stopping():
                raise KeyboardInterrupt

    def _judge_nothing(self, task: _Task) -> dict[str, Any]:
        return self._judge(None, task.unit, self._context)

    def _start(self, task: _Task) -> None:
        try:
            future = self._shared_pool().submit(_judge_in_worker, task.path, task.unit)
        except BrokenProcessPool:
            self._suspects.append(task)
            return
        self._running[future] = task

    def _start_alone(self, task: _Task) -> None:
        if self._lone_pool is None:
            self._lone_pool = self._new_pool(1)
        self._lone = (self._lone_pool.submit(_judge_in_worker, task.path, task.unit), task)

    def _recover(self, died: list[_Task]) -> None:
        log.warning("a judging process died; %d units are judged again", len(died))
        # The others of the broken pool fail in the same moment or are about to.
        broken = [future for future in self._running if future.exception() is not None]
        died = died + [self._running.pop(future) for future in broken]
        self._pool = None
        possible = self._processes + 1  # a pool hands out one task more than it has workers
        self._suspects.extend(died[:possible])
        for task in died[possible:]:
            self._start(task)

    def _shared_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = self._new_pool(self._processes)
        return self._pool

    def _new_pool(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=workers,
            mp_context=processes.context(),
            initializer=_start_worker,
            initargs=(self._judge, self._context, self._log_file),
        )

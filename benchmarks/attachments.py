"""What attached files cost, good ones and bad ones: time and memory of the process that reads them.

    python -m benchmarks.attachments                the folder of tests/auditor/attachment_maker.py, the bombs large
    python -m benchmarks.attachments --scale 1      the bombs as small as in the tests
    python -m benchmarks.attachments FILE ...       files of your own

Every file is read in a fresh process, as judging reads it. The exit status is 1 where a file was not survived as it
should have been.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from auditor import attachments
from auditor.attachments import AttachmentText
from auditor.facts.pages import _attachment
from auditor.model import Capture
from tests.auditor.attachment_maker import folder

_POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Cost:
    """A file that was read: seconds of the clock and of the processor, peak memory in bytes."""

    name: str
    size: int
    found: AttachmentText
    wall: float
    cpu: float
    peak: int
    right: bool


def measured(name: str, type: str, body: bytes) -> tuple[AttachmentText, float, float, int]:
    """Reads a file in a fresh process and watches that."""
    reader = attachments._Reader()
    reader.read(b"{\\rtf1 a}", "rtf", "warm.rtf")
    assert reader._process is not None
    process = psutil.Process(reader._process.pid)
    peak, cpu, done = 0, 0.0, threading.Event()
    began = sum(process.cpu_times()[:2])

    def watch() -> None:
        nonlocal peak, cpu
        while not done.is_set():
            try:
                peak = max(peak, process.memory_info().rss)
                cpu = max(cpu, sum(process.cpu_times()[:2]) - began)
            except psutil.Error:
                return
            time.sleep(_POLL_SECONDS)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    try:
        found = reader.read(body, type, name)
    finally:
        wall = time.perf_counter() - started
        done.set()
        watcher.join()
        reader.close()
    return found, wall, cpu, peak


def _made(scale: int) -> Iterator[Cost]:
    for made in folder(scale):
        body = made.make()
        found, wall, cpu, peak = measured(made.name, made.type, body)
        right = made.says in found.text and found.problem in made.problems
        yield Cost(made.name, len(body), found, wall, cpu, peak, right)


def _own(paths: Sequence[Path]) -> Iterator[Cost]:
    for path in paths:
        body = path.read_bytes()
        capture = Capture(f"http://localhost/{path.name}", 200, (), body, "", role="attachment")
        found, wall, cpu, peak = measured(path.name, _attachment(capture, "").type, body)
        yield Cost(path.name, len(body), found, wall, cpu, peak, right=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line per file and the worst of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--scale", type=int, default=10)
    options = parser.parse_args(arguments)
    costs = []
    print(f"{'file':16} {'bytes':>10} {'text':>6} {'problem':12} {'cpu s':>6} {'wall s':>7} {'peak MB':>8}")
    for cost in _own(options.files) if options.files else _made(options.scale):
        costs.append(cost)
        print(
            f"{cost.name[-16:]:16} {cost.size:10} {len(cost.found.text):6} {cost.found.problem or '-':12} "
            f"{cost.cpu:6.2f} {cost.wall:7.2f} {cost.peak / 1e6:8.0f}{'' if cost.right else '  WRONG'}"
        )
    wrong = [cost.name for cost in costs if not cost.right]
    with_text = sum(bool(cost.found.text) for cost in costs)
    print(f"\n{len(costs)} files, {with_text} with text, {len(wrong)} not as they should be")
    slow, large = max(costs, key=lambda one: one.cpu), max(costs, key=lambda one: one.peak)
    print(f"slowest: {slow.name}, {slow.cpu:.1f} s of the processor; largest: {large.name}, {large.peak / 1e6:.0f} MB")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the browser costs: the sample portals crawled without and with it, and how many of them need it.

    python -m benchmarks.rendering

CPU is that of this process (the portals' server included) and of the browser; memory is the highest proportional
share (PSS, Linux) of the browser's processes, the driver apart.
"""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import psutil

from auditor.archive import archive_name, read_archive
from benchmarks.labelled import Collection, crawl_into, impolite, sample_portals


class Watch(threading.Thread):
    """Samples the memory of the child processes; `browser` and `driver` are the highest sums in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.browser = self.driver = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.4):
            sums = {True: 0, False: 0}
            for child in psutil.Process().children(recursive=True):
                try:
                    sums["node" not in child.name()] += int(child.memory_full_info().pss)
                except psutil.Error:
                    continue
            self.browser = max(self.browser, sums[True])
            self.driver = max(self.driver, sums[False])


def cpu_seconds() -> float:
    """User and system time of this process and of children that have ended."""
    return sum(os.times()[:4])


def measure(collection: Collection, render: str) -> None:
    """Crawls once and prints a line."""
    units = [unit for unit in collection.units if unit.url]
    watch, begun = Watch(), cpu_seconds()
    watch.start()
    with tempfile.TemporaryDirectory() as folder, collection.serve() as server:
        crawl_into(units, impolite(server.proxy_url, render=render), Path(folder))
        archives = [Path(folder) / archive_name(unit.id) for unit in units]
        notes: list[dict[str, Any]] = [
            value for path in archives for kind, value in read_archive(path).notes if kind == "rendering"
        ]
        size = sum(path.stat().st_size for path in archives)
    watch.ended.set()
    watch.join()
    seen = [note for note in notes if note["shown"]]
    print(
        f"{render:6} {len(units)} portals, {sum(note['used'] for note in notes)} rendered for their content, "
        f"{len(seen)} seen on {sum(note['shown'] for note in seen)} screens; CPU {cpu_seconds() - begun:.1f} s, "
        f"browser {watch.browser / 1e6:.0f} MB, driver {watch.driver / 1e6:.0f} MB, archives {size / 1000:.0f} kB",
        flush=True,
    )


def main() -> None:
    """Both ways, one after the other."""
    for render in ("never", "auto"):
        measure(sample_portals(), render)


if __name__ == "__main__":
    main()

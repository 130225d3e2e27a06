"""Speed and memory on a farm of generated portals (benchmarks/farm.py), in one run.

    python -m benchmarks.run                    50 and 500 units: some ten minutes
    python -m benchmarks.run --units 5 20       smaller

Measured for each number of units, every part in a fresh process:
bare      a tuned Scrapy crawl that only follows links (selectolax): the ceiling for anything built on Scrapy
crawl     our crawl into archives
judge     judging the stored archives, in one process and in one per core
audit     `auditor audit`, the whole command from its start to its last file

Pages/s are wall time; for `audit` the start of the interpreter, the register, the store and the scorecards are
inside. CPU is user and system time of the process and all its children, memory the highest sum of their resident
memory, both sampled ten times a second (what forked processes share is counted for each). robots.txt is not asked for
and nothing waits.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from benchmarks import farm

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one part took: pages, wall seconds, CPU seconds, peak memory in MB."""

    part: str
    units: int
    pages: int
    seconds: float
    cpu: float
    peak_mb: float

    @property
    def pages_per_second(self) -> float:
        return self.pages / self.seconds

    @property
    def cpu_ms_per_page(self) -> float:
        return self.cpu * 1000 / self.pages


# --- the parts, each run in a process of its own ---------------------------------------------------------------


def bare(folder: Path, units: int, proxy: str) -> int:
    """Follow every link with Scrapy; returns the number of pages."""
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from selectolax.lexbor import LexborHTMLParser

    count = 0
    # Known addresses are dropped before a Request is made: Scrapy's own filter costs ten times as much per link.
    known = set()

    class Follower(scrapy.Spider):
        name = "follower"

        async def start(self) -> Any:
            for number in range(units):
                url = f"http://{farm.host(number)}/"
                known.add(url)
                yield self.make(url)

        def make(self, url: str) -> Any:
            return scrapy.Request(url, meta={"proxy": proxy}, dont_filter=True)

        def parse(self, response: Any, **kwargs: Any) -> Iterator[Any]:
            nonlocal count
            count += response.status == 200
            root = response.url[: response.url.index("/", 7)]
            for node in LexborHTMLParser(response.body).css("a[href]"):
                href = node.attributes["href"]
                if href and href.startswith("/") and (url := root + href) not in known:
                    known.add(url)
                    yield self.make(url)

    settings = {
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "REFERER_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Follower)
    process.start()
    return count


def crawl(folder: Path, units: int, proxy: str) -> int:
    """Our crawl into `folder/archive`."""
    from benchmarks.labelled import crawl_into, impolite

    return crawl_into(_units(folder), impolite(proxy, obey_robots=False), folder / "archive")


def judge(folder: Path, units: int, proxy: str, processes: int = 1) -> int:
    """Judge the archives of `crawl` in `processes` processes."""
    from auditor.judge import settle_in
    from benchmarks.labelled import impolite, judge_all

    settle_in()
    listed = _units(folder)
    dates = {unit.id: farm.AS_OF for unit in listed}
    results = judge_all(listed, dates, impolite(proxy), folder / "archive", processes)
    return sum(result["crawl"]["pages"] for result in results)


def judge_on_all_cores(folder: Path, units: int, proxy: str) -> int:
    """As `judge`, one process per core."""
    return judge(folder, units, proxy, os.cpu_count() or 1)


PARTS: dict[str, Callable[[Path, int, str], int]] = {
    "bare": bare,
    "crawl": crawl,
    "judge": judge,
    "judge_all_cores": judge_on_all_cores,
}


def _units(folder: Path) -> tuple[Any, ...]:
    from auditor.register import read_register

    return read_register(folder / "register.csv").units


def run_part(part: str, folder: Path, units: int, proxy: str) -> None:
    """In the part's own process: do it and print pages, seconds and CPU seconds as JSON."""
    for name in ("auditor.judge", "spiders.crawl"):  # imports are not what is measured
        import_module(name)
    before, started = os.times(), time.monotonic()
    pages = PARTS[part](folder, units, proxy)
    seconds, after = time.monotonic() - started, os.times()
    print(json.dumps({"pages": pages, "seconds": seconds, "cpu": sum(after[:4]) - sum(before[:4])}))


# --- measuring -------------------------------------------------------------------------------------------------


class Watch:
    """Samples the CPU time and the resident memory of a process tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._cpu: dict[int, float] = {}
        self._peak_mb = 0.0
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(0.1):
            total = 0
            try:
                for process in [self._process, *self._process.children(recursive=True)]:
                    try:
                        total += process.memory_info().rss
                        times = process.cpu_times()
                        self._cpu[process.pid] = times.user + times.system
                    except psutil.NoSuchProcess:
                        continue
            except psutil.NoSuchProcess:
                return
            self._peak_mb = max(self._peak_mb, total / 1e6)

    def stop(self) -> tuple[float, float]:
        """CPU seconds and the peak in MB."""
        self._stopped.set()
        self._thread.join()
        return sum(self._cpu.values()), self._peak_mb


def _watched(command: Sequence[str], folder: Path) -> tuple[str, float, float, float]:
    """Run a command; its output, wall seconds, CPU seconds of it and its children, and peak MB."""
    # As on an ordinary machine modules are compiled once: the parts before the audit leave them compiled.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    watch = Watch(process.pid)
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return output, seconds, *watch.stop()


def measure_part(part: str, folder: Path, units: int, proxy: str) -> Measurement:
    """One part in a fresh process."""
    command = ["-m", "benchmarks.run", "--part", part, str(folder), str(units), proxy]
    output, _, _, peak = _watched(command, ROOT)
    found = json.loads(output.splitlines()[-1])
    return Measurement(part, units, found["pages"], found["seconds"], found["cpu"], peak)


def measure_audit(folder: Path, units: int, proxy: str) -> Measurement:
    """The whole command."""
    config = {
        "crawl": {
            "delay_seconds": 0.0,
            "address_delay_seconds": 0.0,
            "concurrency_per_address": 32,
            "obey_robots": False,
            "render": "never",
        },
        "network": {"proxy": proxy, "allow_private_addresses": True},
        "store": "sqlite:///benchmark.db",
    }
    (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
    command = ["-c", "import cli; cli.main()", "audit", "register.csv", "--out", "out", "--config", "config.yaml"]
    _, seconds, cpu, peak = _watched([*command, "--as-of", farm.AS_OF.isoformat()], folder)
    results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    pages = sum(unit["crawl"]["pages"] for unit in results["units"])
    return Measurement("audit", units, pages, seconds, cpu, peak)


def measure(units: int) -> dict[str, Measurement]:
    """All parts for one number of units."""
    found = {}
    with tempfile.TemporaryDirectory() as scratch, farm.serve(units) as server:
        folder = Path(scratch)
        with (folder / "register.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "name", "kind", "url"])
            for number in range(units):
                row = [f"mau-{number:04d}", f"Trường THCS Mẫu {number:04d}", "thcs", f"http://{farm.host(number)}/"]
                writer.writerow(row)
        for part in PARTS:
            found[part] = measure_part(part, folder, units, server.proxy_url)
            show(found[part])
        found["audit"] = measure_audit(folder, units, server.proxy_url)
        show(found["audit"])
    return found


def show(one: Measurement) -> None:
    """One line of the table."""
    print(
        f"{one.part:<16}{one.units:>6}{one.pages:>8}{one.seconds:>9.1f}{one.pages_per_second:>9.0f}"
        f"{one.cpu_ms_per_page:>9.2f}{one.peak_mb:>9.0f}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure speed and memory on a farm of generated portals.")
    parser.add_argument("--units", type=int, nargs="+", default=[50, 500])
    parser.add_argument("--part", nargs=4, metavar=("PART", "FOLDER", "UNITS", "PROXY"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        part, folder, units, proxy = options.part
        run_part(part, Path(folder), int(units), proxy)
        return
    print(f"{os.cpu_count()} cores, {farm.PAGES} pages per portal")
    print(f"{'part':<16}{'units':>6}{'pages':>8}{'seconds':>9}{'pages/s':>9}{'CPU ms':>9}{'peak MB':>9}")
    sizes = {units: measure(units) for units in options.units}
    print()
    for units, found in sizes.items():
        for part in ("crawl", "audit"):
            ratio = found[part].pages_per_second / found["bare"].pages_per_second
            print(f"{units} units: {part} at {ratio:.2f} of the bare crawl's pages/s")
    first, last = options.units[0], options.units[-1]
    if first != last:
        small, large = sizes[first]["audit"], sizes[last]["audit"]
        print(f"audit, {last} to {first} units: CPU ms/page x {large.cpu_ms_per_page / small.cpu_ms_per_page:.2f}")
        print(f"audit, {last} to {first} units: peak memory x {large.peak_mb / small.peak_mb:.2f}")


if __name__ == "__main__":
    main()

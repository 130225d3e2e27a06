"""Kills a run at random moments, takes it up again, and compares its results with those of a run left in peace.

    python -m benchmarks.interruptions [--times 50] [--seed 1] [--crawl]

The sample portals are served on this machine and crawled once; each trial then plays that crawl back, unit by unit, in
a process that is forked off ready to run, so that fifty of them take minutes. With `--crawl` every trial is a process
of its own that crawls for itself (half an hour).

A run is ended by SIGKILL, SIGTERM or SIGINT anywhere between its first moment and its last, up to three times, and
resumed each time. Everything in results.json must then be as in the undisturbed run, but for ids, times and the hashes
of archives (which hold times). Exit status 1 where it is not.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import cli
from auditor import processes
from auditor.archive import archive_name
from auditor.judge import settle_in
from auditor.run import CrawlTask
from auditor.store import open_store
from spiders import samples

ROOT = Path(__file__).resolve().parent.parent
UNITS = ("mn-vang-trang-nho", "thcs-ben-do-xua", "th-dong-hoa-cuc")
_ENDS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
_MOST_ENDS = 3
_FINISHED = (0, 1)
_PATIENCE = 900.0  # seconds for a run to end by itself, also on a busy machine
_OF_THE_MOMENT = frozenset({"archive", "seconds", "started_at", "finished_at", "fetched_at", "at", "host_note"})


@dataclass
class Trials:
    """What came of all trials: where runs were ended, how often, and which results differed."""

    trials: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    finished_before_the_end: int = 0
    resumes: int = 0
    different: list[str] = field(default_factory=list)


def comparable(value: Any) -> Any:
    """The results without what is of the moment."""
    if isinstance(value, dict):
        return {name: comparable(inner) for name, inner in value.items() if name not in _OF_THE_MOMENT}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    return value


def results(folder: Path) -> Any:
    """The units of a finished run."""
    return comparable(json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))["units"])


def configure(folder: Path, proxy: str) -> None:
    """Writes the configuration of one trial."""
    (folder / "config.yaml").write_text(
        f"network:\n  proxy: {proxy}\njudge:\n  processes: 1\nsecond_tries:\n  after_minutes: []\n"
        "crawl:\n  delay_seconds: 0.02\n  address_delay_seconds: 0\n  retries: 0\n  render: never\n"
        "  concurrent_units: 2\n  max_pages: 6\n",
        encoding="utf-8",
    )


def arguments_of(folder: Path) -> list[str]:
    """What goes on with the trial: `resume` where the store knows its run, else `audit`."""
    store = "sqlite:///store.db"
    options = ["--config", "config.yaml", "--store", store, "--quiet"]
    if _is_stored(folder):
        return ["resume", "latest", *options]
    only = [part for unit in UNITS for part in ("--only", unit)]
    day = samples.AS_OF.isoformat()
    return ["audit", str(samples.register_path()), "--out", "out", "--as-of", day, *only, *options]


def _is_stored(folder: Path) -> bool:
    if not (folder / "store.db").exists():
        return False
    opened = open_store(f"sqlite:///{(folder / 'store.db').as_posix()}")
    try:
        return bool(opened.runs())
    finally:
        opened.close()


Start = Callable[[Path], "Process"]


class Process(Protocol):
    """A run under way. `wait` gives its exit status, None when it is not over after that many seconds."""

    def wait(self, seconds: float) -> int | None: ...
    def send(self, end: signal.Signals) -> None: ...


class Crawled:
    """A process of its own, from the interpreter's first moment, that crawls for itself."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        start = [sys.executable, str(ROOT / "cli.py"), *arguments_of(folder)]
        nowhere = subprocess.DEVNULL
        self._process = subprocess.Popen(start, cwd=folder, env=environment, stdout=nowhere, stderr=nowhere)

    def wait(self, seconds: float) -> int | None:
        """See `Process`."""
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def send(self, end: signal.Signals) -> None:
        """Ends it."""
        self._process.send_signal(end)


class Replayed:
    """A process that is forked off with everything loaded, in which the crawl is played back from archives."""

    def __init__(self, folder: Path, archives: Path, seed: int) -> None:
        self._code: int | None = None
        self._id = os.fork()
        if self._id == 0:
            code = 70
            try:
                os.chdir(folder)
                quiet = os.open(os.devnull, os.O_WRONLY)
                os.dup2(quiet, 1)
                os.dup2(quiet, 2)
                # Everything is loaded here, and the server of forks, where there is one, is another process's child.
                processes.get_ready = lambda *also: None
                processes.context = lambda: multiprocessing.get_context("fork")
                cli._crawl = _Playback(archives, random.Random(seed))
                code = cli.run_cli(arguments_of(folder))
            finally:
                os._exit(code)

    def wait(self, seconds: float) -> int | None:
        """See `Process`."""
        ends = time.monotonic() + seconds
        while self._code is None:
            ended, status = os.waitpid(self._id, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > ends:
                break
            else:
                time.sleep(0.005)
        return self._code

    def send(self, end: signal.Signals) -> None:
        """Ends it."""
        os.kill(self._id, end)


class _Playback:
    """A crawl that closes the archives of an earlier one, a piece at a time."""

    def __init__(self, archives: Path, chance: random.Random) -> None:
        self._archives = archives
        self._chance = chance

    def __call__(self, task: CrawlTask) -> None:
        for unit in task.units:
            path = task.archive_dir / archive_name(unit.id)
            under_way = path.with_name(path.name + ".open")
            whole = (self._archives / path.name).read_bytes()
            with under_way.open("wb") as stream:
                for start in range(0, len(whole), len(whole) // 4 + 1):
                    stream.write(whole[start : start + len(whole) // 4 + 1])
                    stream.flush()
                    time.sleep(self._chance.uniform(0.0, 0.05))
                    if task.should_stop():
                        raise KeyboardInterrupt
            under_way.replace(path)
            task.on_unit(unit, path)


def disturb(folder: Path, start: Start, chance: random.Random, longest: float, trials: Trials) -> None:
    """One trial: ends the run up to three times at random moments, then lets it finish."""
    trials.trials += 1
    for _ in range(chance.randint(1, _MOST_ENDS)):
        process = start(folder)
        if process.wait(chance.uniform(0.0, longest)) is not None:
            trials.finished_before_the_end += 1
            continue
        end = chance.choice(_ENDS)
        trials.ends[end.name] += 1
        process.send(end)
        if process.wait(_PATIENCE) is None:
            trials.different.append(f"{folder.name}: {end.name} did not end it")
            process.send(signal.SIGKILL)
    code = start(folder).wait(_PATIENCE)
    trials.resumes += 1
    if code not in _FINISHED:
        trials.different.append(f"{folder.name}: exit status {code}")


def run(times: int, seed: int, folder: Path, *, crawl: bool = False) -> Trials:
    """All trials, in folders of their own under `folder`; ends at the first that differs."""
    # A shell starts what it puts in the background with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settle_in()
    chance = random.Random(seed)
    trials = Trials()
    with samples.serve() as server:
        peaceful = folder / "peaceful"
        peaceful.mkdir()
        configure(peaceful, server.proxy_url)
        if Crawled(peaceful).wait(_PATIENCE) not in _FINISHED:
            raise RuntimeError("the undisturbed run did not finish")
        archives = peaceful / "out" / "archive"

        def start(trial: Path) -> Process:
            return Crawled(trial) if crawl else Replayed(trial, archives, chance.randrange(1 << 30))

        timed = folder / "timed"
        timed.mkdir()
        configure(timed, server.proxy_url)
        began = time.monotonic()
        start(timed).wait(_PATIENCE)
        longest = time.monotonic() - began
        expected = results(timed)
        if expected != results(peaceful):
            trials.different.append("the undisturbed runs differ among themselves")
        for number in range(times):
            trial = folder / f"trial-{number}"
            trial.mkdir()
            configure(trial, server.proxy_url)
            disturb(trial, start, chance, longest, trials)
            if not trials.different and results(trial) != expected:
                trials.different.append(f"{trial.name}: other results")
            if trials.different:
                break
            shutil.rmtree(trial)
            print(f"{number + 1}/{times}: equal after {trials.ends.total()} ends in all", file=sys.stderr, flush=True)
    return trials


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Kills and resumes runs at random moments.")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crawl", action="store_true", help="every trial crawls for itself")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interruptions-") as name:
        trials = run(arguments.times, arguments.seed, Path(name), crawl=arguments.crawl)
    ends = ", ".join(f"{name} {count}" for name, count in sorted(trials.ends.items()))
    print(f"{trials.trials} runs, ended {trials.ends.total()} times ({ends}), {trials.resumes} finished by resume")
    print(f"{trials.finished_before_the_end} times a run was done before its end came")
    for line in trials.different:
        print(f"DIFFERENT {line}")
    if not trials.different:
        print(f"results equal to the undisturbed run: {trials.trials} of {trials.trials}")
    return 1 if trials.different else 0


if __name__ == "__main__":
    sys.exit(main())

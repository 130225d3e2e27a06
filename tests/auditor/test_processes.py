"""Processes that are forked from one server: ready, and silent when a person presses Ctrl-C while they load."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from auditor import processes
from auditor.judge import fact_readers

_WAITS = """
import time
from auditor.processes import get_ready
print("begun", flush=True)
get_ready("cli")
try:
    time.sleep(5)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def loaded() -> int:
    """In another process: how many fact readers it has, which a process that has to load them first would say, too."""
    return fact_readers.cache_info().currsize


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no forks: every process loads for itself")
def test_a_process_has_everything_that_judging_needs_when_it_begins() -> None:
    processes.get_ready()
    with ProcessPoolExecutor(1, processes.context()) as pool:
        assert pool.submit(loaded).result() == 1


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Ctrl-C reaches a group of processes otherwise on Windows")
@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.8])
def test_ctrl_c_while_processes_load_says_nothing_of_theirs(seconds: float) -> None:
    command = [sys.executable, "-c", _WAITS]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.05 + seconds)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "stopped\n"

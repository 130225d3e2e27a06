"""Runs that are killed at random moments and resumed end as if nobody had disturbed them (fifty of them by hand)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from benchmarks.interruptions import run


@pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked off")
def test_some_runs_killed_at_random_moments(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        trials = run(2, 11, tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert trials.different == []
    assert trials.trials == 2
    assert trials.ends.total() >= 1, "an end must come before its run is over, or nothing is shown"

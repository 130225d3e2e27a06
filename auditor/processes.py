"""How further processes are made: forked, where the system can, from a server that has loaded once what they need.

The server is a fresh process without threads: a fork of the crawling process itself could hang. Windows has no forks;
there every process loads for itself.
"""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.context import BaseContext

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def get_ready(*also: str) -> None:
    """Lets the server load what judging needs, and the modules `also`, while the caller goes on."""
    if _METHOD == "forkserver":
        from multiprocessing import resource_tracker
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload

        resource_tracker.ensure_running()  # would unblock what is blocked below
        set_forkserver_preload(["auditor.settled", *also])
        # What Ctrl-C means is decided by the caller alone; the server and its children inherit the mask.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def context() -> BaseContext:
    """What pools and processes are made with."""
    get_ready()
    return multiprocessing.get_context(_METHOD)

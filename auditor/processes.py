"""How further processes are made: forked, where the system can, from a server that has loaded once what they need.

The server is a fresh process without threads: a fork of the crawling process itself could hang. Windows has no forks;
there every process loads for itself.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def get_ready(*also: str) -> None:
    """Lets the server load what judging needs, and the modules `also`, while the caller goes on."""
    if _METHOD == "forkserver":
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload

        set_forkserver_preload(["auditor.settled", *also])
        ensure_running()


def context() -> BaseContext:
    """What pools and processes are made with."""
    get_ready()
    return multiprocessing.get_context(_METHOD)

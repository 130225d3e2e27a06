"""Starts the web page on this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from auditor.config import Config
from serve import ServeError
from serve.app import application
from serve.jobs import Bounds, Jobs


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run(
    host: str,
    port: int,
    config: Config,
    options: Sequence[str],
    *,
    names: Sequence[str] = (),
    opened: Callable[[str], None],
    bounds: Bounds | None = None,
) -> None:
    """Serves until the process is told to end; results lie in a temporary folder that is removed then.

    `options` go to every `auditor check`, `names` are further host names of this machine; `opened` is told the
    address once the page can be opened. Raises ServeError when the port is taken or the host is not this machine's.
    """
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    known = {"127.0.0.1", "localhost", "::1", host.strip("[]"), *names} - {"0.0.0.0", "::"}
    with tempfile.TemporaryDirectory(prefix="auditor-", ignore_cleanup_errors=True) as folder:
        jobs = Jobs(Path(folder), bounds or Bounds(), options, config.crawl.max_seconds + config.judge.max_seconds)
        server = uvicorn.Server(
            uvicorn.Config(
                application(jobs, config, known),
                http="h11",
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=100,
                timeout_keep_alive=10,
                timeout_graceful_shutdown=15,
                h11_max_incomplete_event_size=16_384,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        opened(f"http://{shown}:{port}/")
        with listening:
            server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(100)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServeError(
            f"không mở được http://{host}:{port}/ ({getattr(error, 'strerror', error)}). Cổng này có thể đang được "
            "dùng; hãy thử số khác, ví dụ --port 8080."
        ) from error
    return listening

"""A raw web server in a thread for tests of the crawl: it may misbehave in any way, byte by byte."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from auditor.archive import Archive, archive_name, read_archive
from auditor.config import Config, config_with
from auditor.model import Kind, Unit
from spiders.crawl import crawl

_PHONES = '<meta name="viewport" content="width=device-width">'  # a server is asked once more where this is missing


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it; `number` counts the requests for the same address from 1."""

    at: float
    host: str
    target: str
    headers: dict[str, str]
    number: int


@dataclass(frozen=True, slots=True)
class Acts:
    """A decorator for what writes its answer itself, byte by byte if it likes."""

    act: Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


Reply = bytes | Acts | Callable[[Asked], bytes]


def reply(body: bytes | str, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    """The bytes of an answer; header names are written with _ for -."""
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(data)}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*head, "", ""]).encode() + data


def page(text: str = "", *links: str, head: str = "") -> bytes:
    """A page with some text and links; a link is an address or "address|label"."""
    anchors = "".join(f'<a href="{href}">{label or href}</a> ' for href, _, label in (x.partition("|") for x in links))
    return reply(
        f"<!doctype html><html><head><title>T</title>{_PHONES}{head}</head><body><p>{text}</p>{anchors}</body></html>"
    )


@dataclass
class Web:
    """Hosts and their answers by path and query; what has no answer is 404, what has no host is unknown."""

    hosts: dict[str, dict[str, Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    def targets(self, host: str) -> list[str]:
        """What was asked of a host, in order, but robots.txt, the guessed sitemap and what others are shown."""
        return [
            x.target
            for x in self.asked
            if x.host == host
            and x.target not in ("/robots.txt", "/sitemap.xml")
            and not any(mark in x.headers.get("user-agent", "") for mark in ("Googlebot", "Mobile Safari auditor"))
        ]

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes a connection; the task is known before its first step, so that none is forgotten at the end."""
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self.serving.add(task)
        # Also where the task is cancelled before its first step and its own `finally` never comes.
        task.add_done_callback(lambda _: writer.transport.abort())
        task.add_done_callback(self.serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                target = line.split(b" ")[1].decode()
                headers: dict[str, str] = {}
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                host = headers.get("host", "")
                if not target.startswith("/"):
                    parts = urlsplit(target)
                    host = parts.netloc
                    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                host = host.removesuffix(f":{self.port}")
                number = 1 + sum(x.host == host and x.target == target for x in self.asked)
                asked = Asked(monotonic(), host, target, headers, number)
                self.asked.append(asked)
                await self._answer(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, IndexError):
            pass

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        site = self.hosts.get(asked.host)
        if site is None:
            error = reply("unknown", 502, "text/plain", Proxy_Status="test; error=dns_error")
            writer.write(error)
            return
        answer = site.get(asked.target, site.get("*", reply("not here", 404)))
        if isinstance(answer, Acts):
            await answer.act(asked, writer)
        else:
            writer.write(answer if isinstance(answer, bytes) else answer(asked))
        await writer.drain()


async def end(server: asyncio.Server, serving: set[asyncio.Task[None]]) -> None:
    """Ends a server so that no socket of it is left open: nothing new, then what is being made, then the rest.

    A server that is closed while a connection is being made forgets that connection's socket.
    """
    for listening in server.sockets:
        server.get_loop().remove_reader(listening.fileno())
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in list(serving):
            task.cancel()
        await asyncio.wait(others, timeout=0.1)
    server.close()
    for _ in range(5):
        await asyncio.sleep(0)


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    """Serves on loopback as long as the context lasts."""
    ready = threading.Event()
    stop: list[Callable[[], object]] = []

    async def main() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        server = await asyncio.start_server(web.accept, "127.0.0.1", 0, backlog=512)
        web.port = server.sockets[0].getsockname()[1]
        ready.set()
        await ended.wait()
        await end(server, web.serving)

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield web
    finally:
        stop[0]()
        thread.join(5)


def unit(ident: str, url: str) -> Unit:
    """A unit with nothing but what the crawl needs."""
    return Unit(ident, f"Trường {ident}", Kind.THCS, url)


FAST: dict[str, Any] = {
    "delay_seconds": 0.0,
    "address_delay_seconds": 0.0,
    "timeout_seconds": 2.0,
    "retries": 1,
    "render": "never",
}


def settings(web: Web | None, crawl: dict[str, Any] | None = None, **network: Any) -> Config:
    """The defaults without pauses, through the server as a proxy."""
    through = {"proxy": web.proxy} if web is not None else {}
    return config_with({"crawl": {**FAST, **(crawl or {})}, "network": {**through, **network}})


def crawled(
    config: Config,
    folder: Path,
    *units: Unit,
    other_unit_hosts: dict[str, str] | None = None,
    terms: tuple[str, ...] = ("công khai", "giới thiệu"),
) -> dict[str, Archive]:
    """The archives of a crawl by unit id."""
    done: list[str] = []
    crawl(
        list(units),
        config,
        folder,
        other_unit_hosts=other_unit_hosts or {},
        vocabulary_terms=terms,
        on_unit=lambda unit, path: done.append(unit.id),
    )
    assert sorted(done) == sorted(unit.id for unit in units)
    return {unit.id: read_archive(folder / archive_name(unit.id)) for unit in units}


def one(web: Web, folder: Path, url: str, crawl: dict[str, Any] | None = None, **options: Any) -> Archive:
    """The archive of a single unit."""
    return crawled(settings(web, crawl), folder, unit("u1", url), **options)["u1"]


def wait_for(what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Returns when something has come true; fails after some seconds."""
    ends = monotonic() + seconds
    while not what():
        assert monotonic() < ends
        sleep(0.01)


def pages(archive: Archive) -> list[str]:
    """Addresses of the pages that were read, in order."""
    return [x.url for x in archive.captures if x.role == "page" and x.status < 400]

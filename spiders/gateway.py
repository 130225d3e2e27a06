"""The only way from the browser to the network: a proxy on the loopback interface, one per unit.

A browser resolves names and follows redirects by itself; here every connection that it wants is held to the same
rules as the crawl's own: `network.hosts` first, then DNS, private addresses refused and the connection made to
exactly the address that was checked, or all of it handed to `network.proxy`. What passes is counted and capped.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from spiders.resolver import Guard, HostResolver, PrivateAddressError

_MAX_HEAD = 65_536
_CHUNK = 65_536
_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 60.0
_HOP_BY_HOP = (b"proxy-connection", b"proxy-authorization", b"connection", b"keep-alive", b"authorization")


class _RefusedError(Exception):
    """The gateway makes no connection; the message is a short code."""


@dataclass(slots=True)
class Gateway:
    """Passes on what one unit's pages ask for. `max_bytes` caps all answers together; `refused` counts by cause."""

    guard: Guard
    resolver: HostResolver
    proxy: str | None
    max_bytes: int
    passed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> str:
        """Starts to listen; answers with the address that a browser takes for its proxy."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_MAX_HEAD)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def close(self) -> None:
        """Ends every connection."""
        if self._server is not None:
            self._server.close()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def full(self) -> bool:
        """Whether the unit's pages have had all the bytes that they may have."""
        return self.passed >= self.max_bytes

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        task.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _IDLE_SECONDS)
            try:
                await self._pass(head, reader, writer)
            except _RefusedError as why:
                self.refused[str(why)] += 1
                writer.write(b"HTTP/1.1 403 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
            except (OSError, TimeoutError, ValueError):
                writer.write(b"HTTP/1.1 502 Unreachable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
            writer.close()
            await asyncio.wait_for(writer.wait_closed(), _CONNECT_SECONDS)

    async def _pass(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _, rest = head.partition(b"\r\n")
        parts = line.decode("latin-1").split(" ")
        if len(parts) != 3:
            raise ValueError("no request line")
        method, target, version = parts
        if self.full:
            raise _RefusedError("bytes")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            beyond = await self._tunnel(host.strip("[]"), int(port))
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await self._both_ways(reader, writer, *beyond)
            return
        url = urlsplit(target)
        if url.scheme != "http" or not url.hostname:
            raise _RefusedError("no_web_address")
        fields = [
            field
            for field in rest.split(b"\r\n")
            if field and field.partition(b":")[0].strip().lower() not in _HOP_BY_HOP
        ]
        origin = url.netloc.rpartition("@")[2]
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        asked = path
        if self.proxy is not None:
            await self._check(url.hostname, url.port or 80)
            beyond = await self._to_proxy()
            asked = f"http://{origin}{path}"
        else:
            beyond = await self._to_host(url.hostname, url.port or 80)
        there, back = beyond[1], beyond[0]
        try:
            request = b"\r\n".join([f"{method} {asked} {version}".encode("latin-1"), *fields, b"Connection: close"])
            there.write(request + b"\r\n\r\n")
            await self._send_body(fields, reader, there)
            await self._answer(method, back, reader, writer)
        finally:
            there.transport.abort()

    async def _send_body(self, fields: list[bytes], reader: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
        """Passes on exactly the body that was announced: nothing that follows it may reach this server."""
        length = 0
        for one in fields:
            name, _, value = one.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
            elif name.strip().lower() == b"transfer-encoding":
                raise _RefusedError("streamed_request")
        while length > 0:
            chunk = await reader.read(min(length, _CHUNK))
            if not chunk:
                break
            length -= len(chunk)
            there.write(chunk)
            await there.drain()
        await there.drain()

    async def _answer(
        self, method: str, back: asyncio.StreamReader, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Passes the answer on with the word that the connection ends with it: to its end where it names its length,
        else until either side closes."""
        head = await asyncio.wait_for(back.readuntil(b"\r\n\r\n"), _IDLE_SECONDS)
        first, *fields = head.rstrip(b"\r\n").split(b"\r\n")
        kept = [one for one in fields if one.partition(b":")[0].strip().lower() not in (b"connection", b"keep-alive")]
        writer.write(b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n")
        gone = asyncio.create_task(reader.read(1))
        passing = asyncio.create_task(self._pump(back, writer, _length(method, first, fields)))
        try:
            await asyncio.wait({gone, passing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _ended(gone, passing)

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        there: asyncio.StreamWriter,
    ) -> None:
        pumps = [asyncio.create_task(self._pump(reader, there)), asyncio.create_task(self._pump(back, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _ended(*pumps)
            there.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, length: int | None = None) -> None:
        while not self.full and length != 0:
            wanted = _CHUNK if length is None else min(length, _CHUNK)
            chunk = await asyncio.wait_for(source.read(wanted), _IDLE_SECONDS)
            if not chunk:
                break
            self.passed += len(chunk)
            length = None if length is None else length - len(chunk)
            sink.write(chunk)
            await sink.drain()
        if self.full:
            self.refused["bytes"] += 1
        with suppress(OSError, RuntimeError):
            await sink.drain()

    async def _check(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        try:
            self.guard.check_url(f"http://{shown}:{port}/")
        except PrivateAddressError as error:
            raise _RefusedError("private_address") from error

    async def _tunnel(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.proxy is None:
            return await self._to_host(host, port)
        await self._check(host, port)
        shown = f"[{host}]" if ":" in host else host
        back, there = await self._to_proxy()
        there.write(f"CONNECT {shown}:{port} HTTP/1.1\r\nHost: {shown}:{port}\r\n\r\n".encode("latin-1"))
        answer = await asyncio.wait_for(back.readuntil(b"\r\n\r\n"), _CONNECT_SECONDS)
        if answer.split(b" ")[1:2] != [b"200"]:
            there.transport.abort()
            raise ConnectionError("the proxy makes no tunnel")
        return back, there

    async def _to_proxy(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.proxy or "")
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        return await asyncio.wait_for(
            asyncio.open_connection(parts.hostname, port, ssl=secure or None, limit=_MAX_HEAD), _CONNECT_SECONDS
        )

    async def _to_host(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first address of a host that answers; every one of them has been checked."""
        await self._check(host, port)
        try:
            addresses = await self.resolver.addresses(host)
        except PrivateAddressError as error:
            raise _RefusedError("private_address") from error
        except Exception as error:
            raise ConnectionError(str(error)) from error
        failed: OSError | TimeoutError = ConnectionError(f"{host}: no address")
        for address in addresses:
            try:
                return await asyncio.wait_for(asyncio.open_connection(address, port, limit=_MAX_HEAD), _CONNECT_SECONDS)
            except (OSError, TimeoutError) as error:
                failed = error
        raise failed


def _length(method: str, first: bytes, fields: list[bytes]) -> int | None:
    """How long the body of an answer is, None where only the end of the connection tells (RFC 9112 section 6.3)."""
    if method == "HEAD" or first.split(b" ")[1:2] in ([b"204"], [b"304"]):
        return 0
    named = {name.strip().lower(): value.strip() for name, _, value in (one.partition(b":") for one in fields)}
    length = named.get(b"content-length", b"")
    return int(length) if length.isdigit() and b"transfer-encoding" not in named else None


async def _ended(*tasks: asyncio.Task[object] | asyncio.Task[None] | asyncio.Task[bytes]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

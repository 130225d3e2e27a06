"""The download handler of the crawl: Scrapy's requests over aiohttp, with every cap in force from the first byte.

Scrapy's own handlers throw an over-long body away and decompress only what has arrived in full; here the body is
decoded while it comes and cut at the limit, so that a compression bomb, an endless answer or a huge file costs no
more than its limit and still leaves what was read. Connections go only to addresses that the resolver has checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import zlib
from typing import Any, cast

import aiohttp
import yarl
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from auditor.urls import host_of
from spiders.faults import BodyCutError, HeadersTooLargeError
from spiders.resolver import Guard, HostResolver

# What is kept of an answer that is no page and too large, or of a film: enough to see what it is.
SAMPLE_BYTES = 65_536


class _Answer(aiohttp.ClientResponse):
    """Remembers whom it came from; the connection is gone when the body has been read."""

    peer: str | None = None

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        self.peer = str(peer[0]) if peer else None
        return await super().start(connection)


def tolerant_context() -> ssl.SSLContext:
    """TLS with whoever can speak it at all, as old as the server may be; certificates are not looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


class CappedHandler(BaseDownloadHandler):
    """Fetches one address and answers with a plain `Response`.

    Request.meta: "timeout" (s), "page_bytes" and "file_bytes" (limits). Response.meta is the request's; the handler
    adds "headers" ((name in lower case, value), …), "truncated" (bool) and "certificate_invalid" (bool).
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._guard: Guard = cast("Any", crawler.spider).guard
        self._resolver: HostResolver = cast("Any", crawler.spider).resolver
        self._proxy: str | None = settings.get("AUDITOR_PROXY")
        self._max_header = settings.getint("AUDITOR_MAX_HEADER_BYTES")
        self._strict = ssl.create_default_context()
        self._tolerant = tolerant_context()
        self._tolerated: set[str] = set()
        if self._proxy:
            connector = aiohttp.TCPConnector(limit=0, use_dns_cache=True)
        else:
            connector = aiohttp.TCPConnector(
                limit=0, use_dns_cache=False, resolver=self._resolver, socket_factory=self._socket
            )
        line = min(self._max_header, 32_768)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_Answer,
            requote_redirect_url=False,
            max_line_size=line,
            max_field_size=line,
        )

    def _socket(self, info: Any) -> socket.socket:
        """Last look at the address itself, just before the connection is made."""
        family, kind, proto, _, target = info
        address = str(target[0]).partition("%")[0]
        self._guard.check(ipaddress.ip_address(address), address)
        return socket.socket(family, kind, proto)

    async def download_request(self, request: Request) -> Response:
        self._guard.check_url(request.url)
        async with asyncio.timeout(request.meta["timeout"]) as clock:
            host = host_of(request.url)
            if request.url.startswith("https:") and host not in self._tolerated:
                try:
                    return await self._fetch(request, self._strict, clock)
                except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError):
                    if len(self._tolerated) > 10_000:
                        self._tolerated.clear()
                    self._tolerated.add(host)
            return await self._fetch(request, self._tolerant, clock)

    async def _fetch(self, request: Request, tls: ssl.SSLContext, clock: asyncio.Timeout) -> Response:
        meta = request.meta
        async with self._session.request(
            request.method,
            yarl.URL(request.url, encoded=True),
            data=request.body or None,
            headers=meta["request_headers"],
            allow_redirects=False,
            proxy=self._proxy,
            proxy_headers={"User-Agent": meta["request_headers"]["User-Agent"]} if self._proxy else None,
            ssl=tls,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            raw = answer.raw_headers
            if sum(len(name) + len(value) + 4 for name, value in raw) > self._max_header:
                raise HeadersTooLargeError(f"header larger than {self._max_header} bytes")
            headers = tuple(
                (name.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape")) for name, value in raw
            )
            body, truncated = await _read_body(answer, meta, clock)
            meta["headers"] = headers
            meta["truncated"] = truncated
            meta["certificate_invalid"] = tls is self._tolerant and request.url.startswith("https:")
            peer = cast("_Answer", answer).peer
            return Response(
                request.url,
                status=answer.status,
                body=body,
                ip_address=ipaddress.ip_address(peer) if peer and not self._proxy else None,
            )

    async def close(self) -> None:
        await self._session.close()
        await self._resolver.close()


async def _read_body(
    answer: aiohttp.ClientResponse, meta: dict[str, Any], clock: asyncio.Timeout
) -> tuple[bytes, bool]:
    """(body after content decoding, whether it was cut)."""
    kind = answer.headers.get("Content-Type", "").lower()
    page = not kind or "html" in kind or kind.startswith("text/") or "xml" in kind
    limit: int = meta["page_bytes"] if page else meta["file_bytes"]
    if kind.startswith(("video/", "audio/")) or (not page and (answer.content_length or 0) > limit):
        limit = SAMPLE_BYTES
    decode = Decoder(answer.headers.get("Content-Encoding", ""), limit)
    try:
        async for chunk in answer.content.iter_any():
            if decode.feed(chunk):
                answer.close()
                return decode.body, True
    except (aiohttp.ClientPayloadError, ConnectionError, zlib.error) as error:
        # Servers that announce more than they send are common; what came is what a browser shows.
        if not decode.body:
            raise BodyCutError(f"{type(error).__name__}: {error}") from error
        return decode.body, True
    except asyncio.CancelledError:
        answer.close()
        # Of a file the first part already shows that it is there; a page cut in the middle would be misread.
        if clock.expired() and not page and len(decode.body) >= 1024:
            return decode.body, True
        raise
    return decode.body, False


class Decoder:
    """Collects a body, undoing gzip or deflate on the way, up to `limit` bytes. Other encodings stay as they are."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        encoding = encoding.strip().lower()
        self._squeezed = encoding in ("gzip", "x-gzip", "deflate")
        self._unzip = zlib.decompressobj(zlib.MAX_WBITS | 32) if self._squeezed else None
        self._first = True

    @property
    def body(self) -> bytes:
        """What has been collected."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def feed(self, chunk: bytes) -> bool:
        """Takes the next bytes as they came; True when the limit is reached and the rest is not wanted."""
        while chunk:
            if self._unzip is None:
                plain, chunk = chunk[: self._limit - self._size + 1], b""
            else:
                plain, chunk = self._inflate(chunk)
            if plain:
                self._size += len(plain)
                self._parts.append(plain)
            if self._size > self._limit:
                self._parts = [self.body[: self._limit]]
                return True
        return False

    def _inflate(self, chunk: bytes) -> tuple[bytes, bytes]:
        assert self._unzip is not None
        if self._unzip.eof:
            if not self._unzip.unused_data and not chunk.startswith(b"\x1f\x8b"):
                return b"", b""
            self._unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)
        first, self._first = self._first, False
        try:
            plain = self._unzip.decompress(chunk, self._limit - self._size + 1)
        except zlib.error:
            if not first:
                raise
            # Some servers send deflate without its header, or call plain text gzip.
            self._unzip = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                plain = self._unzip.decompress(chunk, self._limit - self._size + 1)
            except zlib.error:
                self._unzip = None
                return b"", chunk
        return plain, self._unzip.unconsumed_tail or self._unzip.unused_data

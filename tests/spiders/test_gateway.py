"""The browser's way to the network refuses what the crawl refuses, and lets nothing through behind a request's back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import pytest

from spiders.gateway import Gateway
from spiders.resolver import Guard, HostResolver
from tests.spiders.web import Web, reply, serving

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


def talked(
    *sent: bytes,
    hosts: Mapping[str, str] | None = None,
    allow: bool = True,
    proxy: str | None = None,
    max_bytes: int = 1_000_000,
) -> tuple[bytes, Gateway]:
    """What comes back for bytes that a browser sends on one connection."""

    async def main() -> tuple[bytes, Gateway]:
        guard = Guard(hosts or {}, allow, proxy is not None)
        resolver = HostResolver(guard)
        gateway = Gateway(guard, resolver, proxy, max_bytes)
        port = urlsplit(await gateway.open()).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for part in sent:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(reader.read(), 20), gateway
        finally:
            writer.close()
            await gateway.close()
            await resolver.close()

    return asyncio.run(main())


def asking(url: str, *headers: str) -> bytes:
    """A request as a browser sends it to its proxy."""
    return "\r\n".join([f"GET {url} HTTP/1.1", f"Host: {urlsplit(url).netloc}", *headers, "", ""]).encode()


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "[::1]", "0x7f.1", "localhost", "may.local", "ten.example"])
@pytest.mark.parametrize("tunnel", [False, True])
def test_private_addresses_are_refused_by_any_name(host: str, tunnel: bool) -> None:
    web = Web({"*": {"*": reply("secret")}})
    with serving(web):
        line = (
            f"CONNECT {host}:{web.port} HTTP/1.1\r\n\r\n".encode() if tunnel else asking(f"http://{host}:{web.port}/")
        )
        answer, gateway = talked(line, hosts={"ten.example": "127.0.0.1"}, allow=False)
    assert answer.startswith(b"HTTP/1.1 403")
    assert gateway.refused["private_address"] == 1
    assert not web.asked


def test_names_are_looked_up_in_the_configuration_first() -> None:
    web = Web()
    with serving(web):
        web.hosts["ten.example"] = {"/a?b": reply("xin chào")}
        url = f"http://ten.example:{web.port}/a?b"
        answer, _ = talked(
            asking(url, "Authorization: Basic eA==", "Proxy-Authorization: Basic eA=="),
            hosts={"ten.example": "127.0.0.1"},
        )
    assert "xin chào".encode() in answer
    assert not [name for name in web.asked[0].headers if "authorization" in name]


def test_everything_goes_through_the_proxy_where_there_is_one() -> None:
    web = Web({"ten.example": {"/": reply("qua proxy")}})
    with serving(web):
        answer, _ = talked(asking("http://ten.example/"), proxy=web.proxy)
    assert answer.endswith(b"qua proxy")
    assert [asked.host for asked in web.asked] == ["ten.example"]


def test_a_second_request_does_not_ride_on_the_first() -> None:
    """On the same connection it would reach the first one's server unchecked."""
    web = Web({"ten.example": {"*": reply("một")}})
    with serving(web):
        talked(asking("http://ten.example/") + asking("http://10.0.0.1/hai"), proxy=web.proxy)
    assert [asked.host for asked in web.asked] == ["ten.example"]


def test_what_passes_is_capped() -> None:
    web = Web({"ten.example": {"/": reply(b"x" * 500_000)}})
    with serving(web):
        answer, gateway = talked(asking("http://ten.example/"), proxy=web.proxy, max_bytes=100_000)
    assert len(answer) < 300_000
    assert gateway.refused["bytes"] == 1


def test_nonsense_ends_with_an_answer() -> None:
    assert talked(b"GET\r\n\r\n")[0].startswith(b"HTTP/1.1 502")
    assert talked(asking("ftp://ten.example/"))[0].startswith(b"HTTP/1.1 403")

"""Nobody may use the audit to reach into the network it runs in."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from spiders.resolver import (
    Guard,
    HostResolver,
    NameNotFoundError,
    PrivateAddressError,
    is_public,
    literal_address,
    parse_ipv4,
)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("10.0.0.1.", "10.0.0.1"),
        ("0", "0.0.0.0"),
        ("0xa9fea9fe", "169.254.169.254"),
        ("thcs-a.edu.vn", None),
        ("1.example", None),
    ],
)
def test_every_spelling_of_an_ipv4_address_is_read_as_browsers_do(host: str, address: str | None) -> None:
    assert parse_ipv4(host) == (ipaddress.IPv4Address(address) if address else None)


@pytest.mark.parametrize("host", ["256.1.1.1", "1.2.3.4.5", "127.0.0.09", "0x1ffffffff", "a.b.1", "1..2"])
def test_a_host_that_ends_in_a_number_and_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        literal_address(host)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:f5ff:fffe",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "113.161.1.1", "2402:800::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1:8080/a",
        "http://[::1]/",
        "http://[::ffff:192.168.0.1]/",
        "http://localhost/",
        "http://localhost./",
        "http://intranet/",
        "http://may-chu.local/",
        "http://inside.example/",
        "http://INSIDE.example./",
    ],
)
def test_a_private_target_is_refused_before_dns_with_a_proxy_too(url: str) -> None:
    hosts = {"inside.example": "10.0.0.5"}
    for proxied in (False, True):
        with pytest.raises(PrivateAddressError):
            Guard(hosts, allow=False, proxied=proxied).check_url(url)
    Guard(hosts, allow=True).check_url(url)


def test_configured_names_come_before_dns_and_are_checked() -> None:
    async def ask(guard: Guard, host: str) -> tuple[str, ...]:
        resolver = HostResolver(guard)
        try:
            return await resolver.addresses(host)
        finally:
            await resolver.close()

    hosts = {"truong.example": "8.8.8.8", "trong.example": "192.168.1.5"}
    assert asyncio.run(ask(Guard(hosts, allow=False), "Truong.Example.")) == ("8.8.8.8",)
    with pytest.raises(PrivateAddressError):
        asyncio.run(ask(Guard(hosts, allow=False), "trong.example"))
    assert asyncio.run(ask(Guard(hosts, allow=True), "trong.example")) == ("192.168.1.5",)


def test_a_name_that_turns_private_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([("8.8.8.8",), ("8.8.8.8", "10.0.0.1")])
    monkeypatch.setattr("spiders.resolver._look_up", lambda host: next(answers))
    monkeypatch.setattr("spiders.resolver._KEEP_SECONDS", -1.0)

    async def twice() -> None:
        resolver = HostResolver(Guard({}, allow=False))
        try:
            assert (await resolver.resolve("doi.example", 80))[0]["host"] == "8.8.8.8"
            with pytest.raises(PrivateAddressError):
                await resolver.resolve("doi.example", 80)
        finally:
            await resolver.close()

    asyncio.run(twice())


def test_a_name_is_asked_for_once_however_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look_up(host: str) -> tuple[str, ...]:
        asked.append(host)
        if host == "mat.example":
            raise NameNotFoundError(host)
        return ("8.8.8.8",)

    monkeypatch.setattr("spiders.resolver._look_up", look_up)

    async def many() -> None:
        resolver = HostResolver(Guard({}, allow=False))
        try:
            found = await asyncio.gather(*(resolver.addresses("a.example") for _ in range(5)))
            assert set(found) == {("8.8.8.8",)}
            with pytest.raises(NameNotFoundError):
                await resolver.addresses("mat.example")
        finally:
            await resolver.close()

    asyncio.run(many())
    assert asked == ["a.example", "mat.example"]

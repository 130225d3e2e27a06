"""Which addresses may be asked, and what a host name means: network.hosts first, then DNS, never a private address.

An answer is kept for a minute and the connection is made to exactly the addresses that were checked, so that a name
whose answer changes between the check and the connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from aiohttp.abc import AbstractResolver, ResolveResult

from auditor.urls import split

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Names that never mean a public host (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "localdomain")
_KEEP_SECONDS = 60.0
_KEEP_NAMES = 4096


class PrivateAddressError(Exception):
    """The target is loopback, private, link-local, multicast or otherwise no public address."""


class NameNotFoundError(Exception):
    """DNS says that the name does not exist or has no address."""


class NameServerError(Exception):
    """DNS gave no answer: nothing is known about the name."""


def parse_ipv4(host: str) -> ipaddress.IPv4Address | None:
    """The address that browsers and `inet_aton` read in a host: decimal, hex and octal parts, one to four of them.

    None for a host that is a name. Raises ValueError for a host that ends in a number and is no address
    (WHATWG URL, "ends in a number").
    """
    parts = host.removesuffix(".").split(".")
    if not _is_number(parts[-1]):
        return None
    if len(parts) > 4:
        raise ValueError(f"too many parts: {host}")
    numbers = [_number(part) for part in parts]
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError(f"out of range: {host}")
    value = numbers[-1]
    for index, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - index))
    return ipaddress.IPv4Address(value)


def _is_number(part: str) -> bool:
    if part.isascii() and part.isdigit():
        return True
    return part[:2].lower() == "0x" and all(char in "0123456789abcdefABCDEF" for char in part[2:])


def _number(part: str) -> int:
    if not _is_number(part):
        raise ValueError(f"no number: {part}")
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    if len(part) > 1 and part.startswith("0"):
        return int(part, 8)
    return int(part)


def literal_address(host: str) -> Address | None:
    """The address a host part spells out, IPv6 without brackets; None for a name, ValueError for neither."""
    if ":" in host:
        return ipaddress.IPv6Address(host.partition("%")[0])
    return parse_ipv4(host)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public Internet, also when an IPv6 address wraps an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and (address in _NAT64 or int(address) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses targets that are not public. `hosts` is network.hosts, `allow` network.allow_private_addresses."""

    hosts: Mapping[str, str]
    allow: bool
    proxied: bool = False

    def check_url(self, url: str) -> None:
        """Looks at an address before anything is sent, without DNS.

        Raises PrivateAddressError for literal and configured private addresses and for local names,
        ValueError for a host that is neither a name nor an address.
        """
        parts = split(url)
        host = (parts.hostname or "") if parts else ""
        if not host:
            raise ValueError(f"no host: {url}")
        host = host.lower().rstrip(".")
        configured = self.hosts.get(host)
        if configured is not None:
            self.check(ipaddress.ip_address(configured), host)
            return
        literal = literal_address(host)
        if literal is not None:
            self.check(literal, host)
        elif not self.allow and ("." not in host or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES))):
            raise PrivateAddressError(f"{host}: a local name")

    def check(self, address: Address, host: str) -> None:
        """Raises PrivateAddressError unless the address may be connected to."""
        if not self.allow and not is_public(address):
            raise PrivateAddressError(f"{host}: {address} is not a public address")


class HostResolver(AbstractResolver):
    """Resolves names for every connection that is made directly, and refuses what the guard refuses.

    A name with one private address among public ones is refused as a whole.
    """

    def __init__(self, guard: Guard, *, timeout: float = 10.0, threads: int = 16) -> None:
        self._guard = guard
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")
        self._known: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """All addresses of a host, IPv4 first, each checked.

        Raises PrivateAddressError, NameNotFoundError, NameServerError or ValueError (no valid host).
        """
        host = host.lower().rstrip(".")
        known = self._known.get(host)
        if known is None or known[0] < monotonic():
            task = self._asking.get(host)
            if task is None:
                task = asyncio.create_task(self._ask(host))
                self._asking[host] = task
                task.add_done_callback(lambda done: self._done(host, done))
            found = await asyncio.shield(task)
        else:
            found = known[1]
        for address in found:
            self._guard.check(ipaddress.ip_address(address), host)
        return found

    def _done(self, host: str, task: asyncio.Task[tuple[str, ...]]) -> None:
        self._asking.pop(host, None)
        if task.cancelled() or task.exception() is not None:
            return
        self._known[host] = (monotonic() + _KEEP_SECONDS, task.result())
        while len(self._known) > _KEEP_NAMES:
            self._known.popitem(last=False)

    async def _ask(self, host: str) -> tuple[str, ...]:
        configured = self._guard.hosts.get(host)
        if configured is not None:
            return (configured,)
        literal = literal_address(host)
        if literal is not None:
            return (str(literal),)
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, _look_up, host)
        try:
            return await asyncio.wait_for(asked, self._timeout)
        except TimeoutError as error:
            raise NameServerError(f"{host}: no answer in {self._timeout:g} s") from error

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What aiohttp asks before it connects."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self.addresses(host)
        ]

    async def close(self) -> None:
        """Stops waiting for answers."""
        for task in list(self._asking.values()):
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


_NO_SUCH_NAME = frozenset(
    code
    for code in (getattr(socket, name, None) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"))
    if code is not None
)


def _look_up(host: str) -> tuple[str, ...]:
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            raise NameNotFoundError(f"{host}: {error.strerror}") from error
        raise NameServerError(f"{host}: {error.strerror}") from error
    except (OSError, UnicodeError) as error:
        raise NameNotFoundError(f"{host}: {error}") from error
    found = {str(answer[4][0]).partition("%")[0] for answer in answers}
    if not found:
        raise NameNotFoundError(f"{host}: no address")
    # The order of a round robin must not decide anything.
    return tuple(sorted(found, key=lambda text: (":" in text, ipaddress.ip_address(text).packed)))

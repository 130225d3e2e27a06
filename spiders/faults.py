"""What went wrong, whose fault it is, and whether asking again may help: one table for the whole crawl."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass

import aiohttp
from scrapy.exceptions import UnsupportedURLSchemeError

from auditor.model import Cause, Whose
from spiders.resolver import NameNotFoundError, NameServerError, PrivateAddressError


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an address gave no usable answer.

    `passing`: asking again soon may help. `wait`: seconds that the site asked us to wait.
    """

    cause: Cause
    whose: Whose
    detail: str
    passing: bool = False
    status: int | None = None
    wait: float | None = None

    @property
    def code(self) -> str:
        """Stable code for status_reason: the cause, with the number where HTTP gave one ("http_503")."""
        return f"http_{self.status}" if self.cause is Cause.HTTP_ERROR and self.status else self.cause.value

    @property
    def of_the_network(self) -> bool:
        """Whether the server could not be talked to at all: such faults in a row end a unit's crawl."""
        return self.cause in _CONNECTION_CAUSES


_CONNECTION_CAUSES = frozenset({Cause.DNS, Cause.REFUSED, Cause.TIMEOUT, Cause.TLS, Cause.RESET})


class FaultError(Exception):
    """Carries a fault up to whoever decides what to do about it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class BodyCutError(Exception):
    """The connection ended, or time was up, before any of the body had come."""


class HeadersTooLargeError(Exception):
    """The header of an answer is larger than crawl.max_header_bytes."""


_PROXY_ERROR = re.compile(r"\berror\s*=\s*\"?([a-z_]+)")
# Error types of RFC 9209 section 2.3; a proxy tells with them what it met in our place.
_PROXY_CAUSES: dict[str, Fault] = {
    "dns_error": Fault(Cause.DNS, Whose.SITE, "proxy: dns_error"),
    "dns_timeout": Fault(Cause.DNS, Whose.NETWORK, "proxy: dns_timeout", passing=True),
    "destination_not_found": Fault(Cause.DNS, Whose.SITE, "proxy: destination_not_found"),
    "destination_unavailable": Fault(Cause.REFUSED, Whose.SITE, "proxy: destination_unavailable"),
    "destination_ip_prohibited": Fault(Cause.PRIVATE_ADDRESS, Whose.SITE, "proxy: destination_ip_prohibited"),
    "destination_ip_unroutable": Fault(Cause.REFUSED, Whose.NETWORK, "proxy: destination_ip_unroutable"),
    "connection_refused": Fault(Cause.REFUSED, Whose.SITE, "proxy: connection_refused"),
    "connection_terminated": Fault(Cause.RESET, Whose.NETWORK, "proxy: connection_terminated", passing=True),
    "connection_timeout": Fault(Cause.TIMEOUT, Whose.NETWORK, "proxy: connection_timeout", passing=True),
    "connection_read_timeout": Fault(Cause.TIMEOUT, Whose.NETWORK, "proxy: connection_read_timeout", passing=True),
    "connection_write_timeout": Fault(Cause.TIMEOUT, Whose.NETWORK, "proxy: connection_write_timeout", passing=True),
    "http_response_timeout": Fault(Cause.TIMEOUT, Whose.NETWORK, "proxy: http_response_timeout", passing=True),
    "http_response_incomplete": Fault(Cause.RESET, Whose.NETWORK, "proxy: http_response_incomplete", passing=True),
    "tls_protocol_error": Fault(Cause.TLS, Whose.SITE, "proxy: tls_protocol_error"),
    "tls_certificate_error": Fault(Cause.TLS, Whose.SITE, "proxy: tls_certificate_error"),
    "tls_alert_received": Fault(Cause.TLS, Whose.SITE, "proxy: tls_alert_received"),
}


def of_proxy_answer(status: int, proxy_status: str | None) -> Fault | None:
    """The fault that a proxy reports in its own answer (RFC 9209), or None where the answer is the site's."""
    if status < 500 or not proxy_status:
        return None
    match = _PROXY_ERROR.search(proxy_status)
    return _PROXY_CAUSES.get(match.group(1)) if match else None


def of_status(status: int, wait: float | None = None) -> Fault:
    """The fault of an answer with a status of 400 or more.

    403, 429 and 503 may be what only a program that asks often gets to see: they are never laid at the site's door.
    """
    passing = status in (408, 425, 429, 500, 502, 503, 504) or 520 <= status <= 527
    whose = Whose.US if status in (403, 429, 503) else Whose.SITE
    return Fault(Cause.HTTP_ERROR, whose, f"HTTP {status}", passing, status, wait)


def of_exception(error: BaseException) -> Fault:
    """The fault that an exception of fetching stands for; an exception nobody expected is our own."""
    detail = f"{type(error).__name__}: {error}"[:300]
    for kinds, cause, whose, passing in _TABLE:
        if isinstance(error, kinds):
            return Fault(cause, whose, detail, passing)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _of_refused_tunnel(error, detail)
    inner = error.__cause__ or error.__context__
    if isinstance(error, aiohttp.ClientConnectorError):
        return _of_os_error(error.os_error, detail)
    if isinstance(error, OSError):
        return _of_os_error(error, detail)
    if isinstance(error, aiohttp.ClientError) and inner is not None and not isinstance(inner, aiohttp.ClientError):
        fault = of_exception(inner)
        if fault.cause is not Cause.CRASH:
            return fault
    if isinstance(error, aiohttp.ClientError):
        return Fault(Cause.BAD_RESPONSE, Whose.NETWORK, detail, True)
    return Fault(Cause.CRASH, Whose.US, detail)


def _of_refused_tunnel(error: aiohttp.ClientHttpProxyError, detail: str) -> Fault:
    """The proxy made no way through to a host for TLS: nobody of that host has answered."""
    reported = of_proxy_answer(500, error.headers.get("Proxy-Status") if error.headers is not None else None)
    if reported is not None:
        return reported
    if error.status in (408, 504):
        return Fault(Cause.TIMEOUT, Whose.NETWORK, detail, True)
    return Fault(Cause.REFUSED, Whose.NETWORK, detail, error.status in (429, 500, 502, 503))


def _of_os_error(error: OSError, detail: str) -> Fault:
    for kinds, cause, whose, passing in _TABLE:
        if isinstance(error, kinds):
            return Fault(cause, whose, detail, passing)
    return Fault(Cause.REFUSED, Whose.NETWORK, detail, True)


_Row = tuple[tuple[type[BaseException], ...], Cause, Whose, bool]
_TABLE: tuple[_Row, ...] = (
    ((PrivateAddressError,), Cause.PRIVATE_ADDRESS, Whose.SITE, False),
    ((NameNotFoundError,), Cause.DNS, Whose.SITE, False),
    ((NameServerError,), Cause.DNS, Whose.NETWORK, True),
    ((HeadersTooLargeError,), Cause.TOO_LARGE, Whose.US, False),
    ((BodyCutError,), Cause.RESET, Whose.NETWORK, True),
    (
        (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnsupportedURLSchemeError),
        Cause.BAD_ADDRESS,
        Whose.SITE,
        False,
    ),
    ((aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError), Cause.TLS, Whose.SITE, False),
    ((ConnectionRefusedError,), Cause.REFUSED, Whose.SITE, False),
    ((asyncio.TimeoutError, TimeoutError), Cause.TIMEOUT, Whose.NETWORK, True),
    ((ConnectionResetError, ConnectionAbortedError, BrokenPipeError), Cause.RESET, Whose.NETWORK, True),
    ((aiohttp.ServerDisconnectedError,), Cause.RESET, Whose.NETWORK, True),
    ((aiohttp.ClientProxyConnectionError,), Cause.REFUSED, Whose.US, True),
    ((UnicodeError, ValueError), Cause.BAD_ADDRESS, Whose.SITE, False),
)

"""What stands between a browser and the web page: who may ask, how much, and what the answers allow."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 8_192
_BODY_SECONDS = 10.0
_MAX_FIELDS = 10

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A scorecard quotes a portal: it runs nothing, sends nothing, and counts as a page of no origin at all.
SCORECARD_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not "no-referrer": browsers then send no Origin with a form, which is how forms of other sites are told apart
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Gate:
    """Refuses requests for other host names and forms of other sites, and gives every answer its headers.

    A page elsewhere whose name is made to mean this machine (DNS rebinding) still sends that name as Host.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        why = self._why_not(scope["method"], Headers(scope=scope))
        if why:
            await PlainTextResponse(why, 403)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _why_not(self, method: str, headers: Headers) -> str:
        if host_name(headers.get("host", "")) not in self._names:
            return "Trang này chỉ mở được bằng đúng địa chỉ mà chương trình đã in ra khi khởi động."
        if method not in ("GET", "HEAD", "POST"):
            return "Không hỗ trợ."
        if method == "POST" and not sent_from_here(headers):
            return "Yêu cầu không được gửi từ trang này nên không được thực hiện. Hãy mở lại trang và thử lại."
        return ""


def host_name(host: str) -> str:
    """The name in a Host header, in lower case, without port and brackets."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]


def sent_from_here(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent by a page of this server, as its browser says; one that says nothing is not believed."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    return origin is not None and origin in {f"http://{headers.get('host')}", f"https://{headers.get('host')}"}


class TooLongError(Exception):
    """The body of a request is longer, slower or has more fields than a form of this page."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the first value of each. Raises TooLongError."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY:
                    raise TooLongError
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except (TimeoutError, ValueError) as error:
        raise TooLongError from error
    return {name: values[0] for name, values in fields.items()}

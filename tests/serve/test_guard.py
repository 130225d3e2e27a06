"""Who may ask: other names of this machine, forms of other sites and long bodies are turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from serve.guard import MAX_BODY, Gate, TooLongError, host_name, read_form, sent_from_here

HOST = {"host": "127.0.0.1:8000"}


def asked(method: str, headers: Mapping[str, str]) -> int:
    """The status of the answer to a request."""
    statuses: list[int] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
            names = {name for name, _ in message["headers"]}
            assert {b"content-security-policy", b"x-content-type-options", b"cache-control"} <= names

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "headers": raw, "query_string": b""}
    asyncio.run(Gate(inside, ["127.0.0.1", "localhost", "::1"])(scope, receive, send))
    return statuses[0]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "LOCALHOST:8000", "localhost", "[::1]:8000"])
def test_the_page_is_there_under_its_own_names(host: str) -> None:
    assert asked("GET", {"host": host}) == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]:8000"])
def test_a_name_that_was_made_to_mean_this_machine_is_refused(host: str) -> None:
    assert asked("GET", {"host": host}) == 403


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://127.0.0.1:8000"}, True),  # an old browser
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://127.0.0.1:9000"}, False),  # another program on this machine
        ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-site"}, False),
        ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({}, False),
    ],
)
def test_only_a_form_of_this_page_starts_anything(headers: dict[str, str], fine: bool) -> None:
    assert sent_from_here({**HOST, **headers}) is fine
    assert asked("POST", {**HOST, **headers}) == (200 if fine else 403)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "CONNECT", "PATCH"])
def test_other_methods_are_refused(method: str) -> None:
    assert asked(method, HOST) == 403


def test_hosts_are_read_with_and_without_port() -> None:
    assert [host_name(host) for host in ("A.vn:80", "[2001:db8::1]:80", "[::1]", "a.vn")] == [
        "a.vn",
        "2001:db8::1",
        "::1",
        "a.vn",
    ]


def form(body: bytes) -> dict[str, str]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return asyncio.run(read_form(Request({"type": "http", "method": "POST", "headers": []}, receive)))


def test_a_form_is_read_and_a_long_one_refused() -> None:
    assert form(b"dia-chi=a.vn&ten=Tr%C6%B0%E1%BB%9Dng&ten=x&loai-hinh=") == {
        "dia-chi": "a.vn",
        "ten": "Trường",
        "loai-hinh": "",
    }
    for body in (b"a=" + b"x" * MAX_BODY, b"&".join(b"a=1" for _ in range(50))):
        with pytest.raises(TooLongError):
            form(body)

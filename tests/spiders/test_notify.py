"""The summary of a monthly run goes where the configuration says and nowhere else, and no secret with it."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from auditor.config import ConfigError, NotifyConfig, config_with
from spiders.notify import NotifyError, send


class Mailbox(socketserver.BaseRequestHandler):
    """As much of an SMTP server as takes a mail."""

    mails: list[str]

    def handle(self) -> None:
        stream = self.request.makefile("rwb")

        def say(line: str) -> None:
            stream.write(f"{line}\r\n".encode())
            stream.flush()

        say("220 mailbox")
        while line := stream.readline().decode().strip():
            if line.upper().startswith("DATA"):
                say("354 go on")
                lines = []
                while (text := stream.readline().decode("utf-8")) not in (".\r\n", ""):
                    lines.append(text)
                self.mails.append("".join(lines))
            say("221 bye" if line.upper().startswith("QUIT") else "250 ok")
            if line.upper().startswith("QUIT"):
                return


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted."""

    posts: list[tuple[str | None, Any]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append((self.headers.get("Authorization"), json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index,misc]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """The port of a mail server on this machine, and what came there."""
    mails: list[str] = []
    handler = type("Box", (Mailbox,), {"mails": mails})
    with running(socketserver.TCPServer(("127.0.0.1", 0), handler)) as port:
        yield port, mails


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Hook]]]:
    """The address of a webhook on this machine, and what came there."""
    handler = type("Taker", (Hook,), {"posts": []})
    with running(HTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}/hook", handler


def notify(**values: Any) -> NotifyConfig:
    return config_with({"notify": values}).notify


def mail_to(port: int) -> dict[str, Any]:
    return {
        "mail_to": ["thanhtra@vidu.vn"],
        "mail_from": "danhgia@vidu.vn",
        "mail_server": "127.0.0.1",
        "mail_port": port,
        "mail_security": "none",
    }


def test_nothing_is_sent_unless_configured() -> None:
    assert send(notify(), "Tháng 10", "Xong", {}) == []


def test_a_mail_arrives_with_all_accents(mailbox: tuple[int, list[str]]) -> None:
    port, mails = mailbox
    assert send(notify(**mail_to(port)), "Đánh giá tháng 10", "Đơn vị chưa đọc được: 3", {}) == ["thanhtra@vidu.vn"]
    message = message_from_bytes(mails[0].encode(), policy=default)
    assert message["Subject"] == "Đánh giá tháng 10"
    assert message["To"] == "thanhtra@vidu.vn"
    body = message.get_body()
    assert body is not None
    assert body.get_content().strip() == "Đơn vị chưa đọc được: 3"


def test_a_webhook_gets_text_and_numbers_and_the_token_of_the_environment(
    hook: tuple[str, type[Hook]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, handler = hook
    monkeypatch.setenv("AUDITOR_WEBHOOK_TOKEN", "geheim")
    assert send(notify(webhook=url), "Tháng 10", "Xong", {"run": "r1"}) == ["webhook"]
    token, body = handler.posts[0]
    assert token == "Bearer geheim"
    assert body == {"text": "Tháng 10\nXong", "subject": "Tháng 10", "run": "r1"}


def test_what_fails_is_told_without_secrets_and_the_rest_is_sent(
    mailbox: tuple[int, list[str]], hook: tuple[str, type[Hook]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, mails = mailbox
    url, handler = hook
    handler.status = 500
    monkeypatch.setenv("AUDITOR_WEBHOOK_TOKEN", "geheim")
    with pytest.raises(NotifyError, match="webhook") as caught:
        send(notify(**mail_to(port), webhook=f"{url}?key=geheim"), "Tháng 10", "Xong", {})
    assert "geheim" not in str(caught.value)
    assert len(mails) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"mail_to": ["thanhtra@vidu.vn"]},
        {"mail_to": ["a@b.vn\nBcc: x@y.vn"], "mail_from": "a@b.vn", "mail_server": "m"},
        {"webhook": "ftp://a"},
        {"password": "geheim"},
    ],
)
def test_what_cannot_work_is_refused_when_the_program_starts(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        notify(**values)

"""A small web server for many portals on one loopback port: the demo, the tests and the benchmark crawl it.

It answers as an HTTP forward proxy (`GET http://host/path`, RFC 9112 section 3.2.2), so that `network.proxy`
reaches every portal under its own host name, and directly by the Host header. It runs in a process of its own
that ends when its parent ends. What it cannot reach it says as a real proxy does: 502 and `Proxy-Status`
(RFC 9209).

A portal is a folder of files with an optional `portal.yaml`:

    hosts: [a.example]        names it answers to, each with and without `www.`
    prefix: /ten-truong       the portal lives under this path of the host
    down: refused             refused | dropped: the host answers nothing at all
    headers: {Server: x}      sent with every answer
    charset: utf-8            charset in the Content-Type of pages; null sends none
    encoding: utf-16          pages are sent in these bytes (a codec of Python)
    not_found: {file: _404.html, status: 404}
    search: {path: /tim, parameters: [q], file: _tim.html}   {{query}} and {{results}} are filled
    calendar: {path: /lich, file: _lich.html}                links to the month before and after, for ever
    session: sid              every internal link carries a fresh value of this parameter
    rules:                    the first rule whose glob matches path?query
      - {path: /cu, redirect: /moi, status: 301}
      - {path: "*", times: 1, file: _wait.html, status: 200}   the first time an address is asked for
      - {path: /cham, delay: 2.5}
      - {path: /hong, status: 500}
      - {path: /dut, drop: true}

`layout.html` wraps each page that is a fragment: {{title}}, {{content}}; a fragment begins with
`<!-- title: ... -->`. Files whose name begins with `_` are reached through rules only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import html
import mimetypes
import os
import re
import subprocess
import sys
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import yaml

MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
CONFIG_NAME = "portal.yaml"
LAYOUT_NAME = "layout.html"

mimetypes.add_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
mimetypes.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
mimetypes.add_type("application/msword", ".doc")
mimetypes.add_type("application/vnd.ms-excel", ".xls")
mimetypes.add_type("application/pdf", ".pdf")
mimetypes.add_type("video/mp4", ".mp4")
mimetypes.add_type("application/x-rar-compressed", ".rar")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` as sent (still quoted), `query` without "?", header names in lower case."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query as one string."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `delay` is waited before it is sent, in seconds; `drop` closes the connection instead."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    drop: bool = False


Application = Callable[[Request], Answer]


class PortalConfigError(ValueError):
    """A `portal.yaml` holds an unknown key or a value of the wrong type; the message names the file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to the addresses that match the glob `path`."""

    path: str
    status: int | None = None
    redirect: str | None = None
    file: str | None = None
    delay: float = 0.0
    drop: bool = False
    times: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """A search over the portal's own pages."""

    path: str
    parameters: tuple[str, ...]
    file: str
    extension: bool = True  # False: found pages are named without ".html"


@dataclass(frozen=True, slots=True)
class CalendarConfig:
    """A calendar that never ends."""

    path: str
    file: str


@dataclass(frozen=True, slots=True)
class NotFoundConfig:
    """The page for addresses that do not exist; status 200 makes it a soft 404."""

    file: str | None = None
    status: int = 404


@dataclass(frozen=True, slots=True)
class PortalConfig:
    """`portal.yaml`, see the module's text."""

    hosts: tuple[str, ...]
    prefix: str = ""
    down: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    charset: str | None = None
    encoding: str = "utf-8"
    not_found: NotFoundConfig = NotFoundConfig()
    search: SearchConfig | None = None
    calendar: CalendarConfig | None = None
    session: str | None = None
    rules: tuple[Rule, ...] = ()


def read_portal_config(folder: Path, hosts: Sequence[str] = ()) -> PortalConfig:
    """Read the folder's `portal.yaml`; without one the folder is served as it is under `hosts`.

    Raises PortalConfigError where a key is unknown or no host is known.
    """
    path = folder / CONFIG_NAME
    raw: dict[str, object] = {}
    if path.is_file():
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(loaded, dict):
            raise PortalConfigError(f"{path}: a mapping is expected")
        raw = dict(loaded)
    try:
        for key, kind in (("not_found", NotFoundConfig), ("calendar", CalendarConfig)):
            if isinstance(value := raw.get(key), dict):
                raw[key] = kind(**value)
        if isinstance(value := raw.get("search"), dict):
            raw["search"] = SearchConfig(**{**value, "parameters": tuple(value["parameters"])})
        rules = raw.get("rules", ())
        raw["rules"] = (
            tuple(Rule(**rule) for rule in rules if isinstance(rule, dict)) if isinstance(rules, list) else ()
        )
        named = raw.get("hosts", hosts)
        raw["hosts"] = tuple(hosts) or (tuple(map(str, named)) if isinstance(named, list | tuple) else ())
        config = PortalConfig(**raw)  # type: ignore[arg-type]
    except (TypeError, KeyError) as error:
        raise PortalConfigError(f"{path}: {error}") from error
    if not config.hosts:
        raise PortalConfigError(f"{path}: no host is named")
    return config


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", html.unescape(text)).casefold().split())


_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"\A\s*<!--\s*title:\s*(.*?)\s*-->", re.DOTALL)
_FULL_PAGE = re.compile(r"\A\s*(<!--.*?-->\s*)?<(!doctype|html)\b", re.IGNORECASE | re.DOTALL)
_INTERNAL_LINK = re.compile(r'(href=")(/[^"#]*)(["#])')


class PortalFolder:
    """Answers for one folder. Files are read when asked for; nothing outside the folder is served."""

    def __init__(self, folder: Path, config: PortalConfig) -> None:
        self._folder = folder.resolve()
        self._config = config
        layout = self._folder / LAYOUT_NAME
        self._layout = layout.read_text(encoding="utf-8") if layout.is_file() else None
        self._asked: Counter[tuple[int, str]] = Counter()
        self._sessions = 0
        self._index: list[tuple[str, str, str]] | None = None
        self._common = tuple(config.headers.items())

    def __call__(self, request: Request) -> Answer:
        config = self._config
        if config.down == "dropped":
            return Answer(drop=True)
        if config.down:
            return proxy_failure("connection_refused", f"{request.host}: connection refused")
        path = unquote(request.path)
        if path == "/robots.txt":
            return self._file("robots.txt") or self._not_found()
        if config.prefix:
            if path == config.prefix:
                return self._redirect(config.prefix + "/", 301)
            if not path.startswith(config.prefix + "/"):
                return self._not_found()
            path = path[len(config.prefix) :]
        delay = 0.0
        target = f"{path}?{request.query}" if request.query else path
        for number, rule in enumerate(config.rules):
            if not fnmatchcase(target, rule.path):
                continue
            if rule.times is not None:
                self._asked[number, target] += 1
                if self._asked[number, target] > rule.times:
                    continue
            if rule.drop:
                return Answer(drop=True)
            if rule.redirect is not None:
                return self._redirect(rule.redirect, rule.status or 302, rule.delay)
            answer: Answer | None = None
            if rule.file is not None:
                answer = self._file(rule.file, rule.status or 200)
            elif rule.status is not None:
                answer = self._error(rule.status)
            if answer is not None:
                headers = answer.headers + tuple(rule.headers.items())
                return Answer(answer.status, headers, answer.body, rule.delay)
            delay = rule.delay
            break
        answer = self._page(path, request) or self._not_found()
        return Answer(answer.status, answer.headers, answer.body, delay) if delay else answer

    def _page(self, path: str, request: Request) -> Answer | None:
        config = self._config
        if config.search and path == config.search.path:
            values = parse_qs(request.query) | parse_qs(request.body.decode("utf-8", "replace"))
            question = next((values[name][0] for name in config.search.parameters if name in values), None)
            if question is not None:
                return self._filled(config.search.file, query=html.escape(question), results=self._results(question))
        if config.calendar and path == config.calendar.path:
            values = parse_qs(request.query)
            year, month = int(values.get("nam", ["2026"])[0]), int(values.get("thang", ["10"])[0])
            count = year * 12 + month - 1
            links = " ".join(
                f'<a href="{config.prefix}{path}?thang={other % 12 + 1}&amp;nam={other // 12}">'
                f"Tháng {other % 12 + 1}/{other // 12}</a>"
                for other in (count - 1, count + 1)
            )
            return self._filled(config.calendar.file, month=f"{month}/{year}", links=links)
        if path.rpartition("/")[2].startswith("_") or path in (f"/{CONFIG_NAME}", f"/{LAYOUT_NAME}"):
            return None
        name = path.lstrip("/")
        if not name or name.endswith("/"):
            return self._file(name + "index.html")
        answer = self._file(name) or self._file(name + ".html")
        if answer is None and (self._folder / name / "index.html").is_file():
            return self._redirect(f"{config.prefix}/{quote(name)}/", 301)
        return answer

    def _file(self, name: str, status: int = 200) -> Answer | None:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body = path.read_bytes()
        if kind == "text/html":
            if self._layout is not None and not _FULL_PAGE.match(text := body.decode("utf-8")):
                return self._html(self._wrap(text), status)
            if self._config.encoding != "utf-8" or self._config.session:
                return self._html(body.decode("utf-8"), status)
            kind = self._html_type()
        elif kind == "text/plain":
            kind += "; charset=utf-8"
        return Answer(status, (("Content-Type", kind), *self._common), body)

    def _filled(self, name: str, **values: str) -> Answer:
        text = self._wrap((self._folder / name).read_text(encoding="utf-8"))
        for key, value in values.items():
            text = text.replace("{{" + key + "}}", value)
        return self._html(text, 200)

    def _wrap(self, text: str) -> str:
        if self._layout is None or _FULL_PAGE.match(text):
            return text
        title = found.group(1) if (found := _TITLE.match(text)) else ""
        return self._layout.replace("{{title}}", title).replace("{{content}}", _TITLE.sub("", text))

    def _html(self, text: str, status: int) -> Answer:
        if self._config.session:
            self._sessions += 1
            value = f"{self._config.session}={self._sessions:08x}"
            text = _INTERNAL_LINK.sub(lambda m: f"{m[1]}{m[2]}{'&amp;' if '?' in m[2] else '?'}{value}{m[3]}", text)
        return Answer(status, (("Content-Type", self._html_type()), *self._common), self._encode(text))

    def _html_type(self) -> str:
        charset = self._config.charset
        return f"text/html; charset={charset}" if charset else "text/html"

    def _encode(self, text: str) -> bytes:
        return text.encode(self._config.encoding, "xmlcharrefreplace")

    def _redirect(self, to: str, status: int, delay: float = 0.0) -> Answer:
        return Answer(status, (("Location", to), ("Content-Type", "text/html"), *self._common), b"", delay)

    def _not_found(self) -> Answer:
        wanted = self._config.not_found
        if wanted.file is not None and (answer := self._file(wanted.file, wanted.status)) is not None:
            return answer
        return self._error(wanted.status)

    def _error(self, status: int) -> Answer:
        phrase = HTTPStatus(status).phrase
        body = f"<html><head><title>{status} {phrase}</title></head><body><h1>{phrase}</h1></body></html>"
        return Answer(status, (("Content-Type", "text/html"), *self._common), body.encode())

    def _results(self, question: str) -> str:
        words = _fold(question).split()
        if self._index is None:
            self._index = list(self._read_index())
        hits = [(path, title) for path, title, text in self._index if words and all(w in text for w in words)]
        if not hits:
            return "<p>Không tìm thấy kết quả nào.</p>"
        items = "".join(
            f'<li><a href="{self._config.prefix}{quote(path)}">{html.escape(title)}</a></li>' for path, title in hits
        )
        return f"<p>Có {len(hits)} kết quả.</p><ul>{items}</ul>"

    def _read_index(self) -> Iterator[tuple[str, str, str]]:
        for path in sorted(self._folder.rglob("*.html")):
            if path.name.startswith("_") or path.name == LAYOUT_NAME:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            title = found.group(1) if (found := _TITLE.match(text)) else path.stem
            address = "/" + path.relative_to(self._folder).as_posix()
            if path.name == "index.html":
                address = address.removesuffix("index.html")
            elif self._config.search and not self._config.search.extension:
                address = address.removesuffix(".html")
            yield address, title, _fold(f"{title} {_TAG.sub(' ', text)}")


def proxy_failure(error: str, text: str) -> Answer:
    """A proxy's 502 with the error type of RFC 9209 section 2.3, e.g. "dns_error" or "connection_refused"."""
    headers = (("Proxy-Status", f"loopback; error={error}"), ("Content-Type", "text/plain; charset=utf-8"))
    return Answer(502, headers, text.encode())


def host_router(portals: Mapping[str, Application]) -> Application:
    """Route by host name without port and leading `www.`; other hosts fail as an unknown name does."""

    def answer(request: Request) -> Answer:
        host = request.host.rpartition(":")[0] if re.search(r":\d+\Z", request.host) else request.host
        portal = portals.get(host) or portals.get(host.removeprefix("www."))
        if portal is None:
            return proxy_failure("dns_error", f"{host}: unknown host")
        return portal(request)

    return answer


def load_portals(folders: Iterable[tuple[Path, Sequence[str]]]) -> dict[str, Application]:
    """Portals by host name. Several folders of one host are told apart by their prefix, the longest first."""
    by_host: dict[str, list[tuple[str, PortalFolder]]] = {}
    for folder, hosts in folders:
        config = read_portal_config(folder, hosts)
        portal = PortalFolder(folder, config)
        for host in config.hosts:
            by_host.setdefault(host.lower().removeprefix("www."), []).append((config.prefix, portal))
    return {host: _by_prefix(portals) for host, portals in by_host.items()}


def _by_prefix(portals: list[tuple[str, PortalFolder]]) -> Application:
    if len(portals) == 1:
        return portals[0][1]
    ordered = sorted(portals, key=lambda entry: -len(entry[0]))

    def answer(request: Request) -> Answer:
        path = unquote(request.path)
        for prefix, portal in ordered:
            if path == prefix or path.startswith(prefix + "/"):
                return portal(request)
        return ordered[-1][1](request)

    return answer


class _Connection(asyncio.Protocol):
    """One client connection: requests are answered in order, the connection is kept."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()

    def _advance(self) -> None:
        while not self._waiting and self._transport is not None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > MAX_HEAD:
                    self._transport.close()
                return
            lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers: dict[str, str] = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            length = int(headers.get("content-length", "0"))
            if length > MAX_BODY or len(words := lines[0].split(" ")) != 3:
                self._transport.close()
                return
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            self._answer(words[0], words[1], words[2], headers, body)

    def _answer(self, method: str, target: str, version: str, headers: dict[str, str], body: bytes) -> None:
        keep = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
        if method == "CONNECT":
            self._send(proxy_failure("tls_protocol_error", "no TLS here"), method, False)
            return
        host = headers.get("host", "")
        if not target.startswith("/"):
            parts = urlsplit(target)
            host = parts.netloc.rpartition("@")[2]
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path, _, query = target.partition("?")
        answer = self._application(Request(method, host.lower(), path, query, headers, body))
        if answer.delay:
            self._waiting = True
            asyncio.get_running_loop().call_later(answer.delay, self._send_late, answer, method, keep)
        else:
            self._send(answer, method, keep)

    def _send_late(self, answer: Answer, method: str, keep: bool) -> None:
        self._waiting = False
        self._send(answer, method, keep)
        self._advance()

    def _send(self, answer: Answer, method: str, keep: bool) -> None:
        if self._transport is None:
            return
        if answer.drop:
            self._transport.abort()
            return
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = "Unknown"
        head = [f"HTTP/1.1 {answer.status} {phrase}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        head += [
            f"Content-Length: {len(answer.body)}",
            f"Connection: {'keep-alive' if keep else 'close'}",
            "",
            "",
        ]
        data = "\r\n".join(head).encode("utf-8")
        self._transport.write(data if method == "HEAD" else data + answer.body)
        if not keep:
            self._transport.close()


def run(application: Application, port: int = 0) -> None:
    """Serve on 127.0.0.1 until standard input ends (the parent holds it open); prints `port N` when ready."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(application), "127.0.0.1", port, backlog=1024
        )
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())


def _end_with_parent() -> None:
    with contextlib.suppress(OSError):
        while sys.stdin.buffer.read(4096):
            pass
    os._exit(0)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port, its address as a proxy, the hosts it knows and its process id."""

    port: int
    hosts: tuple[str, ...]
    pid: int

    @property
    def proxy_url(self) -> str:
        """For `network.proxy`."""
        return f"http://127.0.0.1:{self.port}"


class ServerStartError(RuntimeError):
    """The server's process ended before it was ready; the message holds what it wrote."""


@contextlib.contextmanager
def start(module: str, arguments: Sequence[str], hosts: Sequence[str] = ()) -> Iterator[Server]:
    """Run `python -m module arguments`, which calls `run`, as a process that lasts as long as the context."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            word, _, number = process.stdout.readline().decode().partition(" ")
            if word != "port":
                process.kill()
                raise ServerStartError(f"{module} did not start")
            yield Server(int(number), tuple(hosts), process.pid)
        finally:
            process.terminate()


@contextlib.contextmanager
def serve(portals: Path | Mapping[str, Path] | Iterable[Path], port: int = 0) -> Iterator[Server]:
    """Serve portals for as long as the context lasts.

    `portals` is a folder whose sub-folders with a `portal.yaml` are the portals, or a list of such portals,
    or a mapping of host name to a folder that is served as it is.
    """
    pairs: list[tuple[Path, tuple[str, ...]]]
    if isinstance(portals, Mapping):
        pairs = [(folder, (host,)) for host, folder in portals.items()]
    elif isinstance(portals, Path):
        pairs = [(path.parent, ()) for path in sorted(portals.glob(f"*/{CONFIG_NAME}"))]
    else:
        pairs = [(folder, ()) for folder in portals]
    hosts = [host for folder, named in pairs for host in read_portal_config(folder, named).hosts]
    arguments = ["--port", str(port)]
    for folder, named in pairs:
        arguments += ["--portal", f"{','.join(named)}={folder}"]
    with start("spiders.loopback", arguments, list(dict.fromkeys(hosts))) as server:
        yield server


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the server's process; `--portal host,host=folder` (hosts may be empty), repeatable."""
    parser = argparse.ArgumentParser(description="Serve portals on a loopback port.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--portal", action="append", default=[], metavar="[HOST,...]=FOLDER")
    options = parser.parse_args(arguments)
    pairs = []
    for text in options.portal:
        names, _, folder = text.partition("=")
        pairs.append((Path(folder), tuple(filter(None, names.split(",")))))
    run(host_router(load_portals(pairs)), options.port)


if __name__ == "__main__":
    main()

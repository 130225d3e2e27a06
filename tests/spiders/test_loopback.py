"""The loopback server: if it behaves unlike a real proxy and real portals, the tests that stand on it prove nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from spiders import loopback

PORTAL = """
hosts: [truong-a.example, truong-b.example]
charset: utf-8
headers: {X-Mau: "1"}
not_found: {file: _404.html, status: 404}
search: {path: /tim, parameters: [q], file: _tim.html}
calendar: {path: /lich, file: _lich.html}
rules:
  - {path: /cu, redirect: /tin/, status: 301}
  - {path: "/cho*", times: 1, file: _cho.html, status: 200}
  - {path: /cham, delay: 0.4}
  - {path: /hong, status: 503, headers: {Retry-After: "7"}}
  - {path: /dut, drop: true}
"""
FILES = {
    "layout.html": "<!DOCTYPE html><html><title>{{title}}</title><body>{{content}}</body></html>",
    "index.html": "<!-- title: Trang chủ -->\n<a href='/tin/'>Tin</a>",
    "tin/index.html": "<!-- title: Tin tức -->\n<p>Hội diễn văn nghệ <b>mùa xuân</b></p>",
    "cho.html": "<!-- title: Chờ -->\n<p>Đã mở cửa</p>",
    "cham.html": "<!-- title: Chậm -->\n<p>Chậm</p>",
    "_cho.html": "<!doctype html><p>Hãy đợi 2 giây</p>",
    "_404.html": "<!-- title: Không có -->\n<p>Không có trang này</p>",
    "_tim.html": "<!-- title: Tìm -->\n<i>{{query}}</i>{{results}}",
    "_lich.html": "<!-- title: Lịch -->\n{{month}} {{links}}",
    "robots.txt": "User-agent: *\nDisallow: /kin\n",
    "tep/a.pdf": "%PDF-1.4",
    "tep/b.docx": "PK",
}


def write_portal(folder: Path, config: str, files: dict[str, str]) -> Path:
    for name, text in {loopback.CONFIG_NAME: config, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[loopback.Server]:
    """Two portals: one with every kind of rule, one that is down."""
    write_portal(tmp_path / "a", PORTAL, FILES)
    write_portal(tmp_path / "b", "hosts: [tat.example]\ndown: refused\n", {})
    with loopback.serve(tmp_path) as running:
        yield running


@pytest.fixture
def client(server: loopback.Server) -> Iterator[httpx.Client]:
    """A client that asks through the server as its proxy."""
    with httpx.Client(proxy=server.proxy_url) as it:
        yield it


@pytest.mark.parametrize("host", ["truong-a.example", "www.truong-a.example", "truong-b.example"])
def test_a_portal_answers_under_each_of_its_names(client: httpx.Client, host: str) -> None:
    answer = client.get(f"http://{host}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-mau"] == "1"
    assert "<title>Trang chủ</title>" in answer.text


def test_a_portal_answers_by_host_header_without_a_proxy(server: loopback.Server) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server.port}/tin/", headers={"Host": f"truong-a.example:{server.port}"})
    assert "Hội diễn văn nghệ" in answer.text


@pytest.mark.parametrize(("host", "error"), [("khong-co.example", "dns_error"), ("tat.example", "connection_refused")])
def test_what_cannot_be_reached_is_said_as_a_proxy_says_it(client: httpx.Client, host: str, error: str) -> None:
    answer = client.get(f"http://{host}/")
    assert answer.status_code == 502
    assert answer.headers["proxy-status"] == f"loopback; error={error}"


def test_a_tunnel_is_refused_at_once(client: httpx.Client) -> None:
    with pytest.raises(httpx.ProxyError, match="502"):
        client.get("https://truong-a.example/")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/tep/a.pdf", "application/pdf"),
        ("/tep/b.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_carry_their_type(client: httpx.Client, path: str, kind: str) -> None:
    assert client.get(f"http://truong-a.example{path}").headers["content-type"] == kind


def test_head_sends_the_length_and_no_body(client: httpx.Client) -> None:
    full = client.get("http://truong-a.example/tin/")
    head = client.head("http://truong-a.example/tin/")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize(
    "path",
    ["/khong", "/_404.html", "/portal.yaml", "/layout.html", "/../b/portal.yaml", "/%2e%2e/b/portal.yaml", "/tep/"],
)
def test_nothing_else_of_the_folder_is_served(server: loopback.Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: truong-a.example\r\nConnection: close\r\n\r\n".encode())
        data = b"".join(iter(lambda: link.recv(65536), b""))
    assert data.startswith(b"HTTP/1.1 404 ")
    assert "Không có trang này".encode() in data


def test_a_folder_without_its_slash_is_redirected(client: httpx.Client) -> None:
    answer = client.get("http://truong-a.example/tin")
    assert (answer.status_code, answer.headers["location"]) == (301, "/tin/")


def test_rules_redirect_fail_wait_and_drop(client: httpx.Client) -> None:
    assert client.get("http://truong-a.example/cu").headers["location"] == "/tin/"
    failed = client.get("http://truong-a.example/hong")
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "7")
    started = time.monotonic()
    assert client.get("http://truong-a.example/cham").status_code == 200
    assert time.monotonic() - started >= 0.4
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("http://truong-a.example/dut")


def test_a_slow_page_does_not_hold_up_others(server: loopback.Server) -> None:
    with httpx.Client(proxy=server.proxy_url) as other, socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"GET /cham HTTP/1.1\r\nHost: truong-a.example\r\n\r\n")
        started = time.monotonic()
        other.get("http://truong-a.example/")
        assert time.monotonic() - started < 0.3


def test_flood_protection_opens_at_the_second_request(client: httpx.Client) -> None:
    url = "http://truong-a.example/cho"
    assert "Hãy đợi" in client.get(url).text
    assert "Đã mở cửa" in client.get(url).text
    assert "Hãy đợi" in client.get("http://truong-a.example/cho.html").text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_search_finds_pages_by_their_words(client: httpx.Client, method: str) -> None:
    question = {"q": "MÙA xuân văn nghệ"}
    sent = {"params": question} if method == "GET" else {"data": question}
    text = client.request(method, "http://truong-a.example/tim", **sent).text  # type: ignore[arg-type]
    assert '<a href="/tin/">Tin tức</a>' in text
    nothing = client.get("http://truong-a.example/tim", params={"q": "<b>zzz"}).text
    assert "Không tìm thấy" in nothing
    assert "<i>&lt;b&gt;zzz</i>" in nothing


def test_the_calendar_never_ends(client: httpx.Client) -> None:
    text = client.get("http://truong-a.example/lich?thang=12&nam=2026").text
    assert 'href="/lich?thang=1&amp;nam=2027"' in text
    assert 'href="/lich?thang=11&amp;nam=2026"' in text


def test_session_numbers_are_new_in_every_answer(tmp_path: Path) -> None:
    folder = write_portal(
        tmp_path / "s", "hosts: [s.example]\nsession: sid\n", {"index.html": '<html><a href="/a?b=1">a</a></html>'}
    )
    with loopback.serve([folder]) as server, httpx.Client(proxy=server.proxy_url) as client:
        first, second = (client.get("http://s.example/").text for _ in range(2))
    assert 'href="/a?b=1&amp;sid=' in first
    assert first != second


def test_a_prefix_leaves_the_rest_of_the_host_to_another_portal(tmp_path: Path) -> None:
    write_portal(tmp_path / "duoi", "hosts: [h.example]\nprefix: /duoi\n", {"index.html": "<html>dưới"})
    write_portal(tmp_path / "goc", "hosts: [h.example]\n", {"index.html": "<html>gốc"})
    with loopback.serve(tmp_path) as server, httpx.Client(proxy=server.proxy_url) as client:
        assert client.get("http://h.example/duoi").headers["location"] == "/duoi/"
        assert "dưới" in client.get("http://h.example/duoi/").content.decode()
        assert "gốc" in client.get("http://h.example/").content.decode()
        assert client.get("http://h.example/duoixa/").status_code == 404


def test_pages_can_be_sent_in_other_bytes(tmp_path: Path) -> None:
    config = "hosts: [e.example]\nencoding: utf-16\n"
    folder = write_portal(tmp_path / "e", config, {"index.html": "<html>tiếng Việt"})
    with loopback.serve([folder]) as server, httpx.Client(proxy=server.proxy_url) as client:
        assert client.get("http://e.example/").content.decode("utf-16") == "<html>tiếng Việt"


def test_a_plain_folder_is_served_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"\xff\x00raw")
    with loopback.serve({"x.example": tmp_path}) as server, httpx.Client(proxy=server.proxy_url) as client:
        assert client.get("http://x.example/?s=abc").content == b"\xff\x00raw"


@pytest.mark.parametrize(
    "config", ["hosts: [a.example]\nloi: 1\n", "charset: utf-8\n", "- a\n", "hosts: [a.example]\nrules: [{loi: 1}]\n"]
)
def test_a_mistake_in_the_configuration_is_named(tmp_path: Path, config: str) -> None:
    folder = write_portal(tmp_path / "p", config, {})
    with pytest.raises(loopback.PortalConfigError, match=r"portal\.yaml"), loopback.serve([folder]):
        pass


def test_requests_that_come_in_pieces_or_together_are_answered_in_order(server: loopback.Server) -> None:
    request = b"GET /tin/ HTTP/1.1\r\nHost: truong-a.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(request[:20])
        time.sleep(0.05)
        link.sendall(request[20:] + b"GET /khong HTTP/1.1\r\nHost: truong-a.example\r\nConnection: close\r\n\r\n")
        data = b"".join(iter(lambda: link.recv(65536), b""))
    assert data.index(b"HTTP/1.1 200 OK") < data.index(b"HTTP/1.1 404 Not Found")


def test_the_server_ends_with_its_parent(tmp_path: Path) -> None:
    folder = write_portal(tmp_path / "a", "hosts: [a.example]\n", {"index.html": "<html>"})
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom spiders import loopback\n"
        "with loopback.serve([Path(sys.argv[1])]) as server:\n    print(server.port, flush=True)\n    os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False, timeout=30
    )
    port = int(done.stdout)
    for _ in range(50):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.1)
    pytest.fail("the server is still there 5 s after its parent died")

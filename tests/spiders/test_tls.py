"""A certificate that browsers warn about is noted and stops nothing; what is no TLS at all is named so."""

from __future__ import annotations

import asyncio
import datetime
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auditor.model import Cause, Status
from tests.spiders.web import crawled, end, page, settings, unit

HOSTS = {"truong.example": "127.0.0.1"}


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "khac.example")])
    then = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(then)
        .not_valid_after(then + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if writer.get_extra_info("ssl_object") is None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        return
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(page("Trang chủ"))
        await writer.drain()


async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await answer(reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.transport.abort()


@pytest.fixture
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """A server with a certificate that expired, is self-signed and for another name; or one without TLS."""
    context: ssl.SSLContext | None = None
    if request.param == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
    ready = threading.Event()
    known: list[int] = []
    ended = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        server = await asyncio.start_server(quietly, "127.0.0.1", 0, ssl=context)
        known.append(server.sockets[0].getsockname()[1])
        loops.append(asyncio.get_running_loop())
        ready.set()
        await ended.wait()
        await end(server, set())

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(5)
    yield known[0]
    loops[0].call_soon_threadsafe(ended.set)
    thread.join(5)


@pytest.mark.parametrize("port", ["tls"], indirect=True)
def test_a_bad_certificate_is_noted_and_the_portal_is_read(port: int, tmp_path: Path) -> None:
    config = settings(None, hosts=HOSTS, allow_private_addresses=True)
    archive = crawled(config, tmp_path, unit("u1", f"https://truong.example:{port}/"))["u1"]
    assert (archive.end.status, archive.end.pages) == (Status.AUDITED, 1)
    assert "certificate_invalid" in archive.end.notes


@pytest.mark.parametrize("port", ["plain"], indirect=True)
def test_a_server_that_speaks_no_tls_is_unreachable_by_tls(port: int, tmp_path: Path) -> None:
    config = settings(None, hosts=HOSTS, allow_private_addresses=True)
    archive = crawled(config, tmp_path, unit("u1", f"https://truong.example:{port}/"))["u1"]
    assert (archive.end.status, archive.end.status_reason) == (Status.UNREACHABLE, "tls")
    assert {x.cause for x in archive.failures} == {Cause.TLS}

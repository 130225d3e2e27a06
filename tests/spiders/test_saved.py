"""Saved copies: judged as a crawl of the same pages; what they lack is never held against a school; no trap works."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from auditor.archive import Archive, archive_name, read_archive
from auditor.checklist import load_checklist
from auditor.config import config_with, load_config
from auditor.judge import JudgeContext, judge_archive
from auditor.model import Status, StoppedBy, Unit
from auditor.register import one_unit, read_register
from auditor.register_index import RegisterIndex
from auditor.vocabulary import load_vocabulary
from benchmarks.labelled import crawl_into, impolite
from spiders import samples, saved
from spiders.saved import SavedCopyError, archive_saved, open_saved

PORTALS = ("thcs-ben-do-xua", "th-suoi-nguon", "thpt-binh-minh-xanh")
# Only a visit can tell these: the search was asked, the server has an address.
ONLY_BY_VISIT = {"1.6", "1.8"}
HOST = "thcsvidu.hcm.edu.vn"


def page_of(body: str, *, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>Trường THCS Ví Dụ</title>{head}</head><body>{body}</body></html>"


def zip_of(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def archived(path: Path, folder: Path, url: str | None = None, unit: Unit | None = None, **crawl: Any) -> Archive:
    config = config_with({"crawl": crawl}) if crawl else load_config()
    with open_saved(path, url) as copy:
        unit = unit or one_unit(copy.home_url, "Trường THCS Ví Dụ", None).units[0]
        return read_archive(archive_saved(copy, unit, config, folder, load_vocabulary().telling_terms()))


def urls(archive: Archive, role: str = "page") -> list[str]:
    return [urlsplit(capture.url).path for capture in archive.captures if capture.role == role]


# --- the same verdicts as a crawl ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Archive]:
    """The archives of sample portals as a crawl leaves them."""
    folder = tmp_path_factory.mktemp("crawled")
    units = [unit for unit in read_register(samples.register_path()).units if unit.id in PORTALS]
    with samples.serve() as server:
        crawl_into(units, impolite(server.proxy_url), folder)
    return {unit.id: read_archive(folder / archive_name(unit.id)) for unit in units}


def verdicts(archive: Archive) -> dict[str, tuple[str, str]]:
    config = impolite("http://127.0.0.1:9")
    unit = archive.unit
    context = JudgeContext(load_checklist(config.checklist), config, RegisterIndex.of([unit]), samples.AS_OF)
    captures = tuple(replace(capture, fetched_at=f"{samples.AS_OF}T01:00:00Z") for capture in archive.captures)
    result = judge_archive(replace(archive, captures=captures), unit, context)
    return {item["id"]: (item["verdict"], item["reason"]) for item in result["items"]}


def mirror_of(archive: Archive) -> dict[str, bytes]:
    """The files that a copying program would have made of what a crawl saw."""
    files: dict[str, bytes] = {}
    for capture in archive.captures:
        if capture.role in ("page", "attachment") and capture.status == 200:
            parts = urlsplit(capture.url)
            path = unquote(parts.path)
            name = f"{path}index.html" if path.endswith("/") else path
            if parts.query:
                name += f"?{parts.query}"
            if capture.role == "page" and not name.endswith((".html", ".htm")):
                name += ".html"
            files[f"{parts.hostname}{name}"] = capture.body
    return files


def saved_one_by_one(archive: Archive) -> dict[str, bytes]:
    """The files that a person makes who saves each page in a browser."""
    files: dict[str, bytes] = {}
    for number, capture in enumerate(archive.captures):
        if capture.role == "page" and capture.status == 200:
            mark = f"<!-- saved from url=({len(capture.url):04d}){capture.url} -->\n".encode()
            files[f"Trang {number}.html"] = mark + capture.body
    return files


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize("make", [mirror_of, saved_one_by_one])
def test_a_copy_is_judged_as_a_crawl_of_the_same_pages(
    crawled: dict[str, Archive], tmp_path: Path, portal: str, make: Any
) -> None:
    live = crawled[portal]
    copy = archived(zip_of(tmp_path / "a.zip", make(live)), tmp_path / "out", unit=live.unit, url=live.unit.url)
    assert sorted(urls(copy)) == sorted(
        urlsplit(capture.url).path for capture in live.captures if capture.role == "page" and capture.status == 200
    )
    if make is mirror_of:
        assert sorted(urls(copy, "attachment")) == sorted(
            urlsplit(c.url).path for c in live.captures if c.role == "attachment" and c.status == 200
        )
    was, now = verdicts(live), verdicts(copy)
    different = {
        item: (was[item], now[item])
        for item in was
        if now[item][0] not in (was[item][0], "undetermined") and item not in ONLY_BY_VISIT
    }
    assert different == {}
    # Menu, platform, freshness and the like can be told from pages alone: a copy that decides nothing helps nobody.
    assert sum(now[item][0] in ("pass", "partial", "fail") for item in now) >= 8


# --- what a copy lacks -----------------------------------------------------------------------------------------------

MENU = "".join(f'<li><a href="/muc-{n}.html">Mục {n}</a></li>' for n in range(4))
HOME = page_of(f"<nav><ul>{MENU}</ul></nav><p>Chào mừng đến với trang của trường.</p>")


def test_pages_that_are_not_in_the_copy_were_not_seen(tmp_path: Path) -> None:
    files = {"index.html": HOME, "muc-0.html": page_of("<p>Mục không</p>")}
    archive = archived(zip_of(tmp_path / "a.zip", files), tmp_path / "out", HOST)
    assert (archive.end.status, archive.end.stopped_by) == (Status.PARTIAL, StoppedBy.SAVED_COPY)
    assert archive.failures == ()
    assert archive.end.unvisited == tuple(f"http://{HOST}/muc-{n}.html" for n in (1, 2, 3))
    found = verdicts(archive)
    assert {item for item, (verdict, reason) in found.items() if verdict == "fail" and reason == "not_found"} == set()
    assert "crawl_cut_short" in {reason for _, reason in found.values()}


def test_a_copy_with_everything_in_it_is_a_whole_portal(tmp_path: Path) -> None:
    files = {"index.html": HOME} | {f"muc-{n}.html": page_of(f"<p>Mục {n}</p>") for n in range(4)}
    archive = archived(zip_of(tmp_path / "a.zip", files), tmp_path / "out", HOST)
    assert (archive.end.status, archive.end.stopped_by) == (Status.AUDITED, StoppedBy.COMPLETE)
    assert archive.end.notes == ("saved_copy",)
    assert "not_found" in {reason for _, reason in verdicts(archive).values()}


def test_a_missing_document_leaves_the_copy_incomplete_a_missing_picture_does_not(tmp_path: Path) -> None:
    for number, (link, whole) in enumerate([("a.pdf", False), ("a.png", True), ("style.css", True)]):
        path = zip_of(tmp_path / f"{number}.zip", {"index.html": page_of(f'<a href="/{link}">Công khai</a>')})
        archive = archived(path, tmp_path / str(number), HOST)
        assert (archive.end.stopped_by is StoppedBy.COMPLETE) is whole, link


def test_a_page_that_stood_in_for_the_real_one_is_not_the_page(tmp_path: Path) -> None:
    flood = page_of("<p>Hệ thống đang từ chối truy cập. Hãy đợi 5 giây.</p>")
    files = {"index.html": page_of('<a href="/a.html">Tin tức</a>'), "a.html": flood}
    archive = archived(zip_of(tmp_path / "a.zip", files), tmp_path / "out", HOST)
    assert urls(archive) == ["/"]
    assert archive.end.unvisited == (f"http://{HOST}/a.html",)
    blocked = archived(zip_of(tmp_path / "b.zip", {"index.html": flood}), tmp_path / "b", HOST)
    assert blocked.end.status is Status.BLOCKED


def test_limits_of_the_crawl_hold_for_copies_too(tmp_path: Path) -> None:
    files = {"index.html": HOME} | {f"muc-{n}.html": page_of("x" * 5000) for n in range(4)}
    path = zip_of(tmp_path / "a.zip", files)
    assert archived(path, tmp_path / "1", HOST, max_pages=2).end.stopped_by is StoppedBy.MAX_PAGES
    cut = archived(path, tmp_path / "2", HOST, max_page_bytes=1000)
    assert max(len(capture.body) for capture in cut.captures) == 1000
    assert cut.captures[-1].truncated


# --- whose copy it is ------------------------------------------------------------------------------------------------

SAVED = f"<!-- saved from url=(0030)https://{HOST}/ -->\n"
MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://thcsvidu.hcm.edu.vn/\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://thcsvidu.hcm.edu.vn/\r\n\r\n"
    "<html><body><p>Tr=C6=B0=E1=BB=9Dng</p></body></html>\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Trang chủ.html", SAVED + page_of("a")),
        ("a.htm", page_of("a", head=f'<link rel="canonical" href="https://{HOST}/">')),
        ("a", page_of("a", head=f'<meta property="og:url" content="https://{HOST}/">')),
        ("a.html", page_of("a", head=f'<base href="https://{HOST}/">')),
        ("a.mhtml", MHTML),
    ],
)
def test_a_saved_page_knows_its_address(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    archive = archived(path, tmp_path / "out")
    assert archive.end.final_url == archive.captures[0].url == f"https://{HOST}/"
    assert archive.captures[0].home
    assert b"quoted" not in archive.captures[0].body


def test_the_folder_of_a_mirror_is_its_host(tmp_path: Path) -> None:
    files = {
        "index.html": "<html><title>Local index - HTTrack Website Copier</title></html>",
        f"{HOST}/index.html": page_of('<a href="gioi-thieu/index.html">Giới thiệu</a> <a href="/tin?id=2">Tin</a>'),
        f"{HOST}/gioi-thieu/index.html": page_of('<a href="../lien-he.html">Liên hệ</a>'),
        f"{HOST}/lien-he.html": page_of("Liên hệ"),
        f"{HOST}/tin?id=2.html": page_of("Tin"),
        "hts-cache/doc.txt": "x",
    }
    archive = archived(zip_of(tmp_path / "a.zip", files), tmp_path / "out")
    assert archive.end.final_url == f"http://{HOST}/"
    assert sorted(urls(archive)) == ["/", "/gioi-thieu/index.html", "/lien-he.html", "/tin"]
    assert archive.end.stopped_by is StoppedBy.COMPLETE


@pytest.mark.parametrize(
    ("files", "given", "message"),
    [
        ({"index.html": page_of("a")}, None, "ghi thêm địa chỉ"),
        ({"a.html": SAVED + page_of("a")}, "thkhac.hcm.edu.vn", f"bản lưu của https://{HOST}/"),
        ({"a.html": SAVED.replace("vn/", "vn/tin/bai-1.html") + page_of("a")}, None, "không có trang chủ"),
        ({"a.pdf": b"%PDF-1.4"}, HOST, "không có trang web nào"),
        ({"index.html": page_of("a")}, "không phải địa chỉ", "không phải địa chỉ web"),
        ({"../index.html": page_of("a")}, HOST, "không hợp lệ"),
        ({"/etc/index.html": page_of("a")}, HOST, "không hợp lệ"),
        ({"C:\\index.html": page_of("a")}, HOST, "không hợp lệ"),
        ({"a/..\\..\\index.html": page_of("a")}, HOST, "không hợp lệ"),
    ],
)
def test_what_cannot_be_used_is_told(
    tmp_path: Path, files: Mapping[str, str | bytes], given: str | None, message: str
) -> None:
    with pytest.raises(SavedCopyError, match=message), open_saved(zip_of(tmp_path / "a.zip", files), given):
        pass


# --- traps -----------------------------------------------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(SavedCopyError) as told, open_saved(path, HOST):
        pass
    return str(told.value)


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"index.html": HOME})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    assert "mật khẩu" in refused(path)


def test_a_zip_bomb_costs_no_more_than_its_limits(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"index.html": page_of('<a href="/a.html">a</a>') + " " * 200_000_000})
    archive = archived(path, tmp_path / "out", HOST)
    assert sum(len(capture.body) for capture in archive.captures) <= load_config().crawl.max_page_bytes


@pytest.mark.parametrize("harm", ["cut", "garbled", "no end", "endless table"])
def test_a_broken_zip_is_refused(tmp_path: Path, harm: str) -> None:
    path = zip_of(tmp_path / "a.zip", {"index.html": HOME * 50})
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    if harm == "cut":
        data = data[: len(data) // 2]
    elif harm == "garbled":
        data[60:90] = b"\xff" * 30
    elif harm == "no end":
        data[end : end + 4] = b"\0\0\0\0"
    else:
        data[end + 12 : end + 16] = struct.pack("<I", 0x7FFFFFFF)
    path.write_bytes(data)
    assert "zip" in refused(path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_MEMBERS", 3)
    assert "hơn 3 tệp" in refused(zip_of(tmp_path / "a.zip", {f"{n}.html": HOME for n in range(4)}))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "không đọc được" in refused(tmp_path / "khong-co.zip")

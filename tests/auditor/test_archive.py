"""The archive holds what was seen, byte for byte, in a form that other programs read."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from auditor.archive import ArchiveError, ArchiveWriter, archive_name, read_archive
from auditor.model import Capture, Cause, CrawlEnd, Failure, Kind, Status, StoppedBy, Unit, Whose

UNIT = Unit("mau", "Trường Tiểu học Mẫu", Kind.TH, "http://thmau.hcm.edu.vn/", extra={"Ghi chú": "Đúng"})
AT = "2026-10-20T01:02:03Z"
BODY = "<p>Nội dung</p>".encode() * 100
END = CrawlEnd(
    Status.PARTIAL, "timeout", StoppedBy.MAX_SECONDS, UNIT.url, pages=1, addresses=("203.0.113.5",), notes=("x",)
)


def write(path: Path, *, threaded: bool = False) -> None:
    executor = ThreadPoolExecutor(1) if threaded else None
    writer = ArchiveWriter(path, UNIT, {"as-of": "2026-10-20"}, executor=executor)
    headers = (("content-type", "text/html"), ("content-encoding", "gzip"), ("x-evil", "a\r\nb: c"))
    writer.exchange(
        Capture(f"{UNIT.url}trang?q=1", 200, headers, BODY, AT, depth=2, via=UNIT.url, home=True, truncated=True),
        request_headers={"user-agent": "auditor"},
    )
    writer.exchange(Capture(f"{UNIT.url}tim", 200, (), b"", AT, role="probe"), method="POST", sent=b"q=a")
    writer.failure(Failure(f"{UNIT.url}ấ", Cause.TIMEOUT, Whose.NETWORK, "chậm", AT))
    writer.note("search", {"question": "tết"})
    assert not path.exists(), "the final name must mean a complete file"
    writer.close(END)
    if executor:
        executor.shutdown()


@pytest.mark.parametrize("threaded", [False, True])
def test_what_was_written_is_read_back(tmp_path: Path, threaded: bool) -> None:
    path = tmp_path / archive_name(UNIT.id)
    write(path, threaded=threaded)
    archive = read_archive(path)
    assert archive.unit == UNIT
    assert archive.end == END
    first, second = archive.captures
    assert (first.body, first.status, first.depth, first.via) == (BODY, 200, 2, UNIT.url)
    assert first.home
    assert first.truncated
    assert first.header("x-evil") == "a b: c"
    assert archive.sent[1] == ("POST", b"q=a")
    assert second.role == "probe"
    assert archive.failures[0].cause is Cause.TIMEOUT
    assert archive.notes == (("search", {"question": "tết"}),)
    assert list(tmp_path.iterdir()) == [path]


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    write(path)
    with path.open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == [
        "warcinfo",
        "metadata",
        "response",
        "request",
        "response",
        "request",
        "metadata",
        "metadata",
        "metadata",
    ]
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert "digest pass" in checked.stdout
    assert "fail" not in checked.stdout


def test_unfinished_or_damaged_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    write(path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-700], b"nonsense" * 99, b""):
        path.write_bytes(damaged)
        with pytest.raises(ArchiveError):
            read_archive(path)


def test_abandoned_archives_leave_nothing(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "a.warc.gz", UNIT, {})
    writer.abandon()
    assert not list(tmp_path.iterdir())


def test_names_are_safe_and_distinct() -> None:
    ids = ["thcs-a", "THCS-A", "../../etc/passwd", "con", "a/b", "a\\b", "ấ", "x" * 300, "."]
    names = [archive_name(unit_id) for unit_id in ids]
    assert len({name.lower() for name in names}) == len(ids)
    assert all("/" not in name and "\\" not in name and len(name) < 120 and not name.startswith(".") for name in names)

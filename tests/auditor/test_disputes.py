"""Another look at an address: what stands there now is judged with the rest, and what was not seen stays unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.archive import ArchiveWriter, archive_name
from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.disputes import joined, judge_with_look
from auditor.judge import JudgeContext, judge_archive
from auditor.model import Capture, Cause, Status, StoppedBy
from auditor.register_index import RegisterIndex
from tests.auditor.portal_maker import AS_OF, FETCHED_AT, HOST, make_archive, page, unit_of

UNIT = unit_of()
CONTEXT = JudgeContext(load_checklist("3082-gddt-tttt"), load_config(), RegisterIndex.of([UNIT]), AS_OF)
MENU = [(f"Mục {n}", f"/muc-{n}.html") for n in range(4)] + [("Tuyển sinh", "/tuyen-sinh.html")]
HOME = page("<p>Chào mừng</p>", menu=MENU)
CLIPS = "".join(f"<h3>Clip {n}</h3><video src='/clip-{n}.mp4'></video>" for n in range(3))


def portal(**changes: Any) -> Any:
    pages: dict[str, Any] = {"/": HOME}
    pages |= {f"/muc-{n}.html": page(f"<p>{'Nội dung riêng ' * 30} {n}</p>", menu=MENU) for n in range(4)}
    return make_archive(pages, unit=UNIT, **changes)


def look_of(pages: dict[str, Any], **changes: Any) -> Any:
    """What a look leaves: no page of it is the home page."""
    seen = make_archive(pages, unit=UNIT, **changes)
    captures = tuple(
        Capture(**{name: getattr(one, name) for name in one.__slots__} | {"home": False, "depth": 1})
        for one in seen.captures
    )
    return type(seen)(seen.unit, captures, seen.failures, seen.notes, seen.end)


def url(path: str) -> str:
    return f"http://{HOST}{path}"


def item_of(result: dict[str, Any], item_id: str) -> dict[str, Any]:
    item: dict[str, Any] = next(item for item in result["items"] if item["id"] == item_id)
    return item


def test_what_stands_at_the_address_takes_the_place_of_what_the_crawl_had() -> None:
    base = portal(failures={"/tuyen-sinh.html": Cause.TIMEOUT}, end={"unvisited": ("/tuyen-sinh.html",)})
    seen = look_of({"/tuyen-sinh.html": page("<p>Kế hoạch tuyển sinh</p>"), "/muc-1.html": page("<p>Mới</p>")})
    whole = joined(base, seen)
    bodies = {capture.url: capture.body.decode() for capture in whole.captures}
    assert "Mới" in bodies[url("/muc-1.html")]
    assert "tuyển sinh" in bodies[url("/tuyen-sinh.html")]
    assert [capture.url for capture in whole.captures].index(url("/muc-1.html")) == [
        capture.url for capture in base.captures
    ].index(url("/muc-1.html"))
    assert [capture.url for capture in whole.captures if capture.home] == [url("/")]
    assert (whole.failures, whole.end.unvisited) == ((), ())


def test_a_fault_of_the_look_leaves_the_crawls_own_page() -> None:
    base = portal()
    whole = joined(base, look_of({"/muc-1.html": (404, "Not found")}, failures={"/muc-1.html": 404}))
    assert [capture.body for capture in whole.captures] == [capture.body for capture in base.captures]


def test_a_portal_that_the_crawl_could_not_read_is_not_judged_to_lack_anything() -> None:
    base = make_archive({}, unit=UNIT, end={"status": Status.UNREACHABLE, "stopped_by": StoppedBy.UNREACHABLE})
    result = judge_archive(joined(base, look_of({"/": HOME})), UNIT, CONTEXT)
    failed = [item["id"] for item in result["items"] if item["verdict"] == "fail" and item["reason"] == "not_found"]
    assert failed == []
    assert item_of(result, "2.15")["verdict"] == "undetermined"


def written(path: Path, archive: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    writer = ArchiveWriter(path, archive.unit, {})
    for capture in archive.captures:
        writer.exchange(capture)
    for failure in archive.failures:
        writer.failure(failure)
    writer.close(archive.end)
    return path


@pytest.mark.parametrize(
    ("pages", "changes", "status"),
    [
        ({"/video.html": page(CLIPS, menu=MENU)}, {}, "read"),
        ({"/video.html": (404, "x")}, {"failures": {"/video.html": 404}}, "http_404"),
        ({}, {"failures": {"/video.html": Cause.TIMEOUT}}, "timeout"),
        ({}, {"end": {"forbidden": ("/video.html",)}}, "robots"),
        ({"/video.html": page("<h1>404 Not Found</h1>", title="404 Not Found")}, {}, "soft_404"),
        ({"/phim.html": page(CLIPS)}, {"redirects": {"/video.html": "/phim.html"}}, "read"),
        ({}, {"attachments": {"/video.html": b"%PDF-1.4 x"}}, "read"),
    ],
)
def test_whether_the_address_could_be_read_is_told(
    tmp_path: Path, pages: dict[str, Any], changes: dict[str, Any], status: str
) -> None:
    written(tmp_path / archive_name(UNIT.id), portal())
    seen = look_of(pages, **changes)
    if "redirects" in changes:
        captures = [
            Capture(url("/video.html"), 302, (("location", url("/phim.html")),), b"", FETCHED_AT, role="redirect"),
            *(
                Capture(one.url, one.status, one.headers, one.body, FETCHED_AT, via=url("/video.html"), depth=1)
                for one in seen.captures
                if one.role == "page"
            ),
        ]
        seen = type(seen)(seen.unit, tuple(captures), (), (), seen.end)
    path = written(tmp_path / "disputes" / "look.warc.gz", seen)
    unit = unit_of(extra={"look": "look", "address": url("/video.html")})
    result = judge_with_look(path, unit, CONTEXT)
    assert (result["look"], result["address"], result["extra"]) == ("look", status, {})

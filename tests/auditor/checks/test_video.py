"""Item 2.15: a video that plays on the portal, however it is put there; links to channels and dead files are not."""

from __future__ import annotations

import pytest

from auditor.checks.video import video
from auditor.model import Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Tin tức", "/tin-tuc/"), ("Văn bản", "/van-ban/"), ("Giới thiệu", "/gioi-thieu/")]
WITH_VIDEO = [*MENU, ("Video", "/video/")]
YOUTUBE = "https://www.youtube.com/embed/abcdefghijk"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (f'<iframe src="{YOUTUBE}"></iframe>', Verdict.PASS),
        (f'<iframe data-src="{YOUTUBE}?rel=0" src="about:blank"></iframe>', Verdict.PASS),
        ('<video controls><source src="https://media.example.vn/le.mp4#t=0.1" type="video/mp4"></video>', Verdict.PASS),
        ('<a data-fancybox href="http://www.youtube.com/embed/abcdefghijk?autoplay=1">Xem</a>', Verdict.PASS),
        ('<a href="javascript:;" onclick="doiVideo(\'tai-lieu/le.mp4\');">Lễ hội</a>', Verdict.PASS),
        ('<iframe src="https://www.facebook.com/plugins/video.php?href=x"></iframe>', Verdict.PASS),
        ('<iframe src="https://www.facebook.com/plugins/page.php?href=x"></iframe>', Verdict.FAIL),
        ('<iframe src="https://www.google.com/maps/embed?pb=1"></iframe>', Verdict.FAIL),
        ('<script>player("p").setup({file: "/video/le.mp4"});</script>', Verdict.PASS),
        ('<div data-src="https://www.youtube.com/embed/abcdefghijk"></div>', Verdict.PASS),
        ('<!-- <iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe> -->', Verdict.FAIL),
        ('<embed src="/player_ecoit.swf">', Verdict.FAIL),
        ('<a href="https://www.youtube.com/channel/abc">Kênh Youtube</a>', Verdict.PARTIAL),
        ('<h1>Lễ khai giảng</h1><iframe src="https://drive.google.com/file/d/1a2b/preview"></iframe>', Verdict.MANUAL),
        ('<h1>Video khai giảng</h1><iframe src="https://drive.google.com/file/d/1a2b/preview"></iframe>', Verdict.PASS),
        ("<p>Không có gì.</p>", Verdict.FAIL),
    ],
)  # fmt: skip
def test_on_a_page(body: str, verdict: Verdict) -> None:
    archive = make_archive({"/": page(body, menu=MENU), "/tin-tuc/": page("<h2>Tin</h2>", menu=MENU)})
    assert finding_of(video, archive).verdict is verdict


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_player_that_a_script_feeds_is_found_however_its_page_is_written(encoding: str) -> None:
    html = page('<script>player("p").setup({file: "/video/le.mp4"});</script>').encode(encoding, "xmlcharrefreplace")
    archive = make_archive({"/": page("<p>Chào</p>", menu=[("Lễ", "/le/")]), "/le/": (200, html)})
    assert finding_of(video, archive).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("body", "attachments", "verdict"),
    [
        ("<h2>Video</h2><p>Không có dữ liệu</p>", {}, Verdict.PARTIAL),
        ('<h2>Video</h2><a href="https://www.youtube.com/watch?v=abcdefghijk">Lễ khai giảng</a>', {}, Verdict.PARTIAL),
        ('<h2>Video</h2><video src="/tep/le.mp4"></video>', {"/tep/le.mp4": 404}, Verdict.PARTIAL),
        ('<h2>Video</h2><video src="/tep/le.mp4"></video>', {"/tep/le.mp4": b""}, Verdict.PASS),
        (f'<h1>Video mẫu 2</h1><iframe src="{YOUTUBE}"></iframe>', {}, Verdict.PARTIAL),
    ],
    ids=["empty section", "only links elsewhere", "file is gone", "file is there", "sample of the vendor"],
)
def test_in_a_section(body: str, attachments: dict[str, int | bytes], verdict: Verdict) -> None:
    pages = {"/": page("<p>Chào</p>", menu=WITH_VIDEO), "/video/": page(body, menu=WITH_VIDEO)}
    assert finding_of(video, make_archive(pages, attachments=attachments)).verdict is verdict


def test_section_that_was_not_reached_is_undetermined() -> None:
    archive = make_archive({"/": page("<p>Chào</p>", menu=WITH_VIDEO)}, end={"unvisited": ["/video/"]})
    assert finding_of(video, archive).verdict is Verdict.UNDETERMINED


DRIVE = '<iframe src="https://drive.google.com/file/d/1AbCdEf/preview"{}></iframe>'


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (f"<h1>Công khai cơ sở vật chất năm học 2025-2026</h1>{DRIVE.format('')}", Verdict.FAIL),
        (f"<h1>Video lễ khai giảng</h1>{DRIVE.format('')}", Verdict.PASS),
        (f"<h1>Lễ khai giảng</h1>{DRIVE.format(' title=le-khai-giang.mp4')}", Verdict.PASS),
        (f"<h1>Lễ khai giảng</h1>{DRIVE.format(' title=ke-hoach.pdf')}", Verdict.FAIL),
        (f"<h1>Lễ khai giảng</h1>{DRIVE.format('')}", Verdict.MANUAL),
        (f"<h1>Bài giảng điện tử</h1>{DRIVE.format('')}", Verdict.MANUAL),
        (f"<h1>Tuyên truyền, phổ biến giáo dục pháp luật</h1>{DRIVE.format('')}", Verdict.MANUAL),
    ],
    ids=[
        "a document",
        "the page says video",
        "the file says video",
        "the file says document",
        "nothing says",
        "a lesson",
        "a campaign",
    ],
)
def test_a_file_shown_in_place_is_a_video_where_something_says_so(body: str, verdict: Verdict) -> None:
    pages = {"/": page("<p>Chào</p>", menu=MENU), "/tin-tuc/": page(body, title="Trường Mẫu", menu=MENU)}
    assert finding_of(video, make_archive(pages)).verdict is verdict

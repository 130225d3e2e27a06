"""What is a page's own, and where links lead."""

from __future__ import annotations

from auditor.facts.pages import Pages, Reach
from auditor.model import Cause
from tests.auditor.portal_maker import Stored, facts_for, make_archive, page

MENU = [("Giới thiệu", "/gt"), ("Tin tức", "/tin"), ("Công khai", "/ck"), ("Liên hệ", "/lh"), ("Hỏng", "/hong")]


def portal() -> Pages:
    side = '<div class="sidebar"><h3>Tin mới</h3><a href="/bai-1">Bài viết số một của trường</a></div>'
    pages: dict[str, Stored] = {
        "/": page(f"<p>Chào mừng quý phụ huynh</p>{side}", menu=MENU),
        "/gt": page(f"<h2>Giới thiệu</h2><p>Trường được thành lập năm 1990.</p>{side}", menu=MENU),
        "/tin": page(f'<h2>Tin tức</h2><a href="/bai-1">Bài viết số một của trường</a>{side}', menu=MENU),
        "/ck": page(f"<h2>Công khai</h2>{side}", menu=MENU),
        "/lh": page(f"<h2>Liên hệ</h2><p>Địa chỉ: 1 đường Mẫu</p>{side}", menu=MENU),
        "/bai-1": page(f"<h1>Bài viết số một của trường</h1><p>Nội dung bài viết.</p>{side}", menu=MENU),
        "/hong": (404, "<h1>404</h1>"),
        "/mem": page("<h1>Không tìm thấy trang</h1><p>Trang bạn yêu cầu không tồn tại</p>", title="404 Not Found"),
    }
    archive = make_archive(
        pages,
        attachments={"/a.pdf": b"", "/b.pdf": b"<html>loi</html>", "/c.doc": 404},
        failures={"/cham": Cause.TIMEOUT, "/cam": Cause.ROBOTS, "/doi": Cause.CHALLENGE},
        redirects={"/cu": "/gt"},
    )
    return facts_for(archive)(Pages)


def test_side_blocks_and_menus_are_not_a_pages_own() -> None:
    found = portal()
    own = found.own_text(found.by_key["thcsmau.hcm.edu.vn/ck"])
    assert own.split() == ["Công", "khai"]


def test_a_listing_keeps_titles_that_side_blocks_show_too() -> None:
    """The same title in the side block of every page must not make the news page look empty."""
    found = portal()
    listing = found.by_key["thcsmau.hcm.edu.vn/tin"]
    assert "Bài viết số một" in found.own_text(listing)


def test_where_links_lead() -> None:
    found = portal()
    base = "http://thcsmau.hcm.edu.vn"
    reaches = {
        "/gt": Reach.PAGE,
        "/cu": Reach.PAGE,
        "/hong": Reach.DEAD,
        "/mem": Reach.SOFT_404,
        "/a.pdf": Reach.ATTACHMENT,
        "/c.doc": Reach.DEAD,
        "/cham": Reach.FAILED,
        "/cam": Reach.FORBIDDEN,
        "/doi": Reach.BLOCKED,
        "/chua-xem": Reach.UNVISITED,
    }
    assert {path: found.look(base + path).reach for path in reaches} == reaches
    assert found.look("http://khac.edu.vn/").reach is Reach.EXTERNAL
    assert found.look("").reach is Reach.NOWHERE


def test_a_file_is_known_by_its_bytes() -> None:
    found = portal()
    real, fake = (found.attachments_by_key[f"thcsmau.hcm.edu.vn/{name}.pdf"] for name in "ab")
    assert real.downloads
    assert not fake.downloads
    assert fake.type == "html"


def test_redirect_loops_end() -> None:
    archive = make_archive({"/": page("<p>x</p>")}, redirects={"/a": "/b", "/b": "/a"})
    assert facts_for(archive)(Pages).look("http://thcsmau.hcm.edu.vn/a").reach is Reach.UNVISITED

"""Every way by which a portal leads to its pages is followed, and each link knows where it stands."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from auditor.links import Link, PageLinks, extract_links

URL = "http://thcsmau.hcm.edu.vn/"


def links_of(html: str) -> PageLinks:
    return extract_links(LexborHTMLParser(html), URL)


def one(html: str) -> Link:
    found = links_of(html).links
    assert len(found) == 1, found
    return found[0]


def test_regions() -> None:
    found = links_of(
        '<header><a href="/h">Đầu</a></header><nav><a href="/m">Menu</a></nav>'
        '<div class="col-left"><a href="/l">Bên</a></div>'
        '<div id="main"><a href="/c">Bài</a></div><div class="footer-top"><a href="/f">Chân</a></div>'
    ).links
    assert [(link.region, link.text) for link in found] == [
        ("header", "Đầu"),
        ("menu", "Menu"),
        ("aside", "Bên"),
        ("", "Bài"),
        ("footer", "Chân"),
    ]


def test_navigation_by_script_and_select() -> None:
    assert one("<a onclick=\"location.href='/van-ban'\">Văn bản</a>").url == URL + "van-ban"
    assert one("<a href=\"javascript:window.open('/lien-he.aspx')\">Liên hệ</a>").url == URL + "lien-he.aspx"
    assert one("<div onclick=\"window.location = '/x.html'\">X</div>").source == "onclick"
    options = links_of(
        '<select onchange="location=this.value"><option value="">--Chọn--</option>'
        '<option value="http://pgd.edu.vn/">Phòng</option><option value="12">Khối 6</option></select>'
    ).links
    assert [(link.url, link.text, link.source) for link in options] == [("http://pgd.edu.vn/", "Phòng", "option")]


def test_frames_areas_refresh_and_base() -> None:
    found = links_of(
        '<html><head><base href="/cong/"><meta http-equiv="refresh" content="0; URL=\'trang-chu.html\'"></head>'
        '<frameset><frame src="menu.htm"><frame src="than.htm"></frameset></html>'
    )
    assert found.base == URL + "cong/"
    assert found.refresh == URL + "cong/trang-chu.html"
    assert [link.url for link in found.links] == [URL + "cong/menu.htm", URL + "cong/than.htm"]
    assert one('<map><area href="gt.htm" alt="Giới thiệu"></map>').text == "Giới thiệu"


def test_a_slow_refresh_is_no_redirect() -> None:
    assert links_of('<meta http-equiv="refresh" content="300">').refresh is None
    assert links_of('<meta http-equiv="refresh" content="60; url=/khac">').refresh is None


def test_labels_of_pictures() -> None:
    link = one('<a href="/ck"><img src="ck.png" alt="Ba công khai"></a>')
    assert (link.text, link.image) == ("Ba công khai", True)
    assert one('<a href="/x" title="Góp ý"><img src="a.png" alt=""></a>').text == "Góp ý"


def test_links_that_lead_nowhere_and_hidden_ones_are_kept_and_marked() -> None:
    assert one('<a href="#">Dự án</a>').url == ""
    assert one('<a href="javascript:;">Công khai</a>').url == ""
    assert one('<a style="display:none" href="http://bet.example/">x</a>').hidden


def test_deep_nesting_and_limit() -> None:
    deep = "<div>" * 30000 + '<a href="/day">đáy</a>'
    assert one(deep).url == URL + "day"
    assert len(extract_links(LexborHTMLParser('<a href="/1">1</a>' * 50), URL, limit=10).links) == 10


@pytest.mark.parametrize(
    ("html", "region"),
    [
        ('<div class="border-bottom py-2"><a href="/a">A</a></div>', ""),
        ('<div class="text-left"><a href="/a">A</a></div>', ""),
        ('<div class="card-header"><a href="/a">A</a></div>', ""),
        ('<div class="elementor-widget-heading"><a href="/a">A</a></div>', ""),
        ('<article><header><h2><a href="/a">A</a></h2></header></article>', ""),
        ('<div class="left"><a href="/a">A</a></div>', "aside"),
        ('<div class="widget"><a href="/a">A</a></div>', "aside"),
        ('<div class="bottom"><a href="/a">A</a></div>', "footer"),
        ('<div class="page-header"><a href="/a">A</a></div>', "header"),
        ('<header><div><a href="/a">A</a></div></header>', "header"),
    ],
)
def test_looks_and_parts_of_content_are_no_places(html: str, region: str) -> None:
    assert one(html).region == region


def test_an_entry_that_only_a_handler_opens_is_kept() -> None:
    entry = one('<a href="#" onclick="hideChild();">Bảng điểm</a>')
    assert (entry.url, entry.text, entry.source) == ("", "Bảng điểm", "a")

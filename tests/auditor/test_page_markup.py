"""Odd markup must not shift what stands where on a page, nor what its links are called."""

from __future__ import annotations

import pytest

from auditor.model import Capture
from auditor.page import Page, read_page

URL = "https://truong.hcm.edu.vn/"


def page(body: str) -> Page:
    html = f'<!doctype html><html><head><meta charset="utf-8"><title>T</title></head><body>{body}</body></html>'
    headers = (("content-type", "text/html; charset=utf-8"),)
    return read_page(Capture(URL, 200, headers, html.encode(), "2026-10-20T00:00:00Z"))


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<script>if (a<b && c>d) { x = '</p><div class=\"menu\">' }</script>", ""),
        ("<style>a>b { content: '<p>' }</style>", ""),
        ("<!-- a > b <div class='menu'> -- -->", ""),
        ("<!---->", ""),
        ("<?php if (a < b) ?>", ""),
        ("<a onclick=\"if (a < b && c > d) open('/x')\" title='>'>a</a>", "a"),
        ('<img src="a.jpg" alt="b"">', ""),
        ('<b <x="1">b</b>', "b"),
        ("<p =a=b>c</p>", "c"),
        ("<iframe src='/f'><div class='menu'></iframe>", ""),
        ("<textarea></p><div class='menu'></textarea>", ""),
        ("<select><option value='/a'>A</option><option>B</select>", ""),
        ("<template><div class='menu'><p>t</template>", ""),
        ("<noscript><div class='menu'>n</div></noscript>", ""),
        ("<svg><style>a>b</style><link>z</link><g><title>t</title></g></svg>", ""),
        ("<object data='/a.swf'><p>o</p></object>", ""),
        ("<p>&lt;div class='menu'&gt; &amp;lt;</p>", "<div class='menu'> &lt;"),
        ("<br/><hr/><wbr>w", "w"),
        ("<div><p>q<div>r", "q r"),
    ],
)
def test_what_stands_behind_odd_markup_keeps_its_place(inside: str, text: str) -> None:
    found = page(f"<div><div>{inside}</div></div><h2>Sau</h2><p><a href='/sau'>Tin sau</a></p>")
    assert " ".join(block.text for block in found.blocks if block.text) == f"{text} Sau Tin sau".strip()
    last = found.links[-1]
    assert (last.url, last.text, last.region) == (f"{URL}sau", "Tin sau", "")
    assert [block.level for block in found.headings] == [2]


@pytest.mark.parametrize(
    ("inside", "label"),
    [
        ("<a href='/a'>Tin <b>mới</b> &amp; <i>nóng</i></a>", ("Tin mới & nóng", False)),
        ("<a href='/a'><img src='x.png' alt=''><img src='y.png' alt='Văn bản'></a>", ("Văn bản", True)),
        ("<a href='/a' title='Góp ý'><img src='x.png'></a>", ("Góp ý", True)),
        ("<a href='/a' title='Góp ý'><i class='fa'></i></a>", ("Góp ý", False)),
        ("<a href='/a'>&nbsp;<input type='image' alt='Tìm'></a>", ("Tìm", True)),
        ("<noscript><a href='/a'><span>Bản in</span></a></noscript>", ("Bản in", False)),
        ("<div onclick=\"open('/a')\"><div>Lịch</div><div>tuần</div></div>", ("Lịchtuần", False)),
        ("<img onclick=\"open('/a')\" alt='Ảnh'>", ("Ảnh", True)),
    ],
)
def test_a_link_bears_the_label_that_a_visitor_reads(inside: str, label: tuple[str, bool]) -> None:
    link = page(f"<p>{inside}</p><p>sau</p>").links[0]
    assert (link.text, link.image) == label
    assert link.url == f"{URL}a"


def test_deep_and_unclosed_elements_end() -> None:
    found = page("<div onclick=\"open('/a')\">" * 3000 + "<p>cuối")
    assert found.text == "cuối"
    assert len(found.links) == 3000

"""A page is read into blocks, forms, pictures and declarations, each with its place."""

from __future__ import annotations

from auditor.model import Capture
from auditor.page import Page, read_page


def read(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Page:
    body = html if isinstance(html, bytes) else html.encode()
    return read_page(Capture("http://a.edu.vn/x", 200, (("content-type", content_type),), body, "2026-10-20T00:00:00Z"))


def test_blocks_keep_order_levels_and_places() -> None:
    page = read(
        "<nav><ul><li><a href='/a'>Giới thiệu</a></ul></nav><div class=main><h2>Tin <b>mới</b></h2>"
        "<p>Một<br>Hai</p><div class='block-title'>Khối</div></div><footer>Địa chỉ</footer>"
        "<script>var x='không đọc'</script><!-- ghi chú -->"
    )
    assert [(b.text, b.level, b.region) for b in page.blocks] == [
        ("Giới thiệu", 0, "menu"),
        ("Tin mới", 2, ""),
        ("Một", 0, ""),
        ("Hai", 0, ""),
        ("Khối", 7, ""),
        ("Địa chỉ", 0, "footer"),
    ]
    assert page.blocks[0].links == (0,)
    assert page.scripts == ("var x='không đọc'",)
    assert "không đọc" not in page.text


def test_tables_give_rows_and_columns_of_the_innermost_table() -> None:
    page = read(
        "<table><tr><td><table><tr><th>Số</th><th>Ngày</th></tr><tr><td>12/QĐ</td><td>1/9/2026</td></tr></table></td>"
        "<td>bên</td></tr></table>"
    )
    cells = {b.text: (b.cell.table, b.cell.row, b.cell.column) for b in page.blocks if b.cell}
    assert cells == {"Số": (1, 0, 0), "Ngày": (1, 0, 1), "12/QĐ": (1, 1, 0), "1/9/2026": (1, 1, 1), "bên": (0, 0, 1)}


def test_forms_and_loose_inputs() -> None:
    page = read(
        '<form action="/tim" method="post"><input name="q" placeholder="Tìm kiếm"><button>Tìm</button></form>'
        '<input id="qsearch" onclick="Timkiem()"><textarea name="y"></textarea>'
    )
    form, loose = page.forms
    assert (form.action, form.method) == ("http://a.edu.vn/tim", "post")
    assert [(f.name, f.kind, f.label) for f in form.fields] == [("q", "text", "Tìm kiếm"), ("", "submit", "Tìm")]
    assert loose.loose
    assert [(f.name, f.kind) for f in loose.fields] == [("qsearch", "text"), ("y", "textarea")]


def test_the_button_that_opens_a_part_of_the_page_is_its_heading() -> None:
    page = read(
        '<h3><button type="button">Tài chính</button></h3><div><p>Dự toán</p></div>'
        '<div class="accordion-item"><button class="accordion-button">Đội ngũ</button><div>Đang cập nhật</div></div>'
        "<p>Mời gửi thư <button>Gửi</button></p>"
    )
    assert [(block.text, block.level) for block in page.blocks] == [
        ("Tài chính", 3),
        ("Dự toán", 0),
        ("Đội ngũ", 7),
        ("Đang cập nhật", 0),
        ("Mời gửi thư", 0),
    ]


def test_pictures_players_and_declarations() -> None:
    page = read(
        '<html lang="VI"><head><title> Trường </title><meta name=viewport content="width=device-width"></head><body>'
        '<a href="/ck"><img src="bm9.jpg" alt="Biểu mẫu 9" width="600"></a>'
        '<iframe src="https://www.youtube.com/embed/abc"></iframe><video><source src="v.mp4"></video>'
        '<time datetime="2026-09-05">5/9</time></body></html>'
    )
    assert (page.lang, page.title, page.metas["viewport"]) == ("vi", "Trường", "width=device-width")
    assert (page.images[0].alt, page.images[0].width, page.images[0].link) == ("Biểu mẫu 9", 600, 0)
    assert [e.tag for e in page.embeds] == ["iframe", "video", "source"]
    assert page.times[0][1] == "2026-09-05"


def test_strange_pages_are_survived() -> None:
    for html in (
        "",
        "<frameset><frame src=a></frameset>",
        "<div>" * 40000,
        "\x00\x01<p>a",
        "<table>" * 3000 + "x",
        "plain text",
    ):
        assert read(html) is not None
    assert read(b"\xff\xfe<\x00p\x00>\x00a\x00").text == "a"


def test_hidden_parts_are_marked() -> None:
    page = read('<div style="position:absolute; left:-9999px"><p>giấu</p></div><p>thấy</p>')
    assert [(b.text, b.hidden) for b in page.blocks] == [("giấu", True), ("thấy", False)]


def test_the_same_template_place_has_the_same_signature() -> None:
    one = read("<div class='post-12'><p>Lặp lại</p></div><div id=a><p>Lặp lại</p></div>")
    other = read("<div class='post-99'><p>Lặp lại</p></div>")
    assert one.blocks[0].signature == other.blocks[0].signature
    assert one.blocks[0].signature != one.blocks[1].signature

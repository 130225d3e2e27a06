"""Documents as portals list them: tables, cards, accordions, label rows and bare titles."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.facts.documents import Document, Documents, file_states
from auditor.facts.pages import Pages, Reach
from tests.auditor.portal_maker import facts_for, make_archive, page

MENU = [
    ("Trang chủ", "/"),
    ("Tin tức", "/tin-tuc"),
    ("Văn bản", "/van-ban"),
    ("Giới thiệu", "/gioi-thieu"),
    ("Liên hệ", "/lien-he"),
]
FILLER = {
    "/tin-tuc": page("<h1>Tin tức</h1><p>Chưa có bài viết</p>", title="Tin tức", menu=MENU),
    "/gioi-thieu": page("<h1>Giới thiệu</h1><p>Trường thành lập năm 1990.</p>", title="Giới thiệu", menu=MENU),
    "/lien-he": page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=MENU),
}


NOTE = "Về việc phòng chống đuối nước dịp hè"


def documents(body: str, more: dict[str, str] | None = None, **archive: Any) -> Documents:
    pages = {
        "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
        **FILLER,
        "/van-ban": page(body, title="Văn bản", menu=MENU),
        **(more or {}),
    }
    return facts_for(make_archive(pages, **archive))(Documents)


def only(found: Documents) -> Document:
    assert len(found.items) == 1, [item.title for item in found.items]
    return found.items[0]


TABLE = """<h1>Văn bản</h1><table>
<tr><th>STT</th><th>Số/Ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th><th>Tải về</th></tr>
<tr><td>1</td><td>100 /TB-THCSM</td><td>06-08-2026</td>
<td><a href="/vb/1">Thông báo về việc tuyển dụng viên chức</a></td>
<td><a href="/files/100.pdf">Tải về</a></td></tr>
<tr><td>2</td><td>2379/SGDĐT-VP</td><td>07/09/2026</td>
<td><a href="/vb/2">Về nhiệm vụ của năm học mới</a></td><td></td></tr>
</table>"""


def test_a_table_with_titles_of_columns() -> None:
    first, second = documents(TABLE).items
    assert (first.number, first.kind, first.issued) == ("100/TB-THCSM", "Thông báo", date(2026, 8, 6))
    assert first.title == "Thông báo về việc tuyển dụng viên chức"
    assert first.files == ("http://thcsmau.hcm.edu.vn/files/100.pdf",)
    assert second.authority == "Sở Giáo dục và Đào tạo"
    assert second.kind == "Công văn"


def test_a_table_without_titles_of_columns_is_read_by_what_its_columns_hold() -> None:
    rows = "".join(
        f"<tr><td>{n}/KH-THCSM</td><td>0{n}/09/2026</td><td>Kế hoạch hoạt động tháng thứ {n} của nhà trường</td></tr>"
        for n in range(1, 4)
    )
    found = documents(f"<h1>Văn bản</h1><table>{rows}</table>").items
    assert [item.number for item in found] == ["1/KH-THCSM", "2/KH-THCSM", "3/KH-THCSM"]
    assert found[0].issued == date(2026, 9, 1)


def test_the_detail_page_adds_what_the_list_lacks() -> None:
    detail = """<h1>Chi tiết</h1><table>
    <tr><td>Số ký hiệu</td><td>100 /TB-THCSM</td><td>Cơ quan ban hành</td><td>Trường THCS Mẫu</td></tr>
    <tr><td>Ngày ban hành</td><td>06/08/2026</td><td>Ngày hiệu lực</td><td>10/08/2026</td></tr>
    <tr><td>Loại văn bản</td><td>Thông báo</td><td>Người ký</td><td>Trần Mẫu</td></tr>
    <tr><td>Trạng thái</td><td>Còn hiệu lực</td></tr></table>"""
    found = documents(TABLE, {"/vb/1": page(detail, title="Chi tiết văn bản", menu=MENU)}).items
    assert len(found) == 2
    first = found[0]
    assert (first.authority, first.effective, first.state) == ("Trường THCS Mẫu", date(2026, 8, 10), "Còn hiệu lực")
    assert (first.signer, first.listed) == ("Trần Mẫu", True)


def test_cards_with_labels_and_values() -> None:
    cards = "".join(
        f"""<div class="item"><h3 class="title"><a href="/vb/{n}">Về việc tổ chức kỳ thi lần thứ {n} trong năm</a></h3>
        <div><div>Ngày ban hành:</div><div>2{n}/06/2026</div></div><div><div>Ngày hiệu lực:</div><div></div></div>
        <div><div>Trạng thái:</div><div>Đã có hiệu lực</div></div><a href="/f/{n}.docx">File đính kèm</a></div>"""
        for n in range(1, 4)
    )
    found = documents(f"<h1>Văn bản</h1>{cards}").items
    assert [item.issued for item in found] == [date(2026, 6, 21), date(2026, 6, 22), date(2026, 6, 23)]
    assert all(item.state == "Đã có hiệu lực" and item.files for item in found)
    assert found[0].detail.endswith("/vb/1")


def test_a_number_above_its_title() -> None:
    body = """<h1>Văn bản</h1><div><div class="code"><a href="/vb/1">Số: <span>02/KH-THCSM</span></a></div>
    <div><a href="/vb/1">Tên: <span>(Kế hoạch phòng chống đuối nước cho học sinh)</span></a></div>
    <div>Ngày ban hành: (02/10/2026)</div></div>"""
    item = only(documents(body))
    assert (item.number, item.issued) == ("02/KH-THCSM", date(2026, 10, 2))
    assert item.title == "Kế hoạch phòng chống đuối nước cho học sinh"


def test_several_labels_in_one_line() -> None:
    body = """<h1>Văn bản</h1><p>Email: a@b.vn - ĐT: 028 3000 0000</p><div><a href="/vb/1">Thông tư ban hành điều lệ</a>
    <div>Số: <span>32/2020/TT-BGDĐT</span></div>Ngày ban hành: (15/09/2020) Ngày hiệu lực: 01/11/2020
    Trạng thái: Đã có hiệu lực</div>"""
    item = only(documents(body))
    assert (item.number, item.issued, item.effective) == ("32/2020/TT-BGDĐT", date(2020, 9, 15), date(2020, 11, 1))
    assert item.state == "Đã có hiệu lực"


def test_a_line_of_text_with_a_link_to_its_file() -> None:
    body = """<h1>Văn bản</h1><ul>
    <li>Quyết định số 8/QĐ-A ngày 01/07/2026 về mở lớp nghề – <a href="/8.pdf">Tải về</a></li>
    <li>Kế hoạch số 5/KH-A ngày 02/03/2026 về tuyển sinh lớp sáu – <a href="/5.pdf">Tải về</a></li></ul>"""
    found = documents(body).items
    assert [(item.number, item.issued) for item in found] == [
        ("8/QĐ-A", date(2026, 7, 1)),
        ("5/KH-A", date(2026, 3, 2)),
    ]


def test_an_accordion_whose_fields_stand_in_a_hidden_table() -> None:
    rows = "".join(
        f"""<div><a href="#c{n}"><div class="title">24{n}/SGDĐT-VP</div>
        <div class="title">Hướng dẫn công tác văn thư lần {n}</div>
        </a><table style="display:none"><tr><th>Số/ký hiệu</th><td>24{n}/SGDĐT-VP</td></tr>
        <tr><th>Cơ quan ban hành</th><td>Sở Giáo dục và Đào tạo</td></tr>
        <tr><th>Ngày ban hành</th><td>1{n}/10/2026</td></tr>
        </table><div><a href="/vb/{n}">Xem chi tiết</a></div></div>"""
        for n in range(1, 4)
    )
    found = documents(f"<h1>Văn bản</h1>{rows}").items
    assert [(item.number, item.issued, item.title[-1]) for item in found] == [
        (f"24{n}/SGDĐT-VP", date(2026, 10, 10 + n), str(n)) for n in range(1, 4)
    ]
    assert found[0].detail.endswith("/vb/1")


@pytest.mark.parametrize(
    ("title", "number", "kind", "authority", "issued"),
    [
        (
            "Quyết định số 12/QĐ-SGDĐT ngày 05/3/2026 về khen thưởng",
            "12/QĐ-SGDĐT",
            "Quyết định",
            True,
            date(2026, 3, 5),
        ),
        ("Kế hoạch số 49/KH-THCSM tổ chức Tháng công nhân năm 2026", "49/KH-THCSM", "Kế hoạch", True, None),
        ("Công văn 389 của Phòng GD&ĐT về việc sử dụng phần mềm", "", "Công văn", True, None),
        ("Danh sách học sinh trúng tuyển vào lớp 6 đợt 1", "", "Danh sách", False, None),
        ("Phân công chuyên môn của học kỳ này, áp dụng ngày 05/3/2026", "", "", False, None),
    ],
)
def test_titles_tell_number_kind_and_authority(
    title: str, number: str, kind: str, authority: bool, issued: date | None
) -> None:
    item = only(documents(f"<h1>Văn bản</h1><ul><li><a href='/vb/1'>{title}</a></li></ul>"))
    assert (item.number, item.kind, bool(item.authority), item.issued) == (number, kind, authority, issued)


def test_side_news_and_menu_entries_are_no_documents() -> None:
    side = "<div class='sidebar'><h3>Tin mới</h3><a href='/tin/1'>Học sinh nhà trường đoạt giải cờ vua</a></div>"
    more = {f"/p{n}": page(f"<h1>Trang {n}</h1><p>Nội dung trang {n}</p>{side}", menu=MENU) for n in range(6)}
    found = documents(TABLE + side, more).items
    assert [item.number for item in found] == ["100/TB-THCSM", "2379/SGDĐT-VP"]


def test_the_search_of_documents_is_told_from_the_search_of_the_site() -> None:
    site = "<form action='/tim'><input name='q' placeholder='Tìm kiếm'></form>"
    own = (
        "<form action='/van-ban'><input name='so' placeholder='Số/Ký hiệu'><select name='l'>"
        "<option>Tất cả loại văn bản</option></select><button>Tìm</button></form>"
    )
    assert documents(TABLE + site).search is None
    assert documents(TABLE + own).search is not None


def test_a_file_counts_only_when_it_downloads() -> None:
    body = """<h1>Văn bản</h1><table><tr><th>Số ký hiệu</th><th>Trích yếu</th><th>File</th></tr>
    <tr><td>1/QĐ-A</td><td>Quyết định thứ nhất</td><td><a href="/a.pdf">Tải về</a></td></tr>
    <tr><td>2/QĐ-A</td><td>Quyết định thứ hai</td><td><a href="/b.pdf">Tải về</a></td></tr>
    <tr><td>3/QĐ-A</td><td>Quyết định thứ ba</td><td><a href="/c.pdf">Tải về</a></td></tr>
    <tr><td>4/QĐ-A</td><td>Quyết định thứ tư</td><td><a href="https://drive.google.com/file/d/x">Tải về</a></td></tr>
    </table>"""
    pages = {"/": page("<p>Trang chủ</p>", menu=MENU), **FILLER, "/van-ban": page(body, title="Văn bản", menu=MENU)}
    get = facts_for(make_archive(pages, attachments={"/a.pdf": b"", "/b.pdf": b"<html>no</html>"}))
    items = get(Documents).items
    states = [file_states(get(Pages), item) for item in items]
    assert states == [(Reach.ATTACHMENT,), (Reach.DEAD,), (Reach.UNVISITED,), (Reach.EXTERNAL,)]


def test_a_portal_without_documents_has_no_section() -> None:
    found = facts_for(make_archive({"/": page("<p>Trang chủ</p>", menu=[("Tin tức", "/tin-tuc")])}))(Documents)
    assert not found.has_section
    assert found.items == ()


GLUED_LIST = """<h1>Văn bản</h1>
<div class="post"><div class="code"><a href="/vb/52.html">Số: 52/KH-THCSM</a></div>
<div>Tên: Kế hoạch trực tết của CMHS<span>Ngày ban hành: (04/08/2026)</span></div></div>
<div class="post"><div class="code"><a href="/vb/47.html">Số: 47/QĐ-THCSM</a></div>
<div>Tên: Quyết định công nhận Ban đại diện CMHS<span>Ngày ban hành: (10/07/2026)</span></div></div>
<aside><div class="panel-title">Tin mới</div>
<article><a href="/tin/ve-tranh.html">Hội thi vẽ tranh của khối sáu</a></article></aside>"""


def test_a_row_and_the_page_behind_it_are_one_document_and_the_side_column_is_none() -> None:
    detail = (
        "<h1>Kế hoạch trực tết của CMHS</h1><ul><li>Số hiệu <b>52/KH-THCSM</b></li><li>Loại tài liệu Kế hoạch</li>"
        "<li>Cơ quan ban hành Trường THCS Mẫu</li><li>Ngày hiệu lực 04/08/2026</li>"
        "<li>Trạng thái Đã có hiệu lực</li></ul>"
    )
    more = {"/vb/52.html": page(detail, title="Kế hoạch trực tết của CMHS", menu=MENU)}
    first, second = documents(GLUED_LIST, more).items
    assert (first.title, first.number) == ("Kế hoạch trực tết của CMHS", "52/KH-THCSM")
    assert (first.issued, first.effective, first.state) == (date(2026, 8, 4), date(2026, 8, 4), "Đã có hiệu lực")
    assert first.authority == "Trường THCS Mẫu"
    assert first.listed
    assert (second.title, second.issued) == ("Quyết định công nhận Ban đại diện CMHS", date(2026, 7, 10))


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("Số hiệu 8/QĐ-THCSM", "number", "8/QĐ-THCSM"),
        ("Số ký hiệu - 8/QĐ-THCSM", "number", "8/QĐ-THCSM"),
        ("Loại văn bản Quyết định", "kind", "Quyết định"),
        ("Trạng thái Còn hiệu lực", "state", "Còn hiệu lực"),
        ("Trạng thái học sinh sau kỳ thi", "state", ""),
        ("Cơ quan ban hành Sở Giáo dục và Đào tạo", "authority", "Sở Giáo dục và Đào tạo"),
    ],
)
def test_labels_and_values_without_a_colon(row: str, field: str, value: str) -> None:
    body = (
        '<h1>Văn bản</h1><h3><a href="/vb/1">Khen thưởng học sinh tiêu biểu</a></h3>'
        f"<p>{row}</p><p>Ngày ban hành 05/03/2026</p>"
    )
    assert getattr(only(documents(body)), field) == value


ROW = '<div class="dm_row"><h3>{}</h3><p>Ngày đăng {}</p><a href="{}">Tải về</a></div>'
LISTS = {
    "download cards": ROW.format("CV 31/SGDĐT-VP v/v trực tết", "05/10/2026", "/index.php?task=doc_download&gid=7")
    + ROW.format("QĐ 8/QĐ-THCSM lập hội đồng thi đua", "01/10/2026", "/docs/qd8.pdf"),
    "paragraphs": "<p>Công văn số 31/SGDĐT-VP về việc trực tết nguyên đán</p>"
    "<p>Quyết định số 8/QĐ-THCSM lập hội đồng thi đua</p>",
    "highlighted titles with files below": '<p class="title">Công văn số 31/SGDĐT-VP về trực tết</p>'
    '<p><a href="/docs/31.doc">Tải xuống</a></p><p class="title">Quyết định số 8/QĐ-THCSM lập hội đồng</p>'
    '<p><a href="/docs/8.doc">Tải xuống</a></p>',
    "linked titles with days below": '<ul><li><a href="/vb/31.html">Công văn số 31/SGDĐT-VP về trực tết</a>'
    '<div>05/10/2026</div></li><li><a href="/vb/8.html">Quyết định số 8/QĐ-THCSM lập hội đồng</a>'
    "<div>01/10/2026</div></li></ul>",
}


@pytest.mark.parametrize("body", LISTS.values(), ids=LISTS)
def test_titles_are_documents_whatever_the_list_looks_like(body: str) -> None:
    found = documents(f"<h1>Văn bản</h1>{body}").items
    assert [item.number for item in found] == ["31/SGDĐT-VP", "8/QĐ-THCSM"]
    assert [item.kind for item in found] == ["Công văn", "Quyết định"]
    assert found[0].authority == "Sở Giáo dục và Đào tạo"


def test_days_and_downloads_below_a_title_are_of_its_document() -> None:
    first, second = documents(f"<h1>Văn bản</h1>{LISTS['download cards']}").items
    assert (first.posted, second.posted) == (date(2026, 10, 5), date(2026, 10, 1))
    assert first.issued is None
    assert first.files == ("http://thcsmau.hcm.edu.vn/index.php?task=doc_download&gid=7",)
    assert second.files == ("http://thcsmau.hcm.edu.vn/docs/qd8.pdf",)


def test_headings_without_file_or_number_are_no_documents_beside_a_list() -> None:
    body = (
        "<h1>Văn bản</h1><h3>Hướng dẫn về cách tra cứu</h3><p>Chọn loại rồi bấm nút tìm.</p>"
        '<ul><li><a href="/vb/8.html">Quyết định số 8/QĐ-THCSM lập hội đồng</a></li></ul>'
    )
    assert only(documents(body)).number == "8/QĐ-THCSM"


def test_files_of_a_section_are_its_documents_where_nothing_looks_like_a_list() -> None:
    body = '<h1>Văn bản</h1><p>Mời quý phụ huynh xem tại đây.</p><p><a href="/docs/noi-quy.pdf">Nội quy</a></p>'
    item = only(documents(body))
    assert (item.title, item.files) == ("noi-quy.pdf", ("http://thcsmau.hcm.edu.vn/docs/noi-quy.pdf",))


@pytest.mark.parametrize(
    ("box", "searched"),
    [
        ("<input onkeyup='loc()' placeholder='Tìm văn bản theo số hoặc tên...'>", True),
        ("<form action='/van-ban'><input name='q' placeholder='Từ khóa'><button>Tìm</button></form>", True),
        ("<script>$('#bang').DataTable({pageLength: 10});</script>", True),
        ("<script>$('#bang').DataTable({searching: false});</script>", False),
        ("<form action='/tim'><input name='q' placeholder='Từ khóa'><button>Tìm</button></form>", False),
        ("<form action='/van-ban'><input name='mail' placeholder='Email'><button>Đăng ký</button></form>", False),
    ],
)
def test_boxes_above_a_list_of_documents(box: str, searched: bool) -> None:
    """A filter over the list is a search of documents; the search of the site and a newsletter are none."""
    assert (documents(box + TABLE).search is not None) is searched


def test_articles_whose_own_pages_tell_the_rest() -> None:
    """Joomla lists titles and days of posting; number, date and state stand on the article, under "page-header"."""
    listed = "".join(
        f'<div class="page-header"><h2><a href="/vb/{at}">{title}</a></h2></div><dl><dd>Được đăng: {day}</dd></dl>'
        for at, title, day in ((1, "Quy chế dân chủ trong nhà trường", "9/3/2026"), (2, NOTE, "10/3/2026"))
    )
    own = (
        '<div class="page-header"><h2>{title}</h2></div><dl><dt>Số hiệu</dt><dd>{number}</dd><dt>Ngày ban hành</dt>'
        "<dd>08/03/2026</dd><dt>Tình trạng</dt><dd>Hết hiệu lực</dd></dl>"
    )
    first, second = documents(
        f"<h1>Văn bản</h1>{listed}",
        {
            "/vb/1": page(
                own.format(title="Quy chế dân chủ trong nhà trường", number="12/QĐ-THCSM"),
                title="Quy chế dân chủ trong nhà trường",
                menu=MENU,
            ),
            "/vb/2": page(own.format(title=NOTE, number="318/UBND-VHXH"), title=NOTE, menu=MENU),
        },
    ).items
    assert (first.number, first.issued, first.posted) == ("12/QĐ-THCSM", date(2026, 3, 8), date(2026, 3, 9))
    assert first.has_effect
    assert second.number == "318/UBND-VHXH"


@pytest.mark.parametrize("sign", ["·", "•", "|", "‧", "∙"])
def test_cards_that_are_one_link_are_one_document_each(sign: str) -> None:
    card = (
        '<a href="/vb/{at}"><div>Kế hoạch</div><h3>Tổ chức kỳ thi thử lần {at}</h3>'
        "<p>Sở GDĐT TP.HCM · {at}14/KH-SGDĐT</p><p>Ngày ký 02/12/2025 · Hiệu lực từ 05/12/2025</p></a>"
    )
    card = card.replace("·", sign)
    found = documents(f"<h1>Văn bản</h1>{card.format(at=1)}{card.format(at=2)}").items
    assert [(item.title, item.number, item.authority) for item in found] == [
        ("Tổ chức kỳ thi thử lần 1", "114/KH-SGDĐT", "Sở GDĐT TP.HCM"),
        ("Tổ chức kỳ thi thử lần 2", "214/KH-SGDĐT", "Sở GDĐT TP.HCM"),
    ]
    assert (found[0].issued, found[0].effective) == (date(2025, 12, 2), date(2025, 12, 5))


def test_rows_whose_link_is_the_number_and_their_pages_are_one() -> None:
    listed = (
        "<h1>Văn bản</h1><table><tr><th>Số/Ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr>"
        '<tr><td><a href="/vb/9">310/QĐ-UBND</a></td><td>14-09-2026</td><td>Quyết định giao biên chế</td></tr></table>'
    )
    own = (
        "<h1>310/QĐ-UBND</h1><table><tr><td>Số/Ký hiệu</td><td>310/QĐ-UBND</td></tr>"
        "<tr><td>Trạng thái</td><td>Còn hiệu lực</td></tr><tr><td>Trích yếu</td><td>Quyết định giao biên chế</td></tr>"
        "</table>"
    )
    document = only(documents(listed, {"/vb/9": page(own, title="310/QĐ-UBND", menu=MENU)}))
    assert (document.issued, document.state) == (date(2026, 9, 14), "Còn hiệu lực")


def test_lines_that_begin_with_a_number_are_a_document_each() -> None:
    """The city's common platforms list documents as lines of text; only the file is a link."""
    lines = "".join(
        f"<div>Số: {number}</div><div>Tên: ({title})</div><div>Ngày ban hành: 10/10/2025</div>"
        f'<div>Trạng thái: Đã có hiệu lực</div><div>File đính kèm: <a href="/vb{at}.pdf">vb{at}.pdf</a></div>'
        for at, (number, title) in enumerate((("58/KH-THCSM", "Kế hoạch chào mừng ngày 20/11"), ("318/UBND-VX", NOTE)))
    )
    first, second = documents(f"<h1>Văn bản</h1>{lines}").items
    assert (first.number, first.kind, first.issued) == ("58/KH-THCSM", "Kế hoạch", date(2025, 10, 10))
    assert (second.title, second.number, second.has_effect) == (NOTE, "318/UBND-VX", True)
    assert second.files == ("http://thcsmau.hcm.edu.vn/vb1.pdf",)


def test_the_stamp_behind_a_title() -> None:
    listed = (
        '<ul><li><a href="/a.pdf">Kế hoạch số 118/KH-THCSM về ngày hội đọc sách</a> (Ngày đăng: 20-11-2025)</li>'
        '<li><a href="/b.pdf">Quyết định số 90/QĐ-THCSM lập các tổ (năm học 2025-2026)</a></li></ul>'
    )
    first, second = documents(f"<h1>Văn bản</h1>{listed}").items
    assert (first.title, first.posted) == ("Kế hoạch số 118/KH-THCSM về ngày hội đọc sách", date(2025, 11, 20))
    assert (second.title.endswith("(năm học 2025-2026)"), second.posted) == (True, None)


@pytest.mark.parametrize("shown", ["12/QĐ-THCSM", "Số 12/QĐ-THCSM"])
def test_a_number_that_stands_alone_in_its_line_is_that_of_the_title_below(shown: str) -> None:
    rows = f'<h3>{shown}</h3><p><a href="/vb/1">Quy chế dân chủ trong nhà trường</a></p>'
    far = "<p>Tra cứu theo ngày ban hành.</p>" + "<p>Lời dẫn</p>" * 20
    document = only(documents(f"<h1>Văn bản</h1>{far}{rows}"))
    assert (document.title, document.number) == ("Quy chế dân chủ trong nhà trường", "12/QĐ-THCSM")

"""The ledger of disclosures: what belongs to it, which parts it covers, and by which of its dates it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.facts.disclosures import Dating, Disclosure, Disclosures, Life
from auditor.model import Capture
from tests.auditor.portal_maker import FETCHED_AT, HOST, facts_for, make_archive, page

MENU = [
    ("Trang chủ", "/"),
    ("Tin tức", "/tin-tuc"),
    ("Văn bản", "/van-ban"),
    ("Công khai", "/cong-khai"),
    ("Liên hệ", "/lien-he"),
]
FILLER = {
    "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
    "/tin-tuc": page("<h1>Tin tức</h1><p>Tin của nhà trường</p>", title="Tin tức", menu=MENU),
    "/van-ban": page("<h1>Văn bản</h1><p>Văn bản của nhà trường</p>", title="Văn bản", menu=MENU),
    "/lien-he": page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=MENU),
}
PROSE = (
    "<p>Nhà trường thông báo công khai đến phụ huynh và học sinh các nội dung theo quy định hiện hành của ngành.</p>"
)


def ledger(body: str, more: dict[str, str] | None = None, **archive: Any) -> Disclosures:
    pages = {**FILLER, "/cong-khai": page(f"<h1>Công khai</h1>{body}", title="Công khai", menu=MENU), **(more or {})}
    return facts_for(make_archive(pages, **archive))(Disclosures)


def only(found: Disclosures) -> Disclosure:
    assert len(found.items) == 1, [(item.title, item.url) for item in found.items]
    return found.items[0]


def article(title: str, body: str) -> dict[str, str]:
    return {"/bai": page(f"<h1>{title}</h1>{body}", title=title, menu=MENU)}


@pytest.mark.parametrize(
    ("link", "day", "precision", "dating"),
    [
        (
            '<li><a href="/f.pdf">Báo cáo công khai của trường</a> 12/06/2026</li>',
            date(2026, 6, 12),
            "day",
            Dating.POSTED,
        ),
        (
            '<li><a href="/f.pdf">Báo cáo công khai của trường 15-06-2026</a></li>',
            date(2026, 6, 15),
            "day",
            Dating.NAME,
        ),
        ('<li><a href="/f.pdf">Công khai tài chính tháng 6/2026</a></li>', date(2026, 6, 1), "month", Dating.NAME),
        ('<li><a href="/cong_khai_16-06-2026.pdf">Báo cáo công khai</a></li>', date(2026, 6, 16), "day", Dating.NAME),
        ('<li><a href="/upload/20260617/ck.pdf">Báo cáo công khai</a></li>', date(2026, 6, 17), "day", Dating.NAME),
        ('<li><a href="/cam-ket_17062026.pdf">Báo cáo công khai</a></li>', date(2026, 6, 17), "day", Dating.NAME),
        ('<li><a href="/cong-khai-thang9-2026.pdf">Báo cáo công khai</a></li>', date(2026, 9, 1), "month", Dating.NAME),
        ('<li><a href="/uploads/2026/06/ck.pdf">Báo cáo công khai</a></li>', date(2026, 6, 1), "month", Dating.NAME),
    ],
)
def test_a_file_is_dated_by_its_place_its_link_or_its_name(
    link: str, day: date, precision: str, dating: Dating
) -> None:
    names = [
        "/f.pdf",
        "/cam-ket_17062026.pdf",
        "/cong-khai-thang9-2026.pdf",
        "/cong_khai_16-06-2026.pdf",
        "/upload/20260617/ck.pdf",
        "/uploads/2026/06/ck.pdf",
    ]
    item = only(ledger(f"<ul>{link}</ul>", attachments=dict.fromkeys(names, b"")))
    assert item.dated is not None
    assert (item.dated.day, item.dated.precision, item.dated.dating) == (day, precision, dating)
    assert item.in_section


@pytest.mark.parametrize(
    "title",
    [
        "Công khai năm học 2025-2026",
        "Công khai theo Thông tư 36/2017/TT-BGDĐT ngày 28/12/2017",
        "Công khai dự toán năm 2026",
        "Công khai tài chính quý 2 năm 2026",
    ],
)
def test_school_years_laws_years_and_quarters_date_nothing(title: str) -> None:
    item = only(ledger(f'<ul><li><a href="/f.pdf">{title}</a></li></ul>', attachments={"/f.pdf": b""}))
    assert item.dates == ()


def test_the_day_of_posting_goes_before_name_and_signature() -> None:
    more = article(
        "Báo cáo công khai 01/06/2026",
        f"<div>Ngày đăng: 20/06/2026</div>{PROSE}<p>Mẫu Thành, ngày 31 tháng 5 năm 2026</p>",
    )
    item = only(ledger('<a href="/bai">Báo cáo công khai 01/06/2026</a>', more))
    assert [one.dating for one in item.dates] == [Dating.POSTED, Dating.NAME, Dating.SIGNATURE]
    assert [one.day for one in item.dates] == [date(2026, 6, 20), date(2026, 6, 1), date(2026, 5, 31)]


@pytest.mark.parametrize(
    ("stamps", "days"),
    [
        (
            "<div>Ngày tạo - 12 Tháng 9 2025</div><div>Lần cập nhật cuối - 18 Tháng 9 2026</div>",
            [date(2025, 9, 12), date(2026, 9, 18)],
        ),
        ("<p>Cập nhật ngày 30 tháng 9 năm 2026</p>", [date(2026, 9, 30)]),
        ("<p>Cập nhật: tháng 9/2026</p>", [date(2026, 9, 1)]),
    ],
)
def test_days_of_posting_and_of_updating_are_both_kept(stamps: str, days: list[date]) -> None:
    more = article("Cam kết chất lượng giáo dục", stamps + PROSE)
    item = only(ledger('<a href="/bai">Cam kết chất lượng giáo dục</a>', more))
    assert [(one.day, one.dating) for one in item.dates] == [(day, Dating.POSTED) for day in days]


def test_stamps_of_other_articles_below_are_no_updates() -> None:
    others = "".join(f"<p>Tin số {n} của trường</p><p>Ngày đăng: 0{n}/09/2026</p>" for n in range(1, 6))
    more = article("Cam kết chất lượng giáo dục", f"<div>Ngày đăng: 20/06/2026</div>{PROSE}{others}")
    item = only(ledger('<a href="/bai">Cam kết chất lượng giáo dục</a>', more))
    assert [one.day for one in item.dates] == [date(2026, 6, 20)]


def test_the_signature_line_dates_a_page_without_stamp() -> None:
    more = article("Cam kết chất lượng giáo dục", f"{PROSE}<p>Mẫu Thành, ngày 31 tháng 5 năm 2026</p>")
    item = only(ledger('<a href="/bai">Cam kết chất lượng giáo dục</a>', more))
    assert item.dated is not None
    assert (item.dated.day, item.dated.dating) == (date(2026, 5, 31), Dating.SIGNATURE)


def test_last_modified_is_the_last_resort() -> None:
    file = Capture(
        f"http://{HOST}/f.pdf",
        200,
        (("content-type", "application/pdf"), ("last-modified", "Tue, 16 Jun 2026 08:00:00 GMT")),
        b"%PDF-1.4 x",
        FETCHED_AT,
        role="attachment",
    )
    item = only(
        ledger('<ul><li><a href="/f.pdf">Báo cáo công khai của trường</a></li></ul>', attachments={"/f.pdf": file})
    )
    assert item.dated is not None
    assert (item.dated.day, item.dated.dating) == (date(2026, 6, 16), Dating.LAST_MODIFIED)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Cam kết chất lượng giáo dục năm học 2025-2026", {"commitment"}),
        ("Công khai chất lượng giáo dục thực tế", {"actual_quality"}),
        ("Công khai thông tin cơ sở vật chất", {"conditions"}),
        ("Công khai về đội ngũ nhà giáo, cán bộ quản lý và nhân viên", {"conditions"}),
        ("Quyết toán thu chi ngân sách năm 2025", {"finance"}),
        ("Công khai các khoản thu đầu năm học 2026 - 2027", {"finance"}),
        ("Biểu mẫu 09", {"commitment"}),
        ("BM10-1", {"actual_quality"}),
        ("Biểu mẫu 12", {"conditions"}),
        ("Công khai theo Thông tư 36", set()),
    ],
)
def test_titles_and_forms_tell_the_part(title: str, parts: set[str]) -> None:
    item = only(ledger(f'<ul><li><a href="/f.pdf">{title}</a></li></ul>', attachments={"/f.pdf": b""}))
    assert item.parts == parts


def test_pictures_of_forms_are_disclosures() -> None:
    """Many schools photograph the signed forms; the names of the pictures are all that tells them."""
    pictures = "".join(f'<img src="/img/BM{n}-1.jpg" alt="MẪU {n:02d}">' for n in (9, 10, 11, 12))
    more = article("Thực hiện công khai của nhà trường", f"<div>Ngày đăng: 10/09/2026</div>{pictures}")
    item = only(ledger('<a href="/bai">Thực hiện công khai của nhà trường</a>', more))
    assert item.forms == (9, 10, 11, 12)
    assert item.parts == {"commitment", "actual_quality", "conditions"}
    assert item.life is Life.LIVE


def test_the_parts_are_told_by_single_lines_of_a_long_article() -> None:
    lines = (
        PROSE * 5
        + "<p>Từ tháng 9 nhà trường niêm yết tại bảng tin bản cam kết chất lượng.</p>"
        + "".join(f"<p>Năm {year}: {year - 1700} học sinh tốt nghiệp và ra trường.</p>" for year in range(1990, 2020))
        + "<p>Phụ huynh có thể xem bm 07 tại bảng tin trước cổng trường.</p>"
        + "<p>Ở phòng tài vụ của trường phụ huynh xem được các khoản</p><p>thu năm học mới và nhiều nội dung khác.</p>"
    )
    item = only(ledger('<a href="/bai">Công khai năm học mới</a>', article("Công khai năm học mới", lines)))
    assert item.parts == {"commitment", "conditions"}  # "các khoản" and "thu năm học" stand in two lines


def test_an_article_among_the_news_is_a_disclosure_by_its_title() -> None:
    more = {
        "/tin-tuc": page(
            '<h1>Tin tức</h1><a href="/bai">Công khai quyết toán ngân sách năm 2025</a>', title="Tin tức", menu=MENU[:3]
        ),
        **article("Công khai quyết toán ngân sách năm 2025", f"<div>Ngày đăng: 03/06/2026</div>{PROSE}"),
    }
    pages = {key: value for key, value in FILLER.items() if key != "/"}
    found = facts_for(make_archive({"/": page("<p>Trang chủ</p>", menu=MENU[:3]), **pages, **more}))(Disclosures)
    assert [(item.parts, item.in_section) for item in found.items if item.life is Life.LIVE] == [
        (frozenset({"finance"}), False)
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Công khai tài chính công đoàn năm 2026",
        "Bốc thăm công khai thứ tự thi đấu cờ vua",
        "Công khai thủ tục hành chính của nhà trường",
        "Tập huấn công khai tài chính cho kế toán",
    ],
)
def test_other_senses_of_the_word_are_no_disclosures(title: str) -> None:
    pages = {
        "/": page(f'<a href="/bai">{title}</a>', menu=MENU[:3]),
        "/tin-tuc": page("<p>Tin</p>", menu=MENU[:3]),
        "/van-ban": page("<p>Văn bản</p>", menu=MENU[:3]),
        "/bai": page(f"<h1>{title}</h1><div>Ngày đăng: 03/06/2026</div>{PROSE}", title=title, menu=MENU[:3]),
    }
    assert facts_for(make_archive(pages))(Disclosures).items == ()


@pytest.mark.parametrize(
    ("body", "more", "attachments", "life"),
    [
        ('<a href="/f.pdf">Báo cáo công khai năm học</a>', {}, {"/f.pdf": b""}, Life.LIVE),
        ('<a href="/f.pdf">Báo cáo công khai năm học</a>', {}, {"/f.pdf": 404}, Life.DEAD_FILE),
        ('<a href="/f.pdf">Báo cáo công khai năm học</a>', {}, {"/f.pdf": b"<html>404</html>"}, Life.DEAD_FILE),
        ('<a href="/f.pdf">Báo cáo công khai năm học</a>', {}, {}, Life.UNSEEN),
        ('<a href="https://drive.google.com/file/d/x">Báo cáo công khai năm học</a>', {}, {}, Life.EXTERNAL),
        (
            '<a href="/bai">Báo cáo công khai năm học</a>',
            article("Báo cáo công khai năm học", "<p>Nội dung đang được cập nhật</p>"),
            {},
            Life.PLACEHOLDER,
        ),
        (
            '<a href="/bai">Báo cáo công khai năm học</a>',
            article("Báo cáo công khai năm học", f"<p>Bảng 2: nội dung đang được cập nhật</p>{PROSE}"),
            {},
            Life.LIVE,
        ),
        (
            '<a href="/bai">Báo cáo công khai năm học</a>',
            article("Báo cáo công khai năm học", f"{PROSE * 3}<p>Bảng 2: nội dung đang được cập nhật</p>"),
            {},
            Life.LIVE,
        ),
        (
            '<a href="/bai">Báo cáo công khai năm học</a>',
            article("Báo cáo công khai năm học", '<p><a href="/f.pdf">Tải về</a></p>'),
            {"/f.pdf": 404},
            Life.DEAD_FILE,
        ),
    ],
    ids=[
        "live",
        "404",
        "html instead of a file",
        "not fetched",
        "on a drive",
        "placeholder",
        "promise before the text",
        "promise behind the text",
        "article with a dead file",
    ],
)
def test_dead_files_and_placeholders_are_told_from_live_ones(
    body: str, more: dict[str, str], attachments: dict[str, bytes | int], life: Life
) -> None:
    assert only(ledger(body, more, attachments=attachments)).life is life


@pytest.mark.parametrize(
    ("title", "circular"),
    [
        ("Công khai theo Thông tư 36/2017/TT-BGDĐT", "36/2017/TT-BGDĐT"),
        ("Công khai theo TT 09/2024 của trường", "09/2024/TT-BGDĐT"),
        ("Công khai theo Thông tư 09/2009/TT-BGDĐT", "09/2009/TT-BGDĐT"),
        ("Công khai theo TT 09 của trường", ""),
    ],
)
def test_the_circular_is_named_only_where_it_is_certain(title: str, circular: str) -> None:
    item = only(ledger(f'<ul><li><a href="/f.pdf">{title}</a></li></ul>', attachments={"/f.pdf": b""}))
    assert item.circular == circular


def test_related_news_under_a_disclosure_are_not_disclosures() -> None:
    more = {
        **article(
            "Công khai chất lượng giáo dục",
            f"<div>Ngày đăng: 10/06/2026</div>{PROSE}<h3>Tin liên quan</h3>"
            '<a href="/tin/1">Lễ khai giảng năm học mới của trường</a>',
        ),
        "/tin/1": page(
            f"<h1>Lễ khai giảng năm học mới của trường</h1><div>Ngày đăng: 05/09/2026</div>{PROSE}"
            '<h3><a href="/bai">Công khai chất lượng giáo dục</a></h3>',
            title="Lễ khai giảng năm học mới của trường",
            menu=MENU,
        ),
    }
    found = ledger('<a href="/bai">Công khai chất lượng giáo dục</a>', more)
    assert [item.title for item in found.items] == ["Công khai chất lượng giáo dục"]


def test_parts_on_one_page_have_dates_of_their_own() -> None:
    body = (
        "<p>Công khai thu chi tài chính sáu tháng đầu năm, đăng ngày 17/06/2026: thu 214 triệu đồng, chi 208 triệu.</p>"
        "<p>Công khai cơ sở vật chất, đăng ngày 22/09/2026: 18 phòng học, 2 phòng bộ môn, 1 nhà đa năng.</p>"
    )
    found = {next(iter(item.parts)): item.dates[0].day for item in ledger(body).items}
    assert found == {"finance": date(2026, 6, 17), "conditions": date(2026, 9, 22)}


def test_a_part_that_waits_beside_parts_that_are_there() -> None:
    body = (
        "<h3>Cam kết chất lượng giáo dục</h3><p>Học sinh được học đủ chương trình và an toàn.</p>"
        "<h3>Thu chi tài chính</h3><p>Nội dung đang được cập nhật.</p>"
    )
    lives = {next(iter(item.parts)): item.life for item in ledger(body).items}
    assert lives == {"commitment": Life.LIVE, "finance": Life.PLACEHOLDER}


def test_a_part_put_off_in_one_line_is_no_disclosure_and_leaves_the_signature_to_the_others() -> None:
    body = (
        "<p>1. Cam kết chất lượng giáo dục của nhà trường</p><p>Học sinh được học đủ chương trình và an toàn.</p>"
        "<p>2. Thu chi tài chính: <i>đang cập nhật</i></p>"
        "<p>Tân Phú, ngày 20 tháng 8 năm 2026<br><b>HIỆU TRƯỞNG</b><br>Nguyễn Thị Hồng Cúc</p>"
    )
    found = {next(iter(item.parts)): item for item in ledger(body).items}
    assert {part: item.life for part, item in found.items()} == {
        "commitment": Life.LIVE,
        "finance": Life.PLACEHOLDER,
    }
    assert [one.day for one in found["commitment"].dates] == [date(2026, 8, 20)]


def test_a_heading_that_promises_more_does_not_hide_the_table_below_it() -> None:
    rows = "".join(f"<tr><td>Khoản thu {number}</td><td>{number} triệu đồng</td></tr>" for number in range(1, 6))
    body = (
        "<h3>Cam kết chất lượng giáo dục</h3><p>Học sinh được học đủ chương trình và an toàn.</p>"
        f"<h3>Thu chi tài chính (đang cập nhật)</h3><table><tr><td>Nội dung</td><td>Số tiền</td></tr>{rows}</table>"
    )
    assert {next(iter(item.parts)): item.life for item in ledger(body).items}["finance"] is Life.LIVE


def test_rows_of_a_table_are_disclosures_with_their_dates() -> None:
    body = """<table><tr><th>STT</th><th>Tên</th><th>Ngày đăng</th><th>Tải về</th></tr>
    <tr><td>1</td><td>Công khai cơ sở vật chất, đội ngũ</td><td>6/10/2026</td><td><a href="/a.pdf">Tải về</a></td></tr>
    <tr><td>2</td><td>Công khai các khoản thu</td><td>25/6/2026</td><td><a href="/b.pdf">Tải về</a></td></tr></table>"""
    found = ledger(body, attachments={"/a.pdf": b"", "/b.pdf": b""}).items
    assert [(item.title, item.parts, item.dates[0].day) for item in found] == [
        ("Công khai cơ sở vật chất, đội ngũ", frozenset({"conditions"}), date(2026, 10, 6)),
        ("Công khai các khoản thu", frozenset({"finance"}), date(2026, 6, 25)),
    ]


def test_the_button_of_an_accordion_announces_a_part() -> None:
    body = (
        '<div class="accordion"><h3><button>Chất lượng giáo dục</button></h3><div><p><a href="/ck.pdf">Cam kết chất '
        "lượng 2026-2027</a></p></div><h3><button>Cơ sở vật chất - Đội ngũ</button></h3><div><p>Đang cập nhật</p></div>"
        "</div>"
    )
    found = ledger(body, attachments={"/ck.pdf": b""})
    assert [item.life for item in found.of_part("conditions")] == [Life.PLACEHOLDER]
    assert [item.life for item in found.of_part("commitment")] == [Life.LIVE]

"""2.13.b and c: is one part of the "ba công khai" there?"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.disclosure import disclosure
from auditor.model import Cause, Finding, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Liên hệ", "/lien-he")]
PROSE = "<p>Nhà trường công khai đến phụ huynh và học sinh các nội dung theo quy định hiện hành của ngành giáo dục.</p>"


def judge(
    part: str, entry: tuple[str, str] | None = None, more: dict[str, str] | None = None, **archive: Any
) -> Finding:
    menu = [*MENU, entry] if entry else MENU
    pages = {
        "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=menu),
        "/tin-tuc": page("<h1>Tin tức</h1><p>Tin của nhà trường</p>", title="Tin tức", menu=menu),
        "/van-ban": page("<h1>Văn bản</h1><p>Văn bản của nhà trường</p>", title="Văn bản", menu=menu),
        "/lien-he": page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=menu),
        **{
            path: body if body.startswith("<!DOCTYPE") else page(body, title="Công khai", menu=menu)
            for path, body in (more or {}).items()
        },
    }
    return finding_of(disclosure, make_archive(pages, **archive), options={"part": part})


SECTION = ("Công khai", "/cong-khai")


@pytest.mark.parametrize(
    ("part", "title", "verdict"),
    [
        ("finance", "Công khai dự toán thu chi ngân sách năm 2026", Verdict.PASS),
        ("finance", "Công khai các khoản thu đầu năm học 2026-2027", Verdict.PASS),
        ("finance", "Công khai thông tin cơ sở vật chất", Verdict.FAIL),
        ("conditions", "Công khai thông tin cơ sở vật chất", Verdict.PASS),
        ("conditions", "Biểu mẫu 11 - Biểu mẫu 12", Verdict.PASS),
        ("conditions", "Báo cáo thường niên năm 2025", Verdict.PASS),
        ("finance", "Báo cáo thường niên năm 2025", Verdict.PASS),
        ("conditions", "Công khai theo Thông tư 36/2017/TT-BGDĐT", Verdict.PARTIAL),
    ],
)
def test_the_title_of_a_file_tells_the_part(part: str, title: str, verdict: Verdict) -> None:
    body = f'<h1>Công khai</h1><ul><li><a href="/f.pdf">{title}</a></li></ul>'
    found = judge(part, SECTION, {"/cong-khai": body}, attachments={"/f.pdf": b""})
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("entry", "more", "archive", "verdict", "reason"),
    [
        (("Công khai tài chính", "/tc"), {}, {"failures": {"/tc": 404}}, Verdict.PARTIAL, Reason.LINK_DEAD),
        (
            ("Công khai tài chính", "/tc"),
            {"/tc": "<h1>Công khai tài chính</h1><p>Nội dung đang được cập nhật</p>"},
            {},
            Verdict.PARTIAL,
            Reason.PLACEHOLDER,
        ),
        (("Công khai tài chính", "#"), {}, {}, Verdict.PARTIAL, Reason.LINK_DEAD),
        (
            ("Công khai tài chính", "/tc"),
            {},
            {"end": {"forbidden": ("/tc",)}},
            Verdict.UNDETERMINED,
            Reason.ROBOTS_FORBID,
        ),
        (
            ("Công khai tài chính", "/tc"),
            {},
            {"failures": {"/tc": Cause.TIMEOUT}},
            Verdict.UNDETERMINED,
            Reason.CRAWL_CUT_SHORT,
        ),
        (None, {}, {}, Verdict.FAIL, Reason.NOT_FOUND),
        (
            ("Công khai tài chính", "/tc"),
            {"/tc": f"<h1>Công khai tài chính</h1>{PROSE}{PROSE}"},
            {},
            Verdict.PASS,
            Reason.FOUND,
        ),
    ],
    ids=["dead link", "placeholder", "leads nowhere", "robots.txt", "timeout", "absent", "text of its own"],
)
def test_announcements_and_what_is_behind_them(
    entry: tuple[str, str] | None,
    more: dict[str, str],
    archive: dict[str, Any],
    verdict: Verdict,
    reason: Reason,
) -> None:
    found = judge("finance", entry, more, **archive)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_dead_file_discloses_nothing() -> None:
    body = '<h1>Công khai</h1><ul><li><a href="/f.pdf">Công khai dự toán năm 2026</a></li></ul>'
    found = judge("finance", SECTION, {"/cong-khai": body}, attachments={"/f.pdf": 404})
    assert (found.verdict, found.reason) == (Verdict.PARTIAL, Reason.LINK_DEAD)


def post(title: str) -> Finding:
    """The verdict on finance of a portal that has one post, linked from its home page."""
    return judge(
        "finance",
        more={
            "/": page(f'<p><a href="/tin/1">{title}</a></p>', menu=MENU),
            "/tin/1": page(f"<h1>{title}</h1><div>Ngày đăng: 05/06/2026</div>{PROSE}", title=title, menu=MENU),
        },
    )


def test_a_post_without_any_menu_is_a_disclosure() -> None:
    assert post("Công khai quyết toán ngân sách năm 2025").verdict is Verdict.PASS


def test_the_trade_union_s_money_is_not_the_school_s() -> None:
    assert post("Công khai tài chính công đoàn năm 2026").verdict is Verdict.FAIL


@pytest.mark.parametrize("years", [1, 3])
def test_a_row_that_opens_a_scan_as_a_picture_is_a_disclosure(years: int) -> None:
    """Two rows are read as one article, more as a list."""
    rows = "".join(
        f'<tr><td>{form}</td><td>20/09/{year}</td><td><a href="/{name}-{year}.{kind}">Xem</a></td></tr>'
        for year in range(2026 - years, 2026)
        for form, name, kind in (
            ("Biểu mẫu 09 - Cam kết chất lượng", "bm09", "pdf"),
            ("Biểu mẫu 11 - Cơ sở vật chất", "anh", "jpg"),
        )
    )
    body = f"<h1>Công khai</h1><table><tr><td>Nội dung</td><td>Ngày đăng</td><td>Tệp</td></tr>{rows}</table>"
    names = ("bm09-{}.pdf", "anh-{}.jpg")
    files = {f"/{name.format(year)}": b"" for year in range(2026 - years, 2026) for name in names}
    assert judge("conditions", SECTION, {"/cong-khai": body}, attachments=files).verdict is Verdict.PASS
    assert judge("finance", SECTION, {"/cong-khai": body}, attachments=files).verdict is Verdict.FAIL


ACCORDION = (
    "<h1>Thông tin công khai</h1><p>Thực hiện Thông tư 09/2024/TT-BGDĐT của Bộ Giáo dục và Đào tạo.</p>"
    '<h2>Cam kết chất lượng giáo dục</h2><div><a href="/ck.pdf">Cam kết chất lượng giáo dục năm học 2025-2026</a> '
    "<small>Đăng ngày 10/07/2026</small></div><h2>Chất lượng giáo dục thực tế</h2><div>Đang cập nhật</div>"
    '<h2>Điều kiện đảm bảo chất lượng</h2><div><a href="/dk.pdf">Cơ sở vật chất và đội ngũ</a> '
    "<small>Đăng ngày 15/09/2026</small></div>"
    '<h2>Thu chi tài chính</h2><div><a href="/tc.xlsx">Công khai thu, chi tài chính năm 2025</a> '
    "<small>Đăng ngày 10/07/2026</small></div>"
)


@pytest.mark.parametrize(
    ("part", "dead", "verdict"),
    [
        ("conditions", "", Verdict.PASS),
        ("conditions", "/dk.pdf", Verdict.PARTIAL),
        ("commitment", "/dk.pdf", Verdict.PASS),
        ("finance", "/dk.pdf", Verdict.PASS),
        ("actual_quality", "/dk.pdf", Verdict.PARTIAL),
    ],
)
def test_a_page_with_several_entries_is_told_entry_by_entry(part: str, dead: str, verdict: Verdict) -> None:
    files: dict[str, bytes | int] = {path: 404 if path == dead else b"" for path in ("/ck.pdf", "/dk.pdf", "/tc.xlsx")}
    assert judge(part, SECTION, {"/cong-khai": ACCORDION}, attachments=files).verdict is verdict


def _categories(finance: str) -> Finding:
    """A front page of a section that lists its sub-sections, which stand in the menu, too."""
    menu = [
        *MENU,
        ("Công khai", "/ck"),
        ("Năm học 2024-2025", "/ck/24"),
        ("Năm học 2023-2024", "/ck/23"),
        ("Công khai tài chính", "/ck/tc"),
    ]
    listed = "".join(
        f'<li><a href="{path}">{label}</a> <dl><dt>Số bài viết:</dt><dd>{count}</dd></dl></li>'
        for (label, path), count in zip(menu[-3:], (3, 1, 0), strict=True)
    )
    bodies = {
        "/": "<p>Chào mừng</p>",
        "/ck": f"<h2>Công khai</h2><ul>{listed}</ul>",
        "/ck/24": '<h2>Năm học 2024-2025</h2><a href="/a.pdf">Biểu mẫu 05: Cam kết chất lượng giáo dục</a>',
        "/ck/23": '<h2>Năm học 2023-2024</h2><a href="/b.pdf">Biểu mẫu 06: Chất lượng giáo dục thực tế</a>',
        "/ck/tc": f"<h2>Công khai tài chính</h2>{finance}",
        **{path: f"<h1>{label}</h1><p>Trang {label} của trường</p>" for label, path in MENU[1:]},
    }
    pages = {path: page(body, menu=menu) for path, body in bodies.items()}
    return finding_of(
        disclosure, make_archive(pages, attachments={"/a.pdf": b"", "/b.pdf": b""}), options={"part": "finance"}
    )


def test_a_list_of_categories_discloses_nothing_itself() -> None:
    assert _categories("<p>Không có bài viết nào trong chuyên mục này.</p>").verdict is Verdict.PARTIAL
    assert _categories('<a href="/a.pdf">Công khai dự toán thu chi ngân sách năm 2026</a>').verdict is Verdict.PASS


@pytest.mark.parametrize(("status", "verdict"), [(404, Verdict.PARTIAL), (b"", Verdict.PASS)])
def test_a_yearly_report_whose_file_is_dead_passes_nothing(status: bytes | int, verdict: Verdict) -> None:
    """The list of reports shows the title of one, as the newest posts beside every page do."""
    title = "Báo cáo thường niên năm 2025"
    newest = f'<aside><ul><li><a href="/bc/1">{title}</a> <small>12/06/2026</small></li></ul></aside>'
    menu = [*MENU, ("Báo cáo thường niên", "/bc")]
    bodies = {
        "/": "<p>Chào mừng</p>",
        "/bc": f'<h2>Báo cáo thường niên</h2><h3><a href="/bc/1">{title}</a></h3><p>12/06/2026 15:40 176</p>',
        "/bc/1": f'<h1>{title}</h1><p>Ngày đăng: 12/06/2026</p><p>Xem báo cáo: <a href="/bc.pdf">bc.pdf</a></p>',
        **{path: f"<h1>{label}</h1><p>Trang {label} của trường</p>" for label, path in MENU[1:]},
    }
    pages = {path: page(body + newest, menu=menu) for path, body in bodies.items()}
    archive = make_archive(pages, attachments={"/bc.pdf": status})
    assert finding_of(disclosure, archive, options={"part": "finance"}).verdict is verdict


@pytest.mark.parametrize(
    ("heading", "verdict", "reason"),
    [
        ("<h1>Công khai thu chi</h1>", Verdict.PASS, Reason.FOUND),
        ("<h2>Công khai thu chi</h2>", Verdict.PASS, Reason.FOUND),
        ("<h3>Trường Mầm non Mẫu</h3><p>Công khai thu chi</p>", Verdict.MANUAL, Reason.NEEDS_PERSON),
    ],
)
def test_a_dated_page_is_known_by_its_heading_though_its_title_is_short(
    heading: str, verdict: Verdict, reason: Reason
) -> None:
    """A table of fees that stands there must not be called one that cannot be opened."""
    rows = "<tr><td>Học phí Nhà trẻ</td><td>3.900.000 đ/tháng</td></tr><tr><td>Tiền ăn</td><td>55.000 đ</td></tr>"
    body = f"{heading}<p>Ngày đăng: 05/09/2026</p><table>{rows}</table>"
    menu = [*MENU, ("Thu chi", "/thu-chi")]
    fees = page(body, title="Mầm non Mẫu - Thu chi", menu=menu)
    found = judge("finance", ("Thu chi", "/thu-chi"), {"/thu-chi": fees})
    assert (found.verdict, found.reason) == (verdict, reason), found.summary

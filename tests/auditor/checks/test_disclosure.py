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

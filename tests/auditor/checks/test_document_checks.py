"""2.5.a to c and 4.4: what the list of documents shows, and how new it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from auditor.checks.document_access import document_access
from auditor.checks.document_dates import document_dates
from auditor.checks.document_origin import document_origin
from auditor.checks.document_timeliness import document_timeliness
from auditor.model import Cause, Finding, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Liên hệ", "/lien-he")]
SHARE = {"min_share": 0.8}
AGE = {"pass_days": 60, "partial_days": 180}
EVERY_CHECK: list[tuple[Callable[..., Finding], Mapping[str, Any]]] = [
    (document_origin, SHARE),
    (document_dates, SHARE),
    (document_access, {}),
    (document_timeliness, AGE),
]


def judge(
    check: Callable[..., Finding],
    options: Mapping[str, Any],
    body: str | None,
    *,
    announced: bool = True,
    **archive: Any,
) -> Finding:
    menu = MENU if announced else [entry for entry in MENU if entry[1] != "/van-ban"]
    pages = {path: page(f"<h1>{label}</h1><p>Trang {label}</p>", title=label, menu=menu) for label, path in menu}
    pages.pop("/van-ban", None)
    if body is not None:
        pages["/van-ban"] = page(f"<h1>Văn bản</h1>{body}", title="Văn bản", menu=menu)
    return finding_of(check, make_archive(pages, **archive), options=options)


def table(*rows: tuple[str, str, str, str], columns: str = "Số ký hiệu|Ngày ban hành|Trích yếu|Tệp") -> str:
    head = "".join(f"<th>{column}</th>" for column in columns.split("|"))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


ORDER = ("12/QĐ-SGDĐT", "05/10/2026", "Về khen thưởng học sinh", '<a href="/a.pdf">Tải về</a>')
NOTE = ("15", "06/10/2026", "Phân công trực của tổ bảo vệ", "")


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (table(ORDER, ORDER), Verdict.PASS),
        (table(ORDER, ORDER, ORDER, ORDER, NOTE), Verdict.PASS),
        (table(ORDER, NOTE), Verdict.PARTIAL),
        (table(NOTE, NOTE), Verdict.FAIL),
        ("<ul><li><a href='/1'>Kế hoạch hoạt động của tổ Toán</a></li></ul>", Verdict.PARTIAL),
        ("<ul><li><a href='/1'>Phân công trực của tổ bảo vệ</a></li></ul>", Verdict.FAIL),
        (
            table(
                ("Quyết định", "Sở GD&ĐT", "Về khen thưởng học sinh", ""),
                columns="Loại văn bản|Cơ quan ban hành|Trích yếu|Tệp",
            ),
            Verdict.PASS,
        ),
    ],
)
def test_form_and_authority(body: str, verdict: Verdict) -> None:
    distinct = body.replace("khen thưởng", "khen thưởng đợt {}")
    for number in range(body.count("khen thưởng")):
        distinct = distinct.replace("{}", str(number), 1)
    assert judge(document_origin, SHARE, distinct).verdict is verdict


@pytest.mark.parametrize(
    ("columns", "row", "verdict"),
    [
        (
            "Số ký hiệu|Ngày ban hành|Trích yếu|Ngày hiệu lực",
            ("1/QĐ-A", "05/10/2026", "Về việc khen thưởng", "06/10/2026"),
            Verdict.PASS,
        ),
        (
            "Số ký hiệu|Ngày ban hành|Trích yếu|Trạng thái",
            ("1/QĐ-A", "05/10/2026", "Về việc khen thưởng", "Còn hiệu lực"),
            Verdict.PASS,
        ),
        (
            "Số ký hiệu|Ngày ban hành|Trích yếu|Tệp",
            ("1/QĐ-A", "05/10/2026", "Về việc khen thưởng", ""),
            Verdict.PARTIAL,
        ),
        (
            "Số ký hiệu|Ngày đăng|Trích yếu|Tệp",
            ("", "05/10/2026", "Về việc khen thưởng", '<a href="/a.pdf">Tải</a>'),
            Verdict.FAIL,
        ),
        (
            "Số ký hiệu|Ngày ban hành|Trích yếu|Trạng thái",
            ("", "", "Về việc khen thưởng", "Còn hiệu lực"),
            Verdict.PARTIAL,
        ),
        ("Số ký hiệu|Ngày đăng|Trích yếu|Tệp", ("1/QĐ-A", "05/10/2026", "Về việc khen thưởng", ""), Verdict.PARTIAL),
    ],
    ids=["effect date", "effect state", "no effect", "day of posting only", "state only", "number only"],
)
def test_number_issue_date_and_effect(columns: str, row: tuple[str, str, str, str], verdict: Verdict) -> None:
    assert judge(document_dates, SHARE, table(row, columns=columns)).verdict is verdict


SEARCH = (
    "<form action='/van-ban'><input name='so' placeholder='Số/Ký hiệu'>"
    "<select name='loai'><option>Tất cả loại văn bản</option></select><button>Tìm</button></form>"
)


@pytest.mark.parametrize(
    ("body", "archive", "verdict"),
    [
        (table(ORDER) + SEARCH, {"attachments": {"/a.pdf": b""}}, Verdict.PASS),
        (table(ORDER), {"attachments": {"/a.pdf": b""}}, Verdict.PARTIAL),
        (table(ORDER) + SEARCH, {"attachments": {"/a.pdf": 404}}, Verdict.PARTIAL),
        (table(ORDER) + SEARCH, {"attachments": {"/a.pdf": b"<html>x</html>"}}, Verdict.PARTIAL),
        (table(ORDER) + SEARCH, {}, Verdict.UNDETERMINED),
        (table(ORDER).replace("/a.pdf", "https://drive.google.com/file/d/x") + SEARCH, {}, Verdict.PARTIAL),
        (table(NOTE) + SEARCH, {}, Verdict.PARTIAL),
    ],
    ids=["all", "no search", "dead file", "a page for a file", "file not fetched", "file on a drive", "no file"],
)
def test_abstract_file_and_search(body: str, archive: dict[str, Any], verdict: Verdict) -> None:
    assert judge(document_access, {}, body, **archive).verdict is verdict


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        ("21/08/2026", Verdict.PASS),
        ("20/08/2026", Verdict.PARTIAL),
        ("23/04/2026", Verdict.PARTIAL),
        ("22/04/2026", Verdict.FAIL),
        ("25/12/2026", Verdict.MANUAL),
        ("", Verdict.MANUAL),
    ],
    ids=["60 days", "61 days", "180 days", "181 days", "in the future", "undated"],
)
def test_the_age_of_the_newest_document(day: str, verdict: Verdict) -> None:
    body = table(("1/QĐ-A", day, "Về việc khen thưởng học sinh", '<a href="/a.pdf">Tải</a>'))
    assert judge(document_timeliness, AGE, body).verdict is verdict


def test_the_day_of_posting_goes_before_the_day_of_issue() -> None:
    body = table(
        ("1/QĐ-A", "01/02/2020", "Về việc khen thưởng", "10/10/2026"),
        columns="Số ký hiệu|Ngày ban hành|Trích yếu|Ngày đăng",
    )
    assert judge(document_timeliness, AGE, body).verdict is Verdict.PASS


@pytest.mark.parametrize(("check", "options"), EVERY_CHECK)
def test_no_section_fails(check: Callable[..., Finding], options: Mapping[str, Any]) -> None:
    found = judge(check, options, None, announced=False)
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.NOT_FOUND)


@pytest.mark.parametrize(("check", "options"), EVERY_CHECK)
@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        ({"failures": {"/van-ban": Cause.TIMEOUT}}, Reason.CRAWL_CUT_SHORT),
        ({"end": {"forbidden": ("/van-ban",)}}, Reason.ROBOTS_FORBID),
    ],
)
def test_a_section_that_could_not_be_read_is_undetermined(
    check: Callable[..., Finding], options: Mapping[str, Any], archive: dict[str, Any], reason: Reason
) -> None:
    found = judge(check, options, None, **archive)
    assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, reason)


@pytest.mark.parametrize(("check", "options"), EVERY_CHECK)
@pytest.mark.parametrize(
    ("body", "archive", "reason"),
    [
        ("<p>Nội dung đang được cập nhật</p>", {}, Reason.PLACEHOLDER),
        (None, {"failures": {"/van-ban": 404}}, Reason.LINK_DEAD),
    ],
)
def test_an_announced_section_without_documents_fails(
    check: Callable[..., Finding],
    options: Mapping[str, Any],
    body: str | None,
    archive: dict[str, Any],
    reason: Reason,
) -> None:
    found = judge(check, options, body, **archive)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


def test_a_list_on_the_home_page_whose_section_cannot_be_opened_is_not_held_against_the_school() -> None:
    home = page(
        "<h2>Văn bản</h2><ul><li><a href='/vb/1'>Phân công trực của tổ bảo vệ</a></li><li>25/09/2026</li>"
        "<li><a href='/vb/2'>Lịch trực của tổ văn phòng</a></li><li>12/09/2026</li></ul>",
        menu=MENU,
    )
    made = make_archive({"/": home}, failures={"/van-ban": 404, "/vb/1": 404, "/vb/2": 404})
    assert finding_of(document_origin, made, options=SHARE).verdict is Verdict.UNDETERMINED
    assert finding_of(document_timeliness, made, options=AGE, as_of=date(2026, 10, 20)).verdict is Verdict.PASS


@pytest.mark.parametrize(("check", "options"), EVERY_CHECK)
def test_content_in_which_no_document_is_recognised_is_left_to_a_person(
    check: Callable[..., Finding], options: Mapping[str, Any]
) -> None:
    body = "<p>Nhà trường tiếp nhận và phát hành văn bản vào các buổi sáng trong tuần, tại phòng hành chính.</p>"
    found = judge(check, options, body)
    assert (found.verdict, found.reason) == (Verdict.MANUAL, Reason.NEEDS_PERSON)

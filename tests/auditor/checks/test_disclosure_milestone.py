"""2.13.d and e: was anything disclosed in June and in September?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.attachments import AttachmentText
from auditor.checks.disclosure_milestone import disclosure_milestone
from auditor.milestones import window
from auditor.model import Capture, Cause, Finding, Reason, Verdict
from tests.auditor.portal_maker import FETCHED_AT, HOST, finding_of, make_archive, page

MENU = [
    ("Trang chủ", "/"),
    ("Tin tức", "/tin-tuc"),
    ("Văn bản", "/van-ban"),
    ("Công khai", "/cong-khai"),
    ("Liên hệ", "/lien-he"),
]
JUNE = {"month": 6, "late_days": 60, "early_days": 30}
SEPTEMBER = {"month": 9, "late_days": 60, "early_days": 30}
AS_OF = date(2026, 10, 20)


def portal(body: str | None, more: dict[str, str] | None = None) -> dict[str, str]:
    menu = MENU if body is not None else MENU[:3]
    pages = {
        "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=menu),
        "/tin-tuc": page("<h1>Tin tức</h1><p>Tin của nhà trường</p>", title="Tin tức", menu=menu),
        "/van-ban": page("<h1>Văn bản</h1><p>Văn bản của nhà trường</p>", title="Văn bản", menu=menu),
        **(more or {}),
    }
    if body is not None:
        pages["/lien-he"] = page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=menu)
        pages["/cong-khai"] = page(f"<h1>Công khai</h1>{body}", title="Công khai", menu=menu)
    return pages


def judge(
    body: str | None,
    more: dict[str, str] | None = None,
    *,
    options: dict[str, int] = JUNE,
    as_of: date = AS_OF,
    **archive: Any,
) -> Finding:
    made = make_archive(portal(body, more), **archive)
    return finding_of(disclosure_milestone, made, options=options, as_of=as_of)


def listed(day: str, title: str = "Báo cáo công khai của trường") -> str:
    return f'<ul><li><a href="/f.pdf">{title}</a> {day}</li></ul>'


LIVE: dict[str, Any] = {"attachments": {"/f.pdf": b""}}


@pytest.mark.parametrize(
    ("day", "verdict", "reason"),
    [
        ("01/06/2026", Verdict.PASS, Reason.FOUND),
        ("30/06/2026", Verdict.PASS, Reason.FOUND),
        ("01/07/2026", Verdict.PARTIAL, Reason.LATE),
        ("29/08/2026", Verdict.PARTIAL, Reason.LATE),
        ("30/08/2026", Verdict.FAIL, Reason.STALE),
        ("31/05/2026", Verdict.PARTIAL, Reason.EARLY),
        ("02/05/2026", Verdict.PARTIAL, Reason.EARLY),
        ("01/05/2026", Verdict.FAIL, Reason.STALE),
        ("15/06/2025", Verdict.FAIL, Reason.STALE),
    ],
)
def test_the_days_around_june(day: str, verdict: Verdict, reason: Reason) -> None:
    found = judge(listed(day), **LIVE)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        ("01/09/2026", Verdict.PASS),
        ("30/09/2026", Verdict.PASS),
        ("05/10/2026", Verdict.PARTIAL),
        ("02/08/2026", Verdict.PARTIAL),
        ("01/08/2026", Verdict.FAIL),
        ("25/10/2026", Verdict.MANUAL),
    ],
)
def test_the_days_around_september(day: str, verdict: Verdict) -> None:
    """The last case lies after the as-of date: it is as if the disclosure were undated."""
    assert judge(listed(day), options=SEPTEMBER, **LIVE).verdict is verdict


@pytest.mark.parametrize(
    ("month", "as_of", "year"),
    [
        (6, date(2026, 6, 29), 2025),
        (6, date(2026, 6, 30), 2026),
        (6, date(2026, 7, 1), 2026),
        (6, date(2026, 1, 1), 2025),
        (9, date(2026, 9, 30), 2026),
        (9, date(2026, 9, 1), 2025),
        (2, date(2028, 2, 29), 2028),
    ],
)
def test_the_latest_such_month_that_has_ended(month: int, as_of: date, year: int) -> None:
    first, last = window(month, as_of)
    assert (first.year, first.month, first.day, last.month) == (year, month, 1, month)


@pytest.mark.parametrize(
    ("title", "verdict"),
    [
        ("Công khai tài chính tháng 6/2026", Verdict.PASS),
        ("Công khai tài chính tháng 7/2026", Verdict.PARTIAL),
        ("Công khai tài chính tháng 5/2026", Verdict.PARTIAL),
        ("Công khai tài chính tháng 3/2026", Verdict.FAIL),
        ("Công khai tài chính năm học 2025-2026", Verdict.MANUAL),
        ("Công khai tài chính quý 2 năm 2026", Verdict.MANUAL),
        ("Công khai theo Thông tư 09/2024/TT-BGDĐT ngày 03/6/2024", Verdict.MANUAL),
    ],
)
def test_dates_in_the_title_only(title: str, verdict: Verdict) -> None:
    assert judge(listed("", title), **LIVE).verdict is verdict


def test_one_dated_disclosure_decides_and_the_summary_names_its_part() -> None:
    body = listed("20/06/2026", "Công khai thu chi tài chính") + listed("", "Cam kết chất lượng giáo dục").replace(
        "f.pdf", "g.pdf"
    )
    found = judge(body, attachments={"/f.pdf": b"", "/g.pdf": b""})
    assert found.verdict is Verdict.PASS
    assert "thu chi tài chính" in found.summary
    assert "cam kết" not in found.summary


def test_no_disclosure_at_all_fails() -> None:
    found = judge(None)
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.NOT_FOUND)
    assert found.evidence


@pytest.mark.parametrize(
    ("body", "archive", "reason"),
    [
        (listed("20/06/2026"), {"attachments": {"/f.pdf": 404}}, Reason.LINK_DEAD),
        (listed("20/06/2026"), {"attachments": {"/f.pdf": b"<html></html>"}}, Reason.LINK_DEAD),
        ("<p>Nội dung đang được cập nhật</p>", {}, Reason.PLACEHOLDER),
        ("", {}, Reason.PLACEHOLDER),
    ],
    ids=["404", "a page instead of the file", "placeholder", "empty"],
)
def test_an_entry_with_dead_files_or_placeholders_only_fails(
    body: str, archive: dict[str, Any], reason: Reason
) -> None:
    found = judge(body, **archive)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


def test_a_dead_menu_entry_fails() -> None:
    pages = portal("x")
    del pages["/cong-khai"]
    made = make_archive(pages, failures={"/cong-khai": 404})
    found = finding_of(disclosure_milestone, made, options=JUNE)
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.LINK_DEAD)


@pytest.mark.parametrize(
    ("failures", "end", "reason"),
    [
        ({}, {"forbidden": ("/cong-khai",)}, Reason.ROBOTS_FORBID),
        ({"/cong-khai": Cause.TIMEOUT}, {}, Reason.CRAWL_CUT_SHORT),
        ({}, {}, Reason.CRAWL_CUT_SHORT),
    ],
    ids=["robots.txt", "timeout", "not visited"],
)
def test_what_could_not_be_read_is_undetermined(
    failures: dict[str, Cause], end: dict[str, Any], reason: Reason
) -> None:
    pages = portal("x")
    del pages["/cong-khai"]
    found = finding_of(disclosure_milestone, make_archive(pages, failures=failures, end=end), options=JUNE)
    assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, reason)


def test_an_undated_disclosure_that_was_not_read_leaves_it_open() -> None:
    body = '<a href="/cu">Báo cáo công khai năm học</a>' + listed("15/06/2025")
    assert judge(body, **LIVE).verdict is Verdict.UNDETERMINED
    old = '<a href="/cu">Công khai quyết toán năm học 2018-2019</a>' + listed("15/06/2025")
    assert judge(old, **LIVE).verdict is Verdict.FAIL


def test_news_of_june_beside_an_old_disclosure_do_not_count() -> None:
    more = {
        "/tin-tuc": page(
            "<h1>Tin tức</h1><div><a href='/tin/1'>Tổng kết năm học của nhà trường</a><p>20/06/2026</p></div>",
            title="Tin tức",
            menu=MENU,
        )
    }
    assert judge(listed("15/06/2024"), more, **LIVE).verdict is Verdict.FAIL


def test_last_modified_dates_a_file_that_nothing_else_dates() -> None:
    file = Capture(
        f"http://{HOST}/f.pdf",
        200,
        (("content-type", "application/pdf"), ("last-modified", "Tue, 16 Jun 2026 08:00:00 GMT")),
        b"%PDF-1.4 x",
        FETCHED_AT,
        role="attachment",
    )
    assert judge(listed(""), attachments={"/f.pdf": file}).verdict is Verdict.PASS


def test_the_same_archive_judged_for_an_earlier_day() -> None:
    assert judge(listed("20/06/2026"), as_of=date(2026, 5, 1), **LIVE).verdict is Verdict.MANUAL


def signed(monkeypatch: pytest.MonkeyPatch, found: AttachmentText, *, modified: str = "", **more: Any) -> Finding:
    """The answer for one file under the menu of disclosures that nothing but itself dates."""
    monkeypatch.setattr("auditor.facts.disclosures.read_apart", lambda body, type, name: found)
    headers = (("content-type", "application/pdf"), *((("last-modified", modified),) if modified else ()))
    file = Capture(f"http://{HOST}/f.pdf", 200, headers, b"%PDF-1.4" + b"x" * 2000, FETCHED_AT, role="attachment")
    return judge(listed("", "Công khai chất lượng giáo dục"), attachments={"/f.pdf": file}, **more)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Bến Vân, ngày 15 tháng 6 năm 2026\nHIỆU TRƯỞNG", Verdict.PASS),
        ("Theo Thông tư số 36/2017/TT-BGDĐT ngày 28 tháng 12 năm 2017\nngày 15 tháng 6 năm 2026", Verdict.PASS),
        ("Bến Vân, ngày 28 tháng 5 năm 2026", Verdict.PARTIAL),
        ("Bến Vân, ngày 15 tháng 6 năm 2021", Verdict.FAIL),
        ("Theo Thông tư số 36/2017/TT-BGDĐT ngày 28 tháng 12 năm 2017", Verdict.MANUAL),
        ("Học sinh nhập học từ ngày 15 tháng 6 năm 2026 tại văn phòng nhà trường", Verdict.MANUAL),
    ],
)
def test_the_signature_line_in_a_file_dates_it(monkeypatch: pytest.MonkeyPatch, text: str, verdict: Verdict) -> None:
    assert signed(monkeypatch, AttachmentText(text)).verdict is verdict


def test_the_signature_goes_before_metadata_and_last_modified(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old form uploaded again in June is not this June's disclosure."""
    text = AttachmentText("Bến Vân, ngày 15 tháng 6 năm 2021", modified=date(2026, 6, 20))
    assert signed(monkeypatch, text, modified="Sat, 20 Jun 2026 02:00:00 GMT").verdict is Verdict.FAIL
    bare = AttachmentText("Công khai chất lượng", modified=date(2026, 6, 20))
    assert signed(monkeypatch, bare, modified="Wed, 20 Jan 2021 02:00:00 GMT").verdict is Verdict.PASS


@pytest.mark.parametrize("problem", ["killed", "too_large"])
def test_a_file_that_our_limits_kept_closed_is_never_a_fail(monkeypatch: pytest.MonkeyPatch, problem: str) -> None:
    found = signed(monkeypatch, AttachmentText(problem=problem), modified="Wed, 20 Jan 2021 02:00:00 GMT")
    assert found.verdict is Verdict.MANUAL


def test_a_scan_keeps_the_date_of_its_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    found = signed(monkeypatch, AttachmentText(problem="no_text"), modified="Sat, 20 Jun 2026 02:00:00 GMT")
    assert found.verdict is Verdict.PASS


def test_an_update_within_the_month_counts_and_is_named() -> None:
    body = '<ul><li><a href="/bai">Cam kết chất lượng giáo dục</a></li></ul>'
    stamps = "<div>Ngày tạo - 12 Tháng 9 2025</div><div>Lần cập nhật cuối - 18 Tháng 9 2026</div>"
    prose = "<p>Nhà trường cam kết với phụ huynh và học sinh về chất lượng dạy và học trong năm học mới này.</p>"
    title = "Cam kết chất lượng giáo dục"
    more = {"/bai": page(f"<h1>{title}</h1>{stamps}{prose}", title=title, menu=MENU)}
    found = judge(body, more, options=SEPTEMBER)
    assert found.verdict is Verdict.PASS
    assert "18/09/2026" in found.summary

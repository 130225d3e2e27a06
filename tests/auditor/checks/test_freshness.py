"""1.2: how old is the newest publication?"""

from __future__ import annotations

from datetime import date

import pytest

from auditor.checks.freshness import freshness
from auditor.model import Finding, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Liên hệ", "/lien-he")]
OPTIONS = {"pass_days": 30, "partial_days": 90}
TEXT = "<p>Nhà trường đã tổ chức hoạt động này trong niềm vui của thầy và trò toàn trường sáng nay.</p>"


def judge(news: str, *, documents: str = "", top: str = "", as_of: date = date(2026, 10, 20)) -> Finding:
    pages = {
        "/": page(f"{top}<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
        "/tin-tuc": page(f"{top}<h1>Tin tức</h1>{news}", title="Tin tức", menu=MENU),
        "/van-ban": page(f"{top}<h1>Văn bản</h1>{documents}", title="Văn bản", menu=MENU),
        "/lien-he": page(f"{top}<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=MENU),
    }
    return finding_of(freshness, make_archive(pages), options=OPTIONS, as_of=as_of)


def item(day: str, title: str = "Nhà trường tổ chức hội thi văn nghệ") -> str:
    return f"<div><h3><a href='/tin/{len(title)}'>{title}</a></h3><span>{day}</span></div>"


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        ("20/10/2026", Verdict.PASS),
        ("20/09/2026", Verdict.PASS),
        ("19/09/2026", Verdict.PARTIAL),
        ("22/07/2026", Verdict.PARTIAL),
        ("21/07/2026", Verdict.FAIL),
        ("07/11/2017", Verdict.FAIL),
    ],
)
def test_the_limits_of_age(day: str, verdict: Verdict) -> None:
    found = judge(item(day))
    assert found.verdict is verdict
    assert f"{day}" in found.summary


def test_a_listed_document_counts_by_its_day() -> None:
    table = (
        "<table><tr><th>Số ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr>"
        "<tr><td>1/KH-A</td><td>12/10/2026</td><td>Kế hoạch năm học</td></tr></table>"
    )
    assert judge(item("01/01/2026"), documents=table).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "top",
    [
        "<div class='clock'>Thứ ba, 20/10/2026</div>",
        "<div class='clock'>Tuesday, 20/10/2026 - 08:15</div>",
        "<div class='footer-note'>© 2026. Hôm nay: 20. Tổng: 20.102.026</div>",
        "<p>Lịch tuần: từ ngày 19/10/2026 đến ngày 25/10/2026</p>",
    ],
)
def test_clocks_counters_and_calendars_do_not_freshen(top: str) -> None:
    assert judge(item("01/03/2026"), top=top).verdict is Verdict.FAIL


def test_a_date_in_the_future_is_ignored() -> None:
    assert judge(item("01/03/2026") + item("01/12/2026", "Hội nghị phụ huynh sắp được tổ chức")).verdict is Verdict.FAIL


def test_articles_without_dates_need_a_person() -> None:
    pages = {
        "/": page("<a href='/tin/1'>Nhà trường tổ chức hội thi văn nghệ</a>", menu=MENU[:1]),
        "/tin/1": page(
            f"<h1>Nhà trường tổ chức hội thi văn nghệ</h1>{TEXT}", title="Nhà trường tổ chức hội thi văn nghệ"
        ),
    }
    found = finding_of(freshness, make_archive(pages), options=OPTIONS)
    assert (found.verdict, found.reason) == (Verdict.MANUAL, Reason.UNDATABLE)


def test_a_portal_without_publications_fails() -> None:
    found = judge("")
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.NOT_FOUND)


def test_the_same_archive_judged_for_an_earlier_day() -> None:
    news = item("10/09/2026") + item("01/06/2026", "Lễ tổng kết năm học của nhà trường")
    assert judge(news, as_of=date(2026, 9, 9)).verdict is Verdict.FAIL
    assert judge(news, as_of=date(2026, 9, 20)).verdict is Verdict.PASS


def test_undated_documents_and_news_are_left_to_a_person() -> None:
    table = (
        "<table><tr><th>Số ký hiệu</th><th>Trích yếu</th></tr><tr><td>1/KH-A</td><td>Kế hoạch giữ vệ sinh</td></tr>"
        "<tr><td>2/TB-A</td><td>Thông báo về đồng phục</td></tr></table>"
    )
    assert judge("<p>Chuyên mục chưa có bài</p>", documents=table).verdict is Verdict.MANUAL
    news = "".join(f"<li><a href='/tin/{n}'>Bài viết số {n} của các bạn nhỏ</a></li>" for n in range(4))
    assert judge(f"<ul>{news}</ul>").verdict is Verdict.MANUAL
    rows = (
        "<table><tr><td>15/11/2010</td><td>Lễ kỷ niệm ngày nhà giáo và hội thi văn nghệ của các lớp</td></tr></table>"
    )
    assert judge(rows).verdict is Verdict.FAIL
    assert judge("<p>Chuyên mục chưa có bài</p>").verdict is Verdict.FAIL

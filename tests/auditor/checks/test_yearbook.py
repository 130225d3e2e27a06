"""2.9: figures of at least five years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.checks.yearbook import yearbook
from auditor.model import Cause, Finding, Reason, Verdict
from tests.auditor.attachment_maker import xlsx
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Giới thiệu", "/gioi-thieu"), ("Liên hệ", "/lien-he")]
SECTION = ("Niên giám thống kê", "/nien-giam")
YEARS = ["2021-2022", "2022-2023", "2023-2024", "2024-2025", "2025-2026"]


def judge(body: str | None, more: dict[str, str] | None = None, *, about: str = "", **archive: Any) -> Finding:
    menu = [*MENU, SECTION] if body is not None or archive else MENU
    pages = {path: page(f"<h1>{label}</h1><p>Trang {label}</p>", title=label, menu=menu) for label, path in menu}
    pages["/gioi-thieu"] = page(f"<h1>Giới thiệu</h1><p>{about}</p>", title="Giới thiệu", menu=menu)
    pages.pop("/nien-giam", None)
    if body is not None:
        pages["/nien-giam"] = page(f"<h1>Niên giám thống kê</h1>{body}", title="Niên giám thống kê", menu=menu)
    pages.update({path: page(text, title=path.strip("/"), menu=menu) for path, text in (more or {}).items()})
    return finding_of(yearbook, make_archive(pages, **archive), options={"min_years": 5}, as_of=date(2026, 10, 20))


def table(years: list[str], rows: tuple[str, ...] = ("Số lớp", "Số học sinh", "Số phòng học")) -> str:
    head = "".join(f"<th>{year}</th>" for year in years)
    body = "".join(f"<tr><td>{row}</td>{''.join(f'<td>{20 + n}</td>' for n in range(len(years)))}</tr>" for row in rows)
    return f"<table><tr><th>Nội dung</th>{head}</tr>{body}</table>"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (table(YEARS), Verdict.PASS),
        (table([f"Năm học {year}" for year in YEARS]), Verdict.PASS),
        (table(YEARS, ("Số lớp",)) + table(YEARS, ("Tổng số học sinh", "Phòng học")), Verdict.PASS),
        (table(YEARS[:3]), Verdict.PARTIAL),
        (table(YEARS, ("Số lớp", "Số học sinh")), Verdict.PARTIAL),
        (table(YEARS, ("Lớp", "Số HS", "Số phòng")), Verdict.PASS),
        ("".join(f"<h4>{year}</h4><p>15 lớp, 470 HS, 12 phòng</p>" for year in YEARS), Verdict.PASS),
        ("".join(f"<p>Năm học {year}: 15 lớp, 470 em, 12 phòng học</p>" for year in YEARS), Verdict.PASS),
        ("".join(f"<p>{year}</p><p>Số lớp: 15</p><p>Sĩ số: 47</p><p>CSVC: 12</p>" for year in YEARS), Verdict.PASS),
        ("".join(f"<h4>{year}</h4><p>15 lớp, 470 HS</p>" for year in YEARS), Verdict.PARTIAL),
        ("".join(f"<h4>{year}</h4>" for year in YEARS) + "<p>15 lớp, 470 HS, 12 phòng</p>", Verdict.PARTIAL),
        ("<p>Nội dung đang được cập nhật</p>", Verdict.FAIL),
    ],
    ids=[
        "five years",
        "with words",
        "two tables",
        "three years",
        "no facilities",
        "short words",
        "lines below years",
        "lines with years",
        "labels below years",
        "lines without rooms",
        "headings of years above one line",
        "placeholder",
    ],
)
def test_years_and_subjects(body: str, verdict: Verdict) -> None:
    assert judge(body).verdict is verdict


def test_numbers_and_dates_are_neither_years_nor_figures() -> None:
    numbers = "".join(f"<p>Mã 1{year[:4]}: 15 lớp, 470 HS, 12 phòng học</p>" for year in YEARS)
    assert judge(numbers).verdict is not Verdict.PASS
    dates = "".join(f"<p>Năm học {year}: học sinh, lớp và phòng học từ ngày 5/9</p>" for year in YEARS)
    assert judge(dates).verdict is not Verdict.PASS


def test_a_page_for_every_year() -> None:
    links = "".join(f'<li><a href="/ng/{n}">Niên giám năm học {year}</a></li>' for n, year in enumerate(YEARS))
    more = {
        f"/ng/{n}": f"<h1>Niên giám năm học {year}</h1><p>Tổng số lớp: 2{n}</p><p>Tổng số học sinh: 1.02{n}</p>"
        f"<p>Số phòng học: 3{n}</p>"
        for n, year in enumerate(YEARS)
    }
    assert judge(f"<ul>{links}</ul>", more).verdict is Verdict.PASS


def test_every_year_since_the_founding_is_enough() -> None:
    about = "Trường được thành lập năm 2023 theo quyết định của Ủy ban nhân dân."
    assert judge(table(["2023-2024", "2024-2025", "2025-2026"]), about=about).verdict is Verdict.PASS
    assert judge(table(["2024-2025", "2025-2026"]), about=about).verdict is Verdict.PARTIAL


def test_a_table_of_years_outside_a_section_counts() -> None:
    assert judge(None, {"/tin-tuc": f"<h1>Tin tức</h1>{table(YEARS)}"}).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "more",
    [
        {"/tin-tuc": "<p>Thống kê truy cập</p><p>Hôm nay: 12</p><p>Năm 2026: 12.345</p><p>Năm 2025: 9.345</p>"},
        {"/gioi-thieu": "<p>Năm 2002 có 12 lớp với 410 học sinh; năm học 2010-2011 có 16 lớp, 540 học sinh.</p>"},
        {
            "/tin-tuc": "<h1>Công khai thông tin cơ sở vật chất</h1><p>Biểu mẫu 11</p>"
            + table(YEARS, ("Số phòng học", "Số lớp", "Số học sinh"))
        },
        {
            "/tin-tuc": "<h1>Xếp hạng thi đua năm học 2025-2026</h1><table><tr><td>Tên lớp</td><td>Hạng</td></tr>"
            "<tr><td>6A</td><td>1</td></tr><tr><td>6B</td><td>2</td></tr></table>"
        },
    ],
    ids=["visitor counter", "running text", "disclosure form", "ranking of classes"],
)
def test_traps_are_no_figures(more: dict[str, str]) -> None:
    found = judge(None, more)
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.NOT_FOUND)


def sheet(*rows: tuple[str | int, ...]) -> bytes:
    """A workbook with one sheet of these rows."""
    return xlsx(*(list[object](row) for row in rows))


HEAD = ("Năm học", "Số lớp", "Số học sinh", "Số phòng học")


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({year: sheet(("Năm học " + year,), HEAD[1:], (15, 470, 12)) for year in YEARS}, Verdict.PASS),
        ({"các năm": sheet(HEAD, *((year, 15, 470, 12) for year in YEARS))}, Verdict.PASS),
        ({"các năm": sheet(HEAD[:3], *((year, 15, 470) for year in YEARS))}, Verdict.PARTIAL),
        ({year: sheet(("Nội dung sẽ có sau",)) for year in YEARS}, Verdict.PARTIAL),
        (
            {
                "các năm": sheet(
                    ("Nội dung thống kê toàn trường", *YEARS),
                    *((name, *range(15, 20)) for name in ("Số lớp", "Số học sinh", "Số phòng học")),
                )
            },
            Verdict.PASS,
        ),
        ({"2021 - 2026": sheet(HEAD, *((year, 15, 470, 12) for year in YEARS))}, Verdict.PASS),
    ],
    ids=[
        "a file for every year",
        "one file",
        "without rooms",
        "without figures",
        "years as columns",
        "named by a span",
    ],
)
def test_figures_inside_the_files_of_the_section(files: dict[str, bytes], verdict: Verdict) -> None:
    items = "".join(f'<li><a href="/n{n}.xlsx">Niên giám {name}</a></li>' for n, name in enumerate(files))
    found = judge(f"<ul>{items}</ul>", attachments={f"/n{n}.xlsx": body for n, body in enumerate(files.values())})
    assert found.verdict is verdict


def test_files_of_the_section_that_cannot_be_read_count_in_part() -> None:
    files = "".join(
        f'<li><a href="/n{n}.xlsx">Niên giám thống kê năm học {year}</a></li>' for n, year in enumerate(YEARS)
    )
    found = judge(f"<ul>{files}</ul>", attachments={f"/n{n}.xlsx": b"" for n in range(5)})
    assert found.verdict is Verdict.PARTIAL


def test_dead_files_are_no_figures() -> None:
    found = judge('<a href="/n.xlsx">Niên giám thống kê năm học 2025-2026</a>', attachments={"/n.xlsx": 404})
    assert found.verdict is Verdict.FAIL


def test_a_section_that_could_not_be_read_is_undetermined() -> None:
    assert judge(None, failures={"/nien-giam": Cause.TIMEOUT}).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    "shown", ['<img src="/bieu-do.jpg" alt="">', '<iframe src="https://docs.google.com/x"></iframe>']
)
def test_figures_that_only_a_person_can_read_are_left_to_one(shown: str) -> None:
    """A scanned table is no proof that the school publishes nothing."""
    found = judge(f"<p>Số liệu các năm học được trình bày dưới đây.</p>{shown}")
    assert (found.verdict, found.reason) == (Verdict.MANUAL, Reason.NEEDS_PERSON)


def test_a_table_below_a_menu_of_disclosures_is_no_disclosure() -> None:
    """On hand-made pages the only line outside the tables is the menu."""
    menu = '<div><a href="/">Trang chủ</a> | <a href="/ck">CÔNG KHAI</a> | <a href="/lh">Liên hệ</a></div>'
    rows = "".join(f"<tr><td>{year}</td><td>19</td><td>702</td></tr>" for year in YEARS)
    body = (
        f"{menu}<table><tr><td><h1>THỐNG KÊ NGƯỜI HỌC</h1><table><tr><td>Năm học</td><td>Số lớp GDTX</td>"
        f"<td>Số học viên</td></tr>{rows}</table></td><td>Nên xem</td></tr></table>"
    )
    assert judge(body).verdict is Verdict.PARTIAL

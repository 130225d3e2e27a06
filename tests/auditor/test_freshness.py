"""When a portal was updated, as data: counted by month and by section, for any as-of date of one archive."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
import pytest

from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_archive
from auditor.register_index import RegisterIndex
from auditor.results import results_schema
from tests.auditor.attachment_maker import docx
from tests.auditor.portal_maker import make_archive, page

CHECKLIST = load_checklist("3082-gddt-tttt")
MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Công khai", "/cong-khai")]
NEWS = ("05/10/2026", "20/09/2026", "11/09/2026", "02/03/2026", "15/10/2025", "20/11/2026")


def portal() -> dict[str, str]:
    news = "".join(
        f"<li><a href='/tin/{n}'>Tin số {n} của nhà trường trong năm học này</a> <span>({day})</span></li>"
        for n, day in enumerate(NEWS)
    )
    documents = (
        "<table><tr><th>Số/Ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr>"
        "<tr><td>12/KH-THCS</td><td>20/08/2026</td><td><a href='/vb/1'>Kế hoạch tổ chức khai giảng</a></td></tr>"
        "<tr><td>11/KH-THCS</td><td>02/08/2026</td><td><a href='/vb/2'>Kế hoạch tuyển sinh lớp 6</a></td></tr></table>"
    )
    disclosures = (
        "<ul><li><a href='/a.docx'>Công khai thu chi tài chính</a> 12/06/2026</li>"
        "<li><a href='/b.docx'>Công khai cơ sở vật chất</a> 12/09/2026</li></ul>"
    )
    return {
        "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
        "/tin-tuc": page(f"<h1>Tin tức</h1><ul>{news}</ul>", title="Tin tức", menu=MENU),
        "/van-ban": page(f"<h1>Văn bản</h1>{documents}", title="Văn bản", menu=MENU),
        "/cong-khai": page(f"<h1>Công khai</h1>{disclosures}", title="Công khai", menu=MENU),
    }


def judged(as_of: date) -> dict[str, Any]:
    files = {"/a.docx": docx("Dự toán"), "/b.docx": docx("Số phòng học")}
    archive = make_archive(portal(), attachments=files, end={"started_at": "2026-10-20T01:00:00Z"})
    context = JudgeContext(CHECKLIST, load_config(), RegisterIndex.of([archive.unit]), as_of)
    return judge_archive(archive, archive.unit, context)


def test_months_sections_and_the_dates_used() -> None:
    found = judged(date(2026, 10, 20))["freshness"]
    counts = {one["month"]: one["count"] for one in found["months"]}
    assert list(counts) == [f"2025-{month}" for month in (11, 12)] + [f"2026-{month:02d}" for month in range(1, 11)]
    assert {month: count for month, count in counts.items() if count} == {
        "2026-03": 1,
        "2026-06": 1,
        "2026-08": 2,
        "2026-09": 3,
        "2026-10": 1,
    }
    assert found["newest"]["date"] == "2026-10-05"
    newest = {one["section"]: (one["date"], one["count"]) for one in found["newest_by_section"]}
    assert newest["news"] == ("2026-10-05", 5)
    assert newest["documents"] == ("2026-08-20", 2)
    assert {one["origin"] for one in found["dates"]} <= {"listing", "document"}
    assert found["dated"] == len(found["dates"])


# as of | 1.2 | 2.4 | 4.4 | 2.13.d | 2.13.e | newest of all
AS_OF = """
2026-10-20 | pass    | pass    | partial | pass   | pass    | 2026-10-05
2026-12-31 | partial | partial | partial | pass   | pass    | 2026-10-05
2027-08-01 | fail    | partial | fail    | fail   | pass    | 2026-10-05
2026-09-30 | pass    | pass    | pass    | pass   | pass    | 2026-09-20
2026-09-05 | pass    | partial | pass    | pass   | fail    | 2026-08-20
2026-07-10 | pass    | partial | manual  | pass   | fail    | 2026-06-12
2026-06-29 | pass    | partial | manual  | fail   | fail    | 2026-06-12
2026-04-01 | pass    | pass    | manual  | manual | manual  | 2026-03-02
"""


@pytest.mark.parametrize("line", AS_OF.strip().splitlines())
def test_one_archive_judged_for_other_days(line: str) -> None:
    """Nothing that is later than the as-of date counts, and what was there by then does."""
    day, *expected, newest = (cell.strip() for cell in line.split("|"))
    result = judged(date.fromisoformat(day))
    verdicts = {item["id"]: item["verdict"] for item in result["items"]}
    shown = result["freshness"]["newest"]
    assert [verdicts[item] for item in ("1.2", "2.4", "4.4", "2.13.d", "2.13.e")] == expected
    assert shown["date"] == newest
    assert all(one["date"] <= day for one in result["freshness"]["dates"])
    assert all(date_["date"] <= day for row in result["ledger"] for date_ in row["dates"])


def test_the_blocks_fit_the_schema() -> None:
    schema = results_schema()
    for name in ("disclosures", "freshness"):
        jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}).validate(
            judged(date(2026, 10, 20))[name]
        )
    row = jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/disclosure"})
    ledger = judged(date(2026, 10, 20))["ledger"]
    assert len(ledger) == 2
    for entry in ledger:
        row.validate(entry)


def test_a_portal_without_dates_has_twelve_empty_months() -> None:
    archive = make_archive({"/": page("<p>Chào mừng</p>", menu=MENU)})
    context = JudgeContext(CHECKLIST, load_config(), RegisterIndex.of([archive.unit]), date(2026, 10, 20))
    found = judge_archive(archive, archive.unit, context)["freshness"]
    assert found["newest"] is None
    assert [one["count"] for one in found["months"]] == [0] * 12

"""The ledger over time: our own earlier visits are the witness of what stood on a portal, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_archive
from auditor.ledger import unwitnessed
from auditor.model import Kind, Status, StoppedBy
from auditor.register import Register
from auditor.register_index import RegisterIndex
from auditor.store import RunState, StoredRun, open_store
from auditor.visits import Witness
from tests.auditor.attachment_maker import docx
from tests.auditor.portal_maker import HOST, make_archive, page, unit_of

CHECKLIST = load_checklist("3082-gddt-tttt")
MENU = [("Trang chủ", "/"), ("Tin tức", "/tin"), ("Công khai", "/cong-khai"), ("Liên hệ", "/lien-he")]
Files = dict[str, tuple[str, bytes]]


def visit(
    day: str,
    files: Files,
    *,
    kind: Kind = Kind.THCS,
    stopped_by: StoppedBy = StoppedBy.COMPLETE,
    status: Status = Status.AUDITED,
    as_of: str | None = None,
) -> dict[str, Any]:
    """The result of a visit on a day: `files` by address, each with its line in the list, "title|day", and its body."""
    rows = "".join(
        f'<li><a href="{path}">{line.split("|")[0]}</a> {line.split("|")[1]}</li>' for path, (line, _) in files.items()
    )
    pages = {
        "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
        "/tin": page("<h1>Tin tức</h1><p>Tin của nhà trường</p>", title="Tin tức", menu=MENU),
        "/lien-he": page("<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>", title="Liên hệ", menu=MENU),
        "/cong-khai": page(f"<h1>Công khai</h1><ul>{rows}</ul>", title="Công khai", menu=MENU),
    }
    end = {
        "started_at": f"{day}T01:00:00Z",
        "finished_at": f"{day}T01:10:00Z",
        "stopped_by": stopped_by,
        "status": status,
    }
    made = make_archive(pages, attachments={path: body for path, (_, body) in files.items()}, end=end)
    captures = tuple(replace(one, fetched_at=f"{day}T01:00:00Z") for one in made.captures)
    unit = unit_of(kind=kind)
    context = JudgeContext(CHECKLIST, load_config(), RegisterIndex.of([unit]), date.fromisoformat(as_of or day))
    return judge_archive(replace(made, captures=captures, unit=unit), unit, context)


class Runs:
    """Runs one after another in a store."""

    def __init__(self, folder: Path) -> None:
        self.store = open_store(f"sqlite:///{(folder / 'a.db').as_posix()}")

    def add(self, result: dict[str, Any], *, run_day: str = "") -> dict[str, Any]:
        day = run_day or str(result["crawl"]["started_at"])[:10]
        ident = f"run-{len(self.store.runs())}"
        run = StoredRun(
            ident,
            RunState.RUNNING,
            f"{day}T00:30:00Z",
            None,
            day,
            "out",
            "archive",
            "1",
            {"id": "x"},
            {"checklist": "x"},
        )
        self.store.add_run(run, Register("a.csv", (unit_of(),), (), ()))
        told = Witness(self.store, run).tell(result)
        self.store.save_results(ident, [told])
        stored = self.store.result(ident, unit_of().id)
        assert stored is not None
        return stored


@pytest.fixture
def runs(tmp_path: Path) -> Any:
    made = Runs(tmp_path)
    yield made
    made.store.close()


def row_of(result: dict[str, Any], path: str) -> dict[str, Any]:
    return next(row for row in result["ledger"] if row["url"] == f"http://{HOST}{path}")


def codes(row: dict[str, Any]) -> list[str]:
    return [remark["code"] for remark in row["remarks"]]


COMMITMENT = ("Cam kết chất lượng giáo dục|20/06/2026", docx("Cam kết chất lượng giáo dục"))
FINANCE = ("Công khai thu chi tài chính|25/06/2026", docx("Dự toán thu chi ngân sách"))


def test_three_visits_of_a_portal_that_changes(runs: Runs) -> None:
    """Published late, replaced, dated back, removed: each is right in every visit, and named once."""
    first = runs.add(visit("2026-07-05", {"/a.docx": COMMITMENT, "/b.docx": FINANCE}))
    assert first["disclosures"]["compared_with"] is None
    assert [(row["first_seen"], row["last_seen"], codes(row)) for row in first["ledger"]] == [
        ("2026-07-05", "2026-07-05", [])
    ] * 2

    late = ("Công khai cơ sở vật chất|20/07/2026", docx("Số phòng học"))
    back = ("Công khai chất lượng giáo dục thực tế|18/06/2026", docx("Kết quả cuối năm"))
    second = runs.add(
        visit(
            "2026-08-05",
            {"/a.docx": (COMMITMENT[0], docx("Cam kết khác")), "/b.docx": FINANCE, "/c.docx": late, "/d.docx": back},
        )
    )
    assert second["disclosures"]["compared_with"] == "2026-07-05"
    assert {path: codes(row_of(second, path)) for path in ("/a.docx", "/b.docx", "/c.docx", "/d.docx")} == {
        "/a.docx": ["replaced"],
        "/b.docx": [],
        "/c.docx": [],
        "/d.docx": ["back_dated"],
    }
    assert row_of(second, "/b.docx")["first_seen"] == "2026-07-05"
    assert row_of(second, "/d.docx")["first_seen"] == "2026-08-05"
    assert "18/06/2026" in row_of(second, "/d.docx")["remarks"][0]["text"]
    assert "05/07/2026" in row_of(second, "/d.docx")["remarks"][0]["text"]

    third = runs.add(
        visit(
            "2026-10-05",
            {
                "/a.docx": (COMMITMENT[0], docx("Cam kết khác")),
                "/c.docx": (late[0].replace("20/07", "20/09"), late[1]),
                "/d.docx": back,
            },
        )
    )
    assert {path: codes(row_of(third, path)) for path in ("/a.docx", "/c.docx", "/d.docx")} == {
        "/a.docx": [],
        "/c.docx": ["uploaded_again"],
        "/d.docx": [],
    }
    removed = third["disclosures"]["removed"]
    assert [(row["url"], row["state"], row["first_seen"], row["last_seen"]) for row in removed] == [
        (f"http://{HOST}/b.docx", "removed", "2026-07-05", "2026-08-05")
    ]

    fourth = runs.add(visit("2026-11-05", {"/a.docx": COMMITMENT, "/b.docx": FINANCE}))
    assert codes(row_of(fourth, "/b.docx")) == ["back_again"]
    assert row_of(fourth, "/b.docx")["first_seen"] == "2026-07-05"


def test_a_file_at_a_new_address_keeps_the_day_on_which_its_content_was_first_seen(runs: Runs) -> None:
    runs.add(visit("2026-07-05", {"/a.docx": COMMITMENT}))
    again = runs.add(visit("2026-10-05", {"/moi.docx": ("Cam kết chất lượng|20/09/2026", COMMITMENT[1])}))
    row = row_of(again, "/moi.docx")
    assert (codes(row), row["first_seen"]) == (["uploaded_again"], "2026-07-05")


def test_a_day_that_moved_back_on_the_portal_is_pointed_out(runs: Runs) -> None:
    runs.add(visit("2026-08-05", {"/a.docx": ("Cam kết chất lượng giáo dục|20/07/2026", COMMITMENT[1])}))
    again = runs.add(visit("2026-10-05", {"/a.docx": COMMITMENT}))
    assert codes(row_of(again, "/a.docx")) == ["back_dated"]


@pytest.mark.parametrize(
    "how",
    [
        {"stopped_by": StoppedBy.MAX_PAGES},
        {"stopped_by": StoppedBy.MAX_SECONDS, "status": Status.PARTIAL},
    ],
    ids=["a limit of pages", "cut short"],
)
def test_a_visit_that_did_not_see_all_is_no_witness_of_absence(runs: Runs, how: dict[str, Any]) -> None:
    """What we did not reach is never a school's fault: neither dated back, nor removed."""
    runs.add(visit("2026-07-05", {"/a.docx": COMMITMENT}, **how))
    second = runs.add(visit("2026-08-05", {"/a.docx": COMMITMENT, "/b.docx": FINANCE}))
    assert codes(row_of(second, "/b.docx")) == []
    third = runs.add(visit("2026-09-05", {"/a.docx": COMMITMENT}, **how))
    assert [(row["url"], row["state"]) for row in third["disclosures"]["removed"]] == [
        (f"http://{HOST}/b.docx", "unseen")
    ]


def test_a_second_judgement_of_one_visit_is_no_second_visit(runs: Runs) -> None:
    before = visit("2026-07-05", {"/a.docx": COMMITMENT})
    runs.add(before)
    runs.add(visit("2026-10-05", {"/a.docx": COMMITMENT, "/b.docx": FINANCE}))
    again = runs.add(visit("2026-07-05", {"/a.docx": COMMITMENT}), run_day="2026-11-01")
    assert again["disclosures"]["compared_with"] is None
    assert row_of(again, "/a.docx")["first_seen"] == "2026-07-05"


def test_verdicts_do_not_depend_on_earlier_visits(runs: Runs) -> None:
    """The same archive says the same in a store that knows the unit and in one that does not."""
    runs.add(visit("2026-07-05", {}))
    result = visit("2026-10-20", {"/a.docx": COMMITMENT})
    assert runs.add(dict(result))["items"] == result["items"]


def test_an_entry_says_all_that_is_known_of_it() -> None:
    body = docx("Biểu mẫu 09", "Mẫu Thành, ngày 28 tháng 5 năm 2026")
    found = visit(
        "2026-10-20", {"/bm09.docx": ("Biểu mẫu 09 năm học 2026-2027 theo Thông tư 36/2017/TT-BGDĐT|20/06/2026", body)}
    )
    row = row_of(found, "/bm09.docx")
    assert (row["forms"], row["parts"], row["circular"]) == ([9], ["commitment"], "36/2017/TT-BGDĐT")
    assert (row["date"], row["origin"], row["school_year"]) == ("2026-06-20", "posted", "2026-2027")
    assert len(row["sha256"]) == 64
    assert [one["origin"] for one in row["dates"]] == ["posted"]


def test_milestones_are_told_with_the_days() -> None:
    found = visit("2026-10-20", {"/a.docx": ("Cam kết chất lượng giáo dục|10/07/2026", docx("x"))})
    june, september = found["disclosures"]["milestones"]
    assert (june["month"], june["state"], june["days_late"], june["date"]) == ("2026-06", "late", 10, "2026-07-10")
    assert (september["month"], september["state"], september["date"]) == ("2026-09", "missing", None)


@pytest.mark.parametrize(
    ("kind", "forms"),
    [
        (Kind.MN, [1, 2, 3, 4]),
        (Kind.TH, [5, 6, 7, 8]),
        (Kind.THCS, [9, 10, 11, 12]),
        (Kind.THPT, [9, 10, 11, 12]),
        (Kind.LIEN_CAP, [5, 6, 7, 8, 9, 10, 11, 12]),
        (Kind.GDTX, [13, 14, 15, 16]),
    ],
)
def test_the_forms_of_each_level_under_the_circular_of_its_time(kind: Kind, forms: list[int]) -> None:
    number = forms[0]
    files = {"/f.docx": (f"Biểu mẫu {number:02d} năm học 2022-2023|20/09/2022", docx("x"))}
    wanted = visit("2022-10-20", files, kind=kind)["disclosures"]["required"]
    assert wanted["circular"] == "36/2017/TT-BGDĐT"
    entries = wanted["entries"]
    assert [one["form"] for one in entries] == [*forms, None]
    assert [one["state"] for one in entries if one["form"] == number] == ["found"]
    assert {one["state"] for one in entries if one["form"] not in (number, number + 4)} == {"missing"}


def test_what_the_circular_of_2024_wants() -> None:
    files = {
        "/a.docx": ("Báo cáo thường niên năm 2026|20/06/2026", docx("x")),
        "/b.docx": ("Công khai cơ sở vật chất năm học 2021-2022|20/06/2022", docx("y")),
    }
    wanted = visit("2026-10-20", files)["disclosures"]["required"]
    states = {one["title"]: one["state"] for one in wanted["entries"]}
    assert wanted["circular"] == "09/2024/TT-BGDĐT"
    assert states["Báo cáo thường niên"] == "found"
    # A report of the year holds all three subjects by its outline; a form of 2021 is not of this school year.
    assert set(states.values()) == {"found"}
    assert all("b.docx" not in url for one in wanted["entries"] for url in one["urls"])


def test_units_without_disclosures_of_their_own_have_no_ledger() -> None:
    assert "disclosures" not in visit("2026-10-20", {}, kind=Kind.PHONG)


def test_what_earlier_visits_saw_can_be_taken_away_again(runs: Runs) -> None:
    """A run is proved by judging its archives again; the witness of other runs is no part of that."""
    runs.add(visit("2026-07-05", {"/b.docx": FINANCE}))
    result = visit("2026-10-20", {"/a.docx": COMMITMENT})
    stored = runs.add(json.loads(json.dumps(result)))
    assert stored["ledger"] != result["ledger"]
    assert unwitnessed(stored) == json.loads(json.dumps(result))

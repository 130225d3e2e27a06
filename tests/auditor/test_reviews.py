"""People's verdicts: they count without hiding the machine's finding, last as long as what they rest on, and two people
never undo each other's work unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.model import Verdict
from auditor.results import results_schema
from auditor.review_rows import BadRow, Day, new_entry
from auditor.reviews import (
    EntryKind,
    Reviews,
    evidence_digest,
    note_recheck,
    record,
    reviewed_units,
    waits_for_a_person,
)
from auditor.store import Store, StoredRun, open_store
from tests.auditor.review_maker import (
    CHECKLIST,
    NOW,
    TODAY,
    add_run,
    close_stores,
    day,
    import_into,
    item_of,
    row_of,
    run_of,
    stored,
    unit_of,
)

RUN = run_of(10)
MANUAL = unit_of("A", 1, **{"2_4": "manual", "3": "fail"})


@pytest.fixture(autouse=True)
def _stores_are_closed() -> Iterator[None]:
    yield
    close_stores()


def unit_in(store: Store, run: StoredRun, unit_id: str = "A") -> dict[str, Any]:
    units = {unit["id"]: unit for unit in reviewed_units(store, run, CHECKLIST)}
    return units[unit_id]


def item_in(store: Store, run: StoredRun, item_id: str = "2.4", unit_id: str = "A") -> dict[str, Any]:
    items: list[dict[str, Any]] = unit_in(store, run, unit_id)["items"]
    return next(item for item in items if item["id"] == item_id)


def dispute(store: Store, run: StoredRun, item_id: str, **changes: Any) -> None:
    item = item_in(store, run, item_id)
    values = {"reason": "Có ở trang này", "reviewer": "Trường", "source": "", "now": NOW}
    made = new_entry(run, "A", item, EntryKind.DISPUTE, address="http://a.edu.vn/moi", **{**values, **changes})
    record(store, [made])


def test_a_verdict_counts_in_the_score_and_the_machines_finding_stays(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL, unit_of("B"))
    before = unit_in(store, RUN)
    done = import_into(store, RUN, row_of(5), row_of(6, item_id="3", verdict=Verdict.FAIL, verdict_text="Không đạt"))
    assert (done.applied, done.bad) == (2, ())
    after = unit_in(store, RUN)
    item = item_in(store, RUN)
    assert (item["verdict"], item["score"], item["summary"]) == ("manual", None, "Cần người xem.")
    review = item["review"]
    assert (review["verdict"], review["state"], review["counted"]) == ("pass", "in_force", True)
    assert (review["reason"], review["reviewer"], review["date"]) == ("Đã xem cổng", "Nguyễn Thị Hoa", "2026-10-24")
    assert review["valid_until"] is None
    assert after["total"]["determined"] == 1 > before["total"]["determined"]
    assert after["total"]["low"] == after["total"]["high"] == after["total"]["points"]
    assert after["machine_total"] == before["total"]
    assert ["2.4", 1, 1] in [line[:3] for line in after["sum"][CHECKLIST.item("2.4").axes[0]]]
    assert unit_in(store, RUN, "B") == {**unit_of("B"), "page": "units/B-4ad0cf31.html"}
    assert store.result(RUN.id, "A") == MANUAL


@pytest.mark.parametrize(
    ("verdict", "score"),
    [(Verdict.PASS, 1.0), (Verdict.PARTIAL, 0.5), (Verdict.FAIL, 0.0), (Verdict.NOT_APPLICABLE, None)],
)
def test_every_verdict_that_a_person_may_give_fits_the_schema(
    tmp_path: Path, verdict: Verdict, score: float | None
) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5, verdict=verdict, verdict_text=str(verdict)))
    dispute(store, RUN, "3")
    schema = results_schema()
    unit_schema = {**schema, "$ref": "#/$defs/unit"}
    for name in ("type", "required", "properties", "additionalProperties"):
        unit_schema.pop(name)
    unit = json.loads(json.dumps(unit_in(store, RUN)))
    jsonschema.Draft202012Validator(unit_schema).validate(unit)
    assert item_in(store, RUN)["review"]["score"] == score
    assert unit["total"]["determined"] == 1


def test_a_verdict_is_carried_into_the_next_runs_and_says_so(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5))
    later = item_of("2.4", evidence=[{**MANUAL["items"][0]["evidence"][0], "fetched_at": "2026-11-20T01:00:00Z"}])
    add_run(store, run_of(11), unit_of("A", 1, **{"2_4": later, "3": "fail"}))
    review = item_in(store, run_of(11))["review"]
    assert (review["state"], review["counted"], review["carried"], review["run"]) == ("in_force", True, True, RUN.id)
    assert not waits_for_a_person(item_in(store, run_of(11)))


def test_a_verdict_of_a_later_run_says_nothing_about_an_earlier_one(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    add_run(store, run_of(11), MANUAL)
    import_into(store, run_of(11), row_of(5), now=NOW + timedelta(days=31), today=TODAY + timedelta(days=31))
    assert item_in(store, RUN)["review"] is None
    assert item_in(store, run_of(11))["review"]["counted"]


def test_a_verdict_of_another_checklist_does_not_count(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5))
    other = run_of(11, checklist={"id": "khac", "version": "1", "sha256": "0" * 64})
    add_run(store, other, MANUAL)
    assert item_in(store, other)["review"] is None


@pytest.mark.parametrize(
    ("item", "state"),
    [
        (item_of("2.4", quote="Một tin khác"), "evidence_changed"),
        (item_of("2.4", "fail"), "evidence_changed"),
        (item_of("2.4", reason="no_data"), "evidence_changed"),
        (item_of("2.4", quote="  BAN   biên tập"), "in_force"),
        (item_of("2.4", summary="Viết khác đi."), "in_force"),
    ],
)
def test_it_is_asked_again_when_the_evidence_changed(tmp_path: Path, item: dict[str, Any], state: str) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5))
    add_run(store, run_of(11), unit_of("A", 1, **{"2_4": item}))
    found = item_in(store, run_of(11))
    assert found["review"]["state"] == state
    assert found["review"]["counted"] == (state == "in_force") == (not waits_for_a_person(found))
    assert found["review"]["verdict"] == "pass"  # what was said before is shown with the question


def test_handing_in_an_old_verdict_untouched_does_not_renew_it(tmp_path: Path) -> None:
    """The sheet of the next run shows what was said before; nobody has looked again by that alone."""
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5))
    next_run = run_of(11)
    add_run(store, next_run, unit_of("A", 1, **{"2_4": item_of("2.4", quote="Một tin khác")}))
    later: dict[str, Any] = {"now": NOW + timedelta(days=31), "today": TODAY + timedelta(days=31)}
    assert import_into(store, next_run, row_of(5), **later).unchanged == 1
    assert item_in(store, next_run)["review"]["state"] == "evidence_changed"
    assert import_into(store, next_run, row_of(5, day=day(2026, 11, 24)), **later).applied == 1
    assert item_in(store, next_run)["review"]["state"] == "in_force"


def test_it_is_asked_again_when_it_expired(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5, until=day(2026, 11, 20)))
    for number, state in ((11, "in_force"), (12, "expired")):
        add_run(store, run_of(number), MANUAL)
        found = item_in(store, run_of(number))
        assert found["review"]["state"] == state
        assert waits_for_a_person(found) == (state == "expired")


def test_a_dispute_is_open_until_a_person_decides_and_does_not_touch_the_score(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    before = unit_in(store, RUN)["total"]
    dispute(store, RUN, "3")
    item = item_in(store, RUN, "3")
    assert item["review"]["state"] == "disputed"
    assert item["review"]["dispute"]["url"] == "http://a.edu.vn/moi"
    assert not item["review"]["counted"]
    assert waits_for_a_person(item)
    assert unit_in(store, RUN)["total"] == before
    add_run(store, run_of(11), MANUAL)
    assert item_in(store, run_of(11), "3")["review"]["state"] == "disputed"
    import_into(store, RUN, row_of(5, item_id="3"))
    for run in (RUN, run_of(11)):
        item = item_in(store, run, "3")
        assert (item["review"]["state"], item["review"]["dispute"]) == ("in_force", None)
        assert [edit["kind"] for edit in item["review"]["history"]] == ["dispute", "verdict"]
    assert unit_in(store, RUN)["total"]["points"] > before["points"]


def test_a_dispute_against_a_persons_verdict_leaves_that_verdict_in_force(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5, verdict=Verdict.FAIL, verdict_text="Không đạt"))
    points = unit_in(store, RUN)["total"]
    dispute(store, RUN, "2.4")
    review = item_in(store, RUN)["review"]
    assert (review["state"], review["counted"], review["verdict"]) == ("disputed", True, "fail")
    assert unit_in(store, RUN)["total"] == points
    assert waits_for_a_person(item_in(store, RUN))


def test_a_later_run_that_finds_it_settles_a_dispute(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    dispute(store, RUN, "3")
    add_run(store, run_of(11), unit_of("A"))
    assert item_in(store, run_of(11), "3")["review"] is None


def test_the_recheck_of_a_dispute_is_kept_with_it(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    made = import_into(store, RUN, row_of(5, verdict=None, verdict_text="", address="http://a.edu.vn/moi"))
    assert made.applied == 1
    note_recheck(store, made.disputes[0], {"fetched": True, "status": "audited", "before": {}, "after": {}})
    assert item_in(store, RUN)["review"]["dispute"]["recheck"]["fetched"]


def test_a_verdict_can_be_taken_back(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    before = unit_in(store, RUN)["total"]
    import_into(store, RUN, row_of(5))
    import_into(store, RUN, row_of(5, verdict=None, verdict_text="Rút kết luận", withdrawn=True, reason="Nhầm trường"))
    item = item_in(store, RUN)
    assert (item["review"]["state"], item["review"]["verdict"]) == ("withdrawn", None)
    assert unit_in(store, RUN)["total"] == before
    assert waits_for_a_person(item)


def test_every_edit_is_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5))
    import_into(store, RUN, row_of(5, verdict=Verdict.FAIL, verdict_text="Không đạt", reason="Xem lại thì không có"))
    review = item_in(store, RUN)["review"]
    assert review["verdict"] == "fail"
    assert [edit["verdict"] for edit in review["history"]] == ["pass", "fail"]
    assert [entry.number for entry in Reviews(store, RUN).of("A")["2.4"]] == [1, 2]


def test_the_same_sheet_twice_changes_nothing(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    rows = [row_of(5), row_of(6, item_id="3", address="http://a.edu.vn/moi", verdict_text="", verdict=None)]
    assert import_into(store, RUN, *rows).applied == 2
    again = import_into(store, RUN, *rows, now=NOW + timedelta(days=1), today=TODAY + timedelta(days=1))
    assert (again.applied, again.unchanged, again.bad) == (0, 2, ())


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("no unit", {"unit_id": ""}, "thiếu mã đơn vị"),
    ("unknown unit", {"unit_id": "Z"}, "không có đơn vị nào mang mã «Z»"),
    ("no item", {"item_id": ""}, "thiếu mã mục"),
    ("unknown item", {"item_id": "9.9"}, "không có mục «9.9»"),
    ("item that is not for the kind", {"item_id": "2.1.a"}, "không dành cho loại hình"),
    ("verdict outside the list", {"verdict": None, "verdict_text": "Tốt"}, "kết luận «Tốt» không có trong danh sách"),
    ("reason without verdict", {"verdict": None, "verdict_text": ""}, "chưa chọn kết luận"),
    ("no reason", {"reason": ""}, "thiếu lý do"),
    ("no name", {"reviewer": ""}, "thiếu tên người thẩm định"),
    ("bad day", {"day": Day("31/02/2026")}, "ngày «31/02/2026» không đúng"),
    ("day to come", {"day": day(2026, 10, 26)}, "ở tương lai"),
    ("day long ago", {"day": day(1926, 10, 24)}, "ở tương lai hoặc quá xa"),
    ("bad end", {"until": Day("mãi mãi")}, "ngày hết hiệu lực «mãi mãi»"),
    ("end before begin", {"until": day(2026, 10, 1)}, "trước ngày thẩm định"),
    ("expired", {"day": day(2025, 1, 1), "until": day(2025, 12, 31)}, "đã hết hiệu lực ngày 31/12/2025"),
    ("end far away", {"until": day(2926, 10, 1)}, "quá xa"),
    ("address of a dispute", {"address": "trang của trường"}, "không phải địa chỉ web"),
    ("script as address", {"address": "javascript:alert(1)"}, "không phải địa chỉ web"),
    ("long reason", {"reason": "dài " * 1000}, "lý do dài hơn"),
    ("name of another unit", {"unit_name": "Trường THCS Số 2"}, "là của «Trường THCS Số 1»"),
    ("title of another item", {"title": "Tên miền"}, "mục 2.4 là"),
    ("merged cell", {"trouble": "ô bị gộp"}, "ô bị gộp"),
]


@pytest.mark.parametrize(("changes", "problem"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_row_that_cannot_be_used_is_named_and_costs_no_other(
    tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    unit = unit_of("A", 1, **{"2_4": "manual", "2_1_a": item_of("2.1.a", "not_applicable", reason="not_for_kind")})
    store = stored(tmp_path, RUN, unit, unit_of("B", 2, **{"2_4": "manual"}))
    done = import_into(store, RUN, row_of(7, **changes), row_of(8, "B"))
    assert done.applied == 1
    assert [row.row for row in done.bad] == [7]
    assert problem in done.bad[0].problem
    assert item_in(store, RUN)["review"] is None
    assert item_in(store, RUN, unit_id="B")["review"]["counted"]


def test_a_unit_without_a_website_has_nothing_to_decide(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, {**MANUAL, "status": "no_website"})
    assert "chưa có trang web" in import_into(store, RUN, row_of(5)).bad[0].problem


def test_two_people_in_one_file_are_both_named(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    other = row_of(9, reviewer="Trần Văn Nam", verdict=Verdict.FAIL, verdict_text="Không đạt")
    done = import_into(store, RUN, row_of(5), other, row_of(6, item_id="3"))
    assert done.applied == 1
    assert [(row.row, "hai người" in row.problem) for row in done.bad] == [(5, True), (9, True)]
    assert "dòng 9" in done.bad[0].problem
    assert item_in(store, RUN)["review"] is None


def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    done = import_into(store, RUN, row_of(5), row_of(9))
    assert (done.applied, done.bad) == (1, ())


def test_nobody_undoes_what_somebody_else_decided_after_the_sheet_was_written(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    import_into(store, RUN, row_of(5), last=0)
    other = row_of(5, reviewer="Trần Văn Nam", verdict=Verdict.FAIL, verdict_text="Không đạt")
    for last in (0, None):
        refused = import_into(store, RUN, other, last=last)
        assert "Nguyễn Thị Hoa đã kết luận mục này ngày 24/10/2026" in refused.bad[0].problem
    assert item_in(store, RUN)["review"]["verdict"] == "pass"
    fresh = import_into(store, RUN, other, last=Reviews(store, RUN).last)  # who saw the first verdict may change it
    assert fresh.applied == 1
    assert item_in(store, RUN)["review"]["verdict"] == "fail"


def test_ids_are_recognised_as_spreadsheets_give_them_back(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, {**MANUAL, "id": "00790"}, {**MANUAL, "id": "thcs-Ba"}, {**MANUAL, "id": "790x"})
    done = import_into(store, RUN, row_of(5, "790"), row_of(6, " THCS-ba "), row_of(7, "79"))
    assert [entry.unit_id for entry in done.entries] == ["00790", "thcs-Ba"]
    assert [row.row for row in done.bad] == [7]


def test_all_good_rows_are_stored_in_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import auditor.reviews

    store = stored(tmp_path, RUN, MANUAL)
    whole = auditor.reviews._inserted

    def breaks(connection: Any, entries: Any) -> Any:
        whole(connection, entries[:1])
        raise RuntimeError("power cut")

    monkeypatch.setattr(auditor.reviews, "_inserted", breaks)
    with pytest.raises(RuntimeError):
        import_into(store, RUN, row_of(5), row_of(6, item_id="3"))
    assert Reviews(store, RUN).last == 0


def test_two_imports_at_once_keep_both_edits(tmp_path: Path) -> None:
    """The number of an edit is taken once, whoever is first."""
    store = stored(tmp_path, RUN, MANUAL)
    entries = import_into(store, RUN, row_of(5)).entries
    again = [record(store, [entry])[0] for entry in entries]
    assert [entry.number for entry in (*entries, *again)] == [1, 2]


def test_bad_rows_come_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    store = stored(tmp_path, RUN, MANUAL)
    rows = [row_of(number, unit_id="Z" if number % 2 else "A", reason="") for number in range(20, 4, -1)]
    bad: tuple[BadRow, ...] = import_into(store, RUN, *rows).bad
    assert [row.row for row in bad] == list(range(5, 21))


def test_500_rows_with_20_bad_ones(tmp_path: Path) -> None:
    whole = unit_of("", 0, **{"2_4": "manual"})
    units = [{**whole, "id": f"U{number}", "name": f"Trường THCS Số {number}"} for number in range(500)]
    store = stored(tmp_path, RUN, *units)
    rows = []
    for number in range(500):
        changes = BAD[number // 25][1] if number % 25 == 7 else {}
        if changes.get("item_id") == "2.1.a":
            changes = {"reason": ""}
        rows.append(row_of(number + 5, **{"unit_id": f"U{number}", **changes}))
    done = import_into(store, RUN, *rows)
    assert (done.applied, len(done.bad)) == (480, 20)
    counted = [
        unit["id"]
        for unit in reviewed_units(store, RUN, CHECKLIST)
        if any(item["review"] and item["review"]["counted"] for item in unit["items"])
    ]
    assert len(counted) == 480


def test_a_digest_does_not_depend_on_order_or_time() -> None:
    pieces = [{"url": f"http://a.edu.vn/{n}", "quote": f"Số {n}", "note": "", "fetched_at": ""} for n in range(3)]
    one, other = item_of("2.4", evidence=pieces), item_of("2.4", evidence=[*reversed(pieces), pieces[0]])
    assert evidence_digest(one) == evidence_digest(other)
    assert evidence_digest(one) != evidence_digest(item_of("2.4", evidence=pieces[:2]))


def test_reviews_are_kept_on_every_kind_of_database(store_url: str) -> None:
    store = open_store(store_url)
    try:
        add_run(store, RUN, MANUAL)
        import_into(store, RUN, row_of(5))
        dispute(store, RUN, "3")
        note_recheck(store, Reviews(store, RUN).of("A")["3"][0], {"fetched": False, "status": "dns"})
        assert item_in(store, RUN)["review"]["counted"]
        assert item_in(store, RUN, "3")["review"]["dispute"]["recheck"]["status"] == "dns"
        refused = import_into(store, RUN, row_of(5, reviewer="Trần Văn Nam", reason="Khác"))
        assert "Nguyễn Thị Hoa" in refused.bad[0].problem
    finally:
        store.close()

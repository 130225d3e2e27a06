"""Judging as a whole: every item once, nobody pays for our faults, and the checklist fits the checks."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from datetime import date
from pathlib import Path

import pytest

import auditor.judge
from auditor.archive import Archive
from auditor.checklist import ChecklistError, load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, checks, judge_archive, judge_unit, prove_checklist
from auditor.model import Cause, EvidenceMissingError, Finding, Kind, Reason, Status, StoppedBy, Unit, failed, passed
from auditor.register_index import RegisterIndex
from tests.auditor.portal_maker import AS_OF, make_archive, page, unit_of

CHECKLIST = load_checklist("3082-gddt-tttt")
MENU = [(f"Mục số {n}", f"/m{n}") for n in range(8)]


def context(as_of: date = AS_OF) -> JudgeContext:
    return JudgeContext(CHECKLIST, load_config(), RegisterIndex.of([unit_of()]), as_of)


def portal(**more: object) -> Archive:
    pages: dict[str, object] = {"/": page("<p>Chào mừng</p>", menu=MENU)}
    for label, path in MENU:
        pages[path] = page(f"<h2>{label}</h2><p>{label} của trường chúng em.</p>", menu=MENU)
    return make_archive(pages, **more)  # type: ignore[arg-type]


def judge(archive: Archive, unit: Unit | None = None) -> dict[str, typing.Any]:
    return judge_archive(archive, unit or archive.unit, context())


def verdicts(result: dict[str, typing.Any]) -> dict[str, str]:
    return {item["id"]: item["verdict"] for item in result["items"]}


def test_the_packaged_checklist_fits_the_checks() -> None:
    prove_checklist(CHECKLIST)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"check": "khong_co"}, "khong_co"),
        ({"options": {"viewport_share": "nhiều"}}, "viewport_share"),
        ({"options": {"viewport_share": True}}, "viewport_share"),
        ({"options": {"viewport_share": 0.9, "la": 1}}, "la: 1"),
        ({"options": {}}, "thiếu tham số «viewport_share»"),
    ],
)
def test_a_checklist_that_does_not_fit_is_refused(change: dict[str, object], part: str) -> None:
    wrong = CHECKLIST.item("1.4").model_copy(update=change)
    items = tuple(wrong if item.id == "1.4" else item for item in CHECKLIST.items)
    with pytest.raises(ChecklistError, match=part) as problem:
        prove_checklist(dataclasses.replace(CHECKLIST, items=items))
    assert "1.4" in str(problem.value)


def test_every_check_is_documented_and_asked() -> None:
    asked = {item.check for item in CHECKLIST.items}
    assert set(checks()) == asked, "a check that no item asks is dead code"
    for name, check in checks().items():
        text = inspect.getdoc(check) or ""
        assert all(f"{part}:" in text for part in ("What", "Why", "Fix")), f"{name} lacks What / Why / Fix"


def test_every_item_appears_once_and_twice_the_same() -> None:
    first, second = judge(portal()), judge(portal())
    assert [item["id"] for item in first["items"]] == [item.id for item in CHECKLIST.items]
    assert first == second
    for item in first["items"]:
        if item["verdict"] in ("pass", "partial", "fail"):
            assert item["evidence"], item["id"]
            assert item["summary"], item["id"]
        if item["verdict"] in ("partial", "fail"):
            assert item["remedy"], item["id"]


def test_a_check_that_crashes_costs_nobody_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> Finding:
        raise RuntimeError("boom")

    explode.__annotations__ = {"return": Finding}
    monkeypatch.setattr(auditor.judge, "checks", lambda: {**checks(), "mobile": explode})
    result = judge(portal())
    item = next(item for item in result["items"] if item["id"] == "1.4")
    assert (item["verdict"], item["reason"]) == ("undetermined", Reason.CHECK_CRASHED)
    assert sum(i["reason"] == Reason.CHECK_CRASHED for i in result["items"]) == 1


def test_unseen_is_not_absent() -> None:
    """A portal whose menu could not be read never fails for what may stand behind it."""
    whole = judge(portal())
    assert verdicts(whole)["2.6"] == "fail"
    for archive in (
        portal(end={"stopped_by": StoppedBy.MAX_SECONDS, "status": Status.PARTIAL}),
        make_archive({"/": page("<p>Chào</p>", menu=MENU)}, failures={path: Cause.TIMEOUT for _, path in MENU}),
        make_archive({"/": page("<p>Chào</p>", menu=MENU)}, failures={path: Cause.CHALLENGE for _, path in MENU}),
        make_archive({"/": page("<p>Chào</p>", menu=MENU)}),
    ):
        assert verdicts(judge(archive))["2.6"] == "undetermined"


def test_a_page_made_by_scripts_alone_is_not_judged_absent() -> None:
    shell = '<!DOCTYPE html><html><body><div id="app"></div><script src="/app.js"></script></body></html>'
    result = judge(make_archive({"/": shell}))
    assert next(i for i in result["items"] if i["id"] == "2.6")["reason"] == Reason.NEEDS_RENDERING
    assert "fail" not in {v for i, v in verdicts(result).items() if i.startswith("2.") and i != "2.2"}


@pytest.mark.parametrize(
    ("status", "stopped_by", "reason"),
    [
        (Status.BLOCKED, StoppedBy.BLOCKED, Reason.BLOCKED),
        (Status.UNREACHABLE, StoppedBy.UNREACHABLE, Reason.UNREACHABLE),
        (Status.ERROR, StoppedBy.ERROR, Reason.CRAWL_CUT_SHORT),
    ],
)
def test_portals_that_could_not_be_read(status: Status, stopped_by: StoppedBy, reason: Reason) -> None:
    archive = make_archive({}, end={"status": status, "stopped_by": stopped_by, "final_url": None})
    result = judge(archive)
    assert set(verdicts(result).values()) == {"undetermined", "not_applicable"}
    assert {i["reason"] for i in result["items"] if i["verdict"] == "undetermined"} == {reason}
    assert result["total"]["points"] is None


def test_no_website_and_damaged_archives(tmp_path: Path) -> None:
    unit = Unit("x", "Trường Mầm non Mẫu", Kind.MN)
    result = judge_unit(None, unit, context())
    assert result["status"] == "no_website"
    assert result["total"]["points"] is None
    damaged = tmp_path / "x.warc.gz"
    damaged.write_bytes(b"nonsense")
    assert judge_unit(damaged, unit_of(), context())["status"] == "error"


def test_items_for_other_kinds_do_not_apply() -> None:
    assert verdicts(judge(portal()))["2.1.a"] == "not_applicable"
    phong = unit_of(name="Phòng GD&ĐT Quận Mẫu", kind=Kind.PHONG)
    found = verdicts(judge(portal(unit=phong), phong))
    assert found["2.13.a"] == "not_applicable"
    assert found["2.1.a"] != "not_applicable"


def test_decisions_need_evidence() -> None:
    with pytest.raises(EvidenceMissingError):
        passed("có", [])
    with pytest.raises(EvidenceMissingError):
        failed("không", ())

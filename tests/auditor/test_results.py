"""results.json: one shape, published as a schema that everything the program can say must fit."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.archive import ArchiveWriter, archive_name
from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_unit
from auditor.model import CrawlEnd, Kind, Reason, Status, StoppedBy, Unit, Verdict
from auditor.register import Register, RejectedRow, RowWarning
from auditor.register_index import RegisterIndex
from auditor.results import page_of, read_units, results_header, results_schema, write_results
from auditor.store import RunState, StoredRun

RUN = StoredRun(
    "20261020-010000-ab12",
    RunState.DONE,
    "2026-10-20T01:00:00Z",
    None,
    "2026-10-20",
    "/out",
    "/out/archive",
    "1",
    {"id": "c", "version": "1", "sha256": "0" * 64},
    {},
)


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(results_schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(results_schema())


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        (("item", "properties", "reason"), Reason),
        (("item", "properties", "verdict"), Verdict),
        (("unit", "properties", "kind"), Kind),
        (("unit", "properties", "status"), Status),
        (("crawl", "properties", "stopped_by"), StoppedBy),
    ],
)
def test_the_schema_knows_exactly_the_codes_of_the_program(where: tuple[str, ...], codes: Any) -> None:
    node = results_schema()["$defs"]
    for name in where:
        node = node[name]
    assert set(node["enum"]) == {str(code) for code in codes}


@pytest.mark.parametrize("status", [Status.UNREACHABLE, Status.BLOCKED, Status.ERROR, None])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_unit_that_could_not_be_looked_at_fits_the_schema_with_every_item(
    tmp_path: Path, status: Status | None, kind: Kind
) -> None:
    checklist = load_checklist("3082-gddt-tttt")
    unit = Unit("A b/c", "Trường \ud800 <b>", kind, "http://a.edu.vn/" if status else None)
    path = tmp_path / archive_name(unit.id)
    if status:
        writer = ArchiveWriter(path, unit, {})
        writer.close(CrawlEnd(status, "dns", StoppedBy(status), seconds=1.5))
    context = JudgeContext(checklist, load_config(), RegisterIndex.of([unit]), date(2026, 10, 20))
    judged = {**judge_unit(path, unit, context), "page": page_of(unit.id)}
    register = Register("a.csv", (unit,), (RejectedRow(3, "thiếu tên đơn vị"),), (RowWarning(0, "lưu ý"),))
    out = tmp_path / "results.json"
    write_results(out, results_header(RUN, register), [judged])
    found = json.loads(out.read_text(encoding="utf-8"))
    validator().validate(found)
    written = found["units"][0]
    assert [item["id"] for item in written["items"]] == [item.id for item in checklist.items]
    assert {item["verdict"] for item in written["items"]} <= {"undetermined", "not_applicable"}
    assert written["total"] is None or written["total"]["points"] is None


def test_results_without_units_are_valid_json(tmp_path: Path) -> None:
    write_results(tmp_path / "results.json", results_header(RUN, Register("a.csv", ())), [])
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    validator().validate(found)
    assert list(found) == ["schema", "run", "register", "units"]


def test_units_are_read_back_one_by_one_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    units = [{"id": "A", "quote": 'a\n{"id": 1},\r\n]}\u2028'}, {"id": "B"}, {"id": "C", "quote": '"units": [\n'}]
    write_results(path, results_header(RUN, Register("a.csv", ())), units)
    assert json.loads(path.read_text(encoding="utf-8"))["units"] == units
    assert list(read_units(path)) == units
    write_results(path, results_header(RUN, Register("a.csv", ())), [])
    assert list(read_units(path)) == []


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("old")

    def units() -> Any:
        yield {"id": "A"}
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write_results(path, results_header(RUN, Register("a.csv", ())), units())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "broken",
    [
        {"verdict": "pass", "score": None},
        {"verdict": "pass", "score": 0.5},
        {"verdict": "fail", "score": 0, "evidence": []},
        {"verdict": "manual", "score": 1},
        {"reason": "because"},
        {"verdict": "Đạt"},
        {"evidence": [{"url": "a"}]},
    ],
)
def test_the_schema_refuses_what_the_contract_does(broken: dict[str, Any]) -> None:
    evidence = [{"url": "http://a.edu.vn/", "quote": "", "note": "", "fetched_at": ""}]
    item = {
        "id": "1.1",
        "verdict": "pass",
        "score": 1.0,
        "weight": 1.0,
        "reason": "found",
        "summary": "Có.",
        "remedy": "",
        "evidence": evidence,
        "review": None,
    }
    schema = {"$defs": results_schema()["$defs"], "$ref": "#/$defs/item"}
    items = jsonschema.Draft202012Validator(schema)
    items.validate(item)
    assert not items.is_valid({**item, **broken})


def test_pages_have_names_that_every_file_system_takes() -> None:
    names = [page_of(unit_id) for unit_id in ("a", "A", "../../etc/passwd", "a b", "a_b", "Đơn vị/1", "x" * 300)]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.startswith("units/") and ".." not in name and len(name) < 120 for name in names)

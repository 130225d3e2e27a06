"""Three months over changing portals: every change has its cause, and the causes of every unit add up."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cli
from auditor.model import Verdict
from auditor.results import results_schema
from auditor.reviews import Entry, EntryKind, evidence_digest, record
from auditor.store import open_store
from spiders import loopback, samples

STORE = "sqlite:///months.db"
REGISTER = """id,name,kind,url
thcs-cau-vong,Trường THCS Cầu Vồng,thcs,thcscauvong.hcm.edu.vn
th-hai-au-trang,Trường Tiểu học Hải Âu Trắng,th,thhaiautrang.hcm.edu.vn
thcs-ben-do-xua,Trường THCS Bến Đò Xưa,thcs,bendoxua.edu.vn
mn-vang-trang-nho,Trường Mầm non Vầng Trăng Nhỏ,mn,mnvangtrangnho.blogspot.com
"""
DAYS = ("2026-10-20", "2026-11-20", "2026-12-20")


@contextmanager
def month(
    folder: Path, number: int, register: str, *, max_pages: int = 14, checklist: str = "3082-gddt-tttt"
) -> Iterator[dict[str, Any]]:
    """Audits the portals as they stand now; gives results.json."""
    with loopback.serve(folder / "portals") as server:
        (folder / "config.yaml").write_text(
            f"checklist: {checklist}\nnetwork:\n  proxy: {server.proxy_url}\njudge:\n  processes: 1\n"
            f"crawl:\n  delay_seconds: 0\n  address_delay_seconds: 0\n  retries: 0\n  max_pages: {max_pages}\n",
            encoding="utf-8",
        )
        (folder / "a.csv").write_text(register, encoding="utf-8")
        arguments = ("audit", "a.csv", "--out", f"m{number}", "--as-of", DAYS[number - 1], "--store", STORE, "--quiet")
        assert cli.run_cli([*arguments, "--config", "config.yaml"]) in (0, 1)
    yield read(folder, number)


def read(folder: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"m{number}" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, results_schema())
    return found


def units(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {unit["id"]: unit for unit in found["units"]}


def causes(unit: dict[str, Any]) -> dict[str, list[str]]:
    return {cause["cause"]: [item["id"] for item in cause["items"]] for cause in unit["change"]["causes"]}


def assert_sums(found: dict[str, Any]) -> None:
    """The points of the causes are the difference of the totals, to the last decimal."""
    for unit in found["units"]:
        change = unit["change"]
        assert change["after"] == unit["total"]["points"]
        if change["points"] is None:
            continue
        exact = sum((Fraction(str(cause["points"])) for cause in change["causes"]), Fraction())
        assert exact == Fraction(str(change["points"])), unit["id"]
        assert exact == Fraction(str(change["after"])) - Fraction(str(change["before"])), unit["id"]


def decide(run_id: str, unit: dict[str, Any], item_id: str, verdict: Verdict) -> None:
    opened = open_store(STORE)
    try:
        run = opened.run(run_id)
        assert run is not None
        item = next(one for one in unit["items"] if one["id"] == item_id)
        entry = Entry(
            unit["id"], item_id, EntryKind.VERDICT, run_id, run.started_at, run.checklist["id"], "Đã xem tận nơi",
            "Lê Thị A", item["verdict"], evidence_digest(item), "test", "2026-12-21T00:00:00Z", verdict, "2026-12-21",
        )  # fmt: skip
        record(opened, [entry])
    finally:
        opened.close()


def test_three_months_of_changing_portals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    portals = tmp_path / "portals"
    shutil.copytree(samples.SAMPLES_DIR / "portals", portals)

    with month(tmp_path, 1, REGISTER) as first:
        assert not any("change" in unit for unit in first["units"]), "there is nothing to compare the first run with"

    # November: one school empties its disclosures, one is down, one has moved to another id in the register.
    disclosures = portals / "thcs-cau-vong" / "cong-khai.html"
    kept = disclosures.read_text(encoding="utf-8")
    disclosures.write_text("<!-- title: Thông tin ba công khai --><p>Đang cập nhật</p>", encoding="utf-8")
    settings = portals / "thcs-ben-do-xua" / "portal.yaml"
    up = settings.read_text(encoding="utf-8")
    settings.write_text(up + "\ndown: refused\n", encoding="utf-8")
    with month(tmp_path, 2, REGISTER) as second:
        assert_sums(second)
        now = units(second)
        before = units(first)
        for unit_id, unit in now.items():
            assert unit["change"]["run"] == first["run"]["id"]
            assert unit["change"]["before"] == before[unit_id]["total"]["points"]
            assert [one["as_of"] for one in unit["change"]["history"]] == list(DAYS[:2])
        assert "portal" in causes(now["thcs-cau-vong"])
        assert now["thcs-cau-vong"]["change"]["points"] < 0
        assert set(causes(now["th-hai-au-trang"])) <= {"time"}, "an untouched portal only grows older"
        assert set(causes(now["thcs-ben-do-xua"])) == {"crawl"}
        assert now["thcs-ben-do-xua"]["change"]["points"] is None

    # December: all is mended, the rules weigh one item more, the crawl reads fewer pages, and a person decides.
    disclosures.write_text(kept, encoding="utf-8")
    settings.write_text(up, encoding="utf-8")
    text = files("checklists").joinpath("3082-gddt-tttt.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(re.sub(r"(?m)^( +weight: )1$", r"\g<1>3", text, count=1), encoding="utf-8")
    renamed = REGISTER.replace("thcs-cau-vong,Trường", "cau-vong-moi,Trường").replace("Trắng", "Trắng Tinh")
    with month(tmp_path, 3, renamed, max_pages=5, checklist="own.yaml") as third:
        assert_sums({**third, "units": [unit for unit in third["units"] if "change" in unit]})
        now = units(third)
        assert "rules" in causes(now["th-hai-au-trang"])
        assert "crawl" in causes(now["th-hai-au-trang"])
        assert now["th-hai-au-trang"]["change"]["was"] == {"name": "Trường Tiểu học Hải Âu Trắng"}
        back = now["thcs-ben-do-xua"]["change"]
        assert back["run"] == first["run"]["id"], "compared with the last month in which there were points"
        assert back["points"] is not None
        assert "change" not in now["cau-vong-moi"]
    run_id = third["run"]["id"]

    # The unit under its new id is proposed as the old one; a person says that it is.
    compared = ["compare", second["run"]["id"], run_id, "--store", STORE]
    assert cli.run_cli(compared) == 0
    shown = capsys.readouterr().out
    assert "có thể là «Trường THCS Cầu Vồng» (mã thcs-cau-vong, cùng địa chỉ)" in shown
    assert re.search(r" 0  chưa giải thích được\n", shown)
    assert cli.run_cli(["history", "cau-vong-moi", "--same-as", "thcs-cau-vong", "--store", STORE]) == 0
    assert capsys.readouterr().out.count("\n2026-1") == 2, "three months of the unit under either id"
    waiting = next(item["id"] for item in now["th-hai-au-trang"]["items"] if item["verdict"] == "manual")
    decide(run_id, now["th-hai-au-trang"], waiting, Verdict.FAIL)
    assert cli.run_cli(["report", run_id, "--store", STORE, "--quiet"]) in (0, 1)
    again = read(tmp_path, 3)
    assert_sums(again)
    assert waiting in causes(units(again)["th-hai-au-trang"])["review"]

    # What was published can be proved: hashes as noted, and the same verdicts from the same archives.
    capsys.readouterr()
    assert cli.run_cli(["verify", run_id, "--store", STORE]) == 0
    assert "4 bản lưu được chấm lại: 4 ra đúng kết quả cũ." in capsys.readouterr().out

    # Any two runs can be compared, and what is left unexplained is nothing.
    capsys.readouterr()
    assert cli.run_cli(["compare", first["run"]["id"], run_id, "--store", STORE, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["id"] for line in lines} == set(now)
    for line in lines:
        change = line["change"]
        exact = sum((Fraction(str(cause["points"])) for cause in change["causes"]), Fraction())
        assert (
            exact == Fraction(str(change["points"])) == Fraction(str(change["after"])) - Fraction(str(change["before"]))
        )

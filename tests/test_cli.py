"""The command line: what it prints and writes, and its exit codes (contract.md), which people's scripts rely on."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cli
from auditor.run import CrawlTask
from auditor.store import lock_store
from spiders import samples
from tests.auditor.run_maker import FakeCrawl

REGISTER = "id,name,url\nA,Trường THCS Một,a.edu.vn\nB,Trường THCS Hai,b.edu.vn\nC,Trường THCS Ba,\n"
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with a register in it, and a crawl that visits nobody."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(REGISTER, encoding="utf-8")
    monkeypatch.setattr(cli, "_crawl", FakeCrawl())
    return tmp_path


def crawl_that(error: BaseException) -> FakeCrawl:
    return FakeCrawl(1, error)


def results(path: Path) -> Any:
    return json.loads((path / "results.json").read_text(encoding="utf-8"))


def test_audit_prints_the_run_in_its_first_and_last_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_cli(["audit", "a.csv", "--as-of", "2026-10-20"]) == 1
    lines = capsys.readouterr().out.splitlines()
    run_id = results(folder / "out")["run"]["id"]
    assert lines[0] == lines[-1] == f"run {run_id}"
    assert len(lines) > 2
    assert sorted(path.name for path in (folder / "out").iterdir() if not path.name.startswith(".")) == [
        "archive",
        "index.html",
        "manifest.json",
        "records",
        "results.json",
        "scorecard.xlsx",
        "units",
    ]
    for unit in results(folder / "out")["units"]:
        assert (folder / "out" / unit["page"]).is_file()


def test_quiet_prints_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run_cli(["audit", "a.csv", "--quiet"])
    captured = capsys.readouterr()
    assert [line[:4] for line in captured.out.splitlines()] == ["run ", "run "]
    assert captured.err == ""


def test_json_logs_are_json_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.csv").write_text(REGISTER + "D,,d.edu.vn\n", encoding="utf-8")
    cli.run_cli(["audit", "a.csv", "--json-logs"])
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert events.pop(0) == {"event": "rejected", "row": 5, "reason": "thiếu tên đơn vị"}
    assert events[0] == {"event": "started", "run": events[0]["run"], "units": 3}
    assert events[-1]["event"] == "finished"
    assert (events[-1]["judged"], events[-1]["units"]) == (3, 3)


def test_units_without_website_are_no_fault(folder: Path) -> None:
    assert cli.run_cli(["audit", "a.csv", "--only", "C"]) == 0


def test_an_unusable_row_is_told_and_costs_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.csv").write_text("id,name,url\nC,Trường THCS Ba,\nD,,d.edu.vn\n", encoding="utf-8")
    assert cli.run_cli(["audit", "a.csv", "--quiet"]) == 1
    assert re.search(r"a\.csv, dòng 3: .*thiếu tên đơn vị", capsys.readouterr().err)
    assert [row["row"] for row in results(folder / "out")["register"]["rejected"]] == [3]


WRONG = [
    (["audit"], "DANH-SÁCH"),
    (["audti"], "audti"),
    (["audit", "a.csv", "--colour"], "--colour"),
    (["audit", "khong-co.xlsx"], "khong-co.xlsx"),
    (["audit", "bad.csv"], "tiêu đề"),
    (["audit", "a.csv", "--config", "bad.yaml"], "bad.yaml, dòng 2"),
    (["audit", "a.csv", "--config", "khong-co.yaml"], "khong-co.yaml"),
    (["audit", "a.csv", "--as-of", "20/10/2026"], "2026-10-20"),
    (["audit", "a.csv", "--as-of", "1026-10-20"], "quá xa"),
    (["audit", "a.csv", "--only", "A", "--only", "Z"], "--only Z"),
    (["audit", "a.csv", "--out", "a.csv"], "--out a.csv"),
    (["audit", "a.csv", "--out", "full"], "full"),
    (["audit", "a.csv", "--store", "sqlite:///khong/co/a.db"], "khong/co"),
    (["audit", "a.csv", "--store", "nonsense"], "store"),
    (["audit", "a.csv", "--config", "checklist.yaml"], "khong-co-bo-nay"),
    (["check", "không phải địa chỉ"], "địa chỉ web"),
    (["check", "a.edu.vn", "--kind", "đại học"], "--kind"),
    (["check", "a.edu.vn", "--fail-under", "101"], "--fail-under"),
    (["check", "a.edu.vn", "--fail-under", "x"], "--fail-under"),
    (["check"], "địa chỉ"),
    (["check", "--file", "khong-co.zip"], "khong-co.zip"),
    (["check", "--file", "a.csv"], "không có trang web nào"),
    (["rescore", "latest"], "auditor.db"),
    (["report", "latest"], "auditor.db"),
    (["resume", "latest"], "auditor.db"),
    (["runs"], "auditor.db"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_what_is_wrong_is_named_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "bad.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (folder / "bad.yaml").write_text("crawl:\n  max_page: 1\n", encoding="utf-8")
    (folder / "checklist.yaml").write_text("checklist: khong-co-bo-nay\n", encoding="utf-8")
    (folder / "full").mkdir()
    (folder / "full" / "bai.docx").write_text("x", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    assert cli.run_cli(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert "run " not in captured.out
    assert sorted(folder.rglob("*")) == before


def test_a_second_run_into_a_store_in_use_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lock_store("sqlite:///auditor.db"):
        assert cli.run_cli(["audit", "a.csv"]) == 2
    assert "lần chạy khác" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_an_interrupted_run_says_how_to_resume_and_is_resumed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_crawl", crawl_that(KeyboardInterrupt()))
    assert cli.run_cli(["audit", "a.csv"]) == 130
    captured = capsys.readouterr()
    run_id = captured.out.splitlines()[0].removeprefix("run ")
    assert captured.out.splitlines()[-1] == f"run {run_id}"
    assert f"auditor resume {run_id}" in captured.err
    assert cli.run_cli(["runs"]) == 0
    assert re.match(rf"{run_id} .*dở dang", capsys.readouterr().out)
    again = FakeCrawl()
    monkeypatch.setattr(cli, "_crawl", again)
    assert cli.run_cli(["resume", "latest"]) == 1
    assert again.crawled == ["B"]
    assert [unit["id"] for unit in results(folder / "out")["units"]] == ["A", "B", "C"]
    assert results(folder / "out")["run"]["id"] == run_id


def test_a_full_disk_is_exit_code_4_and_resumable(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_crawl", crawl_that(OSError(errno.ENOSPC, "No space left on device")))
    assert cli.run_cli(["audit", "a.csv"]) == 4
    assert "auditor resume" in capsys.readouterr().err
    monkeypatch.setattr(cli, "_crawl", FakeCrawl())
    assert cli.run_cli(["resume", "latest"]) == 1


def test_a_bug_of_ours_shows_no_traceback_but_keeps_it_in_the_log(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crawl(task: CrawlTask) -> None:
        raise ZeroDivisionError("bug")

    monkeypatch.setattr(cli, "_crawl", crawl)
    assert cli.run_cli(["audit", "a.csv"]) == 4
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "auditor.log" in err
    assert "ZeroDivisionError" in (folder / "out" / "auditor.log").read_text(encoding="utf-8")


def test_rescore_and_report_of_a_stored_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run_cli(["audit", "a.csv"])
    before = results(folder / "out")

    def nobody(task: CrawlTask) -> None:
        pytest.fail("somebody was visited")

    monkeypatch.setattr(cli, "_crawl", nobody)
    assert cli.run_cli(["rescore", before["run"]["id"], "--out", "again"]) == 1
    again = results(folder / "again")
    for unit in again["units"]:  # what changed since the run that was judged again: nothing, which is told
        assert (unit.pop("change") or {}).get("points") in (0.0, None)
    assert again["units"] == [
        {name: value for name, value in unit.items() if name != "change"} for unit in before["units"]
    ]
    (folder / "out" / "index.html").unlink()
    assert cli.run_cli(["report", before["run"]["id"]]) == 1
    assert (folder / "out" / "index.html").is_file()
    assert results(folder / "out") == before
    capsys.readouterr()
    assert cli.run_cli(["rescore", "khong-co"]) == 2
    assert "khong-co" in capsys.readouterr().err


def test_doctor_tells_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_cli(["doctor", "--store", "sqlite:///khong/co/a.db"]) == 0
    out = capsys.readouterr().out
    for word in ("Python", "trình duyệt", "1.6", "nơi lưu", "ghi được"):
        assert word in out
    assert not (folder / "khong").exists()


def test_help_is_vietnamese_and_quick() -> None:
    begun = time.process_time()
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", str(ROOT / "cli.py"), "--help"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert "Đọc trang web" in shown.stdout
    for heavy in ("scrapy", "sqlalchemy", "openpyxl", "pandas", "lxml"):
        assert f"| {heavy}\n" not in shown.stderr
    assert time.process_time() - begun < 5


def test_vietnamese_does_not_crash_on_a_console_with_an_old_code_page(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "audit", "khong-co.csv"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )
    assert shown.returncode == 2
    assert "không có tệp này" in shown.stderr.decode("utf-8")


# --- with the real crawl, on the sample portals ----------------------------------------------------------------

UNITS = ("mn-vang-trang-nho", "th-suoi-nguon", "thcs-cau-vong", "thcs-doi-gio")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A current folder whose config.yaml leads to the sample portals on loopback."""
    monkeypatch.chdir(tmp_path)
    with samples.serve() as server:
        (tmp_path / "config.yaml").write_text(
            f"network:\n  proxy: {server.proxy_url}\n"
            "crawl:\n  delay_seconds: 0.1\n  address_delay_seconds: 0\n  concurrent_units: 2\n  max_pages: 12\n"
            "  render: never\n",
            encoding="utf-8",
        )
        yield tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "cli.py"), *arguments]


def audit_arguments(out: str) -> list[str]:
    only = [part for unit in UNITS for part in ("--only", unit)]
    return [
        *("audit", str(samples.register_path()), "--config", "config.yaml", "--out", out, "--quiet"),
        *("--as-of", samples.AS_OF.isoformat(), "--store", f"sqlite:///{out}.db", *only),
    ]


def verdicts(path: Path) -> dict[str, Any]:
    units = results(path)["units"]
    return {unit["id"]: [unit["status"], [(item["id"], item["verdict"]) for item in unit["items"]]] for unit in units}


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_ended_in_mid_crawl_is_resumed_to_the_same_verdicts(served: Path, end: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command(*audit_arguments("out")), cwd=served, env=environment)
    archive = served / "out" / "archive"
    deadline = time.monotonic() + 60
    while not list(archive.glob("*.warc.gz")):
        assert process.poll() is None, "the run ended before its first unit did"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(end)
    assert process.wait(timeout=30) == (130 if end is signal.SIGINT else -signal.SIGKILL)
    closed = {path.name: path.stat().st_mtime_ns for path in archive.glob("*.warc.gz")}
    assert len(closed) < len(UNITS)
    assert cli.run_cli(["resume", "latest", "--config", "config.yaml", "--store", "sqlite:///out.db"]) in (0, 1)
    now = {path.name: path.stat().st_mtime_ns for path in archive.glob("*.warc.gz")}
    assert {name: now[name] for name in closed} == closed  # nobody was visited twice
    assert cli.run_cli(audit_arguments("whole")) in (0, 1)
    assert set(verdicts(served / "out")) == set(UNITS)
    assert verdicts(served / "out") == verdicts(served / "whole")


def test_check_tells_a_school_its_points_and_what_to_mend_first(
    served: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = next(unit for unit in samples_register() if unit.id == UNITS[2])
    arguments = ["check", str(unit.url), "--name", unit.name, "--config", "config.yaml", "--as-of", "2026-10-20"]
    assert cli.run_cli([*arguments, "--out", "one", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "Tổng điểm" in out
    for axis in ("4.1", "4.2", "4.3", "4.4", "4.5"):
        assert f"\n  {axis} " in out
    assert "Nên sửa trước:\n  1. " in out
    assert "  4. " not in out.partition("Nên sửa trước")[2]
    page = re.search(r"Bảng điểm đầy đủ: (\S+)", out)
    assert page is not None
    assert (served / page[1]).is_file()
    assert cli.run_cli([*arguments, "--out", "two", "--fail-under", "100", "--json", "--quiet"]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "audited"
    assert cli.run_cli([*arguments, "--out", "three", "--fail-under", "1", "--quiet"]) == 0


def test_what_a_browser_saw_stands_in_the_scorecard(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = served / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("render: never", "render: auto")
    config.write_text(text + "browser:\n  phone_pages: 1\n", encoding="utf-8")
    arguments = ["check", "thsuoinguon.hcm.edu.vn", "--config", "config.yaml", "--as-of", "2026-10-20", "--out", "one"]
    assert cli.run_cli([*arguments, "--quiet"]) == 0
    unit = results(served / "one")["units"][0]
    pictures = {picture["kind"]: served / "one" / picture["file"] for picture in unit["pictures"]}
    assert {"desktop", "phone", "menu", "banner", "search"} <= set(pictures)
    for path in pictures.values():
        assert path.read_bytes()[:4] == b"RIFF"
        assert path.stat().st_size < 80_000
    page = (served / "one" / unit["page"]).read_text(encoding="utf-8")
    assert all(f'src="{path.parent.name}/{path.name}"' in page for path in pictures.values())
    assert "phần tử img" in next(item for item in unit["items"] if item["id"] == "1.4")["remedy"]
    assert [finding["rule"] for finding in unit["accessibility"]]
    assert cli.run_cli(["rescore", "latest", "--store", "sqlite:///one/auditor.db", "--out", "two", "--quiet"]) == 0
    again = results(served / "two")["units"][0]
    assert again["pictures"] == unit["pictures"]
    assert again["items"] == unit["items"]
    assert all((served / "two" / picture["file"]).is_file() for picture in again["pictures"])


def test_an_interrupted_check_ends_without_a_summary(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_crawl", FakeCrawl(0, KeyboardInterrupt()))
    assert cli.run_cli(["check", "a.edu.vn", "--quiet"]) == 130
    assert capsys.readouterr().out == ""


def test_check_of_a_saved_page_needs_no_network(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_crawl", crawl_that(AssertionError("the network was asked")))
    (folder / "Trang chủ.html").write_text(
        "<!-- saved from url=(0024)https://thcsvidu.edu.vn/ --><html><title>Trường THCS Ví Dụ</title>"
        '<body><h1>Trường THCS Ví Dụ</h1><a href="https://thcsvidu.edu.vn/tin-tuc">Tin tức</a></body></html>',
        encoding="utf-8",
    )
    name = ["--name", "Trường THCS Ví Dụ"]
    assert cli.run_cli(["check", "--file", "Trang chủ.html", *name, "--json", "--quiet", "--out", "one"]) == 0
    unit = json.loads(capsys.readouterr().out)
    assert (unit["status"], unit["crawl"]["stopped_by"]) == ("partial", "saved_copy")
    assert not [item["id"] for item in unit["items"] if item["reason"] == "not_found"]


def samples_register() -> Any:
    from auditor.register import read_register

    return read_register(samples.register_path()).units

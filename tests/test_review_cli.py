"""`auditor review`, `auditor dispute` and `--format`: what they print, write and exit with (contract.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl.packaging.custom import StringProperty

import cli
from reports import review_columns as columns
from spiders import samples
from tests.auditor.review_maker import CHECKLIST, close_stores, run_of, stored, unit_of
from tests.reports.test_review_file import made

TODAY = date.today()
RUN = run_of(10)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A current folder with a finished run of which nothing could be read."""
    monkeypatch.chdir(tmp_path)
    open_items = {item.id.replace(".", "_"): "undetermined" for item in CHECKLIST.items}
    units = [
        {**unit_of(unit_id, number, **open_items), "status": status, "status_reason": "dns", "district": district}
        for number, (unit_id, status, district) in enumerate(
            [("A", "unreachable", "Phường 1"), ("B", "unreachable", "Phường 2"), ("C", "no_website", "Phường 2")]
        )
    ]
    stored(tmp_path, run_of(10, tmp_path / "out"), *units)
    close_stores()
    (tmp_path / "out").mkdir()
    (tmp_path / "a.csv").write_text("id,name,url\nA,Trường THCS Một,a.edu.vn\n", encoding="utf-8")
    assert cli.run_cli(["report", "latest", "--quiet", "--format", "xlsx,html"]) == 1
    capsys.readouterr()
    return tmp_path


def row(unit: str, item: str, **changes: Any) -> dict[str, Any]:
    values = {
        columns.UNIT_ID: unit,
        columns.ITEM: item,
        columns.VERDICT: "Đạt",
        columns.REASON: "Đã mở cổng xem bằng tay",
        columns.REVIEWER: "Nguyễn Thị Hoa",
        columns.DAY: TODAY,
    }
    return {**values, **changes}


def results(path: Path) -> Any:
    return json.loads((path / "results.json").read_text(encoding="utf-8"))


def unit_in(path: Path, unit_id: str) -> dict[str, Any]:
    unit: dict[str, Any] = next(unit for unit in results(path)["units"] if unit["id"] == unit_id)
    return unit


def test_what_people_decide_stands_in_the_scorecards_afterwards(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "out").glob("*.*") if path.is_file()}
    made(folder / "phieu.xlsx", row("A", "2.4"), row("A", "2.14", **{columns.VERDICT: "Không đạt"}))
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx"]) == 0
    captured = capsys.readouterr()
    assert "Đã nhập 2 dòng; 0 dòng đã có từ trước; 0 dòng chưa điền; 0 dòng không dùng được." in captured.out
    assert captured.err == ""
    unit = unit_in(folder / "out", "A")
    items = {item["id"]: item for item in unit["items"]}
    assert (items["2.4"]["verdict"], items["2.4"]["review"]["verdict"]) == ("undetermined", "pass")
    assert unit["total"]["points"] is not None
    assert unit["machine_total"]["points"] is None
    for name in ("scorecard.xlsx", "index.html"):
        assert (folder / "out" / name).read_bytes() != before[name]
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx"]) == 0
    assert "Đã nhập 0 dòng; 2 dòng đã có từ trước" in capsys.readouterr().out


def test_bad_rows_are_named_with_their_numbers_and_cost_exit_code_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = TODAY + timedelta(days=2)
    rows = [row("A", "2.4"), row("Z", "2.4"), row("A", "2.4.z"), row("B", "2.4", **{columns.REASON: None})]
    rows += [row("C", "2.4"), row("B", "2.6", **{columns.DAY: tomorrow}), {columns.UNIT_ID: "B", columns.ITEM: "2.8"}]
    made(folder / "phieu.xlsx", *rows)
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx"]) == 1
    captured = capsys.readouterr()
    assert "Đã nhập 1 dòng; 0 dòng đã có từ trước; 1 dòng chưa điền; 5 dòng không dùng được." in captured.out
    lines = captured.err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [f"phieu.xlsx, dòng {number}" for number in range(5, 10)]
    assert "thiếu lý do. Hãy ghi vì sao" in lines[2]


def test_without_a_report_the_scorecards_wait(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(folder / "phieu.xlsx", row("A", "2.4"))
    before = results(folder / "out")
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx", "--no-report"]) == 0
    assert f"auditor report {RUN.id}" in capsys.readouterr().out
    assert results(folder / "out") == before
    assert cli.run_cli(["report", "latest"]) == 1
    assert unit_in(folder / "out", "A")["total"]["points"] is not None


def test_a_lost_folder_does_not_cost_the_verdicts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(folder / "phieu.xlsx", row("A", "2.4"))
    (folder / "out").rename(folder / "elsewhere")
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx"]) == 0
    assert "Không còn thư mục kết quả" in capsys.readouterr().err
    assert cli.run_cli(["report", "latest", "--out", "again"]) == 1
    assert unit_in(folder / "again", "A")["total"]["points"] is not None


def test_a_wrong_file_is_exit_code_2_and_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def other_run(sheet: Any, book: Any) -> None:
        book.custom_doc_props.append(StringProperty(name=columns.RUN_PROPERTY, value="20250101-000000-aaaa"))

    made(folder / "khac.xlsx", row("A", "2.4"), change=other_run)
    made(folder / "trong.xlsx", headings=["x"])
    for name, message in (
        ("khac.xlsx", "auditor review import 20250101-000000-aaaa khac.xlsx"),
        ("trong.xlsx", "không tìm thấy bảng thẩm định"),
        ("a.csv", "không tìm thấy bảng thẩm định"),
        ("mat.xlsx", "không có tệp này"),
    ):
        assert cli.run_cli(["review", "import", "latest", name]) == 2
        assert message in capsys.readouterr().err
    assert cli.run_cli(["review", "import", "khong-co", "khac.xlsx"]) == 2
    assert all(item["review"] is None for unit in results(folder / "out")["units"] for item in unit["items"])


@pytest.mark.parametrize(
    ("given", "files"),
    [
        (["--format", "markdown"], {"summary.md"}),
        (["--format", "csv,MD"], {"summary.md", "tables"}),
        (["--format", "parquet", "--format", "html"], {"tables", "index.html", "units"}),
        ([], {"scorecard.xlsx", "index.html", "units"}),
    ],
)
def test_format_chooses_what_is_written(folder: Path, given: list[str], files: set[str]) -> None:
    assert cli.run_cli(["report", "latest", "--out", "again", *given]) == 1
    written = {path.name for path in (folder / "again").iterdir()}
    assert "results.json" in written
    assert written & {"summary.md", "tables", "index.html", "units", "scorecard.xlsx"} == files


def test_an_unknown_format_is_refused_before_anything_is_done(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run_cli(["audit", "a.csv", "--out", "new", "--format", "pdf"]) == 2
    assert "--format pdf: chỉ có các dạng xlsx, html, csv, parquet, markdown" in capsys.readouterr().err
    monkeypatch.setattr("reports.tables.find_spec", lambda name: None)
    assert cli.run_cli(["audit", "a.csv", "--out", "new", "--format", "parquet"]) == 2
    assert "pyarrow" in capsys.readouterr().err
    assert not (folder / "new").exists()


def test_help_tells_how_to_review(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_cli(["review", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "auditor review export latest phieu.xlsx" in shown


# --- with the real crawl, on the sample portals ----------------------------------------------------------------

UNIT = "thcs-cau-vong"
PORTAL = "http://thcscauvong.hcm.edu.vn"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """A current folder with a run that read four pages of a sample portal, which is still there."""
    monkeypatch.chdir(tmp_path)
    with samples.serve() as server:
        (tmp_path / "config.yaml").write_text(
            f"network:\n  proxy: {server.proxy_url}\n"
            "crawl:\n  delay_seconds: 0.0\n  address_delay_seconds: 0\n  max_pages: 4\n  render: never\n",
            encoding="utf-8",
        )
        arguments = ["audit", str(samples.register_path()), "--config", "config.yaml", "--quiet", "--only", UNIT]
        cli.run_cli([*arguments, "--as-of", samples.AS_OF.isoformat()])
        capsys.readouterr()
        yield tmp_path


def test_a_dispute_is_looked_at_at_once_and_changes_no_points(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = unit_in(served / "out", UNIT)
    command = ["dispute", "latest", UNIT, "2.9", f"{PORTAL}/nien-giam.html", "--config", "config.yaml"]
    assert cli.run_cli([*command, "--by", "Hiệu trưởng", "--reason", "Niên giám ở trang này"]) == 0
    out = capsys.readouterr().out
    assert "  Trước: Không xác định." in out
    assert "  Sau khi xem địa chỉ này: Không đạt." in out
    after = unit_in(served / "out", UNIT)
    assert after["total"] == before["total"]
    item = next(item for item in after["items"] if item["id"] == "2.9")
    assert (item["verdict"], item["review"]["state"]) == ("undetermined", "disputed")
    recheck = item["review"]["dispute"]["recheck"]
    assert (recheck["before"]["verdict"], recheck["after"]["verdict"]) == ("undetermined", "fail")
    assert (served / "out" / "archive" / recheck["archive"]).is_file()
    assert cli.run_cli(command) == 0
    assert "đã được ghi từ trước" in capsys.readouterr().out


def test_the_column_of_disputes_is_looked_at_when_it_comes_in(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {columns.VERDICT: None, columns.REASON: None, columns.REVIEWER: None, columns.DAY: None}
    rows = [
        row(UNIT, "2.15", **empty, **{columns.DISPUTE: f"{PORTAL}/video-clip.html"}),
        row(UNIT, "2.14", **empty, **{columns.DISPUTE: f"{PORTAL}/khong-co.html"}),
        row(UNIT, "2.6", **empty, **{columns.DISPUTE: "http://thidoigio.hcm.edu.vn/"}),
    ]
    made(served / "phieu.xlsx", *rows)
    assert cli.run_cli(["review", "import", "latest", "phieu.xlsx", "--config", "config.yaml"]) == 0
    told = capsys.readouterr().out.split("Khiếu nại: ")[1:]
    assert [text.partition(",")[2].split()[1] for text in told] == ["2.15", "2.14", "2.6"]
    assert "Sau khi xem địa chỉ này: Đạt" in told[0]
    assert "chưa xét lại được" in told[1]
    assert "không thuộc cổng của đơn vị" in told[2]

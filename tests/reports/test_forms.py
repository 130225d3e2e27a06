"""Scorecards of a large run: written side by side, and what happens when that fails or a person stops it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor.checklist import Checklist
from auditor.results import write_results
from auditor.run import ReportTask
from reports.forms import write_forms
from tests.reports import specimens


def written(out: Path, checklist: Checklist, units: int, forms: Sequence[str], stops: bool = False) -> None:
    header = specimens.header(units)
    results = out / "results.json"
    write_results(results, header, (specimens.unit(number, checklist) for number in range(units)))
    write_forms(ReportTask(out, header, results, units, checklist, lambda: stops), forms)


@pytest.mark.parametrize("units", [3, 45])
def test_every_form_is_there_when_it_returns(tmp_path: Path, checklist: Checklist, units: int) -> None:
    written(tmp_path, checklist, units, ("xlsx", "html", "csv"))
    names = {path.name for path in tmp_path.iterdir()}
    assert {"scorecard.xlsx", "index.html", "units"} <= names
    assert len(list((tmp_path / "units").iterdir())) == units
    assert not [name for name in names if name.endswith(".part")]


@pytest.mark.parametrize("units", [3, 45])
@pytest.mark.parametrize("forms", [("xlsx", "html"), ("html", "xlsx")])
def test_a_folder_that_refuses_the_workbook_is_an_error_wherever_it_was_written(
    tmp_path: Path, checklist: Checklist, units: int, forms: tuple[str, str]
) -> None:
    (tmp_path / "scorecard.xlsx").mkdir()
    with pytest.raises(OSError, match="scorecard"):
        written(tmp_path, checklist, units, forms)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("units", [3, 45])
def test_a_person_who_stops_the_run_is_obeyed(tmp_path: Path, checklist: Checklist, units: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path, checklist, units, ("xlsx", "html"), stops=True)
    assert not multiprocessing.active_children()
    assert not (tmp_path / "index.html").exists()

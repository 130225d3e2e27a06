"""The forms of the scorecards by the names that `--format` knows, and how several are written at once."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import processes
from auditor.results import read_units
from reports.digest import Units

if TYPE_CHECKING:
    from auditor.checklist import Checklist
    from auditor.run import ReportTask

Writer = Callable[[Path, Mapping[str, Any], Units, "Checklist"], None]

# Units from which on a process of its own pays for the workbook: to start one takes as long as to write a few dozen.
_MANY = 40


def _write_xlsx(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    from reports.excel import write_workbook

    write_workbook(out / "scorecard.xlsx", header, units, checklist)


def _write_html(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    from reports.html import write_pages

    write_pages(out, header, units, checklist)


def _write_csv(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    from reports.tables import write_csv

    write_csv(out, units, checklist)


def _write_parquet(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    from reports.tables import write_parquet

    write_parquet(out, units, checklist)


def _write_markdown(out: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    from reports.markdown import write_summary

    write_summary(out, header, units, checklist)


FORMS: Mapping[str, Writer] = {
    "xlsx": _write_xlsx,
    "html": _write_html,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "markdown": _write_markdown,
}


def write_forms(task: ReportTask, forms: Sequence[str]) -> None:
    """Writes a run's scorecards in these forms.

    The first form of a large run is written in a process beside this one. Raises OSError where the folder cannot be
    written, KeyboardInterrupt when the run is stopped between two units.
    """
    given = (task.out, task.header)

    def units() -> Iterator[dict[str, Any]]:
        for unit in read_units(task.results):
            if task.stopping():
                raise KeyboardInterrupt
            yield unit

    if task.count < _MANY or len(forms) < 2:
        for form in forms:
            FORMS[form](*given, units, task.checklist)
        return
    # Ctrl-C reaches the whole group of processes; only this one decides what it means.
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(1, processes.context(), initializer=signal.signal, initargs=ignoring) as pool:
        beside = pool.submit(FORMS[forms[0]], *given, partial(read_units, task.results), task.checklist)
        try:
            for form in forms[1:]:
                FORMS[form](*given, units, task.checklist)
            while not wait([beside], timeout=0.5).done:
                if task.stopping():
                    raise KeyboardInterrupt
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        beside.result()

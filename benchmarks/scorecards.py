"""What scorecards of a large run cost: writing them, opening the workbook in LibreOffice, the index in Chromium.

Every part is measured in a fresh process. CPU time is told, for it belongs less to the load of the machine at one time;
a yardstick, a fixed piece of work measured in the same minute, tells how fast the machine was.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import psutil

from auditor.checklist import Checklist, load_checklist
from tests import browser as real_browser
from tests.reports import specimens

_KINDS_OF_UNITS = 200  # different units; the others are these with other names and addresses


def invented(count: int, evidence: int, checklist: Checklist) -> Callable[[], Iterator[dict[str, Any]]]:
    """`count` units as they stand in results.json, each with its own id, name and addresses."""
    patterns = [specimens.unit(number, checklist, evidence=evidence) for number in range(min(count, _KINDS_OF_UNITS))]

    def fresh() -> Iterator[dict[str, Any]]:
        for number in range(count):
            pattern = patterns[number % len(patterns)]
            unit = copy.copy(pattern)
            unit["id"] = f"dv-{number:05d}"
            unit["name"] = f"Trường số {number} Nguyễn Thị Ưu Đàm"
            unit["page"] = f"units/dv-{number:05d}.html"
            unit["items"] = [
                {**item, "evidence": [{**piece, "url": f"{piece['url']}&n={number}"} for piece in item["evidence"]]}
                for item in pattern["items"]
            ]
            yield unit

    return fresh


def _write(part: str, units: int, evidence: int, out: Path) -> dict[str, float]:
    """Runs in a process of its own: CPU seconds and peak memory of writing one form."""
    from reports.excel import write_workbook
    from reports.html import write_pages

    checklist = load_checklist("3082-gddt-tttt")
    source = invented(units, evidence, checklist)
    begun = process_time()
    for _ in source():
        pass
    making = process_time() - begun
    begun = process_time()
    if part == "workbook":
        write_workbook(out / "scorecard.xlsx", specimens.header(units), source, checklist)
    else:
        write_pages(out, specimens.header(units), source, checklist)
    spent = process_time() - begun - 2 * making  # both writers read the units twice
    return {
        "cpu_seconds": round(spent, 1),
        "cpu_ms_per_unit": round(1000 * spent / units, 2),
        "peak_mb": round(_peak_bytes() / 1e6, 1),
        "yardstick_seconds": _yardstick(),
    }


def _yardstick() -> float:
    """CPU seconds of a fixed piece of work."""
    begun, state = process_time(), 0
    for number in range(3_000_000):
        state = (state * 31 + number) & 0xFFFFFFFF
    return round(process_time() - begun, 2)


def _peak_bytes() -> int:
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _in_a_process(part: str, units: int, evidence: int, out: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scorecards", "--part", part, "--out", str(out)]
    done = subprocess.run(
        [*command, "--units", str(units), "--evidence", str(evidence)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _open_in_libreoffice(book: Path, work: Path) -> dict[str, float] | None:
    """CPU seconds of LibreOffice from its start until the first sheet is out as text; None without LibreOffice."""
    office = shutil.which("soffice")
    if office is None:
        return None
    command = [office, f"-env:UserInstallation={(work / 'profile').as_uri()}", "--headless", "--convert-to", "csv"]
    told: dict[str, float] = {}
    for name in ("first_start", "cpu_seconds"):  # the first start makes the profile
        before = psutil.Process().cpu_times()
        subprocess.run([*command, "--outdir", str(work), str(book)], check=True, capture_output=True)
        after = psutil.Process().cpu_times()
        children = after.children_user + after.children_system - before.children_user - before.children_system
        told[name] = round(children, 1)
    return {**told, "yardstick_seconds": _yardstick()}


_ANSWER = """([id, value]) => {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event(id === 'tim' ? 'input' : 'change'));
    document.body.getBoundingClientRect();
}"""
_YARDSTICK = """() => {
    const begun = performance.now();
    let state = 0;
    for (let i = 0; i < 2e7; i++) { state = (state * 31 + i) | 0; }
    return performance.now() - begun + 0 * state;
}"""


def use_index(index: Path) -> dict[str, float]:
    """CPU milliseconds of Chromium's page thread: until the list is there, and of one search, filter and sorting.

    `..._ms` is until the rows that a screen shows are laid out, `..._whole_ms` until all 50 rows of the page are drawn.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=real_browser.find(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        session = page.context.new_cdp_session(page)
        session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
        session.send("Performance.enable")

        def busy() -> float:
            told = session.send("Performance.getMetrics")["metrics"]
            return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))

        def drawn() -> None:
            page.wait_for_selector("#bang tbody:not([aria-busy])", state="attached")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

        page.goto(index.as_uri())
        page.wait_for_selector("#bang tbody tr")
        figures = {"first_view_ms": busy()}
        drawn()
        figures["yardstick_ms"] = float(page.evaluate(_YARDSTICK))
        highest = page.locator("#sap-xep option", has_text="Tổng điểm (cao trước)").get_attribute("value") or ""
        for name, field, values in (
            ("search", "tim", ["t", "truong so 39", "uu dam", ""]),
            ("filter", "loc-dia-ban", ["0", "1", "2", ""]),
            ("sort", "sap-xep", [highest, "", highest, ""]),
        ):
            answers, wholes = [], []
            for value in values:
                before = busy()
                page.evaluate(_ANSWER, [field, value])
                answers.append(busy() - before)
                drawn()
                wholes.append(busy() - before)
            figures[f"{name}_ms"], figures[f"{name}_whole_ms"] = median(answers), median(wholes)
        browser.close()
    return {name: round(value, 1) for name, value in figures.items()}


def main() -> None:
    """Writes, opens and uses the scorecards of an invented run and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=4000)
    parser.add_argument("--evidence", type=int, default=2, help="pieces per item")
    parser.add_argument("--part", choices=["workbook", "pages"], help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(_write(given.part, given.units, given.evidence, given.out)))
        return
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        print(f"{given.units} units, 40 items, {given.evidence} pieces of evidence per item")
        print("workbook", _in_a_process("workbook", given.units, given.evidence, out))
        print(f"  {(out / 'scorecard.xlsx').stat().st_size / 1e6:.1f} MB")
        print("  LibreOffice", _open_in_libreoffice(out / "scorecard.xlsx", out) or "is not installed")
        few = max(given.units // 8, 1)
        print(f"pages of {few} units", _in_a_process("pages", few, given.evidence, out))
        print("pages", _in_a_process("pages", given.units, given.evidence, out))
        sizes = [path.stat().st_size for path in (out / "units").iterdir()]
        print(f"  index {(out / 'index.html').stat().st_size / 1e6:.2f} MB, unit at most {max(sizes) / 1e3:.0f} kB")
        print("  Chromium", use_index(out / "index.html"))


if __name__ == "__main__":
    main()

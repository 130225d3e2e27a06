"""The pages in a real browser: search, sort, no complaint of the Content-Security-Policy, no sideways scroll."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from pypdfium2 import PdfDocument

from auditor.checklist import Checklist
from reports import wording
from reports.html import write_pages
from tests import browser as real_browser
from tests.reports import specimens

UNITS = 120
HOSTILE = frozenset({3, 14, 25})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Fails, rather than skips, where there is no browser: these pages are what users see."""
    executable = real_browser.find()
    assert executable, "no Chromium, Chrome or Edge on this machine (see tests/browser.py)"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Path:
    target = tmp_path_factory.mktemp("pages")
    write_pages(target, specimens.header(UNITS), specimens.units(UNITS, checklist, hostile=HOSTILE), checklist)
    return target


@pytest.fixture(params=[1280, 390])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    yield context.new_page()
    context.close()


def _open(page: Page, path: Path) -> list[str]:
    """Open a page; the list takes its complaints and every request beyond the page itself."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda asked: told.append(asked.url) if asked.url != path.as_uri() else None)
    page.goto(path.as_uri())
    return told


def _names(page: Page) -> list[str]:
    _drawn(page)
    return page.locator("#bang tbody th").all_inner_texts()


def _drawn(page: Page) -> None:
    """Wait until the table shows all rows of its page."""
    page.wait_for_selector("#bang tbody:not([aria-busy])", state="attached")


def _totals(page: Page) -> list[str]:
    _drawn(page)
    told: list[str] = page.locator("#bang tbody td:nth-child(5)").evaluate_all(
        "cells => cells.map(cell => cell.firstChild.textContent)"
    )
    return told


def test_search_finds_with_and_without_accents(page: Page, folder: Path) -> None:
    told = _open(page, folder / "index.html")
    assert f"Có {UNITS} trong {UNITS} đơn vị." in page.locator("#dem").inner_text()
    assert len(_names(page)) == 50
    for asked in ("truong so 7 nguyen thi uu dam", "Trường số 7 Nguyễn Thị Ưu Đàm", "DV-00007", "don-vi-7.example"):
        page.fill("#tim", asked)
        assert "Trường số 7 Nguyễn Thị Ưu Đàm" in _names(page)
    page.fill("#tim", "không có đơn vị này")
    assert page.locator("#dem").inner_text() == f"Có 0 trong {UNITS} đơn vị."
    assert told == []


def test_filters_and_sorting(page: Page, folder: Path, checklist: Checklist) -> None:
    told = _open(page, folder / "index.html")
    page.select_option("#moi-trang", "1000")
    page.select_option("#loc-tinh-trang", label="Bị chặn")
    blocked = [unit["name"] for unit in specimens.units(UNITS, checklist)() if unit["status"] == "blocked"]
    assert _names(page) == blocked
    page.select_option("#loc-tinh-trang", "")
    page.select_option("#sap-xep", label="Tổng điểm (cao trước)")
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Tổng điểm")
    shown = [float(total.replace(",", ".")) for total in _totals(page) if total != "–"]
    assert len(shown) > UNITS / 2
    assert shown == sorted(shown, reverse=True)
    page.select_option("#sap-xep", label="Tổng điểm (thấp trước)")
    assert _totals(page)[-1] == "–"  # units without points come last either way
    assert told == []


def test_the_head_of_the_table_sorts_by_keyboard(browser: Browser, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _open(page, folder / "index.html")
    page.locator("#bang thead button").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#bang thead th").first.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert page.locator("#bang thead th").first.get_attribute("aria-sort") == "descending"
    page.locator("#sau").focus()
    page.keyboard.press("Enter")
    assert page.locator("#trang").inner_text() == "Trang 2/3"
    assert (
        page.evaluate("document.getElementById('dem').getBoundingClientRect().top") < 300
    )  # its first row is in sight
    context.close()


_ANSWERS = """terms => {
    const box = document.getElementById('tim'), body = document.querySelector('#bang tbody');
    const loop = () => { let sum = 0; for (let i = 0; i < 2e7; i++) { sum = (sum * 31 + i) | 0; } return sum; };
    const timed = work => { const begun = performance.now(); work(); return performance.now() - begun; };
    loop();
    return terms.map(term => {
        const yardstick = timed(loop);
        const answer = timed(() => {
            box.value = term; box.dispatchEvent(new Event('input')); document.body.getBoundingClientRect();
        });
        return {share: answer / yardstick, rows: body.children.length, told: document.getElementById('dem').innerText};
    });
}"""


def test_four_thousand_units_are_filtered_while_one_types(browser: Browser, folder: Path, tmp_path: Path) -> None:
    before, rest = (folder / "index.html").read_text(encoding="utf-8").split('id="du-lieu">')
    block, after = rest.split("</script>", 1)
    data = json.loads(block)
    data["rows"] = [[f"{row[0]} {number}", *row[1:]] for number, row in enumerate(data["rows"] * 40) if number < 4000]
    large = tmp_path / "index.html"
    large.write_text(f'{before}id="du-lieu">{json.dumps(data)}</script>{after}', encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    told = _open(page, large)
    _drawn(page)
    page.select_option("#moi-trang", "1000")
    _drawn(page)
    answers = page.evaluate(_ANSWERS, ["t", "tr", "truong so 1", "", "nguyen", "uu dam 39", ""])
    assert all(answer["rows"] <= 20 for answer in answers), "more than the screen shows was laid out before the answer"
    assert answers[-1]["told"] == "Có 4000 trong 4000 đơn vị."
    assert statistics.median(answer["share"] for answer in answers) < 0.7  # of a loop of some 20 ms on an idle machine
    _drawn(page)
    assert page.locator("#bang tbody tr").count() == 1000
    assert told == []
    context.close()


def test_no_page_scrolls_sideways_complains_or_obeys_a_portal(page: Page, folder: Path) -> None:
    inner = [
        *(folder / f"units/dv-{number:05d}.html" for number in (3, 4, 9, 14, 25)),
        *(folder / f"records/dv-{number:05d}.html" for number in (3, 4, 9)),
    ]
    for path in (folder / "index.html", *inner):
        told = _open(page, path)
        width: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, path.name
        assert page.evaluate("window.broken === undefined")
        assert told == [], path.name
        page = page.context.new_page()


def test_targets_are_large_enough(page: Page, folder: Path) -> None:
    for name in ("index.html", "units/dv-00004.html"):
        _open(page, folder / name)
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, input, summary')]
                .filter(e => e.offsetParent !== null && (e.offsetHeight < 24 || e.offsetWidth < 24))
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []


def test_units_are_found_by_the_verdict_of_an_item(page: Page, folder: Path, checklist: Checklist) -> None:
    told = _open(page, folder / "index.html")
    page.select_option("#moi-trang", "1000")
    item = next(row for row in checklist.items if row.id == "2.13.d")
    page.select_option("#loc-muc", label=f"{item.id} {item.title}")
    assert len(_names(page)) == UNITS  # an item alone asks nothing yet
    page.select_option("#loc-ket-luan", label="Không đạt")
    wanted = [
        " ".join(unit["name"].split())
        for unit in specimens.units(UNITS, checklist, hostile=frozenset())()
        for one in unit["items"]
        if one["id"] == item.id and one["verdict"] == "fail"
    ]
    assert wanted
    hostile = {f"Trường số {number} Nguyễn Thị Ưu Đàm" for number in HOSTILE}
    assert [name for name in _names(page) if name in wanted] == [name for name in wanted if name not in hostile]
    page.click("#bo-loc")
    assert len(_names(page)) == UNITS
    assert told == []


def test_units_are_compared_with_the_keyboard_alone(browser: Browser, folder: Path, checklist: Checklist) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    told = _open(page, folder / "index.html")
    assert page.locator("#xem-so-sanh").is_disabled()
    for place in (0, 1, 2, 4):
        page.locator("#bang tbody input").nth(place).focus()
        page.keyboard.press("Space")
    page.locator("#bang tbody input").nth(5).focus()
    page.keyboard.press("Space")
    assert "tối đa 4" in page.locator("#da-chon").inner_text()
    assert not page.locator("#bang tbody input").nth(5).is_checked()
    page.locator("#xem-so-sanh").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "so-sanh-ten"
    table = page.locator("#bang-so-sanh")
    units = [specimens.unit(number, checklist) for number in (0, 1, 2, 4)]
    assert table.locator("thead th").all_inner_texts()[1:] == [unit["name"] for unit in units]
    first = table.locator("tbody tr").count() - len(checklist.items)
    for place, item in enumerate(checklist.items):
        cells = table.locator("tbody tr").nth(first + place).locator("td .chip")
        names = [wording.VERDICTS[unit["items"][place]["verdict"]] for unit in units]
        assert cells.all_inner_texts() == [f"{worded.mark} {worded.name}" for worded in names], item.id
    page.locator("#chi-khac").focus()
    page.keyboard.press("Space")
    rows = [set(line.split("\t")[1:]) for line in _lines(page)]
    assert rows
    assert all(len(row) > 1 for row in rows)
    page.locator("#dong-so-sanh").focus()
    page.keyboard.press("Enter")
    assert not page.locator("#so-sanh").is_visible()
    assert page.evaluate("document.activeElement.id") == "xem-so-sanh"
    assert told == []
    context.close()


def _lines(page: Page) -> list[str]:
    told: list[str] = page.locator("#bang-so-sanh tbody tr").evaluate_all(
        r"rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()).join('\t'))"
    )
    return told


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (
            1280,
            [
                "index.html",
                "units/dv-00004.html",
                "units/dv-00009.html",
                "units/dv-00003.html",
                "records/dv-00004.html",
            ],
        ),
        (390, ["index.html", "units/dv-00004.html", "records/dv-00004.html"]),
    ],
)
def test_axe_finds_nothing_to_mend(browser: Browser, folder: Path, width: int, names: list[str]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for name in names:
        _open(page, folder / name)
        if name == "index.html":
            for place in (0, 1):
                page.locator("#bang tbody input").nth(place).check()
            page.click("#xem-so-sanh")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert real_browser.barriers(page) == [], name
    context.close()


def test_a_page_for_the_printer_has_paper_of_its_own_size(browser: Browser, folder: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    for name, wide in (("index.html", True), ("units/dv-00004.html", False), ("records/dv-00004.html", False)):
        _open(page, folder / name)
        paper = page.pdf(prefer_css_page_size=True)
        size = PdfDocument(paper)[0].get_size()
        assert [round(side) for side in size] == ([842, 595] if wide else [595, 842]), name
    context.close()


def test_no_heading_of_a_record_is_left_alone_at_the_foot_of_a_sheet(browser: Browser, folder: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    _open(page, folder / "records/dv-00001.html")
    for lines in range(12):  # wherever the sheet ends
        page.evaluate("n => { document.querySelector('h1').style.marginTop = `${n * 1.2}rem`; }", lines)
        sheets = [sheet.get_textpage().get_text_range() for sheet in PdfDocument(page.pdf(prefer_css_page_size=True))]
        (with_heading,) = [sheet for sheet in sheets if "3. Kết quả từng mục" in sheet]
        assert "1.1" in with_heading.partition("3. Kết quả từng mục")[2], lines
        assert [sheet.split()[0] for sheet in sheets[1:]] == [str(number) for number in range(2, len(sheets) + 1)]
    context.close()


def test_tables_give_way_on_a_phone(browser: Browser, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    _open(page, folder / "records/dv-00004.html")
    assert page.evaluate("Math.min(...[...document.querySelectorAll('td.remark')].map(e => e.offsetWidth))") > 250
    page = context.new_page()
    _open(page, folder / "index.html")
    for place in (0, 1, 2):
        page.locator("#bang tbody input").nth(place).check()
    page.click("#xem-so-sanh")
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)")
    context.close()


def test_pictures_are_there_before_one_scrolls_to_them(browser: Browser, checklist: Checklist, tmp_path: Path) -> None:
    unit = specimens.unit(4, checklist)
    shown = tmp_path / "units/dv-00004/1-desktop.webp"
    file = shown.relative_to(tmp_path).as_posix()
    unit["pictures"] = [{"file": file, "kind": "desktop", "url": unit["url"], "width": 8, "height": 8}]
    write_pages(tmp_path, specimens.header(1), lambda: iter([unit]), checklist)
    shown.parent.mkdir()
    Image.new("RGB", (8, 8), "red").save(shown)
    page = browser.new_page(viewport={"width": 390, "height": 600})
    page.goto((tmp_path / "units/dv-00004.html").as_uri())
    assert page.locator(".shot img").evaluate_all("all => all.map(one => one.naturalWidth)") == [8]
    page.close()


def test_a_list_without_units_says_so(page: Page, checklist: Checklist, tmp_path: Path) -> None:
    write_pages(tmp_path, specimens.header(0), lambda: iter(()), checklist)
    assert _open(page, tmp_path / "index.html") == []
    assert page.get_by_text("không có đơn vị nào").is_visible()
    assert page.locator("table#bang, select").count() == 0
    assert real_browser.barriers(page) == []


def test_all_evidence_opens_and_closes_at_once(browser: Browser, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _open(page, folder / "units/dv-00004.html")
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(closed)
    assert before > 0
    page.click("#mo-het")
    assert page.evaluate(closed) == 0
    page.click("#mo-het")
    assert page.evaluate(closed) == page.evaluate("document.querySelectorAll('details').length") > before
    context.close()


def test_the_list_is_there_without_scripts(browser: Browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator("noscript tbody tr, .scroll tbody tr").count() >= UNITS
    assert not page.locator("#ung-dung").is_visible()
    context.close()

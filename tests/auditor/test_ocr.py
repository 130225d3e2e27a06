"""Scans: OCR may date a disclosure, and where there is none a person is asked; a school never fails for it."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import cli
from auditor import ocr
from auditor.archive import ArchiveWriter, archive_name, read_archive, read_scans, scans_path, write_scans
from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.doctor import lines
from auditor.facts.disclosures import Dating, Disclosures
from auditor.judge import JudgeContext, judge_archive, judge_unit
from auditor.model import Unit
from auditor.register_index import RegisterIndex
from tests.auditor.attachment_maker import LINE, pdf
from tests.auditor.portal_maker import AS_OF, facts_for, make_archive, page, unit_of

MENU = [(name, path) for name, path in (("Trang chủ", "/"), ("Tin tức", "/tin"), ("Công khai", "/cong-khai"))]
OLD = '<li><a href="/cu.pdf">Báo cáo công khai ngày 20/05/2024</a></li>'
PAGES = {
    "/": page("<p>Chào mừng đến với cổng thông tin của nhà trường</p>", menu=MENU),
    "/tin": page("<h1>Tin tức</h1><p>Tin của nhà trường</p>", title="Tin tức", menu=MENU),
    "/cong-khai": page(
        f'<h1>Công khai</h1><ul><li><a href="/quet.pdf">Công khai của nhà trường</a></li>{OLD}</ul>',
        title="Công khai",
        menu=MENU,
    ),
}
SCAN = pdf("")
SCAN_ID = hashlib.sha256(SCAN).hexdigest()


def verdict(archive_folder: Path, unit: Unit) -> tuple[str, str]:
    context = JudgeContext(load_checklist("3082-gddt-tttt"), load_config(), RegisterIndex.of([unit]), AS_OF)
    result = judge_unit(archive_folder / archive_name(unit.id), unit, context)
    item = next(item for item in result["items"] if item["id"] == "2.13.d")
    return item["verdict"], item["summary"]


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Unit]:
    """A stored crawl of a portal with a scan without a date, and an old disclosure."""
    made = make_archive(PAGES, attachments={"/quet.pdf": SCAN, "/cu.pdf": b""})
    writer = ArchiveWriter(tmp_path / archive_name(made.unit.id), made.unit, {})
    for capture in made.captures:
        writer.exchange(capture)
    writer.close(made.end)
    return tmp_path, made.unit


def test_without_ocr_a_scan_needs_a_person(stored: tuple[Path, Unit]) -> None:
    assert verdict(*stored)[0] == "manual"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"BÁO CÁO CÔNG KHAI\n{LINE}", "pass"),
        ("BÁO CÁO CÔNG KHAI\nThành phố Hồ Chí Minh, ngày 15 tháng 7 năm 2026", "partial"),
        ("BÁO CÁO CÔNG KHAI\nThành phố Hồ Chí Minh, ngày 15 tháng 1 năm 2025", "fail"),
        ("BÁO CÁO CÔNG KHAI\nngày    tháng    năm 2026", "manual"),
        ("", "manual"),
    ],
    ids=["in June", "late", "long ago", "written by hand", "nothing seen"],
)
def test_what_ocr_has_read_decides_and_what_it_missed_does_not(
    stored: tuple[Path, Unit], text: str, expected: str
) -> None:
    write_scans(stored[0] / archive_name(stored[1].id), {SCAN_ID: text})
    assert verdict(*stored)[0] == expected


def test_the_texts_lie_beside_the_archive_and_rubbish_there_is_none(stored: tuple[Path, Unit]) -> None:
    path = stored[0] / archive_name(stored[1].id)
    write_scans(path, {SCAN_ID: LINE})
    assert read_archive(path).scans == {SCAN_ID: LINE}
    for rubbish in ("", "[]", '{"format": "auditor.scans/1", "texts": 7}', '{"format": "other", "texts": {"a": "b"}}'):
        scans_path(path).write_text(rubbish, "utf-8")
        assert read_scans(path) == {}


def test_a_ledger_names_the_scans_that_nobody_has_read() -> None:
    archive = make_archive(PAGES, attachments={"/quet.pdf": SCAN, "/cu.pdf": b""})
    found = facts_for(archive)(Disclosures)
    assert [item.scans for item in found.items if item.url.endswith("quet.pdf")] == [(SCAN_ID,)]
    context = JudgeContext(load_checklist("3082-gddt-tttt"), load_config(), RegisterIndex.of([unit_of()]), AS_OF)
    ledger = judge_archive(archive, archive.unit, context)["ledger"]
    assert [entry["scans"] for entry in ledger if entry["url"].endswith("quet.pdf")] == [[SCAN_ID]]


def test_only_scans_that_are_wanted_are_read_and_only_once(
    stored: tuple[Path, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, unit = stored
    asked: list[str] = []

    def read(body: bytes, type: str) -> str:
        asked.append(type)
        return LINE

    monkeypatch.setattr(ocr, "read_scan", read)
    results: list[dict[str, Any]] = [
        {"id": unit.id, "ledger": [{"scans": [SCAN_ID, "f" * 64]}, {}]},
        {"id": "gone", "ledger": []},
    ]
    told: list[tuple[str, int, int]] = []
    assert ocr.recognise(folder, results, 1, lambda *seen: told.append(seen)) == (1, 1)
    assert ocr.recognise(folder, results, 1, lambda *seen: told.append(seen)) == (0, 0)
    assert (asked, told) == (["pdf"], [(unit.id, 1, 1)])
    assert verdict(folder, unit)[0] == "pass"


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.4 x", b"\xff\xd8\xff\xe0" + b"x" * 99], ids=["nothing", "no file", "no picture"]
)
def test_a_bad_scan_costs_itself_only(body: bytes) -> None:
    assert ocr.read_scan(body, "pdf" if body.startswith(b"%PDF") else "picture") is None


def test_doctor_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = load_config().model_copy(update={"store": f"sqlite:///{tmp_path / 'a.db'}"})
    for absent, word in ((["tesseract"], "tesseract-ocr"), (["vie"], "tiếng Việt"), ([], "auditor ocr")):
        monkeypatch.setattr("auditor.doctor.missing", lambda absent=absent: absent)
        assert any(word in line for line in lines(config))


def test_without_tesseract_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ocr, "missing", lambda: ["tesseract"])
    assert cli.run_cli(["ocr", "latest"]) == cli.EXIT_USAGE
    assert "auditor doctor" in capsys.readouterr().err


@pytest.mark.skipif(bool(ocr.missing()), reason="tesseract or its Vietnamese is not installed")
def test_a_scanned_page_is_read(stored: tuple[Path, Unit]) -> None:
    from PIL import Image, ImageDraw, ImageFont

    try:
        font = ImageFont.truetype("DejaVuSerif.ttf", 34)
    except OSError:
        pytest.skip("no font with Vietnamese letters")
    sheet = Image.new("L", (1240, 900), 255)
    for row, text in enumerate(("THÔNG BÁO", "Cam kết chất lượng giáo dục", "Biểu mẫu 09", LINE, "HIỆU TRƯỞNG")):
        ImageDraw.Draw(sheet).text((90, 90 + 90 * row), text, font=font, fill=0)
    held = io.BytesIO()
    sheet.save(held, "PDF", resolution=150)
    text = ocr.read_scan(held.getvalue(), "pdf") or ""
    assert "ngày 15 tháng 6 năm 2026" in text
    held = io.BytesIO()
    sheet.save(held, "PNG")
    assert "ngày 15 tháng 6 năm 2026" in (ocr.read_scan(held.getvalue(), "picture") or "")
    write_scans(stored[0] / archive_name(stored[1].id), {SCAN_ID: text})
    archive = read_archive(stored[0] / archive_name(stored[1].id))
    item = next(one for one in facts_for(archive)(Disclosures).items if one.url.endswith("quet.pdf"))
    assert item.dated is not None
    assert (item.dated.day, item.dated.dating) == (date(2026, 6, 15), Dating.SIGNATURE)
    assert item.parts == {"commitment"}

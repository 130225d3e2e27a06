"""2.13.d and e on a table of disclosures: every way to date one, and every way to be wrong."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.archive import Archive
from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.facts.disclosures import Disclosures
from auditor.judge import JudgeContext, judge_archive
from auditor.model import Capture, Kind
from auditor.register_index import RegisterIndex
from tests.auditor.attachment_maker import docx, excel_97, odt, packed, pdf, web_document, word_97, xlsx
from tests.auditor.portal_maker import HOST, NAME, facts_for, make_archive, unit_of

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("disclosure_cases.yaml").read_text("utf-8"))
CHECKLIST = load_checklist("3082-gddt-tttt")
PROSE = (
    "<p>Nhà trường thông báo công khai đến phụ huynh và học sinh các nội dung theo quy định hiện hành của ngành.</p>"
)
MENU = [("Trang chủ", "/"), ("Tin tức", "/tin"), ("Công khai", "/cong-khai"), ("Liên hệ", "/lien-he")]


def _docx(*lines: str) -> bytes:
    """A Word file without dates in its metadata."""
    return docx(*lines, docProps__core_xml="<none/>")


def _file(path: str, how: dict[str, Any]) -> Capture | int:
    url = f"http://{HOST}{path}"
    if "status" in how:
        return int(how["status"])
    body = _docx("Nội dung công khai")
    match how:
        case {"docx": lines}:
            body = _docx(*lines)
        case {"doc": line}:
            body = word_97(second=f"{line}\r")
        case {"xlsx": lines}:
            body = xlsx(*([line] for line in lines))
        case {"xls": lines}:
            body = excel_97(*lines)
        case {"html": text}:
            body = web_document(text)
        case {"odt": lines}:
            body = odt(*lines)
        case {"zip": lines}:
            body = packed({"a.docx": _docx(*lines)})
        case {"pdf": text, "info": info}:
            body = pdf(text, info=info)
        case {"scan": _}:
            body = pdf("")
        case {"rar": _}:
            body = b"Rar!\x1a\x07\x00" + b"x" * 500
        case {"html404": _}:
            body = b"<!DOCTYPE html><html><body>404</body></html>"
        case {"cut": _}:
            body = b"%PDF-1.4\n" + b"x" * 3000
    headers = (("last-modified", how["modified"]),) if "modified" in how else ()
    return Capture(url, 200, headers, body, "", role="attachment", depth=1, truncated="cut" in how)


def _archive(case: dict[str, Any]) -> Archive:
    menu = MENU if case["body"] is not None else [MENU[0], MENU[1], MENU[3]]
    entries = "".join(f'<li><a href="{url}">{label}</a></li>' for label, url in menu)
    clock = f"<div>{case['clock']}</div>" if "clock" in case else ""

    def whole(title: str, body: str, head: str = "") -> str:
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
            f"<header><p>{NAME}</p>{clock}</header><nav><ul>{entries}</ul></nav><main>{body}</main></body></html>"
        )

    pages = {
        "/": whole(NAME, "<p>Chào mừng đến với cổng thông tin của nhà trường</p>"),
        "/tin": whole("Tin tức", f"<h1>Tin tức</h1><p>Tin của nhà trường</p>{case.get('news', '')}"),
        "/lien-he": whole("Liên hệ", "<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>"),
    }
    if case["body"] is not None:
        pages["/cong-khai"] = whole("Công khai", f"<h1>Công khai</h1><ul>{case['body']}</ul>")
    if "article" in case:
        body = case["article"].replace("{prose}", PROSE)
        pages["/bai"] = whole(case["title"], f"<h1>{case['title']}</h1>{body}", case.get("head", ""))
    named = case.get("files", {})
    if "also" in named.get("/f.pdf", {}):
        pages["/bai"] = whole(
            "Báo cáo công khai của trường",
            f"<h1>Báo cáo công khai của trường</h1>{PROSE}<p>{named['/f.pdf']['also']}</p><a href='/f.pdf'>Tải về</a>",
        )
        pages["/cong-khai"] = whole("Công khai", "<h1>Công khai</h1><a href='/bai'>Báo cáo công khai của trường</a>")
    linked = {part.split("'")[0] for part in (case["body"] or "").split("href='")[1:]}
    files = {path: {} for path in linked if "." in path and path.startswith("/")} | named
    made = make_archive(pages, attachments={path: _file(path, how) for path, how in files.items()})
    day = str(case.get("fetched", case.get("as_of", "2026-10-20")))
    captures = tuple(replace(one, fetched_at=f"{day}T01:00:00Z") for one in made.captures)
    scans = {hashlib.sha256(pdf("")).hexdigest(): how["scan"] for how in named.values() if how.get("scan")}
    return replace(made, captures=captures, unit=unit_of(kind=Kind(case.get("kind", "thcs"))), scans=scans)


def test_the_table_is_wide_enough() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_disclosures_are_judged_as_a_person_would(case: dict[str, Any]) -> None:
    archive = _archive(case)
    as_of = date.fromisoformat(str(case.get("as_of", "2026-10-20")))
    context = JudgeContext(CHECKLIST, load_config(), RegisterIndex.of([archive.unit]), as_of)
    verdicts = {item["id"]: item["verdict"] for item in judge_archive(archive, archive.unit, context)["items"]}
    assert (verdicts["2.13.d"], verdicts["2.13.e"]) == (case["june"], case["september"])
    if "parts" in case or "circular" in case:
        first = facts_for(archive, as_of=as_of)(Disclosures).items[0]
        assert sorted(first.parts) == case.get("parts", sorted(first.parts))
        assert first.circular == case.get("circular", first.circular)

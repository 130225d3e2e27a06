"""Invented units as they stand in results.json, for the tests of the scorecards."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from auditor.checklist import Checklist
from auditor.scoring import explain, score_unit

HOSTILE_TEXTS: tuple[str, ...] = (
    '=HYPERLINK("http://evil.example/","Bấm vào đây")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=cmd|' /C calc'!A0",
    "<script>window.broken = 1</script><img src=x onerror='window.broken = 2'>",
    "</script><script>window.broken = 3</script>",
    "</title></style><style>body{display:none}</style><!--",
    "a\x00b\x08c\x0b\x1f\x7f\x85\ufffe\uffff\ud800d",
    "\u202egnp.exe\u2066 \u202d hết",
    "_x003D_1+1",
    "{{ 7 * 7 }}{% raw %}",
    "x" * 40_000,
    "Trường " * 8_000,
)

HOSTILE_URLS: tuple[str, ...] = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    'http://th-a.example/"onmouseover="alert(1)',
    "http://th-a.example/<script>",
    "http://user:secret@th-a.example/",
    "http://th-a.example/" + "a" * 5_000,
    "http://[broken/",
    "http://th-a.example:99999999/",
    "java\nscript:alert(1)",
    "https://th-a.example/tìm kiếm?q=%zz#a#b",
    "//th-a.example/",
    "",
)

_DISTRICTS = ("Phường Bình Đông", "Phường Chánh Hưng", "Xã Bình Hưng", "Phường Phú Định", "")
_KINDS = ("mn", "th", "thcs", "thpt", "lien_cap", "gdtx", "phong", "khac")
_VERDICTS = ("pass",) * 6 + ("partial",) * 3 + ("fail",) * 4 + ("manual", "undetermined")
_SCORES: dict[str, float | None] = {"pass": 1.0, "partial": 0.5, "fail": 0.0}
_NOT_REACHED = {"unreachable": "timeout", "blocked": "robots_forbid", "no_website": "no_website"}


def header(units: int = 0) -> dict[str, Any]:
    """results.json without its units; `units` only makes the run's id telling."""
    return {
        "schema": "auditor.results/1",
        "run": {
            "id": f"2026-10-20-{units:04d}",
            "as_of": "2026-10-20",
            "started_at": "2026-10-20T01:00:00+00:00",
            "finished_at": "2026-10-20T03:30:00+00:00",
            "checklist": {"id": "3082-gddt-tttt", "version": "2026.1", "sha256": "0" * 64},
            "program": {"version": "0.1.0"},
        },
        "register": {
            "rejected": [{"row": 7, "reason": "Thiếu tên đơn vị", "text": "th-x.example"}],
            "warnings": [{"row": 9, "message": "Loại hình lạ, xếp vào nhóm Khác"}],
        },
    }


def review(verdict: str | None, *, machine: str, dispute: str = "") -> dict[str, Any]:
    """A person's judgement of an item as results.json has it; with an address it is an open dispute."""
    objection = {
        "url": dispute,
        "reason": "Trường đã đăng nội dung này",
        "by": "Hiệu trưởng",
        "recorded_at": "2026-10-22T03:00:00Z",
        "run": "2026-10-20-0000",
        "recheck": None,
    }
    return {
        "state": "disputed" if dispute else "in_force",
        "counted": verdict is not None,
        "verdict": verdict,
        "score": _SCORES.get(str(verdict)),
        "reason": "Đã xem quyết định" if verdict else "",
        "reviewer": "Người thẩm định" if verdict else "",
        "date": "2026-10-21" if verdict else None,
        "valid_until": "2027-06-30" if verdict else None,
        "run": "2026-10-20-0000",
        "carried": False,
        "machine_verdict": machine,
        "evidence_digest": "0" * 64,
        "dispute": objection if dispute else None,
        "history": [],
    }


def change() -> dict[str, Any]:
    """What moved since an earlier run, as results.json has it."""
    return {
        "run": "2026-09-20-0000",
        "as_of": "2026-09-20",
        "status": "audited",
        "before": 61.5,
        "after": 58.0,
        "points": -3.5,
        "causes": [
            {
                "cause": "time",
                "points": -5.0,
                "items": [{"id": "1.2", "before": "pass", "after": "fail", "points": -5.0}],
            },
            {
                "cause": "portal",
                "points": 1.5,
                "items": [{"id": "2.9", "before": None, "after": "pass", "points": 1.5}],
            },
        ],
        "was": {},
        "history": [
            {"as_of": "2026-08-20", "points": 60.0},
            {"as_of": "2026-09-20", "points": 61.5},
            {"as_of": "2026-10-20", "points": 58.0},
        ],
    }


def freshness() -> dict[str, Any]:
    """How often a portal was updated, as results.json has it."""
    publication = {
        "date": "2026-10-12",
        "title": "Đại hội các chi đoàn",
        "url": "https://don-vi-4.example/dai-hoi.html",
        "origin": "stamp",
        "trust": 4,
        "seen_at": "https://don-vi-4.example/",
        "quote": "12/10/2026",
    }
    days = [(2025, month) for month in (11, 12)] + [(2026, month) for month in range(1, 11)]
    return {
        "newest": publication,
        "months": [{"month": f"{year}-{month:02d}", "count": place} for place, (year, month) in enumerate(days)],
        "newest_by_section": [{**publication, "section": "news", "name": "Tin tức - Sự kiện", "count": 66}],
        "dated": 66,
        "undated": 2,
        "dates": [publication],
    }


def disclosures() -> dict[str, Any]:
    """What a unit had to disclose, as results.json has it."""
    late = {"item": "2.13.d", "month": "2026-06", "state": "late", "days_late": 12, "date": "2026-07-12"}
    missing = {"item": "2.13.e", "month": "2026-09", "state": "missing", "days_late": 0, "date": None}
    return {
        "milestones": [
            {**late, "title": "Công khai thu chi", "url": "https://don-vi-4.example/thu-chi.pdf"},
            {**missing, "title": None, "url": None},
        ],
        "required": {
            "circular": "Thông tư 09/2024/TT-BGDĐT",
            "school_year": "2026-2027",
            "entries": [
                {"form": None, "title": "Thông tin chung", "state": "missing", "urls": []},
                {"form": 9, "title": "Cam kết", "state": "found", "urls": ["https://don-vi-4.example/cam-ket.html"]},
            ],
        },
        "compared_with": "2026-09-20",
        "removed": [{"title": "Báo cáo cũ", "last_seen": "2026-09-20", "state": "removed"}],
    }


def unit(number: int, checklist: Checklist, *, evidence: int = 2, hostile: bool = False) -> dict[str, Any]:
    """The unit of that number: the same number gives the same unit."""
    rng = random.Random(number)
    kind = _KINDS[number % len(_KINDS)]
    status = "audited"
    if number % 10 == 9:
        status = ("unreachable", "blocked", "no_website", "partial")[number // 10 % 4]
    host = f"don-vi-{number}.example"
    base = None if status == "no_website" else f"https://{host}/"
    made: dict[str, Any] = {
        "id": f"dv-{number:05d}",
        "name": f"Trường số {number} Nguyễn Thị Ưu Đàm",
        "kind": kind,
        "district": _DISTRICTS[number % len(_DISTRICTS)],
        "parent": "Phòng Văn hóa - Xã hội",
        "url": base,
        "final_url": base,
        "page": f"units/dv-{number:05d}.html",
        "extra": {"Hiệu trưởng": f"Người số {number}"},
        "status": status,
        "status_reason": _NOT_REACHED.get(status, "max_seconds" if status == "partial" else ""),
        "notes": ["certificate_invalid"] if number % 7 == 0 else [],
        "crawl": {
            "pages": 57,
            "attachments": 12,
            "failed": 1,
            "bytes": 3_405_678,
            "seconds": 41.2,
            "stopped_by": "complete",
        },
        "items": [_item(rng, row, kind, status, base or "", evidence) for row in checklist.items],
        "pages_visited": [
            {"url": f"{base}trang-{page}.html", "status": 200, "title": f"Trang {page} của đơn vị"}
            for page in range(30)
        ],
        "failures": [
            {"url": f"{base}hong.html", "cause": "http_error", "whose": "site", "status": 404},
            {"url": f"{base}cham.html", "cause": "timeout", "whose": "network", "status": None},
        ],
        "ledger": [
            {
                "date": "2026-06-20",
                "kind": "Cam kết chất lượng",
                "title": "Công khai cam kết chất lượng năm học 2026-2027",
                "url": f"{base}cong-khai.pdf",
                "school_year": "2026-2027",
                "origin": "posted",
                "state": "live",
            }
        ],
    }
    _score(made, checklist)
    if hostile:
        _poison(made, rng)
    return made


def _item(rng: random.Random, row: Any, kind: str, status: str, base: str, evidence: int) -> dict[str, Any]:
    verdict = rng.choice(_VERDICTS)
    if kind not in row.applies_to:
        verdict = "not_applicable"
    elif status in _NOT_REACHED:
        verdict = "undetermined"
    pieces = 0 if verdict in {"not_applicable", "undetermined"} else evidence
    return {
        "id": row.id,
        "verdict": verdict,
        "score": _SCORES.get(verdict),
        "weight": row.weight,
        "axes": list(row.axes),
        "reason": {"pass": "found", "partial": "placeholder", "fail": "not_found"}.get(verdict, "needs_person"),
        "summary": f"Đã xem trang chủ và các chuyên mục liên quan đến «{row.title}»; kết quả như phần minh chứng.",
        "remedy": row.remedy if verdict in {"partial", "fail"} else "",
        "evidence": [
            {
                "url": f"{base}muc/{row.id}/{piece}.html?trang={piece}",
                "quote": "Nhà trường thông báo lịch tiếp công dân và các nội dung công khai theo quy định.",
                "note": "Tìm thấy trong menu chính",
                "fetched_at": "2026-10-20T02:15:30+00:00",
            }
            for piece in range(pieces)
        ],
        "review": None,
    }


def _score(made: dict[str, Any], checklist: Checklist) -> None:
    made["axes"], made["total"] = score_unit(made["items"], checklist)
    made["sum"] = explain(made["items"], checklist)
    if made["status"] == "no_website":
        made["total"] = None


def _poison(made: dict[str, Any], rng: random.Random) -> None:
    """Hostile texts and addresses wherever a register or a portal could put them."""

    def text() -> str:
        return rng.choice(HOSTILE_TEXTS)

    for key in ("id", "name", "district", "parent", "status_reason"):
        made[key] = text()
    made["url"] = made["final_url"] = rng.choice(HOSTILE_URLS)
    made["notes"] = [text()]
    for item in made["items"]:
        item["summary"], item["remedy"] = text(), text()
        item["evidence"] = [
            {"url": rng.choice(HOSTILE_URLS), "quote": text(), "note": text(), "fetched_at": text()} for _ in range(12)
        ]
    made["freshness"], made["disclosures"], made["change"] = freshness(), disclosures(), change()
    made["freshness"]["newest"].update(title=text(), date=text(), url=rng.choice(HOSTILE_URLS))
    made["freshness"]["newest_by_section"] = [
        {"name": text(), "title": text(), "date": text(), "url": rng.choice(HOSTILE_URLS), "count": 1}
        for _ in range(40)
    ]
    for milestone in made["disclosures"]["milestones"]:
        milestone.update(title=text(), date=text(), url=rng.choice(HOSTILE_URLS))
    made["disclosures"]["removed"] = [{"title": text(), "last_seen": text(), "state": "removed"}] * 20
    for entry in made["disclosures"]["required"]["entries"]:
        entry.update(title=text(), urls=[rng.choice(HOSTILE_URLS)])
    for disputed in [item for item in made["items"] if item["verdict"] == "pass"][:1]:
        disputed["review"] = review("pass", machine="pass", dispute=rng.choice(HOSTILE_URLS) or "x")
        disputed["review"].update(reason=text(), reviewer=text(), date=text(), valid_until=text())
        disputed["review"]["dispute"].update(reason=text(), by=text(), recorded_at=text())
    made["extra"] = {text(): text() for _ in range(10)}
    made["failures"] = [{"url": rng.choice(HOSTILE_URLS), "cause": text(), "whose": "site"} for _ in range(20)]
    made["proposals"] = [text()]
    made["pages_visited"] = [{"url": rng.choice(HOSTILE_URLS), "status": 200, "title": text()} for _ in range(400)]
    made["ledger"] = [
        {
            "date": text(),
            "kind": text(),
            "title": text(),
            "url": rng.choice(HOSTILE_URLS),
            "school_year": text(),
            "origin": text(),
            "state": text(),
            "remarks": [{"code": "replaced", "text": text()}],
        }
        for _ in range(100)
    ]


def units(
    count: int, checklist: Checklist, *, evidence: int = 2, hostile: frozenset[int] = frozenset()
) -> Callable[[], Iterator[dict[str, Any]]]:
    """What the writers take: a function that gives a fresh iterator over `count` units."""

    def fresh() -> Iterator[dict[str, Any]]:
        for number in range(count):
            yield unit(number, checklist, evidence=evidence, hostile=number in hostile)

    return fresh

"""The HTML scorecards: an index and one page per unit, complete without a network and inert whatever they quote."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from auditor.accuracy import load_accuracy
from reports import wording
from reports.digest import (
    Tallies,
    Tally,
    UnitLine,
    UnitObject,
    Units,
    points_to_gain,
    sum_lines,
    unit_line,
)
from reports.inert import inert_text, shown_address, web_address

if TYPE_CHECKING:
    from auditor.checklist import Checklist

MAX_UNIT_PAGE = 300_000  # bytes of one unit's page

_TOP_GAINS = 3
_TOP_FAILED = 10
_TOP_DISTRICTS = 15
_REGISTER_ROWS = 200
_EXTRA_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class _Allowance:
    """How much of what a portal wrote goes into a page: numbers of rows and of characters."""

    evidence: int
    pages: int
    quote: int
    text: int
    address: int


# Tried in this order until the page is below MAX_UNIT_PAGE.
_ALLOWANCES = (
    _Allowance(evidence=8, pages=500, quote=500, text=900, address=2000),
    _Allowance(evidence=4, pages=150, quote=300, text=500, address=500),
    _Allowance(evidence=2, pages=60, quote=150, text=250, address=250),
    _Allowance(evidence=1, pages=20, quote=80, text=120, address=120),
)


class BadPageNameError(ValueError):
    """A unit's `page` is no plain file name."""


def page_name(page: object) -> str:
    """The file name under units/ of a unit's `page`, which may carry that folder. Raises BadPageNameError."""
    path = PurePosixPath(str(page or ""))
    plain = path.name and path.suffix == ".html" and not path.name.startswith(".")
    if not plain or str(path.parent) not in {".", "units"} or set(path.name) & set('\\:*?"<>|%#\0'):
        raise BadPageNameError(f"not a file name under units/: {page!r}")
    return path.name


def write_pages(out_dir: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    """Write index.html and units/<page>.html into `out_dir`.

    `header` is results.json without its units, `units` gives its unit objects. Each file replaces an older one as
    a whole. Raises OSError when the folder cannot be written, BadPageNameError for an unsafe `page`.
    """
    look = _Look(header, checklist)
    folder = out_dir / "units"
    folder.mkdir(parents=True, exist_ok=True)
    overview = _Overview(checklist)
    for unit in units():
        name = page_name(unit.get("page"))
        _replace(folder / name, look.unit_page(unit))
        overview.take(unit, name)
    _replace(out_dir / "index.html", look.index_page(overview))


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _coordinate(value: float) -> str:
    return f"{min(max(value, 0.0), 1000.0):.2f}".rstrip("0").rstrip(".")


def _template(name: str) -> str:
    return (files("reports") / "templates" / name).read_text(encoding="utf-8")


def _json_block(value: object) -> Markup:
    """JSON that cannot end its script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # only JSON's own characters are left


class _Overview:
    """What the index tells about all units: one small line each, and sums."""

    def __init__(self, checklist: Checklist) -> None:
        self.axis_ids = [axis.id for axis in checklist.axes]
        self.lines: list[UnitLine] = []
        self.everyone = Tally()
        self.districts = Tallies()
        self.kinds = Tallies()
        self.histogram = [0] * 10
        self.failed: Counter[str] = Counter()
        self.decided: Counter[str] = Counter()
        self.hosts: list[str] = []

    def take(self, unit: UnitObject, page: str) -> None:
        line = unit_line({**unit, "page": page}, self.axis_ids)
        self.lines.append(line)
        self.everyone.add(line)
        self.districts.add(line.district, line)
        self.kinds.add(wording.KINDS.get(line.kind, line.kind), line)
        if line.points is not None:
            self.histogram[min(max(int(line.points // 10), 0), 9)] += 1
        for item in unit["items"]:
            self.failed[item["id"]] += item["verdict"] == "fail"
            self.decided[item["id"]] += item.get("score") is not None


class _Look:
    """The templates with what all pages of a run share."""

    def __init__(self, header: Mapping[str, Any], checklist: Checklist) -> None:
        self.header = header
        self.checklist = checklist
        self.items = {item.id: item for item in checklist.items}
        environment = Environment(
            loader=PackageLoader("reports", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(
            number=wording.number,
            percent=wording.percent,
            day=wording.day,
            plain=inert_text,
            coordinate=_coordinate,
        )
        chips = "".join(
            f".chip.{code}{{background:#{worded.fill};color:#{worded.ink}}}"
            f".item.edge-{code}{{border-left-color:#{worded.fill if code == 'fail' else worded.ink}}}\n"
            for code, worded in wording.VERDICTS.items()
        )
        style = _template("page.css").replace("/*CHIPS*/", chips)
        environment.globals.update(
            run=header["run"],
            checklist=checklist,
            verdicts=wording.VERDICTS,
            statuses=wording.STATUSES,
            scoring=wording.SCORING,
            no_grade=wording.NO_GRADE,
            style=Markup(style),
            style_hash=_source_hash(style),
        )
        self._scripts = {name: _template(name) for name in ("unit.js", "index.js")}
        self._unit = environment.get_template("unit.html.j2")
        self._index = environment.get_template("index.html.j2")

    def _script(self, name: str) -> dict[str, object]:
        text = self._scripts[name]
        return {"script": Markup(text), "script_hash": _source_hash(text)}

    def unit_page(self, unit: UnitObject) -> bytes:
        """The page of one unit, with less of the portal's own words where these are too many."""
        content = b""
        for allowance in _ALLOWANCES:
            view = _UnitView(unit, self.checklist, allowance).values
            content = self._unit.render(**view, **self._script("unit.js")).encode()
            if len(content) <= MAX_UNIT_PAGE:
                break
        return content

    def index_page(self, overview: _Overview) -> bytes:
        """The index of all units."""
        register = self.header.get("register") or {}
        rejected, warned = (
            [_register_row(row) for row in (register.get(part) or ())] for part in ("rejected", "warnings")
        )
        everyone = overview.everyone
        axes = self.checklist.axes
        accuracy = load_accuracy(self.checklist.id)
        districts = [pair for pair in overview.districts.largest_first() if pair[1].scored]
        values = {
            "everyone": everyone,
            "lines": overview.lines,
            "kinds": wording.KINDS,
            "headings": [column["title"] for column in self._columns],
            "grade_rows": [
                (
                    grade.name,
                    f"{everyone.grades[grade.name]} ({wording.percent(everyone.grades[grade.name] / everyone.scored)})",
                    100 * everyone.grades[grade.name] / everyone.scored,
                )
                for grade in self.checklist.grades
                if everyone.scored
            ],
            "histogram_counts": overview.histogram,
            "axis_rows": [
                (f"{axis.id} {axis.title}", _axis_text(everyone, place, axis.points), 100 * (mean or 0.0) / axis.points)
                for place, axis in enumerate(axes)
                for mean in (everyone.axis_mean(place),)
            ],
            "failed_rows": self._failed_rows(overview),
            "district_rows": [_mean_row(name, tally) for name, tally in districts[:_TOP_DISTRICTS]],
            "districts_cut": len(districts) > _TOP_DISTRICTS,
            "kind_rows": [_mean_row(name, tally) for name, tally in overview.kinds.largest_first() if tally.scored],
            "accuracy_note": " ".join(wording.MEASURED),
            "accuracy_rows": [
                (
                    f"{item.id} {item.title}",
                    wording.right_of(measured.saved),
                    wording.right_of(measured.invented),
                    wording.measured(measured),
                )
                for item in self.checklist.items
                if (measured := accuracy.get(item.id)) is not None
            ],
            "rejected": rejected[:_REGISTER_ROWS],
            "warned": warned[:_REGISTER_ROWS],
            "rows_more": max(len(rejected) - _REGISTER_ROWS, 0) + max(len(warned) - _REGISTER_ROWS, 0),
            "data": _json_block(self._table(overview)),
        }
        return self._index.render(**values, **self._script("index.js")).encode()

    def _failed_rows(self, overview: _Overview) -> list[tuple[str, str, float]]:
        worst = sorted(
            ((overview.failed[item], overview.decided[item], item) for item in overview.failed if item in self.items),
            key=lambda row: (-row[0], row[2]),
        )
        return [
            (
                f"{item} {self.items[item].title}",
                f"{failed} / {decided} đơn vị",
                100 * failed / max(decided, 1),
            )
            for failed, decided, item in worst[:_TOP_FAILED]
            if failed
        ]

    @cached_property
    def _columns(self) -> list[dict[str, object]]:
        """The index's columns: `at` is the place in a row of the data (index.js)."""
        axes = self.checklist.axes
        return [
            {"title": "Tên đơn vị", "at": 0},
            {"title": "Loại hình", "at": 2, "list": "kinds"},
            {"title": "Địa bàn", "at": 3, "list": "districts"},
            {"title": "Tình trạng", "at": 4, "list": "statuses"},
            {"title": "Tổng điểm", "at": 5, "number": 1, "range": 1},
            {"title": "Xếp loại", "at": 8, "list": "grades", "ranked": 1},
            *(
                {"title": f"Trục {axis.id}", "full": axis.title, "at": 9 + place, "number": 1}
                for place, axis in enumerate(axes)
            ),
            {"title": "Đã xác định", "at": 9 + len(axes), "number": 1, "share": 1},
            {"title": "Không đạt", "at": 10 + len(axes), "number": 1},
            {"title": "Chờ kết luận", "at": 11 + len(axes), "number": 1},
        ]

    def _table(self, overview: _Overview) -> dict[str, object]:
        """The rows of the index as compact lists, with the words that repeat kept once."""
        kinds, districts, statuses = _Places(), _Places(), _Places()
        grades = _Places([grade.name for grade in self.checklist.grades])
        rows = [
            [
                line.name,
                line.page,
                kinds.of(wording.KINDS.get(line.kind, line.kind)),
                districts.of(line.district or wording.NO_DISTRICT),
                statuses.of(wording.STATUSES[line.status].name),
                _rounded(line.points),
                _rounded(line.low),
                _rounded(line.high),
                grades.of(line.grade or wording.NO_GRADE),
                *(_rounded(points) for points in line.axes),
                _rounded(line.determined),
                line.count("fail"),
                line.undecided,
                f"{line.id} {shown_address(line.url, 100)}",
            ]
            for line in overview.lines
        ]
        return {
            "columns": self._columns,
            "kinds": kinds.words,
            "districts": districts.words,
            "statuses": statuses.words,
            "grades": grades.words,
            "rows": rows,
        }


class _Places:
    """Words and their places in a list."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = list(words)
        self._place = {word: place for place, word in enumerate(self.words)}

    def of(self, word: str) -> int:
        if word not in self._place:
            self._place[word] = len(self.words)
            self.words.append(word)
        return self._place[word]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _mean_row(name: str, tally: Tally) -> tuple[str, str, float]:
    return (name, f"{wording.number(tally.mean)} ({tally.scored} đơn vị)", tally.mean or 0.0)


def _axis_text(tally: Tally, place: int, most: float) -> str:
    units = tally.axis_units(place)
    part = f" ({units} đơn vị)" if units < tally.scored else ""
    return f"{wording.number(tally.axis_mean(place))} / {wording.number(most)}{part}"


def _register_row(row: Any) -> dict[str, str]:
    given = row if isinstance(row, Mapping) else {"reason": row}
    return {
        "row": inert_text(given.get("row") or "–", 20),
        "text": inert_text(given.get("text") or given.get("name"), 200),
        "reason": inert_text(given.get("reason") or given.get("message"), 300),
    }


class _UnitView:
    """What the template of a unit's page shows: inert texts, checked links, figures."""

    def __init__(self, unit: UnitObject, checklist: Checklist, allowance: _Allowance) -> None:
        self.unit = unit
        self.checklist = checklist
        self.allowance = allowance
        self.rows = {item.id: item for item in checklist.items}
        self.results = {item["id"]: item for item in unit["items"]}
        self.sums = sum_lines(unit, checklist)
        self.line = unit_line(unit, [axis.id for axis in checklist.axes])

    @property
    def values(self) -> dict[str, object]:
        """The template's variables."""
        unit, line = self.unit, self.line
        worded = wording.STATUSES[line.status]
        visited = unit.get("pages_visited") or ()
        ledger = unit.get("ledger") or ()
        failures = unit.get("failures") or ()
        final = unit.get("final_url")
        axes = self._axes()
        return {
            "line": line,
            "kind": wording.KINDS.get(line.kind, line.kind),
            "parent": inert_text(unit.get("parent"), 120),
            "url": self._link(unit.get("url")),
            "final_url": self._link(final) if final and final != unit.get("url") else None,
            "status": {
                "name": worded.name,
                "meaning": worded.meaning,
                "cause": self._text(wording.cause(unit.get("status_reason"))).rstrip(". "),
                "advice": wording.advice(line.status, unit.get("status_reason")),
            },
            "crawl": _crawl_text(unit.get("crawl") or {}),
            "proposals": [self._text(proposal) for proposal in (unit.get("proposals") or ())][:20],
            "notes": [self._text(wording.NOTES.get(str(note), note)) for note in (unit.get("notes") or ())][:20],
            "first": self._first(),
            "axes": axes,
            "total_sum": _total_sum(line, axes),
            "ledger": [self._disclosure(entry) for entry in ledger[: self.allowance.pages]],
            "ledger_more": max(len(ledger) - self.allowance.pages, 0),
            "visited": [
                {
                    "link": self._link(page.get("url")),
                    "status": _http_status(page.get("status")),
                    "title": inert_text(page.get("title"), min(self.allowance.text, 160)),
                }
                for page in visited[: self.allowance.pages]
            ],
            "visited_more": max(len(visited) - self.allowance.pages, 0),
            "failures": [
                {
                    "link": self._link(failure.get("url")),
                    "cause": inert_text(_failure_text(failure), min(self.allowance.text, 160)),
                }
                for failure in failures[: self.allowance.pages]
            ],
            "failures_more": max(len(failures) - self.allowance.pages, 0),
            "extra": [
                (inert_text(name, 60), inert_text(value, min(self.allowance.text, 200)))
                for name, value in list((unit.get("extra") or {}).items())[:_EXTRA_COLUMNS]
                if value
            ],
        }

    def _text(self, value: object) -> str:
        return inert_text(value, self.allowance.text)

    def _link(self, address: object) -> dict[str, str | None]:
        limit = self.allowance.address
        return {"href": web_address(address, limit), "text": shown_address(address, min(limit, 160))}

    def _disclosure(self, entry: Mapping[str, Any]) -> dict[str, object]:
        limit = min(self.allowance.text, 200)
        origin = str(entry.get("origin") or "")
        return {
            "date": inert_text(wording.day(entry.get("date")), 40) or "Chưa rõ ngày",
            "kind": inert_text(entry.get("kind"), min(limit, 80)),
            "school_year": inert_text(entry.get("school_year"), 40),
            "title": inert_text(entry.get("title"), limit),
            "origin": inert_text(wording.ORIGINS.get(origin, origin), 60),
            "link": self._link(entry.get("url")),
        }

    def _first(self) -> list[dict[str, object]]:
        gains = [pair for pair in points_to_gain(self.unit, self.sums) if pair[0] in self.rows][:_TOP_GAINS]
        return [
            {
                "id": item,
                "title": self.rows[item].title,
                "gain": gain,
                "remedy": self._text(self.results[item].get("remedy") or self.rows[item].remedy),
                "anchor": _anchor(item),
            }
            for item, gain in gains
        ]

    def _axes(self) -> list[dict[str, object]]:
        shown: set[str] = set()
        views: list[dict[str, object]] = []
        given = self.unit.get("axes") or {}
        for place, axis in enumerate(self.checklist.axes):
            entries = []
            for row in self.checklist.items_of(axis.id):
                if row.id in self.results:
                    entries.append(self._item(row.id, elsewhere=row.id in shown))
                    shown.add(row.id)
            figures = given.get(axis.id) or {}
            of = float(figures.get("of", axis.points))
            points, low, high = self.line.axes[place], figures.get("low"), figures.get("high")
            addends = self.sums[axis.id]
            views.append(
                {
                    "id": axis.id,
                    "title": axis.title,
                    "points": points,
                    "of": of,
                    "low": low,
                    "high": high,
                    "share": 100 * points / of if of and points is not None else None,
                    "low_share": 100 * low / of if of and low is not None else None,
                    "high_share": 100 * high / of if of and high is not None else None,
                    "entries": entries,
                    "sum": addends,
                    "weights": sum(addend.weight for addend in addends),
                    "weighted": sum(addend.weight * addend.score for addend in addends),
                    "sum_points": sum(addend.points for addend in addends),
                }
            )
        return views

    def _item(self, item_id: str, *, elsewhere: bool) -> dict[str, object]:
        result, row = self.results[item_id], self.rows[item_id]
        verdict = str(result["verdict"])
        view: dict[str, object] = {
            "id": item_id,
            "title": row.title,
            "verdict": verdict,
            "worded": wording.verdict(verdict),
            "anchor": _anchor(item_id),
            "elsewhere": elsewhere,
        }
        if elsewhere:
            return view
        evidence = result.get("evidence") or ()
        review = result.get("review") or {}
        decided = wording.VERDICTS.get(str(review.get("verdict")))
        told = [decided.name if decided else "", review.get("reason"), review.get("by")]
        view.update(
            requirement=row.requirement,
            summary=self._text(result.get("summary")) or wording.cause(result.get("reason")),
            remedy=self._text(result.get("remedy")) if verdict in {"partial", "fail"} else "",
            review=" · ".join(self._text(part) for part in told if part),
            evidence=[
                {
                    "quote": inert_text(piece.get("quote"), self.allowance.quote),
                    "note": inert_text(piece.get("note"), self.allowance.quote),
                    "link": self._link(piece.get("url")),
                    "time": inert_text(wording.moment(piece.get("fetched_at")), 40),
                }
                for piece in evidence[: self.allowance.evidence]
            ],
            more=max(len(evidence) - self.allowance.evidence, 0),
        )
        return view


def _anchor(item_id: str) -> str:
    return "muc-" + item_id.replace(".", "-")


def _failure_text(failure: Mapping[str, Any]) -> str:
    cause, status = str(failure.get("cause")), failure.get("status")
    told = wording.cause(f"http_{status}" if cause == "http_error" and status else cause)
    return told if failure.get("whose") == "site" else f"{told} (không tính là lỗi của đơn vị)"


def _http_status(status: object) -> str:
    return "" if status in {None, 200} else f"máy chủ trả lời mã {inert_text(status, 10)}"


def _crawl_text(crawl: Mapping[str, Any]) -> str:
    if not crawl:
        return ""
    told = f"{crawl.get('pages', 0)} trang, {crawl.get('attachments', 0)} tệp"
    if crawl.get("failed"):
        told += f", {crawl['failed']} địa chỉ không mở được"
    stopped = wording.STOPPED_BY.get(str(crawl.get("stopped_by")))
    return inert_text(told + (f". {stopped}." if stopped else "."), 300)


def _total_sum(line: UnitLine, axes: Iterable[Mapping[str, Any]]) -> str:
    """The last line of the sum: the axes that have points, scaled to 100 where some have none."""
    counted = [(axis["points"], axis["of"]) for axis in axes if axis["points"] is not None]
    of = sum(most for _, most in counted)
    if line.points is None or not of:
        return ""
    addends = " + ".join(wording.number(points) for points, _ in counted)
    if of == 100:
        return f"{addends} = {wording.number(line.points)} điểm"
    return f"100 × ({addends}) ÷ {wording.number(of)} = {wording.number(line.points)} điểm"

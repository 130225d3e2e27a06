"""The HTML scorecards: an index and one page per unit, complete without a network and inert whatever they quote."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from auditor.accuracy import load_accuracy
from reports import wording
from reports.digest import (
    VERDICT_ORDER,
    Ranking,
    Tallies,
    Tally,
    UnitLine,
    UnitObject,
    Units,
    standing_verdict,
    unit_line,
)
from reports.inert import inert_text, shown_address
from reports.unit_view import ALLOWANCES, UnitView

if TYPE_CHECKING:
    from auditor.checklist import Checklist

MAX_UNIT_PAGE = 300_000  # bytes of one unit's page

_DECIDED = frozenset({"pass", "partial", "fail"})
_TOP_FAILED = 10
_TOP_DISTRICTS = 15
_REGISTER_ROWS = 200
_MANAGERS = frozenset({"so", "phong"})  # the kinds of unit that others may stand under


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
    """Write index.html, the units' scorecards units/<page> and their records to sign records/<page> into `out_dir`.

    `header` is results.json without its units, `units` gives its unit objects; it is called twice. Each file replaces
    an older one as a whole. Raises OSError when the folder cannot be written, BadPageNameError for an unsafe `page`.
    """
    managers = {unit["id"]: unit["name"] for unit in units() if unit["kind"] in _MANAGERS}
    look = _Look(header, checklist, managers)
    scorecards, records = out_dir / "units", out_dir / "records"
    scorecards.mkdir(parents=True, exist_ok=True)
    records.mkdir(exist_ok=True)
    overview = _Overview(checklist)
    for unit in units():
        name = page_name(unit.get("page"))
        scorecard, record = look.unit_pages(unit, name)
        _replace(scorecards / name, scorecard)
        _replace(records / name, record)
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


def page_style() -> str:
    """The look of every page, as one style sheet."""
    chips = "".join(
        f".chip.{code}{{background:#{worded.fill};color:#{worded.ink}}}"
        f".item.edge-{code}{{border-left-color:#{worded.fill if code == 'fail' else worded.ink}}}\n"
        for code, worded in wording.VERDICTS.items()
    )
    return _template("page.css").replace("/*CHIPS*/", chips)


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
        self.ranking = Ranking(checklist.rank_from)
        self.changed = False
        self.verdicts: list[str] = []  # a digit per item of the checklist: the place of its verdict in VERDICT_ORDER
        self._items = [item.id for item in checklist.items]

    def take(self, unit: UnitObject, page: str) -> None:
        line = unit_line({**unit, "page": page}, self.axis_ids)
        self.lines.append(line)
        self.ranking.add(line)
        self.changed = self.changed or line.change is not None
        standing = {str(item["id"]): str(VERDICT_ORDER.index(standing_verdict(item))) for item in unit["items"]}
        self.verdicts.append("".join(standing.get(item, "-") for item in self._items))
        self.everyone.add(line)
        self.districts.add(line.district, line)
        self.kinds.add(wording.KINDS.get(line.kind, line.kind), line)
        if line.points is not None:
            self.histogram[min(max(int(line.points // 10), 0), 9)] += 1
        for item in unit["items"]:
            self.failed[item["id"]] += standing_verdict(item) == "fail"
            self.decided[item["id"]] += standing_verdict(item) in _DECIDED


class _Environment(Environment):
    """Jinja's environment, which looks into a dictionary at once, not first for a method of that name."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:  # most values of a page: this makes it twice as fast
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Look:
    """The templates with what all pages of a run share."""

    def __init__(self, header: Mapping[str, Any], checklist: Checklist, managers: Mapping[str, str]) -> None:
        self.header = header
        self.managers = managers
        self.checklist = checklist
        self.items = {item.id: item for item in checklist.items}
        environment = _Environment(
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
            signed=wording.signed,
            plain=inert_text,
            coordinate=_coordinate,
        )
        style = page_style()
        record_style = _template("record.css")
        environment.globals.update(
            run=header["run"],
            checklist=checklist,
            verdicts=wording.VERDICTS,
            statuses=wording.STATUSES,
            scoring=wording.SCORING,
            no_grade=wording.NO_GRADE,
            style=Markup(style),
            style_hash=_source_hash(style),
            record_style=Markup(record_style),
            record_style_hash=_source_hash(record_style),
        )
        self._scripts = {name: _template(name) for name in ("unit.js", "index.js")} | {"": ""}
        self._unit = environment.get_template("unit.html.j2")
        self._record = environment.get_template("record.html.j2")
        self._index = environment.get_template("index.html.j2")

    def _script(self, name: str) -> dict[str, object]:
        text = self._scripts[name]
        return {"script": Markup(text), "script_hash": _source_hash(text)}

    def unit_pages(self, unit: UnitObject, page: str) -> tuple[bytes, bytes]:
        """The scorecard of one unit and the record to sign, with less of the portal's own words where it wrote much."""
        parent = self.managers.get(str(unit.get("parent")), unit.get("parent"))
        scorecard = record = b""
        for allowance in ALLOWANCES:
            view = UnitView({**unit, "parent": parent}, self.checklist, allowance).values
            scorecard = self._unit.render(**view, page=page, **self._script("unit.js")).encode()
            record = self._record.render(**view, page=page).encode()
            if len(scorecard) <= MAX_UNIT_PAGE and len(record) <= MAX_UNIT_PAGE:
                break
        return scorecard, record

    def index_page(self, overview: _Overview) -> bytes:
        """The index of all units."""
        register = self.header.get("register") or {}
        rejected, warned = (
            [_register_row(row) for row in (register.get(part) or ())] for part in ("rejected", "warnings")
        )
        everyone = overview.everyone
        columns = self._columns(overview.changed)
        axes = self.checklist.axes
        accuracy = load_accuracy(self.checklist.id)
        districts = [pair for pair in overview.districts.largest_first() if pair[1].scored]
        values = {
            "everyone": everyone,
            "lines": overview.lines,
            "kinds": wording.KINDS,
            "headings": [column["title"] for column in columns],
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
            "data": _json_block(self._table(overview, columns)),
        }
        return self._index.render(**values, **self._script("index.js" if overview.lines else "")).encode()

    def _failed_rows(self, overview: _Overview) -> list[tuple[str, str, float]]:
        worst = sorted(
            ((overview.failed[item], overview.decided[item], item) for item in overview.failed if item in self.items),
            key=lambda row: (-row[0], row[2]),
        )
        return [
            (
                f"{item} {self.items[item].title}",
                f"{failed}\u00a0/\u00a0{decided} đơn\u00a0vị",
                100 * failed / max(decided, 1),
            )
            for failed, decided, item in worst[:_TOP_FAILED]
            if failed
        ]

    def _columns(self, changed: bool) -> list[dict[str, object]]:
        """The index's columns: `at` is the place in a row of the data (index.js)."""
        axes = self.checklist.axes
        return [
            {"title": "Tên đơn vị", "at": 0},
            {"title": "Loại hình", "at": 2, "list": "kinds"},
            {"title": "Địa bàn", "at": 3, "list": "districts"},
            {"title": "Tình trạng", "at": 4, "list": "statuses"},
            {"title": "Tổng điểm", "at": 5, "number": 1, "range": 1},
            {"title": "Xếp loại", "at": 8, "list": "grades", "ranked": 1, "place": 12 + len(axes)},
            *(
                {"title": f"Trục {axis.id}", "full": axis.title, "at": 9 + place, "number": 1}
                for place, axis in enumerate(axes)
            ),
            {"title": "Đã xác định", "at": 9 + len(axes), "number": 1, "share": 1},
            {"title": "Không đạt", "at": 10 + len(axes), "number": 1},
            {"title": "Chờ kết luận", "at": 11 + len(axes), "number": 1},
            *([{"title": "Thay đổi", "at": 13 + len(axes), "number": 1, "signed": 1}] if changed else []),
        ]

    def _table(self, overview: _Overview, columns: list[dict[str, object]]) -> dict[str, object]:
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
                overview.ranking.place(line),
                _rounded(line.change),
                verdicts,
                f"{line.id} {shown_address(line.url, 100)}",
            ]
            for line, verdicts in zip(overview.lines, overview.verdicts, strict=True)
        ]
        return {
            "columns": columns,
            "items": [[item.id, item.title] for item in self.checklist.items],
            "verdicts": [[code, worded.name, worded.mark] for code, worded in wording.VERDICTS.items()],
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
    return (name, f"{wording.number(tally.mean)} ({tally.scored}\u00a0đơn\u00a0vị)", tally.mean or 0.0)


def _axis_text(tally: Tally, place: int, most: float) -> str:
    units = tally.axis_units(place)
    part = f" ({units}\u00a0đơn\u00a0vị)" if units < tally.scored else ""
    return f"{wording.number(tally.axis_mean(place))} / {wording.number(most)}{part}"


def _register_row(row: Any) -> dict[str, str]:
    given = row if isinstance(row, Mapping) else {"reason": row}
    return {
        "row": inert_text(given.get("row") or "–", 20),
        "text": inert_text(given.get("text") or given.get("name"), 200),
        "reason": inert_text(given.get("reason") or given.get("message"), 300),
    }

"""What the pages of one unit show: inert texts, checked links, figures. The templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import wording
from reports.digest import (
    UnitLine,
    UnitObject,
    open_dispute,
    points_to_gain,
    standing_verdict,
    sum_lines,
    unit_line,
)
from reports.inert import inert_text, shown_address, web_address
from reports.sights import accessibility_view, pictures_view

if TYPE_CHECKING:
    from auditor.checklist import Checklist

_TOP_GAINS = 3
_EXTRA_COLUMNS = 20
_HISTORY = 24  # earlier totals that are drawn


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of what a portal wrote goes into a page: numbers of rows and of characters."""

    evidence: int
    pages: int
    quote: int
    text: int
    address: int


# Tried in this order until a page is small enough.
ALLOWANCES = (
    Allowance(evidence=8, pages=500, quote=500, text=900, address=2000),
    Allowance(evidence=4, pages=150, quote=300, text=500, address=500),
    Allowance(evidence=2, pages=60, quote=150, text=250, address=250),
    Allowance(evidence=1, pages=20, quote=80, text=120, address=120),
)


class UnitView:
    """What the template of a unit's page shows: inert texts, checked links, figures."""

    def __init__(self, unit: UnitObject, checklist: Checklist, allowance: Allowance) -> None:
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
            "attempts": [attempt_view(attempt) for attempt in (unit.get("attempts") or ())[:20]],
            "host_note": inert_text(unit.get("host_note"), 4000),
            "proposals": [self._text(proposal) for proposal in (unit.get("proposals") or ())][:20],
            "notes": [self._text(wording.NOTES.get(str(note), note)) for note in (unit.get("notes") or ())][:20],
            **self._mending(),
            "change": self._change(unit.get("change") or {}),
            "milestones": [self._milestone(one) for one in (unit.get("disclosures") or {}).get("milestones") or ()],
            "required": self._required((unit.get("disclosures") or {}).get("required") or {}),
            "removed": [self._removed(one) for one in (unit.get("disclosures") or {}).get("removed") or ()],
            "freshness": self._freshness(unit.get("freshness") or {}),
            "disputed": [
                {"id": str(item["id"]), "anchor": _anchor(str(item["id"]))}
                for item in unit["items"]
                if open_dispute(item) and item["id"] in self.rows
            ],
            "axes": axes,
            "listed": self._listed(axes),
            "total_sum": _total_sum(line, axes),
            "pictures": pictures_view(unit),
            "accessibility": accessibility_view(unit),
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
            "state": wording.LEDGER_STATES.get(str(entry.get("state")), ""),
            "remarks": [inert_text(remark.get("text"), 200) for remark in (entry.get("remarks") or ())[:5]],
            "link": self._link(entry.get("url")),
        }

    def _mending(self) -> dict[str, object]:
        """What to mend, the most points first: the `first` ones with advice, the `later` ones as a table."""
        gains = [pair for pair in points_to_gain(self.unit, self.sums) if pair[0] in self.rows]
        told = [
            {
                "id": item,
                "title": self.rows[item].title,
                "gain": gain,
                "remedy": self._text(self.results[item].get("remedy") or self.rows[item].remedy),
                "anchor": _anchor(item),
            }
            for item, gain in gains
        ]
        return {"first": told[:_TOP_GAINS], "later": told[_TOP_GAINS:], "all_gains": sum(gain for _, gain in gains)}

    def _change(self, change: Mapping[str, Any]) -> dict[str, object] | None:
        """What moved since the last run, by cause; None where there was none."""
        if not change:
            return None
        return {
            "as_of": inert_text(wording.day(change.get("as_of")), 40),
            "before": change.get("before"),
            "after": change.get("after"),
            "points": change.get("points"),
            "causes": [
                {
                    "name": wording.CHANGE_CAUSES.get(str(cause.get("cause")), ""),
                    "points": cause.get("points"),
                    "items": [
                        {
                            "id": inert_text(item["id"], 20),
                            "anchor": _anchor(item["id"]) if item["id"] in self.rows else None,
                            "before": _verdict_name(item.get("before")),
                            "after": _verdict_name(item.get("after")),
                            "points": item.get("points"),
                        }
                        for item in (cause.get("items") or ())[:60]
                    ],
                }
                for cause in change.get("causes") or ()
            ],
            "history": [
                {"as_of": inert_text(wording.day(one.get("as_of")), 40), "points": one["points"]}
                for one in (change.get("history") or ())[-_HISTORY:]
                if one.get("points") is not None
            ],
        }

    def _milestone(self, given: Mapping[str, Any]) -> dict[str, object]:
        """One month in which disclosures were due, and how it went."""
        state = wording.MILESTONE_STATES.get(str(given.get("state")), "")
        return {
            "month": _month(given.get("month")),
            "state": state.format(days=given.get("days_late") or 0),
            "date": inert_text(wording.day(given.get("date")), 40),
            "title": inert_text(given.get("title"), min(self.allowance.text, 200)),
            "link": self._link(given.get("url")),
        }

    def _required(self, given: Mapping[str, Any]) -> dict[str, object] | None:
        """What the circular in force wants of the unit, found or not; None where it wants nothing."""
        entries = given.get("entries") or ()
        if not entries:
            return None
        return {
            "circular": inert_text(given.get("circular"), 80),
            "school_year": inert_text(given.get("school_year"), 20),
            "entries": [
                {
                    "form": f"Biểu mẫu {entry['form']}" if entry.get("form") else "",
                    "title": inert_text(entry.get("title"), 200),
                    "state": wording.REQUIRED_STATES.get(str(entry.get("state")), ""),
                    "link": self._link(next(iter(entry.get("urls") or ()), None)),
                }
                for entry in entries[:60]
            ],
        }

    def _removed(self, entry: Mapping[str, Any]) -> dict[str, object]:
        return {
            "title": inert_text(entry.get("title"), 200),
            "last_seen": inert_text(wording.day(entry.get("last_seen")), 40),
            "state": wording.REQUIRED_STATES.get(str(entry.get("state")), ""),
        }

    def _freshness(self, given: Mapping[str, Any]) -> dict[str, object] | None:
        """How often the portal was updated; None where nothing is known."""
        months = given.get("months") or ()
        if not months:
            return None
        newest = given.get("newest") or {}
        return {
            "months": [{"name": _month(month["month"]), "count": int(month["count"])} for month in months],
            "most": max(int(month["count"]) for month in months),
            "newest": inert_text(wording.day(newest.get("date")), 40),
            "title": inert_text(newest.get("title"), min(self.allowance.text, 200)),
            "link": self._link(newest.get("url")),
            "undated": given.get("undated") or 0,
            "hints": [
                {
                    "date": inert_text(wording.day(hint.get("date")), 40),
                    "title": inert_text(hint.get("title"), min(self.allowance.text, 160)),
                    "link": self._link(hint.get("url")),
                    "origin": wording.HINT_ORIGINS.get(str(hint.get("origin")), ""),
                    "quote": inert_text(hint.get("quote"), min(self.allowance.quote, 120)),
                }
                for hint in (given.get("hints") or ())[: self.allowance.pages]
            ],
            "sections": [
                {
                    "name": inert_text(section.get("name"), 120),
                    "date": inert_text(wording.day(section.get("date")), 40),
                    "title": inert_text(section.get("title"), min(self.allowance.text, 160)),
                    "link": self._link(section.get("url")),
                    "count": section.get("count"),
                }
                for section in (given.get("newest_by_section") or ())[: self.allowance.pages]
            ],
        }

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
                    "range": _range(low, high) if of else "–",
                    "high_share": 100 * high / of if of and high is not None else None,
                    "entries": entries,
                    "sum": addends,
                    "weights": sum(addend.weight for addend in addends),
                    "weighted": sum(addend.weight * addend.score for addend in addends),
                    "sum_points": sum(addend.points for addend in addends),
                }
            )
        return views

    def _listed(self, axes: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
        """Every item once, in the order of the checklist."""
        views = {entry["id"]: entry for axis in axes for entry in axis["entries"] if not entry["elsewhere"]}
        return [views[item] for item in self.rows if item in views]

    def _item(self, item_id: str, *, elsewhere: bool) -> dict[str, object]:
        result, row = self.results[item_id], self.rows[item_id]
        verdict = standing_verdict(result)
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
        view.update(
            requirement=row.requirement,
            summary=self._text(result.get("summary")) or wording.cause(result.get("reason")),
            remedy=self._text(result.get("remedy")) if verdict in {"partial", "fail"} else "",
            review=self._review(result),
            dispute=self._dispute(result),
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

    def _review(self, result: Mapping[str, Any]) -> dict[str, object] | None:
        """A person's verdict beside the program's; None where nobody gave one."""
        review = result.get("review") or {}
        decided = wording.VERDICTS.get(str(review.get("verdict")))
        if decided is None:
            return None
        return {
            "verdict": decided.name,
            "machine": wording.verdict(result["verdict"]).name,
            "state": wording.REVIEW_STATES.get(str(review.get("state")), ""),
            "reason": self._text(review.get("reason")).rstrip(". "),
            "reviewer": inert_text(review.get("reviewer"), 200),
            "date": inert_text(wording.day(review.get("date")), 40),
            "until": inert_text(wording.day(review.get("valid_until")), 40),
        }

    def _dispute(self, result: Mapping[str, Any]) -> dict[str, object] | None:
        """An objection that nobody has decided yet."""
        dispute = open_dispute(result)
        if dispute is None:
            return None
        after = (dispute.get("recheck") or {}).get("after") or {}
        return {
            "link": self._link(dispute.get("url")),
            "reason": self._text(dispute.get("reason")),
            "by": inert_text(dispute.get("by"), 200),
            "at": inert_text(wording.day(dispute.get("recorded_at")), 40),
            "after": _verdict_name(after.get("verdict")) if after else "",
            "summary": self._text(after.get("summary")),
        }


def attempt_view(attempt: Mapping[str, Any]) -> dict[str, str]:
    """One visit of a unit: when, what came of it, and why."""
    status = wording.STATUSES.get(str(attempt.get("status")))
    return {
        "at": inert_text(wording.moment(attempt.get("at")), 40) or "Không rõ lúc nào",
        "status": status.name if status else "–",
        "cause": inert_text(wording.cause(attempt.get("reason")), 200),
    }


def _range(low: float | None, high: float | None) -> str:
    """Between which figures a sum will lie; a dash where that is no range."""
    return "–" if low == high or low is None else f"{wording.number(low)} – {wording.number(high)}"


def _month(text: object) -> str:
    """A month such as 2026-09 as 9/2026."""
    year, _, month = str(text).partition("-")
    return inert_text(f"{month.lstrip('0')}/{year}", 20)


def _verdict_name(code: object) -> str:
    worded = wording.VERDICTS.get(str(code))
    return worded.name if worded else "–"


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

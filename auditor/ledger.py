"""The ledger of disclosures in results.json: its rows, the milestones, what is required, and what earlier visits saw.

`rows`, `milestones` and `required` read the facts of one visit. `witnessed` puts beside them what our own earlier visit
of the unit saw: when a disclosure was first seen, and whether it was replaced, dated back, uploaded again or removed.
Remarks are for people; no verdict rests on them, so that an archive gives the same verdicts wherever it is judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from auditor.checklist import Checklist
from auditor.facts.disclosures import DatedBy, Disclosure, Disclosures, Life
from auditor.facts.pages import Pages
from auditor.milestones import milestone
from auditor.model import Kind, Reason, Status, StoppedBy, Verdict
from auditor.text import words
from auditor.urls import key
from auditor.vocabulary import RequiredDisclosure, Vocabulary

MILESTONE_CHECK = "disclosure_milestone"
_MAX_ROWS = 300
_MAX_DATES = 8
_MAX_FILES = 10
_MAX_REMOVED = 100
_VIETNAM = timezone(timedelta(hours=7))
_THERE = (Life.LIVE, Life.EXTERNAL, Life.UNSEEN, Life.FORBIDDEN)
_SHORT = 40  # characters: stamps and counters in the text of a page change with every visit
_SCHOOL_YEAR_STARTS = 9
_FIRST_OF_YEAR = 5  # publications for a school year begin in the May before it

Row = dict[str, Any]


# ---------------------------------------------------------------------- one visit


def rows(found: Disclosures, pages: Pages, vocabulary: Vocabulary) -> list[Row]:
    """The disclosures of a unit, newest first, with the date that counts and all others; undated ones last."""
    newest_first = sorted(
        found.items, key=lambda one: (one.dated.day if one.dated else date.min, one.url), reverse=True
    )
    hashes = _Hashes(pages)
    return [_row(item, vocabulary, hashes) for item in newest_first[:_MAX_ROWS]]


class _Hashes:
    """The SHA-256 of what stands at an address: of a file, or of a page's own text without its short lines."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def of(self, url: str) -> str:
        target = self._pages.look(url)
        if target.attachment is not None:
            capture = self._pages.stored.get(target.attachment.key)
            whole = capture is not None and capture.body and not target.attachment.truncated
            return hashlib.sha256(capture.body).hexdigest() if capture is not None and whole else ""
        if target.page is None:
            return ""
        lines = [words(block.text) for block in self._pages.own[target.page.key] if len(block.text) > _SHORT]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def _row(item: Disclosure, vocabulary: Vocabulary, hashes: _Hashes) -> Row:
    dated, year = item.dated, item.school_year
    files = [{"url": url, "sha256": hashes.of(url)} for url in item.files[:_MAX_FILES] if key(url) != key(item.url)]
    return {
        "date": _shown(dated) if dated else None,
        "kind": "; ".join(
            part.title for name, part in vocabulary.documents.disclosure.parts.items() if name in item.parts
        ),
        "title": item.title[:300],
        "url": item.url,
        "school_year": f"{year}-{year + 1}" if year is not None else None,
        "origin": str(dated.dating) if dated else None,
        "state": str(item.life),
        "parts": sorted(item.parts),
        "forms": list(item.forms),
        "circular": item.circular or None,
        "in_section": item.in_section,
        "dates": [
            {"date": _shown(one), "origin": str(one.dating), "quote": one.quote[:200]}
            for one in item.dates[:_MAX_DATES]
        ],
        "sha256": hashes.of(item.url) or None,
        "files": files,
        "scans": list(item.scans),
        "posted_later": item.later,
    }


def _shown(one: DatedBy) -> str:
    return f"{one.day:%m/%Y}" if one.precision == "month" else one.day.isoformat()


_STATES = {Verdict.PASS: "on_time", Verdict.FAIL: "missing", Verdict.MANUAL: "undatable"}


def milestones(
    found: Disclosures, items: Sequence[Mapping[str, Any]], checklist: Checklist, as_of: date
) -> Iterator[Row]:
    """For each month in which disclosures are due: whether they were on time, by the verdicts of the unit's `items`."""
    verdicts = {item["id"]: item for item in items}
    for item in checklist.items:
        if item.check != MILESTONE_CHECK or item.id not in verdicts:
            continue
        options, judged = item.options, verdicts[item.id]
        dated = [one for one in found.items if one.dated is not None and one.life in _THERE]
        due = milestone(
            dated,
            int(options["month"]),
            as_of,
            late_days=int(options["late_days"]),
            early_days=int(options["early_days"]),
        )
        state = _STATES.get(Verdict(judged["verdict"]), "unseen")
        if judged["verdict"] == Verdict.PARTIAL:
            state = "late" if judged["reason"] == Reason.LATE else "early"
        nearest = {"on_time": due.inside, "late": due.late[::-1], "early": due.early}.get(state, ())
        yield {
            "item": item.id,
            "month": f"{due.first:%Y-%m}",
            "state": state,
            "days_late": due.days_late if state == "late" else 0,
            "date": _shown(nearest[0].dated) if nearest and nearest[0].dated else None,
            "title": nearest[0].title[:300] if nearest else None,
            "url": nearest[0].url if nearest else None,
        }


def required(found: Disclosures, kind: Kind, pages: Pages, vocabulary: Vocabulary, as_of: date) -> dict[str, Any]:
    """What the circular in force wants of a unit of this kind for the school year of the as-of date, found or missing.

    A form of which only the part is found, without its number or title, is "part_found".
    """
    known = vocabulary.documents.disclosure
    year = as_of.year - (as_of.month < _SCHOOL_YEAR_STARTS)
    circular = next(
        one for one in reversed(known.circulars) if one.first_school_year <= year or one is known.circulars[0]
    )
    fitting = [item for item in found.items if item.life in _THERE and not item.later and _is_of(item, year)]
    closed = pages.cut_short or any(item.life in (Life.UNSEEN, Life.FORBIDDEN) for item in fitting)
    wanted: list[Row] = []
    for one in known.required:
        if one.circular != circular.number:
            continue
        if not one.forms:
            wanted.append(_required(one, fitting, closed))
            continue
        for form in known.forms:
            if kind not in form.kinds:
                continue
            exact = [item for item in fitting if form.number in item.forms]
            near = [item for item in fitting if form.part in item.parts]
            state = "found" if exact else "part_found" if near else "unseen" if closed else "missing"
            wanted.append(
                {
                    "form": form.number,
                    "title": form.title,
                    "state": state,
                    "urls": [item.url for item in (exact or near)[:3]],
                }
            )
    return {"circular": circular.number, "school_year": f"{year}-{year + 1}", "entries": wanted}


def _required(one: RequiredDisclosure, fitting: Sequence[Disclosure], closed: bool) -> Row:
    hits = [item for item in fitting if item.parts & set(one.parts) or one.phrases.first_in(words(item.title))]
    state = "found" if hits else "unseen" if closed else "missing"
    return {"form": None, "title": one.title, "state": state, "urls": [item.url for item in hits[:3]]}


def _is_of(item: Disclosure, year: int) -> bool:
    """Whether a disclosure may be of the school year that begins in `year`: by its name, else by its day."""
    if item.school_year is not None:
        return item.school_year >= year
    return item.dated is None or item.dated.day >= date(year, _FIRST_OF_YEAR, 1)


# ---------------------------------------------------------------------- with what earlier visits saw


def visit_day(result: Mapping[str, Any]) -> str | None:
    """The day in Vietnam on which a unit's portal was visited, None where it was not."""
    moment = (result.get("crawl") or {}).get("started_at")
    if not moment:
        return None
    try:
        return datetime.fromisoformat(str(moment).replace("Z", "+00:00")).astimezone(_VIETNAM).date().isoformat()
    except ValueError:
        return None


def witnessed(result: dict[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """A unit's result with what our earlier visit, if there was one, saw of its disclosures.

    Every row gets `first_seen`, `last_seen` (days of our visits) and `remarks`; `disclosures.removed` are rows of
    before that are gone, `disclosures.compared_with` is the day of the earlier visit. Changes `result` and returns it.
    """
    day = visit_day(result)
    if day is None or "disclosures" not in result:
        return result
    past = _Past(earlier, day)
    ledger: list[Row] = result["ledger"]
    for row in ledger:
        before = past.take(row, ledger)
        row["first_seen"] = before["first_seen"] if before else past.first_seen_of(row) or day
        row["last_seen"] = day
        row["remarks"] = list(past.remarks(row, before))
    about = result["disclosures"]
    about["compared_with"] = past.day
    about["removed"] = [
        {**row, "state": "removed" if _whole(result) else "unseen"} for row in past.left() if _is_certain(row)
    ][:_MAX_REMOVED]
    return result


def unwitnessed(result: Mapping[str, Any]) -> dict[str, Any]:
    """A unit's result as judging alone makes it: without what earlier visits saw."""
    if "disclosures" not in result:
        return dict(result)
    return witnessed(
        {**result, "ledger": [dict(row) for row in result["ledger"]], "disclosures": {**result["disclosures"]}}, None
    )


def _whole(result: Mapping[str, Any]) -> bool:
    """Whether a visit saw all of the portal: only then something that it did not see was not there."""
    stopped_by = (result.get("crawl") or {}).get("stopped_by")
    return result.get("status") == Status.AUDITED and stopped_by == StoppedBy.COMPLETE


def _is_certain(row: Row) -> bool:
    return row["state"] not in (Life.DEAD_FILE, Life.DEAD_PAGE, Life.PLACEHOLDER)


class _Past:
    """The rows of an earlier visit, found again by address and title, or by content."""

    def __init__(self, earlier: Mapping[str, Any] | None, today: str) -> None:
        self.day = visit_day(earlier) if earlier is not None else None
        if self.day is not None and self.day >= today and earlier is not None:
            self.day = None
        seen = earlier if self.day is not None and earlier is not None else {}
        self.whole = _whole(seen)
        about = seen.get("disclosures") or {}
        rows_before = [
            {"first_seen": self.day, "last_seen": self.day, **row} for row in seen.get("ledger", ()) if self.day
        ]
        self.capped = len(rows_before) >= _MAX_ROWS
        gone = [dict(row) for row in about.get("removed", ())]
        self._rows: list[Row] = [*rows_before, *gone]
        self._gone = {id(row) for row in gone}
        self._taken: set[int] = set()
        self._by_name = {_name(row): row for row in reversed(self._rows)}
        self._by_url: dict[str, list[Row]] = {}
        self._by_hash: dict[str, Row] = {}
        for row in self._rows:
            self._by_url.setdefault(key(row["url"]), []).append(row)
            for one in _hashes_of(row).values():
                self._by_hash.setdefault(one, row)

    def take(self, row: Row, ledger: Sequence[Row]) -> Row | None:
        """The row of before that is this one: of the same address and title, or alone at its address then and now."""
        before = self._by_name.get(_name(row))
        if before is None:
            there = self._by_url.get(key(row["url"]), [])
            now = [one for one in ledger if key(one["url"]) == key(row["url"])]
            before = there[0] if len(there) == len(now) == 1 else None
        if before is not None:
            self._taken.add(id(before))
        return before

    def first_seen_of(self, row: Row) -> str | None:
        """When the content of a new row was first seen, at whatever address."""
        twin = self._twin(row)
        return str(twin["first_seen"]) if twin is not None else None

    def left(self) -> list[Row]:
        """The rows that were not found again."""
        return [row for row in self._rows if id(row) not in self._taken]

    def _twin(self, row: Row) -> Row | None:
        """A row of before with the same file, at another address."""
        if not row["files"] and not _is_file(row):
            return None
        return next((self._by_hash[one] for one in _hashes_of(row).values() if one in self._by_hash), None)

    def remarks(self, row: Row, before: Row | None) -> Iterator[dict[str, str]]:
        """What a person should know of a row: code and text."""
        if self.day is None:
            return
        if before is None:
            twin = self._twin(row)
            if twin is not None:
                yield _remark(
                    "uploaded_again",
                    f"Tệp này đã có từ lần xem ngày {_told(str(twin['first_seen']))}, nay đăng lại ở địa chỉ khác.",
                )
            elif self._dated_back(row):
                yield _remark(
                    "back_dated",
                    f"Cổng ghi ngày {_told(str(row['date']))}, nhưng lần xem ngày {_told(self.day)} chưa thấy.",
                )
            return
        if id(before) in self._gone:
            yield _remark(
                "back_again",
                f"Nội dung này từng có (thấy lần cuối ngày {_told(str(before['last_seen']))}), nay có lại.",
            )
        changed = _changed(before, row)
        if changed:
            yield _remark("replaced", f"Nội dung hoặc tệp đã thay đổi so với lần xem ngày {_told(self.day)}.")
        was, now = before.get("date"), row["date"]
        if was and now and was != now and before.get("origin") == row["origin"]:
            told = f"Ngày ghi trên cổng trước đây là {_told(was)}, nay là {_told(now)}."
            if _ends(now) < _ends(was):
                yield _remark("back_dated", told)
            elif not changed and _hashes_of(before) and _hashes_of(row):
                yield _remark("uploaded_again", f"{told} Nội dung không đổi.")
            else:
                yield _remark("date_changed", told)

    def _dated_back(self, row: Row) -> bool:
        """Whether a row that an earlier whole visit did not see says that it was there by then."""
        if not self.whole or self.capped or row["date"] is None or row["origin"] not in ("posted", "name"):
            return False
        assert self.day is not None
        return _ends(row["date"]) < date.fromisoformat(self.day)


def _remark(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text}


def _name(row: Row) -> tuple[str, str]:
    return key(row["url"]), words(row["title"])[:80]


def _is_file(row: Row) -> bool:
    return not row["files"] and bool(row.get("sha256")) and row["state"] in (Life.LIVE, "removed", "unseen")


def _hashes_of(row: Row) -> dict[str, str]:
    """Content by address, where it was fetched whole."""
    found = {key(one["url"]): one["sha256"] for one in row.get("files", ()) if one["sha256"]}
    if row.get("sha256"):
        found[key(row["url"])] = row["sha256"]
    return found


def _changed(before: Row, now: Row) -> bool:
    """Whether the content at any address that both visits fetched differs."""
    earlier, later = _hashes_of(before), _hashes_of(now)
    return any(earlier[url] != later[url] for url in earlier.keys() & later.keys())


def _ends(shown: str) -> date:
    """The last day that a shown date may mean: a month alone ends with its last day."""
    if "/" in shown:
        month, year = (int(part) for part in shown.split("/"))
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date.fromisoformat(shown)


def _told(shown: str) -> str:
    return shown if "/" in shown else f"{date.fromisoformat(shown):%d/%m/%Y}"

"""Rows of a filled-in review sheet: which can be used, which cannot and why, and what they come to in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from auditor.checklist import Checklist
from auditor.model import Reason, Status, Verdict
from auditor.register_table import cell_text
from auditor.reviews import Entry, EntryKind, Reviews, evidence_digest, record, standing
from auditor.store import Store, StoredRun
from auditor.text import words
from auditor.urls import absolute

EARLIEST_DAY = date(2000, 1, 1)
MAX_REASON = 2000
MAX_REVIEWER = 200
_YEARS_VALID = 20  # a longer validity is a slip of the pen


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands in a cell: `value` is None where `text` is no day."""

    text: str = ""
    value: date | None = None

    @property
    def wrong(self) -> bool:
        """Whether something stands there that is no day."""
        return bool(self.text) and self.value is None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of a review sheet. `row` is its number as the spreadsheet shows it.

    `verdict` is None where `verdict_text` is none of the list (or empty); `withdrawn` where it takes a verdict back.
    `unit_name` and `title` are the cells beside the ids, "" where the sheet lacks them. `trouble` says why the row must
    not be used whatever stands in it (a merged cell, a formula).
    """

    row: int
    unit_id: str
    item_id: str
    unit_name: str = ""
    title: str = ""
    verdict: Verdict | None = None
    verdict_text: str = ""
    withdrawn: bool = False
    reason: str = ""
    reviewer: str = ""
    day: Day = field(default_factory=Day)
    until: Day = field(default_factory=Day)
    address: str = ""
    trouble: str = ""

    @property
    def filled(self) -> bool:
        """Whether a person said something; a name or a day alone, as from filling a column down, says nothing."""
        return bool(self.verdict_text or self.reason or self.address or self.until.text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A review sheet as read. `run` and `last` are the run and the newest entry it was written with, if it says so."""

    rows: Sequence[ReviewRow]
    run: str | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not used, and what to do about it (Vietnamese)."""

    row: int
    unit_id: str
    item_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a sheet: rows that were stored, that were known already, without a verdict, and unusable ones."""

    applied: int
    unchanged: int
    empty: int
    bad: tuple[BadRow, ...]
    entries: tuple[Entry, ...]

    @property
    def disputes(self) -> tuple[Entry, ...]:
        """The disputes among the new entries: their addresses are to be looked at."""
        return tuple(entry for entry in self.entries if entry.kind is EntryKind.DISPUTE)


class _UnusableError(Exception):
    """A row cannot be used; the message is for the person who wrote it."""


def import_rows(
    store: Store,
    run: StoredRun,
    sheet: Sheet,
    checklist: Checklist,
    *,
    now: datetime,
    today: date,
    source: str,
) -> Imported:
    """Proves every row and stores all good ones in one transaction. A verdict without a day is of `today`."""
    desk = _Desk(store, run, sheet, checklist, now, today, source)
    filled = [row for row in sheet.rows if row.filled or row.trouble]
    bad: list[BadRow] = []
    good: list[tuple[ReviewRow, _Case]] = []
    for row, unit_id in desk.by_unit(filled, bad):
        try:
            good.append((row, desk.case(row, unit_id)))
        except _UnusableError as error:
            bad.append(BadRow(row.row, row.unit_id, row.item_id, str(error)))
    entries: list[Entry] = []
    unchanged = applied = 0
    for row, case in _agreeing(good, bad):
        try:
            made = desk.entries(row, case)
        except _UnusableError as error:
            bad.append(BadRow(row.row, row.unit_id, row.item_id, str(error)))
            continue
        entries += made
        applied += bool(made)
        unchanged += not made
    stored = record(store, entries)
    bad.sort(key=lambda one: one.row)
    return Imported(applied, unchanged, len(sheet.rows) - len(filled), tuple(bad), tuple(stored))


@dataclass(frozen=True, slots=True)
class _Case:
    """The item that a row speaks of, as the run knows it."""

    unit_id: str
    item: Mapping[str, Any]
    entries: Sequence[Entry]


def _same(one: ReviewRow, other: ReviewRow) -> bool:
    return _said(one) == _said(other)


def _said(row: ReviewRow) -> tuple[object, ...]:
    return (
        row.verdict,
        row.withdrawn,
        words(row.reason),
        words(row.reviewer),
        row.day.value,
        row.until.value,
        row.address,
    )


def _agreeing(good: Iterable[tuple[ReviewRow, _Case]], bad: list[BadRow]) -> list[tuple[ReviewRow, _Case]]:
    """The rows of which no other one of the file says something else; the same row twice counts once."""
    by_item: dict[tuple[str, str], list[tuple[ReviewRow, _Case]]] = defaultdict(list)
    for row, case in good:
        by_item[case.unit_id, case.item["id"]].append((row, case))
    kept = []
    for rows in by_item.values():
        first = rows[0][0]
        if all(_same(first, row) for row, _ in rows):
            kept.append(rows[0])
            continue
        for row, _ in rows:
            others = ", ".join(str(other.row) for other, _ in rows if other is not row)
            people = {words(other.reviewer) for other, _ in rows}
            who = "hai người ghi" if len(people) > 1 else "ghi hai lần"
            bad.append(
                BadRow(
                    row.row,
                    row.unit_id,
                    row.item_id,
                    f"mục này {who} khác nhau trong cùng tệp (xem dòng {others}). Hãy thống nhất rồi chỉ giữ một dòng",
                )
            )
    return kept


class _Desk:
    """Proves rows against a run and its store."""

    def __init__(
        self,
        store: Store,
        run: StoredRun,
        sheet: Sheet,
        checklist: Checklist,
        now: datetime,
        today: date,
        source: str,
    ) -> None:
        self._store = store
        self._run = run
        self._sheet = sheet
        self._items = {item.id: item for item in checklist.items}
        self._checklist = checklist
        self._now = now
        self._today = today
        self._source = source
        self._reviews = Reviews(store, run)
        self._ids = _IdIndex(store.statuses(run.id))

    def by_unit(self, rows: Sequence[ReviewRow], bad: list[BadRow]) -> Iterable[tuple[ReviewRow, str]]:
        """The rows with the ids of their units, unit by unit, so that each unit's result is read once."""
        found: dict[str, list[ReviewRow]] = defaultdict(list)
        for row in rows:
            try:
                if row.trouble:
                    raise _UnusableError(row.trouble)
                found[self._unit_id(row)].append(row)
            except _UnusableError as error:
                bad.append(BadRow(row.row, row.unit_id, row.item_id, str(error)))
        for unit_id, of_unit in found.items():
            self._load(unit_id)
            for row in of_unit:
                yield row, unit_id

    def _load(self, unit_id: str) -> None:
        self._result = self._store.result(self._run.id, unit_id)
        self._entries = self._reviews.of(unit_id)

    def _unit_id(self, row: ReviewRow) -> str:
        if not row.unit_id:
            raise _UnusableError("thiếu mã đơn vị. Hãy ghi mã như trong danh sách đơn vị")
        unit_id = self._ids.find(row.unit_id)
        if unit_id is None:
            raise _UnusableError(
                f"không có đơn vị nào mang mã «{row.unit_id[:80]}» trong lần đánh giá này. Hãy xem lại cột Mã đơn vị"
            )
        return unit_id

    def case(self, row: ReviewRow, unit_id: str) -> _Case:
        """What the row is about, proved as far as it can be without the other rows. Raises _UnusableError."""
        if not row.item_id:
            raise _UnusableError("thiếu mã mục. Hãy ghi mã mục, ví dụ 2.3.a")
        known = self._items.get(row.item_id)
        if known is None:
            raise _UnusableError(f"không có mục «{row.item_id[:40]}» trong bộ tiêu chí. Hãy xem lại cột Mục")
        result = self._result
        if result is None:
            raise _UnusableError("đơn vị này chưa được đánh giá xong. Hãy chạy «auditor resume» trước khi nhập")
        if row.unit_name and words(row.unit_name) != words(cell_text(result["name"]))[: len(words(row.unit_name))]:
            raise _UnusableError(
                f"mã «{row.unit_id[:80]}» là của «{result['name'][:80]}», không phải «{row.unit_name[:80]}». "
                "Hãy xem lại dòng này, có thể các cột đã bị sắp xếp lệch nhau"
            )
        if row.title and words(row.title) != words(known.title):
            raise _UnusableError(
                f"mục {known.id} là «{known.title[:80]}», không phải «{row.title[:80]}». Hãy xem lại mã mục "
                "(bảng tính có thể đã đổi 1.10 thành 1.1)"
            )
        item = next((one for one in result["items"] if one["id"] == known.id), None)
        if item is None:
            raise _UnusableError(f"lần đánh giá này không có mục «{known.id}» của đơn vị. Hãy xem lại mã lần đánh giá")
        if result["status"] == Status.NO_WEBSITE:
            raise _UnusableError("đơn vị này chưa có trang web trong danh sách. Hãy bổ sung địa chỉ rồi đánh giá lại")
        if item["reason"] == Reason.NOT_FOR_KIND:
            raise _UnusableError(
                "mục này không dành cho loại hình của đơn vị. Nếu loại hình ghi sai, hãy sửa trong danh sách"
            )
        self._prove(row)
        return _Case(unit_id, item, self._entries.get(known.id, ()))

    def _prove(self, row: ReviewRow) -> None:
        if row.verdict_text and row.verdict is None and not row.withdrawn:
            names = "Đạt, Đạt một phần, Không đạt, Không áp dụng, Rút kết luận"
            raise _UnusableError(
                f"kết luận «{row.verdict_text[:60]}» không có trong danh sách. Hãy chọn một trong: {names}"
            )
        if not row.verdict_text and not row.address:
            raise _UnusableError("có lý do hoặc thời hạn nhưng chưa chọn kết luận. Hãy chọn kết luận, hoặc xóa ô đó")
        if row.address and not absolute(row.address, row.address):
            raise _UnusableError(
                f"địa chỉ khiếu nại «{row.address[:80]}» không phải địa chỉ web. Hãy ghi đủ, ví dụ https://…"
            )
        if row.verdict_text:
            self._prove_decision(row)
        for name, text, most in (("lý do", row.reason, MAX_REASON), ("họ tên", row.reviewer, MAX_REVIEWER)):
            if len(text) > most:
                raise _UnusableError(f"{name} dài hơn {most} chữ. Hãy viết gọn lại")

    def _prove_decision(self, row: ReviewRow) -> None:
        if not row.reason:
            raise _UnusableError("thiếu lý do. Hãy ghi vì sao kết luận như vậy")
        if not row.reviewer:
            raise _UnusableError("thiếu tên người thẩm định. Hãy ghi họ tên")
        if row.day.wrong:
            raise _UnusableError(f"ngày «{row.day.text[:40]}» không đúng. Hãy ghi theo dạng ngày/tháng/năm")
        if row.until.wrong:
            raise _UnusableError(
                f"ngày hết hiệu lực «{row.until.text[:40]}» không đúng. Hãy ghi theo dạng ngày/tháng/năm"
            )
        day, until = row.day.value or self._today, row.until.value
        if not EARLIEST_DAY <= day <= self._today:
            raise _UnusableError(f"ngày {day:%d/%m/%Y} ở tương lai hoặc quá xa. Hãy xem lại ngày thẩm định")
        if until is None:
            return
        if until < day:
            raise _UnusableError(f"hết hiệu lực ({until:%d/%m/%Y}) trước ngày thẩm định ({day:%d/%m/%Y}). Hãy xem lại")
        if until < self._today or until.isoformat() < self._run.as_of:
            raise _UnusableError(f"kết luận đã hết hiệu lực ngày {until:%d/%m/%Y}. Hãy thẩm định lại, ghi thời hạn mới")
        if until.year > day.year + _YEARS_VALID:
            raise _UnusableError(f"thời hạn {until:%d/%m/%Y} quá xa. Hãy xem lại năm")

    def entries(self, row: ReviewRow, case: _Case) -> list[Entry]:
        """What the row adds to the store, nothing where it is known. Raises _UnusableError."""
        stood = standing(case.entries, case.item, self._run)
        address = absolute(row.address, row.address) if row.address else None
        disputed = (stood or {}).get("dispute") or {}
        if row.address and disputed.get("url") == address:
            address = None  # the sheet was written with it
        if row.verdict_text and self._known(row, stood):
            if address is None:
                return []
            raise_dispute_only = True
        else:
            raise_dispute_only = not row.verdict_text
        made = [self._entry(row, case, EntryKind.DISPUTE, address=address)] if address else []
        if not raise_dispute_only:
            self._refuse_conflict(row, case)
            made.append(self._decision(row, case))
        return made

    def _known(self, row: ReviewRow, stood: Mapping[str, Any] | None) -> bool:
        """Whether exactly this verdict was given already.

        The sheet shows verdicts that are asked again as they were given: handing them in untouched renews nothing, who
        confirms one writes the day on which they did.
        """
        if stood is None or row.verdict is None:
            return False
        said = (row.verdict, words(row.reason), words(row.reviewer), row.until.value)
        until = date.fromisoformat(stood["valid_until"]) if stood["valid_until"] else None
        if said != (stood["verdict"], words(stood["reason"]), words(stood["reviewer"]), until):
            return False
        return stood["counted"] if row.day.value is None else bool(row.day.value.isoformat() == stood["date"])

    def _refuse_conflict(self, row: ReviewRow, case: _Case) -> None:
        """Two people must not undo each other's work unseen: the later one has to look at a fresh sheet first."""
        decisions = [entry for entry in case.entries if entry.kind is not EntryKind.DISPUTE]
        last = decisions[-1] if decisions else None
        if last is None or last.run_id != self._run.id or last.id <= (self._sheet.last or 0):
            return
        if words(last.reviewer) == words(row.reviewer):
            return
        when = f" ngày {date.fromisoformat(last.decided_on):%d/%m/%Y}" if last.decided_on else ""
        raise _UnusableError(
            f"{last.reviewer[:80]} đã kết luận mục này{when} sau khi tệp này được xuất. Hãy xuất lại phiếu bằng "
            "«auditor review export --all», xem kết luận đó rồi sửa trên phiếu mới"
        )

    def _decision(self, row: ReviewRow, case: _Case) -> Entry:
        day = row.day.value or self._today
        if row.withdrawn:
            return self._entry(row, case, EntryKind.WITHDRAWAL, decided_on=day.isoformat())
        until = row.until.value
        return self._entry(
            row,
            case,
            EntryKind.VERDICT,
            verdict=row.verdict,
            decided_on=day.isoformat(),
            valid_until=until.isoformat() if until else None,
        )

    def _entry(self, row: ReviewRow, case: _Case, kind: EntryKind, **what: Any) -> Entry:
        return new_entry(
            self._run,
            case.unit_id,
            case.item,
            kind,
            reason=row.reason,
            reviewer=row.reviewer,
            source=f"{self._source}, dòng {row.row}" if row.row else self._source,
            now=self._now,
            **what,
        )


def new_entry(
    run: StoredRun,
    unit_id: str,
    item: Mapping[str, Any],
    kind: EntryKind,
    *,
    reason: str,
    reviewer: str,
    source: str,
    now: datetime,
    **what: Any,
) -> Entry:
    """An entry on a finding of a run, not yet stored. `item` is that of the stored result."""
    return Entry(
        unit_id=unit_id,
        item_id=item["id"],
        kind=kind,
        run_id=run.id,
        run_started_at=run.started_at,
        checklist=run.checklist["id"],
        reason=reason,
        reviewer=reviewer,
        machine_verdict=item["verdict"],
        evidence_digest=evidence_digest(item),
        source=source,
        recorded_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **what,
    )


class _IdIndex:
    """Unit ids as spreadsheets give them back: with other white space or case, or a number without its zeros."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._exact = frozenset(ids)
        self._loose: dict[str, set[str]] = defaultdict(set)
        for unit_id in self._exact:
            for form in {_loose(unit_id), _loose(unit_id).lstrip("0")}:
                self._loose[form].add(unit_id)

    def find(self, text: str) -> str | None:
        """The one unit that a cell can mean."""
        if text in self._exact:
            return text
        found = self._loose.get(_loose(text), set())
        return next(iter(found)) if len(found) == 1 else None


def _loose(text: str) -> str:
    return cell_text(text).casefold().lstrip("'")

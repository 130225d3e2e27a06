"""Why a unit's total differs from an earlier one: every point given to its cause, so that the causes add up exactly.

Between the two published totals lies a chain of states, each a complete set of items with a total of its own:

1. the earlier result as it was published, with what people decided;
2. the earlier result as the program gave it;
3. the earlier archive judged by the later rules (checklist, vocabulary, program, register);
4. the same judged as of the later day;
5. the same with those items of the later result that the crawl explains: it saw more or less;
6. the later result as the program gave it;
7. the later result as it was published.

What people decided once and for both results stands in every state: a decision that is carried moves nothing. A cause
has the points between its two states (the reviewers' is both ends), so the sum is the difference of the totals by
construction. Where the earlier archive is gone, states 3 and 4 are unknown and what cannot be told apart is
said to be so (`Cause.MIXED`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from auditor.checklist import Checklist
from auditor.model import Reason, Status, StoppedBy, Whose
from auditor.scoring import score_unit
from auditor.urls import key

UnitObject = Mapping[str, Any]
"""A unit of results.json, or as much of it as `trimmed` keeps."""


class Cause(StrEnum):
    """Why points were gained or lost (results.json, `change.causes`)."""

    PORTAL = "portal"  # the portal shows something else
    TIME = "time"  # the portal is as it was, and what it shows has aged or come due
    RULES = "rules"  # checklist, vocabulary, program or register
    CRAWL = "crawl"  # the crawl saw more or less
    REVIEW = "review"  # a person decided
    MIXED = "mixed"  # portal, time or rules: the earlier archive is gone


_ORDER = tuple(Cause)
# Verdicts with these reasons tell of our looking, not of the portal.
_UNSEEN = frozenset(
    {Reason.CRAWL_CUT_SHORT, Reason.BLOCKED, Reason.ROBOTS_FORBID, Reason.UNREACHABLE, Reason.NEEDS_RENDERING}
    | {Reason.CHECK_CRASHED}
)
_UNREAD = frozenset({Status.UNREACHABLE, Status.BLOCKED, Status.ERROR})


@dataclass(frozen=True, slots=True)
class Again:
    """The earlier archive judged once more: by the later rules as of the earlier day, then as of the later day.

    Each is None where it would be the same as the state before it, or could not be had (`complete` false).
    """

    by_rules: UnitObject | None
    by_time: UnitObject | None
    complete: bool = True


def trimmed(unit: UnitObject) -> dict[str, Any]:
    """What `attribute` needs of a unit that was judged again, small enough to be kept for every unit of a run."""
    return {
        "items": [
            {
                **{name: item[name] for name in ("id", "verdict", "score", "weight", "axes", "reason")},
                "evidence": [{"url": piece["url"]} for piece in item["evidence"]],
            }
            for item in unit["items"]
        ],
        "total": None if unit["total"] is None else {"points": unit["total"]["points"]},
        "pages_visited": [{"url": page["url"], "digest": page.get("digest")} for page in unit.get("pages_visited", ())],
    }


def points(unit: UnitObject) -> float | None:
    """The total as it counts, None where there is none."""
    return (unit.get("total") or {}).get("points")


def machine_points(unit: UnitObject) -> float | None:
    """The total as the program gave it, without what people decided."""
    return (unit.get("machine_total") or unit.get("total") or {}).get("points")


def same_crawl(before: UnitObject, after: UnitObject) -> bool:
    """Whether both were judged from one archive."""
    old, new = before.get("archive"), after.get("archive")
    return bool(old and new and old["sha256"] == new["sha256"])


def differ(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two sets of items differ in anything that a total is made of."""
    return _sums(before) != _sums(after)


def attribute(
    before: UnitObject,
    published: float | None,
    after: UnitObject,
    again: Again,
    checklist: Checklist,
    decided: UnitObject | None = None,
) -> dict[str, Any]:
    """The points between an earlier unit and a later one by cause (results.json, `change`, without `history`).

    `before` is the earlier unit as the program judged it and `published` the total that was published of it; `after`
    is the later unit with people's verdicts; `checklist` the one of the later run; `decided` is the earlier unit with
    the verdicts that people have given for it by now. `points` of the whole and of the causes are None where one of the
    two has no total: then the causes say why, but not how much. The items of a cause add up to its points; where that
    cannot be told item by item, the items have no points.
    """
    machine_after = _without_reviews(after, checklist)
    by_rules = again.by_rules or before
    by_time = again.by_time or by_rules
    rest = Cause.MIXED
    if again.complete:  # one and the same archive: more was read of it, e.g. by OCR
        rest = Cause.CRAWL if same_crawl(before, after) else Cause.PORTAL
    told = decided is not None and points(decided) == published  # else people have decided more since
    chain = _Chain(checklist, _carried(decided["items"], after["items"]) if told and decided is not None else {})
    found = chain.found
    first = chain.state(before["items"], machine_points(before))
    if told and decided is not None:
        found.step(Cause.REVIEW, (decided["items"], published), first)
    else:
        found.whole_step(Cause.REVIEW, published, machine_points(before))
    ruled = chain.state(by_rules["items"], machine_points(by_rules))
    timed = chain.state(by_time["items"], machine_points(by_time))
    crawled = _with_crawl(before, by_time, machine_after)
    same = not differ(crawled, by_time["items"])
    seen = timed if same else chain.state(crawled, _total(crawled, checklist))
    last = chain.state(machine_after["items"], machine_points(machine_after))
    if again.by_rules is not None:
        found.step(Cause.RULES, first, ruled)
    if again.by_time is not None:
        found.step(Cause.TIME, ruled, timed)
    found.step(Cause.CRAWL, timed, seen)
    found.step(rest, seen, last)
    found.step(Cause.REVIEW, last, (after["items"], points(after)))
    total = points(after)
    known = published is not None and total is not None
    return {
        "before": published,
        "after": total,
        "points": _number(_exact(total) - _exact(published)) if known else None,
        "causes": found.causes(known),
    }


@dataclass(frozen=True, slots=True)
class _Moved:
    """What an item's share of the total was made of before and after (see `_counts`), and the points between."""

    before: tuple[Any, ...] | None
    after: tuple[Any, ...] | None
    points: Fraction


State = tuple[Sequence[Mapping[str, Any]], float | None]
"""Items and the total that they make."""


class _Chain:
    """The states between two results. What people decided once and for both stands in all of them, so that a finding
    of the program that does not count moves nothing, and neither does a decision that is carried."""

    def __init__(self, checklist: Checklist, carried: Mapping[str, Mapping[str, Any]]) -> None:
        self.found = _Found(checklist)
        self._checklist = checklist
        self._carried = carried

    def state(self, items: Sequence[Mapping[str, Any]], total: float | None) -> State:
        """The state of these findings, whose own total is `total`."""
        if not self._carried:
            return items, total
        held = [
            {**item, "review": self._carried[item["id"]]} if item["id"] in self._carried else item for item in items
        ]
        return held, None if total is None else _total(held, self._checklist)


def _carried(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The reviews by item that count in both results and say the same."""
    old = {item["id"]: _decision(item) for item in before if _decision(item) is not None}
    return {item["id"]: item["review"] for item in after if item["id"] in old and _decision(item) == old[item["id"]]}


def _decision(item: Mapping[str, Any]) -> tuple[str, float | None] | None:
    review = item.get("review")
    return (review["verdict"], review["score"]) if review and review.get("counted") else None


class _Found:
    """Points and changed items by cause, as the chain is walked."""

    def __init__(self, checklist: Checklist) -> None:
        self._checklist = checklist
        self._points: dict[Cause, Fraction] = defaultdict(Fraction)
        self._items: dict[Cause, dict[str, _Moved]] = defaultdict(dict)
        self._unknown: set[Cause] = set()  # those with points that no item is known to have moved

    def whole_step(self, cause: Cause, before: float | None, after: float | None) -> None:
        """A step whose items are not known any more."""
        moved = _exact(after) - _exact(before)
        self._points[cause] += moved
        if moved:
            self._unknown.add(cause)

    def step(self, cause: Cause, before: State, after: State) -> None:
        """From one state to the next: the items one after another, each with what the printed total moved.

        A cause may have two steps. An item that both of them move is told once, with what is left of it.
        """
        whole = _exact(after[1]) - _exact(before[1])
        self._points[cause] += whole
        changed = _changed(before[0], after[0])
        if not changed and not whole:
            return
        moved = self._one_by_one(before, after, [old_new[0] for old_new in changed])
        if moved is None or sum(moved) != whole:
            self._unknown.add(cause)
            moved = [Fraction()] * len(changed)
        known = self._items[cause]
        for (item_id, old, new), by in zip(changed, moved, strict=True):
            earlier = known.pop(item_id, None)
            first = earlier.before if earlier else _counts_of(old)
            now = _Moved(first, _counts_of(new), by + (earlier.points if earlier else 0))
            if now.before != now.after or now.points:
                known[item_id] = now

    def _one_by_one(self, before: State, after: State, changed: Sequence[str]) -> list[Fraction] | None:
        """What each changed item moves, None where the two states are not of one checklist."""
        if [item["id"] for item in before[0]] != [item["id"] for item in after[0]]:
            return None
        state = list(before[0])
        if _total(state, self._checklist) != before[1] or _total(after[0], self._checklist) != after[1]:
            return None
        place = {item["id"]: index for index, item in enumerate(state)}
        last, moved = _exact(before[1]), []
        for item_id in changed:
            state[place[item_id]] = after[0][place[item_id]]
            now = _exact(_total(state, self._checklist))
            moved.append(now - last)
            last = now
        return moved

    def causes(self, known: bool) -> list[dict[str, Any]]:
        """The causes that moved something, those that moved most first."""
        told = [cause for cause in _ORDER if self._points[cause] or self._items[cause]]
        told.sort(key=lambda cause: -abs(self._points[cause]))
        return [
            {
                "cause": str(cause),
                "points": _number(self._points[cause]) if known else None,
                "items": [
                    {
                        "id": item_id,
                        "before": moved.before and moved.before[0],
                        "after": moved.after and moved.after[0],
                        "points": _number(moved.points) if known and cause not in self._unknown else None,
                    }
                    for item_id, moved in self._items[cause].items()
                ],
            }
            for cause in told
        ]


def _changed(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    old = {item["id"]: item for item in before}
    new = {item["id"]: item for item in after}
    ids = [*new, *(item_id for item_id in old if item_id not in new)]
    return [
        (item_id, old.get(item_id), new.get(item_id))
        for item_id in ids
        if item_id not in old or item_id not in new or _counts(old[item_id]) != _counts(new[item_id])
    ]


def _verdict(item: Mapping[str, Any]) -> str:
    review = item.get("review")
    return str(review["verdict"] if review and review.get("counted") else item["verdict"])


def _counts(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a total is made of."""
    review = item.get("review")
    score = review["score"] if review and review.get("counted") else item["score"]
    return _verdict(item), score, item["weight"], tuple(item["axes"])


def _counts_of(item: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if item is None else _counts(item)


def _sums(items: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {item["id"]: _counts(item) for item in items}


def _without_reviews(unit: UnitObject, checklist: Checklist) -> UnitObject:
    if not any(item.get("review") for item in unit["items"]):
        return unit
    items = [{**item, "review": None} for item in unit["items"]]
    total = unit.get("machine_total") or unit["total"]
    return {**unit, "items": items, "total": total, "machine_total": None}


def _total(items: Sequence[Mapping[str, Any]], checklist: Checklist) -> float | None:
    total: float | None = score_unit(items, checklist)[1]["points"]
    return total


# --- whether the crawl explains a difference -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """What a crawl knows of addresses (by key): digests of pages, dead ones, ones that failed for other reasons."""

    pages: Mapping[str, str | None]
    dead: frozenset[str]
    failed: frozenset[str]
    complete: bool

    def of(self, address: str) -> tuple[str, str | None]:
        if address in self.pages:
            return "page", self.pages[address]
        if address in self.dead:
            return "dead", None
        return ("failed" if address in self.failed else "unvisited"), None


def _view(unit: UnitObject, pages: Sequence[Mapping[str, Any]]) -> _View:
    failures = unit.get("failures", ())
    return _View(
        {key(page["url"]): page.get("digest") for page in pages},
        frozenset(key(one["url"]) for one in failures if one["whose"] == Whose.SITE),
        frozenset(key(one["url"]) for one in failures if one["whose"] != Whose.SITE),
        unit["crawl"]["stopped_by"] == StoppedBy.COMPLETE,
    )


def _with_crawl(before: UnitObject, again: UnitObject, after: UnitObject) -> list[Mapping[str, Any]]:
    """The items of the earlier archive, those of the later one where only the crawl saw more or less."""
    new = {item["id"]: item for item in after["items"]}
    if before["status"] in _UNREAD or after["status"] in _UNREAD:
        return [new.get(item["id"], item) for item in again["items"]]
    views = (_view(before, again.get("pages_visited", ())), _view(after, after.get("pages_visited", ())))
    return [
        new[item["id"]]
        if item["id"] in new
        and _counts(item) != _counts(new[item["id"]])
        and _explained_by_crawl(item, new[item["id"]], *views)
        else item
        for item in again["items"]
    ]


def _explained_by_crawl(old: Mapping[str, Any], new: Mapping[str, Any], before: _View, after: _View) -> bool:
    if (old["reason"] in _UNSEEN) or (new["reason"] in _UNSEEN):
        return True
    addresses = {key(piece["url"]) for item in (old, new) for piece in item["evidence"] if piece["url"]}
    unsure = False
    for address in sorted(addresses):
        (was, old_digest), (now, new_digest) = before.of(address), after.of(address)
        if was == now:
            if was == "page" and old_digest != new_digest:
                return False
        elif (
            "failed" in (was, now)
            or (was == "unvisited" and not before.complete)
            or (now == "unvisited" and not after.complete)
        ):
            unsure = True
        else:
            return False
    return unsure


def _exact(value: float | None) -> Fraction:
    """The decimal that is printed, exactly; no total counts as no points."""
    return Fraction(str(value)) if value is not None else Fraction()


def _number(value: Fraction) -> float | int:
    return value.numerator if value.denominator == 1 else float(value)

"""Points gained and lost by cause: a headmaster who asks why the total fell gets an answer that adds up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.changes import Again, attribute
from auditor.checklist import load_checklist
from auditor.scoring import score_unit

CHECKLIST = load_checklist("3082-gddt-tttt")
SCORES = {"pass": 1.0, "fail": 0.0}
PAGE = "http://a.edu.vn/tin"


def item(
    item_id: str, verdict: str, reason: str = "found", *, score: float | None = None, url: str = PAGE
) -> dict[str, Any]:
    row = CHECKLIST.item(item_id)
    return {
        "id": item_id,
        "verdict": verdict,
        "score": SCORES.get(verdict) if score is None else score,
        "weight": row.weight,
        "axes": list(row.axes),
        "reason": reason,
        "evidence": [{"url": url}],
        "review": None,
    }


def unit(
    items: list[dict[str, Any]], *, digest: str = "d", stopped_by: str = "complete", **more: Any
) -> dict[str, Any]:
    """A unit of results.json with its total; all items that are not given pass."""
    given_ids = {one["id"] for one in items}
    whole = [item(row.id, "pass") for row in CHECKLIST.items if row.id not in given_ids] + items
    place = {row.id: index for index, row in enumerate(CHECKLIST.items)}
    whole.sort(key=lambda one: place[one["id"]])
    machine = [{**one, "review": None} for one in whole]
    found = {
        "id": "U",
        "status": "audited",
        "crawl": {"stopped_by": stopped_by},
        "items": whole,
        "total": score_unit([counted(one) for one in whole], CHECKLIST)[1],
        "pages_visited": [{"url": PAGE, "digest": digest}],
        "failures": [],
        **more,
    }
    if machine != whole:
        found["machine_total"] = score_unit(machine, CHECKLIST)[1]
    return found


def counted(one: dict[str, Any]) -> dict[str, Any]:
    review = one["review"]
    return {**one, "verdict": review["verdict"], "score": review["score"], "review": None} if review else one


def machine(reviewed: dict[str, Any]) -> dict[str, Any]:
    """The unit as the store has it: without what people decided."""
    items = [{**one, "review": None} for one in reviewed["items"]]
    return {**reviewed, "items": items, "total": reviewed.get("machine_total", reviewed["total"])}


def by_cause(change: dict[str, Any]) -> dict[str, list[str]]:
    return {cause["cause"]: [one["id"] for one in cause["items"]] for cause in change["causes"]}


FIRST = CHECKLIST.items[3].id
SECOND = CHECKLIST.items[8].id


def change(before: dict[str, Any], after: dict[str, Any], again: Again | None = None) -> dict[str, Any]:
    published = before["total"]["points"]
    return attribute(machine(before), published, after, again or Again(None, None), CHECKLIST, before)


def test_a_portal_that_changed_its_page_is_the_portal() -> None:
    found = change(unit([item(FIRST, "fail", "not_found")]), unit([], digest="other"))
    assert by_cause(found) == {"portal": [FIRST]}
    assert found["points"] > 0
    assert found["causes"][0]["points"] == found["points"] == found["causes"][0]["items"][0]["points"]


def test_nothing_changed_is_no_cause() -> None:
    found = change(unit([]), unit([]))
    assert found["points"] == 0
    assert found["causes"] == []


@pytest.mark.parametrize("reason", ["crawl_cut_short", "blocked", "needs_rendering", "unreachable"])
def test_what_could_not_be_looked_at_is_the_crawl_not_the_portal(reason: str) -> None:
    found = change(
        unit([item(FIRST, "fail", "not_found")]), unit([item(FIRST, "undetermined", reason)], digest="other")
    )
    assert by_cause(found) == {"crawl": [FIRST]}


def test_a_page_that_a_limit_left_unread_is_the_crawl() -> None:
    there = unit([item(FIRST, "pass", url="http://a.edu.vn/sau")])
    there["pages_visited"].append({"url": "http://a.edu.vn/sau", "digest": "x"})
    missing = [item(FIRST, "fail", "not_found")]
    assert by_cause(change(there, unit(missing, stopped_by="max_pages"))) == {"crawl": [FIRST]}
    assert by_cause(change(there, unit(missing))) == {"portal": [FIRST]}, "a page that nobody links to is gone"
    gone = unit(missing, stopped_by="max_pages", failures=[{"url": "http://a.edu.vn/sau", "whose": "site"}])
    assert by_cause(change(there, gone)) == {"portal": [FIRST]}, "the site says itself that the page is gone"
    late = unit(missing, failures=[{"url": "http://a.edu.vn/sau", "whose": "network"}])
    assert by_cause(change(there, late)) == {"crawl": [FIRST]}


def test_rules_and_time_are_told_apart_by_judging_the_earlier_archive_again() -> None:
    before = unit([])
    stricter = unit([item(FIRST, "fail", "not_found")])
    later = unit([item(FIRST, "fail", "not_found"), item(SECOND, "fail", "stale")])
    found = change(before, later, Again(stricter, later))
    assert by_cause(found) == {"rules": [FIRST], "time": [SECOND]}
    assert sum(cause["points"] for cause in found["causes"]) == pytest.approx(found["points"])


def test_without_the_earlier_archive_it_says_that_it_cannot_tell() -> None:
    found = change(unit([]), unit([item(FIRST, "fail", "stale")]), Again(None, None, complete=False))
    assert by_cause(found) == {"mixed": [FIRST]}


def decided(one: dict[str, Any], verdict: str) -> dict[str, Any]:
    return {**one, "review": {"verdict": verdict, "score": SCORES.get(verdict), "counted": True}}


def test_a_reviewer_who_decides_is_the_reviewer() -> None:
    waiting = item(FIRST, "manual", "needs_person")
    found = change(unit([waiting]), unit([decided(waiting, "fail")]))
    assert by_cause(found) == {"review": [FIRST]}
    assert found["points"] < 0


def test_a_decision_that_stands_in_both_runs_moves_nothing() -> None:
    waiting = decided(item(FIRST, "manual", "needs_person"), "fail")
    found = change(unit([waiting]), unit([waiting]))
    assert found["points"] == 0
    assert found["causes"] == []


def test_only_what_is_new_of_what_people_decided_is_told() -> None:
    carried = decided(item(FIRST, "manual", "needs_person"), "fail")
    waiting = item(SECOND, "manual", "needs_person")
    found = change(unit([carried, waiting]), unit([carried, decided(waiting, "fail")]))
    (cause,) = found["causes"]
    assert [one["id"] for one in cause["items"]] == [SECOND]
    assert cause["items"][0]["points"] == cause["points"] == found["points"] < 0


def test_a_carried_decision_is_no_change_whatever_else_moves() -> None:
    carried = decided(item(FIRST, "manual", "needs_person"), "fail")
    rest = [item(row.id, "not_applicable", "not_for_kind") for row in CHECKLIST.items if row.id not in (FIRST, SECOND)]
    found = change(unit([*rest, carried, item(SECOND, "fail", "not_found")]), unit([*rest, carried], digest="other"))
    assert by_cause(found) == {"portal": [SECOND]}


def test_a_decision_that_no_longer_counts_is_told_as_it_was_published() -> None:
    waiting = item(FIRST, "manual", "needs_person")
    (cause,) = change(unit([decided(waiting, "fail")]), unit([waiting]))["causes"]
    assert cause["cause"] == "review"
    assert [(one["before"], one["after"]) for one in cause["items"]] == [("fail", "manual")]
    assert cause["items"][0]["points"] == cause["points"] > 0


def test_where_people_decided_after_the_publication_no_item_is_given_points_that_do_not_add_up() -> None:
    waiting = item(FIRST, "manual", "needs_person")
    before = unit([waiting])
    later = unit([decided(waiting, "fail"), item(SECOND, "manual", "needs_person")])
    published = unit([item(SECOND, "fail", "not_found")])["total"]["points"]
    found = attribute(before, published, later, Again(None, None), CHECKLIST, before)
    (cause,) = [one for one in found["causes"] if one["cause"] == "review"]
    assert [one["points"] for one in cause["items"]] == [None]


def test_a_unit_that_could_not_be_read_has_no_points_but_a_cause() -> None:
    unread = [item(row.id, "undetermined", "unreachable") for row in CHECKLIST.items]
    found = change(unit([]), unit(unread, status="unreachable"))
    assert found["points"] is None
    assert [cause["cause"] for cause in found["causes"]] == ["crawl"]
    assert found["causes"][0]["points"] is None


VERDICTS = st.sampled_from(
    [
        ("pass", "found"),
        ("fail", "not_found"),
        ("fail", "stale"),
        ("partial", "incomplete"),
        ("manual", "needs_person"),
        ("undetermined", "crawl_cut_short"),
        ("not_applicable", "not_for_kind"),
    ]
)


@st.composite
def random_unit(draw: st.DrawFn, *, reviews: bool = False) -> dict[str, Any]:
    ids = draw(st.lists(st.sampled_from([row.id for row in CHECKLIST.items]), unique=True, max_size=12))
    items = []
    for item_id in ids:
        verdict, reason = draw(VERDICTS)
        score = draw(st.sampled_from([0.1, 0.25, 0.5, 0.75])) if verdict == "partial" else None
        one = item(item_id, verdict, reason, score=score)
        if reviews and draw(st.booleans()):
            one = decided(one, draw(st.sampled_from(["pass", "fail"])))
        items.append(one)
    status = draw(st.sampled_from(["audited", "partial", "unreachable"]))
    stopped_by = draw(st.sampled_from(["complete", "max_pages"]))
    return unit(items, digest=draw(st.sampled_from("ab")), status=status, stopped_by=stopped_by)


@settings(max_examples=60, deadline=None)
@given(
    before=random_unit(reviews=True),
    after=random_unit(reviews=True),
    by_rules=st.none() | random_unit(),
    by_time=st.none() | random_unit(),
    complete=st.booleans(),
)
def test_the_causes_add_up_exactly_to_the_difference_of_the_totals(
    before: dict[str, Any],
    after: dict[str, Any],
    by_rules: dict[str, Any] | None,
    by_time: dict[str, Any] | None,
    complete: bool,
) -> None:
    found = change(before, after, Again(by_rules, by_time, complete))
    exact = [Fraction(str(cause["points"])) for cause in found["causes"]]
    assert sum(exact) == Fraction(str(found["points"]))
    assert Fraction(str(found["points"])) == Fraction(str(after["total"]["points"])) - Fraction(
        str(before["total"]["points"])
    )
    for cause in found["causes"]:
        moved = [one["points"] for one in cause["items"]]
        if None not in moved and moved:
            assert sum(Fraction(str(one)) for one in moved) == Fraction(str(cause["points"])), cause


@settings(max_examples=25, deadline=None)
@given(one=random_unit(), other=random_unit())
def test_there_and_back_again_is_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = change(one, other), change(other, one)
    assert Fraction(str(there["points"])) + Fraction(str(back["points"])) == 0

"""Scores rank schools in public: the sum must be redoable by hand, and no undecided item may ever cost a point."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist import load_checklist
from auditor.model import Kind
from auditor.scoring import ScoringError, explain, score_unit

CHECKLIST = load_checklist("3082-gddt-tttt")
SCORES = {"pass": 1.0, "partial": 0.5, "fail": 0.0}
OPEN = ("manual", "undetermined")


def result(item_id: str, verdict: str, score: float | None = None, weight: float = 1.0) -> dict[str, Any]:
    return {
        "id": item_id,
        "verdict": verdict,
        "score": SCORES.get(verdict) if score is None else score,
        "weight": weight,
    }


def unit(default: str = "pass", kind: Kind = Kind.THCS, **verdicts: str) -> list[dict[str, Any]]:
    """All items of a unit of that kind; keys such as i2_13_a override the default verdict."""
    given = {key[1:].replace("_", "."): verdict for key, verdict in verdicts.items()}
    return [
        result(item.id, given.get(item.id, default) if item.applies(kind) else "not_applicable")
        for item in CHECKLIST.items
    ]


def figures(axis: dict[str, Any]) -> tuple[Any, ...]:
    return axis["points"], axis["of"], axis["low"], axis["high"]


def test_all_passed_is_full_marks() -> None:
    axes, total = score_unit(unit("pass"), CHECKLIST)
    assert {axis: figures(one) for axis, one in axes.items()} == {
        "4.1": (50, 50, 50, 50),
        "4.2": (10, 10, 10, 10),
        "4.3": (10, 10, 10, 10),
        "4.4": (15, 15, 15, 15),
        "4.5": (15, 15, 15, 15),
    }
    assert total == {"points": 100, "of": 100, "low": 100, "high": 100, "grade": "Xuất sắc", "determined": 1}


def test_all_failed_is_nothing_and_still_a_grade() -> None:
    axes, total = score_unit(unit("fail"), CHECKLIST)
    assert all(figures(one) == (0, one["of"], 0, 0) for one in axes.values())
    assert total["points"] == 0
    assert total["grade"] == "Yếu"


def test_a_unit_that_nobody_could_read_has_no_total_and_full_bounds() -> None:
    axes, total = score_unit(unit("undetermined"), CHECKLIST)
    assert {axis: figures(one) for axis, one in axes.items()} == {
        "4.1": (None, 50, 0, 50),
        "4.2": (None, 10, 0, 10),
        "4.3": (None, 10, 0, 10),
        "4.4": (None, 15, 0, 15),
        "4.5": (None, 15, 0, 15),
    }
    assert total == {"points": None, "of": 100, "low": 0, "high": 100, "grade": None, "determined": 0}


def test_an_axis_that_does_not_apply_leaves_both_sides() -> None:
    axes, total = score_unit(unit("pass", Kind.PHONG, i4_3="fail"), CHECKLIST)
    assert figures(axes["4.5"]) == (None, 0, 0, 0)
    assert total["points"] == 88.2  # 75 of the 85 points that apply
    assert total["low"] == total["high"] == 88.2
    assert total["determined"] == 1


def test_a_person_can_redo_the_sum() -> None:
    # 4.4 = three items of weight 1: pass, partial, undecided -> (1 + 0.5) / 2 of 15 = 11.25, printed 11.3
    items = unit("pass", i2_4="partial", i4_4="manual")
    axes, total = score_unit(items, CHECKLIST)
    assert figures(axes["4.4"]) == (11.3, 15, 7.5, 12.5)
    assert explain(items, CHECKLIST)["4.4"] == [
        ["1.2", 1, 1, 7.5],
        ["2.4", 1, 0.5, 3.75],
        ["4.4", 1, None, None],
    ]
    printed = sum(one["points"] for one in axes.values())
    assert total["points"] == pytest.approx(printed)
    assert total["low"] == pytest.approx(sum(one["low"] for one in axes.values()))
    assert total["high"] == pytest.approx(sum(one["high"] for one in axes.values()))


def test_an_undecided_axis_takes_no_part_in_the_points_but_in_the_bounds() -> None:
    axes, total = score_unit(unit("pass", i4_3="manual"), CHECKLIST)
    assert figures(axes["4.3"]) == (None, 10, 0, 10)
    assert (total["points"], total["low"], total["high"]) == (100, 90, 100)


def test_no_online_service_leaves_its_axis_to_the_other_item() -> None:
    axes, _ = score_unit(unit("pass", i2_7="partial", i4_2="not_applicable"), CHECKLIST)
    assert figures(axes["4.2"]) == (5, 10, 5, 5)


def test_a_finer_score_counts_as_it_is() -> None:
    items = [{**one, "verdict": "partial", "score": 0.75} if one["id"] == "4.3" else one for one in unit("pass")]
    axes, _ = score_unit(items, CHECKLIST)
    assert axes["4.3"]["points"] == 7.5


def test_determined_is_rounded_down_so_that_1_means_all() -> None:
    items = unit("pass", i4_3="manual")
    applicable = sum(one["verdict"] != "not_applicable" for one in items)
    assert score_unit(items, CHECKLIST)[1]["determined"] == int(1000 * (applicable - 1) / applicable) / 1000


def test_weights_of_the_results_are_those_that_count() -> None:
    items = [{**one, "weight": 3.0} if one["id"] == "1.2" else one for one in unit("fail", i1_2="pass")]
    assert score_unit(items, CHECKLIST)[0]["4.4"]["points"] == 9  # 3 of 5 of 15


def test_results_may_carry_their_axes() -> None:
    items = [{**one, "axes": ["4.3"]} for one in unit("pass")]
    axes, _ = score_unit(items, CHECKLIST)
    assert figures(axes["4.1"]) == (None, 0, 0, 0)
    assert figures(axes["4.3"]) == (10, 10, 10, 10)


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "1.1", "verdict": "pass", "score": None, "weight": 1},
        {"id": "1.1", "verdict": "pass", "score": 1.2, "weight": 1},
        {"id": "1.1", "verdict": "fail", "score": -0.1, "weight": 1},
        {"id": "1.1", "verdict": "pass", "score": 1, "weight": -1},
    ],
)
def test_nonsense_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ScoringError, match=r"1\.1"):
        score_unit([broken], CHECKLIST)


def verdicts_of(item_id: str) -> st.SearchStrategy[dict[str, Any]]:
    weight = st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0, 2.0, 7.7])
    decided = st.builds(
        lambda score, weight: {
            "id": item_id,
            "verdict": "pass" if score == 1 else "fail" if score == 0 else "partial",
            "score": score,
            "weight": weight,
        },
        st.sampled_from([0.0, 0.1, 0.333, 0.5, 0.9, 1.0]),
        weight,
    )
    other = st.builds(
        lambda verdict, weight: {"id": item_id, "verdict": verdict, "score": None, "weight": weight},
        st.sampled_from(["manual", "undetermined", "not_applicable"]),
        weight,
    )
    return st.one_of(decided, other)


UNITS = st.tuples(*(verdicts_of(item.id) for item in CHECKLIST.items)).map(list)


def assert_bounds(axes: dict[str, Any], total: dict[str, Any]) -> None:
    for one in (*axes.values(), total):
        assert 0 <= one["low"] <= one["high"] <= one["of"]
        if one["points"] is not None:
            assert one["low"] <= one["points"] <= one["high"]


@settings(max_examples=150, deadline=None)
@given(UNITS)
def test_bounds_contain_the_score(items: list[dict[str, Any]]) -> None:
    assert_bounds(*score_unit(items, CHECKLIST))


@settings(max_examples=60, deadline=None)
@given(UNITS, st.randoms())
def test_order_is_irrelevant(items: list[dict[str, Any]], chance: random.Random) -> None:
    shuffled = items[:]
    chance.shuffle(shuffled)
    assert score_unit(shuffled, CHECKLIST) == score_unit(items, CHECKLIST)
    assert explain(shuffled, CHECKLIST) == explain(items, CHECKLIST)


@settings(max_examples=150, deadline=None)
@given(UNITS, st.data())
def test_whatever_people_decide_stays_within_the_bounds(items: list[dict[str, Any]], data: st.DataObject) -> None:
    before_axes, before = score_unit(items, CHECKLIST)
    after = [
        data.draw(
            st.sampled_from(
                [
                    one,
                    {**one, "verdict": "pass", "score": 1.0},
                    {**one, "verdict": "partial", "score": 0.5},
                    {**one, "verdict": "fail", "score": 0.0},
                    {**one, "verdict": "not_applicable", "score": None},
                ]
            )
        )
        if one["verdict"] in OPEN
        else one
        for one in items
    ]
    axes, total = score_unit(after, CHECKLIST)
    if total["points"] is not None:
        assert before["low"] <= total["points"] <= before["high"]
    for axis, one in axes.items():
        if one["points"] is not None:
            assert before_axes[axis]["low"] <= one["points"] <= before_axes[axis]["high"]


@settings(max_examples=100, deadline=None)
@given(UNITS)
def test_the_printed_sum_reconciles(items: list[dict[str, Any]]) -> None:
    axes, total = score_unit(items, CHECKLIST)
    lines = explain(items, CHECKLIST)
    for axis, one in axes.items():
        decided = [line for line in lines[axis] if line[2] is not None]
        weights = sum(line[1] for line in decided)
        if one["points"] is None:
            assert weights == 0
            continue
        by_hand = one["of"] * sum(line[1] * line[2] for line in decided) / weights
        assert one["points"] == pytest.approx(by_hand, abs=0.0501)
        assert sum(line[3] for line in decided) == pytest.approx(by_hand, abs=0.001 * len(decided))
    counted = [one for one in axes.values() if one["points"] is not None]
    if counted:
        by_hand = 100 * sum(one["points"] for one in counted) / sum(one["of"] for one in counted)
        assert total["points"] == pytest.approx(by_hand, abs=0.0501)
        assert total["grade"] == CHECKLIST.grade(total["points"])
    else:
        assert total["points"] is None


def test_every_weight_of_the_checklist_reaches_its_axes() -> None:
    lines = explain(unit("pass", Kind.PHONG), CHECKLIST)
    for axis in CHECKLIST.axes:
        expected = sum(item.weight for item in CHECKLIST.items_of(axis.id) if item.applies(Kind.PHONG))
        assert sum(line[1] for line in lines[axis.id]) == pytest.approx(expected)

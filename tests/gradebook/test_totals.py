"""Totals: weights, categories, dropped scores, bonus, and a minimum to pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.weighing import Weighing
from grader.errors import CourseFaults
from grader.gradebook.scoring import Score
from grader.gradebook.totals import Total, _Part, keep_best, totals
from tests.course.building import GOOD, course, lines

POINTS = {"lab-1": 10.0, "lab-2": 20.0, "lab-3": 10.0, "exam": 50.0}


def score(exercise: str, final: float | None, **fields: Any) -> Score:
    """Return a score of Ada in an exercise."""
    given: dict[str, Any] = {"rules": (), "is_graded": True, **fields}
    return Score("ada", exercise, final, final, POINTS[exercise], **given)


def total(*scores: Score, is_over: bool = True, **rules: Any) -> Total:
    """Return Ada's total."""
    weighing = Weighing.model_validate(rules)
    [found] = totals(scores, weighing, POINTS, lambda _student, _exercise: is_over, ["ada"])
    return found


TOP = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1]\n"
LABS = score("lab-1", 5), score("lab-2", 20), score("lab-3", 0)
EXAM = score("exam", 25)
TWO = {
    "labs": {"exercises": ["lab-1", "lab-2", "lab-3"], "weight": 60},
    "exam": {"exercises": ["exam"], "weight": 40},
}


def test_without_weights_points_count():
    found = total(*LABS, EXAM)
    assert found.percent == pytest.approx(100 * 50 / 90)
    assert (found.passed, found.so_far, found.rules, found.categories) == (None, False, (), {})


def test_a_weight_replaces_points():
    assert total(*LABS, EXAM, weights={"exam": 10}).percent == pytest.approx(100 * (25 + 5) / 50)


def test_categories_are_weighted():
    found = total(*LABS, EXAM, categories=TWO)
    assert found.categories == {"labs": 62.5, "exam": 50.0}
    assert found.percent == pytest.approx(0.6 * 62.5 + 0.4 * 50)


def test_a_category_in_which_nothing_counts_is_left_out():
    """Somebody who is excused from the exam has the percentage of the labs."""
    excused = score("exam", None, is_excused=True, rules=("excused: ill",))
    found = total(*LABS, excused, categories=TWO)
    assert (found.percent, found.rules) == (62.5, ("exam: excused: ill",))


def test_the_lowest_score_is_dropped():
    dropped = {**TWO, "labs": {**TWO["labs"], "drop_lowest": 1}}
    found = total(*LABS, EXAM, categories=dropped)
    assert found.categories["labs"] == pytest.approx(100 * 25 / 30)
    assert found.rules == ("lab-3: dropped",)


def test_what_is_not_handed_in_counts_zero_when_it_is_over_and_can_be_dropped():
    found = total(*LABS[:2], score("exam", 20), drop_lowest=1)
    assert found.rules == ("lab-3: not handed in, counts 0", "exam: dropped")
    assert found.percent == pytest.approx(100 * 25 / 40)


def test_what_is_not_due_does_not_count_yet():
    found = total(*LABS, is_over=False, minimum=50)
    assert (found.percent, found.so_far, found.passed, found.result) == (62.5, True, None, "so far")


def test_nothing_counts_yet():
    found = total(is_over=False)
    assert (found.percent, found.rules) == (None, ("nothing counts yet",))


@pytest.mark.parametrize(
    "final", [score("exam", None, is_graded=False), score("exam", None, rules=("no attempt",))]
)
def test_a_score_that_is_not_there_yet_leaves_no_total(final):
    found = total(*LABS, final, categories=TWO)
    assert found.percent is None
    assert found.rules[-1] == "no score yet: exam"


def test_bonus_only_adds():
    without = total(*LABS[:2], EXAM, bonus=["lab-3"])
    assert without.percent == pytest.approx(100 * 50 / 80)
    assert without.rules == ()
    best = total(*LABS[:2], EXAM, score("lab-3", 10), bonus=["lab-3"])
    assert best.percent == pytest.approx(100 * 60 / 80)
    assert best.rules == ("lab-3: bonus",)


def test_a_total_is_limited():
    full = score("lab-1", 10), score("lab-2", 20), score("lab-3", 10), score("exam", 50)
    assert total(*full, bonus=["lab-3"]).percent == 100
    assert total(*full, bonus=["lab-3"]).rules == ("lab-3: bonus", "limited to 100 %")
    assert total(*full, bonus=["lab-3"], at_most=120).percent == 112.5


@pytest.mark.parametrize(
    ("minimum", "exam", "passed", "rules"),
    [
        (57.5, 50, True, ()),
        (57.6, 50, False, ("the total is below 57.6 %",)),
        (50, 50.1, False, ("exam is below 50.1 %",)),
        (None, 50, True, ()),
        (None, None, None, ()),
    ],
)
def test_a_minimum_decides_who_passes(minimum, exam, passed, rules):
    categories = {**TWO, "exam": {**TWO["exam"], "minimum": exam}}
    found = total(*LABS, EXAM, categories=categories, minimum=minimum)
    assert (found.passed, found.rules) == (passed, rules)


PARTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda one: (min(one), one[1])),
    min_size=1,
    max_size=7,
)


@given(pairs=PARTS, dropped=st.integers(0, 8))
def test_no_other_choice_of_dropped_scores_is_better(pairs, dropped):
    parts = [_Part(f"e{index}", value, weight) for index, (value, weight) in enumerate(pairs)]
    kept = keep_best(parts, dropped)
    count = max(len(parts) - dropped, 1)
    assert len(kept) == count

    def ratio(some: Iterable[_Part]) -> float:
        some = list(some)
        return fsum(part.value for part in some) / fsum(part.weight for part in some)

    assert ratio(kept) == pytest.approx(max(map(ratio, combinations(parts, count))))


@given(
    finals=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    better=st.integers(0, 3),
    dropped=st.integers(0, 2),
)
def test_a_better_score_never_lowers_a_total(finals, better, dropped):
    def of(shares: Sequence[float]) -> float:
        given = [score(name, share * POINTS[name]) for name, share in zip(POINTS, shares, strict=True)]
        percent = total(*given, drop_lowest=dropped).percent
        assert percent is not None
        return percent

    raised = [1.0 if index == better else share for index, share in enumerate(finals)]
    assert of(raised) >= of(finals) - 1e-5


@pytest.mark.parametrize(
    ("yaml", "sentence"),
    [
        ("{weights: {exercise-9: 2}}", "There is no exercise 'exercise-9'."),
        ("{bonus: [exercise-9]}", "There is no exercise 'exercise-9'."),
        (
            "{categories: {a: {exercises: [exercise-9, exercise-1], weight: 1}}}",
            "There is no exercise 'exercise-9'.",
        ),
        (
            "{categories: {a: {exercises: [exercise-1, exercise-1], weight: 1}}}",
            "exercise-1 is listed more than once.",
        ),
        ("{categories: {a: {exercises: [exercise-1]}}}", "weight"),
        (
            "{drop_lowest: 1, categories: {a: {exercises: [exercise-1], weight: 1}}}",
            "drop_lowest belongs in a category",
        ),
        ("{minimum: 101}", "100"),
        ("{weights: {exercise-1: 0}}", "greater than 0"),
    ],
)
def test_a_wrong_rule_is_one_sentence_with_its_place(tmp_path, yaml, sentence):
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, f"{TOP}scores: {yaml}\n", exercise_1=GOOD)
    [line] = lines(caught.value, tmp_path)
    assert line.startswith("course.yaml:5:")
    assert sentence in line

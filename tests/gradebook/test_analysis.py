"""What a class's answers say about questions and misconceptions."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.outline import AskedQuestion
from grader.course.rules import Rules
from grader.examiner.report import CheckReport, QuestionReport, Report
from grader.gradebook.analysis import (
    Analysis,
    QuestionAnalysis,
    analyse,
    counting_submissions,
)
from grader.gradebook.entries import Attempt
from grader.questions.posed import OutcomeName

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OUTCOMES: list[OutcomeName] = ["passed", "failed", "error", "unanswered", "skipped", "ungraded"]
IDS = ("a", "b", "c")
ASKED = [AskedQuestion(id=id_, kind="number", points=2) for id_ in IDS]


def question(id_: str, share: float = 1, outcome: OutcomeName | None = None, **more: Any) -> QuestionReport:
    """Return a question of 2 points."""
    outcome = outcome or ("passed" if share == 1 else "failed")
    return QuestionReport(
        **{"id": id_, "kind": "number", "outcome": outcome, "score": 2 * share, "points": 2, "message": ""}
        | more
    )


def report(student: str, *questions: QuestionReport, exercise: str = "ex-1") -> Report:
    score = sum(one.score for one in questions)
    points = sum(one.points for one in questions)
    return Report(
        exercise=exercise, student=student, score=score, points=points, isolation=(), questions=questions
    )


def reports_of(shares: Sequence[tuple[float, ...]]) -> list[Report]:
    """Return a report per student, with these shares of the points of each question."""
    return [
        report(f"s{number}", *(question(id_, share) for id_, share in zip(IDS, row, strict=False)))
        for number, row in enumerate(shares)
    ]


def check(id_: str, outcome: OutcomeName) -> CheckReport:
    return CheckReport(id=id_, title="", visible=False, outcome=outcome, score=0, points=1, message="")


def of(analysis: Analysis, id_: str = "a") -> QuestionAnalysis:
    """Return a question of the only exercise."""
    [exercise] = analysis.exercises
    return next(one for one in exercise.questions if one.id == id_)


def analysed(*reports: Report) -> Analysis:
    return analyse(reports, {"ex-1": ASKED})


share = st.integers(0, 8).map(lambda number: number / 8)
classes = st.lists(st.tuples(share, share, share), max_size=12)
students = st.lists(
    st.lists(
        st.builds(
            question,
            st.sampled_from([*IDS, "old"]),
            share,
            st.sampled_from(OUTCOMES),
            misconception=st.none() | st.sampled_from(["x", "y"]),
            checks=st.builds(check, st.sampled_from(["t1", "t2"]), st.sampled_from(OUTCOMES)).map(
                lambda one: (one,)
            ),
        ),
        unique_by=lambda one: one.id,
        max_size=4,
    ),
    max_size=6,
)


def test_facility_is_the_mean_share_of_the_points() -> None:
    question = of(analysed(*reports_of([(1, 0, 0), (0.5, 0, 0), (0, 0, 0)])))
    assert (question.students, question.graded, question.answered) == (3, 3, 3)
    assert question.facility == 0.5


def test_who_gave_no_answer_has_none_of_the_points() -> None:
    found = of(analysed(report("ada", question("a")), report("bob", question("a", 0, "unanswered"))))
    assert (found.graded, found.answered, found.facility) == (2, 1, 0.5)
    assert found.outcomes == {"passed": 1, "unanswered": 1}


@pytest.mark.parametrize("outcome", ["ungraded", "skipped"])
def test_what_was_not_judged_is_no_zero(outcome: OutcomeName) -> None:
    open_ = [report(name, question("a", 0, outcome), question("b", 0.5)) for name in ("dan", "eve")]
    graded = reports_of([(1, 1), (0, 0), (1, 1)])
    found = analysed(*graded, *open_)
    assert (of(found).students, of(found).graded, of(found).answered) == (5, 3, 3)
    assert (of(found).facility, of(found).outcomes[outcome]) == (0.6667, 2)
    assert of(found).discrimination == 1
    assert of(found, "b").discrimination == 1  # dan and eve have no rest
    alone = of(analysed(*open_))
    assert (alone.facility, alone.discrimination, alone.graded) == (None, None, 0)


@given(classes)
def test_discrimination_is_the_item_rest_correlation(shares: list[tuple[float, ...]]) -> None:
    found = of(analysed(*reports_of(shares))).discrimination if shares else None
    table = np.array(shares).reshape(-1, 3)
    item, rest = table[:, 0], table[:, 1:].sum(axis=1)
    if len(shares) < 3 or np.ptp(item) == 0 or np.ptp(rest) == 0:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(item, rest)[0, 1], abs=0.5001e-4)


def test_of_a_question_that_is_right_or_wrong_it_is_the_point_biserial() -> None:
    shares = [(1.0, 1, 0.5), (1.0, 0.5, 0.5), (0.0, 0.25, 0.5), (0.0, 0.75, 0), (1.0, 1, 1)]
    right = [b + c for a, b, c in shares if a]
    wrong = [b + c for a, b, c in shares if not a]
    spread = float(np.std([*right, *wrong]))  # of the population
    gap = float(np.mean(right) - np.mean(wrong))
    expected = gap / spread * math.sqrt(len(right) * len(wrong) / len(shares) ** 2)
    assert of(analysed(*reports_of(shares))).discrimination == round(expected, 4)


def test_thirds_that_were_rounded_do_not_vary() -> None:
    shares = [(0.0, 0.333333, 0.333333), (1.0, 0.6666665, 0.0), (1.0, 0.0, 0.666667)]
    assert of(analysed(*reports_of(shares))).discrimination is None


def test_an_exercise_of_one_question_has_no_rest() -> None:
    found = analyse(reports_of([(1,), (0,), (0.5,)]), {"ex-1": ASKED[:1]})
    assert of(found).discrimination is None


@given(students, st.randoms())
def test_the_order_of_students_does_not_matter_and_nothing_is_nan(
    drawn: list[list[QuestionReport]], random: Any
) -> None:
    reports = [
        report(f"s{number // 2}", *questions, exercise=f"ex-{number % 2}")
        for number, questions in enumerate(drawn)
    ]
    asked = {"ex-1": ASKED, "ex-0": ASKED[:2]}
    document = analyse(reports, asked).model_dump_json()
    random.shuffle(reports)
    assert analyse(reports, asked).model_dump_json() == document
    for exercise in json.loads(document, parse_constant=pytest.fail)["exercises"]:
        for one in exercise["questions"]:
            assert one["answered"] <= one["graded"] <= one["students"] == sum(one["outcomes"].values())
            assert (one["facility"] is None) == (one["graded"] == 0)
            assert one["facility"] is None or 0 <= one["facility"] <= 1
            assert one["discrimination"] is None or -1 <= one["discrimination"] <= 1


def test_checks_that_never_told_anyone_apart() -> None:
    rows: list[tuple[OutcomeName, ...]] = [
        ("passed", "failed", "passed", "skipped", "passed"),
        ("passed", "error", "failed", "passed", "failed"),
        ("unanswered",) * 5,
    ]
    reports = [
        report(f"s{number}", question("a", checks=tuple(check(f"t{i}", one) for i, one in enumerate(row))))
        for number, row in enumerate(rows)
    ]
    found = of(analysed(*reports)).idle_checks
    assert [(one.id, one.passed_by, one.graded) for one in found] == [("t0", "all", 2), ("t1", "none", 2)]


def test_the_check_that_is_the_question_itself_is_not_told() -> None:
    reports = [report(name, question("a", checks=(check("a", "passed"),))) for name in ("ada", "bob")]
    assert of(analysed(*reports)).idle_checks == ()


def test_questions_that_were_renamed_stand_below_those_that_are_asked() -> None:
    old = [report(f"s{i}", question("old", i % 2, kind="code", points=4), question("b")) for i in range(3)]
    [exercise] = analysed(*old, report("eve", question("a"), question("b", 0))).exercises
    assert exercise.students == 4
    assert [(one.id, one.is_current, one.students) for one in exercise.questions] == [
        ("a", True, 1),
        ("b", True, 4),
        ("c", True, 0),
        ("old", False, 3),
    ]
    assert (exercise.questions[3].kind, exercise.questions[3].points) == ("code", 4)
    assert exercise.questions[2].facility is None


def test_who_shows_a_misconception_again_comes_first() -> None:
    wrong = {id_: question(id_, 0, misconception="swaps") for id_ in ("a", "b", "old")}
    slip = question("c", 0, misconception="adds")
    reports = [
        report("ada", slip),
        report("bob"),
        report("cyd", wrong["b"], wrong["old"], wrong["a"], slip),
        report("cyd", wrong["a"], exercise="ex-0"),
        report("dan", wrong["a"], slip, exercise="ex-2"),  # no exercise of the course
    ]
    found = analyse(reports, {"ex-1": ASKED, "ex-0": ASKED, "ex-3": ASKED})
    assert list(found.students) == ["cyd", "ada"]
    assert found.students["cyd"] == {
        "swaps": ("ex-1.a", "ex-1.b", "ex-1.old", "ex-0.a"),
        "adds": ("ex-1.c",),
    }
    assert list(found.students["cyd"]) == ["swaps", "adds"]
    assert [one.exercise for one in found.exercises] == ["ex-1", "ex-0"]
    assert next(one for one in found.exercises[0].questions if one.id == "c").misconceptions == {"adds": 2}


def attempt(number: int, score: float, *, graded: bool = True, late: bool = False) -> Attempt:
    return Attempt("ada", "ex-1", number, None, late, NOW, 10 + number, score, 2, graded, NOW)


@pytest.mark.parametrize(
    ("rules", "submissions"),
    [
        (Rules(), [14]),
        (Rules(attempts="best"), [12]),
        (Rules(max_attempts=1), [11]),
        (Rules(attempts="best", max_attempts=1), [11]),
    ],
)
def test_the_attempt_that_counts_is_looked_at(rules: Rules, submissions: list[int]) -> None:
    attempts = [attempt(1, 1), attempt(2, 1.5, late=True), attempt(3, 2, graded=False), attempt(4, 0)]
    assert counting_submissions(attempts, rules) == submissions


def test_nothing_comes_of_nothing() -> None:
    assert analysed() == Analysis(exercises=(), students={})
    assert counting_submissions([], Rules()) == []

"""Item analysis: what a class's answers say about the questions and about its misconceptions."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal, get_args

from grader.course.outline import AskedQuestion
from grader.course.rules import Rules
from grader.examiner.report import UNJUDGED, CheckReport, QuestionReport, Report
from grader.gradebook.entries import Attempt
from grader.language.record import Record
from grader.questions.posed import OutcomeName
from grader.worker.garbage import collector_paused

PLACES = 4  # decimal places of every result
DUST = 1e-5  # a smaller difference between shares is only rounding
FEWEST = 3  # students needed for a correlation; that of two is always 1 or -1
FEWEST_OF_CHECK = 2


class IdleCheck(Record):
    """A check that never separated students: everyone it judged passed, or everyone failed."""

    id: str
    passed_by: Literal["all", "none"]
    graded: int


class QuestionAnalysis(Record):
    """The analysis of one question.

    `students` had the question, `graded` of them could be judged, and `answered` of those gave an answer.
    `facility` and `discrimination` are None where they are undefined.
    """

    id: str
    kind: str
    points: float
    is_current: bool  # False if only reports contain it: it was renamed or removed
    students: int
    graded: int
    answered: int
    facility: float | None
    discrimination: float | None
    outcomes: dict[OutcomeName, int]
    misconceptions: dict[str, int]  # number of students, most common first
    idle_checks: tuple[IdleCheck, ...]


class ExerciseAnalysis(Record):
    """The analysis of one exercise."""

    exercise: str
    students: int
    questions: tuple[QuestionAnalysis, ...]


class Analysis(Record):
    """The output of `course report --json`. Keys can be added; removing or renaming one needs a new format.

    `students` says where a student shows each misconception: {"ada": {"off-by-one": ["ex-1.size"]}}.
    """

    format: Literal[1] = 1
    exercises: tuple[ExerciseAnalysis, ...]
    students: dict[str, dict[str, tuple[str, ...]]]


def counting_submissions(attempts: Iterable[Attempt], rules: Rules) -> list[int]:
    """Return the submission to analyse for each student and exercise.

    It is the one that counts under the rules, without any penalty for late work, as lateness says nothing
    about an answer. Attempts must be sorted by student and exercise, as the gradebook yields them.
    """
    chosen = []
    for _, own in groupby(attempts, key=lambda one: (one.student, one.exercise)):
        allowed = [one for one in own if one.number <= (rules.max_attempts or math.inf)]
        if not allowed:
            continue
        graded = [one for one in allowed if one.is_graded] or allowed
        best = max(graded, key=lambda one: one.score / one.points)
        chosen.append((best if rules.attempts == "best" else allowed[-1]).submission)
    return chosen


def analyse(reports: Iterable[Report], asked: Mapping[str, Sequence[AskedQuestion]]) -> Analysis:
    """Analyse one report for each student and exercise.

    `asked` is by exercise, in course order. An exercise without a report is left out.
    """
    with collector_paused():
        by_exercise: dict[str, list[Report]] = {name: [] for name in asked}
        for report in reports:
            if report.exercise in by_exercise:
                by_exercise[report.exercise].append(report)
        exercises = [_exercise(name, own, asked[name]) for name, own in by_exercise.items() if own]
        in_order = [report for own in by_exercise.values() for report in own]
        return Analysis(exercises=tuple(exercises), students=_students(in_order, asked))


def _exercise(name: str, reports: Sequence[Report], asked: Sequence[AskedQuestion]) -> ExerciseAnalysis:
    current = {one.id for one in asked}
    questions = [_question(one, reports, is_current=True) for one in asked]
    questions += [_question(one, reports, is_current=False) for one in _former(reports, current)]
    return ExerciseAnalysis(exercise=name, students=len(reports), questions=tuple(questions))


def _former(reports: Sequence[Report], current: set[str]) -> list[AskedQuestion]:
    """Return questions that only reports contain, by id, in the form that most reports have."""
    seen: dict[str, Counter[tuple[str, float]]] = {}
    for report in reports:
        for one in report.questions:
            if one.id not in current:
                seen.setdefault(one.id, Counter())[one.kind, one.points] += 1
    usual = {id_: min(forms.items(), key=lambda item: (-item[1], item[0]))[0] for id_, forms in seen.items()}
    return [AskedQuestion(id=id_, kind=kind, points=points) for id_, (kind, points) in sorted(usual.items())]


def _question(asked: AskedQuestion, reports: Sequence[Report], *, is_current: bool) -> QuestionAnalysis:
    own = [one for report in reports for one in report.questions if one.id == asked.id]
    outcomes = Counter(one.outcome for one in own)
    graded = sum(count for outcome, count in outcomes.items() if outcome not in UNJUDGED)
    return QuestionAnalysis(
        id=asked.id,
        kind=asked.kind,
        points=asked.points,
        is_current=is_current,
        students=len(own),
        graded=graded,
        answered=graded - outcomes["unanswered"],
        facility=_rounded(facility(own)),
        discrimination=_rounded(discrimination(asked.id, reports)),
        outcomes={outcome: outcomes[outcome] for outcome in get_args(OutcomeName) if outcomes[outcome]},
        misconceptions=_commonest(one.misconception for one in own if one.misconception),
        idle_checks=tuple(_idle_checks(own)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES) + 0.0  # no -0.0


def _commonest(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def facility(questions: Sequence[QuestionReport]) -> float | None:
    """Return the mean share of a question's points, from 0 (none) to 1 (all); None if nobody was judged.

    Moodle's facility index: https://docs.moodle.org/dev/Quiz_statistics_calculations, "Facility index".
    A student who handed in without answering the question counts as 0. Students who could not be judged are
    left out.
    """
    shares = [share for one in questions if (share := _share([one])) is not None]
    return math.fsum(shares) / len(shares) if shares else None


def discrimination(question: str, reports: Iterable[Report]) -> float | None:
    """Return how well a question separates strong from weak students in the rest of its exercise: -1 to 1.

    This is the corrected item-total (item-rest) correlation: Pearson's correlation between the share of the
    question's points and the share of the other questions' points. For a question that is right or wrong, it
    is the point-biserial correlation. S. Henrysson, Correction of item-total correlations in item analysis,
    Psychometrika 28 (1963), 211-218. Shares make reports with different questions or points comparable.
    """
    pairs = []
    for report in reports:
        score, points = [0.0, 0.0], [0.0, 0.0]  # of the other questions, and of this one
        for one in report.questions:
            if one.outcome not in UNJUDGED:
                score[one.id == question] += one.score
                points[one.id == question] += one.points
        if all(points):
            pairs.append((score[1] / points[1], score[0] / points[0]))
    return correlation([item for item, _ in pairs], [rest for _, rest in pairs])


def _share(questions: Iterable[QuestionReport]) -> float | None:
    """Return the share of points over the questions that could be judged; None if there are none."""
    judged = [one for one in questions if one.outcome not in UNJUDGED]
    points = math.fsum(one.points for one in judged)
    return math.fsum(one.score for one in judged) / points if points > 0 else None


def correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Return Pearson's correlation of shares; None for fewer than 3 pairs or if one side does not vary.

    >>> correlation([0, 0, 1], [1, 1, 0.5]), correlation([1, 1, 1], [0, 0.5, 1]), correlation([0, 1], [0, 1])
    (-1.0, None, None)
    """
    if len(left) < FEWEST or any(max(side) - min(side) < DUST for side in (left, right)):
        return None
    return max(-1.0, min(1.0, statistics.correlation(left, right)))


def _idle_checks(questions: Sequence[QuestionReport]) -> Iterable[IdleCheck]:
    """Return them by id. A question without code is its own only check, and its facility says the same."""
    judged: dict[str, list[bool]] = {}
    for question in questions:
        for check in question.checks:
            if check.id != question.id and _has_judged(check):
                judged.setdefault(check.id, []).append(check.outcome == "passed")
    for id_, passed in sorted(judged.items()):
        if len(passed) >= FEWEST_OF_CHECK and len(set(passed)) == 1:
            yield IdleCheck(id=id_, passed_by="all" if passed[0] else "none", graded=len(passed))


def _has_judged(check: CheckReport) -> bool:
    """Return whether a check saw an answer; without one it says nothing."""
    return check.outcome not in UNJUDGED and check.outcome != "unanswered"


def _students(
    reports: Iterable[Report], asked: Mapping[str, Sequence[AskedQuestion]]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return who shows which misconceptions, and where; most frequent first, then by name."""
    shown: dict[str, dict[str, list[tuple[int, int, str]]]] = {}
    places = {name: [one.id for one in questions] for name, questions in asked.items()}
    exercises = list(places)
    for report in reports:
        ids = places[report.exercise]
        for one in report.questions:
            if one.misconception:
                number = ids.index(one.id) if one.id in ids else len(ids)
                where = (exercises.index(report.exercise), number, f"{report.exercise}.{one.id}")
                own = shown.setdefault(report.student or "", {})
                own.setdefault(one.misconception, []).append(where)
    by_student = {student: _in_order(own) for student, own in shown.items()}
    return dict(
        sorted(by_student.items(), key=lambda item: (-max(len(there) for there in item[1].values()), item[0]))
    )


def _in_order(own: Mapping[str, list[tuple[int, int, str]]]) -> dict[str, tuple[str, ...]]:
    """Return one student's misconceptions, most frequent first, with the places of each in course order."""
    commonest = sorted(own.items(), key=lambda item: (-len(item[1]), item[0]))
    return {name: tuple(where for *_, where in sorted(there)) for name, there in commonest}

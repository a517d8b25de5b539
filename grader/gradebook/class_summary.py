"""What an instructor asks about a class: points, misconceptions with examples, and hand-in times."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby

from grader.course.deadlines import DAY, deadline
from grader.course.rules import Rules
from grader.course.sharing import ALONE, Sharing
from grader.examiner.report import Report
from grader.folding import folded
from grader.gradebook.analysis import Analysis
from grader.gradebook.entries import Attempt
from grader.gradebook.scoring import Score
from grader.gradebook.totals import Total

MAX_EXAMPLE = 160  # characters of an example answer
_OF_ONE_QUESTION = re.compile(r"option-\d+")  # a name that means something else in each question
EXAMPLES = 2  # answers that are shown of each misconception


@dataclass(frozen=True)
class ShownMisconception:
    """A misconception, the students who show it, and where."""

    name: str
    students: int
    places: tuple[str, ...]  # exercise.question, most common first
    message: str
    examples: tuple[str, ...]  # answers as code, without comments


@dataclass(frozen=True)
class Arrivals:
    """When an exercise was handed in: the first attempt that counts of each student.

    `days` counts students by days after the deadline: 0 is the last day, -1 the day before, 1 a day late.
    """

    exercise: str
    on_time: int
    late: int
    unknown: int
    days: Mapping[int, int]


@dataclass(frozen=True)
class Pace:
    """How often and for how long an exercise was worked on, as far as attempts show it.

    `spans` are the times from a student's first attempt to the last, of those with several and known times.
    `early` are the times from the last attempt to the student's deadline; negative if late.
    """

    exercise: str
    attempts: tuple[int, ...]  # of each student
    spans: tuple[timedelta, ...]
    early: tuple[timedelta, ...]

    @property
    def once(self) -> int:
        """The number of students with one attempt."""
        return self.attempts.count(1)


@dataclass(frozen=True)
class ClassMember:
    """One student: the points, None where there is no score, and the misconceptions with their places."""

    name: str
    points: Mapping[str, float | None]  # by exercise
    misconceptions: Mapping[str, Sequence[str]]
    under_rules: Total | None = None  # if the course has rules for a total

    @property
    def total(self) -> float:
        """The sum of all points."""
        return sum(points for points in self.points.values() if points is not None)


@dataclass(frozen=True)
class ClassSummary:
    """A class in the exercises that were chosen."""

    course: str
    exercises: Mapping[str, float]  # with their points
    analysis: Analysis
    misconceptions: tuple[ShownMisconception, ...]
    arrivals: tuple[Arrivals, ...]
    paces: tuple[Pace, ...]
    students: tuple[ClassMember, ...]

    @property
    def has_totals(self) -> bool:
        """Whether the course has rules for a total."""
        return any(one.under_rules for one in self.students)

    @property
    def points(self) -> float:
        """The points for full marks in all exercises."""
        return sum(self.exercises.values())

    def with_pseudonyms(self, seed: str) -> ClassSummary:
        """Return the same with "student 1", "student 2", ... in an order that says nothing about names."""
        order = sorted(self.students, key=lambda one: sha256(f"{seed}\0{one.name}".encode()).digest())
        names = {one.name: f"student {number}" for number, one in enumerate(order, 1)}
        students = tuple(replace(one, name=names[one.name]) for one in order)
        shown = self.analysis.students.items()
        renamed = {names[name]: there for name, there in shown if name in names}
        return replace(
            self, students=students, analysis=self.analysis.model_copy(update={"students": renamed})
        )


@dataclass
class Examples:
    """The misconceptions of a class with example answers, collected while its reports are read."""

    _students: dict[str, set[str]] = field(default_factory=dict)
    _places: dict[str, Counter[str]] = field(default_factory=dict)
    _messages: dict[str, str] = field(default_factory=dict)
    _answers: dict[str, list[str]] = field(default_factory=dict)

    def passing(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Yield the same reports, and note their misconceptions."""
        for report in reports:
            for one in report.questions:
                if one.misconception:
                    place = f"{report.exercise}.{one.id}"
                    is_own = _OF_ONE_QUESTION.fullmatch(one.misconception)
                    name = f"{place}: {one.misconception}" if is_own else one.misconception
                    self._note(report.student or "", place, name)
                    self._messages.setdefault(name, one.message)
                    self._example(name, one.answer or "")
            yield report

    def _note(self, student: str, place: str, name: str) -> None:
        self._students.setdefault(name, set()).add(student)
        self._places.setdefault(name, Counter())[place] += 1

    def _example(self, name: str, answer: str) -> None:
        known = self._answers.setdefault(name, [])
        if len(known) < EXAMPLES and (code := bare(answer)) and code not in known:
            known.append(code)

    def ranked(self) -> tuple[ShownMisconception, ...]:
        """Return the misconceptions, those of most students first."""
        names = sorted(self._students, key=lambda name: (-len(self._students[name]), name))
        return tuple(
            ShownMisconception(
                name,
                len(self._students[name]),
                tuple(place for place, _ in self._places[name].most_common()),
                self._messages[name],
                tuple(self._answers.get(name, ())),
            )
            for name in names
        )


def bare(answer: str) -> str:
    """Return a short answer without comments, which could name somebody; "" if it is long or not Python.

    >>> bare("size = 7  # from Ada"), bare("size = (")
    ('size = 7', '')
    """
    try:
        code = ast.unparse(ast.parse(answer))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return code if len(code) <= MAX_EXAMPLE else ""


def arrivals(
    attempts: Iterable[Attempt], exercises: Sequence[str], rules: Rules, sharing: Sharing = ALONE
) -> Iterator[Arrivals]:
    """Yield when each exercise was handed in; `attempts` are those that count, one for each student or group.

    A group is late if it is for all its members.
    """
    by_exercise: dict[str, list[Attempt]] = {name: [] for name in exercises}
    for one in attempts:
        by_exercise[one.exercise].append(one)
    for name, own in by_exercise.items():
        if own:
            yield _arrivals(name, own, rules, sharing)


def _arrivals(exercise: str, attempts: Sequence[Attempt], rules: Rules, sharing: Sharing) -> Arrivals:
    sorts: Counter[str] = Counter()
    days: Counter[int] = Counter()
    for one in attempts:
        due = _due(one, rules, sharing)
        if one.handed_in is None or due is None:
            sorts["late" if one.is_late else "unknown" if one.handed_in is None else "on time"] += 1
            continue
        is_late = one.handed_in > due + timedelta(minutes=rules.grace_minutes)
        sorts["late" if is_late else "on time"] += 1
        days[-((due - one.handed_in) // DAY)] += 1
    return Arrivals(exercise, sorts["on time"], sorts["late"], sorts["unknown"], dict(sorted(days.items())))


def _due(attempt: Attempt, rules: Rules, sharing: Sharing) -> datetime | None:
    """Return when an attempt was due: of a group, for the last of its members."""
    members = sharing.members(attempt.student, attempt.exercise) or (attempt.student,)
    return max(filter(None, (deadline(rules, one, attempt.exercise) for one in members)), default=None)


def paces(
    attempts: Iterable[Attempt], exercises: Sequence[str], rules: Rules, sharing: Sharing = ALONE
) -> Iterator[Pace]:
    """Yield how each exercise was worked on; `attempts` are all, as the gradebook yields them."""
    by_exercise: dict[str, list[list[Attempt]]] = {name: [] for name in exercises}
    for (_, name), own in groupby(attempts, key=lambda one: (one.student, one.exercise)):
        by_exercise[name].append(list(own))
    for name, students in by_exercise.items():
        if students:
            spans = [span for own in students if len(own) > 1 and (span := _span(own)) is not None]
            early = [left for own in students if (left := _left(own[-1], rules, sharing)) is not None]
            yield Pace(name, tuple(map(len, students)), tuple(spans), tuple(early))


def _span(attempts: Sequence[Attempt]) -> timedelta | None:
    """Return the time from the first to the last of a student's attempts, if both are known."""
    first, last = attempts[0].handed_in, attempts[-1].handed_in
    return None if first is None or last is None else max(last - first, timedelta(0))


def _left(attempt: Attempt, rules: Rules, sharing: Sharing) -> timedelta | None:
    """Return the time from an attempt to its deadline, if both are known."""
    due = _due(attempt, rules, sharing)
    return None if due is None or attempt.handed_in is None else due - attempt.handed_in


def students_of(
    scores: Iterable[Score], analysis: Analysis, exercises: Sequence[str], totals: Iterable[Total] = ()
) -> tuple[ClassMember, ...]:
    """Return all students with a score in one of the exercises, by name."""
    by_student = {one.student: one for one in totals}
    points: dict[str, dict[str, float | None]] = {}
    for one in scores:
        if one.exercise in exercises:
            points.setdefault(one.student, {})[one.exercise] = one.final
    return tuple(
        ClassMember(name, own, analysis.students.get(name, {}), by_student.get(name))
        for name, own in sorted(points.items(), key=lambda item: folded(item[0]))
    )

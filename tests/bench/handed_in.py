"""What people hand in, kept as data, and what they read of it: slips, right solutions and wrong ones.

A slip is written from a prompt alone: the code, what a teacher would say of it, and which of the course's
misconceptions say that. `{M}` in its code is the value that a student's variant gives M.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport
from grader.examiner.submission import submission_of
from grader.worker.isolation.way import Workers

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@dataclass(frozen=True)
class HandedIn:
    """The code of one answer; `named` are the misconceptions that say what a teacher would, if any does."""

    exercise: str
    question: str
    name: str
    code: str
    teacher: str = ""
    right_on: str = ""
    named: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What it is called in tests."""
        return f"{self.exercise}/{self.question}/{self.name}"

    def written(self, params: Mapping[str, Any]) -> bytes:
        """Return the file that a student with these parameters hands in."""
        code = re.sub(r"\{(\w+)\}", lambda found: self._value(found, params), self.code)
        return f"{code}\n".encode()

    @staticmethod
    def _value(found: re.Match[str], params: Mapping[str, Any]) -> str:
        return repr(params[found[1]]) if found[1] in params else found[0]


@dataclass(frozen=True)
class Told:
    """The result: the report, whether it is right, and the misconceptions whose messages are read."""

    of: HandedIn
    report: QuestionReport
    named: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether it earns full marks."""
        return self.report.score == self.report.points

    @property
    def fits(self) -> bool:
        """Whether the student reads what the teacher would say, at most beside one other possibility."""
        if not self.of.named:
            return not self.named
        return bool(set(self.named) & set(self.of.named)) and len(self.named) <= 2


def slips(course: str = "") -> list[HandedIn]:
    """Return all slips of this course or of a shipped one, in the order of their files."""
    files = sorted((GOLDEN / "slips" / course).glob("*.yaml"))
    return [_read(one, file.stem) for file in files for one in yaml.safe_load(file.read_text("utf-8"))]


def solutions(name: str) -> list[HandedIn]:
    """Return the solutions called `right` or `wrong`."""
    text = (GOLDEN / "solutions" / f"{name}.yaml").read_text("utf-8")
    return [_read(one) for one in yaml.safe_load(text)]


def _read(one: dict[str, Any], exercise: str = "") -> HandedIn:
    question = one["question"]
    if not exercise:
        exercise, _, question = question.partition("/")
    named = one.get("named", [])
    said, right_on = one.get("teacher", ""), one.get("right_on", "")
    return HandedIn(exercise, question, one["name"], one["code"], said, right_on, tuple(named))


def told(
    course: LoadedCourse, workers: Workers, handed_in: Sequence[HandedIn], student: str | None = None
) -> Iterator[Told]:
    """Grade each of these with the variant of a student, as `course grade` does."""
    for exercise in dict.fromkeys(one.exercise for one in handed_in):
        own = [one for one in handed_in if one.exercise == exercise]
        sitting = prepare(course.exercise(exercise), student)

        def work(suite: CheckSuite, own: list[HandedIn] = own, sitting: Sitting = sitting) -> list[Told]:
            return [_told(sitting, one, workers, suite) for one in own]

        yield from with_suite(course, [exercise], work)


def _told(sitting: Sitting, one: HandedIn, workers: Workers, suite: CheckSuite) -> Told:
    submission = submission_of(f"{sitting.paper.exercise}.py", one.written(sitting.params))
    (report,) = grade(sitting, submission, workers, suite, [one.question]).report.questions
    assert sitting.keys is not None
    wrong = sitting.keys[one.question].wrong
    named = {each.name for each in wrong if each.message in report.message} | {report.misconception}
    return Told(one, report, tuple(sorted(name for name in named if name)))

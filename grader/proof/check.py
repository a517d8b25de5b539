"""Proving exercises before they are published: the reference earns everything, the stub earns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.classroom.grading import with_suite
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.paper import Sitting, prepare
from grader.errors import CourseFaults, Fault
from grader.examiner.checks import CheckSuite, fault_at
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import parse_submission
from grader.handout.solutions import answered, solutions
from grader.handout.stubs import SUFFIX, Format
from grader.worker.launcher import ForkServer

FORMATS: tuple[Format, ...] = ("python", "notebook")


@dataclass(frozen=True)
class Proved:
    """What was found out about one exercise."""

    exercise: str
    variants: int
    faults: tuple[Fault, ...]


def check(
    course: LoadedCourse, names: Sequence[str], variants: int, tell: Callable[[Proved], None]
) -> list[Proved]:
    """Prove exercises over variant 0 and `variants` made-up students each; `tell` hears of each when done.

    Raises:
        CourseFaults: an exercise cannot be read, or its checks cannot be imported.

    """

    def work(suite: CheckSuite) -> list[Proved]:
        with ForkServer(course.record.packages) as server:
            return [_prove(course.exercise(name), variants, server, suite, tell) for name in names]

    for name in names:
        course.exercise(name)
    return with_suite(course, names, work)


def _prove(
    exercise: LoadedExercise,
    variants: int,
    server: ForkServer,
    suite: CheckSuite,
    tell: Callable[[Proved], None],
) -> Proved:
    faults: dict[str, Fault] = {}
    students = [None, *(f"made-up-{number}" for number in range(1, variants + 1))]
    for index, student in enumerate(students):
        try:
            sitting = prepare(exercise, student)
        except CourseFaults as error:
            found = iter(error.faults)
        else:
            found = _faults(exercise, sitting, FORMATS[index % 2], server, suite)
        for fault in found:
            faults.setdefault(f"{fault.path} {fault.sentence.partition('(')[0]}", fault)
    for check in suite.checks.get(exercise.name, ()):
        if check.visible and "reference" in getattr(check.item, "fixturenames", ()):
            faults[check.id] = fault_at(
                check.item,
                "A visible check uses `reference`, which students do not have.",
                "Write the values.",
            )
    proved = Proved(exercise.name, len(students), tuple(faults.values()))
    tell(proved)
    return proved


def _faults(
    exercise: LoadedExercise, sitting: Sitting, form: Format, server: ForkServer, suite: CheckSuite
) -> Iterator[Fault]:
    def report_of(answers: dict[str, str]) -> Report:
        name = f"{exercise.name}{SUFFIX[form]}"
        submission = parse_submission(name, answered(sitting, answers, form).encode())
        return grade(sitting, submission, server, suite).report

    for index, question in enumerate(report_of(solutions(sitting)).questions):
        if question.outcome != "passed":
            failed = next((check for check in question.checks if check.outcome != "passed"), None)
            check = f", in the check {failed.id}" if failed and failed.id != question.id else ""
            sentence = f"The reference does not earn full marks: {question.outcome}{check}."
            remedy = f"See: pytest {exercise.folder}" if check else question.message
            yield exercise.document.fault(("questions", index), sentence, remedy)
    for index, question in enumerate(report_of({}).questions):
        if question.outcome != "unanswered" or question.score:
            sentence = f"The untouched stub counts as {question.outcome}, not as unanswered."
            yield exercise.document.fault(("questions", index), sentence)

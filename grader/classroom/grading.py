"""Grading a class: each submission against its student's variant, and every report into the gradebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, TypeVar

from grader.classroom.collecting import Found
from grader.course.loading import LoadedCourse
from grader.course.paper import Sitting, prepare
from grader.errors import SubmissionFault, UsageFault, WorkerFault
from grader.examiner.checks import CheckSuite, with_checks
from grader.examiner.grading import Graded, grade, missing_packages, ungraded, unreadable
from grader.examiner.report import Report
from grader.examiner.submission import MAX_BYTES, parse_submission
from grader.gradebook.store import Gradebook, HandedIn
from grader.questions import KINDS
from grader.worker.launcher import ForkServer

T = TypeVar("T")
Isolation = Literal["full", "process", "bubblewrap"]


@dataclass(frozen=True)
class ClassGrader:
    """What grading a class needs. With `personal` all have variants of their own, else variant 0."""

    course: LoadedCourse
    gradebook: Gradebook
    personal: bool
    isolation: Isolation = "full"

    def grade(self, found: Sequence[Found], tell: Callable[[Report], None]) -> list[Report]:
        """Grade submissions one after another; `tell` hears of each as it is done.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or the gradebook cannot be written.

        """
        missing = missing_packages(self.course.record.packages)
        if missing:
            raise UsageFault(f"course.yaml lists packages that are not installed here: {', '.join(missing)}.")

        def work(suite: CheckSuite) -> list[Report]:
            with _Lane(self.course.record.packages, suite, self.isolation) as lane:
                return [self._grade(one, lane, tell) for one in found]

        return with_suite(self.course, sorted({one.exercise for one in found}), work)

    def _grade(self, one: Found, lane: _Lane, tell: Callable[[Report], None]) -> Report:
        sitting = prepare(self.course.exercise(one.exercise), one.student if self.personal else None)
        content, problem = (b"", one.problem) if one.problem else _read(one.file)
        if problem:
            graded = Graded(ungraded(sitting, problem), b"")
        else:
            graded = lane.grade(sitting, one.file.name, content)
        report = graded.report.model_copy(update={"student": one.student})
        handed_in = HandedIn(one.student, one.exercise, one.file.name, content, one.time)
        self.gradebook.record(handed_in, report, graded.output)
        tell(report)
        return report


def _read(file: Path) -> tuple[bytes, str]:
    """A file's content, or why it cannot be read; a link that was put there just now is not followed."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(MAX_BYTES + 1), ""
    except OSError as error:
        return b"", f"{file.name} cannot be read: {error.strerror}."


def with_suite(course: LoadedCourse, exercises: Sequence[str], work: Callable[[CheckSuite], T]) -> T:
    """Call `work` with the checks of some exercises of a course."""
    code = {
        name: [
            question.id
            for question in course.exercise(name).record.questions
            if KINDS[question.kind].by_checks
        ]
        for name in exercises
    }
    folders = {name: course.exercise(name).folder for name, questions in code.items() if questions}
    return with_checks(folders, code, work)


class _Lane:
    """A fork server and a suite of checks; the server is replaced when it dies."""

    def __init__(self, packages: Sequence[str], suite: CheckSuite, isolation: Isolation) -> None:
        self._packages = packages
        self._suite = suite
        self._isolation = isolation
        self._server = self._start()

    def _start(self) -> ForkServer:
        server = ForkServer(self._packages, **self._options())
        if self._isolation != "process" and server.lacking:
            server.close()
            raise UsageFault(
                f"This machine cannot confine student code: {', '.join(server.lacking)} missing. "
                "course doctor says why; --isolation process grades all the same."
            )
        return server

    def _options(self) -> dict[str, bool]:
        return {"confine": self._isolation != "process", "bubblewrap": self._isolation == "bubblewrap"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.close()

    def grade(self, sitting: Sitting, name: str, content: bytes) -> Graded:
        """Grade one file; if our machinery fails twice at it, it is ungraded."""
        try:
            submission = parse_submission(name, content)
        except SubmissionFault as error:
            return Graded(unreadable(sitting, str(error)), b"")
        fault: WorkerFault | None = None
        for _ in range(2):
            try:
                return grade(sitting, submission, self._server, self._suite)
            except WorkerFault as error:
                fault = error
                self._server.close()
                self._server = ForkServer(self._packages, **self._options())
        return Graded(ungraded(sitting, str(fault)), b"")

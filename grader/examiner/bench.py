"""The examiner of `grade`: one exercise, and one file after another, in the process that imported torch.

Its line first brings a greeting and a Sitting, then Requests. It answers each with a Report or an error.
Before the answer it notes the code of the course that is about to run.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from grader.canonical import canonical
from grader.course.sitting import Sitting
from grader.errors import GraderError
from grader.examiner.beforehand import warm_up
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_checks
from grader.examiner.events import Answers
from grader.examiner.grading import grade
from grader.examiner.pacing import Pacer
from grader.examiner.packages import imported_beforehand, imported_by_checks
from grader.examiner.process import greeted
from grader.examiner.report import Report
from grader.examiner.submission import Request
from grader.worker.isolation.way import Workers
from grader.worker.line import NotingLine

__all__ = ["run", "warm_up"]


def run(line: NotingLine, server: Workers) -> None:
    """Collect the exercise's checks, and grade files until the other end closes the line."""
    try:
        greeted(line)
        sitting: Sitting = line.recv()
        # A file that imports none of them still meets the tensors of the checks.
        server.load(name for name in imported_by_checks(sitting) if name in sitting.paper.packages)
        exercise, code = sitting.paper.exercise, sitting.code_questions
        if not code or sitting.folder is None:
            _serve(line, sitting, server, None)
        else:
            folders = {exercise: sitting.folder}
            with_checks(
                folders,
                {exercise: code},
                lambda suite: _serve(line, sitting, server, suite),
                line.note,
                {exercise: sitting.material},
            )
    except GraderError as error:
        line.send(error)
    except (EOFError, OSError, KeyboardInterrupt):
        pass  # the process that started this one is gone


def _serve(line: NotingLine, sitting: Sitting, server: Workers, suite: CheckSuite | None) -> None:
    pace = Pacer(sitting, server, suite, line.send)
    while True:
        request: Request = line.recv()
        submission = request.submission
        if suite is not None:
            suite.given_up = request.given_up
        packages = sitting.paper.packages
        server.load(name for name in imported_beforehand(submission) if name in packages)  # with --watch
        try:
            said: Report | GraderError = pace.graded(partial(_report, request, server, suite, line))
        except GraderError as error:
            said = error
        line.note(None)
        line.send(said)


def _report(
    request: Request, server: Workers, suite: CheckSuite | None, line: NotingLine, sitting: Sitting
) -> Report:
    """Grade a file, and send its answers before the report."""
    answers: dict[str, str] = {}

    def heard(question: str, value: Any) -> None:
        if (text := canonical(value)) is not None:
            answers[question] = text

    outcome = grade(sitting, request.submission, server, suite, request.only or None, heard=heard)
    line.send(Answers(answers))
    return outcome.report

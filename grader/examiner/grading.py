"""Grading: one submission against one sitting, and the report that comes out."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.course.paper import Sitting
from grader.examiner.checks import CheckResult, CheckSuite
from grader.examiner.report import CheckReport, QuestionReport, Report, rounded, worst
from grader.examiner.session import Session, StudentError, Trouble
from grader.examiner.submission import Submission
from grader.examiner.wording import explain
from grader.questions import KINDS
from grader.questions.question import FormError, Mark, Outcome, Posed
from grader.worker.launcher import ForkServer

JUDGED_LATER = "Answered. It is judged after you hand the file in."


@dataclass(frozen=True)
class Graded:
    """A report, and what the submission printed: kept for the instructor, never shown beside a check."""

    report: Report
    output: bytes


def grade(sitting: Sitting, submission: Submission, server: ForkServer, suite: CheckSuite | None) -> Graded:
    """Run a submission and judge it.

    Raises:
        WorkerFault: our machinery failed.

    """
    paper = sitting.paper
    starters = {question.id: question.starter for question in paper.questions}
    with Session(server, submission, starters, paper.packages, paper.limits) as session:
        questions = tuple(_question(sitting, posed, session, suite) for posed in paper.questions)
        troubles = [
            explain(trouble, "The file", paper.limits.seconds)
            for trouble in (*session.notices, *session.troubles)
        ]
    # What went wrong in a statement that defines no answer costs nothing, but the student should know.
    told = {question.message for question in questions}
    notes = (*submission.notes, *(note for note in dict.fromkeys(troubles) if note not in told))
    return Graded(_report(sitting, questions, notes, server.isolation), bytes(session.output))


def unreadable(sitting: Sitting, message: str) -> Report:
    """The report of a file that cannot be read at all."""
    questions = tuple(
        QuestionReport(id=p.id, kind=p.kind, outcome="error", score=0, points=p.points, message=message)
        for p in sitting.paper.questions
    )
    return _report(sitting, questions, (message,), ())


def ungraded(sitting: Sitting, message: str) -> Report:
    """The report of a submission that we failed to grade: no fault of the student's, and no zero."""
    questions = tuple(
        QuestionReport(id=p.id, kind=p.kind, outcome="ungraded", score=0, points=p.points, message=message)
        for p in sitting.paper.questions
    )
    return _report(sitting, questions, (message,), ())


def _report(
    sitting: Sitting, questions: tuple[QuestionReport, ...], notes: Sequence[str], isolation: tuple[str, ...]
) -> Report:
    paper = sitting.paper
    return Report(
        exercise=paper.exercise,
        student=paper.student,
        score=rounded(sum(question.score for question in questions)),
        points=rounded(paper.points),
        isolation=isolation,
        questions=questions,
        notes=tuple(notes),
    )


def _question(sitting: Sitting, posed: Posed, session: Session, suite: CheckSuite | None) -> QuestionReport:
    if KINDS[posed.kind].by_checks:
        return _by_checks(sitting, posed, session, suite)
    mark = mark_answer(sitting, posed, session)
    score = rounded(mark.share * posed.points)
    check = CheckReport(
        id=posed.id,
        title=posed.prompt.partition("\n")[0],
        visible=True,
        outcome=mark.outcome,
        score=score,
        points=posed.points,
        message=mark.message,
    )
    return QuestionReport(
        id=posed.id,
        kind=posed.kind,
        outcome=mark.outcome,
        score=score,
        points=posed.points,
        message=mark.message,
        misconception=mark.misconception,
        picture=posed.picture if mark.outcome == "failed" else None,
        checks=(check,),
    )


def mark_answer(sitting: Sitting, posed: Posed, session: Session) -> Mark:
    """The verdict on the answer to a question that is not code; only on its form where there is no key."""
    kind, seconds = KINDS[posed.kind], sitting.paper.limits.seconds
    key = sitting.keys[posed.id] if sitting.keys is not None else None
    try:
        value = _answer(posed, session)
        if key is None:
            kind.read_form(posed, value)
            return Mark("skipped", 0.0, JUDGED_LATER)
        return kind.mark(posed, key, value)
    except StudentError as error:
        return Mark(error.trouble.outcome, 0.0, explain(error.trouble, posed.id, seconds))
    except FormError as error:
        return Mark("failed", 0.0, str(error))


def _answer(posed: Posed, session: Session) -> Any:
    """The value of an answer; one whose every part is still `...` has not been given."""
    value = session.fetch(posed.id)
    if isinstance(value, dict) and posed.fields and value and all(part is ... for part in value.values()):
        raise StudentError(Trouble("missing"))
    return value


def _by_checks(sitting: Sitting, posed: Posed, session: Session, suite: CheckSuite | None) -> QuestionReport:
    paper = sitting.paper
    if suite is None or not suite.of(paper.exercise, posed.id):
        return _without_checks(sitting, posed, session)
    try:
        session.fetch(posed.id)
    except StudentError as error:
        checks = suite.of(paper.exercise, posed.id)
        results = [CheckResult(check, error.trouble.outcome, error) for check in checks]
    else:
        results = suite.run(paper.exercise, posed.id, session, sitting.params)
    reports = tuple(_check_reports(posed, results, paper.limits.seconds))
    outcome = worst(report.outcome for report in reports)
    first = next((report for report in reports if report.outcome == outcome), reports[0])
    message = first.message if outcome not in {"passed", "failed"} else ""
    return QuestionReport(
        id=posed.id,
        kind=posed.kind,
        outcome=outcome,
        score=rounded(posed.points * _share(results)),
        points=posed.points,
        message=message,
        checks=reports,
    )


def _without_checks(sitting: Sitting, posed: Posed, session: Session) -> QuestionReport:
    """A code question whose hidden checks are not at hand: only whether there is an answer."""
    outcome: Outcome = "skipped"
    message = JUDGED_LATER
    try:
        session.fetch(posed.id)
    except StudentError as error:
        outcome = error.trouble.outcome
        message = explain(error.trouble, posed.id, sitting.paper.limits.seconds)
    return QuestionReport(
        id=posed.id, kind=posed.kind, outcome=outcome, score=0, points=posed.points, message=message
    )


def _share(results: Sequence[CheckResult]) -> float:
    """The share of the weights that passed, of those that were not skipped."""
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    passed = sum(result.check.weight for result in results if result.outcome == "passed")
    return passed / total if total else 0.0


def _check_reports(posed: Posed, results: Sequence[CheckResult], seconds: float) -> Iterator[CheckReport]:
    """Each check with its part of the question's points; a skipped check has none."""
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    for result in results:
        points = 0.0 if result.outcome == "skipped" else posed.points * result.check.weight / total
        yield CheckReport(
            id=result.check.id,
            title=result.check.title,
            visible=result.check.visible,
            outcome=result.outcome,
            score=rounded(points) if result.outcome == "passed" else 0.0,
            points=rounded(points),
            message=_check_message(posed, result, seconds),
        )


def _check_message(posed: Posed, result: CheckResult, seconds: float) -> str:
    if isinstance(result.error, StudentError):
        return explain(result.error.trouble, posed.id, seconds, hidden=not result.check.visible)
    if result.outcome == "ungraded":
        return "This check could not be run. It is not your fault; tell your instructor."
    return result.message


def missing_packages(packages: Sequence[str]) -> list[str]:
    """The packages of a course that are not installed here."""
    return [package for package in packages if importlib.util.find_spec(package) is None]

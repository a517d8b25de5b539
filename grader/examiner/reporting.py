"""Turn what was found out about a submission into its report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.course.sitting import Paper, Sitting
from grader.examiner.cause import cause_of
from grader.examiner.check_result import CheckResult
from grader.examiner.diagnosis import Diagnosis
from grader.examiner.events import Verdict
from grader.examiner.patience import TooSlowError
from grader.examiner.report import CheckReport, QuestionReport, Report, rounded, worst
from grader.examiner.sketch import Sketch, sketch_of
from grader.examiner.trouble import StudentError
from grader.examiner.usage import Usage
from grader.examiner.wording import (
    ALL_SKIPPED,
    CHECK_BROKEN,
    CHECK_TOO_SLOW,
    JUDGED_LATER,
    PARTLY,
    explain,
)
from grader.questions.posed import Mark, OutcomeName, Posed, Wrong, either

if TYPE_CHECKING:
    from grader.examiner.session import Session  # it needs numpy, which takes long to import

MAX_NOTES = 20
OTHER = "another"  # replaces the type of an exception where it is not shown


@dataclass
class Tried:
    """What the checks of a code question found, and what its calls used."""

    results: list[CheckResult] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    misfit: str = ""  # what it is, if it cannot be called
    shown: Sequence[Wrong] = ()  # misconceptions that the author's own functions see in the answer


def notes_of(
    paper: Paper, sessions: Sequence[Session], questions: Sequence[QuestionReport]
) -> tuple[str, ...]:
    """Return what a student should know besides the answers: statements that failed and define no answer."""
    happened = [trouble for session in sessions for trouble in (*session.notices, *session.troubles)]
    told = "\n".join(question.message for question in questions)
    seconds = paper.limits.seconds
    notes = dict.fromkeys(explain(one, "The file", seconds) for one in happened if not one.follows)
    return (*sessions[0].replies.read_notes, *(note for note in notes if note not in told))[:MAX_NOTES]


def ungraded(sitting: Sitting, message: str) -> Report:
    """Return the report of a submission that could not be graded: not the student's fault, and not a zero."""
    questions = tuple(
        QuestionReport(id=p.id, kind=p.kind, outcome="ungraded", score=0, points=p.points, message=message)
        for p in sitting.paper.questions
    )
    return report_of(sitting, questions, (message,), ())


def report_of(
    sitting: Sitting,
    questions: tuple[QuestionReport, ...],
    notes: Sequence[str],
    isolation: tuple[str, ...],
    printed: str = "",
) -> Report:
    """Return the report of a submission with these questions."""
    paper = sitting.paper
    return Report(
        exercise=paper.exercise,
        student=paper.student,
        score=rounded(sum(question.score for question in questions)),
        points=rounded(paper.points),
        isolation=isolation,
        questions=questions,
        notes=tuple(notes),
        printed=printed,
    )


def marked(posed: Posed, mark: Mark) -> QuestionReport:
    """Return the report of a question that is not code."""
    score = rounded(mark.share * posed.points)
    is_drawn = mark.outcome == "failed" and not mark.is_malformed
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
        hint=mark.hint,
        picture=posed.picture if is_drawn else None,
        walk=posed.walk if is_drawn else None,
        tracks=mark.tracks,
        answer=mark.written or None,
        checks=(check,),
    )


def judged(sitting: Sitting, posed: Posed, tried: Tried, diagnosis: Diagnosis) -> QuestionReport:
    """Return the report of a question that checks decide."""
    results = tried.results
    reports = tuple(_check_reports(sitting, posed, results, diagnosis))
    outcome = worst(report.outcome for report in reports)
    first = next((report for report in reports if report.outcome == outcome), reports[0])
    message = tried.misfit or _told(diagnosis, results)
    if outcome not in {"passed", "failed"}:
        message = f"{first.message} {_told(diagnosis, results)}".rstrip()
    share = _share(results)
    complaint = " ".join(tried.usage.complaints(posed)) if _has_run(results) else ""
    if sitting.keys is None and outcome == "passed":  # the hidden checks are not here
        outcome, share, message = "skipped", 0.0, JUDGED_LATER
    elif sitting.keys is not None and outcome == "skipped":
        outcome, message = "ungraded", ALL_SKIPPED
    if complaint:
        outcome, share, message = _worsened(outcome), 0.0, complaint
    wrong = diagnosis.wrong
    return QuestionReport(
        id=posed.id,
        kind=posed.kind,
        outcome=outcome,
        score=rounded(posed.points * share),
        points=posed.points,
        message=message,
        misconception=wrong.name if wrong else None,
        hint=wrong.hint if wrong else None,
        checks=reports,
    )


def _told(diagnosis: Diagnosis, results: Sequence[CheckResult]) -> str:
    """Return what a diagnosis says about a question as a whole."""
    if diagnosis.wrongs:
        return either(diagnosis.wrongs)
    if not diagnosis.partly:
        return ""
    names = [wrong.name for wrong in diagnosis.partly.values()]
    usual = max(diagnosis.partly.values(), key=lambda wrong: names.count(wrong.name))
    passed = sum(result.outcome == "passed" for result in results)
    return PARTLY.format(
        passed=passed, count=len(results), times=names.count(usual.name), message=usual.message
    )


def _has_run(results: Sequence[CheckResult]) -> bool:
    """Return whether some call gave a result, so that it is known what calls use."""
    return any(result.outcome in {"passed", "failed"} for result in results)


def _worsened(outcome: OutcomeName) -> OutcomeName:
    """Return the outcome of code that does not work in the required way, even if its results are right."""
    return "failed" if outcome in {"passed", "skipped"} else outcome


def _share(results: Sequence[CheckResult]) -> float:
    """Return the share of the weights that passed, of the checks that were not skipped."""
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    passed = sum(result.check.weight for result in results if result.outcome == "passed")
    return passed / total if total else 0.0


def _check_reports(
    sitting: Sitting, posed: Posed, results: Sequence[CheckResult], diagnosis: Diagnosis
) -> Iterator[CheckReport]:
    """Yield each check with its part of the question's points; a skipped check has none."""
    seconds = (posed.limits or sitting.paper.limits).seconds
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    for result in results if sitting.is_practice else _with_one_place(results):
        points = 0.0 if result.outcome == "skipped" else posed.points * result.check.weight / total
        yield CheckReport(
            id=result.check.id,
            title=result.check.title,
            visible=result.check.visible,
            outcome=result.outcome,
            score=rounded(points) if result.outcome == "passed" else 0.0,
            points=rounded(points),
            message=_check_message(sitting, posed, result, diagnosis.partly.get(result.check.id)),
            call=result.exchange.call,
            expected=result.exchange.expected,
            actual=result.exchange.actual,
            cause=cause_of(result, posed.id, seconds),
            returned=_returned(result),
        )


def _returned(result: CheckResult) -> Sketch | None:
    """Return a sketch of what came back; None if the values are too unusual for a sketch."""
    try:
        return sketch_of(result)
    except Exception:
        return None


def _with_one_place(results: Sequence[CheckResult]) -> Iterator[CheckResult]:
    """Remove type and line from errors of hidden checks where they differ from those of the first.

    Student code chooses both, and could use them to reveal a hidden input, a little in each check.
    """
    place: tuple[str, str | None, int | None] | None = None
    for result in results:
        if not isinstance(result.error, StudentError) or result.check.visible:
            yield result
            continue
        trouble = result.error.trouble
        place = place or (trouble.type, trouble.cell, trouble.line)
        if place == (trouble.type, trouble.cell, trouble.line):
            yield result
        else:
            yield replace(result, error=StudentError(replace(trouble, type=OTHER, cell=None, line=None)))


def _check_message(sitting: Sitting, posed: Posed, result: CheckResult, wrong: Wrong | None) -> str:
    if isinstance(result.error, StudentError):
        seconds = (posed.limits or sitting.paper.limits).seconds
        is_hidden = not (result.check.visible or sitting.is_practice)
        told = explain(result.error.trouble, posed.id, seconds, hidden=is_hidden)
        return f"{told} {wrong.message}" if wrong else told
    if result.outcome == "ungraded":
        return CHECK_TOO_SLOW if isinstance(result.error, TooSlowError) else CHECK_BROKEN
    return f"{result.message} {wrong.message}" if wrong else result.message


def verdict_of(report: QuestionReport) -> Verdict:
    """Return a report's verdict on a question in short."""
    return Verdict(report.id, report.outcome, report.score, report.points)

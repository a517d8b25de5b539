"""The history of a student's scores: the rows of the gradebook in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from grader.examiner.report import CheckReport, Report
from grader.examiner.wording import place_text
from grader.gradebook.entries import GivenMark, LastOutput, Override, PastEvent
from grader.gradebook.queries import newest_reports
from grader.gradebook.rows import AttemptRow, ReportRow, SubmissionRow
from grader.language.points import number_text, score_text


def events(
    connection: Connection, student: str, overrides: Iterable[Override], marks: Iterable[GivenMark]
) -> list[PastEvent]:
    """Return the history of a student's scores, oldest first."""
    found = list(_attempt_events(connection.execute(_attempts(student))))
    found += _report_events(connection.execute(_reports(student)))
    found += map(_override_event, overrides)
    found += map(_mark_event, marks)
    return sorted(found, key=lambda event: event.time)


def last_outputs(connection: Connection, student: str) -> Iterator[LastOutput]:
    """Yield what a student's submissions printed and raised in their last grading."""
    for row in connection.execute(_outputs(student)):
        report = Report.model_validate_json(row.document)
        raised = [line for question in report.questions for line in map(_raised, question.checks) if line]
        printed = row.output.decode("utf-8", errors="replace")
        yield LastOutput(row.created, row.exercise, row.file_name, row.digest[:12], raised, printed)


def _raised(check: CheckReport) -> str:
    """Say what a check raised, and in which line of the submission."""
    if check.cause is None:
        return ""
    line = check.cause.submission_line
    where = f", {place_text(check.cause.cell, line).lower()}" if line is not None else ""
    return f"{check.id}{where}: {check.cause.text}"


def _outputs(student: str) -> Any:
    newest = newest_reports(SubmissionRow.student == student)
    return (
        select(
            SubmissionRow.exercise,
            SubmissionRow.digest,
            SubmissionRow.file_name,
            ReportRow.created,
            ReportRow.document,
            ReportRow.output,
        )
        .join(newest, newest.c.submission_id == SubmissionRow.id)
        .join(ReportRow, ReportRow.id == newest.c.report)
        .order_by(SubmissionRow.exercise, SubmissionRow.id)
    )


def _reports(student: str) -> Any:
    return (
        select(
            SubmissionRow.exercise,
            SubmissionRow.digest,
            ReportRow.created,
            ReportRow.score,
            ReportRow.points,
            ReportRow.is_graded,
            ReportRow.is_applied,
        )
        .join(ReportRow)
        .where(SubmissionRow.student == student)
        .order_by(SubmissionRow.id, ReportRow.id)
    )


def _attempts(student: str) -> Any:
    return (
        select(
            SubmissionRow.exercise,
            SubmissionRow.digest,
            SubmissionRow.file_name,
            AttemptRow.handed_in,
            AttemptRow.is_late,
            AttemptRow.seen,
        )
        .join(AttemptRow)
        .where(SubmissionRow.student == student)
        .order_by(SubmissionRow.exercise, AttemptRow.id)
    )


def _attempt_events(rows: Iterable[Any]) -> Iterator[PastEvent]:
    for _, same in groupby(rows, key=lambda row: (row.exercise, row.digest)):
        first, *corrections = same
        yield PastEvent(first.seen, first.exercise, _handed_in(first))
        for row in corrections:
            yield PastEvent(row.seen, row.exercise, f"corrected: {_handed_in(row)}")


def _handed_in(row: Any) -> str:
    when = f" of {row.handed_in:%Y-%m-%d %H:%M} UTC" if row.handed_in else ""
    late = ", marked late by the LMS" if row.is_late else ""
    return f"handed in {row.file_name}{when}{late} (SHA-256 {row.digest[:12]})"


def _report_events(rows: Iterable[Any]) -> Iterator[PastEvent]:
    for _, same in groupby(rows, key=lambda row: (row.exercise, row.digest)):
        share = 0.0  # share of the points in the report that counts
        for row in same:
            scored = f"{score_text(row.score, row.points)} of {number_text(row.points)}"
            text = f"graded: {scored}" if row.is_graded else "could not be graded"
            if row.is_applied:
                share = row.score / row.points
            else:
                rises = row.is_graded and row.score / row.points > share
                text += f", {'only run again' if rises else 'lower than before'}: not applied"
            yield PastEvent(row.created, row.exercise, f"{text} (SHA-256 {row.digest[:12]})")


def _override_event(override: Override) -> PastEvent:
    what = "override withdrawn" if override.score is None else f"override: {override.score:g}"
    return PastEvent(override.created, override.exercise, f"{what}, by {override.author}: {override.reason}")


def _mark_event(mark: GivenMark) -> PastEvent:
    if mark.is_by_hand and mark.score is None:
        text = f"override of {mark.question} withdrawn, by {mark.author}: {mark.comment}"
    elif mark.is_by_hand:
        text = f"override of {mark.question}: {mark.score:g}, by {mark.author}: {mark.comment}"
    else:
        scored = f"{score_text(mark.score or 0, mark.points)} of {number_text(mark.points)}"
        said = f": {' '.join(mark.comment.split())}" if mark.comment else ""
        text = f"marked {mark.question}: {scored}, by {mark.author}{said}"
    return PastEvent(mark.created, mark.exercise, text)

"""The gradebook's queries for submissions, attempts and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from grader.gradebook.rows import AttemptRow, ReportRow, SubmissionRow

PENDING = '"outcome":"pending"'  # in a stored report; in a text of a student its quotes would be escaped


def known(students: Sequence[str]) -> Any:
    """Select the newest report and the latest attempt of each submission of these students."""
    own = SubmissionRow.student.in_(students)
    newest, latest = newest_reports(own), _latest_attempts(own)
    return (
        select(
            SubmissionRow.id,
            SubmissionRow.student,
            SubmissionRow.exercise,
            SubmissionRow.digest,
            ReportRow.variant,
            ReportRow.fingerprint,
            ReportRow.is_graded,
            ReportRow.is_applied,
            ReportRow.score,
            ReportRow.points,
            ReportRow.document,
            AttemptRow.submission_id.label("latest"),
            AttemptRow.handed_in,
            AttemptRow.is_late,
        )
        .join(newest, newest.c.submission_id == SubmissionRow.id)
        .join(ReportRow, ReportRow.id == newest.c.report)
        .join(
            latest,
            (latest.c.student == SubmissionRow.student) & (latest.c.exercise == SubmissionRow.exercise),
        )
        .join(AttemptRow, AttemptRow.id == latest.c.attempt)
        .where(own)
    )


def attempts(student: str | None) -> Any:
    """Select every attempt of one student, or of all, with the report that counts."""
    counting = newest_reports(ReportRow.is_applied)
    found = (
        select(
            SubmissionRow.student,
            SubmissionRow.exercise,
            AttemptRow.handed_in,
            AttemptRow.is_late,
            AttemptRow.seen,
            SubmissionRow.id,
            ReportRow.score,
            ReportRow.points,
            ReportRow.is_graded,
            ReportRow.created,
            ReportRow.document.contains(PENDING, autoescape=True).label("is_pending"),
        )
        .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
        .join(counting, counting.c.submission_id == SubmissionRow.id)
        .join(ReportRow, ReportRow.id == counting.c.report)
        .order_by(SubmissionRow.student, SubmissionRow.exercise, AttemptRow.id)
        .execution_options(yield_per=1000)
    )
    return found if student is None else found.where(SubmissionRow.student == student)


def counting_reports(submissions: Sequence[int]) -> Any:
    """Select these submissions with the reports that count."""
    return _counting_reports(SubmissionRow.id.in_(submissions))


def counting_variants(submissions: Sequence[int]) -> Any:
    """Select whose variants these submissions' reports that count are about."""
    wanted = (SubmissionRow.student, SubmissionRow.exercise, ReportRow.variant)
    return counting_reports(submissions).with_only_columns(*wanted, maintain_column_froms=True)


def counting_reports_in(exercises: Sequence[str], student: str | None) -> Any:
    """Select the submissions of one student, or of all, in these exercises with the reports that count."""
    where = SubmissionRow.exercise.in_(exercises)
    return _counting_reports(where if student is None else where & (SubmissionRow.student == student))


def _counting_reports(own: Any) -> Any:
    counting = newest_reports(ReportRow.is_applied, own)
    return (
        select(
            SubmissionRow.id,
            SubmissionRow.student,
            SubmissionRow.exercise,
            SubmissionRow.file_name,
            SubmissionRow.content,
            SubmissionRow.problem,
            ReportRow.variant,
            ReportRow.document,
        )
        .join(counting, counting.c.submission_id == SubmissionRow.id)
        .join(ReportRow, ReportRow.id == counting.c.report)
        .where(own)
        .order_by(SubmissionRow.student, SubmissionRow.exercise)
    )


def questions() -> Any:
    """Select the fingerprints of the reports that count, by exercise, and how many have each."""
    counting = newest_reports(ReportRow.is_applied)
    return (
        select(SubmissionRow.exercise, ReportRow.fingerprint, func.count())
        .join(counting, counting.c.submission_id == SubmissionRow.id)
        .join(ReportRow, ReportRow.id == counting.c.report)
        .where(ReportRow.is_graded)
        .group_by(SubmissionRow.exercise, ReportRow.fingerprint)
    )


def newest_reports(*where: Any) -> Any:
    """Select the newest report of each submission among those that meet a condition."""
    return (
        select(ReportRow.submission_id, func.max(ReportRow.id).label("report"))
        .join(SubmissionRow, SubmissionRow.id == ReportRow.submission_id)
        .where(*where)
        .group_by(ReportRow.submission_id)
        .subquery()
    )


def _latest_attempts(*where: Any) -> Any:
    """Select the latest attempt of each student and exercise among those that meet a condition."""
    return (
        select(SubmissionRow.student, SubmissionRow.exercise, func.max(AttemptRow.id).label("attempt"))
        .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
        .where(*where)
        .group_by(SubmissionRow.student, SubmissionRow.exercise)
        .subquery()
    )

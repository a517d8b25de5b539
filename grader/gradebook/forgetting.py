"""Remove everything about one student from the gradebook."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from grader.gradebook.rows import (
    AttemptRow,
    HandedFileRow,
    HandedOutRow,
    LeftOutRow,
    MadeFileRow,
    MarkRow,
    OutboxRow,
    OverrideRow,
    ReportRow,
    SubmissionRow,
)

_OF_SUBMISSIONS = (AttemptRow, ReportRow, HandedFileRow)
_OF_STUDENTS = (SubmissionRow, OverrideRow, MarkRow, HandedOutRow, MadeFileRow, LeftOutRow, OutboxRow)
_NAMES = {
    SubmissionRow: "submissions",
    AttemptRow: "attempts",
    ReportRow: "reports",
    HandedFileRow: "files beside submissions",
    OverrideRow: "scores set by hand",
    MarkRow: "marks",
    HandedOutRow: "variants",
    MadeFileRow: "files of their own",
    LeftOutRow: "notes about files that were left out",
    OutboxRow: "scores in the outbox",
}


def forget(connection: Connection, students: Sequence[str]) -> dict[str, int]:
    """Delete the rows of a student, in all spellings, and return how many of each kind there were."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete = on").close()  # else the file keeps the old bytes
    own = select(SubmissionRow.id).where(SubmissionRow.student.in_(students))
    counts = {}
    for table in _OF_SUBMISSIONS:
        done = connection.execute(delete(table).where(table.submission_id.in_(own)))
        counts[_NAMES[table]] = done.rowcount
    for owner in _OF_STUDENTS:
        counts[_NAMES[owner]] = connection.execute(delete(owner).where(owner.student.in_(students))).rowcount
    return {name: count for name, count in counts.items() if count}

"""Write one submission into the gradebook. Statements are built once: building is slower than running."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from grader.digest import digest_of
from grader.engine.handed_in import Arrival, HandedIn
from grader.examiner.outcome import Outcome
from grader.examiner.report import Report
from grader.gradebook.rows import (
    AttemptRow,
    Base,
    HandedFileRow,
    HandedOutRow,
    MadeFileRow,
    ReportRow,
    SubmissionRow,
)

TINY = 1e-9  # shares that differ by less are equal

_SUBMISSION, _ATTEMPT, _REPORT, _HANDED_OUT, _MADE = (
    Base.metadata.tables[row.__tablename__]
    for row in (SubmissionRow, AttemptRow, ReportRow, HandedOutRow, MadeFileRow)
)

_find_submission = (
    select(_SUBMISSION.c.id)
    .where(*(column == bindparam(column.name) for column in _SUBMISSION.c["student", "exercise", "digest"]))
    .with_for_update()
)
_add_submission = insert(_SUBMISSION)
_last_attempt = (
    select(_ATTEMPT.c.submission_id, _ATTEMPT.c.handed_in, _ATTEMPT.c.is_late)
    .join(_SUBMISSION, _SUBMISSION.c.id == _ATTEMPT.c.submission_id)
    .where(*(column == bindparam(column.name) for column in _SUBMISSION.c["student", "exercise"]))
    .order_by(_ATTEMPT.c.id.desc())
    .limit(1)
)
_add_attempt = insert(_ATTEMPT)
_find_handed_out = select(_HANDED_OUT.c.student).where(
    *(column == bindparam(column.name) for column in _HANDED_OUT.c["student", "exercise"])
)
_add_handed_out = insert(_HANDED_OUT)
_find_made = select(_MADE.c.digest).where(
    *(column == bindparam(column.name) for column in _MADE.c["student", "exercise", "name"])
)
_add_made = insert(_MADE)
_add_file = insert(HandedFileRow)
_newest_report = (
    select(_REPORT)
    .where(_REPORT.c.submission_id == bindparam("submission"))
    .order_by(_REPORT.c.id.desc())
    .limit(1)
)
_counting_report = _newest_report.where(_REPORT.c.is_applied)
_add_report = insert(_REPORT)


@dataclass(frozen=True)
class StoredRow:
    """The row of a submission; a new one has no reports yet."""

    id: int
    is_new: bool = False


def find_or_add_submission(connection: Connection, handed_in: HandedIn) -> StoredRow:
    """Return the row of a submission, locked against other writers."""
    key = {"student": handed_in.student, "exercise": handed_in.exercise, "digest": handed_in.digest}
    found = connection.scalar(_find_submission, key)
    if found is None:
        rest = {"file_name": handed_in.file_name, "content": handed_in.content, "problem": handed_in.problem}
        added = _add(connection, _add_submission, {**key, **rest})
        if added is not None:
            _add_files(connection, int(added[0]), handed_in)
            return StoredRow(int(added[0]), is_new=True)
        found = connection.scalar(_find_submission, key)
    return StoredRow(int(found or 0))


def _add_files(connection: Connection, submission: int, handed_in: HandedIn) -> None:
    """Store the files beside a new submission."""
    for file in handed_in.files:
        content = handed_in.attached.get(file.name, b"")
        connection.execute(_add_file, {"submission_id": submission, **vars(file), "content": content})


def note_attempt(connection: Connection, submission: StoredRow, handed_in: HandedIn) -> None:
    """Record a new attempt or, for the file handed in last, a correction of its time."""
    key = {"student": handed_in.student, "exercise": handed_in.exercise}
    last = None if submission.is_new else connection.execute(_last_attempt, key).one_or_none()
    arrival = handed_in.arrival
    if last is not None and last.submission_id == submission.id:
        before = Arrival(last.handed_in, last.is_late)
        arrival = before.corrected(arrival)
        if arrival == before:
            return
    row = {
        "submission_id": submission.id,
        "handed_in": arrival.time,
        "is_late": arrival.is_late,
        "seen": datetime.now(UTC),
    }
    connection.execute(_add_attempt, row)


def note_handed_out(connection: Connection, student: str, exercise: str, params: Mapping[str, Any]) -> None:
    """Store the parameters of a student's variant, unless some are stored already."""
    key = {"student": student, "exercise": exercise}
    if connection.scalar(_find_handed_out, key) is None:
        row = {**key, "params": json.dumps(dict(params)), "created": datetime.now(UTC)}
        _add(connection, _add_handed_out, row)


def keep_made(connection: Connection, student: str, exercise: str, files: Mapping[str, bytes]) -> None:
    """Store the files that were made for a student, unless some are stored already under these names."""
    for name, content in files.items():
        key = {"student": student, "exercise": exercise, "name": name}
        if connection.scalar(_find_made, key) is None:
            _add(connection, _add_made, {**key, "digest": digest_of(content), "content": content})


def add_report(
    connection: Connection, submission: StoredRow, outcome: Outcome, *, may_lower: bool, again: bool
) -> bool:
    """Store a report and return whether it counts; see `Gradebook.record` for when it does not."""
    own = {"submission": submission.id}
    newest = None if submission.is_new else connection.execute(_newest_report, own).one_or_none()
    counting = newest
    if newest is not None and not newest.is_applied:
        counting = connection.execute(_counting_report, own).one_or_none()
    report = outcome.report
    same = [row for row in (newest, counting) if row is not None and _decided_alike(row, outcome)]
    says_more = newest is None or again or (report.is_graded and not newest.is_graded)
    if newest is not None and newest in same and not says_more and (newest.is_applied or not may_lower):
        return bool(newest.is_applied)
    is_repeated = any(row.is_graded for row in same)
    is_applied = may_lower or counting is None or _replaces(counting, report, is_repeated=is_repeated)
    row = {
        "submission_id": submission.id,
        "created": datetime.now(UTC),
        "variant": outcome.variant,
        "fingerprint": outcome.fingerprint,
        "score": report.score,
        "points": report.points,
        "is_graded": report.is_graded,
        "is_applied": is_applied,
        "document": report.stored(),
        "output": outcome.output,
    }
    connection.execute(_add_report, row)
    return is_applied


def _add(connection: Connection, adding: Any, row: Mapping[str, Any]) -> Any:
    """Add a row and return its key, or None if another process was faster."""
    if connection.dialect.name == "sqlite":  # no other process can be writing
        return connection.execute(adding, row).inserted_primary_key
    with contextlib.suppress(IntegrityError), connection.begin_nested():
        return connection.execute(adding, row).inserted_primary_key
    return None


def _decided_alike(row: Any, outcome: Outcome) -> bool:
    return bool((row.variant, row.fingerprint) == (outcome.variant, outcome.fingerprint))


def _replaces(counting: Any, report: Report, *, is_repeated: bool) -> bool:
    """Return whether a report replaces the one that counts, without permission to lower scores.

    A report that could not be graded, or a lower one, never replaces a score. A higher one does, unless the
    same submission was only run again: random code must not gain from being run often.
    """
    if not counting.is_graded:
        return True
    rise = report.score / report.points - counting.score / counting.points
    return report.is_graded and rise >= -TINY and not (is_repeated and rise > TINY)

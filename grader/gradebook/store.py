"""The gradebook: every submission, attempt, report and override."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, union

from grader.engine.handed_in import Arrival, HandedIn
from grader.examiner.outcome import Outcome
from grader.examiner.report import Report
from grader.gradebook import queries
from grader.gradebook.database import Database
from grader.gradebook.entries import Attempt, GivenMark, Known, LastOutput, Override, PastEvent
from grader.gradebook.forgetting import forget
from grader.gradebook.history import events, last_outputs
from grader.gradebook.marks import MarkedReport, add_mark, stored_marks, with_marks
from grader.gradebook.recording import (
    add_report,
    find_or_add_submission,
    keep_made,
    note_attempt,
    note_handed_out,
)
from grader.gradebook.rows import (
    HandedFileRow,
    HandedOutRow,
    LeftOutRow,
    MadeFileRow,
    OverrideRow,
    SubmissionRow,
)
from grader.questions.handed_file import HandedFile

BATCH = 100  # submissions read at once
EVERYBODY = ""  # the student in a row for variants handed out without a roster


class Gradebook(Database):
    """An open gradebook."""

    def known(self, students: Sequence[str]) -> dict[tuple[str, str, str], Known]:
        """Return what is stored about these students' submissions, by student, exercise and digest.

        Raises:
            UsageFault: the database fails.

        """
        with self.reading() as connection:
            return {
                (row.student, row.exercise, row.digest): Known(
                    row.id,
                    row.variant,
                    row.fingerprint,
                    row.is_graded,
                    row.is_applied,
                    row.score,
                    row.points,
                    row.latest == row.id,
                    Arrival(row.handed_in, row.is_late),
                    row.document,
                )
                for row in connection.execute(queries.known(students))
            }

    def record(
        self,
        handed_in: HandedIn,
        outcome: Outcome | None,
        *,
        may_lower: bool = False,
        attempt: bool = True,
        again: bool = False,
    ) -> bool:
        """Store a submission, its hand-in and its report in one transaction; say whether the report counts.

        A report with the same fingerprints as the newest one is not stored, unless `again`. One that would
        lower the score of the same submission, or raise it only by chance, is stored but does not count,
        unless `may_lower`.

        Raises:
            UsageFault: the database fails.

        """

        def work(connection: Connection) -> bool:
            submission = find_or_add_submission(connection, handed_in)
            if attempt:
                note_attempt(connection, submission, handed_in)
            if outcome is None:
                return True
            if outcome.params is not None:
                note_handed_out(connection, handed_in.student, handed_in.exercise, outcome.params)
            return add_report(connection, submission, outcome, may_lower=may_lower, again=again)

        return self.written(work)

    def attempts(self, student: str | None = None) -> Iterator[Attempt]:
        """Yield every attempt with the report that counts and its marks, by student, exercise and time seen.

        Raises:
            UsageFault: the database fails.

        """
        marked = self._marked(student)
        with self.reading() as connection, connection.execute(queries.attempts(student)) as found:
            for _, own in groupby(found, key=lambda row: (row.student, row.exercise)):
                number = 1
                for _, same in groupby(own, key=lambda row: row.id):
                    rows = list(same)
                    yield _attempt(rows[0], rows[-1], number, marked.get(rows[0].id))
                    number += rows[0].is_graded

    def counting_reports(self, submissions: Sequence[int]) -> Iterator[tuple[HandedIn, Report]]:
        """Yield submissions with the reports that count.

        Raises:
            UsageFault: the database fails.

        """
        for _, handed_in, report in self._numbered_reports(submissions):
            yield handed_in, report

    def _numbered_reports(self, submissions: Sequence[int]) -> Iterator[tuple[int, HandedIn, Report]]:
        for start in range(0, len(submissions), BATCH):
            batch = submissions[start : start + BATCH]
            with self.reading() as connection:
                found = connection.execute(queries.counting_reports(batch)).all()
                files = _files_of(connection, batch)
            for row in found:
                handed_in = HandedIn(
                    row.student,
                    row.exercise,
                    row.file_name,
                    row.content,
                    problem=row.problem,
                    files=tuple(files.get(row.id, ())),
                )
                yield row.id, handed_in, Report.model_validate_json(row.document)

    def handed_file(self, student: str, exercise: str, digest: str) -> bytes | None:
        """Return the content of a file that a student handed in beside the source; None if there is none.

        Raises:
            UsageFault: the database fails.

        """
        own = (SubmissionRow.student == student, SubmissionRow.exercise == exercise)
        rows = (
            select(HandedFileRow.content)
            .join(SubmissionRow, SubmissionRow.id == HandedFileRow.submission_id)
            .where(*own, HandedFileRow.digest == digest, HandedFileRow.problem == "")
            .limit(1)
        )
        with self.reading() as connection:
            content: bytes | None = connection.scalar(rows)
        return content

    def marked_reports(self, submissions: Sequence[int]) -> Iterator[tuple[HandedIn, Report]]:
        """Yield submissions with the reports that count and the marks that people gave.

        Raises:
            UsageFault: the database fails.

        """
        for _, handed_in, report in self.numbered_reports(submissions):
            yield handed_in, report

    def numbered_reports(self, submissions: Sequence[int]) -> Iterator[tuple[int, HandedIn, Report]]:
        """Yield the same, each with its number.

        Raises:
            UsageFault: the database fails.

        """
        marks = self.marks()
        for number, handed_in, report in self._numbered_reports(submissions):
            own = marks.get((handed_in.student, handed_in.exercise), ())
            yield number, handed_in, with_marks(report, own).report

    def _marked(self, student: str | None) -> dict[int, MarkedReport]:
        """Return the reports that marks belong to, by submission."""
        marks = self.marks(student)
        if not marks:
            return {}
        found = queries.counting_reports_in(sorted({exercise for _, exercise in marks}), student)
        with self.reading() as connection:
            return {
                row.id: with_marks(Report.model_validate_json(row.document), own)
                for row in connection.execute(found)
                if (own := marks.get((row.student, row.exercise)))
            }

    def marks(self, student: str | None = None) -> dict[tuple[str, str], list[GivenMark]]:
        """Return every mark ever given, by student and exercise, oldest first.

        Raises:
            UsageFault: the database fails.

        """
        with self.reading() as connection:
            return stored_marks(connection, student)

    def mark(self, mark: GivenMark, before: GivenMark | None = None) -> GivenMark | None:
        """Store a mark after `before`, or return the one that somebody else has given meanwhile.

        Raises:
            UsageFault: the database fails.

        """
        with self.writing() as connection:
            return add_mark(connection, mark, before)

    def counting_variants(self, submissions: Sequence[int]) -> dict[tuple[str, str], str]:
        """Return whose variants the reports that count are about, by student and exercise; "" is variant 0.

        Raises:
            UsageFault: the database fails.

        """
        found: dict[tuple[str, str], str] = {}
        for start in range(0, len(submissions), BATCH):
            query = queries.counting_variants(submissions[start : start + BATCH])
            with self.reading() as connection:
                for row in connection.execute(query):
                    found[row.student, row.exercise] = row.variant
        return found

    def override(self, override: Override) -> None:
        """Store a score that was set by hand.

        Raises:
            UsageFault: the database fails.

        """
        with self.writing() as connection:
            connection.execute(
                insert(OverrideRow).values(
                    student=override.student,
                    exercise=override.exercise,
                    score=override.score,
                    reason=override.reason,
                    author=override.author,
                    created=override.created,
                    points=override.points,
                )
            )

    def overrides(self, student: str | None = None) -> list[Override]:
        """Return every override ever made, oldest first.

        Raises:
            UsageFault: the database fails.

        """
        rows = select(OverrideRow.__table__).order_by(OverrideRow.id)
        if student is not None:
            rows = rows.where(OverrideRow.student == student)
        with self.reading() as connection:
            return [
                Override(
                    row.student, row.exercise, row.score, row.reason, row.author, row.created, row.points
                )
                for row in connection.execute(rows)
            ]

    def hand_out(
        self,
        variants: Mapping[tuple[str, str], Mapping[str, Any]],
        made: Mapping[tuple[str, str], Mapping[str, bytes]] = MappingProxyType({}),
    ) -> None:
        """Store the parameters and the files of their own that students were given, by student and exercise.

        Raises:
            UsageFault: the database fails.

        """

        def work(connection: Connection) -> None:
            # In a fixed order: two writers with different orders would wait for each other.
            for (student, exercise), params in sorted(variants.items(), key=lambda pair: pair[0]):
                note_handed_out(connection, student, exercise, params)
                keep_made(connection, student, exercise, made.get((student, exercise), {}))

        self.written(work)

    def made(self, student: str, exercise: str) -> dict[str, bytes]:
        """Return the files that were made for a student, by name.

        Raises:
            UsageFault: the database fails.

        """
        own = (MadeFileRow.student == student, MadeFileRow.exercise == exercise)
        with self.reading() as connection:
            found = connection.execute(select(MadeFileRow.name, MadeFileRow.content).where(*own))
            return {row.name: row.content for row in found}

    def handed_out(self, students: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the parameters that these students were given, by student and exercise.

        A file of a student's own is there by its name, with its SHA-256.

        Raises:
            UsageFault: the database fails.

        """
        rows = select(HandedOutRow.student, HandedOutRow.exercise, HandedOutRow.params)
        with self.reading() as connection:
            found = connection.execute(rows.where(HandedOutRow.student.in_(students)))
            given = {(row.student, row.exercise): json.loads(row.params) for row in found}
            files = select(
                *(getattr(MadeFileRow, name) for name in ("student", "exercise", "name", "digest"))
            )
            for row in connection.execute(files.where(MadeFileRow.student.in_(students))):
                given.get((row.student, row.exercise), {})[row.name] = row.digest
        return given

    def students(self) -> set[str]:
        """Return the students who handed in, have an override, or were given a variant.

        Raises:
            UsageFault: the database fails.

        """
        tables = (SubmissionRow, OverrideRow, HandedOutRow)
        with self.reading() as connection:
            found = connection.scalars(union(*(select(table.student) for table in tables)))
            return {student for student in found if student != EVERYBODY}

    def students_handed_out(self) -> list[str]:
        """Return the students who were given variants of their own, by name.

        Raises:
            UsageFault: the database fails.

        """
        with self.reading() as connection:
            found = connection.scalars(select(HandedOutRow.student).distinct().order_by(HandedOutRow.student))
            return [student for student in found if student != EVERYBODY]

    def keep_left_out(
        self, looked_at: Iterable[tuple[str, str]], left_out: Iterable[tuple[str, str, str]]
    ) -> None:
        """Record which students a file that was left out may belong to.

        `left_out` has source, student and exercise. Earlier records for the sources and exercises that were
        searched are replaced.

        Raises:
            UsageFault: the database fails.

        """
        rows = [{"source": one[0], "student": one[1], "exercise": one[2]} for one in sorted(set(left_out))]
        with self.writing() as connection:
            for source, exercise in looked_at:
                own = (LeftOutRow.source == source, LeftOutRow.exercise == exercise)
                connection.execute(delete(LeftOutRow).where(*own))
            if rows:
                connection.execute(insert(LeftOutRow), rows)

    def left_out(self) -> frozenset[tuple[str, str]]:
        """Return students and exercises for which a file was left out.

        Raises:
            UsageFault: the database fails.

        """
        with self.reading() as connection:
            found = connection.execute(select(LeftOutRow.student, LeftOutRow.exercise).distinct())
            return frozenset((row.student, row.exercise) for row in found)

    def exercises(self) -> dict[str, int]:
        """Return the names of all exercises with scores, with the number of students in each.

        Raises:
            UsageFault: the database fails.

        """
        scored = union(*(select(table.student, table.exercise) for table in (SubmissionRow, OverrideRow)))
        pairs = scored.subquery()
        rows = select(pairs.c.exercise, func.count()).group_by(pairs.c.exercise).order_by(pairs.c.exercise)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(rows)}

    def questions(self) -> dict[tuple[str, str], int]:
        """Return exercise and id of all scored questions, with the number of submissions that have them.

        Raises:
            UsageFault: the database fails.

        """
        counts: Counter[tuple[str, str]] = Counter()
        with self.reading() as connection:
            for exercise, fingerprint, count in connection.execute(queries.questions()):
                counts.update({(exercise, id_): count for id_ in json.loads(fingerprint)})
        return counts

    def forget(self, students: Sequence[str]) -> dict[str, int]:
        """Delete everything about a student, in all spellings; return how much there was, by its name.

        Raises:
            UsageFault: the database fails.

        """
        with self.writing() as connection:
            return forget(connection, students)

    def history(self, student: str) -> list[PastEvent]:
        """Return the history of a student's scores, oldest first.

        Raises:
            UsageFault: the database fails.

        """
        overrides = self.overrides(student)
        marks = [one for own in self.marks(student).values() for one in own]
        with self.reading() as connection:
            return events(connection, student, overrides, marks)

    def last_outputs(self, student: str) -> list[LastOutput]:
        """Return what a student's submissions printed and raised in their last grading.

        Raises:
            UsageFault: the database fails.

        """
        with self.reading() as connection:
            return list(last_outputs(connection, student))


def _files_of(connection: Connection, submissions: Sequence[int]) -> dict[int, list[HandedFile]]:
    """Return what is known of the files beside submissions, without their contents."""
    columns = [getattr(HandedFileRow, one.name) for one in fields(HandedFile)]
    rows = select(HandedFileRow.submission_id, *columns).order_by(HandedFileRow.name)
    found: dict[int, list[HandedFile]] = {}
    for number, *values in connection.execute(rows.where(HandedFileRow.submission_id.in_(submissions))):
        found.setdefault(number, []).append(HandedFile(*values))
    return found


def _attempt(row: Any, corrected: Any, number: int, marked: MarkedReport | None) -> Attempt:
    report = marked.report if marked else row
    return Attempt(
        row.student,
        row.exercise,
        number,
        corrected.handed_in,
        corrected.is_late,
        row.seen,
        row.id,
        report.score,
        report.points,
        report.is_graded,
        row.created,
        bool(marked.report.pending) if marked else row.is_pending,
        marked.rules if marked else (),
        marked.warnings_of(row.seen) if marked else (),
    )

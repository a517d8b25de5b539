"""The gradebook's tables."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, LargeBinary, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSIONS = ("0001", "0002")  # that these tables have had: the revisions in migrations/
VERSION = VERSIONS[-1]


class Instant(TypeDecorator[datetime]):
    """A time, kept in UTC and without a zone, which SQLite does not know."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What the database keeps."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What comes out of it: a time in UTC."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """The tables of a gradebook."""

    type_annotation_map = {datetime: Instant}


class VersionRow(Base):
    """The version of the tables: one row, which alembic writes as well."""

    __tablename__ = "gradebook_version"  # a server may hold a table alembic_version of another program

    version_num: Mapped[str] = mapped_column(String(32), primary_key=True)


class SubmissionRow(Base):
    """A file that a student handed in for an exercise. The same file handed in again is the same row."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("student", "exercise", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # HandedIn.digest
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    problem: Mapped[str]  # why it could not be read or graded; then there is no content


class AttemptRow(Base):
    """One time that a student handed in a file which differs from what they had handed in before.

    A row of the same submission as the student's row before it is no new attempt: it corrects the time.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    handed_in: Mapped[datetime | None]  # as the folder or the LMS says; None where neither does
    is_late: Mapped[bool]  # the LMS says so
    seen: Mapped[datetime]


class ReportRow(Base):
    """One grading of one submission. Rows are only ever added: this is the history."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    created: Mapped[datetime]
    variant: Mapped[str] = mapped_column(String(200))  # the student whose variant it is; "": variant 0
    fingerprint: Mapped[str]  # of everything that decides the report beside the submission, by question
    score: Mapped[float]
    points: Mapped[float]
    is_graded: Mapped[bool]  # False: some question could not be judged, and the score is not handed on
    is_applied: Mapped[bool]  # False: it would have lowered the score, and waits for `course regrade`
    document: Mapped[str]  # the report as JSON
    output: Mapped[bytes] = mapped_column(LargeBinary)  # what student code printed


class OverrideRow(Base):
    """A score that an instructor has set by hand, or taken back (no score). The newest row counts."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60))
    score: Mapped[float | None]
    reason: Mapped[str]
    author: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime]
    points: Mapped[float | None]  # the exercise's at that time; None: nobody knows


class HandedOutRow(Base):
    """The parameters of a variant that was handed out: a later change of the exercise draws others."""

    __tablename__ = "handed_out"

    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60), primary_key=True)
    params: Mapped[str]  # as JSON
    created: Mapped[datetime]


class LeftOutRow(Base):
    """A file that was left out when a source was graded, and that may be this student's.

    Nobody knows whether such a student handed nothing in.
    """

    __tablename__ = "left_out"

    source: Mapped[str] = mapped_column(String(400), primary_key=True)
    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60), primary_key=True)

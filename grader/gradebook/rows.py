"""The gradebook's tables."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, LargeBinary, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
)  # all versions of these tables: the revisions in migrations/
VERSION = VERSIONS[-1]


class Instant(TypeDecorator[datetime]):
    """A time, stored in UTC without a zone, because SQLite has no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the value to store."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return a stored value as a time in UTC."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """The tables of a gradebook."""

    type_annotation_map = {datetime: Instant}


class VersionRow(Base):
    """The version of the tables: one row, which alembic writes as well."""

    __tablename__ = "gradebook_version"  # the server can hold another program's table alembic_version

    version_num: Mapped[str] = mapped_column(String(32), primary_key=True)


class SubmissionRow(Base):
    """A file that a student handed in for an exercise. Handing in the same file again adds no row."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("student", "exercise", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # HandedIn.digest
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    problem: Mapped[str]  # why it could not be read or graded, in which case there is no content


class HandedFileRow(Base):
    """A file that a student handed in beside the source, for a question that a person marks."""

    __tablename__ = "handed_file"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    size: Mapped[int]  # bytes
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256
    fits: Mapped[bool]  # its first bytes match its name
    problem: Mapped[str]  # why it could not be read, in which case there is no content
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AttemptRow(Base):
    """One hand-in of a file that differs from the student's previous file.

    A row with the same submission as the student's previous row is not a new attempt but corrects the time.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    handed_in: Mapped[datetime | None]  # from the folder or the LMS; None if neither says
    is_late: Mapped[bool]  # according to the LMS
    seen: Mapped[datetime]


class ReportRow(Base):
    """One grading of one submission. Rows are only added, so this is the history."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    created: Mapped[datetime]
    variant: Mapped[str] = mapped_column(String(200))  # the student whose variant it is; "" for variant 0
    fingerprint: Mapped[str]  # of everything but the submission that the report depends on, by question
    score: Mapped[float]
    points: Mapped[float]
    is_graded: Mapped[bool]  # False if a question could not be judged; the score is not exported
    is_applied: Mapped[bool]  # False if it would have lowered the score; it waits for `course regrade`
    document: Mapped[str]  # the report as JSON
    output: Mapped[bytes] = mapped_column(LargeBinary)  # what student code printed


class OverrideRow(Base):
    """A score that an instructor set by hand, or withdrew (no score). The newest row counts."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60))
    score: Mapped[float | None]
    reason: Mapped[str]
    author: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime]
    points: Mapped[float | None]  # the exercise's points at that time; None if unknown


class MarkRow(Base):
    """The points that a person gave for one question. The newest row for the same answer counts."""

    __tablename__ = "mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str] = mapped_column(String(64))  # SHA-256 of the text; "" for points set by hand
    score: Mapped[float | None]  # None withdraws points that were set by hand
    points: Mapped[float]  # of the question at that time
    items: Mapped[str]  # of the rubric, with what each earned, as JSON
    comment: Mapped[str]
    author: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime]


class HandedOutRow(Base):
    """The parameters of a variant that was handed out; a changed exercise would draw others."""

    __tablename__ = "handed_out"

    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60), primary_key=True)
    params: Mapped[str]  # as JSON
    created: Mapped[datetime]


class MadeFileRow(Base):
    """A file of a student's own that was handed out; a changed params.py would make another."""

    __tablename__ = "made_file"

    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256
    content: Mapped[bytes] = mapped_column(LargeBinary)


class LeftOutRow(Base):
    """A file that was left out when a source was graded and that may be this student's.

    Such a student may have handed something in.
    """

    __tablename__ = "left_out"

    source: Mapped[str] = mapped_column(String(400), primary_key=True)
    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60), primary_key=True)


class OutboxRow(Base):
    """A score that is to be sent to an LMS over the network, or was sent: the newest for each student."""

    __tablename__ = "outbox"

    place: Mapped[str] = mapped_column(String(400), primary_key=True)  # the address of the assignment
    student: Mapped[str] = mapped_column(String(200), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(60))
    lms_user: Mapped[str] = mapped_column(String(60))  # the student's id in the LMS
    grade: Mapped[str] = mapped_column(String(40))
    comment: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))  # waiting, sending or sent; sending is in doubt
    confirmed: Mapped[str] = mapped_column(String(40))  # the newest grade that is certain to have arrived
    confirmed_comment: Mapped[str]  # the newest comment that is certain to have arrived
    changed: Mapped[datetime]

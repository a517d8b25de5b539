"""The gradebook: every submission, every report and when, in a database of SQLAlchemy's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, create_engine, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from grader.digest import digest_of
from grader.errors import UsageFault
from grader.examiner.report import Report


class Base(DeclarativeBase):
    """The tables of a gradebook."""


class SubmissionRow(Base):
    """A file that a student handed in for an exercise. The same file handed in again is the same row."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("student", "exercise", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(String(200), index=True)
    exercise: Mapped[str] = mapped_column(String(60), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the content
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    reports: Mapped[list[ReportRow]] = relationship(back_populates="submission")


class ReportRow(Base):
    """One grading of one submission."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    submission: Mapped[SubmissionRow] = relationship(back_populates="reports")
    handed_in: Mapped[datetime]  # UTC, the file's own time: students can set it
    created: Mapped[datetime]  # UTC
    score: Mapped[float]
    points: Mapped[float]
    is_graded: Mapped[bool]  # False: some question could not be judged, and the score is not handed on
    document: Mapped[str]  # the report as JSON
    output: Mapped[bytes] = mapped_column(LargeBinary)  # what student code printed


@dataclass(frozen=True)
class HandedIn:
    """A file that a student handed in; `time` is in UTC."""

    student: str
    exercise: str
    file_name: str
    content: bytes
    time: datetime


@dataclass(frozen=True)
class Score:
    """The newest score of one student in one exercise."""

    student: str
    exercise: str
    score: float
    points: float
    is_graded: bool
    graded: datetime


class Gradebook:
    """A gradebook, open."""

    def __init__(self, url: str, root: Path) -> None:
        """Open the database at an SQLAlchemy URL; a relative SQLite file lies in `root`.

        Raises:
            UsageFault: the URL is wrong, or the database cannot be opened.

        """
        try:
            address = make_url(url)
            if address.get_backend_name() == "sqlite" and address.database:
                address = address.set(database=str(root / address.database))
            self._engine = create_engine(address)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            reason = str(error).splitlines()[0]  # SQLAlchemy leaves passwords out of it
            raise UsageFault(f"The gradebook of course.yaml cannot be used: {reason}.") from None
        with self._faults():
            Base.metadata.create_all(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._engine.dispose()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            where = self._engine.url.render_as_string(hide_password=True)
            raise UsageFault(f"The gradebook {where} cannot be used: {reason}.") from None

    def record(self, handed_in: HandedIn, report: Report, output: bytes) -> None:
        """Keep a submission and its report, both or neither.

        Raises:
            UsageFault: the database refuses.

        """
        digest = digest_of(handed_in.content)
        with self._faults(), Session(self._engine) as session, session.begin():
            known = select(SubmissionRow).where(
                SubmissionRow.student == handed_in.student,
                SubmissionRow.exercise == handed_in.exercise,
                SubmissionRow.digest == digest,
            )
            submission = session.scalars(known).one_or_none()
            if submission is None:
                submission = SubmissionRow(
                    student=handed_in.student,
                    exercise=handed_in.exercise,
                    digest=digest,
                    file_name=handed_in.file_name,
                    content=handed_in.content,
                )
                session.add(submission)
            submission.reports.append(
                ReportRow(
                    handed_in=handed_in.time.astimezone(UTC).replace(tzinfo=None),
                    created=datetime.now(UTC).replace(tzinfo=None),
                    score=report.score,
                    points=report.points,
                    is_graded=report.is_graded,
                    document=report.model_dump_json(),
                    output=output,
                )
            )

    def scores(self) -> list[Score]:
        """The newest report of each student in each exercise.

        Raises:
            UsageFault: the database refuses.

        """
        rows = select(SubmissionRow, ReportRow).join(ReportRow).order_by(ReportRow.id)
        newest: dict[tuple[str, str], Score] = {}
        with self._faults(), Session(self._engine) as session:
            for submission, report in session.execute(rows):
                newest[submission.student, submission.exercise] = Score(
                    student=submission.student,
                    exercise=submission.exercise,
                    score=report.score,
                    points=report.points,
                    is_graded=report.is_graded,
                    graded=report.created.replace(tzinfo=UTC),
                )
        return sorted(newest.values(), key=lambda score: (score.student, score.exercise))

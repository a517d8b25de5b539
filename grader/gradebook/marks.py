"""Marks that people gave, applied to reports. A report itself never changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from grader.digest import digest_of
from grader.examiner.report import QuestionReport, Report, rounded
from grader.gradebook.entries import GivenMark, MarkedItem
from grader.gradebook.rows import MarkRow
from grader.language.points import number_text, points_text, score_text

TINY = 1e-6  # points that differ by less are equal


@dataclass(frozen=True)
class MarkedReport:
    """A report with the marks that fit it, and what to say about those that do not."""

    report: Report
    rules: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    by_hand: tuple[GivenMark, ...] = ()  # in force, whatever the student hands in

    def warnings_of(self, seen: datetime) -> tuple[str, ...]:
        """Return the warnings about a file that was first seen at this time."""
        older = (one for one in self.by_hand if seen > one.created)
        told = (f"{one.question} set by hand before the newest file was handed in" for one in older)
        return (*self.warnings, *told)


def with_marks(report: Report, marks: Iterable[GivenMark]) -> MarkedReport:
    """Return a report with the marks of its student and exercise, which are given oldest first."""
    by_question: dict[str, list[GivenMark]] = {}
    for mark in marks:
        by_question.setdefault(mark.question, []).append(mark)
    questions: list[QuestionReport] = []
    rules: list[str] = []
    warnings: list[str] = []
    by_hand: list[GivenMark] = []
    for question in report.questions:
        own = by_question.get(question.id, [])
        chosen = fitting_mark(question, own)
        if chosen is not None and chosen.is_by_hand:
            by_hand.append(chosen)
            rules.append(f"{question.id} set by hand by {chosen.author}: {chosen.comment}")
        warnings += _warnings(question, own, chosen)
        questions.append(question if chosen is None else _settled(question, chosen))
    update = {"questions": tuple(questions), "score": rounded(sum(one.score for one in questions))}
    settled = report.model_copy(update=update) if by_question else report
    return MarkedReport(settled, tuple(rules), tuple(warnings), tuple(by_hand))


def answer_digest(question: QuestionReport) -> str:
    """Return what identifies the text that a person marks."""
    return digest_of((question.answer or "").encode())


def fitting_mark(question: QuestionReport, marks: Sequence[GivenMark]) -> GivenMark | None:
    """Return the mark that counts: one that was set by hand, or else the newest for this very text."""
    by_hand = next((one for one in reversed(marks) if one.is_by_hand), None)
    if by_hand is not None and by_hand.score is not None and by_hand.score <= question.points + TINY:
        return by_hand
    mark = text_mark(question, marks)
    return mark if mark is not None and abs(mark.points - question.points) <= TINY else None


def text_mark(question: QuestionReport, marks: Sequence[GivenMark]) -> GivenMark | None:
    """Return the newest mark for the text of a question that a person marks, whatever its points."""
    if question.outcome != "pending":
        return None
    digest = answer_digest(question)
    return next((one for one in reversed(marks) if one.answer == digest), None)


def _settled(question: QuestionReport, mark: GivenMark) -> QuestionReport:
    """Return the report of a question with the points and the words of a mark."""
    score = min(mark.score or 0.0, question.points)
    is_full = score >= question.points - TINY
    update = {"outcome": "passed" if is_full else "failed", "score": score, "message": mark_message(mark)}
    return question.model_copy(update={**update, "misconception": None, "hint": None})


def mark_message(mark: GivenMark) -> str:
    """Return what a student reads about a mark: a line for each item of the rubric, then the comment."""
    if mark.is_by_hand:
        return f"Set by hand: {mark.comment}"
    lines = [
        f"{score_text(one.earned, one.points)} of {points_text(one.points)}: {one.text}" for one in mark.items
    ]
    return "\n".join([*lines, *([mark.comment] if mark.comment else [])])


def _warnings(
    question: QuestionReport, marks: Sequence[GivenMark], chosen: GivenMark | None
) -> Iterator[str]:
    """Yield what keeps a mark from counting."""
    by_hand = next((one for one in reversed(marks) if one.is_by_hand), None)
    if by_hand is not None and by_hand.score is not None and by_hand is not chosen:
        told = f"{question.id} set by hand to {number_text(by_hand.score)}"
        yield f"{told}, which is more than its {points_text(question.points)} now: left out"
    if chosen is not None or question.outcome != "pending":
        return
    if (same := text_mark(question, marks)) is not None:
        told = f"{question.id} was marked by {same.author} out of {points_text(same.points)}"
        yield f"{told}, and now has {number_text(question.points)}: mark it again"
    elif older := [one for one in marks if not one.is_by_hand]:
        yield f"{question.id} was marked by {older[-1].author} before its answer changed: mark it again"


def stored_marks(connection: Connection, student: str | None) -> dict[tuple[str, str], list[GivenMark]]:
    """Return every mark ever given, by student and exercise, oldest first."""
    rows = select(MarkRow.__table__).order_by(MarkRow.id)
    if student is not None:
        rows = rows.where(MarkRow.student == student)
    found: dict[tuple[str, str], list[GivenMark]] = {}
    for row in connection.execute(rows):
        found.setdefault((row.student, row.exercise), []).append(_given(row))
    return found


def add_mark(connection: Connection, mark: GivenMark, before: GivenMark | None) -> GivenMark | None:
    """Store a mark after another, or return the one that somebody else has given meanwhile."""
    own = (MarkRow.student == mark.student, MarkRow.exercise == mark.exercise)
    same = (MarkRow.question == mark.question, MarkRow.answer == mark.answer)
    newest = select(MarkRow.__table__).where(*own, *same).order_by(MarkRow.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is not None and (before is None or row.id != before.id):
        return _given(row)
    fields = {name: value for name, value in vars(mark).items() if name not in {"id", "items"}}
    items = json.dumps([asdict(one) for one in mark.items])
    connection.execute(insert(MarkRow).values(**fields, items=items))
    return None


def _given(row: Any) -> GivenMark:
    items = tuple(MarkedItem(**one) for one in json.loads(row.items))
    names = (
        "student",
        "exercise",
        "question",
        "answer",
        "score",
        "points",
        "comment",
        "author",
        "created",
        "id",
    )
    return GivenMark(**{name: getattr(row, name) for name in names}, items=items)

"""Plain tables for anything that is not an LMS: a row for each score, each question and each student."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum

from grader.lms.base import Lms
from grader.lms.export import (
    Change,
    CourseTotal,
    Entry,
    Export,
    File,
    Item,
    free_text,
    number,
    scaled,
    unsafe_id,
)
from grader.tables import table_text

_SCORES = ["student", "exercise", "title", "score", "points", "graded", "name", "section", "rules"]
_QUESTIONS = ["student", "exercise", "question", "score", "points", "outcome", "name", "section"]
_TOTALS = ["student", "score", "points", "exercises", "name", "section"]
_UNDER_RULES = ["total", "result", "rules"]  # only if the course has rules for a total
NUMBERS = {"score", "points", "exercises", "total"}  # columns that hold numbers

Rows = list[list[str]]


@dataclass(frozen=True)
class ScoreTables:
    """The tables with their headers, by name, and why students are missing from them."""

    tables: dict[str, Rows]
    left_out: list[str]
    excused: tuple[str, ...]
    changes: list[Change]


def score_tables(export: Export, text: Callable[[str], str]) -> ScoreTables:
    """Return the scores with their times (ISO 8601, UTC) and rules, the questions, and each student's total.

    `text` makes names and titles harmless where they need it. The sum covers the exercises in which the
    student has a score; excused and missing ones are not included. The total is in percent.
    """
    unsafe = {entry.student: unsafe_id(entry.student) for item in export.items for entry in item.entries}
    left_out = [f"{student}: {reason}" for student, reason in sorted(unsafe.items()) if reason]
    safe = [(item, entry) for item in export.items for entry in item.scored if not unsafe[entry.student]]
    tables = {
        "scores": [_SCORES, *_score_rows(export, safe, text)],
        "questions": [_QUESTIONS, *_question_rows(export, safe, text)],
        "totals": [[*_TOTALS, *(_UNDER_RULES if export.totals else [])], *_total_rows(export, safe, text)],
    }
    changes = [_change(export, item, entry) for item, entry in safe]
    return ScoreTables(
        tables, left_out, tuple(note for item in export.items for note in item.excused), changes
    )


def _change(export: Export, item: Item, entry: Entry) -> Change:
    reason = "; ".join(filter(None, (item.exercise, entry.rules)))
    return Change(entry.student, scaled(entry, item, export.maximum(item)), reason=reason)


class PlainTables(Lms):
    """An LMS object for plain tables, without ids and downloads."""

    name = "csv"
    title = "a plain table"
    summary = "plain tables: a row for each score, each question and each student"
    carries_questions = True

    def write(self, export: Export) -> list[File]:
        """Return a file for each table."""
        made = score_tables(export, free_text)
        first, *others = (
            File(f"{name}.csv", table_text(rows), len(rows) - 1) for name, rows in made.tables.items()
        )
        first.left_out, first.notes, first.changes = made.left_out, made.excused, made.changes
        return [first, *(file for file in others if file.rows or file.name != "questions.csv")]


LMS = PlainTables()


def _score_rows(
    export: Export, scored: Sequence[tuple[Item, Entry]], text: Callable[[str], str]
) -> Iterator[list[str]]:
    for item, entry in scored:
        maximum = export.maximum(item)
        graded = entry.graded.isoformat(timespec="seconds") if entry.graded else ""
        cells = [entry.student, item.exercise, text(item.title), scaled(entry, item, maximum)]
        yield [*cells, number(maximum), graded, *_who(export, entry.student, text), text(entry.rules)]


def _question_rows(
    export: Export, scored: Sequence[tuple[Item, Entry]], text: Callable[[str], str]
) -> Iterator[list[str]]:
    """Yield the questions as they were graded: before any rule, and not scaled."""
    for item, entry in scored:
        for one in entry.questions:
            cells = [entry.student, item.exercise, one.question, number(one.score), number(one.points)]
            yield [*cells, one.outcome, *_who(export, entry.student, text)]


def _who(export: Export, student: str, text: Callable[[str], str]) -> tuple[str, str]:
    person = export.person(student)
    return text(person.name), text(person.section)


def _total_rows(
    export: Export, scored: Sequence[tuple[Item, Entry]], text: Callable[[str], str]
) -> Iterator[list[str]]:
    by_student = sorted(scored, key=lambda one: one[1].student)
    for student, own in groupby(by_student, key=lambda one: one[1].student):
        pairs = [(scaled(entry, item, export.maximum(item)), export.maximum(item)) for item, entry in own]
        score, points = fsum(float(score) for score, _ in pairs), fsum(maximum for _, maximum in pairs)
        row = [student, number(score), number(points), str(len(pairs)), *_who(export, student, text)]
        yield [*row, *(_under_rules(export.totals.get(student), text) if export.totals else ())]


def _under_rules(total: CourseTotal | None, text: Callable[[str], str]) -> tuple[str, str, str]:
    if total is None:
        return "", "", ""
    return "" if total.percent is None else number(total.percent), total.result, text(total.rules)

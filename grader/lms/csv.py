"""Plain tables for anything that is not an LMS: one with a row per score, one with a row per student."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import fsum

from grader.lms.base import Lms
from grader.lms.export import Entry, Export, File, Item, free_text, number, scaled, unsafe_id
from grader.tables import table_text

_SCORES = ["student", "exercise", "title", "score", "points", "graded", "name", "section", "rules"]
_TOTALS = ["student", "score", "points", "exercises", "name", "section"]


class PlainTables(Lms):
    """An LMS object for plain tables, without ids and downloads."""

    name = "csv"
    title = "a plain table"
    summary = "plain tables: a row for each score, and a row for each student"

    def write(self, export: Export) -> list[File]:
        """Return the scores with their times (ISO 8601, UTC) and rules, and each student's total.

        A total covers the exercises in which the student has a score; excused and missing ones are not
        included.
        """
        unsafe = {entry.student: unsafe_id(entry.student) for item in export.items for entry in item.entries}
        left_out = [f"{student}: {reason}" for student, reason in sorted(unsafe.items()) if reason]
        safe = [(item, entry) for item in export.items for entry in item.scored if not unsafe[entry.student]]
        excused = tuple(note for item in export.items for note in item.excused)
        scores, totals = list(_score_rows(export, safe)), list(_total_rows(export, safe))
        return [
            File("scores.csv", table_text([_SCORES, *scores]), len(scores), left_out, excused),
            File("totals.csv", table_text([_TOTALS, *totals]), len(totals)),
        ]


LMS = PlainTables()


def _score_rows(export: Export, scored: Sequence[tuple[Item, Entry]]) -> Iterator[list[str]]:
    for item, entry in scored:
        maximum = export.maximum(item)
        graded = entry.graded.isoformat(timespec="seconds") if entry.graded else ""
        cells = [entry.student, item.exercise, free_text(item.title), scaled(entry, item, maximum)]
        yield [*cells, number(maximum), graded, *_who(export, entry.student), free_text(entry.rules)]


def _who(export: Export, student: str) -> tuple[str, str]:
    person = export.person(student)
    return free_text(person.name), free_text(person.section)


def _total_rows(export: Export, scored: Sequence[tuple[Item, Entry]]) -> Iterator[list[str]]:
    by_student = sorted(scored, key=lambda one: one[1].student)
    for student, own in groupby(by_student, key=lambda one: one[1].student):
        pairs = [(scaled(entry, item, export.maximum(item)), export.maximum(item)) for item, entry in own]
        score, points = fsum(float(score) for score, _ in pairs), fsum(maximum for _, maximum in pairs)
        yield [student, number(score), number(points), str(len(pairs)), *_who(export, student)]

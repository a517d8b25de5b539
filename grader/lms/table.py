"""A plain table of all scores, one row a score, for everything that is not an LMS."""

from __future__ import annotations

from grader.lms.export import Export, File, identity, number, table_text

_HEADER = ["student", "exercise", "title", "score", "points", "graded"]


def write(export: Export) -> list[File]:
    """One file: student, exercise, title, score, points, and when it was graded (ISO 8601, UTC)."""
    rows = [_HEADER]
    for item in export.items:
        maximum = export.maximum(item)
        for entry in item.entries:
            if entry.score is None:
                continue
            graded = entry.graded.isoformat(timespec="seconds") if entry.graded else ""
            score = number(entry.score / item.points * maximum)
            student = identity(entry.student, entry.student)
            rows.append([student, item.exercise, item.title, score, number(maximum), graded])
    excused = [f"{reason} from {item.exercise}" for item in export.items for reason in item.excused]
    return [File("scores.csv", table_text(rows), len(rows) - 1, tuple(excused))]

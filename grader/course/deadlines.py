"""When an exercise is due for a student, and when it is due for the last of all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from grader.course.rules import Rules
from grader.folding import folded

DAY = timedelta(days=1)


def deadline(rules: Rules, student: str, exercise: str) -> datetime | None:
    """Return when a student's exercise is due, in UTC; the latest of several extensions counts."""
    return max(_times(rules, exercise, folded(student)), default=None)


def last_deadline(rules: Rules, exercise: str) -> datetime | None:
    """Return when an exercise is due for everybody, in UTC: the latest of all extensions counts."""
    return max(_times(rules, exercise, None), default=None)


def _times(rules: Rules, exercise: str, student: str | None) -> Iterator[datetime]:
    """Yield the deadline and the ends of the extensions, of one student (folded) or of all."""
    local = rules.deadlines.get(exercise)
    if local is None:
        return
    zone = ZoneInfo(rules.timezone)
    yield instant(local, zone)
    for extension in rules.extensions:
        is_theirs = student is None or folded(extension.student) == student
        if is_theirs and extension.exercise in {None, exercise}:
            until = extension.until
            yield instant(until, zone) if until else _later(local, extension.days or 0, zone)


def _later(local: datetime, days: float, zone: ZoneInfo) -> datetime:
    """Return the same time of day `days` later; a fraction of a day is added as hours."""
    rest, whole = math.modf(days)
    return instant(local + whole * DAY, zone) + rest * DAY


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time in UTC; the later of two if the clock shows it twice or skips it."""
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))

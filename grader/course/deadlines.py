"""When an exercise is due for a student, and when it is due for the last of all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from grader.course.rules import Rules, SectionDeadlines
from grader.folding import folded

DAY = timedelta(days=1)


def deadline(rules: Rules, student: str, exercise: str) -> datetime | None:
    """Return when a student's exercise is due, in UTC; nothing else decides it.

    It is the deadline of the student's section, or the latest of the student's extensions.
    """
    local = rules.local_deadline(student, exercise)
    return None if local is None else max(_times(rules, local, student, exercise))


def last_deadline(rules: Rules, exercise: str) -> datetime | None:
    """Return when an exercise is due for everybody, in UTC: in the last section, with all extensions."""
    due, zone = rules.deadlines.get(exercise), ZoneInfo(rules.timezone)
    if due is None:
        return None
    local = [due.default, *due.sections.values()] if isinstance(due, SectionDeadlines) else [due]
    extended = (deadline(rules, one.student, exercise) for one in rules.extensions)
    return max([*(instant(one, zone) for one in local), *filter(None, extended)])


def _times(rules: Rules, local: datetime, student: str, exercise: str) -> Iterator[datetime]:
    """Yield the deadline of a student's section and the ends of the student's extensions."""
    zone = ZoneInfo(rules.timezone)
    yield instant(local, zone)
    for extension in rules.extensions:
        if folded(extension.student) == folded(student) and extension.exercise in {None, exercise}:
            until = extension.until
            yield instant(until, zone) if until else _later(local, extension.days or 0, zone)


def _later(local: datetime, days: float, zone: ZoneInfo) -> datetime:
    """Return the same time of day `days` later; a fraction of a day is added as hours."""
    rest, whole = math.modf(days)
    return instant(local + whole * DAY, zone) + rest * DAY


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time in UTC; the later of two if the clock shows it twice or skips it."""
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))

"""Scores as the course's rules have them: raw scores are read from reports, and never changed there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from grader.course.rules import Rules
from grader.gradebook.records import Attempt, Override

PLACES = 6  # of a score: a share of thirds must not end in 0.30000000000000004


@dataclass(frozen=True)
class Score:
    """What one student has in one exercise: the raw score, the rules that touched it, and the final one.

    `points` are the exercise's as it stands now; a score from a time when they were others is scaled.
    """

    student: str
    exercise: str
    raw: float | None  # None: nothing was handed in
    final: float | None  # None: there is nothing to hand on
    points: float
    rules: tuple[str, ...]
    is_graded: bool
    is_excused: bool = False
    graded: datetime | None = None


@dataclass(frozen=True)
class _Judged:
    """An attempt under the rules: shares of the points."""

    attempt: Attempt
    raw: float
    final: float
    rules: tuple[str, ...]


def scores(
    attempts: Iterable[Attempt], overrides: Sequence[Override], rules: Rules, points: Mapping[str, float]
) -> Iterator[Score]:
    """Final scores, by student and then by exercise in the order of `points`.

    Attempts come sorted by student, as the gradebook gives them. A student appears with each exercise that
    they handed in, are excused from, or have an override for.
    """
    in_force = {(override.student, override.exercise): override for override in overrides}
    set_by_hand = {key: override for key, override in in_force.items() if override.score is not None}
    excused = {(one.student, one.exercise): one.reason for one in rules.excused}
    without = sorted({student for student, _ in (*set_by_hand, *excused)})
    groups = {student: list(own) for student, own in groupby(attempts, key=lambda one: one.student)}
    for student in sorted({*groups, *without}):
        for exercise in points:
            key = (student, exercise)
            own = [attempt for attempt in groups.get(student, []) if attempt.exercise == exercise]
            if own or key in set_by_hand or key in excused:
                yield _score(key, own, set_by_hand.get(key), excused.get(key), rules, points[exercise])


def _score(
    key: tuple[str, str],
    attempts: Sequence[Attempt],
    override: Override | None,
    excused: str | None,
    rules: Rules,
    points: float,
) -> Score:
    student, exercise = key
    judged = _counting(attempts, rules)
    raw = round(judged.raw * points, PLACES) if judged else None
    told = judged.rules if judged else ()
    if override is not None and override.score is not None:
        why = f"override by {override.author}: {override.reason}"
        return Score(student, exercise, raw, override.score, points, (why,), True, graded=override.created)
    if excused is not None:
        why = f"excused: {excused}" if excused else "excused"
        return Score(student, exercise, raw, None, points, (why,), is_graded=True, is_excused=True)
    if judged is None:
        return Score(student, exercise, None, None, points, ("no attempt counts",), is_graded=True)
    attempt = judged.attempt
    final = round(judged.final * points, PLACES) if attempt.is_graded else None
    return Score(
        student, exercise, raw, final, points, told, is_graded=attempt.is_graded, graded=attempt.graded
    )


def _counting(attempts: Sequence[Attempt], rules: Rules) -> _Judged | None:
    """The attempt that counts; one that could not be graded counts as nothing better than itself."""
    allowed = [attempt for attempt in attempts if attempt.number <= (rules.max_attempts or math.inf)]
    judged = [_judge(attempt, rules) for attempt in allowed]
    if not judged:
        return None
    if rules.attempts == "last":
        chosen = judged[-1]
    else:
        graded = [one for one in judged if one.attempt.is_graded] or judged
        chosen = max(graded, key=lambda one: one.final)
    told = list(chosen.rules)
    if len(attempts) > 1:
        told.insert(0, f"attempt {chosen.attempt.number} of {len(attempts)}")
    return _Judged(chosen.attempt, chosen.raw, chosen.final, tuple(told))


def _judge(attempt: Attempt, rules: Rules) -> _Judged:
    share = attempt.score / attempt.points
    due = deadline(rules, attempt.student, attempt.exercise)
    if attempt.handed_in is None:
        told = ("late, by how much is not known",) if attempt.is_late else ()
        return _Judged(attempt, share, share, told)
    if due is None or attempt.handed_in <= due + timedelta(minutes=rules.grace_minutes):
        return _Judged(attempt, share, share, ())
    days = math.ceil((attempt.handed_in - due) / timedelta(days=1))
    late = rules.late
    if late.days is not None and days > late.days:
        return _Judged(attempt, share, 0.0, (f"{days} days late: it counts nothing",))
    percent = min(days * late.percent_per_day, late.at_most)
    told = (f"{days} {'day' if days == 1 else 'days'} late: -{percent:g} %",)
    return _Judged(attempt, share, share * (1 - percent / 100), told)


def deadline(rules: Rules, student: str, exercise: str) -> datetime | None:
    """When a student's exercise is due, in UTC, extensions included: of several, the latest."""
    zone = ZoneInfo(rules.timezone)
    local = rules.deadlines.get(exercise)
    if local is None:
        return None
    extended = [
        extension.until or local + timedelta(days=extension.days or 0)
        for extension in rules.extensions
        if extension.student == student and extension.exercise in {None, exercise}
    ]
    return max([local, *extended]).replace(tzinfo=zone).astimezone(UTC)

"""Scores under the course's rules. Raw scores are read from reports, which never change."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from grader.course.deadlines import DAY, deadline, instant
from grader.course.rules import EARLIEST, LATEST, Rules
from grader.errors import counted
from grader.folding import folded
from grader.gradebook.entries import Attempt, Override

TINY = 1e-6  # points that differ by less are equal
PLACES = 6  # decimal places of a score, so that none ends in 0.30000000000000004


@dataclass(frozen=True)
class Score:
    """One student's score in one exercise: raw, the rules that changed it, and final.

    `points` are the exercise's current points; a score from before they changed is scaled.
    """

    student: str
    exercise: str
    raw: float | None  # None if nothing was handed in
    final: float | None  # None if there is no score to export
    points: float
    rules: tuple[str, ...]
    is_graded: bool
    is_excused: bool = False
    graded: datetime | None = None
    warnings: tuple[str, ...] = ()  # to look at before the score is exported
    is_pending: bool = False  # a person still has to mark a part of it; until then there is no final score
    submission: int | None = field(default=None, compare=False)  # whose report counts; None if set by hand


@dataclass(frozen=True)
class _Judged:
    """An attempt under the rules, as shares of the points."""

    attempt: Attempt
    raw: float
    final: float
    rules: tuple[str, ...]


def scores(
    attempts: Iterable[Attempt],
    overrides: Sequence[Override],
    rules: Rules,
    points: Mapping[str, float],
    known: Container[str] | None = None,
) -> Iterator[Score]:
    """Yield final scores, by student and then by exercise in the order of `points`.

    Attempts must be sorted by student, as the gradebook yields them. A student appears with every exercise
    they handed in, are excused from, or have an override for. An excused student without a submission appears
    only if their name, in NFC, is in `known`; None means everybody.
    """
    in_force = {(override.student, override.exercise): override for override in overrides}
    set_by_hand = {key: override for key, override in in_force.items() if override.score is not None}
    excused = {(folded(one.student), one.exercise): one.reason for one in rules.excused}
    groups = {student: list(own) for student, own in groupby(attempts, key=lambda one: one.student)}
    scored = {*groups, *(student for student, _ in set_by_hand)}
    taken = {folded(student) for student in scored}
    names = {folded(one.student): one.student for one in rules.excused}
    without = {name for key, name in names.items() if key not in taken and (known is None or key in known)}
    for student in sorted(scored | without):
        for exercise in points:
            key = (student, exercise)
            reason = excused.get((folded(student), exercise))
            own = [attempt for attempt in groups.get(student, []) if attempt.exercise == exercise]
            if own or key in set_by_hand or reason is not None:
                yield _score(key, own, set_by_hand.get(key), reason, rules, points[exercise])


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
    if override is not None and override.score is not None:
        return _set_by_hand(override, override.score, attempts, raw, points)
    if excused is not None:
        why = f"excused: {excused}" if excused else "excused"
        return Score(student, exercise, raw, None, points, (why,), is_graded=True, is_excused=True)
    if judged is None:
        return Score(student, exercise, None, None, points, ("no attempt counts",), is_graded=True)
    attempt = judged.attempt
    is_complete = attempt.is_graded and not attempt.is_pending
    final = round(judged.final * points, PLACES) if is_complete else None
    return Score(
        student,
        exercise,
        raw,
        final,
        points,
        judged.rules,
        is_graded=attempt.is_graded,
        is_pending=attempt.is_pending,
        graded=attempt.graded,
        submission=attempt.submission,
        warnings=attempt.warnings,
    )


def _set_by_hand(
    override: Override, score: float, attempts: Sequence[Attempt], raw: float | None, points: float
) -> Score:
    """Return the score of an override; one above the points is not exported, as it cannot be intended."""
    why = f"override by {override.author}: {override.reason}"
    warnings = tuple(_override_warnings(override, score, attempts, points))
    return Score(
        override.student,
        override.exercise,
        raw,
        None if score > points + TINY else min(score, points),
        points,
        (why,),
        is_graded=True,
        graded=override.created,
        warnings=warnings,
    )


def _override_warnings(
    override: Override, score: float, attempts: Sequence[Attempt], points: float
) -> Iterator[str]:
    before = override.points
    if score > points + TINY:
        of = f"{score:g} of {before:g}" if before is not None else f"{score:g}"
        yield f"set by hand to {of}, which is more than the {points:g} points of the exercise now: left out"
    elif before is not None and abs(points - before) > TINY:
        yield f"set by hand to {score:g} when there were {before:g} points; now there are {points:g}"
    if any(attempt.seen > override.created for attempt in attempts):
        yield f"set by hand to {score:g} before the newest file was handed in"


def _counting(attempts: Sequence[Attempt], rules: Rules) -> _Judged | None:
    """Return the attempt that counts, or None if there is none.

    If the last attempt counts and could not be graded, it is returned, and there is no score. If the best
    counts, one that could not be graded is chosen only if there is no other.
    """
    allowed = [attempt for attempt in attempts if attempt.number <= (rules.max_attempts or math.inf)]
    judged = [_judge(attempt, rules) for attempt in allowed]
    if not judged:
        return None
    if rules.attempts == "last":
        chosen = judged[-1]
    else:
        graded = [one for one in judged if one.attempt.is_graded] or judged
        chosen = max(graded, key=lambda one: one.final)
    told = [*chosen.attempt.rules, *chosen.rules]
    used = attempts[-1].number
    if used > 1:
        told.insert(0, f"attempt {chosen.attempt.number} of {used}")
    return _Judged(chosen.attempt, chosen.raw, chosen.final, tuple(told))


def _judge(attempt: Attempt, rules: Rules) -> _Judged:
    share = attempt.score / attempt.points
    due = deadline(rules, attempt.student, attempt.exercise)
    if attempt.handed_in is None:
        told = ("late by an unknown time",) if attempt.is_late else ()
        return _Judged(attempt, share, share, told)
    if due is None or attempt.handed_in <= due + timedelta(minutes=rules.grace_minutes):
        return _Judged(attempt, share, share, ())
    days = _days_late(due, attempt.handed_in, ZoneInfo(rules.timezone))
    late = rules.late
    if late.days is not None and days > late.days:
        told = (f"{counted(days, 'day')} late: scores 0",)
        return _Judged(attempt, share, 0.0, told)
    percent = min(days * late.percent_per_day, late.at_most)
    told = (f"{counted(days, 'day')} late: -{percent:g} %",)
    return _Judged(attempt, share, share * (1 - percent / 100), told)


def _days_late(due: datetime, handed_in: datetime, zone: ZoneInfo) -> int:
    """Return the number of days begun, each ending at the time of day of the deadline in its zone."""
    local = due.astimezone(zone).replace(tzinfo=None)
    handed_in = min(max(handed_in, EARLIEST.replace(tzinfo=UTC)), LATEST.replace(tzinfo=UTC))
    days = max(1, (handed_in - due).days - 1)  # no clock change was ever longer than a day
    while instant(local + days * DAY, zone) < handed_in:
        days += 1
    return days

"""A class as one page: points, questions, misconceptions, checks, hand-in times and students."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from grader.errors import counted
from grader.gradebook.analysis import Analysis, ExerciseAnalysis, QuestionAnalysis
from grader.gradebook.class_summary import Arrivals, ClassSummary, Pace
from grader.language.points import number_text
from grader.render.analysis_page import FEWEST, LEGEND, passed
from grader.render.page import page

WIDTH = 640
COLUMNS = 40  # of points or days, at most
MAX_DOTS = 12  # students in one column that are drawn as dots; more are drawn as a bar
DOT, BAR = 18, 160  # height of a dot with its gap, and of the highest bar
BELOW = 34  # room for the axis
HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60
SPANS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True)
class DrawnMark:
    """A dot with its centre, or a bar with its corner and size."""

    x: float
    y: float
    width: float = 0
    height: float = 0
    is_median: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class Tick:
    """A number below the axis."""

    x: float
    text: str
    is_median: bool = False


@dataclass(frozen=True)
class Plot:
    """How many students are in each column."""

    text: str
    height: int
    marks: Sequence[DrawnMark]
    ticks: Sequence[Tick]
    legend: str = ""
    exercise: str = ""


@dataclass(frozen=True)
class BarPart:
    """A part of a bar of 100 units: r(ight), w(rong) or n(either)."""

    sort: str
    x: float
    width: float


@dataclass(frozen=True)
class QuestionRow:
    """A question in the table."""

    id: str
    is_current: bool
    right: int
    wrong: int
    blank: int
    ungraded: int
    facility: str
    discrimination: str
    parts: Sequence[BarPart]


@dataclass(frozen=True)
class ExerciseRows:
    """The questions of one exercise."""

    name: str
    students: str
    rows: Sequence[QuestionRow]


@dataclass(frozen=True)
class PaceRow:
    """How often an exercise was handed in, and when, in the middle of the class."""

    exercise: str
    attempts: str
    most: int
    once: int
    span: str
    span_minutes: float  # to sort by
    early: str
    early_minutes: float


def class_html(summary: ClassSummary) -> str:
    """Return the page."""
    analysis = summary.analysis
    names = list(summary.exercises)
    return page(
        "class.html.jinja",
        f"{summary.course}: what the class understands",
        script="sort.js",
        style="class.css.jinja",
        summary=summary,
        exercises=names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}",
        lead=lead(summary),
        plot=points_plot([one.total for one in summary.students], summary.points),
        questions=[_rows(one) for one in analysis.exercises],
        students=counted(len(summary.students), "student"),
        legend=LEGEND,
        idle=list(_idle(analysis)),
        day_plots=[plot for one in summary.arrivals if (plot := days_plot(one))],
        paces=[*map(_pace, summary.paces)],
        span_plots=[plot for one in summary.paces if (plot := spans_plot(one))],
    )


def lead(summary: ClassSummary) -> str:
    """Return the findings in a few sentences."""
    totals = [one.total for one in summary.students]
    said = [f"{counted(len(totals), 'student')} handed in."]
    if totals:
        median = number_text(statistics.median(totals))
        said.append(f"Half of them have {median} of {number_text(summary.points)} points or more.")
    said += passed(summary)
    asked = [
        (one.facility, exercise.exercise, one)
        for exercise in summary.analysis.exercises
        for one in exercise.questions
        if one.facility is not None and one.is_current
    ]
    if asked:
        _, exercise, hardest = min(asked, key=lambda found: found[0])
        right = hardest.outcomes.get("passed", 0)
        said.append(
            f"The hardest question is {exercise}.{hardest.id}, which {right} of {hardest.graded} got right."
        )
    if summary.misconceptions:
        first = summary.misconceptions[0]
        said.append(f"The most frequent misconception is {first.name}, shown by {first.students}.")
    return " ".join(said)


def points_plot(totals: Sequence[float], points: float) -> Plot | None:
    """Return how many students have how many points; with dots, unless a column has too many."""
    if not totals or points <= 0:
        return None
    step = max(1, -(-int(max(points, *totals)) // COLUMNS))
    counts = Counter(int(total // step) for total in totals)
    median, last = statistics.median(totals), max(int(points // step), *counts)
    width, middle = WIDTH / (last + 1), int(median // step)
    highest = max(counts.values())
    has_dots = highest <= MAX_DOTS and width >= 2 * 7
    height = (highest * DOT if has_dots else BAR) + BELOW
    marks = list(_dots(counts, width, height, middle) if has_dots else _bars(counts, width, height, highest))
    each = max(1, (last + 1) // 10)
    shown = {*range(0, last + 1, each)} | {middle}
    ticks = [
        Tick((column + 0.5) * width, number_text(column * step), column == middle)
        for column in sorted(shown)
        if column == middle or abs(column - middle) * width > 28
    ]
    least, most = number_text(min(totals)), number_text(max(totals))
    students, middling = counted(len(totals), "student"), number_text(median)
    text = f"Points of {students} from {least} to {most}; the median is {middling}."
    legend = f"Each dot is a student. The column of rings holds the median, {middling}."
    if not has_dots:
        legend = f"The median is {middling}. The highest bar is {counted(highest, 'student')}."
    return Plot(text, height, marks, ticks, legend)


def _dots(counts: Mapping[int, int], width: float, height: int, middle: int) -> Iterator[DrawnMark]:
    for column, count in sorted(counts.items()):
        for number in range(count):
            y = height - BELOW - number * DOT - DOT / 2 + 4
            yield DrawnMark(round((column + 0.5) * width, 1), y, is_median=column == middle)


def _bars(counts: Mapping[int, int], width: float, height: int, highest: int) -> Iterator[DrawnMark]:
    for column, count in sorted(counts.items()):
        tall = round(BAR * count / highest, 1)
        yield DrawnMark(round(column * width + 1, 1), height - 28 - tall, round(max(width - 2, 1), 1), tall)


def days_plot(arrived: Arrivals) -> Plot | None:
    """Return on which days before and after the deadline an exercise was handed in."""
    days = {min(max(day, -COLUMNS // 2), COLUMNS // 2): 0 for day in arrived.days}
    for day, count in arrived.days.items():
        days[min(max(day, -COLUMNS // 2), COLUMNS // 2)] += count
    if not days:
        return None
    first, last = min(days), max(days)
    width, highest, height = WIDTH / (last - first + 1), max(days.values()), BAR // 2 + BELOW
    marks = []
    for day, count in sorted(days.items()):
        tall = round(BAR / 2 * count / highest, 1)
        at, wide = round((day - first) * width + 1, 1), round(max(width - 2, 1), 1)
        marks.append(DrawnMark(at, height - 28 - tall, wide, tall, is_late=day > 0))
    shown = sorted({first, min(max(0, first), last), last})
    ticks = [Tick((day - first + 0.5) * width, f"{day:+d}" if day else "0") for day in shown]
    text = "; ".join(f"day {day:+d}: {counted(count, 'student')}" for day, count in sorted(days.items()))
    return Plot(text, height, marks, ticks, exercise=arrived.exercise)


def spans_plot(pace: Pace) -> Plot | None:
    """Return how long students took from the first attempt to the last; None if nobody had several."""
    if not pace.spans:
        return None
    counts = Counter(bisect_left(SPANS, span) for span in pace.spans)
    labels = [f"to {told_time(span)}" for span in SPANS] + ["longer"]
    width, highest, height = WIDTH / len(labels), max(counts.values()), BAR // 2 + BELOW
    marks = []
    for column, count in sorted(counts.items()):
        tall = round(BAR / 2 * count / highest, 1)
        marks.append(DrawnMark(round(column * width + 1, 1), height - 28 - tall, round(width - 2, 1), tall))
    ticks = [Tick((column + 0.5) * width, label) for column, label in enumerate(labels)]
    told = [f"{labels[column]}: {counted(count, 'student')}" for column, count in sorted(counts.items())]
    legend = f"The highest bar is {counted(highest, 'student')}."
    return Plot("; ".join(told), height, marks, ticks, legend, pace.exercise)


def _pace(pace: Pace) -> PaceRow:
    return PaceRow(
        pace.exercise,
        number_text(statistics.median(pace.attempts)),
        max(pace.attempts),
        pace.once,
        *_middle(pace.spans),
        *_middle(pace.early),
    )


def _middle(times: Sequence[timedelta]) -> tuple[str, float]:
    """Return the median of times, as text and in minutes."""
    if not times:
        return "-", 0
    median = statistics.median_low(times)
    return told_time(median), median / timedelta(minutes=1)


def told_time(time: timedelta) -> str:
    """Return a time in its largest unit, with "late" for one after a deadline.

    >>> told_time(timedelta(minutes=10)), told_time(timedelta(hours=-30))
    ('10 min', '1 day late')
    """
    minutes, late = divmod(abs(time), timedelta(minutes=1))[0], " late" if time < timedelta(0) else ""
    if minutes >= DAY_MINUTES:
        return f"{counted(minutes // DAY_MINUTES, 'day')}{late}"
    return f"{minutes // HOUR_MINUTES} h{late}" if minutes >= HOUR_MINUTES else f"{minutes} min{late}"


def _rows(exercise: ExerciseAnalysis) -> ExerciseRows:
    rows = [_row(one) for one in exercise.questions]
    return ExerciseRows(exercise.exercise, counted(exercise.students, "student"), rows)


def _row(one: QuestionAnalysis) -> QuestionRow:
    right, blank = one.outcomes.get("passed", 0), one.outcomes.get("unanswered", 0)
    ungraded = one.students - one.graded
    wrong = one.graded - right - blank
    discrimination = one.discrimination if one.graded >= FEWEST else None
    return QuestionRow(
        one.id,
        one.is_current,
        right,
        wrong,
        blank,
        ungraded,
        _number(one.facility),
        _number(discrimination),
        list(_parts(right, wrong, blank + ungraded)),
    )


def _parts(*counts: int) -> Iterator[BarPart]:
    total, at = max(sum(counts), 1), 0.0
    for sort, count in zip("rwn", counts, strict=True):
        if count:
            yield BarPart(sort, round(at, 2), round(100 * count / total, 2))
        at += 100 * count / total


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _idle(analysis: Analysis) -> Iterator[str]:
    for exercise in analysis.exercises:
        for question in exercise.questions:
            for check in question.idle_checks:
                yield f"{exercise.exercise}.{check.id}: passed by {check.passed_by} of {check.graded}"

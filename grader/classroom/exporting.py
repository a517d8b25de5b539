"""Turn final scores into the items of an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grader.course.deadlines import deadline
from grader.course.loading import LoadedCourse
from grader.errors import counted
from grader.folding import folded
from grader.gradebook.scoring import Score
from grader.gradebook.totals import Total
from grader.lms.export import Entry, Item, QuestionScore


@dataclass(frozen=True)
class Zeros:
    """The students who get a zero for what they did not hand in.

    There is no zero before a student's deadline, and none if a file of the student may have been left out:
    `left_out` has students and exercises.
    """

    students: Sequence[str] = ()  # the students of the roster
    left_out: frozenset[tuple[str, str]] = frozenset()
    now: datetime | None = None
    is_wanted: bool = True

    def reason_against(self, course: LoadedCourse, student: str, exercise: str) -> str:
        """Say why a student gets no zero, or return "" if they get one."""
        if (folded(student), exercise) in {(folded(name), one) for name, one in self.left_out}:
            return f"no zero in {exercise}, because course grade left out a file that may be theirs"
        due = deadline(course.rules, student, exercise)
        if due is not None and due > (self.now or datetime.now(UTC)):
            return f"no zero in {exercise}, which is due for them on {due:%Y-%m-%d %H:%M} UTC"
        return ""


TOTAL = "total"  # the name of the total where an exercise is named
_WHOLE = 100.0  # percent


@dataclass(frozen=True)
class Scored:
    """The items of an export, and why students are missing from them."""

    items: tuple[Item, ...]
    left_out: tuple[str, ...]


def export_items(
    course: LoadedCourse,
    scores: Iterable[Score],
    exercises: Sequence[str],
    zeros: Zeros = Zeros(),
    questions: Mapping[int, tuple[QuestionScore, ...]] = {},
    *,
    partial: bool = False,
) -> Scored:
    """Return the items of an export, without scores that could not be graded or are not released yet.

    `questions` are those of a report, by submission. An exercise that nobody handed in is left out unless it
    is named, because it may not have been set yet. An exercise of which a person still has to mark something
    is left out whole, or with `partial` only for the students concerned.

    Raises:
        UsageFault: the course has no such exercise.

    """
    wanted = course.select(exercises)
    own, left_out = _by_student(wanted, scores, zeros.students)
    titles = {name: course.outline(name).title for name in course.record.exercises}
    items = []
    for name in wanted:
        others = [one for other, title in titles.items() if other != name for one in (other, title)]
        points = course.outline(name).points
        pending = sum(score.is_pending for score in own[name].values())
        if pending and not partial:
            left_out.append(_not_marked(name, pending))
            items.append(Item(name, titles[name], points, (), tuple(others)))
            continue
        held_back = dict(_held_back(course, own[name].values(), zeros.now or datetime.now(UTC)))
        left_out += held_back.values()
        entries = [
            Entry(
                score.student,
                score.final,
                score.graded,
                "; ".join(score.rules),
                questions.get(score.submission or 0, ()),
            )
            for score in own[name].values()
            if (score.final is not None or score.is_excused) and score.student not in held_back
        ]
        left_out += filter(None, map(_without_score, own[name].values()))
        for student in zeros.students if zeros.is_wanted and (own[name] or exercises) else ():
            if folded(student) in own[name]:
                continue
            if reason := zeros.reason_against(course, student, name):
                left_out.append(f"{student}: {reason}")
            else:
                entries.append(Entry(student, 0.0, None, "handed in nothing"))
        in_order = tuple(sorted(entries, key=lambda entry: entry.student))
        items.append(Item(name, titles[name], points, in_order, tuple(others)))
    return Scored(tuple(items), tuple(left_out))


def total_item(
    course: LoadedCourse, totals: Iterable[Total], scores: Iterable[Score], now: datetime | None = None
) -> Scored:
    """Return the totals as one item, in percent, without those that hold a score that is not released yet."""
    held_back = {student for student, _ in _held_back(course, scores, now or datetime.now(UTC))}
    entries, left_out = [], []
    for total in totals:
        if total.percent is None:
            left_out.append(f"{total.student}: no total: {total.rules[-1]}")
        elif total.student in held_back:
            left_out.append(f"{total.student}: no total: a score in it is not released yet")
        else:
            rules = "; ".join(filter(None, (total.result, *total.rules)))
            entries.append(Entry(total.student, total.percent, None, rules))
    titles = [course.outline(name).title for name in course.record.exercises]
    return Scored((Item(TOTAL, "Total", _WHOLE, tuple(entries), tuple(titles)),), tuple(left_out))


def _held_back(course: LoadedCourse, scores: Iterable[Score], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the students whose score is not released yet, each with a sentence."""
    releases = course.releases
    for one in scores:
        if one.final is not None and not releases.visible("score", one.student, one.exercise, now):
            told = releases.told("score", one.student, one.exercise)
            yield one.student, f"{one.student}: the score in {one.exercise} {told} (release in course.yaml)"


def _by_student(
    wanted: Sequence[str], scores: Iterable[Score], roster: Iterable[str]
) -> tuple[dict[str, dict[str, Score]], list[str]]:
    """Return scores by exercise and student, named as in the roster, and students with two spellings."""
    names = {folded(student): student for student in roster}
    own: dict[str, dict[str, Score]] = {name: {} for name in wanted}
    twice: dict[tuple[str, str], list[str]] = {}
    for score in scores:
        key = folded(score.student)
        if score.exercise in own and key in own[score.exercise]:
            twice.setdefault((score.exercise, key), [own[score.exercise][key].student]).append(score.student)
        if score.exercise in own:
            own[score.exercise][key] = replace(score, student=names.get(key, score.student))
    for exercise, key in twice:
        own[exercise][key] = replace(own[exercise][key], final=None, is_excused=False, rules=(), warnings=())
    both = {key: " and ".join(students) for key, students in twice.items()}
    return own, [
        f"{who}: one student in two spellings, with two scores in {key[0]}" for key, who in both.items()
    ]


def _not_marked(exercise: str, count: int) -> str:
    """Say why an exercise is left out whole."""
    told = f"{exercise}, because a person still has to mark {counted(count, 'submission')}"
    return f"{told}. Run: course mark {exercise}, or add --partial to have the other scores"


def _without_score(score: Score) -> str:
    """Say why a student has no score to export; "" if they have one, are excused, or were reported."""
    if not score.is_graded:
        return f"{score.student}: {score.exercise} could not be graded"
    if score.is_pending:
        return f"{score.student}: {score.exercise} is not complete: a person still has to mark a part of it"
    why = score.warnings or score.rules
    if score.final is None and not score.is_excused and why:
        return f"{score.student}: no score in {score.exercise}: {'; '.join(why)}"
    return ""

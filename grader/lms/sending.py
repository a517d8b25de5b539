"""Which scores are sent to Canvas over the network, what they replace there, and who is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.errors import UsageFault, printable
from grader.folding import folded
from grader.identity import Matches, Mention, match
from grader.lms.canvas import EXCUSED, with_login
from grader.lms.export import Entry, Export, File, Item, cell_of, number
from grader.lms.filling import people_of

_HALF_A_CENT = 0.005 + 1e-9  # Canvas shows two decimals
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class RemoteAssignment:
    """An assignment as Canvas describes it. `obstacle` says why no score can be sent there, or is ""."""

    id: int
    name: str
    points: float | None
    obstacle: str = ""
    hides_grades: bool = False  # until a person posts them

    @property
    def title(self) -> str:
        """Return its name and id, for messages."""
        return printable(f"'{self.name}' ({self.id})")


@dataclass(frozen=True)
class Standing:
    """What Canvas holds for one student in an assignment: a number, EX or a letter, or "" for no grade."""

    grade: str = ""
    comments: tuple[str, ...] | None = ()  # None if Canvas does not say

    def holds(self, comment: str, after: str = "") -> bool:
        """Return whether a comment is there, newer than `after`; line ends and spaces do not count."""
        if self.comments is None:
            return True
        words = [one.split() for one in reversed(self.comments)]
        newer = words[: words.index(after.split())] if after.split() in words else words
        return comment.split() in newer


@dataclass(frozen=True)
class Sending:
    """What Canvas should hold for one student, and what it holds now."""

    student: str
    user: str  # the student's id in Canvas
    grade: str
    comment: str = ""
    old: str = ""  # the grade in Canvas
    reason: str = ""
    is_said: bool = False  # the comment is there already
    is_ours: bool = False  # the grade in Canvas comes from here
    last_comment: str = ""  # the newest one from here, if it is another

    @property
    def has_grade(self) -> bool:
        """Return whether the grade is still to be sent."""
        return not is_there(self.old, self.grade)

    def seen(self, standing: Standing) -> Sending:
        """Return what is still to be sent, now that Canvas holds this."""
        is_said = standing.holds(self.comment, self.last_comment)
        return replace(self, old=standing.grade, is_said=is_said)

    @property
    def has_comment(self) -> bool:
        """Return whether the comment is still to be sent."""
        return bool(self.comment) and not self.is_said

    @property
    def is_done(self) -> bool:
        """Return whether nothing is left to send."""
        return not self.has_grade and not self.has_comment


@dataclass(frozen=True)
class Own:
    """What was sent to a student earlier: the grades that can only come from here, and the newest comment."""

    grades: frozenset[str] = frozenset()
    comment: str = ""


@dataclass
class Plan:
    """The sendings for one exercise; `file` lists who is left out, and `there` who has everything already."""

    item: Item
    assignment: RemoteAssignment
    file: File
    sendings: list[Sending] = field(default_factory=list)
    there: dict[str, Sending] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CanvasContents:
    """What Canvas holds: its students, and each one's standing by user id."""

    assignment: RemoteAssignment
    students: Sequence[Mention]  # each with its Canvas id first
    users: Sequence[str]  # the ids of these students
    standings: Mapping[str, Standing]


def is_there(old: str, new: str) -> bool:
    """Return whether Canvas holds a grade; it shows and compares two decimals.

    >>> is_there("7.33", "7.33333"), is_there("EX", "7"), is_there("", "0")
    (True, False, False)
    """
    if _NUMBER.fullmatch(old) and _NUMBER.fullmatch(new):
        return abs(float(old) - float(new)) <= _HALF_A_CENT
    return folded(old) == folded(new)


def plan_sendings(
    export: Export,
    item: Item,
    remote: CanvasContents,
    comments: Mapping[str, str],
    earlier: Mapping[tuple[str, str], Own],
) -> Plan:
    """Return what is to be sent for an exercise.

    `comments` are by student, and `earlier` is what was sent before, by student and user. A grade that
    somebody else gave stays, unless the export overwrites it.

    Raises:
        UsageFault: the assignment has no maximum, or another one than --out-of.

    """
    plan = Plan(item, remote.assignment, File(item.exercise))
    maximum = _maximum(export, item, remote.assignment)
    plan.notes += _notes(item, remote.assignment, maximum)
    matches = match(remote.students, map(with_login, people_of(export)))
    numbers = matches.mentions
    for entry in item.entries:
        index = numbers.get(entry.student)
        user = "" if index is None else remote.users[index]
        if reason := _absence(export, matches, entry.student, user, remote):
            plan.file.leave_out(entry.student, reason)
            continue
        own = earlier.get((entry.student, user), Own())
        one = _sending(entry, item, maximum, user, comments)
        one = replace(one, last_comment="" if own.comment == one.comment else own.comment)
        one = one.seen(remote.standings[user])
        one = replace(one, is_ours=any(is_there(one.old, grade) for grade in own.grades))
        if one.has_grade and one.old and not (export.overwrite or one.is_ours):
            plan.file.keep(entry.student, one.old, one.grade)
        elif one.is_done:
            plan.there[entry.student] = one
        else:
            plan.sendings.append(one)
    return plan


def _sending(entry: Entry, item: Item, maximum: float, user: str, comments: Mapping[str, str]) -> Sending:
    comment = "" if entry.score is None else comments.get(folded(entry.student), "")
    return Sending(entry.student, user, cell_of(entry, item, maximum, EXCUSED), comment, reason=entry.rules)


def _absence(export: Export, matches: Matches, student: str, user: str, remote: CanvasContents) -> str:
    """Say why a student gets no score, or return ""."""
    if not user:
        nobody = "no student of the Canvas course has their ids"
        return export.stranger(student) or matches.disputed.get(student) or nobody
    if user not in remote.standings:
        return f"{remote.assignment.title} is not assigned to them in Canvas"
    return export.stranger(student)


def _maximum(export: Export, item: Item, assignment: RemoteAssignment) -> float:
    if assignment.points and export.out_of is not None and assignment.points != export.out_of:
        raise UsageFault(
            f"{assignment.title} has {number(assignment.points)} points in Canvas, but --out-of is "
            f"{number(export.out_of)}. Correct one of them."
        )
    if not assignment.points and export.out_of is None:
        raise UsageFault(
            f"{assignment.title} has no points in Canvas. Give it {number(item.points)} there, or give a "
            "maximum with --out-of."
        )
    return assignment.points or export.maximum(item)


def _notes(item: Item, assignment: RemoteAssignment, maximum: float) -> Iterator[str]:
    if maximum != item.points:
        own, there = number(item.points), number(maximum)
        yield f"the exercise has {own} points and the assignment {there}: scores are scaled to {there}"
    if assignment.hides_grades:
        yield "students see nothing before the grades are posted in Canvas"

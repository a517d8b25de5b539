"""Who is in the course: import people from files of an LMS, look for duplicates, and forget a student."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.doubles import doubles
from grader.classroom.listing import Listing, read_listing
from grader.classroom.merging import Merged, merged
from grader.classroom.roster import Roster, called_as, read_roster
from grader.classroom.roster_file import write_roster
from grader.course.loading import LoadedCourse
from grader.course.sharing import is_group
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded
from grader.gradebook.outbox import students_in_outbox
from grader.gradebook.store import Gradebook
from grader.identity import Person
from grader.lms.base import Lms
from grader.service.home import refuse_inputs

ROSTER_FILE = "roster.csv"
_MAX_DEPTH = 3  # folders below the course in which a student's folder is looked for


@dataclass(frozen=True)
class ImportOrder:
    """The files to import, and what their columns mean."""

    files: Sequence[Path]
    roster: Path
    mapped: Mapping[str, str]  # headers by column of the roster
    lms: Lms | None = None
    removes_gone: bool = False
    is_rehearsal: bool = False  # write nothing


@dataclass(frozen=True)
class Imported:
    """How each file was understood, and the resulting roster."""

    listings: tuple[Listing, ...]
    merged: Merged


def import_people(course: LoadedCourse, order: ImportOrder) -> Imported:
    """Merge the people of some files into the roster, and write it.

    Raises:
        UsageFault: a file cannot be understood, or the roster cannot be written.
        CourseFaults: the roster has faults.

    """
    refuse_inputs(course, order.roster, order.files)
    before = read_roster(order.roster).people if order.roster.exists() else {}
    listings = tuple(read_listing(file, order.mapped, order.lms) for file in order.files)
    result = merged(before, listings)
    is_changed = result.new or result.changed or (order.removes_gone and result.gone)
    if is_changed and not order.is_rehearsal:
        write_roster(order.roster, result.people, result.gone if order.removes_gone else ())
    return Imported(listings, result)


@dataclass(frozen=True)
class Enrolled:
    """The roster, who may be in it twice, and who lacks the ids of an LMS."""

    roster: Roster
    doubles: Sequence[tuple[str, str, str]]
    lacking: Mapping[str, Mapping[str, str]]  # by LMS and student: the ids of which they have none


def enrolled(file: Path, systems: Sequence[Lms], gradebook: Gradebook) -> Enrolled:
    """Read a roster and look for what would keep scores from their students.

    Raises:
        UsageFault: there is no roster.
        CourseFaults: it has faults.

    """
    if not file.exists():
        raise UsageFault(f"There is no {file}. Make one: course roster import FILE")
    roster = called_as(read_roster(file), gradebook.students())
    lacking = {lms.title: _lacking(lms, roster.people) for lms in systems}
    return Enrolled(roster, doubles(roster.people.values()), lacking)


def _lacking(lms: Lms, people: Mapping[str, Person]) -> dict[str, str]:
    return {student: missing for student, person in people.items() if (missing := lms.lacks(person))}


@dataclass(frozen=True)
class Forgotten:
    """What was removed about a student, and what only a person can remove."""

    student: str
    rows: Mapping[str, int]  # of the gradebook, by what they are
    is_in_roster: bool
    left: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Return whether there was anything."""
        return bool(self.rows) or self.is_in_roster


def forget_student(course: LoadedCourse, gradebook: Gradebook, student: str, roster: Path) -> Forgotten:
    """Remove a student from the gradebook and the roster.

    Raises:
        UsageFault: nobody has this name, or a file cannot be written.
        CourseFaults: the roster has faults.

    """
    people = read_roster(roster).people if roster.exists() else {}
    known = {*people, *gradebook.students(), *_noted(gradebook)}
    names = [name for name in known if folded(name) == folded(student)]
    if not names:
        raise UsageFault(f"There is no student '{printable(student)}'. {did_you_mean(student, known)}")
    own = {name for name in (*names, student) if not is_group(name)}
    if not own:
        raise UsageFault(f"{printable(student)} is a group. Name a student.")
    groups = {owner for name in own for owner in course.sharing.owners(name) if is_group(owner)}
    others = {owner for owner in groups if len(_members(course, owner)) > 1}
    in_roster = [name for name in names if name in people]
    if in_roster:
        write_roster(roster, {name: one for name, one in people.items() if name not in in_roster}, in_roster)
    rows = gradebook.forget([*names, *(groups - others)])
    left = (*_left_with_groups(course, others), *_left(course, gradebook, names))
    return Forgotten(names[0], rows, bool(in_roster), left)


def _members(course: LoadedCourse, owner: str) -> set[str]:
    """Return everybody who is in a group."""
    return {one for exercise in course.sharing.sets for one in course.sharing.members(owner, exercise)}


def _left_with_groups(course: LoadedCourse, owners: Iterable[str]) -> Iterator[str]:
    """Yield what stays with the groups of a student, because it is also somebody else's."""
    for owner in sorted(owners):
        title = course.sharing.title(owner)
        yield f"what the group {title} has handed in, which is also its other members'"
    yield from (str(course.root / file) for file in course.record.groups.values())


def _noted(gradebook: Gradebook) -> set[str]:
    """Return the students of whom the gradebook has only notes."""
    return {*(name for name, _ in gradebook.left_out()), *students_in_outbox(gradebook)}


def _left(course: LoadedCourse, gradebook: Gradebook, names: Sequence[str]) -> Iterator[str]:
    """Yield what this program must not, or cannot, remove."""
    if set(map(folded, names)) & set(map(folded, course.record.rules.students)):
        yield "the rules in course.yaml, which name the student"
    if gradebook.file:
        yield from map(str, sorted(gradebook.file.parent.glob(f"{gradebook.file.name}.version-*")))
    yield from (f"{folder}{os.sep}" for folder in _folders(course.root, names))
    yield "files that were exported or handed out, what is in the LMS, and your own copies and backups"


def _folders(root: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield folders near the course that have the student's name."""
    wanted = {folded(name) for name in names}
    for folder, inner, _ in os.walk(root):
        here = Path(folder)
        if len(here.relative_to(root).parts) >= _MAX_DEPTH:
            inner.clear()
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (here / name for name in inner if folded(name) in wanted)

"""Students and rosters as users name them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader.classroom.group_list import read_groups
from grader.classroom.roster import Roster, called_as, memberships_of, read_roster
from grader.course.loading import LoadedCourse
from grader.course.memberships import Memberships
from grader.course.sharing import ALONE, Sharing, is_group
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded
from grader.gradebook.store import Gradebook
from grader.identity import Person

MAX_NAMED = 12  # students that a message lists


def found_student(name: str, known: Collection[str]) -> str:
    """Return a student's name as the gradebook or a roster spells it, or else the name itself."""
    return name if name in known else next((one for one in known if folded(one) == folded(name)), name)


def known_student(name: str, known: Collection[str], remedy: str = "") -> str:
    """Return a student's name as the gradebook or a roster spells it.

    Raises:
        UsageFault: there is no such student.

    """
    found = found_student(name, known)
    if found in known:
        return found
    others = did_you_mean(name, known) or "Run: course grade SUBMISSIONS"
    if others.startswith("Use") and len(known) > MAX_NAMED:
        others = "To see the names: course scores"
    raise UsageFault(f"There is no student '{printable(name)}'. {printable(others)}{remedy}")


def roster_of(file: Path | None, gradebook: Gradebook) -> Roster | None:
    """Return the roster in a file, if given, with the students named as in the gradebook.

    Raises:
        CourseFaults: it has faults.
        UsageFault: it is not a table, or the gradebook fails.

    """
    return called_as(read_roster(file), gradebook.students()) if file else None


def memberships_in(course: LoadedCourse, roster: Roster | None) -> Memberships:
    """Return which section and groups students are in, by the roster and by the course's lists of groups.

    Raises:
        UsageFault: a list of groups cannot be read, or does not say who is in which.

    """
    found = memberships_of(roster) if roster else Memberships()
    people = roster.people.values() if roster else ()
    used = set(course.group_sets.values())
    files = {name: course.root / file for name, file in course.record.groups.items() if name in used}
    read = {name: read_groups(file, people) for name, file in files.items()}
    groups = {name: own for name, (own, _) in read.items()}
    notes = tuple(note for _, own in read.values() for note in own)
    return replace(found, groups={**found.groups, **groups}, notes=notes)


def roster_of_gradebook(gradebook: Gradebook, sharing: Sharing = ALONE) -> Roster | None:
    """Return the students who were given their own variants or their group's, or None if nobody was.

    Raises:
        UsageFault: the gradebook fails.

    """
    owners = gradebook.students_handed_out()
    members = {
        student for exercise in sharing.sets for one in owners for student in sharing.members(one, exercise)
    }
    students = sorted({*members, *(one for one in owners if not is_group(one))})
    people = {student: Person(student) for student in students}
    stranger = "no variant was handed out to this student; list everybody with --roster FILE"
    return Roster(people, stranger=stranger) if people else None

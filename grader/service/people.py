"""Students and rosters as users name them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.classroom.roster import Roster, called_as, read_roster
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
        UsageFault: it is not a table, or the gradebook refuses.

    """
    return called_as(read_roster(file), gradebook.students()) if file else None


def roster_of_gradebook(gradebook: Gradebook) -> Roster | None:
    """Return the students who were given their own variants, or None if nobody was.

    Raises:
        UsageFault: the gradebook refuses.

    """
    students = gradebook.students_handed_out()
    people = {student: Person(student) for student in students}
    stranger = "no variant was handed out to this student; list everybody with --roster FILE"
    return Roster(people, stranger=stranger) if people else None

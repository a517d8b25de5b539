"""Who is meant: a student as a person types them, a roster as a file has it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.classroom.roster import Roster, called_as, read_roster
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded
from grader.gradebook.store import Gradebook
from grader.identity import Person


def found_student(name: str, known: Collection[str]) -> str:
    """Return a student's name as the gradebook or a roster writes it, or the name itself if nobody has it."""
    return name if name in known else next((one for one in known if folded(one) == folded(name)), name)


def known_student(name: str, known: Collection[str], remedy: str = "") -> str:
    """Return a student's name as the gradebook or a roster writes it.

    Raises:
        UsageFault: nobody is called so.

    """
    found = found_student(name, known)
    if found in known:
        return found
    close = did_you_mean(name, known)
    close = f" {printable(close)}" if close.startswith("Did you mean") else ""
    raise UsageFault(f"Nobody knows a student '{printable(name)}'.{close}{remedy}")


def roster_of(file: Path | None, gradebook: Gradebook) -> Roster | None:
    """Return a roster where one is named, with the students called as the gradebook calls them.

    Raises:
        CourseFaults: there are faults in it.
        UsageFault: it is no table, or the gradebook refuses.

    """
    return called_as(read_roster(file), gradebook.students()) if file else None


def roster_of_gradebook(gradebook: Gradebook) -> Roster | None:
    """Return the students who were given variants of their own; None where nobody was.

    Raises:
        UsageFault: the gradebook refuses.

    """
    students = gradebook.students_handed_out()
    people = {student: Person(student) for student in students}
    stranger = "no variant was handed out to them; name everybody with --roster"
    return Roster(people, stranger=stranger) if people else None

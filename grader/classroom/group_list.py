"""A list of groups: a table that says which student is in which group of a set."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.classroom.listing import Listed, read_listing
from grader.course.memberships import Groups
from grader.errors import UsageFault, printable
from grader.identity import Mention, Person, match
from grader.lms.people_list import GROUP


def read_groups(file: Path, people: Iterable[Person]) -> tuple[Groups, list[str]]:
    """Return the group of each student, and why lines do not count.

    Without people, the file's own column `student` says who is meant.

    Raises:
        UsageFault: it cannot be read, or does not say who is in which group.

    """
    listing = read_listing(file, can_map=False)
    if GROUP not in listing.meanings.values():
        known = ", ".join(listing.meanings)
        raise UsageFault(f"{file} has no column '{GROUP}'. It has: {known}. Rename the column of the groups.")
    listed = listing.people
    known_people = list(people) or [one.person for one in listed if one.person.student]
    matches = match([_mention(one) for one in listed], known_people)
    notes = [
        printable(f"{file}:{listed[number].line}: {reason}") for number, reason in matches.reasons.items()
    ]
    groups = {student: listed[number].person.group for number, student in matches.students.items()}
    return {student: group for student, group in groups.items() if group}, [*listing.left_out, *notes]


def _mention(one: Listed) -> Mention:
    ids = {column: value for column, value in one.person.ids.items() if value}
    return Mention(f"line {one.line}", ids, one.person.name)

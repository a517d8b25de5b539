"""What is stored about a group, as it applies to each of its members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.course.sharing import Sharing, is_group
from grader.gradebook.analysis import Analysis
from grader.gradebook.entries import Attempt, Override


def shared_attempts(attempts: Iterable[Attempt], sharing: Sharing) -> Iterable[Attempt]:
    """Return attempts by student: each member of a group has the group's attempts.

    What somebody handed in alone and now belongs to a group's exercise is nobody's, and so is what a group
    handed in that nobody is in.
    """
    if not sharing.sets:
        return attempts
    found = (
        replace(one, student=student)
        for one in attempts
        for student in sharing.members(one.student, one.exercise)
    )
    return sorted(found, key=lambda one: one.student)  # and as they came


def owned_attempts(attempts: Iterable[Attempt], sharing: Sharing) -> Iterator[Attempt]:
    """Yield the attempts that are somebody's, once for each group."""
    return (one for one in attempts if sharing.members(one.student, one.exercise))


def shared_overrides(overrides: Iterable[Override], sharing: Sharing) -> Iterator[Override]:
    """Yield overrides by student, oldest first: a group's applies to each member, and the latest counts."""
    for one in overrides:
        members = sharing.members(one.student, one.exercise) if is_group(one.student) else (one.student,)
        yield from (replace(one, student=student) for student in members)


def shared_analysis(analysis: Analysis, sharing: Sharing) -> Analysis:
    """Return an analysis whose students have their groups' results; the questions count a group once."""
    if not sharing.sets:
        return analysis
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for owner, shown in analysis.students.items():
        for name, places in shown.items():
            for place in places:
                for student in sharing.members(owner, place.partition(".")[0]):
                    own = found.setdefault(student, {})
                    own[name] = (*own.get(name, ()), place)
    return analysis.model_copy(update={"students": found})

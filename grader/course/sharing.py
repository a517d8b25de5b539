"""Who works together: one variant and one hand-in for all members of a group.

What a group hands in is kept under a name of its own, the *owner* of that work. The owner of what somebody
does alone is the student. Everything else follows from two questions: whose is a student's work, and whose
score is it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.course.memberships import Groups
from grader.folding import folded

MARK = "/"  # in the name of an owner that is a group, and never in that of a student


def is_group(owner: str) -> bool:
    """Return whether an owner is a group.

    >>> is_group("group/blue"), is_group("ada")
    (True, False)
    """
    return MARK in owner


@dataclass(frozen=True)
class Sharing:
    """The set of groups that work together in an exercise, and the groups of each set."""

    sets: Mapping[str, str] = field(default_factory=dict)  # by exercise, without those that are done alone
    groups: Mapping[str, Groups] = field(default_factory=dict)  # by set

    def owner(self, student: str, exercise: str) -> str:
        """Return the name under which a student's work in an exercise is kept."""
        return self._owners.get((self.sets.get(exercise, ""), folded(student)), student)

    def members(self, owner: str, exercise: str) -> tuple[str, ...]:
        """Return who gets the score of an owner's work: nobody, if they have other owners now."""
        if is_group(owner):
            is_of_exercise = owner.partition(MARK)[0] == self.sets.get(exercise)
            return self._members.get(owner, ()) if is_of_exercise else ()
        return (owner,) if self.owner(owner, exercise) == owner else ()

    def owners(self, student: str) -> list[str]:
        """Return all names under which work of a student is kept, the student's own first."""
        return list(dict.fromkeys([student, *(self.owner(student, exercise) for exercise in self.sets)]))

    def title(self, owner: str) -> str:
        """Return the name of a group as a list spells it."""
        return self._titles.get(owner, owner.partition(MARK)[2])

    def alone(self, students: Sequence[str]) -> dict[str, list[str]]:
        """Return the students who have nobody to work with, by exercise for groups."""
        return {
            exercise: [one for one in students if len(self.members(self.owner(one, exercise), exercise)) == 1]
            for exercise in self.sets
        }

    @property
    def students(self) -> set[str]:
        """Return everybody who is in a group of an exercise."""
        return {student for own in self._members.values() for student in own}

    @property
    def teams(self) -> dict[str, set[str]]:
        """Return the names of each student's groups."""
        found: dict[str, set[str]] = {}
        for groups in self._used.values():
            for student, group in groups.items():
                found.setdefault(student, set()).add(group)
        return found

    @property
    def all_groups(self) -> set[str]:
        """Return the owners that are groups with members."""
        return set(self._members)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {
            _owner(name, group): group for name, groups in self._used.items() for group in groups.values()
        }

    @cached_property
    def _used(self) -> dict[str, Groups]:
        return {name: self.groups.get(name, {}) for name in dict.fromkeys(self.sets.values())}

    @cached_property
    def _owners(self) -> dict[tuple[str, str], str]:
        return {
            (name, folded(student)): _owner(name, group)
            for name, groups in self._used.items()
            for student, group in groups.items()
        }

    @cached_property
    def _members(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, groups in self._used.items():
            for student, group in groups.items():
                owner = _owner(name, group)
                found[owner] = (*found.get(owner, ()), student)
        return found


ALONE = Sharing()  # nobody works together


def _owner(name: str, group: str) -> str:
    """Return the owner that is a group of a set, which is the same in all spellings."""
    return f"{name}{MARK}{folded(group)}"

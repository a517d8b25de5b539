"""Who in the course is in which section and in which group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BY_ROSTER = "group"  # the set of groups that the roster's column of this name makes

Groups = Mapping[str, str]  # by student, without those who are in none


@dataclass(frozen=True)
class Memberships:
    """The sections and groups of students, as lists give them. Without a roster there are none.

    `groups` are by the name of their set, and `notes` are about lines that could not be used.
    """

    sections: Mapping[str, str] = field(default_factory=dict)  # by student, without those who have none
    groups: Mapping[str, Groups] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_known: bool = False  # there is a roster

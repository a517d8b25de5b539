"""Merge the people of a file into a roster: who is new, changed or gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.classroom.listing import Listed, Listing
from grader.classroom.roster import is_folder_name
from grader.errors import printable
from grader.folding import folded
from grader.identity import (
    EMAIL,
    STUDENT,
    IdColumn,
    Mention,
    Person,
    comparable,
    exact_name,
    fits_name,
    match,
)
from grader.lms.people_list import GROUP


@dataclass
class Merged:
    """The roster with the people of some files, and what changed for each of them."""

    people: dict[str, Person]
    new: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)  # what changed, by student
    left_out: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def gone(self) -> list[str]:
        """Return the students who are in none of the files."""
        return [student for student in self.people if student not in self.seen]


def merged(people: Mapping[str, Person], listings: Sequence[Listing]) -> Merged:
    """Merge files into a roster, one after the other. Students keep their names, and so their variants."""
    result = Merged(dict(people))
    for listing in listings:
        _Merging(result, listing).merge()
    return result


class _Merging:
    """One file on its way into the roster."""

    def __init__(self, result: Merged, listing: Listing) -> None:
        self.result, self.listing = result, listing
        logins = (folded(one.login.partition("@")[0]) for one in listing.people)
        self.locals = Counter(logins)  # how many have this before the `@`
        self.owners: dict[tuple[IdColumn, str], str] = {}
        for person in result.people.values():
            self._own(person)

    def merge(self) -> None:
        """Compare everybody by the rules that scores go by."""
        listed, people = self.listing.people, self.result.people
        matches = match([self._mention(one) for one in listed], list(people.values()))
        for number, one in enumerate(listed):
            if number in matches.students:
                known = people[matches.students[number]]
                self._update(known, one, by_name=number in matches.by_name)
            elif number in matches.strangers:
                self._add(one)
            else:
                self._leave_out(one, matches.reasons[number])
        self.result.seen |= set(matches.disputed)

    def _own(self, person: Person) -> None:
        self.owners |= {
            (column, comparable(column, value)): person.student for column, value in person.ids.items()
        }

    def _mention(self, one: Listed) -> Mention:
        """Return what a row says. A login counts as a folder's name only where the names of the two fit."""
        ids = {column: value for column, value in one.person.ids.items() if value}
        mention = Mention(f"line {one.line}", ids, one.person.name)
        namesake = self.result.people.get(self.owners.get(_folder_key(one.login), ""))
        if not one.person.student and namesake and fits_name(mention, namesake):
            ids[STUDENT] = namesake.student
        return mention

    def _taken(self, person: Person, known: str = "") -> str:
        """Say which id of a person belongs to somebody else already, or return ""."""
        for column, value in person.ids.items():
            owner = self.owners.get((column, comparable(column, value)), known)
            if owner != known:
                return f"the {column.name} '{value}' already belongs to {owner}"
        return ""

    def _leave_out(self, one: Listed, reason: str) -> None:
        who = one.person.name or one.person.student or next(iter(one.person.ids.values()))
        self.result.left_out.append(printable(f"{self.listing.file}:{one.line}: {who}: {reason}"))

    def _add(self, one: Listed) -> None:
        person = replace(one.person, student=one.person.student or self._folder(one.login))
        if not person.student:
            self._leave_out(one, "no column names the student's folder; add --map student=COLUMN")
        elif reason := self._taken(person):
            self._leave_out(one, reason)
        else:
            self.result.people[person.student] = person
            self.result.new.append(person.student)
            self.result.seen.add(person.student)
            self._own(person)

    def _folder(self, login: str) -> str:
        """Return a login; of an address, the part before the `@`, unless somebody else has that name."""
        local = login.partition("@")[0]
        is_free = self.locals[folded(local)] == 1 and _folder_key(local) not in self.owners
        return next(filter(is_folder_name, (local, login) if is_free else (login,)), "")

    def _update(self, known: Person, one: Listed, *, by_name: bool) -> None:
        self.result.seen.add(known.student)
        person = replace(
            known,
            name=known.name if _is_same_name(one.person, known) else one.person.name,
            email=one.person.email or known.email,
            section=one.person.section or known.section,
            group=one.person.group if GROUP in self.listing.meanings.values() else known.group,
            lms_ids={**known.lms_ids, **one.person.lms_ids},
        )
        if reason := self._taken(person, known.student):
            self._leave_out(one, reason)
        elif changes := list(_changes(known, person)):
            how = "; found by the name only" if by_name else ""
            self.result.changed[known.student] = f"{', '.join(changes)}{how}"
            self.result.people[known.student] = person
            self._own(person)


def _folder_key(name: str) -> tuple[IdColumn, str]:
    return STUDENT, comparable(STUDENT, name)


def _is_same_name(one: Person, known: Person) -> bool:
    return not one.name or exact_name(one.name) == exact_name(known.name) != ()


def _changes(before: Person, after: Person) -> Iterable[str]:
    """Yield what is different, as `column: old becomes new`."""
    pairs = [(what, getattr(before, what), getattr(after, what)) for what in ("name", "section", "group")]
    columns = dict.fromkeys((*after.lms_ids, EMAIL))
    pairs += [(one.name, before.ids.get(one, ""), after.ids.get(one, "")) for one in columns]
    for column, old, new in pairs:
        if old != new:
            yield printable(f"{column} {old} becomes {new}" if old else f"{column} {new}")

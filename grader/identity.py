"""Match rows, zip entries and folders with students, for rosters, submissions and exports alike.

Two sides are compared by the strongest id that both have. If that id differs, they do not match: weaker ids,
folder names and personal names are not considered. Names are compared only if the two sides have no id in
common, and count only if they are unique on both sides. Each mention belongs to at most one student, and each
student to at most one mention. Uncertain matches are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.folding import folded

_ACCENTS = range(0x0300, 0x0370)


@dataclass(frozen=True)
class IdColumn:
    """One type of id: a column of the roster, and the way its values are compared."""

    name: str  # the column in a roster
    lms: str = ""  # the LMS that uses it, for messages
    is_caseless: bool = False  # in some systems, ADA and ada are the same
    is_number: bool = False


EMAIL = IdColumn("email", is_caseless=True)
STUDENT = IdColumn("student", is_caseless=True)

Ids = Mapping[IdColumn, str]  # as texts, the strongest first


@dataclass(frozen=True)
class Person:
    """One student. `student` is the name of their folder; values of `lms_ids` are never blank."""

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    lms_ids: Ids = field(default_factory=dict)
    group: str = ""  # that hands in together

    @property
    def ids(self) -> dict[IdColumn, str]:
        """Return the known ids."""
        email = {EMAIL: self.email} if self.email else {}
        return {**self.lms_ids, **email, STUDENT: self.student}


@dataclass(frozen=True)
class Mention:
    """The mention of one person in a row, a zip entry or a folder. `label` is its name in messages."""

    label: str
    ids: Ids = field(default_factory=dict)
    name: str = ""
    is_joined: bool = False  # the name is without spaces


@dataclass(frozen=True)
class Matches:
    """The certain matches, and the reason for each mention without one.

    `doubtful` has the possible students for each mention that was left out. `disputed` has the reason for
    each student with possible mentions but no certain one.
    """

    students: Mapping[int, str]  # by the mention's number
    reasons: Mapping[int, str]
    doubtful: Mapping[int, frozenset[str]]
    disputed: Mapping[str, str]
    inexact: frozenset[int]  # mentions matched by a name that is not quite the same
    strangers: frozenset[int]  # mentions that fit nobody
    by_name: frozenset[int]  # mentions matched without an id

    @property
    def mentions(self) -> dict[str, int]:
        """Return the number of each student's mention."""
        return {student: number for number, student in self.students.items()}


def comparable(column: IdColumn, value: str) -> str:
    """Return an id for comparison: as text, so 0017 is not 17; case counts if it does in the LMS."""
    if column.is_caseless:
        return folded(value)
    return unicodedata.normalize("NFKC", value).strip()


def exact_name(name: str) -> tuple[str, ...]:
    """Return the words of a name without punctuation; "Last, First" is put in order.

    >>> exact_name("Lovelace, Ada") == exact_name("ADA LOVELACE")
    True
    """
    last, comma, first = unicodedata.normalize("NFKC", name).partition(",")
    text = f"{first} {last}" if comma else last
    words = re.sub(r"[\s_\u2010-\u2015-]+", " ", folded(text)).split()
    return tuple(filter(None, ("".join(one for one in word if _is_of_name(one)) for word in words)))


def loose_name(name: str) -> tuple[str, ...]:
    """Return the words of a name without accents, in any order."""
    return tuple(sorted(filter(None, map(_without_accents, exact_name(name)))))


def joined_names(name: str) -> frozenset[str]:
    """Return how an LMS can join a name in a file: without spaces and accents, and also last names first.

    >>> sorted(joined_names("Ada Lovelace"))
    ['adalovelace', 'lovelaceada']
    """
    words = [_without_accents(word) for word in exact_name(name)]
    return frozenset(filter(None, ("".join(words[cut:] + words[:cut]) for cut in range(len(words)))))


def _is_of_name(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"


def _without_accents(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(one for one in plain if _is_of_name(one) and ord(one) not in _ACCENTS)


def match(mentions: Sequence[Mention], people: Iterable[Person], *, loosely: bool = False) -> Matches:
    """Find the student of each mention.

    `loosely` also accepts a name without accents or in another order if no other fits. That is good enough to
    find a submission, which is reported, but not to write a score.
    """
    return _Matching(mentions, list(people), loosely=loosely).matches()


def fits_name(mention: Mention, person: Person) -> bool:
    """Return whether a mention's name can be the person's, or one of the two has none."""
    keys = joined_names(mention.name) & joined_names(person.name)
    return (
        not (mention.name and person.name)
        or bool(keys)
        or loose_name(mention.name) == loose_name(person.name)
    )


_ID, _NAME, _LOOSE = 0, 1, 2  # the basis of a claim, the strongest first


@dataclass(frozen=True)
class _Claim:
    """The people that fit a mention, by a common id or else only by name."""

    people: Sequence[Person]
    level: int


class _Matching:
    """Mentions and people during the comparison."""

    def __init__(self, mentions: Sequence[Mention], people: Sequence[Person], *, loosely: bool) -> None:
        self.mentions, self.loosely = mentions, loosely
        self.by_id: dict[tuple[IdColumn, str], list[Person]] = defaultdict(list)
        self.by_exact: dict[tuple[str, ...], list[Person]] = defaultdict(list)
        self.by_loose: dict[tuple[str, ...], list[Person]] = defaultdict(list)
        self.by_joined: dict[str, list[Person]] = defaultdict(list)
        self.by_columns: dict[frozenset[IdColumn], set[str]] = defaultdict(set)  # the students with these ids
        for person in people:
            self._add(person)

    def _add(self, person: Person) -> None:
        self.by_columns[frozenset(person.ids)].add(person.student)
        for column, value in person.ids.items():
            self.by_id[column, comparable(column, value)].append(person)
        if person.name:
            self.by_exact[exact_name(person.name)].append(person)
            self.by_loose[loose_name(person.name)].append(person)
        for key in joined_names(person.name):
            self.by_joined[key].append(person)

    def matches(self) -> Matches:
        """Compare all mentions with all people, and keep the one-to-one matches."""
        claims = [self._claim(mention) for mention in self.mentions]
        rivals: dict[tuple[str, int], list[int]] = defaultdict(list)  # by student and level
        for number, claim in enumerate(claims):
            for person in claim.people:
                rivals[person.student, claim.level].append(number)
        reasons = {
            number: reason for number, claim in enumerate(claims) if (reason := self._reason(claim, rivals))
        }
        students = {
            number: claim.people[0].student for number, claim in enumerate(claims) if number not in reasons
        }
        found = set(students.values())
        open_ = {columns: frozenset(own - found) for columns, own in self.by_columns.items()}
        doubtful = {number: self._possible(number, claims[number], open_) for number in reasons}
        disputed = {
            person.student: reason
            for number, reason in reasons.items()
            for person in claims[number].people
            if person.student not in found
        }
        inexact = frozenset(number for number in students if self._is_inexact(number, claims[number]))
        strangers = frozenset(number for number, claim in enumerate(claims) if not claim.people)
        by_name = frozenset(number for number in students if claims[number].level != _ID)
        return Matches(students, reasons, doubtful, disputed, inexact, strangers, by_name)

    def _is_inexact(self, number: int, claim: _Claim) -> bool:
        return claim.level == _LOOSE and not self.mentions[number].is_joined

    def _claim(self, mention: Mention) -> _Claim:
        for column, value in mention.ids.items():
            own = self.by_id.get((column, comparable(column, value)), []) if value else []
            fitting = [person for person in own if decisive_id(mention, person) == column]
            if fitting:
                return _Claim(fitting, _ID)
        for level, namesakes in self._namesakes(mention):
            if any(decisive_id(mention, person) is None for person in namesakes):
                return _Claim(namesakes, level)
        return _Claim((), _NAME)  # every namesake is somebody else by an id

    def _namesakes(self, mention: Mention) -> Iterator[tuple[int, Sequence[Person]]]:
        """Yield the people with the mention's name: exactly and, if requested, loosely."""
        if not mention.name:
            return
        if mention.is_joined:
            yield _LOOSE, self.by_joined.get(_without_accents("".join(exact_name(mention.name))), ())
            return
        yield _NAME, self.by_exact.get(exact_name(mention.name), ())
        if self.loosely:
            yield _LOOSE, self.by_loose.get(loose_name(mention.name), ())

    def _reason(self, claim: _Claim, rivals: Mapping[tuple[str, int], Sequence[int]]) -> str:
        """Say why a claim is not certain, or return ""."""
        if not claim.people:
            return "it fits nobody in the roster"
        if len(claim.people) > 1:
            return f"it fits {_listed(person.student for person in claim.people)}"
        student = claim.people[0].student
        others = rivals[student, claim.level]
        if len(others) > 1:
            return f"{_listed(self.mentions[one].label for one in others)} all fit {student}"
        stronger = [rivals[student, level][0] for level in range(claim.level) if rivals.get((student, level))]
        if stronger:
            return f"only the name fits {student}, but {self.mentions[stronger[0]].label} fits better"
        return ""

    def _possible(
        self, number: int, claim: _Claim, open_: Mapping[frozenset[IdColumn], frozenset[str]]
    ) -> frozenset[str]:
        """Return the possible students of a mention: those it fits, or else all that no id excludes.

        `open_` are the students without a mention, by the columns in which they have an id.
        """
        if claim.people:
            return frozenset(one.student for one in claim.people if one.student in open_[frozenset(one.ids)])
        columns = {column for column, value in self.mentions[number].ids.items() if value}
        possible = [own for has, own in open_.items() if own and not has & columns]
        return possible[0] if len(possible) == 1 else frozenset().union(*possible)


def decisive_id(mention: Mention, person: Person) -> IdColumn | None:
    """Return the strongest id that both have, or None."""
    own = person.ids
    return next((column for column, value in mention.ids.items() if value and column in own), None)


def _listed(labels: Iterable[str]) -> str:
    *most, last = sorted(set(labels))
    return f"{', '.join(most)} and {last}" if most else last

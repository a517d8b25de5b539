"""Which student is this row, zip entry or folder? One answer for rosters, submissions and exports.

Two sides are compared by the strongest id that both have. An id that both have and that differs ends the
comparison: a weaker id, a folder's name or a person's name is never looked at then. Names are compared only
where the two sides have no id in common, and count only if nobody else on either side has the same name.
One mention belongs to one student, and one student to one mention; what is not certain is left out.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

STRENGTH = (
    "canvas_id",
    "sis_user_id",
    "moodle_idnumber",
    "moodle_username",
    "sis_login_id",
    "email",
    "student",
)
_CASELESS = {"student", "email", "sis_login_id", "moodle_username"}  # some systems do not tell them apart
_ACCENTS = range(0x0300, 0x0370)


@dataclass(frozen=True)
class Person:
    """One student. `student` is the name of their folder; the rest are ids of an LMS, as text."""

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    moodle_username: str = ""
    moodle_idnumber: str = ""

    @property
    def ids(self) -> dict[str, str]:
        """Return the ids that are known."""
        return {name: value for name in STRENGTH if (value := getattr(self, name))}


COLUMNS = tuple(field_.name for field_ in fields(Person))


@dataclass(frozen=True)
class Mention:
    """What a row, a zip entry or a folder says of one person. `label` is what messages call it."""

    label: str
    ids: Mapping[str, str] = field(default_factory=dict)  # by the names of Person's fields
    name: str = ""


@dataclass(frozen=True)
class Matches:
    """Who is who, for certain; and why each other mention is nobody's.

    `doubtful` has, for each mention that was left out though it may be somebody's, whose it may be;
    `disputed` has, for each student whom mentions fit and who has none for certain, the reason.
    """

    students: Mapping[int, str]  # by the number of the mention
    reasons: Mapping[int, str]
    doubtful: Mapping[int, frozenset[str]]
    disputed: Mapping[str, str]

    @property
    def mentions(self) -> dict[str, int]:
        """Return the number of each student's mention."""
        return {student: number for number, student in self.students.items()}


def folded(text: str) -> str:
    """Return a text without what does not tell people apart: its form, its case, doubled blanks.

    >>> folded("  Ada   LOVELACE ")
    'ada lovelace'
    """
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def comparable(kind: str, value: str) -> str:
    """Return an id as it is compared: as text, so 0017 is not 17; case counts where it does in an LMS."""
    if kind in _CASELESS:
        return folded(value)
    return unicodedata.normalize("NFKC", value).strip()


def name_keys(name: str) -> frozenset[str]:
    """Return how LMSs may spell a name: letters and digits alone, also with the last names first.

    >>> sorted(name_keys("Lovelace, Ada"))
    ['adalovelace', 'lovelaceada']
    """
    words = unicodedata.normalize("NFKC", name).replace(",", " ").split()
    rotated = ("".join(words[cut:] + words[:cut]) for cut in range(len(words)))
    return frozenset(filter(None, map(_letters, rotated)))


def _letters(name: str) -> str:
    """Return a name's letters and digits in small letters, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LNM" and ord(one) not in _ACCENTS)


def match(mentions: Sequence[Mention], people: Iterable[Person]) -> Matches:
    """Find out who each mention is."""
    return _Matching(mentions, list(people)).matches()


@dataclass(frozen=True)
class _Claim:
    """The people whom a mention fits: by an id that both have, or else by the name alone."""

    people: Sequence[Person]
    by_id: bool


class _Matching:
    """Mentions and people while they are being compared."""

    def __init__(self, mentions: Sequence[Mention], people: Sequence[Person]) -> None:
        self.mentions = mentions
        self.by_id: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.by_kinds: dict[frozenset[str], set[str]] = defaultdict(set)  # students with these kinds of ids
        for person in people:
            self.by_kinds[frozenset(person.ids)].add(person.student)
            for kind, value in person.ids.items():
                self.by_id[kind, comparable(kind, value)].append(person)
            for key in name_keys(person.name):
                self.by_name[key].append(person)

    def matches(self) -> Matches:
        """Compare all with all, and keep what is one to one."""
        claims = [self._claim(mention) for mention in self.mentions]
        rivals: dict[tuple[str, bool], list[int]] = defaultdict(list)  # by student, and whether by an id
        for number, claim in enumerate(claims):
            for person in claim.people:
                rivals[person.student, claim.by_id].append(number)
        reasons = {
            number: reason for number, claim in enumerate(claims) if (reason := self._reason(claim, rivals))
        }
        students = {
            number: claim.people[0].student for number, claim in enumerate(claims) if number not in reasons
        }
        found = set(students.values())
        open_ = {kinds: frozenset(own - found) for kinds, own in self.by_kinds.items()}
        doubtful = {number: self._possible(number, claims[number], open_) for number in reasons}
        disputed = {
            person.student: reason
            for number, reason in reasons.items()
            for person in claims[number].people
            if person.student not in found
        }
        return Matches(students, reasons, doubtful, disputed)

    def _claim(self, mention: Mention) -> _Claim:
        for kind in STRENGTH:
            value = mention.ids.get(kind, "")
            own = self.by_id.get((kind, comparable(kind, value)), []) if value else []
            fitting = [person for person in own if decisive_id(mention, person) == kind]
            if fitting:
                return _Claim(fitting, by_id=True)
        namesakes = {one.student: one for key in name_keys(mention.name) for one in self.by_name[key]}
        if all(decisive_id(mention, person) for person in namesakes.values()):
            return _Claim((), by_id=False)  # each is somebody else, by an id
        return _Claim(list(namesakes.values()), by_id=False)

    def _reason(self, claim: _Claim, rivals: Mapping[tuple[str, bool], Sequence[int]]) -> str:
        """Say why a claim is not certain; nothing if it is."""
        if not claim.people:
            return "nobody in the roster fits"
        if len(claim.people) > 1:
            return f"it fits {_listed(person.student for person in claim.people)}"
        student = claim.people[0].student
        others = rivals[student, claim.by_id]
        if len(others) > 1:
            return f"{_listed(self.mentions[one].label for one in others)} all fit {student}"
        if not claim.by_id and rivals.get((student, True)):
            other = self.mentions[rivals[student, True][0]].label
            return f"only the name fits {student}, and {other} has the id"
        return ""

    def _possible(
        self, number: int, claim: _Claim, open_: Mapping[frozenset[str], frozenset[str]]
    ) -> frozenset[str]:
        """Return who a mention may be: those whom it fits, or else all of whom no id says the contrary.

        `open_` are the students who have no mention, by the kinds of ids that they have.
        """
        if claim.people:
            return frozenset(one.student for one in claim.people if one.student in open_[frozenset(one.ids)])
        kinds = {kind for kind, value in self.mentions[number].ids.items() if value}
        possible = [own for has, own in open_.items() if own and not has & kinds]
        return possible[0] if len(possible) == 1 else frozenset().union(*possible)


def decisive_id(mention: Mention, person: Person) -> str | None:
    """Return the strongest kind of id that both have; None if there is none."""
    own = person.ids
    return next((kind for kind in STRENGTH if mention.ids.get(kind) and kind in own), None)


def _listed(labels: Iterable[str]) -> str:
    *most, last = sorted(set(labels))
    return f"{', '.join(most)} and {last}" if most else last

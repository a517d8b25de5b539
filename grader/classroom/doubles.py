"""Students of a roster who may be one person: the same name, almost the same name, or almost the same id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from grader.identity import Person, exact_name, loose_name

MAX_SHARED = 50  # students with one key who are compared in pairs
_SHORT = 6  # letters of a name in which one letter more or less says nothing


def doubles(people: Iterable[Person]) -> list[tuple[str, str, str]]:
    """Return pairs of students with the reason, the same name first.

    >>> doubles([Person("a", "Ada Lovelace"), Person("b", "Lovelace, Ada"), Person("c", "Ada Lovelaces")])[0]
    ('a', 'b', 'the same name, Ada Lovelace')
    """
    by_key: dict[tuple[int, object], list[Person]] = defaultdict(list)
    for person in people:
        for rank, key in set(_keys(person)):
            by_key[rank, key].append(person)
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for (rank, key), own in sorted(by_key.items(), key=lambda one: one[0][0]):
        for one, other in combinations(own[:MAX_SHARED], 2):
            found.setdefault((one.student, other.student), (rank, _reason(rank, key, one, other)))
    return [(*pair, reason) for pair, (_, reason) in sorted(found.items(), key=lambda one: one[1][0])]


_SAME, _LOOSE, _ID, _ADDRESS, _LETTER = range(5)


def _keys(person: Person) -> Iterator[tuple[int, object]]:
    """Yield what two students who may be one have in common."""
    if person.name:
        yield _SAME, exact_name(person.name)
        yield _LOOSE, loose_name(person.name)
        joined = "".join(loose_name(person.name))
        if len(joined) >= _SHORT:
            yield _LETTER, joined
            yield from ((_LETTER, joined[:cut] + joined[cut + 1 :]) for cut in range(len(joined)))
    for column, value in person.lms_ids.items():
        yield _ID, (column.name, value.lstrip("0").casefold())
    if person.email:
        yield _ADDRESS, person.email.partition("@")[0].casefold()


def _reason(rank: int, key: object, one: Person, other: Person) -> str:
    if rank == _SAME:
        return f"the same name, {one.name}"
    if rank == _ID and isinstance(key, tuple):
        return f"almost the same {key[0]}"
    if rank == _ADDRESS:
        return f"almost the same address, {one.email} and {other.email}"
    return f"almost the same name, {one.name} and {other.name}"

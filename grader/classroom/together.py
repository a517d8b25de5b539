"""The submissions of a class in which groups hand in once: of several members' files, the newest counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.classroom.collecting import Collected, Found
from grader.course.sharing import Sharing
from grader.engine.handed_in import Arrival, HandedIn
from grader.errors import printable
from grader.gradebook.store import EVERYBODY, Gradebook


@dataclass(frozen=True)
class _Handed:
    """One file of a group, and the members in whose name it is there."""

    file: HandedIn  # without its content
    arrival: Arrival
    digest: str
    found: Found
    members: tuple[str, ...]

    @property
    def whose(self) -> str:
        """Return the members in words."""
        return printable(" and ".join(self.members))


@dataclass
class Together:
    """The submissions of a class. Those of groups come last, each once, under the name of the group."""

    collected: Collected
    sharing: Sharing
    gradebook: Gradebook
    personal: bool

    def __iter__(self) -> Iterator[Found]:
        """Yield each file that counts.

        Raises:
            UsageFault: a source cannot be read, or the gradebook refuses.

        """
        held: dict[tuple[str, str], list[Found]] = defaultdict(list)
        for one in self.collected:
            owner = self.sharing.owner(one.student, one.exercise)
            if owner == one.student:
                yield one
            else:
                held[owner, one.exercise].append(one)
        for (owner, exercise), own in held.items():
            self.collected.students |= {owner, *self.sharing.members(owner, exercise)}
            yield from self._of_group(owner, exercise, own)

    def _of_group(self, owner: str, exercise: str, own: Sequence[Found]) -> Iterator[Found]:
        files = self._answered(exercise, _distinct(own))
        newest = _newest(files)
        problem = self._other_variant(owner, exercise)
        if newest is None:
            both = " and ".join(f"that of {one.whose}" for one in files)
            problem = f"It is unclear which file of the group is the newest: {both}"
        elif self._is_older(owner, exercise, newest):
            told = f"the file of {newest.whose} is older than what the group handed in before"
            self.collected.notes.append(f"{owner} {exercise}: {told}, and does not count")
            return
        elif len(files) > 1:
            older = " and ".join(one.whose for one in files if one is not newest)
            told = f"the file of {newest.whose} counts, which is newer than that of {older}"
            self.collected.notes.append(f"{owner} {exercise}: {told}")
        chosen = newest or files[0]
        yield Found(owner, exercise, lambda: _as_of(owner, chosen, problem))

    def _answered(self, exercise: str, files: Sequence[_Handed]) -> Sequence[_Handed]:
        """Return the files that are not untouched stubs, or all if there is no other."""
        if len(files) == 1:
            return files
        read = ((one, one.found.read()) for one in files)
        answered = [
            one
            for one, file in read
            if file.problem or not self.collected.is_stub(exercise, file.file_name, file.content)
        ]
        return answered or files[:1]

    def _is_older(self, owner: str, exercise: str, newest: _Handed) -> bool:
        """Tell whether the group has handed in another and newer file before."""
        known = self.gradebook.known([owner])
        latest = [
            (digest, one.arrival.time)
            for (_, name, digest), one in known.items()
            if name == exercise and one.is_latest
        ]
        time = newest.arrival.time
        return any(
            digest != newest.digest and time is not None and before is not None and time < before
            for digest, before in latest
        )

    def _other_variant(self, owner: str, exercise: str) -> str:
        """Say that members were given their own variants, and the group none; "" if that is not so."""
        if not self.personal:
            return ""
        members = self.sharing.members(owner, exercise)
        given: Mapping[tuple[str, str], Mapping[str, object]]
        given = self.gradebook.handed_out([owner, *members, EVERYBODY])
        if (owner, exercise) in given or not any(given.get((one, exercise)) for one in members):
            return ""
        return (
            "It was handed out to each member alone, and the group has no variant. "
            "Run: course generate OUT --roster FILE"
        )


def _distinct(own: Sequence[Found]) -> list[_Handed]:
    """Return files that differ; copies are one file, which was handed in at their earliest time."""
    by_digest: dict[str, _Handed] = {}
    for one in own:
        file = one.read()
        bare, digest = replace(file, content=b""), file.digest
        before = by_digest.get(digest)
        if before is None:
            by_digest[digest] = _Handed(bare, file.arrival, digest, one, (one.student,))
        else:
            arrival, members = before.arrival.corrected(file.arrival), (*before.members, one.student)
            by_digest[digest] = replace(before, arrival=arrival, members=members)
    return list(by_digest.values())


def _newest(files: Sequence[_Handed]) -> _Handed | None:
    """Return the newest file, or None if that is not certain."""
    if len(files) == 1:
        return files[0]
    times = [one.arrival.time for one in files]
    known = [time for time in times if time is not None]
    if len(known) < len(times) or known.count(max(known)) > 1:
        return None
    return next(one for one in files if one.arrival.time == max(known))


def _as_of(owner: str, handed: _Handed, problem: str) -> HandedIn:
    """Read a member's file as the group's."""
    file, arrival = handed.found.read(), handed.arrival
    found = replace(file, student=owner, time=arrival.time, is_late=arrival.is_late)
    return replace(found, problem=problem, content=b"") if problem and not file.problem else found

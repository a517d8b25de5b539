"""The submissions of a class with groups: if several members hand in, the newest file counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, reduce
from typing import Any

from grader.classroom.collecting import Collected, Found
from grader.course.sharing import Sharing
from grader.engine.handed_in import Arrival, HandedIn
from grader.errors import printable
from grader.gradebook.store import Gradebook


@dataclass(frozen=True)
class _Copies:
    """One file of a group: the members who handed it in, and when it came from each."""

    digest: str
    found: tuple[Found, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def whose(self) -> str:
        """Return the members in words."""
        return printable(" and ".join(one.student for one in self.found))

    def read(self) -> HandedIn:
        """Read the file."""
        return self.found[0].read()


@dataclass
class Together:
    """The submissions of a class. Those of groups come last, once each, under the name of the group."""

    collected: Collected
    sharing: Sharing
    gradebook: Gradebook
    personal: bool

    def __iter__(self) -> Iterator[Found]:
        """Yield each file that counts.

        Raises:
            UsageFault: a source cannot be read, or the gradebook fails.

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
        files = self._answered(exercise, _copies(own))
        newest = newest_of({one.digest: one.arrivals for one in files})
        digest, arrival = newest or (files[0].digest, files[0].arrivals[0])
        chosen = next(one for one in files if one.digest == digest)
        problem = self._other_variant(owner, exercise)
        if newest is None:
            both = " and ".join(f"that of {one.whose}" for one in files)
            problem = f"It is unclear which file of the group is the newest: {both}"
        elif self._is_older(owner, exercise, digest, arrival.time):
            told = f"the file of {chosen.whose} is older than what the group handed in before"
            self.collected.notes.append(f"{owner} {exercise}: {told}, and does not count")
            return
        elif len(files) > 1:
            older = " and ".join(one.whose for one in files if one is not chosen)
            told = f"the file of {chosen.whose} counts, which is newer than that of {older}"
            self.collected.notes.append(f"{owner} {exercise}: {told}")
        yield Found(owner, exercise, lambda: _as_of(owner, chosen.read(), arrival, problem))

    def _answered(self, exercise: str, files: Sequence[_Copies]) -> Sequence[_Copies]:
        """Return the files that are not untouched stubs, or one if there is no other."""
        if len(files) == 1:
            return files
        read = ((one, one.read()) for one in files)
        answered = [
            one
            for one, file in read
            if file.problem or not self.collected.is_stub(exercise, file.file_name, file.content)
        ]
        return answered or files[:1]

    def _is_older(self, owner: str, exercise: str, digest: str, time: datetime | None) -> bool:
        """Return whether the group has handed in another, newer file before."""
        latest = (
            (known, one.arrival.time)
            for (_, name, known), one in self.gradebook.known([owner]).items()
            if name == exercise and one.is_latest
        )
        return any(
            known != digest and time is not None and before is not None and time < before
            for known, before in latest
        )

    def _other_variant(self, owner: str, exercise: str) -> str:
        """Say that the exercise was handed out, but not to this group; return "" otherwise."""
        if not self.personal or (owner, exercise) in self._given:
            return ""
        if not any(params for (_, name), params in self._given.items() if name == exercise):
            return ""
        return "The group has no variant yet. Run: course generate OUT --roster FILE"

    @cached_property
    def _given(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Return the parameters that were handed out, by owner and exercise."""
        return self.gradebook.handed_out(self.gradebook.students_handed_out())


def newest_of(files: Mapping[str, Sequence[Arrival]]) -> tuple[str, Arrival] | None:
    """Return the newest of some files and when it was handed in, or None if it is unclear which that is.

    A file is there as often as it has arrivals. It was handed in when it first came after all others.
    """
    last = {digest: _last(own) for digest, own in files.items()}
    newest = max(last, key=lambda digest: last[digest] or _NEVER)
    own, others = files[newest], [last[digest] for digest in files if digest != newest]
    if others:
        known = [time for time in others if time is not None]
        if len(known) < len(others) or (last[newest] or _NEVER) <= max(known):
            return None
        own = [one for one in own if one.time is not None and one.time > max(known)]
    return newest, reduce(Arrival.corrected, own)


_NEVER = datetime.min.replace(tzinfo=UTC)


def _last(arrivals: Sequence[Arrival]) -> datetime | None:
    """Return the last of some times, or None if one is unknown."""
    times = [one.time for one in arrivals if one.time is not None]
    return max(times) if times and len(times) == len(arrivals) else None


def _copies(own: Sequence[Found]) -> list[_Copies]:
    """Return the files that differ, each with its copies."""
    by_digest: dict[str, _Copies] = {}
    for one in own:
        file = one.read()
        before = by_digest.get(file.digest, _Copies(file.digest, (), ()))
        both = (*before.found, one), (*before.arrivals, file.arrival)
        by_digest[file.digest] = _Copies(file.digest, *both)
    return list(by_digest.values())


def _as_of(owner: str, file: HandedIn, arrival: Arrival, problem: str) -> HandedIn:
    """Return a member's file as the group's."""
    found = replace(file, student=owner, time=arrival.time, is_late=arrival.is_late)
    return replace(found, problem=problem, content=b"") if problem and not file.problem else found

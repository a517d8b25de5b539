"""Finding what a class handed in: folders of students' folders, and zips of an LMS. Nothing is guessed.

A zip, the same zip unpacked, and a folder are sorted by one rule: `naming` says what a path means,
`identity` says who that is.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grader.classroom.identity import Mention, Person, folded, match
from grader.classroom.naming import Fit, Named, fit, is_debris, named, seems_handed_in, suffix_of
from grader.classroom.roster import Roster, is_folder_name
from grader.classroom.sources import Content, Entry, Source, open_source
from grader.errors import UsageFault, did_you_mean, printable
from grader.gradebook.records import HandedIn

MAX_TOLD = 5  # files of one student, or of nobody, that are of no exercise


@dataclass(frozen=True)
class Found:
    """One file that a student handed in; `time` is in UTC, None where nobody knows it.

    Where there is a `problem` it cannot be graded, and must not be taken for nothing handed in.
    """

    student: str
    exercise: str
    name: str
    content: Content
    time: datetime | None
    is_late: bool = False
    problem: str = ""

    def read(self) -> HandedIn:
        """Return the file with its content, or the problem if it cannot be read or graded."""
        content, problem = (b"", self.problem) if self.problem else self.content()
        return HandedIn(self.student, self.exercise, self.name, content, self.time, self.is_late, problem)


@dataclass(frozen=True)
class LeftOut:
    """A file that was not graded. It may be of `students`, for `exercise`, or for any where that is empty."""

    source: str
    students: frozenset[str]
    exercise: str


@dataclass(frozen=True)
class _Group:
    """What a source holds of one person, as far as names say: the paths of folders or files."""

    named: Named
    paths: tuple[tuple[str, ...], ...]

    @property
    def mention(self) -> Mention:
        ids = {"student": self.named.who} if self.named.is_folder else {"canvas_id": self.named.canvas_id}
        name = "" if self.named.is_folder else self.named.who
        return Mention(repr("/".join(self.paths[0])), {k: v for k, v in ids.items() if v}, name)


@dataclass(frozen=True)
class _Candidate:
    """A file of a known student that fits an exercise."""

    entry: Entry
    fit: Fit
    inner: str  # its path below the student's folder
    named: Named

    @property
    def is_as_asked(self) -> bool:
        """Whether it is called as the exercise is, and lies where it should."""
        return self.fit.is_exact and (not self.named.is_folder or self.inner == self.named.file)

    def order(self) -> tuple[object, ...]:
        """Return what puts exact names first, and Python before notebooks."""
        return not self.is_as_asked, self.fit.suffix != ".py", self.inner


@dataclass
class Collected:
    """What was handed in, found while it is gone through; afterwards, what was left out and why.

    `notes` are about files that count though they are not named as they should be. With `only` nothing else
    is looked for, and the only Python file or notebook of a student counts, whatever its name.
    """

    sources: Sequence[Path]
    exercises: Sequence[str]
    roster: Roster | None
    only: str = ""
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    students: set[str] = field(default_factory=set)
    withheld: list[LeftOut] = field(default_factory=list)
    _source: str = ""
    _seen: dict[tuple[str, str], Path] = field(default_factory=dict)  # only where there are several sources

    def __iter__(self) -> Iterator[Found]:
        """Yield each file, by source, student and the course's order.

        Raises:
            UsageFault: a source cannot be read, or holds files as an LMS names them and no roster can tell
                who is who.

        """
        for path in self.sources:
            self._source = str(path.resolve())
            for one in self._in_source(path, open_source(path)):
                first = self._seen.get((one.student, one.exercise))
                if first is not None:
                    self._leave_out(f"{one.student}: {one.exercise} is in {path}, and in {first}")
                    continue
                if len(self.sources) > 1:
                    self._seen[one.student, one.exercise] = path
                self.students.add(one.student)
                yield one

    def may_be_of(self) -> Iterator[tuple[str, str, str]]:
        """Yield source, student and exercise of each file that was left out, for all whose it may be."""
        for one in set(self.withheld):
            yield from ((one.source, student, one.exercise) for student in one.students)

    def absent(self) -> list[str]:
        """Return who in the roster handed nothing in, for certain: no file that was left out is theirs."""
        known = self.roster.students if self.roster else []
        theirs = {student for one in set(self.withheld) for student in one.students}
        return [student for student in known if student not in self.students and student not in theirs]

    def doubtful(self) -> list[str]:
        """Return who in the roster handed nothing in, unless a file that was left out is theirs."""
        known = self.roster.students if self.roster else []
        absent = set(self.absent())
        return [student for student in known if student not in self.students and student not in absent]

    def _leave_out(self, reason: str, students: frozenset[str] = frozenset(), exercise: str = "") -> None:
        self.left_out.append(reason)
        if students:
            self.withheld.append(LeftOut(self._source, students, exercise))

    def _in_source(self, path: Path, source: Source) -> Iterator[Found]:
        groups = self._groups(path, source)
        people = self.roster.people.values() if self.roster else _people_of(groups)
        matches = match([group.mention for group in groups], people)
        for number, reason in matches.reasons.items():
            self._leave_out_group(source, groups[number], reason, matches.doubtful[number])
        for number, student in sorted(matches.students.items(), key=lambda one: one[1]):
            yield from self._of_student(student, groups[number], source)

    def _groups(self, path: Path, source: Source) -> list[_Group]:
        """Return what the source holds, person by person."""
        below = self._around(source)
        groups: dict[object, list[tuple[Named, tuple[str, ...]]]] = defaultdict(list)
        for name, is_folder in source.tops(below):
            if is_debris((name,)):
                continue
            who = _who(name, is_folder=is_folder)
            if who is None or (who.is_folder and not is_folder_name(who.who)):
                self._leave_out_top(name, is_folder=is_folder)
                continue
            if not who.is_folder and not self._can_tell():
                raise UsageFault(
                    f"{path} comes from an LMS: only a roster can tell who is who. Give --roster."
                )
            key = name if who.is_folder else who.canvas_id or (who.moodle_number, folded(who.who))
            groups[key].append((who, (*below, name)))
        return [_Group(own[0][0], tuple(path for _, path in own)) for own in groups.values()]

    def _can_tell(self) -> bool:
        """Whether the roster knows more of its people than the names of their folders."""
        people = self.roster.people.values() if self.roster else ()
        return any(person.name or len(person.ids) > 1 for person in people)

    def _leave_out_top(self, name: str, *, is_folder: bool) -> None:
        shown = repr(name)
        if is_folder:
            self._leave_out(f"{shown} cannot be the name of a student")
        else:
            self._leave_out(
                f"{shown} is not in a student's folder, and not named as an LMS names submissions"
            )

    def _around(self, source: Source) -> tuple[str, ...]:
        """Return the folder around everything, if there is one that is no student's own."""
        tops = [one for one in source.tops() if not is_debris((one[0],))]
        folders = [name for name, is_folder in tops if is_folder]
        stray = [name for name, is_folder in tops if not is_folder and seems_handed_in(name, self.exercises)]
        if len(folders) != 1 or stray or _is_of_lms(folders[0], is_folder=True) or self._is_known(folders[0]):
            return ()
        inside = [one for one in source.tops(folders) if not is_debris((one[0],))]
        of_lms = [name for name, is_folder in inside if _is_of_lms(name, is_folder=is_folder)]
        own = [name for name, is_folder in inside if not is_folder and fit(name, self.exercises)]
        inner = [name for name, is_folder in inside if is_folder]
        is_class = len(inner) > 1 or any(map(self._is_known, inner))
        is_of_lms = len(of_lms) > 1 or (of_lms and self._can_tell())
        return (folders[0],) if is_of_lms or (is_class and not own) else ()

    def _is_known(self, folder: str) -> bool:
        names = self.roster.people if self.roster else ()
        return any(folded(folder) == folded(student) for student in names)

    def _leave_out_group(self, source: Source, group: _Group, reason: str, possible: frozenset[str]) -> None:
        """Leave out what cannot be credited to anybody for certain."""
        if group.named.is_folder and not possible:
            stranger = self.roster.stranger if self.roster else reason
            self._leave_out(f"{printable(group.named.who)}: {stranger}")
            return
        for path in group.paths:
            for entry in source.entries(path):
                name = _name_of(entry, group)
                fitting = fit(name.file, self.exercises)
                self._leave_out(f"{entry.path!r}: {reason}", possible, fitting.exercise if fitting else "")

    def _of_student(self, student: str, group: _Group, source: Source) -> Iterator[Found]:
        fitting: dict[str, list[_Candidate]] = defaultdict(list)
        strange: list[tuple[_Candidate | None, str]] = []
        try:
            entries = [entry for path in group.paths for entry in source.entries(path)]
        except UsageFault as fault:
            self._leave_out(f"{student}: {fault}", frozenset({student}))
            return
        for entry in entries:
            candidate, reason = self._sorted_in(student, entry, group)
            if candidate and not reason:
                fitting[candidate.fit.exercise].append(candidate)
            elif reason:
                strange.append((candidate, reason))
        if self.only and self.only not in fitting:
            nameless = [candidate for candidate, _ in strange if candidate]
            if len(nameless) == 1:
                fitting[self.only] = nameless
                strange = [(candidate, reason) for candidate, reason in strange if not candidate]
        for exercise in [self.only] if self.only else self.exercises:
            if exercise in fitting:
                yield self._found(student, exercise, fitting[exercise])
        self._leave_out_strange(student, [reason for _, reason in strange])

    def _leave_out_strange(self, student: str, strange: Sequence[str]) -> None:
        for reason in strange[:MAX_TOLD]:
            self._leave_out(f"{student}: {reason}", frozenset({student}))
        if len(strange) > MAX_TOLD:
            more = f"{student}: {len(strange) - MAX_TOLD} more files are of no exercise"
            self._leave_out(more, frozenset({student}))

    def _sorted_in(self, student: str, entry: Entry, group: _Group) -> tuple[_Candidate | None, str]:
        """Return which exercise a file is for; and why it is left out, if that needs to be said."""
        name = _name_of(entry, group)
        inner = "/".join(entry.parts[len(group.paths[0]) :]) or entry.parts[-1]
        found = fit(name.file, self.exercises)
        if found is None:
            is_told = not group.named.is_folder or seems_handed_in(name.file, self.exercises)
            reason = f"{inner!r} is of no exercise. {_meant(name.file, self.exercises)}".rstrip()
            suffix = suffix_of(name.file)
            meant = Fit(self.only, suffix, is_exact=False) if self.only and suffix else None
            nameless = _Candidate(entry, meant, inner, name) if meant else None
            return nameless, reason if is_told else ""
        reason = ""
        own = self.roster.people[student].canvas_id if self.roster else ""
        if name.depth > 1 and group.named.is_folder:
            reason = f"{inner!r} lies {name.depth} folders too deep"
        elif name.canvas_id and own and name.canvas_id != own:
            reason = f"{inner!r} is of Canvas's user {name.canvas_id}, and {student} is {own}"
        return None if reason else _Candidate(entry, found, inner, name), reason

    def _found(self, student: str, exercise: str, candidates: Sequence[_Candidate]) -> Found:
        candidates = sorted(candidates, key=_Candidate.order)
        first = candidates[0]
        problem = first.entry.problem
        if len(candidates) > 1 and len({_content(one) for one in candidates}) > 1:
            both = " and ".join(printable(one.inner) for one in candidates[:2])
            problem = f"There are {both}, and only one of them can count."
        elif not first.is_as_asked and not problem:
            self.notes.append(f"{student}: {first.inner!r} is taken for {exercise}")
        time = first.entry.time if first.named.is_folder else None  # else that of the download
        name = f"{exercise}{first.fit.suffix}"
        return Found(student, exercise, name, first.entry.read, time, first.named.is_late, problem)


def _content(candidate: _Candidate) -> tuple[str, bytes, str]:
    content, problem = (b"", candidate.entry.problem) if candidate.entry.problem else candidate.entry.read()
    return candidate.fit.suffix, content, problem and candidate.inner


def _name_of(entry: Entry, group: _Group) -> Named:
    """Return what a file's path says, from the person's folder on."""
    start = len(group.paths[0]) - 1
    name = named(entry.parts[start:])
    return name or replace(group.named, file=entry.parts[-1])


def _who(name: str, *, is_folder: bool) -> Named | None:
    return named([name, ""] if is_folder else [name])


def _is_of_lms(name: str, *, is_folder: bool) -> bool:
    who = _who(name, is_folder=is_folder)
    return who is not None and not who.is_folder


def _people_of(groups: Sequence[_Group]) -> list[Person]:
    """Return the students whom folders name, where there is no roster: one for names that are the same."""
    names = {folded(group.named.who): unicodedata.normalize("NFC", group.named.who) for group in groups}
    return [Person(name) for name in names.values()]


def _meant(name: str, exercises: Sequence[str]) -> str:
    close = did_you_mean(Path(name).stem.lower(), exercises)
    return close if close.startswith("Did you mean") else ""

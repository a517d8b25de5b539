"""Collect a class's submissions from students' folders and LMS zips, without guessing.

A zip, the same zip unpacked, and a folder follow one rule: `layout` and `naming` interpret a path, and
`identity` finds the student.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path, PurePath
from zoneinfo import ZoneInfo

from grader.classroom.layout import CLONE_IDS, PathParts, StudentFiles, layout_of
from grader.classroom.naming import Fit, fit, forms_of, is_asked_for, named, seems_handed_in, suffix_of
from grader.classroom.ownership import Ownership
from grader.classroom.roster import Roster
from grader.classroom.submission_sources import Content, SubmissionFile, SubmissionSource, open_source
from grader.course.deadlines import deadline
from grader.course.rules import Rules
from grader.engine.handed_in import HandedIn
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded, tokens_of
from grader.identity import Matches, Mention, Person, comparable, fits_name, loose_name, match
from grader.lms.base import Named
from grader.questions.handed_file import MAX_HANDED, HandedFile

MAX_TOLD = 5  # unrecognised files that are named per student
MAX_STRANGERS = 100  # unknown folders that are compared with all students
COMMITS = "the time of a commit comes from the machine that made it, and its author can set it to any time"
CLOSE = 0.65  # similarity, up to 1, of a folder's name that may be a misspelt student's


@dataclass(frozen=True)
class Found:
    """One file that a student handed in. `read` reads it later, because a class does not fit into memory.

    A file that cannot be read or graded has a problem. It must not count as nothing handed in.
    """

    student: str
    exercise: str
    read: Callable[[], HandedIn]


@dataclass(frozen=True)
class LeftOut:
    """A file that was not graded and may belong to `students`, for `exercise` ("" for any)."""

    source: str
    students: frozenset[str]
    exercise: str


@dataclass(frozen=True)
class _Candidate:
    """A file of a known student that matches an exercise."""

    entry: SubmissionFile
    fit: Fit
    inner: str  # its path within the student's folder
    named: Named
    time: datetime | None = None  # when it was handed in, as the LMS says

    @property
    def is_as_asked(self) -> bool:
        """Return whether it has the exercise's name and is in the right place."""
        return self.fit.is_exact and (not self.named.is_folder or self.inner == self.named.file)

    @property
    def order(self) -> tuple[object, ...]:
        """Return a sort key that puts exact names first, and Python before notebooks."""
        return not self.is_as_asked, self.fit.suffix != ".py", self.inner

    @property
    def content(self) -> tuple[str, bytes, str]:
        """Return a value that is equal for two copies of one file."""
        content, problem = (b"", self.entry.problem) if self.entry.problem else self.entry.read()
        return self.fit.suffix, content, problem and self.inner


def _never(_exercise: str, _name: str, _content: bytes) -> bool:
    return False


@dataclass
class Collected:
    """The submissions, found while iterating; afterwards, what was left out and why.

    `notes` are about files that count despite an unexpected name. With `only`, only this exercise is
    collected, and a student's only Python file or notebook counts, whatever it is called. `former` are
    students in the gradebook, whether or not they are still in the roster. `rules` have the time zone of an
    LMS and the deadline up to which commits count. `ownership` says whose a submission is where names do not.
    `brought` returns the names of files that students received: they need not come back, and nobody opens
    what does. `teams` are the groups of each student, which an LMS can name instead of them. `asks` returns
    the names of the files that questions ask for, by exercise: they are collected with the submission that
    they lie beside.
    """

    sources: Sequence[Path]
    exercises: Sequence[str]
    roster: Roster | None
    only: str = ""
    former: Collection[str] = ()
    rules: Rules = field(default_factory=Rules)
    ownership: Ownership = field(default_factory=Ownership)
    is_stub: Callable[[str, str, bytes], bool] = _never  # an exercise, a file's name and its content
    brought: Callable[[], Collection[str]] = frozenset
    teams: Mapping[str, Collection[str]] = field(default_factory=dict)
    asks: Callable[[], Mapping[str, Collection[str]]] = dict
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    students: set[str] = field(default_factory=set)
    withheld: list[LeftOut] = field(default_factory=list)
    _source: str = ""
    _strangers: int = 0
    _held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # exercises, by source
    _seen: dict[tuple[str, str], Path] = field(default_factory=dict)  # only if there are several sources

    def __iter__(self) -> Iterator[Found]:
        """Yield each file, by source, student and course order.

        Raises:
            UsageFault: a source cannot be read, or has files named by an LMS and there is no roster to
                identify the students.

        """
        for path in self.sources:
            self._source = str(path.resolve())
            for one in self._in_source(path, open_source(path)):
                self._held[self._source].add(one.exercise)
                first = self._seen.get((one.student, one.exercise))
                if first is not None:
                    self._leave_out(f"{one.student}: {one.exercise} is in {path}, but also in {first}")
                    continue
                if len(self.sources) > 1:
                    self._seen[one.student, one.exercise] = path
                self.students.add(one.student)
                yield one

    def looked_at(self) -> set[tuple[str, str]]:
        """Return each source with the exercises found in it, or with all exercises if that is unknown."""
        sources = [str(path.resolve()) for path in self.sources]
        return {(source, name) for source in sources for name in self._in(source)}

    def may_be_of(self) -> Iterator[tuple[str, str, str]]:
        """Yield source, student and exercise of each file that was left out, for every possible student."""
        for one in set(self.withheld):
            for exercise in [one.exercise] if one.exercise else self._in(one.source):
                yield from ((one.source, student, exercise) for student in one.students)

    def _in(self, source: str) -> Collection[str]:
        return [self.only] if self.only else self._held[source] or self.exercises

    def absent(self) -> list[str]:
        """Return the students of the roster who certainly handed in nothing."""
        theirs = {student for one in set(self.withheld) for student in one.students}
        return [one for one in self._everybody if one not in self.students and one not in theirs]

    def doubtful(self) -> list[str]:
        """Return the students of the roster for whom no file was graded, but one was left out."""
        absent = set(self.absent())
        return [one for one in self._everybody if one not in self.students and one not in absent]

    @cached_property
    def _asked(self) -> list[tuple[str, str]]:
        """Return exercise and name of each file that a question asks for."""
        found = [(exercise, name) for exercise, names in self.asks().items() for name in names]
        return [one for one in found if not self.only or one[0] == self.only]

    @cached_property
    def _received(self) -> Collection[str]:
        return self.brought()

    @property
    def _everybody(self) -> list[str]:
        return self.roster.students if self.roster else []

    def _leave_out(self, reason: str, students: Collection[str] = (), exercise: str = "") -> None:
        self.left_out.append(reason)
        if students:
            self.withheld.append(LeftOut(self._source, frozenset(students), exercise))

    def _in_source(self, path: Path, source: SubmissionSource) -> Iterator[Found]:
        people = list(self.roster.people.values()) if self.roster else []
        can_tell = any(person.name or len(person.ids) > 1 for person in people)
        layout = layout_of(
            source,
            self.exercises,
            self._is_known,
            self._is_owner,
            self.ownership,
            only=self.only,
            can_tell=can_tell,
            teams={team for own in self.teams.values() for team in own},
        )
        self.notes += [*layout.notes, *self._about_times(path, layout.groups)]
        if not can_tell and any(not group.named.is_folder for group in layout.groups):
            raise UsageFault(
                f"{path} comes from an LMS and needs a roster to identify students. Give --roster FILE."
            )
        for name, reason in layout.strays:
            is_file = seems_handed_in(name, self.exercises)
            self._leave_out(reason, self._everybody if is_file else self._like(name))
        groups = layout.groups
        mentions = [group.mention for group in groups]
        matches = match(mentions, people if self.roster else _people_of(groups), loosely=True)
        for number, reason in matches.reasons.items():
            self._leave_out_group(source, groups[number], reason, matches.doubtful[number])
        for number, student in sorted(matches.students.items(), key=lambda one: one[1]):
            if number in matches.inexact:
                who = groups[number].named.who
                self.notes.append(
                    f"{who!r} is assumed to be {student}, although the name is not quite the same"
                )
            yield from self._of_student(student, groups[number], source)
        self._look_for_teams(path, groups, matches)

    def _about_times(self, path: Path, groups: Sequence[StudentFiles]) -> Iterator[str]:
        """Say where the times of hand-in come from, if not from files."""
        if any(group.clones for group in groups):
            yield f"{path}: {COMMITS}"
        times = (name.time for group in groups for name in group.names.values())
        if self.rules.deadlines and any(time and time.tzinfo is None for time in times):
            yield f"{path}: the times of hand-in are assumed to be in the time zone {self.rules.timezone}"

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(map(folded, self.roster.people if self.roster else self.former))

    def _is_known(self, folder: str) -> bool:
        return folded(folder) in self._known

    @cached_property
    def _owners(self) -> frozenset[str]:
        """Return the names that repositories can end in: students, and their ids for this."""
        people = self.roster.people.values() if self.roster else ()
        ids = (one.lms_ids[column] for one in people for column in CLONE_IDS if column in one.lms_ids)
        return frozenset({*self._known, *map(folded, ids)})

    def _is_owner(self, name: str) -> bool:
        return folded(name) in self._owners

    def _like(self, name: str) -> set[str]:
        """Return the students that a folder's name may mean: misspelt, a person's name, or a copy."""
        if not self.roster or folded(name) in map(folded, self.former):
            return set()  # it belongs to somebody who left the course
        self._strangers += 1
        if self._strangers > MAX_STRANGERS:
            return set(self._everybody)
        unmarked, words = forms_of(name), loose_name(name)
        like = set()
        for person in self.roster.people.values():
            own = [person.student, person.name, person.email.partition("@")[0], *person.ids.values()]
            forms = [folded(word) for word in own if word]
            is_name = bool(person.name) and words == loose_name(person.name)
            is_close = bool(get_close_matches(folded(name), forms, 1, CLOSE))
            if is_name or is_close or any(tokens_of(word) in unmarked for word in forms):
                like.add(person.student)
        return like

    def _leave_out_group(
        self, source: SubmissionSource, group: StudentFiles, reason: str, possible: frozenset[str]
    ) -> None:
        """Leave out files that cannot be credited to one student for certain."""
        if group.named.is_folder and not possible:
            stranger = self.roster.stranger if self.roster else reason
            self._leave_out(f"{printable(group.named.who)}: {stranger}", self._like(group.named.who))
            return
        for path in group.paths:
            if path in group.clones:
                self._leave_out(f"{'/'.join(path)!r}: {reason}", possible, group.clones[path])
                continue
            try:
                for entry in source.entries(path):
                    name = _name_of(entry, path, group)
                    fitting = fit(name.file, self.exercises)
                    self._leave_out(
                        f"{entry.path!r}: {name.hint or reason}",
                        possible,
                        fitting.exercise if fitting else "",
                    )
            except UsageFault as fault:
                self._leave_out(str(fault), possible)

    def _look_for_teams(self, path: Path, groups: Sequence[StudentFiles], matches: Matches) -> None:
        """Withhold zeros if names do not match ids: an LMS can give one file for a whole team."""
        people = self.roster.people if self.roster else {}
        found = ((groups[number].mention, people.get(one)) for number, one in matches.students.items())
        both = [(mention, one) for mention, one in found if mention.is_joined and one and one.name]
        if 2 * sum(self._fits(mention, one) for mention, one in both) < len(both):
            told = "the names do not match the students with these ids. Are they names of teams?"
            self.notes.append(f"{path}: {told}")
            self.withheld.append(LeftOut(self._source, frozenset(self._everybody), ""))

    def _fits(self, mention: Mention, person: Person) -> bool:
        """Return whether a name can be a person's or their group's."""
        called = (person, *(Person("", team) for team in self.teams.get(person.student, ())))
        return any(fits_name(mention, one) for one in called)

    def _of_student(self, student: str, group: StudentFiles, source: SubmissionSource) -> Iterator[Found]:
        fitting: dict[str, list[_Candidate]] = defaultdict(list)
        beside: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)  # by exercise and name
        nameless: list[_Candidate] = []  # count only if the exercise is given
        told: list[str] = []
        others: list[str] = []
        try:
            files = [path for path in group.paths if path not in group.clones]
            entries = [(path, entry) for path in files for entry in source.entries(path)]
        except UsageFault as fault:
            self._leave_out(f"{student}: {fault}", {student})
            return
        for path, entry in [*entries, *self._committed(student, group, source)]:
            if asked := self._beside(student, entry, path, group):
                beside[asked[0]].append(asked[1])
                continue
            candidate, reason = self._sorted_in(student, entry, path, group)
            if candidate and not reason:
                fitting[candidate.fit.exercise].append(candidate)
            elif candidate:
                nameless.append(candidate)
                told.append(reason)
            else:
                (told if reason else others).append(reason or f"{_inner(entry, path)!r} is not a submission")
        if self.only and self.only not in fitting and len(nameless) == 1:
            fitting[self.only], told = nameless, told[:0]
        for exercise in [self.only] if self.only else self.exercises:
            own = {name: files for (other, name), files in beside.items() if other == exercise}
            if exercise in fitting:
                yield self._found(student, exercise, fitting[exercise], own)
            for name in () if exercise in fitting else own:
                reason = f"{student}: {name} is for {exercise}, of which there is no other file"
                self._leave_out(reason, {student}, exercise)
        self._leave_out_strange(student, told or ([] if fitting else others))

    def _committed(
        self, student: str, group: StudentFiles, source: SubmissionSource
    ) -> Iterator[tuple[PathParts, SubmissionFile]]:
        """Yield the files of a student's clones, as they were at the deadline."""
        for path, exercise in group.clones.items():
            due = deadline(self.rules, student, exercise)
            until = due + timedelta(minutes=self.rules.grace_minutes) if due else None
            try:
                yield from ((path, entry) for entry in source.commit(path, until))
            except UsageFault as fault:
                self._leave_out(f"{student}: {fault}", {student}, exercise)

    def _leave_out_strange(self, student: str, strange: Sequence[str]) -> None:
        for reason in strange[:MAX_TOLD]:
            self._leave_out(f"{student}: {reason}", {student})
        if len(strange) > MAX_TOLD:
            more = f"{student}: {len(strange) - MAX_TOLD} more files do not match an exercise"
            self._leave_out(more, {student})

    def _beside(
        self, student: str, entry: SubmissionFile, path: tuple[str, ...], group: StudentFiles
    ) -> tuple[tuple[str, str], _Candidate] | None:
        """Return which requested file this is, or None if it is not one or is in the wrong place."""
        name, inner = _name_of(entry, path, group), _inner(entry, path)
        asked = next((one for one in self._asked if is_asked_for(name.file, one[1])), None)
        is_too_deep = name.depth > 1 and group.named.is_folder
        if asked is None or is_too_deep or self._of_another(student, name):
            return None
        if group.clones.get(path, asked[0]) != asked[0]:
            return None
        meant = Fit(asked[0], PurePath(asked[1]).suffix.lower(), is_exact=name.file == asked[1])
        return asked, _Candidate(entry, meant, inner, name, self._utc(name.time))

    def _sorted_in(
        self, student: str, entry: SubmissionFile, path: tuple[str, ...], group: StudentFiles
    ) -> tuple[_Candidate | None, str]:
        """Return the exercise that a file is for, and the reason to leave it out if there is one to report.

        A candidate with a reason counts only if the exercise is given and it is the only file.
        """
        name, inner = _name_of(entry, path, group), _inner(entry, path)
        found = fit(name.file, self.exercises)
        if found is None and name.file in self._received:
            return None, ""
        only, is_clone = group.clones.get(path, self.only), path in group.clones
        is_another = bool(only and found and found.exercise != only)
        if found is None or (is_another and (is_clone or not group.named.is_folder)):
            is_told = not group.named.is_folder or seems_handed_in(name.file, self.exercises)
            is_told = is_told and not is_clone  # a repository has other files as well
            problem = f"is for {found.exercise}" if found else "does not match an exercise"
            reason = f"{inner!r} {problem}. {'' if found else _meant(name.file, self.exercises)}".rstrip()
            suffix = suffix_of(name.file)
            meant = Fit(self.only, suffix, is_exact=False) if self.only and suffix else None
            nameless = _Candidate(entry, meant, inner, name, self._utc(name.time)) if meant else None
            is_told = is_told and not name.is_beside
            return nameless if is_told else None, reason if is_told else ""
        reason = ""
        if name.depth > 1 and group.named.is_folder:
            reason = f"{inner!r} is {name.depth} folders too deep"
        elif other := self._of_another(student, name):
            reason = f"{inner!r} {other}"
        return None if reason else _Candidate(entry, found, inner, name, self._utc(name.time)), reason

    def _utc(self, time: datetime | None) -> datetime | None:
        """Return a time in UTC. Without a zone it is in the course's; of two such times, the earlier one."""
        if time is None or time.tzinfo is not None:
            return time and time.astimezone(UTC)
        local = time.replace(tzinfo=ZoneInfo(self.rules.timezone))
        return min(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))

    def _of_another(self, student: str, name: Named) -> str:
        """Say whose file it is if its name contains another student's id, or return ""."""
        own = self.roster.people[student].lms_ids if self.roster else {}
        for column, value in name.ids.items():
            if column in own and comparable(column, value) != comparable(column, own[column]):
                return f"belongs to {column.lms} user {value}, but {student} is {own[column]}"
        return ""

    def _answered(
        self, student: str, exercise: str, candidates: Sequence[_Candidate]
    ) -> Sequence[_Candidate]:
        """Return the files that are not untouched stubs, or one of these if there is no other."""
        stubs = []
        for one in candidates:
            suffix, content, problem = one.content
            if not problem and self.is_stub(exercise, f"{exercise}{suffix}", content):
                stubs.append(one)
        answered = [one for one in candidates if one not in stubs]
        if stubs and answered:
            names = " and ".join(printable(one.inner) for one in stubs)
            self.notes.append(f"{student}: {names} is an untouched stub, and does not count")
        return answered or stubs[:1]

    def _found(
        self,
        student: str,
        exercise: str,
        candidates: Sequence[_Candidate],
        beside: Mapping[str, Sequence[_Candidate]],
    ) -> Found:
        candidates = sorted(_last(candidates), key=lambda one: one.order)
        first = candidates[0]
        problem = first.entry.problem
        if len(candidates) > 1 and len({one.content for one in candidates}) > 1:
            candidates = self._answered(student, exercise, candidates)
            first, problem = candidates[0], candidates[0].entry.problem
        if len(candidates) > 1 and len({one.content for one in candidates}) > 1:
            both = " and ".join(printable(one.inner) for one in candidates[:2])
            problem = f"There are {both}, but only one file can count."
        elif not first.is_as_asked and not problem:
            self.notes.append(f"{student}: {first.inner!r} is assumed to be {exercise}")
        # The time of a file that an LMS packed is that of the download.
        name = f"{exercise}{first.fit.suffix}"
        files = {one: self._attached(student, own) for one, own in beside.items()}
        all_ = [first, *(one for one, _ in files.values())]
        times = [one.entry.time if one.named.is_folder else one.time for one in all_]
        known = [time for time in times if time is not None]
        time = max(known) if len(known) == len(times) else None  # nothing is complete before the last file
        is_late = any(one.named.is_late for one in all_)
        file = HandedIn(student, exercise, name, b"", time, is_late, problem)
        readers = {one: read for one, (_, read) in files.items()}
        return Found(student, exercise, partial(_read, file, first.entry.read, readers))

    def _attached(self, student: str, candidates: Sequence[_Candidate]) -> tuple[_Candidate, Content]:
        """Return the file of its name that counts, and how to read it."""
        candidates = sorted(_last(candidates), key=lambda one: one.order)
        first, problem = candidates[0], candidates[0].entry.problem
        if len(candidates) > 1 and len({one.content for one in candidates}) > 1:
            both = " and ".join(printable(one.inner) for one in candidates[:2])
            problem = f"There are {both}, but only one file can count."
        elif not first.is_as_asked and not problem:
            self.notes.append(f"{student}: {first.inner!r} is assumed to be a file of {first.fit.exercise}")
        return first, (lambda: (b"", problem)) if problem else first.entry.read


def _read(file: HandedIn, read: Content, beside: Mapping[str, Content]) -> HandedIn:
    """Return a file with its content and the files beside it, or with a problem if it cannot be read."""
    if file.problem:
        return file
    content, problem = read()
    found = {name: own() for name, own in beside.items()}
    files = tuple(HandedFile.of(name, *one) for name, one in sorted(found.items()))
    attached = {name: one for name, (one, _) in found.items() if len(one) <= MAX_HANDED}
    return replace(file, content=content, problem=problem, files=files, attached=attached)


def _last(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the files of the last attempt, or all of them if a time is unknown."""
    times = [one.time for one in candidates if one.time is not None]
    if len(times) < len(candidates):
        return list(candidates)
    return [one for one in candidates if one.time == max(times)]


def _inner(entry: SubmissionFile, path: tuple[str, ...]) -> str:
    """Return a file's path within the person's folder."""
    return "/".join(entry.parts[len(path) :]) or entry.parts[-1]


def _name_of(entry: SubmissionFile, path: tuple[str, ...], group: StudentFiles) -> Named:
    """Return what a file's path says, starting at the person's folder."""
    own, name = group.names[path], named(entry.parts[len(path) - 1 :])
    if name is None:
        return replace(own, file=entry.parts[-1])
    if own.is_folder:
        return name
    return replace(own, file=name.file, is_late=name.is_late, is_beside=name.is_beside, depth=name.depth)


def _people_of(groups: Sequence[StudentFiles]) -> list[Person]:
    """Return the students that folders name if there is no roster; equal names are one student."""
    names = {folded(group.named.who): unicodedata.normalize("NFC", group.named.who) for group in groups}
    return [Person(name) for name in names.values()]


def _meant(name: str, exercises: Sequence[str]) -> str:
    close = did_you_mean(Path(name).stem.lower(), exercises)
    if not close.startswith("Did you mean"):
        return ""
    return f"{close} Then rename it, or grade with --exercise." if suffix_of(name) else close

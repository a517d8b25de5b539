"""Finding what a class handed in: folders of students' folders, and zips of an LMS. Nothing is guessed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.bulk import Bulk, Member, open_bulk
from grader.classroom.roster import Roster, is_folder_name
from grader.errors import UsageFault, did_you_mean, printable
from grader.examiner.submission import MAX_BYTES, SUFFIXES
from grader.gradebook.records import HandedIn

MAX_TOLD = 5  # misnamed files of one student

Content = Callable[[], tuple[bytes, str]]  # with the problem, where it cannot be read


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
        """The file with its content, or the problem if it cannot be read or graded."""
        content, problem = (b"", self.problem) if self.problem else self.content()
        return HandedIn(self.student, self.exercise, self.name, content, self.time, self.is_late, problem)


@dataclass
class Collected:
    """What was handed in, found while it is gone through; afterwards, what was left out and why."""

    sources: Sequence[Path]
    exercises: Sequence[str]
    roster: Roster | None
    left_out: list[str] = field(default_factory=list)
    students: set[str] = field(default_factory=set)
    _seen: dict[tuple[str, str], Path] = field(default_factory=dict)  # only where there are several sources

    def __iter__(self) -> Iterator[Found]:
        """Each file, by source, student and the course's order.

        Raises:
            UsageFault: a source cannot be read, or is a zip of an LMS and there is no roster.

        """
        for source in self.sources:
            found = self._in_zip(source) if source.is_file() else self._in_folder(source)
            for one in found:
                first = self._seen.get((one.student, one.exercise))
                if first is not None:
                    self.left_out.append(f"{one.student}: {one.exercise} is in {source}, and in {first}")
                    continue
                if len(self.sources) > 1:
                    self._seen[one.student, one.exercise] = source
                self.students.add(one.student)
                yield one

    def _in_folder(self, folder: Path) -> Iterator[Found]:
        for entry in _entries(folder):
            if entry.is_symlink() or not entry.is_dir():
                if not entry.name.startswith("."):
                    self.left_out.append(f"{entry.name!r} is not a student's folder")
            elif self._is_student(entry.name):
                yield from self._of_student(entry)

    def _is_student(self, name: str) -> bool:
        if not is_folder_name(name):
            self.left_out.append(f"{name!r} cannot be the name of a student")
        elif self.roster is not None and name not in self.roster.people:
            self.left_out.append(f"{name}: not in the roster")
        else:
            return True
        return False

    def _of_student(self, entry: os.DirEntry[str]) -> Iterator[Found]:
        for exercise in self.exercises:
            named = (Path(entry.path) / f"{exercise}{suffix}" for suffix in SUFFIXES)
            files = [file for file in named if os.path.lexists(file)]
            if files:
                status = files[0].lstat()
                time = _time(status.st_mtime)
                problem = "" if stat.S_ISREG(status.st_mode) else f"{files[0].name} is not a plain file."
                if len(files) > 1:
                    problem = _only_one(files[0].name, files[1].name)
                yield Found(entry.name, exercise, files[0].name, _reader(files[0]), time, problem=problem)
        self.left_out += _misnamed(entry, self.exercises)

    def _in_zip(self, file: Path) -> Iterator[Found]:
        bulk = open_bulk(file, self.exercises, self.roster)
        self.left_out += bulk.left_out
        for (student, exercise), members in sorted(bulk.members.items()):
            if self._is_student(student):
                yield _member_found(bulk, student, exercise, members)


def _member_found(bulk: Bulk, student: str, exercise: str, members: Sequence[Member]) -> Found:
    member = members[0]
    problem = _only_one(member.file, members[1].file) if len(members) > 1 else ""
    return Found(student, exercise, member.name, lambda: bulk.read(member), None, member.is_late, problem)


def _time(seconds: float) -> datetime | None:
    """A file's time; None where it is out of this world."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _only_one(first: str, second: str) -> str:
    return f"There are {printable(first)} and {printable(second)}, and only one of them can count."


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise UsageFault(f"{folder} cannot be read: {error.strerror}.") from None


def _reader(file: Path) -> Content:
    """Reads a file; a link that was put in its place meanwhile is not followed."""

    def read() -> tuple[bytes, str]:
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as stream:
                return stream.read(MAX_BYTES + 1), ""
        except OSError as error:
            return b"", f"{file.name} cannot be read: {error.strerror}."

    return read


def _misnamed(entry: os.DirEntry[str], exercises: Sequence[str]) -> list[str]:
    """Files that look handed in and belong to no exercise."""
    try:
        names = sorted(os.listdir(entry.path))  # noqa: PTH208 names are all that is wanted
    except OSError as error:
        return [f"{entry.name}: cannot be read: {error.strerror}"]
    right = {f"{exercise}{suffix}" for exercise in exercises for suffix in SUFFIXES}
    strange = [name for name in names if name not in right and _looks_handed_in(name, exercises)]
    told = [
        f"{entry.name}: {name!r} is of no exercise. {_meant(name, exercises)}".rstrip()
        for name in strange[:MAX_TOLD]
    ]
    more = len(strange) - len(told)
    return [*told, f"{entry.name}: {more} more files are of no exercise"] if more else told


def _looks_handed_in(name: str, exercises: Sequence[str]) -> bool:
    plain = name.casefold()
    begins = any(plain.startswith(exercise.casefold()) for exercise in exercises)
    return plain.endswith(SUFFIXES) or begins


def _meant(name: str, exercises: Sequence[str]) -> str:
    close = did_you_mean(Path(name).stem.lower(), exercises)
    return close if close.startswith("Did you mean") else ""

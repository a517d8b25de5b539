"""Finding what a class handed in: `SUBMISSIONS/<student>/<exercise>.py` or `.ipynb`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.roster import is_folder_name
from grader.errors import UsageFault, did_you_mean
from grader.examiner.submission import SUFFIXES

MAX_TOLD = 5  # misnamed files of one student


@dataclass(frozen=True)
class Found:
    """One file that a student handed in; `time` is the file's own, in UTC.

    Where there is a `problem` it cannot be graded, and must not be taken for nothing handed in.
    """

    student: str
    exercise: str
    file: Path
    time: datetime
    problem: str = ""


@dataclass
class Collected:
    """What is to be graded, and what was left out and why."""

    found: list[Found] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def collect(folder: Path, exercises: Sequence[str], students: Sequence[str] | None) -> Collected:
    """The submissions in a folder, by student and then in the course's order. Nothing is guessed.

    Raises:
        UsageFault: the folder cannot be read.

    """
    collected = Collected()
    known = None if students is None else set(students)
    for entry in _entries(folder):
        if entry.is_symlink() or not entry.is_dir():
            if not entry.name.startswith("."):
                collected.left_out.append(f"{entry.name!r} is not a student's folder")
        elif not is_folder_name(entry.name):
            collected.left_out.append(f"{entry.name!r} cannot be the name of a student")
        elif known is not None and entry.name not in known:
            collected.left_out.append(f"{entry.name}: not in the roster")
        else:
            _collect_student(entry, exercises, collected)
    return collected


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise UsageFault(f"{folder} cannot be read: {error.strerror}.") from None


def _collect_student(entry: os.DirEntry[str], exercises: Sequence[str], collected: Collected) -> None:
    for exercise in exercises:
        files = [
            file for suffix in SUFFIXES if os.path.lexists(file := Path(entry.path) / f"{exercise}{suffix}")
        ]
        if files:
            status = files[0].lstat()
            time = datetime.fromtimestamp(status.st_mtime, UTC)
            problem = "" if stat.S_ISREG(status.st_mode) else f"{files[0].name} is not a plain file."
            if len(files) > 1:
                problem = f"There are {files[0].name} and {files[1].name}, and only one of them can count."
            collected.found.append(Found(entry.name, exercise, files[0], time, problem))
    collected.left_out += _misnamed(entry, exercises)


def _misnamed(entry: os.DirEntry[str], exercises: Sequence[str]) -> list[str]:
    """Files that look handed in and belong to no exercise."""
    try:
        names = sorted(os.listdir(entry.path))  # noqa: PTH208 names are all that is wanted
    except OSError as error:
        return [f"{entry.name}: cannot be read: {error.strerror}"]
    strange = [name for name in names if name.endswith(SUFFIXES) and Path(name).stem not in exercises]
    told = [
        f"{entry.name}: {name!r} is of no exercise. {_meant(name, exercises)}".rstrip()
        for name in strange[:MAX_TOLD]
    ]
    more = len(strange) - len(told)
    return [*told, f"{entry.name}: {more} more files are of no exercise"] if more else told


def _meant(name: str, exercises: Sequence[str]) -> str:
    close = did_you_mean(Path(name).stem.lower(), exercises)
    return close if close.startswith("Did you mean") else ""

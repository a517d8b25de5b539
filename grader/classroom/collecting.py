"""Finding what a class handed in: `SUBMISSIONS/<student>/<exercise>.py` or `.ipynb`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import UsageFault
from grader.examiner.submission import SUFFIXES


@dataclass(frozen=True)
class Found:
    """One file that a student handed in; `time` is the file's own, in UTC."""

    student: str
    exercise: str
    file: Path
    time: datetime


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
                collected.left_out.append(f"{entry.name}: not a student's folder")
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
        if len(files) > 1:
            names = " and ".join(file.name for file in files)
            collected.left_out.append(f"{entry.name}: {names}, and only one of them can count")
        elif files:
            status = files[0].lstat()
            if stat.S_ISREG(status.st_mode):
                time = datetime.fromtimestamp(status.st_mtime, UTC)
                collected.found.append(Found(entry.name, exercise, files[0], time))
            else:
                collected.left_out.append(f"{entry.name}: {files[0].name} is not a plain file")

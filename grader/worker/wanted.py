"""The examiner's process that a command wants, and what it gets."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from grader.worker.environment import clean_environment
from grader.worker.line import Line


@dataclass(frozen=True)
class Wanted:
    """An examiner's process: its folder for temporary files, how it isolates, and its module."""

    folder: str
    isolation: str
    examiner: str
    owner: str = ""  # which part of this process wants it

    @property
    def environment(self) -> dict[str, str]:
        """What it begins with."""
        return {**clean_environment(), "TMPDIR": self.folder}


class Running(Protocol):
    """A process that was started, or will be."""

    @property
    def pid(self) -> int:
        """Its number; 0 until it has begun."""

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""

    def begun(self, seconds: float = 0.0) -> bool:
        """Wait until it has begun; return whether it has."""

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has."""

    def interrupt(self) -> None:
        """Have the process tidy up and end, whatever it is doing."""

    def kill(self) -> None:
        """End the process and all that it started."""

    def starter_words(self) -> str:
        """Return why it ended, if the process that started it is to blame; otherwise ""."""


class Readable(Protocol):
    """The last note of a process."""

    def read(self) -> tuple[Any, float] | None:
        """Return it and the monotonic time at which it was written; None if there is none."""

    def close(self) -> None:
        """Close this end."""


@dataclass(frozen=True)
class Begun:
    """A process, the line to it, how many bytes can be sent before it reads them, and where it writes notes.

    Without a place to write them, notes come over the line.
    """

    process: Running
    line: Line
    most_ahead: int
    note: Readable | None = None


def here() -> str:
    """Return the current folder, if it still exists."""
    with contextlib.suppress(OSError):
        return str(Path.cwd())
    return os.path.abspath(os.sep)  # noqa: PTH100


def last_line(file: int) -> str:
    """Return the last line that an ended process wrote to a file for errors."""
    os.lseek(file, 0, os.SEEK_SET)
    lines = os.read(file, 1 << 16).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""

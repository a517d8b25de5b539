"""What an author's code is about to do, noted before it runs, because it can end the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

IMPORT_SECONDS = 15.0  # for one module, torch aside
GRACE_SECONDS = 5.0  # after which a process that has not ended by itself is killed


@dataclass(frozen=True)
class Deed:
    """What is about to run, where it is written, and how long it may take; `check` is a check's node id."""

    what: str  # begins a sentence: "The check test_double"
    file: Path
    line: int | None = None
    seconds: float = field(default_factory=lambda: IMPORT_SECONDS)
    check: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Be sent in a third of the time: a path takes longer than all the rest."""
        return _received, (self.what, str(self.file), self.line, self.seconds, self.check)


def _received(what: str, file: str, line: int | None, seconds: float, check: str) -> Deed:
    return Deed(what, Path(file), line, seconds, check)


Note = Callable[[Deed], None]


@dataclass(frozen=True)
class Doing:
    """What a process does, and since which monotonic time."""

    deed: Deed
    since: float


def nowhere(_deed: Deed) -> None:
    """Note nothing."""

"""What an author's code is about to do, noted beforehand: it may be the last thing that a process does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

IMPORT_SECONDS = 15.0  # for one module, torch aside
GRACE_SECONDS = 5.0  # after which a process is killed that did not end by itself


@dataclass(frozen=True)
class Deed:
    """What it is, where it is written, and how long it may take; `check` is the node id of a check."""

    what: str  # begins a sentence: "The check test_double"
    file: Path
    line: int | None = None
    seconds: float = field(default_factory=lambda: IMPORT_SECONDS)
    check: str = ""


Note = Callable[[Deed], None]


def nowhere(_deed: Deed) -> None:
    """Note nothing."""

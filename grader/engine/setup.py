"""What a lane needs before its first job, and its answer when it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

READY = "ready"


@dataclass(frozen=True)
class Setup:
    """The course's folder, the exercises, and how to isolate."""

    root: Path
    exercises: tuple[str, ...]
    isolation: str  # by its name
    packages: tuple[str, ...]  # that the course lists
    run: str = ""  # on a cluster, whose nodes can be in several
    lanes: int = 1  # that share the memory of the machine
    watched: bool = False  # whether the sender wants an event for each question

"""What a lane needs before its first job, and what it answers when it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.worker.forkserver import Isolation

READY = "ready"


@dataclass(frozen=True)
class Setup:
    """The course's folder, the exercises, and how to isolate."""

    root: Path
    exercises: tuple[str, ...]
    isolation: Isolation
    packages: tuple[str, ...]  # that the course lists
    lanes: int = 1  # that share the memory of the machine
    watched: bool = False  # whether somebody wants to know of each question

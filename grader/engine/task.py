"""What goes between the process that grades a class and its lanes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.examiner.report import Report

READY = "ready"
TRIES = 2  # of one submission, if the process that grades or runs it dies


@dataclass(frozen=True)
class Setup:
    """What a lane needs before its first task: the course's folder, the exercises, how to isolate."""

    root: Path
    exercises: tuple[str, ...]
    isolation: str  # by its name
    packages: tuple[str, ...]  # that the course lists
    preload: tuple[str, ...] = ()  # what checks import that takes long, once for all lanes
    lanes: int = 1  # that share the memory of the machine
    watched: bool = False  # whether somebody wants to know of each question


@dataclass(frozen=True)
class Task:
    """One submission to be graded: all of its questions, or only those that are named."""

    number: int
    student: str
    exercise: str
    variant: str | None
    file_name: str
    content: bytes
    problem: str = ""  # why the file could not even be read
    questions: frozenset[str] | None = None
    params: Mapping[str, Any] | None = None  # of the variant, where they were drawn before
    pacer: bytes | None = None  # a file whose own time decides how long a call of this one may take
    given_up: frozenset[str] = frozenset()  # checks that did not come to an end


@dataclass(frozen=True)
class Result:
    """What came of a task; `seconds` of wall-clock time in the lane."""

    number: int
    report: Report
    output: bytes
    seconds: float
    params: Mapping[str, Any] | None = None  # of the variant that was graded

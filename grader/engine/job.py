"""A lane's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.engine.handed_in import HandedIn

TRIES = 2  # of one job, if the process that grades or runs it dies


@dataclass(frozen=True, kw_only=True)
class Job:
    """A file to be graded: all of its questions, or only the named ones."""

    number: int
    handed_in: HandedIn
    variant: str | None = None  # the student whose variant it is; None for variant 0
    params: Mapping[str, Any] | None = None  # of the variant, if they were drawn before
    made: Mapping[str, bytes] = field(default_factory=dict)  # files of the student's own that were kept
    questions: frozenset[str] | None = None
    pacer: bytes | None = None  # a file whose own time decides how long a call of this one may take
    insists: bool = False  # if it runs out of a time that is enough for its pacer, it is graded once more
    is_measured: bool = False  # where no author limits a call, it may take what can be measured
    by_author: bool = False  # it can import the helpers, even if students cannot
    given_up: frozenset[str] = frozenset()  # checks that did not finish

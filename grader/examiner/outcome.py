"""The outcome of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.examiner.report import Report


@dataclass(frozen=True)
class Outcome:
    """A report, and what the examiner, the lane and the class each know about it.

    `output` is what the submission printed. It is kept for the instructor and never shown beside a check.
    """

    report: Report
    output: bytes = b""
    slowest: float = 0.0  # seconds of the longest call of the submission, or of loading it
    ran_out: bool = False  # whether a call or a statement took too long
    seconds: float | None = 0.0  # of wall-clock time in the lane; None: it was unchanged, and not run again
    params: Mapping[str, Any] | None = None  # of the variant; the gradebook keeps them as the student's own
    variant: str = ""  # the student whose variant it is; empty for variant 0
    fingerprint: str = ""  # of the questions' definitions
    kept: Report | None = None  # what counts in its place: its score differs, and no one has allowed that yet
    is_corrected: bool = False  # the same file, now known to have been handed in earlier

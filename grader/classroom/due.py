"""What is still to be run of a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.classroom.collecting import Found
from grader.engine.job import Job
from grader.examiner.outcome import Outcome
from grader.examiner.report import Report, merged


@dataclass(frozen=True)
class Due:
    """A job whose file is read when its turn comes; it may be another file by then."""

    found: Found
    variant: str | None
    params: Mapping[str, Any] | None = None  # that the student was given, where that is known
    questions: frozenset[str] | None = None
    earlier: str = ""  # the report that these questions complete
    digest: str = ""  # of the content that `earlier` is about

    def job(self, number: int) -> Job:
        """Read the file, and return the job: all of its questions if it is not the one that was looked at."""
        handed_in = self.found.read()
        questions = self.questions if handed_in.digest == self.digest else None
        return Job(
            number=number,
            handed_in=handed_in,
            variant=self.variant,
            params=self.params,
            questions=questions,
        )

    def whole(self, outcome: Outcome, questions: list[str]) -> Report:
        """Return the report on all questions, with those of the earlier one that were not run again."""
        if len(outcome.report.questions) == len(questions):
            return outcome.report
        return merged(Report.model_validate_json(self.earlier), outcome.report, questions)

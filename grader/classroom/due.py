"""The jobs of a class that are still to be run."""

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
    """A job whose file is read when its turn comes; the file may have changed by then."""

    found: Found
    variant: str | None
    params: Mapping[str, Any] | None = None  # the student's parameters, if known
    questions: frozenset[str] | None = None
    earlier: str = ""  # the report that these questions update
    digest: str = ""  # digest of the content that `earlier` is about

    def job(self, number: int) -> Job:
        """Read the file and return the job; a file that has changed is run with all questions."""
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
        """Return the complete report, with the earlier results of questions that were not run again."""
        if len(outcome.report.questions) == len(questions):
            return outcome.report
        return merged(Report.model_validate_json(self.earlier), outcome.report, questions)

"""What is done once before examiners are forked, so that none of them has to do it first."""

from __future__ import annotations

from grader.digest import all_sources
from grader.examiner.report import CheckReport, QuestionReport, Report


def warm_up() -> None:
    """Read the sources for their digest, and have pydantic build what examiners validate."""
    all_sources()
    for record in (CheckReport, QuestionReport, Report):
        record.model_rebuild()

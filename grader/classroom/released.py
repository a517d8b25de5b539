"""What of a report a student may see at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from grader.course.release import Releases
from grader.examiner.report import QuestionReport, Report


@dataclass(frozen=True)
class Released:
    """Which parts of a result a student sees."""

    score: bool
    messages: bool
    explanation: bool
    checks: bool

    @classmethod
    def at(cls, releases: Releases, student: str, exercise: str, now: datetime) -> Self:
        """Ask the release rules about each part."""
        return cls(
            score=releases.visible("score", student, exercise, now),
            messages=releases.visible("messages", student, exercise, now),
            explanation=releases.visible("explanation", student, exercise, now),
            checks=releases.visible("checks", student, exercise, now),
        )

    @property
    def verdicts(self) -> bool:
        """Whether a student sees what is right and wrong: the points also say it."""
        return self.score or self.messages

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.verdicts or self.explanation or self.checks)

    def of(self, report: Report) -> Report:
        """Return a report without what its student does not see yet."""
        if self.messages:
            return report
        questions = tuple(_without_messages(one, hidden=not self.verdicts) for one in report.questions)
        return report.model_copy(update={"questions": questions, "notes": (), "printed": ""})


def _without_messages(question: QuestionReport, *, hidden: bool) -> QuestionReport:
    """Return the student's own answer, the points, and the outcome unless it is hidden."""
    return QuestionReport(
        id=question.id,
        kind=question.kind,
        outcome="skipped" if hidden else question.outcome,
        score=0 if hidden else question.score,
        points=question.points,
        message="",
        answer=question.answer,
    )

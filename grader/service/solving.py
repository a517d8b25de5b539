"""Model solutions on a student's machine, for those who are done with a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.course.solutions import solution_of
from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.handout import wording
from grader.handout.stubs import paragraphs
from grader.service.student import Examiner


@dataclass(frozen=True)
class Solution:
    """The model solution of a question, and the paragraphs that explain it.

    If hints are `unseen`, both are empty.
    """

    question: str
    code: str = ""
    explanation: tuple[str, ...] = ()
    unseen: int = 0


def check_solutions(examiner: Examiner) -> None:
    """Raise UsageFault if the handout has no solutions."""
    if examiner.sitting.keys is None:
        raise UsageFault(wording.NO_SOLUTIONS)


def solutions(examiner: Examiner, report: Report, question: str | None) -> Sequence[Solution]:
    """Return the solution of a question, or else of the first open one, or of all if none is open."""
    still_open = [one.id for one in report.still_open[:1]]
    asked = [question] if question else still_open or [one.id for one in report.questions]
    return [_solution(examiner, report, one) for one in asked]


def _solution(examiner: Examiner, report: Report, question: str) -> Solution:
    unseen = examiner.unseen_hints(question)
    if unseen and not examiner.has_been_right(report, question):
        return Solution(question, unseen=unseen)
    keys = examiner.sitting.keys or {}
    explanation = tuple(paragraphs(keys[question].explanation.strip()))
    return Solution(question, solution_of(examiner.sitting, question), explanation)

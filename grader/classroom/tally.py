"""The results of a run of `course grade`, counted on the way, so that a class of any size needs no memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.examiner.outcome import Outcome
from grader.examiner.report import Report
from grader.questions.posed import OutcomeName

MAX_TOLD = 20  # submissions listed by name
SLOWEST = 3


@dataclass
class Tally:
    """Counts, and the few submissions that an instructor should look at."""

    graded: int = 0
    ungraded: int = 0
    unchanged: int = 0
    pending: int = 0  # with questions that a person still has to mark
    held: int = 0  # with a score that does not count
    corrected: int = 0  # with a corrected hand-in time
    reasons: list[str] = field(default_factory=list)
    held_names: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    outcomes: dict[tuple[str, str], Counter[OutcomeName]] = field(default_factory=dict)
    exercises: Sequence[str] = ()  # in course order

    def count(self, outcome: Outcome) -> None:
        """Count one submission."""
        report = outcome.report
        name = f"{report.student} {report.exercise}"
        if report.is_graded:
            self.graded += 1
        else:
            self.ungraded += 1
            self._tell(self.reasons, f"{name}: {_why(outcome)}")
        self.pending += bool(report.pending)
        if outcome.seconds is None:
            self.unchanged += 1
        else:
            heapq.heappush(self.slowest, (outcome.seconds, name))
            if len(self.slowest) > SLOWEST:
                heapq.heappop(self.slowest)
        self.corrected += outcome.is_corrected
        if outcome.kept:
            self.held += 1
            self._tell(self.held_names, f"keeps its score: {name} (it {_moved(report, outcome.kept)})")
        for question in report.questions:
            counts = self.outcomes.setdefault((report.exercise, question.id), Counter())
            counts[question.outcome] += 1

    @property
    def rows(self) -> list[tuple[str, str, Counter[OutcomeName]]]:
        """Return exercises and questions with their outcomes, in course order."""
        place = {name: number for number, name in enumerate(self.exercises)}
        rows = [(exercise, question, counts) for (exercise, question), counts in self.outcomes.items()]
        return sorted(rows, key=lambda row: (place.get(row[0], len(place)), row[0]))

    @staticmethod
    def _tell(names: list[str], name: str) -> None:
        if len(names) < MAX_TOLD:
            names.append(name)


def _moved(report: Report, kept: Report) -> str:
    """Say why a report does not count: it is lower, or higher only by chance."""
    is_lower = report.score / report.points < kept.score / kept.points
    return "would fall" if is_lower else "rises only because it was run again"


def _why(outcome: Outcome) -> str:
    """Say why a submission could not be graded: the first question's reason."""
    for question in outcome.report.questions:
        if question.outcome == "ungraded":
            told = [check.message for check in question.checks if check.outcome == "ungraded"]
            return next(
                (message for message in (question.message, *told) if message), "the reason is unknown"
            )
    return "the reason is unknown"

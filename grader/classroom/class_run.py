"""Grade a class: everything except unchanged submissions goes through the lanes into the gradebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from grader.classroom.class_grader import ClassGrader
from grader.classroom.collecting import Found
from grader.classroom.due import Due
from grader.engine.handed_in import HandedIn
from grader.examiner.outcome import Outcome
from grader.gradebook.store import EVERYBODY, Gradebook

BATCH = 200  # submissions looked up in the gradebook at once
VARIANT_0 = (
    "Exercises were handed out without a roster. Students without a variant of their own are graded with "
    "variant 0. If they received their own, run: course generate handouts --roster FILE"
)


@dataclass
class ClassRun:
    """One `course grade`; with `personal`, students have their own variants, or else variant 0."""

    grader: ClassGrader
    gradebook: Gradebook
    personal: bool
    again: bool = False  # run everything, even if unchanged
    unchanged: int = 0
    _corrected: set[tuple[str, str]] = field(default_factory=set)
    _due: list[Due] = field(default_factory=list)
    _told: bool = False

    def look(self, found: Iterable[Found]) -> Iterator[Outcome]:
        """Go through the submissions and yield unchanged ones at once; `run` runs the others.

        Raises:
            CourseFaults: an exercise is wrong.
            UsageFault: the gradebook fails.

        """
        iterator = iter(found)
        while batch := list(islice(iterator, BATCH)):
            students = sorted({one.student for one in batch})
            known = self.gradebook.known(students)
            handed_out = self.gradebook.handed_out([*students, EVERYBODY]) if self.personal else {}
            for one in batch:
                handed_in = one.read()
                before = known.get((one.student, one.exercise, handed_in.digest))
                variant = self._variant(one, handed_out)
                is_corrected = before is not None and before.is_corrected_by(handed_in)
                if is_corrected:
                    self._corrected.add((one.student, one.exercise))
                if (
                    before is None
                    or handed_in.problem
                    or self.again
                    or not self.grader.is_current(before, one.exercise, variant)
                ):
                    params = handed_out.get((one.student, one.exercise))
                    self._due.append(
                        self.grader.due(one, handed_in.digest, before, variant, params, again=self.again)
                    )
                    continue
                if is_corrected or not before.is_latest:
                    self.gradebook.record(handed_in, None)
                self.unchanged += 1
                unchanged = Outcome(before.report(), seconds=None)
                yield self._stored(handed_in, unchanged, counts=before.is_applied)

    def _variant(self, found: Found, handed_out: Mapping[tuple[str, str], Any]) -> str | None:
        """Return whose variant a student has: their own, or the common one if that was handed out."""
        is_own = (found.student, found.exercise) in handed_out
        if not self.personal or is_own or (EVERYBODY, found.exercise) not in handed_out:
            return found.student if self.personal else None
        if not self._told:
            self._told = True
            self.grader.tell(VARIANT_0)
        return None

    @property
    def left(self) -> int:
        """Return the number of submissions to run."""
        return len(self._due)

    def run(self) -> Iterator[Outcome]:
        """Run the remaining submissions; each outcome is in the gradebook before it is yielded.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or the gradebook fails.

        """
        for handed_in, outcome in self.grader.run(self._due):
            counts = self.gradebook.record(handed_in, outcome, again=self.again)
            yield self._stored(handed_in, outcome, counts=counts)
        self._due.clear()

    def _stored(self, handed_in: HandedIn, outcome: Outcome, *, counts: bool) -> Outcome:
        """Return an outcome together with the report that counts instead, if its own does not count."""
        key = (handed_in.student, handed_in.exercise)
        kept = None
        if outcome.report.is_graded and not counts:
            submission = self.gradebook.known([handed_in.student])[*key, handed_in.digest].submission
            [(_, kept)] = self.gradebook.counting_reports([submission])
        return replace(outcome, kept=kept, is_corrected=key in self._corrected)

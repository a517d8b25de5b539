"""Regrade after a fix: what each stored submission would get now, compared with what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import BATCH
from grader.classroom.collecting import Found
from grader.classroom.due import Due
from grader.engine.handed_in import HandedIn
from grader.examiner.outcome import Outcome
from grader.examiner.report import QuestionReport, Report
from grader.gradebook.entries import Known
from grader.gradebook.recording import TINY
from grader.gradebook.store import Gradebook


@dataclass(frozen=True)
class Move:
    """A submission whose report changes."""

    before: Report
    after: Report
    is_held: bool = False  # run by `course grade`, but does not count yet

    @property
    def falls(self) -> bool:
        """Return whether the score falls, as a share of the points."""
        return _share(self.after) < _share(self.before) - TINY or not self.after.is_graded

    @property
    def rises(self) -> bool:
        """Return whether the score rises, or exists for the first time."""
        return not self.falls and (
            _share(self.after) > _share(self.before) + TINY or not self.before.is_graded
        )

    @property
    def is_chance(self) -> bool:
        """Return whether it rises only because the same was run again; a real rise is never held back."""
        return self.is_held and self.rises

    def reasons(self) -> Iterator[str]:
        """Yield the questions and checks that moved."""
        before = {question.id: question for question in self.before.questions}
        for question in self.after.questions:
            earlier = before.pop(question.id, None)
            if earlier is None:
                yield f"{question.id}: new"
            elif (earlier.outcome, earlier.score, earlier.points) != (
                question.outcome,
                question.score,
                question.points,
            ):
                yield f"{question.id}: {_step(earlier, question)}"
        yield from (f"{id_}: gone" for id_ in before)


def _share(report: Report) -> float:
    return report.score / report.points


def _step(before: QuestionReport, after: QuestionReport) -> str:
    scores = f"{before.score:g}/{before.points:g} -> {after.score:g}/{after.points:g}"
    earlier = {check.id: check.outcome for check in before.checks}
    moved = [
        f"{check.id} {earlier.get(check.id, 'new')} -> {check.outcome}"
        for check in after.checks
        if check.id != after.id and earlier.get(check.id) != check.outcome
    ]
    moved += [f"{id_} gone" for id_ in earlier if id_ not in {check.id for check in after.checks}]
    if not moved and before.outcome != after.outcome:
        moved = [f"{before.outcome} -> {after.outcome}"]
    return f"{scores} ({', '.join(moved)})" if moved else scores


@dataclass
class Regrading:
    """One `course regrade`. Only `apply` stores anything."""

    grader: ClassGrader
    gradebook: Gradebook
    unreadable: int = 0  # submissions without content to run
    _before: dict[tuple[str, str, str], Report] = field(default_factory=dict)
    _held: set[tuple[str, str, str]] = field(default_factory=set)
    _done: list[tuple[HandedIn, Outcome]] = field(default_factory=list)
    _due: list[Due] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Return the number of submissions to run."""
        return len(self._due)

    def look(self, exercises: Sequence[str], students: Sequence[str]) -> int:
        """Find the submissions whose reports are out of date; return how many must be run.

        Raises:
            CourseFaults: an exercise is wrong.
            UsageFault: the gradebook fails.

        """
        submissions = iter(
            dict.fromkeys(
                attempt.submission
                for attempt in self.gradebook.attempts()
                if attempt.exercise in exercises and (not students or attempt.student in students)
            )
        )
        while batch := list(islice(submissions, BATCH)):
            stored = list(self.gradebook.counting_reports(batch))
            names = sorted({handed_in.student for handed_in, _ in stored})
            known, handed_out = self.gradebook.known(names), self.gradebook.handed_out(names)
            for handed_in, counting in stored:
                if handed_in.problem:
                    self.unreadable += 1
                    continue
                newest = known[handed_in.student, handed_in.exercise, handed_in.digest]
                params = handed_out.get((handed_in.student, handed_in.exercise))
                self._look_at(handed_in, counting, newest, params if newest.variant else None)
        return len(self._due)

    def _look_at(
        self, handed_in: HandedIn, counting: Report, newest: Known, params: Mapping[str, Any] | None
    ) -> None:
        variant = newest.variant or None
        key = (handed_in.student, handed_in.exercise, handed_in.digest)
        if self.grader.is_current(newest, handed_in.exercise, variant):
            if not newest.is_applied:  # run by course grade and held back
                held = Outcome(newest.report(), variant=newest.variant, fingerprint=newest.fingerprint)
                self._before[key] = counting
                self._held.add(key)
                self._done.append((handed_in, held))
            return
        self._before[key] = counting
        found = Found(handed_in.student, handed_in.exercise, lambda: handed_in)
        self._due.append(self.grader.due(found, handed_in.digest, newest, variant, params))

    def run(self) -> Iterator[tuple[HandedIn, Outcome]]:
        """Run them.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.

        """
        for done in self.grader.run(self._due):
            self._done.append(done)
            yield done

    def moves(self) -> list[Move]:
        """Return the reports that change, by student and exercise."""
        moves = []
        for handed_in, outcome in self._done:
            key = (handed_in.student, handed_in.exercise, handed_in.digest)
            move = Move(self._before[key], outcome.report, key in self._held)
            if move.falls or move.rises or list(move.reasons()):
                moves.append(move)
        place = {name: number for number, name in enumerate(self.grader.course.record.exercises)}
        return sorted(
            moves, key=lambda move: (move.after.student or "", place.get(move.after.exercise, len(place)))
        )

    def apply(self, *, allow_lower: bool) -> int:
        """Store the new reports; return how many were held back because a score would fall.

        Raises:
            UsageFault: the gradebook fails.

        """
        held = 0
        for handed_in, outcome in self._done:
            held += not self.gradebook.record(handed_in, outcome, may_lower=allow_lower, attempt=False)
        return held

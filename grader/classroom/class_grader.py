"""Run the submissions of a class: which ones, and in which lanes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.classroom.collecting import Found
from grader.classroom.due import Due
from grader.course.fingerprint import fingerprints
from grader.course.loading import LoadedCourse
from grader.course.making import digests_of
from grader.course.measured import PATIENCE_SECONDS
from grader.course.paper import prepare
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.lanes import FEW, Lanes, LocalLanes, processors
from grader.engine.setup import Setup
from grader.errors import UsageFault
from grader.examiner.budget import longest
from grader.examiner.events import Event
from grader.examiner.outcome import Outcome
from grader.examiner.report import Report
from grader.examiner.reporting import ungraded
from grader.gradebook.entries import Known
from grader.worker.isolation.ways import FULL


@dataclass(frozen=True)
class ClassGrader:
    """A course and the way its submissions are run: in lanes on this machine or on a cluster."""

    course: LoadedCourse
    isolation: str = FULL.name
    jobs: int | None = None  # lanes; None for up to one per processor
    cluster: str = ""  # the address of a Dask scheduler
    tell: Callable[[str], None] = lambda _sentence: None  # receives messages for the user
    watch: Callable[[Job, Event], None] | None = None  # receives each event of a submission that runs here
    made: Callable[[str, str], Mapping[str, bytes]] = lambda _student, _exercise: {}  # files that were kept
    _fingerprints: dict[str, dict[str, str]] = field(default_factory=dict)

    def fingerprint(self, exercise: str) -> dict[str, str]:
        """Return the current fingerprint of each question of an exercise."""
        if exercise not in self._fingerprints:
            self._fingerprints[exercise] = fingerprints(self.course.exercise(exercise))
        return self._fingerprints[exercise]

    def outdated(self, known: Known | None, exercise: str, variant: str | None) -> frozenset[str] | None:
        """Return the questions that must be run again; None for the whole submission."""
        if known is None or not known.is_graded or known.variant != (variant or ""):
            return None
        now, before = self.fingerprint(exercise), json.loads(known.fingerprint)
        changed = frozenset(id_ for id_, digest in now.items() if before.get(id_) != digest)
        return None if len(changed) == len(now) else changed

    def is_current(self, known: Known, exercise: str, variant: str | None) -> bool:
        """Return whether the newest report of a submission is still valid."""
        text = json.dumps(self.fingerprint(exercise))
        return known.is_graded and known.variant == (variant or "") and known.fingerprint == text

    def due(
        self,
        found: Found,
        digest: str,
        known: Known | None,
        variant: str | None,
        params: Mapping[str, Any] | None,
        *,
        again: bool = False,
    ) -> Due:
        """Return the job for a file: all of it, or the questions that changed since it was graded."""
        questions = self.outdated(known, found.exercise, variant)
        if again and not questions:  # if some have changed, the others keep their first result
            questions = None
        earlier = known.document if known and questions is not None else ""
        return Due(found, variant, params, questions, earlier, digest)

    def run(self, due: Sequence[Due]) -> Iterator[tuple[HandedIn, Outcome]]:
        """Run what is due and yield outcomes as they are ready, in any order.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or this machine cannot confine student code.

        """
        exercises = tuple(sorted({one.found.exercise for one in due}))
        jobs = (self._job(number, one) for number, one in enumerate(due))
        for job, outcome in self.lanes(exercises, len(due)).run(jobs):
            prints = self.fingerprint(job.handed_in.exercise)
            yield (
                job.handed_in,
                replace(
                    outcome,
                    report=due[job.number].whole(outcome, list(prints)),
                    variant=job.variant or "",
                    fingerprint=json.dumps(prints),
                    params=outcome.params if job.variant else None,
                ),
            )

    def _job(self, number: int, due: Due) -> Job:
        """Return the job with the student's own files that were handed out."""
        job, exercise = due.job(number), due.found.exercise
        if not self.course.exercise(exercise).makes:
            return job
        made = self.made(due.variant or "", exercise)
        return replace(job, made=made, params={**(job.params or {}), **digests_of(made)} or None)

    def lanes(self, exercises: tuple[str, ...], count: int) -> Lanes:
        """Open lanes for `count` submissions of these exercises."""
        packages = tuple(self.course.record.packages)
        setup = Setup(self.course.root, exercises, self.isolation, packages)
        if self.cluster:
            return self._dask_lanes(setup)
        jobs = max(1, min(self.jobs or processors(), count))
        at_first = jobs if self.jobs else min(jobs, -(-count // FEW))
        setup = replace(setup, lanes=jobs, watched=self.watch is not None)
        return LocalLanes(setup, jobs, self._seconds, self._ungraded, at_first, self.watch)

    def _dask_lanes(self, setup: Setup) -> Lanes:
        try:
            from grader.engine.cluster.run import DaskLanes  # noqa: PLC0415 only where the extra is installed
        except ImportError as error:
            raise UsageFault(
                f"Dask is not installed ({error}). Run: pip install 'torchgrade[dask]'"
            ) from None
        return DaskLanes(setup, self.cluster, self._seconds, self._ungraded, self.tell)

    def _ungraded(self, job: Job, message: str) -> Report:
        sitting = prepare(self.course.exercise(job.handed_in.exercise), job.variant, job.params)
        return ungraded(sitting, message).model_copy(update={"student": job.handed_in.student})

    def _seconds(self, job: Job) -> float:
        """Return the longest time that student code can take in a job."""
        loaded = self.course.exercise(job.handed_in.exercise)
        limits = {loaded.limits, *loaded.questions_limits.values()}
        if job.is_measured and loaded.follows:
            limits.add(loaded.limits.allowing(PATIENCE_SECONDS))
        return sum(longest(one) for one in limits)

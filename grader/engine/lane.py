"""One lane of grading: a process that has collected its checks once and owns a fork server.

Its line leads to the process that started it. First come a greeting and a Setup, answered by READY or by the
error that prevents it; then Jobs, each answered by an Outcome. Before an outcome come events, if they are
wanted: how each question was judged. The lane notes which code of the course it runs.
"""

from __future__ import annotations

import contextlib
import gc
import time
from dataclasses import replace
from typing import Self

from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.making import UnlikeHandedOut
from grader.course.measured import FIVEFOLD, PATIENCE_SECONDS
from grader.course.paper import prepare, with_files
from grader.course.records import Course, Exercise
from grader.course.sitting import Sitting
from grader.engine.job import TRIES, Job
from grader.engine.setup import READY, Setup
from grader.errors import CourseFaults, GraderError, SubmissionFault, UsageFault, WorkerFault
from grader.examiner import beforehand
from grader.examiner.apart import tried
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.events import Watcher, unwatched
from grader.examiner.grading import grade
from grader.examiner.outcome import Outcome
from grader.examiner.packages import demand
from grader.examiner.process import greeted
from grader.examiner.reporting import ungraded
from grader.examiner.submission import Submission, submission_of
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import WAYS
from grader.worker.line import NotingLine

__all__ = ["Lane", "run", "warm_up"]

LEAST_SECONDS = 2.0  # that it may take in any case
MOST_KEPT = 4  # sittings that a lane keeps


def warm_up() -> None:
    """Do once what every lane would do first: it also reads the course."""
    beforehand.warm_up()
    for record in (Course, Exercise):
        record.model_rebuild()


class Lane:
    """A course and a source of workers, which is replaced when it dies."""

    def __init__(
        self,
        course: LoadedCourse,
        setup: Setup,
        server: Workers | None = None,
        watch: Watcher = unwatched,
    ) -> None:
        self._course, self._watch = course, watch
        self._setup = setup
        self._server = self._start(server)
        self._paces: dict[tuple[str, frozenset[str] | None], float] = {}  # seconds, by exercise and questions
        self._sittings: dict[tuple[str, str | None, str], Sitting] = {}  # of the last jobs

    def _start(self, server: Workers | None = None) -> Workers:
        server = server or WAYS[self._setup.isolation].workers(self._setup.packages)
        server.lanes = self._setup.lanes
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.close()

    def wait(self) -> None:
        """Do once what every job would do first, until the fork server is ready.

        Raises:
            UsageFault: this machine cannot confine student code, and the set-up does not accept that.
            WorkerFault: it does not start.

        """
        for name in self._setup.exercises:
            with contextlib.suppress(CourseFaults):  # of variant 0, which perhaps no student has
                prepare(self._course.exercise(name).to_grade, None)
        if self._server.lacking:
            raise UsageFault(
                f"This machine cannot confine student code: {', '.join(self._server.lacking)} missing. "
                "course doctor says why; --isolation process grades anyway."
            )

    def grade(self, job: Job, suite: CheckSuite) -> Outcome:
        """Grade one submission; if the grader itself fails twice, it is ungraded.

        Raises:
            CourseFaults: the exercise has no variant for the student, or the variant cannot be solved.

        """
        begin, suite.given_up = time.monotonic(), job.given_up
        exercise = self._course.exercise(job.handed_in.exercise).to_grade
        sitting = self._prepared(exercise, job)
        if job.pacer or job.is_measured:
            sitting = sitting.allowing(PATIENCE_SECONDS)
        try:
            sitting = with_files(exercise, sitting, job.made)
            outcome = self._paced(sitting, job, suite) if job.pacer else self._graded(sitting, job, suite)
        except UnlikeHandedOut as error:
            outcome = Outcome(ungraded(sitting, str(error)))
        self._server.in_series = True  # from the second submission on: many lanes get only one
        report = outcome.report.model_copy(update={"student": job.handed_in.student})
        return replace(outcome, report=report, seconds=time.monotonic() - begin, params=dict(sitting.params))

    def _prepared(self, exercise: LoadedExercise, job: Job) -> Sitting:
        """Prepare a sitting, or return that of one of the last jobs, which many have in a proof."""
        params = job.params
        if params is None or params.keys() != exercise.names:
            return prepare(exercise, job.variant, params, lazily=True)
        key = exercise.name, job.variant, repr(params)
        if key not in self._sittings:
            if len(self._sittings) >= MOST_KEPT:
                self._sittings.pop(next(iter(self._sittings)))
            self._sittings[key] = prepare(exercise, job.variant, params, lazily=True)
        return replace(self._sittings[key], params=params)  # checks could change those of an earlier job

    def _paced(self, sitting: Sitting, job: Job, suite: CheckSuite) -> Outcome:
        """Grade a file that may take five times what its pacer takes, measured when it runs out of time.

        Only then does the time matter, and both are measured while the machine is equally busy.
        """
        key = job.handed_in.exercise, job.questions
        seconds = self._paces.get(key, LEAST_SECONDS)
        outcome = self._graded(sitting.paced(seconds), job, suite)
        if not outcome.ran_out:
            return outcome
        file = replace(job.handed_in, file_name="pacer.py", content=job.pacer or b"")
        needed = FIVEFOLD * self._graded(sitting, replace(job, handed_in=file), suite).slowest
        if needed > seconds:
            self._paces[key] = needed
        elif not job.insists:
            return outcome
        return self._graded(sitting.paced(max(needed, seconds)), job, suite)

    def _graded(self, sitting: Sitting, job: Job, suite: CheckSuite) -> Outcome:
        file = job.handed_in
        if file.problem:
            return Outcome(ungraded(sitting, file.problem))
        try:
            submission = replace(submission_of(file.file_name, file.content), files=file.files)
            return self._tried(sitting, submission, job, suite)
        except SubmissionFault as error:
            return Outcome(ungraded(sitting, str(error)))

    def _tried(self, sitting: Sitting, submission: Submission, job: Job, suite: CheckSuite) -> Outcome:
        fault: WorkerFault | None = None
        for _ in range(TRIES):
            try:
                return grade(
                    sitting,
                    submission,
                    self._server,
                    suite,
                    job.questions,
                    self._watch,
                    by_author=job.by_author,
                )
            except WorkerFault as error:
                fault = error
                self._server.close()
                self._server = self._start()
        return Outcome(ungraded(sitting, str(fault)))


def run(line: NotingLine, server: Workers | None) -> None:
    """Set up, report that, and grade until the other end closes the line."""
    try:
        greeted(line)
        setup: Setup = line.recv()
        course = load_course(setup.root)
        demand(setup.packages)
        tried(course, setup.exercises)
        watch: Watcher = line.send if setup.watched else unwatched
        with Lane(course, setup, server, watch) as lane:
            with_suite(course, setup.exercises, lambda suite: _serve(line, lane, suite), line.note)
    except GraderError as error:
        line.send(error)
    except (EOFError, OSError, KeyboardInterrupt):
        pass  # the process that started this one is gone


def _serve(line: NotingLine, lane: Lane, suite: CheckSuite) -> None:
    lane.wait()
    line.note(None)
    line.send(READY)
    gc.collect()
    gc.freeze()
    while True:
        try:
            job: Job = line.recv()
        except EOFError:
            return
        try:
            said: Outcome | CourseFaults = lane.grade(job, suite)
        except CourseFaults as error:
            said = error
        line.note(None)
        line.send(said)

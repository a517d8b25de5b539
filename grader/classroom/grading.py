"""Grading a class: what is unchanged is left alone, all else goes through the lanes into the gradebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from grader.classroom.collecting import Found
from grader.course.fingerprint import fingerprints
from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.engine.lanes import FEW, Lanes, LocalLanes, processors
from grader.engine.task import Setup, Task
from grader.errors import UsageFault
from grader.examiner.budget import longest
from grader.examiner.events import Event
from grader.examiner.preloads import COMPARING
from grader.examiner.report import Report, merged
from grader.examiner.reporting import ungraded
from grader.gradebook.records import Grading, HandedIn, Known
from grader.gradebook.store import EVERYBODY, Gradebook
from grader.worker.isolation.ways import FULL

BATCH = 200  # submissions that the gradebook is asked about at once
VARIANT_0 = (
    "Exercises were handed out without a roster: whoever was given no variant of their own is graded with "
    "variant 0. If they were, run: course generate OUT --roster FILE"
)


@dataclass(frozen=True)
class Settled:
    """What became of one submission; `seconds` None: it was unchanged, and not run again."""

    report: Report
    seconds: float | None
    kept: Report | None = None  # what counts in its place: its score is another, and nobody allowed that yet
    is_corrected: bool = False  # the same file is known to have been handed in earlier now


@dataclass(frozen=True)
class Work:
    """One submission to be run: all of its questions, or some of them to complete an earlier report."""

    student: str
    exercise: str
    variant: str | None
    read: Callable[[], HandedIn]
    questions: frozenset[str] | None = None
    earlier: str = ""
    digest: str = ""  # of the content that `earlier` is about
    params: Mapping[str, Any] | None = None  # that the student was given, where that is known


@dataclass(frozen=True)
class Done:
    """A submission that was run."""

    handed_in: HandedIn
    grading: Grading
    seconds: float


@dataclass(frozen=True)
class ClassGrader:
    """A course, and how its submissions are run: in lanes here, or on a cluster."""

    course: LoadedCourse
    isolation: str = FULL.name
    jobs: int | None = None  # lanes; None for one a processor, as far as they pay
    cluster: str = ""  # the address of a Dask scheduler
    tell: Callable[[str], None] = lambda _sentence: None  # what a person should know meanwhile
    watch: Callable[[Task, Event], None] | None = None  # of each event of a submission that is run here
    _fingerprints: dict[str, dict[str, str]] = field(default_factory=dict)

    def fingerprint(self, exercise: str) -> dict[str, str]:
        """What decides each question of an exercise, as it stands now."""
        if exercise not in self._fingerprints:
            self._fingerprints[exercise] = fingerprints(self.course.exercise(exercise))
        return self._fingerprints[exercise]

    def outdated(self, known: Known | None, exercise: str, variant: str | None) -> frozenset[str] | None:
        """The questions that must be run again; None for the whole submission."""
        if known is None or not known.is_graded or known.variant != (variant or ""):
            return None
        now, before = self.fingerprint(exercise), json.loads(known.fingerprint)
        changed = frozenset(id_ for id_, digest in now.items() if before.get(id_) != digest)
        return None if len(changed) == len(now) else changed

    def is_current(self, known: Known, exercise: str, variant: str | None) -> bool:
        """Whether the newest report of a submission is what grading it now would give."""
        text = json.dumps(self.fingerprint(exercise))
        return known.is_graded and known.variant == (variant or "") and known.fingerprint == text

    def run(self, work: Sequence[Work]) -> Iterator[Done]:
        """Run submissions; results come as they are ready, in any order.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or this machine cannot confine student code.

        """
        waiting: dict[int, HandedIn] = {}

        def tasks() -> Iterator[Task]:
            for number, one in enumerate(work):
                handed_in = one.read()
                waiting[number] = handed_in
                questions = one.questions if handed_in.digest == one.digest else None
                yield Task(
                    number,
                    one.student,
                    one.exercise,
                    one.variant,
                    handed_in.file_name,
                    handed_in.content,
                    handed_in.problem,
                    questions,
                    one.params,
                )

        exercises = tuple(sorted({one.exercise for one in work}))
        for result in self.lanes(exercises, len(work)).run(tasks()):
            one, handed_in = work[result.number], waiting.pop(result.number)
            prints, report = self.fingerprint(one.exercise), result.report
            if len(report.questions) < len(prints):
                report = merged(Report.model_validate_json(one.earlier), report, list(prints))
            params = result.params if one.variant else None
            grading = Grading(report, result.output, one.variant or "", json.dumps(prints), params)
            yield Done(handed_in, grading, result.seconds)

    def lanes(self, exercises: tuple[str, ...], tasks: int) -> Lanes:
        """Lanes for so many submissions of these exercises."""
        packages = tuple(self.course.record.packages)
        questions = [one for name in exercises for one in self.course.exercise(name).record.questions]
        preload = (COMPARING,) if "torch" in packages and any(one.by_checks for one in questions) else ()
        setup = Setup(self.course.root, exercises, self.isolation, packages, preload)
        if self.cluster:
            return self._dask_lanes(setup)
        jobs = max(1, min(self.jobs or processors(), tasks))
        at_first = jobs if self.jobs else min(jobs, -(-tasks // FEW))
        setup = replace(setup, lanes=jobs, watched=self.watch is not None)
        return LocalLanes(setup, jobs, self._seconds, self._ungraded, at_first, self.watch)

    def _dask_lanes(self, setup: Setup) -> Lanes:
        try:
            from grader.engine.cluster.run import DaskLanes  # noqa: PLC0415 only where the extra is installed
        except ImportError as error:
            raise UsageFault(f"Dask is not installed ({error}): pip install 'torchgrade[dask]'.") from None
        return DaskLanes(setup, self.cluster, self._seconds, self._ungraded, self.tell)

    def _ungraded(self, task: Task, message: str) -> Report:
        sitting = prepare(self.course.exercise(task.exercise), task.variant, task.params)
        return ungraded(sitting, message).model_copy(update={"student": task.student})

    def _seconds(self, exercise: str) -> float:
        """Return what student code can take in one submission of an exercise, all limits reached."""
        loaded = self.course.exercise(exercise)
        limits = {loaded.limits, *(question.limits or loaded.limits for question in loaded.record.questions)}
        return sum(longest(one) for one in limits)


@dataclass
class ClassRun:
    """One `course grade`: with `personal` all students have variants of their own, else variant 0."""

    grader: ClassGrader
    gradebook: Gradebook
    personal: bool
    again: bool = False  # run everything, whatever is known
    unchanged: int = 0
    _corrected: set[tuple[str, str]] = field(default_factory=set)
    _work: list[Work] = field(default_factory=list)
    _told: bool = False

    def look(self, found: Iterable[Found]) -> Iterator[Settled]:
        """Go through what was handed in: what is unchanged is settled at once, the rest will be run.

        Raises:
            CourseFaults: an exercise is wrong.
            UsageFault: the gradebook refuses.

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
                    self._work.append(self._open(one, handed_in.digest, before, variant, params))
                    continue
                if is_corrected or not before.is_latest:
                    self.gradebook.record(handed_in, None)
                self.unchanged += 1
                yield self._settled(handed_in, before.report(), None, counts=before.is_applied)

    def _variant(self, found: Found, handed_out: Mapping[tuple[str, str], Any]) -> str | None:
        """Return whose variant a student was given: their own, or everybody's where that was handed out."""
        is_own = (found.student, found.exercise) in handed_out
        if not self.personal or is_own or (EVERYBODY, found.exercise) not in handed_out:
            return found.student if self.personal else None
        if not self._told:
            self._told = True
            self.grader.tell(VARIANT_0)
        return None

    def _open(
        self,
        found: Found,
        digest: str,
        known: Known | None,
        variant: str | None,
        params: Mapping[str, Any] | None,
    ) -> Work:
        questions = self.grader.outdated(known, found.exercise, variant)
        if self.again and not questions:  # where some have changed, the others keep their first result
            questions = None
        earlier = known.document if known and questions is not None else ""
        return Work(found.student, found.exercise, variant, found.read, questions, earlier, digest, params)

    @property
    def left(self) -> int:
        """How many submissions have to be run."""
        return len(self._work)

    def run(self) -> Iterator[Settled]:
        """Run what has to be; each result is in the gradebook before it is told.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or the gradebook refuses.

        """
        for done in self.grader.run(self._work):
            counts = self.gradebook.record(done.handed_in, done.grading, again=self.again)
            yield self._settled(done.handed_in, done.grading.report, done.seconds, counts=counts)
        self._work.clear()

    def _settled(
        self, handed_in: HandedIn, report: Report, seconds: float | None, *, counts: bool
    ) -> Settled:
        key = (handed_in.student, handed_in.exercise)
        kept = None
        if report.is_graded and not counts:
            submission = self.gradebook.known([handed_in.student])[*key, handed_in.digest].submission
            [(_, counting)] = self.gradebook.counting_reports([submission])
            kept = counting.report
        return Settled(report, seconds, kept, key in self._corrected)

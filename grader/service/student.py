"""Grade on a student's own machine: grade a file, remember the result, and show hints one at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.course.sitting import Paper, Sitting
from grader.digest import digest_of
from grader.engine.bounds import Bounds, may_go_without
from grader.errors import GraderError, UsageFault, WorkerFault, did_you_mean
from grader.examiner.budget import longest_of
from grader.examiner.events import Answers, Event
from grader.examiner.packages import how_to_install, imported_by_checks, missing_packages
from grader.examiner.process import ExaminerProcess
from grader.examiner.report import QuestionReport, Report
from grader.examiner.submission import SUFFIXES, Request, Submission, read_submission, with_files_beside
from grader.handout.exercise_source import ExerciseSource, find_source, own_file
from grader.handout.fresh_variant import find_exercise
from grader.handout.progress import Progress, Remembered
from grader.worker.temporary import Folder

UNTOUCHED = "{other} is still the stub, so {file} is graded."
GO_ON_SECONDS = 0.1  # between two questions whether to go on

__all__ = [
    "Abandoned",
    "Examiner",
    "Glance",
    "Hint",
    "QuestionReport",
    "Report",
    "at_a_glance",
    "examiner_of",
    "is_own",
]


@dataclass(frozen=True)
class Glance:
    """A student's course at a glance: the name, title and remembered results of each exercise."""

    title: str
    exercises: Sequence[tuple[str, str, Remembered]]

    @property
    def next_exercise(self) -> str | None:
        """Return the first exercise with an open question."""
        return next((name for name, _, known in self.exercises if _is_open(known.best)), None)


@dataclass(frozen=True)
class Hint:
    """The next hint, its number, and how many there are; `text` is empty if there is none."""

    question: str
    number: int
    most: int
    text: str
    is_known: bool = False  # all hints of the question have been shown before


class Abandoned(GraderError):
    """Grading a file was given up, because its result is no longer wanted."""


def at_a_glance(folder: Path) -> Glance:
    """Return the course that a folder belongs to.

    Raises:
        UsageFault: there is none.
        CourseFaults: it is a course, but course.yaml is wrong.

    """
    with closing(find_source(folder)) as source:
        progress = Progress(source.root)
        rows = [(name, source.paper_title(name), progress.of(name)) for name in source.exercises]
        return Glance(source.title, rows)


def _is_open(report: Report | None) -> bool:
    return report is None or bool(report.still_open)


@contextmanager
def examiner_of(
    folder: Path, process: ExaminerProcess, exercise: str, file: Path | None, tell: Callable[[str], None]
) -> Iterator[Examiner]:
    """Find an exercise and the student's file for it, and pass both to a running process.

    Raises:
        UsageFault: there is no such exercise or file, or a package it needs is not installed.

    """
    with closing(find_source(folder)) as source:
        its_source, name = find_exercise(source, exercise)  # even if a file is named
        with closing(its_source):
            found = file or own_file(source.root, name, exercise, lambda: its_source.sitting(name).paper)
            if not file and found.name != Path(exercise).name and (other := _other(found)).is_file():
                tell(UNTOUCHED.format(other=other.name, file=found.name))
            is_kept = is_own(source.root, name, found)
            yield Examiner(process, its_source, name, found, tell, is_kept=is_kept)


def _other(file: Path) -> Path:
    """Return the file of the same exercise in the other format."""
    return file.with_suffix(next(suffix for suffix in SUFFIXES if suffix != file.suffix))


def is_own(root: Path, exercise: str, file: Path) -> bool:
    """Return whether a named file is the exercise's own, which `grade` uses by default."""
    return any(file.resolve() == (root / f"{exercise}{suffix}").resolve() for suffix in SUFFIXES)


class Examiner:
    """An exercise, a student's file, and the process that grades it."""

    def __init__(
        self,
        process: ExaminerProcess,
        source: ExerciseSource,
        exercise: str,
        file: Path,
        tell: Callable[[str], None],
        *,
        is_kept: bool = True,
    ) -> None:
        self._process, self.file, self._tell, self._is_kept = process, file, tell, is_kept
        self._source = source
        self._progress = Progress(source.root)
        self._sitting = source.sitting(exercise)
        missing = missing_packages(self.paper.packages)
        needed = [name for name in missing if name in imported_by_checks(self._sitting)]
        if needed:
            names = " and ".join(needed)
            raise UsageFault(f"{exercise} needs {names}, which is not installed. {how_to_install(needed)}")
        for name in missing:
            tell(f"{name} is not installed, so a file that imports it cannot be graded.")
        process.tell(self._sitting)
        self._given_up: frozenset[str] = frozenset()
        self._go_on: Callable[[], bool] = lambda: True
        self.answers: Mapping[str, str] = {}  # of the last file: plain values, each as a text

    @property
    def paper(self) -> Paper:
        """Return the exercise as the student sees it."""
        return self._sitting.paper

    @property
    def sitting(self) -> Sitting:
        """Return the exercise with its keys."""
        return self._sitting

    @property
    def root(self) -> Path:
        """Return the folder of the handout or the course."""
        return self._source.root

    @property
    def hints(self) -> Mapping[str, Sequence[str]]:
        """Return the hints of each question."""
        return {question.id: question.hints for question in self.paper.questions}

    @property
    def hints_seen(self) -> Mapping[str, int]:
        """Return how many hints of each question have been shown."""
        return self._progress.of(self.paper.exercise).hints

    def grade(
        self,
        go_on: Callable[[], bool] = lambda: True,
        *,
        submission: Submission | None = None,
        only: Collection[str] = (),
    ) -> Report:
        """Grade the current file, or its source if that is given; `only` these questions if some are named.

        The report is remembered unless another file was named, or only some questions were graded.

        `go_on` is called now and then; if it returns False, no more time is spent on the file.

        Raises:
            Abandoned: `go_on` returned False.
            SubmissionFault: the file cannot be read.
            GraderError: the checks cannot be imported, or the grader itself failed.

        """
        submission, self._given_up = submission or read_submission(self.file), frozenset()
        submission = with_files_beside(submission, self.file.parent, self.paper.questions)
        self._go_on = go_on
        self._progress = Progress(self._source.root)  # another command may have changed it
        said = self._said(Request(submission, only=frozenset(only)))
        if isinstance(said, GraderError):
            raise said
        if said is None:
            with Folder("room") as room:  # raises if the disk for temporary files is full
                (room.path / "room").write_bytes(bytes(1 << 16))
            raise WorkerFault(f"The grading process ended unexpectedly: {self._process.last_words()}.")
        report: Report = said
        is_own = report.exercise in self._source.exercises  # a fresh variant is not
        if self._is_kept and is_own and not only:
            self._keep(
                lambda: self._progress.remember(report.exercise, digest_of(submission.content), report)
            )
        return report

    def _keep(self, write: Callable[[], object]) -> None:
        """Write into the student's folder; if that fails, only report it, because the result matters more."""
        try:
            write()
        except UsageFault as fault:
            self._tell(str(fault))

    def best(self, report: Report) -> Report | None:
        """Return the remembered earlier report if it is better."""
        return self._progress.of(report.exercise).better if self._is_kept else None

    @property
    def next_exercise(self) -> str | None:
        """Return the first exercise with an open question."""
        names = self._source.exercises
        return next((name for name in names if _is_open(self._progress.of(name).best)), None)

    def _said(self, request: Request) -> Any:
        """Let the process grade a file and return its answer, giving up checks that do not end."""
        bounds = Bounds(longest_of(self._sitting))

        def notice(event: Event) -> None:
            bounds.notice(event)
            self.answers = event.texts if isinstance(event, Answers) else self.answers

        self._process.tell(replace(request, given_up=self._given_up))
        said, in_time = self._process.answer(
            lambda: bounds.until(self._process.doing) if self._go_on() else 0.0, notice, GO_ON_SECONDS
        )
        doing = self._process.doing
        if in_time:
            return said
        self._process.restart()
        self._process.tell(self._sitting)
        if not self._go_on():
            raise Abandoned("The file was not graded to the end.")
        if doing is None or not may_go_without(self._given_up, doing, bounds):
            raise WorkerFault("The grading process took too long.")
        self._given_up |= {doing.deed.check}
        return self._said(request)

    def check_question(self, question: str) -> None:
        """Raise UsageFault if there is no such question."""
        if question not in self.hints:
            remedy = did_you_mean(question, self.hints)
            raise UsageFault(f"{self.paper.exercise} has no question '{question}'. {remedy}")

    def next_hint(self, report: Report, question: str | None = None) -> Hint | None:
        """Return the next hint of a question, or of the first open one.

        Return None if nothing is open, or the question is right.
        """
        if question is None:
            asked = report.still_open[:1]
        else:
            asked = tuple(one for one in report.questions if one.id == question and one.outcome != "passed")
        if not asked:
            return None
        id_ = asked[0].id
        texts, shown = self.hints[id_], self._progress.of(report.exercise).hints.get(id_, 0)
        number = min(shown + 1, len(texts))
        return Hint(id_, number, len(texts), texts[number - 1] if texts else "", shown >= len(texts))

    def has_been_right(self, report: Report, question: str) -> bool:
        """Return whether a question is right, or was right in the best result."""
        best = self._progress.of(report.exercise).best if self._is_kept else None
        results = [*report.questions, *(best.questions if best else ())]
        return any(one.id == question and one.outcome == "passed" for one in results)

    def unseen_hints(self, question: str) -> int:
        """Return how many hints of a question have not been shown."""
        shown = self._progress.of(self.paper.exercise).hints.get(question, 0)
        return max(0, len(self.hints[question]) - shown)

    def count_hint(self, report: Report, hint: Hint) -> None:
        """Record that a hint was shown."""
        if self._is_kept:
            self._keep(lambda: self._progress.count_hint(report.exercise, hint.question))

"""What a student's own machine does with a file: grade it, remember that, and give hints one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.sitting import Paper
from grader.digest import digest_of
from grader.engine.bounds import Bounds, may_go_without
from grader.errors import GraderError, UsageFault, WorkerFault
from grader.examiner.budget import longest
from grader.examiner.packages import how_to_install, imported_by_checks, missing_packages
from grader.examiner.process import ExaminerProcess
from grader.examiner.report import Report
from grader.examiner.submission import Request, Submission, read_submission
from grader.handout.exercise_source import ExerciseSource, check_name, find_file, find_source
from grader.handout.progress import Progress
from grader.worker.temporary import Folder

__all__ = ["Examiner", "Glance", "Hint", "Report", "at_a_glance", "examiner_of"]


@dataclass(frozen=True)
class Glance:
    """A student's course at a glance: the newest report of each exercise, with its title."""

    title: str
    exercises: Sequence[tuple[str, str, Report | None]]


@dataclass(frozen=True)
class Hint:
    """The hint that comes next: its number and how many there are; `text` is empty where there is none."""

    question: str
    number: int
    most: int
    text: str


def at_a_glance(folder: Path) -> Glance:
    """Return the course that a folder lies in.

    Raises:
        UsageFault: there is none.
        CourseFaults: it is a course, and course.yaml is wrong.

    """
    with closing(find_source(folder)) as source:
        progress = Progress(source.root)
        rows = [(name, source.paper_title(name), progress.of(name).report) for name in source.exercises]
        return Glance(source.title, rows)


@contextmanager
def examiner_of(
    folder: Path, process: ExaminerProcess, exercise: str, file: Path | None, tell: Callable[[str], None]
) -> Iterator[Examiner]:
    """Find an exercise and the student's file for it, and give both to a process that has been started.

    Raises:
        UsageFault: there is no such exercise or file, or what it needs is not installed.

    """
    with closing(find_source(folder)) as source:
        check_name(source, exercise)  # also where a file is named
        yield Examiner(process, source, exercise, file or find_file(source, exercise), tell)


class Examiner:
    """An exercise, a student's file, and the process that grades it."""

    def __init__(
        self,
        process: ExaminerProcess,
        source: ExerciseSource,
        exercise: str,
        file: Path,
        tell: Callable[[str], None],
    ) -> None:
        self._process, self.file, self._tell = process, file, tell
        self._progress = Progress(source.root)
        self._sitting = source.sitting(exercise)
        missing = missing_packages(self.paper.packages)
        needed = [name for name in missing if name in imported_by_checks(self._sitting)]
        if needed:
            names = " and ".join(needed)
            raise UsageFault(f"{exercise} needs {names}, not installed here. {how_to_install(needed)}")
        for name in missing:
            tell(f"{name} is not installed here; a file that imports it cannot be graded.")
        process.tell(self._sitting)
        self._given_up: frozenset[str] = frozenset()

    @property
    def paper(self) -> Paper:
        """The exercise as the student sees it."""
        return self._sitting.paper

    @property
    def hints(self) -> Mapping[str, Sequence[str]]:
        """The hints of each question."""
        return {question.id: question.hints for question in self.paper.questions}

    def grade(self) -> Report:
        """Return the report of the file as it is now, and remember it.

        Raises:
            SubmissionFault: the file cannot be read.
            GraderError: the checks cannot be imported, or the machinery failed.

        """
        submission, self._given_up = read_submission(self.file), frozenset()
        said = self._said(submission)
        if isinstance(said, GraderError):
            raise said
        if said is None:
            with Folder("room") as room:  # where there is none for temporary files, this says so
                (room.path / "room").write_bytes(bytes(1 << 16))
            raise WorkerFault(f"The process that grades ended: {self._process.last_words()}.")
        report: Report = said
        try:
            self._progress.remember(report.exercise, digest_of(submission.content), report)
        except UsageFault as fault:  # a folder that cannot be written; the verdict matters more
            self._tell(str(fault))
        return report

    def _said(self, submission: Submission) -> Any:
        """Hear what the process says of a file; a check that does not come to an end is given up."""
        limits = {self.paper.limits, *(one.limits or self.paper.limits for one in self.paper.questions)}
        bounds = Bounds(sum(longest(one) for one in limits))
        self._process.tell(Request(submission, self._given_up))
        said, in_time = self._process.answer(lambda: bounds.until, bounds.notice)
        deed = self._process.deed
        if in_time:
            return said
        self._process.restart()
        self._process.tell(self._sitting)
        if deed is None or not may_go_without(self._given_up, deed, bounds):
            raise WorkerFault("The process that grades took too long.")
        self._given_up |= {deed.check}
        return self._said(submission)

    def next_hint(self, report: Report) -> Hint | None:
        """Return the next hint of the first question that is still open; None where nothing is."""
        if not report.still_open:
            return None
        id_ = report.still_open[0].id
        texts = self.hints[id_]
        number = min(self._progress.of(report.exercise).hints.get(id_, 0) + 1, len(texts))
        return Hint(id_, number, len(texts), texts[number - 1] if texts else "")

    def count_hint(self, report: Report, hint: Hint) -> None:
        """Remember that a hint was shown."""
        try:
            self._progress.count_hint(report.exercise, hint.question)
        except UsageFault as fault:  # the hint is shown, and that is what matters
            self._tell(str(fault))

"""A student's exercises while they work: which files were saved, and a warm process for those in use.

A handout or a course that changes under it is read again. Whatever cannot be read is an error with a
sentence, after which everything continues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.course.file_names import COURSE_FILE
from grader.course.sitting import Paper
from grader.digest import digest_of
from grader.errors import GraderError, SubmissionFault, UsageFault
from grader.examiner.process import ExaminerProcess
from grader.examiner.submission import SUFFIXES, read_submission
from grader.handout.exercise_source import ExerciseSource, find_source, own_file
from grader.handout.fresh_variant import find_exercise
from grader.handout.pack import PACK_FILE
from grader.handout.progress import Progress, Remembered
from grader.service.saves import Stamps
from grader.service.student import Examiner, Report, is_own
from grader.worker.interrupts import held

MOST_WARM = 3  # exercises that keep a process
_CHANGED = "The exercises have changed, and were read again."


class Desk:
    """The exercises of a folder, and at most a few processes, which have read the checks of an exercise."""

    def __init__(
        self,
        folder: Path,
        process: ExaminerProcess,
        tell: Callable[[str], None],
        file: Path | None = None,
        word: str = "",
    ) -> None:
        self._tell, self._file, self._word = tell, file, word  # for a single exercise
        self._first, self._idle = process, [process]
        self._warm: dict[str, tuple[Examiner, ExaminerProcess]] = {}  # the one used last is last
        self._stamps = Stamps()
        self._processes, self._papers = ExitStack(), dict[str, Paper]()
        self.trouble = ""  # why the exercises cannot be read any more
        self.exercise = ""  # that the word means
        self._source = self._opened(folder)
        self._source_has_changed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._processes.__exit__(kind, value, trace)
        finally:
            self._source.close()

    @property
    def title(self) -> str:
        """The course's title."""
        return self._source.title

    @property
    def exercises(self) -> Sequence[str]:
        """The names of the exercises, in order."""
        return self._source.exercises

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that hold the student's files."""
        return [self._source.root, *([self._file.parent] if self._file else [])]

    def paper(self, exercise: str) -> Paper:
        """Return an exercise as the student sees it.

        Raises:
            GraderError: it cannot be read.

        """
        if exercise not in self._papers:
            self._papers[exercise] = self._source.sitting(exercise).paper
        return self._papers[exercise]

    def hints(self, exercise: str) -> Mapping[str, Sequence[str]]:
        """Return the hints of each question."""
        return {question.id: question.hints for question in self.paper(exercise).questions}

    def remembered(self, exercise: str) -> Remembered:
        """Return what is remembered of an exercise now."""
        return Progress(self._source.root).of(exercise)

    def is_stale(self, exercise: str) -> bool:
        """Return whether the file differs from the one graded last, or the questions differ."""
        known = self.remembered(exercise)
        if known.report is None:
            return False
        try:
            asked = [(one.id, one.points) for one in self.paper(exercise).questions]
            answered = [(one.id, one.points) for one in known.report.questions]
            digest = digest_of(read_submission(self.file(exercise)).content)
        except GraderError:
            return False
        return known.digest != digest or asked != answered

    def saved(self, exercises: Sequence[str]) -> list[str]:
        """Return those exercises whose file was saved, appeared or disappeared since this was last asked."""
        return [name for name in exercises if self._stamps.has_changed(name, self._files(name))]

    def _files(self, exercise: str) -> list[Path]:
        return [self._file] if self._file else [self._source.root / f"{exercise}{end}" for end in SUFFIXES]

    def read_again(self) -> bool:
        """Read the handout or the course again if it has changed; return whether it has.

        If it cannot be read, `trouble` says why, and the earlier one is kept.
        """
        if not self._source_has_changed():
            return False
        try:
            self._replace(self._found_again())
            self.trouble = ""
            self._tell(_CHANGED)
        except GraderError as error:
            self.trouble = str(error)
        return True

    def _found_again(self) -> ExerciseSource:
        root = self._source.root
        source = self._opened(root)
        if source.root != root:  # a course around the handout
            source.close()
            raise UsageFault(f"{PACK_FILE} is gone from {root}. Unpack the exercises there again.")
        return source

    def _opened(self, folder: Path) -> ExerciseSource:
        """Open the exercises of a folder, or the fresh variant that the word names."""
        source = find_source(folder)
        if self._word:
            source, self.exercise = find_exercise(source, self._word)
        return source

    def _replace(self, source: ExerciseSource) -> None:
        self._source.close()
        self._source, self._papers = source, {}
        for exercise in list(self._warm):
            self._cool(exercise)

    def _source_has_changed(self) -> bool:
        return self._stamps.has_changed("", _files_of(self._source))

    def file(self, exercise: str) -> Path:
        """Return the student's file for an exercise.

        Raises:
            UsageFault: there is none, or there are two.

        """
        paper = partial(self._paper_of, exercise)
        return self._file or own_file(self._source.root, exercise, self._word, paper)

    def _paper_of(self, exercise: str) -> Paper:
        return self._source.sitting(exercise).paper

    def examiner(self, exercise: str) -> Examiner:
        """Return the examiner of an exercise, whose process is warm if it was among the last ones.

        Raises:
            GraderError: the exercise cannot be graded here.

        """
        file = self.file(exercise)
        if exercise in self._warm:
            self._warm[exercise] = self._warm.pop(exercise)
        else:
            process = self._process()
            try:
                is_kept = is_own(self._source.root, exercise, file)
                examiner = Examiner(process, self._source, exercise, file, self._tell, is_kept=is_kept)
            except BaseException:
                self._idle.append(process)
                raise
            self._warm[exercise] = examiner, process
        examiner, _ = self._warm[exercise]
        examiner.file = file
        return examiner

    def _process(self) -> ExaminerProcess:
        """Return a process that has been given no exercise yet."""
        if not self._idle and len(self._warm) < MOST_WARM:
            with held():  # it is ended, whatever happens from now on
                self._idle.append(self._processes.enter_context(self._first.another()))
        if not self._idle:
            self._cool(next(iter(self._warm)))
        return self._idle.pop()

    def _cool(self, exercise: str) -> None:
        """Restart the process of an exercise, for another one."""
        _, process = self._warm.pop(exercise)
        process.restart()
        self._idle.append(process)

    def grade(self, exercise: str, go_on: Callable[[], bool] = lambda: True) -> Report:
        """Grade the student's file for an exercise.

        `go_on` is called now and then; once it returns False, no more time is spent on the file.

        Raises:
            GraderError: there is no file, or it cannot be read or graded.

        """
        examiner = self.examiner(exercise)
        try:
            return examiner.grade(go_on)
        except SubmissionFault:
            raise
        except GraderError:
            self._cool(exercise)  # its process may have ended
            raise


def _files_of(source: ExerciseSource) -> Iterator[Path]:
    """Yield the files that exercises are read from."""
    root = source.root
    yield root / PACK_FILE
    if not (root / PACK_FILE).is_file():
        yield root / COURSE_FILE
        yield from sorted((root / "exercises").glob("*/*"))

"""Grade for notebooks: source comes over a pipe, and the process that graded it waits for more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from grader.classroom.naming import fit
from grader.course.file_names import COURSE_FILE, HELPERS_FILE
from grader.course.sitting import Paper
from grader.errors import UsageFault, WorkerFault, printable
from grader.examiner.report import Report
from grader.examiner.submission import Submission, submission_of
from grader.handout.exercise_name import meant
from grader.handout.exercise_source import ExerciseSource, check_name, find_source
from grader.handout.pack import PACK_FILE
from grader.language.record import Record
from grader.questions.kinds import KINDS
from grader.service.early import started_with
from grader.service.student import Examiner, examiner_of

MOST_WARM = 3  # exercises whose process waits for the next check
NAME_IT = "Name the exercise: check(exercise='{first}')."
NO_NAME = "The file of this notebook cannot be found. {remedy}"
NO_SUCH_NAME = "No exercise is called like the notebook {name}. {remedy}"

State = tuple[tuple[str, int, int], ...]  # the files of an exercise, with their times and sizes


class NotebookSource(Record):
    """What a notebook sends: where it is, what it asks for, and its cells: kind, source and run number."""

    folder: Path
    notebook: str | None = None  # its name
    file: Path | None = None
    exercise: str | None = None  # as the student names it
    question: str | None = None
    cells: tuple[tuple[str, str, int | None], ...]

    @property
    def content(self) -> bytes:
        """The notebook as it would be saved."""
        cells = [
            {"cell_type": kind, "source": source, "execution_count": number}
            for kind, source, number in self.cells
        ]
        return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


@dataclass(frozen=True)
class Checked:
    """The verdict for a notebook: of one question if it asked for one."""

    report: Report
    paper: Paper
    hints: Mapping[str, Sequence[str]]
    answers: Mapping[str, str]
    question: str | None
    best: Report | None = None
    next_exercise: str | None = None
    told: Sequence[str] = ()

    def is_code(self, question: str) -> bool:
        """Return whether checks judge a question."""
        return any(KINDS[one.kind].by_checks for one in self.paper.questions if one.id == question)


@dataclass
class _Warm:
    """An exercise with its running process, and its files as they were when the process started."""

    examiner: Examiner
    stack: ExitStack
    state: State
    told: list[str] = field(default_factory=list)


class Checking:
    """Exercises that wait for the next check."""

    def __init__(self) -> None:
        self._warm: dict[tuple[str, Path], _Warm] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        while self._warm:
            self._drop(next(iter(self._warm)))

    def check(self, source: NotebookSource) -> Checked:
        """Grade source, and return the verdict.

        Raises:
            UsageFault: there is no such exercise or question.
            GraderError: the source cannot be read, or the grader failed.

        """
        with closing(find_source(source.folder)) as exercises:
            name = _exercise(exercises, source)
            own = source.file or exercises.root / f"{name}.ipynb"
        submission = submission_of(f"{name}.ipynb", source.content)
        key = name, own
        warm = self._known(key) or self._begin(key, source.folder, submission)
        try:
            return _checked(warm, submission, source.question)
        except WorkerFault:  # its process may have ended
            self._drop(key)
            raise

    def _known(self, key: tuple[str, Path]) -> _Warm | None:
        """Return a process that has this exercise as its files are now."""
        warm = self._warm.get(key)
        if warm is not None and warm.state != _state(warm.examiner.root, key[0]):
            self._drop(key)
            return None
        return warm

    def _begin(self, key: tuple[str, Path], folder: Path, submission: Submission) -> _Warm:
        while len(self._warm) >= MOST_WARM:
            self._drop(next(iter(self._warm)))
        told: list[str] = []
        with ExitStack() as stack:
            process = stack.enter_context(started_with(submission))
            examiner = stack.enter_context(examiner_of(folder, process, *key, told.append))
            warm = _Warm(examiner, stack.pop_all(), _state(examiner.root, key[0]), told)
        self._warm[key] = warm
        return warm

    def _drop(self, key: tuple[str, Path]) -> None:
        self._warm.pop(key).stack.close()


def _exercise(exercises: ExerciseSource, source: NotebookSource) -> str:
    """Return the exercise that a student names, or else the one that the notebook is named after.

    Raises:
        UsageFault: there is none.

    """
    known = exercises.exercises
    if source.exercise is not None:
        name = meant(known, source.exercise)
        check_name(exercises, name)
        return name
    remedy = NAME_IT.format(first=known[0])
    if not source.notebook:
        raise UsageFault(NO_NAME.format(remedy=remedy))
    file = source.notebook if source.notebook.endswith(".ipynb") else f"{source.notebook}.ipynb"
    found = fit(file, known)
    name = found.exercise if found else meant(known, file)
    if name not in known:
        raise UsageFault(NO_SUCH_NAME.format(name=printable(source.notebook), remedy=remedy))
    return name


def _checked(warm: _Warm, submission: Submission, question: str | None) -> Checked:
    """Grade everything, or only one question if there are others that run checks, which takes longer."""
    examiner = warm.examiner
    if question is not None:
        examiner.check_question(question)
    is_slow = any(KINDS[one.kind].by_checks for one in examiner.paper.questions)
    only = [question] if question is not None and is_slow else []
    report = examiner.grade(submission=submission, only=only)
    best, following = examiner.best(report), examiner.next_exercise
    if question is not None:
        report = report.model_copy(
            update={"questions": tuple(one for one in report.questions if one.id == question)}
        )
    told, warm.told[:] = tuple(warm.told), []
    return Checked(report, examiner.paper, examiner.hints, examiner.answers, question, best, following, told)


def _state(root: Path, exercise: str) -> State:
    """Return the files that an exercise is made of, as they are now."""
    files = [
        root / PACK_FILE,
        root / COURSE_FILE,
        root / HELPERS_FILE,
        *sorted((root / "exercises" / exercise).glob("*.*")),
    ]
    stats = [(str(file), file.stat()) for file in files if file.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

"""Plain pytest for authors: `pytest exercises/exercise-8 --submission FILE` runs the checks on a file.

`grader.pytest_plugin` imports it where a course is near. Every question that is not code becomes an item as
well. Without --submission the reference takes the student's place.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from grader.course.file_names import CHECKS_FILE, EXERCISE_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE
from grader.course.loading import load_course
from grader.course.paper import prepare, with_files
from grader.course.sitting import Sitting
from grader.course.solutions import solutions
from grader.errors import GraderError
from grader.examiner.checks import Reference
from grader.examiner.collection import MARKERS, load_reference
from grader.examiner.grading import mark_answer, session_of
from grader.examiner.remote import Student
from grader.examiner.session import Session
from grader.examiner.submission import read_submission, submission_of
from grader.examiner.surroundings import NOTHING_AROUND, Surroundings
from grader.handout.stubs import answered
from grader.questions.kinds import KINDS
from grader.questions.posed import Mark, Posed
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import own_way

_RUN = pytest.StashKey["SubmissionRun"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --submission and --student."""
    group = parser.getgroup("torchgrade")
    group.addoption("--submission", metavar="FILE", help="the student's file to run the checks on")
    group.addoption("--student", metavar="NAME", help="the student whose variant to use (default: variant 0)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of checks."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.stash[_RUN] = SubmissionRun(
        config.getoption("--submission", None), config.getoption("--student", None)
    )


def pytest_collection_finish() -> None:
    """Keep pytest from looking for garbage in torch again and again: modules are none."""
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers."""
    if _RUN in config.stash:
        config.stash[_RUN].close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the checks and the other questions of an exercise."""
    if not (file_path.parent / EXERCISE_FILE).is_file():
        return None
    if file_path.name in {CHECKS_FILE, VISIBLE_CHECKS_FILE} and not parent.session.isinitpath(file_path):
        return pytest.Module.from_parent(parent, path=file_path)
    if file_path.name == EXERCISE_FILE:
        return ExerciseFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Import checks where their files and helpers are."""
    with _around(collector):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run checks where their files and helpers are."""
    with _around(item):
        return (yield)


def _around(node: pytest.Item | pytest.Collector) -> AbstractContextManager[None]:
    run, is_file = node.config.stash[_RUN], node.path.name in {CHECKS_FILE, VISIBLE_CHECKS_FILE}
    try:
        return (run.around(node.path.parent) if is_file else NOTHING_AROUND).entered()
    except GraderError:  # it is reported where its questions are collected
        return NOTHING_AROUND.entered()


class SubmissionRun:
    """The submission of this run of pytest, against every exercise that it touches."""

    def __init__(self, submission: str | None, student: str | None) -> None:
        self._submission = Path(submission).absolute() if submission else None  # checks work elsewhere
        self._student = student
        self._server: Workers | None = None
        self._sittings: dict[Path, Sitting] = {}
        self._sessions: dict[Path, Session] = {}
        self._around: dict[Path, Surroundings] = {}

    def close(self) -> None:
        """End every worker."""
        for session in self._sessions.values():
            session.__exit__(None, None, None)
        if self._server is not None:
            self._server.close()

    def sitting(self, folder: Path) -> Sitting:
        """Return the sitting of the exercise in a folder."""
        if folder not in self._sittings:
            course = load_course(folder.parent.parent)
            exercise = course.exercise(folder.name)
            self._sittings[folder] = with_files(exercise, prepare(exercise, self._student))
        return self._sittings[folder]

    def around(self, folder: Path) -> Surroundings:
        """Return what code finds around it in the folder of an exercise."""
        if folder not in self._around:
            is_exercise = (folder / EXERCISE_FILE).is_file()
            self._around[folder] = (
                Surroundings.of(folder, self.sitting(folder).material) if is_exercise else NOTHING_AROUND
            )
        return self._around[folder]

    def session(self, folder: Path) -> Session:
        """Return the running submission for the exercise in a folder."""
        if folder not in self._sessions:
            sitting = self.sitting(folder)
            if self._server is None:
                self._server = own_way().workers(sitting.paper.packages)
            if self._submission:
                submission = read_submission(self._submission)
            else:
                text = answered(sitting, solutions(sitting), "python")
                submission = submission_of("reference.py", text.encode())
            by_author = self._submission is None
            self._sessions[folder] = session_of(
                sitting, submission, self._server, sitting.paper.limits, by_author=by_author
            )
        return self._sessions[folder]


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Student]:
    """Return the student's file: `student.strided` is the student's `strided`."""
    try:
        session = request.config.stash[_RUN].session(request.path.parent)
        session.begin()
        yield Student(session)
    except GraderError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Reference:
    """Return the reference solution, which has the same names."""
    folder, run = request.path.parent, request.config.stash[_RUN]
    sitting, around = run.sitting(folder), run.around(folder)
    module = load_reference(folder / REFERENCE_FILE, around=around, params=sitting.params)
    return Reference(module, {posed.id for posed in sitting.paper.questions})


@pytest.fixture
def params(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """Return the parameters of the variant."""
    return request.config.stash[_RUN].sitting(request.path.parent).params


class ExerciseFile(pytest.File):
    """An exercise.yaml, whose questions become items."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one item for each question that is not code."""
        sitting = self.config.stash[_RUN].sitting(self.path.parent)
        for posed in sitting.paper.questions:
            if not KINDS[posed.kind].by_checks:
                yield AnswerItem.from_parent(self, name=posed.id, sitting=sitting, posed=posed)


class AnswerItem(pytest.Item):
    """One answer of the submission."""

    def __init__(self, *, sitting: Sitting, posed: Posed, **rest: Any) -> None:
        super().__init__(**rest)
        self.sitting, self.posed = sitting, posed

    def runtest(self) -> None:
        """Judge the answer."""
        session = self.config.stash[_RUN].session(self.path.parent)
        mark = mark_answer(self.sitting, self.posed, session)
        if mark.outcome != "passed":
            raise WrongAnswer(mark)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what is wrong, without a traceback if it is the answer."""
        if isinstance(excinfo.value, WrongAnswer | GraderError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the question."""
        return self.path, None, f"question {self.posed.id}"


class WrongAnswer(Exception):
    """An answer that did not pass."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(f"{mark.outcome}: {mark.message}")

"""A graded class whose course names a made-up Canvas."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.classroom.conftest import COURSE, Small, new_class
from tests.conftest import Ran, Run
from tests.push.made_canvas import ASSIGNMENT, TOKEN, MadeCanvas, serving

ONE = 'format: 1\ntitle: One\nquestions:\n  - {id: five, kind: number, prompt: Say five., answer: "5", points: 3}\n'
STUDENTS = ("ada", "bob", "cyd")


@pytest.fixture
def canvas() -> Iterator[MadeCanvas]:
    """Yield a Canvas with one assignment of three points, and three students without a grade."""
    made = MadeCanvas()
    made.assign()
    made.enrol(*STUDENTS)
    with serving(made):
        yield made


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the token into the environment, and let nobody wait long."""
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    monkeypatch.setattr("grader.lms.canvas_rest.patient.FIRST_WAIT_SECONDS", 0.001)


def place(canvas: MadeCanvas) -> str:
    """Return the key `canvas` of a course."""
    return f"canvas: {{url: '{canvas.url}', course: 7, assignments: {{ex-1: {ASSIGNMENT}}}}}\n"


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class of three, of whom bob was wrong and set to 1.5 by hand; graded once for all tests."""
    small = new_class(tmp_path_factory.mktemp("graded") / "class")
    small.write("exercises/ex-1/exercise.yaml", ONE)
    for student in STUDENTS:
        small.hand_in(student, "five = 5\n" if student != "bob" else "five = 4\n")
    for line in (["grade", "S"], ["override", "bob", "ex-1", "--score", "1.5", "--reason", "x"]):
        program = "from grader.cli import begin; begin.course()"
        subprocess.run(
            [sys.executable, "-c", program, *line], cwd=small.root, check=True, capture_output=True
        )
    return small.root


@pytest.fixture
def taught(tmp_path: Path, graded_once: Path, canvas: MadeCanvas) -> Small:
    """Return the graded class, whose course names the made Canvas."""
    small = Small(shutil.copytree(graded_once, tmp_path / "class"))
    small.write("course.yaml", f"{COURSE}{place(canvas)}")
    return small


Push = Callable[..., Ran]


@pytest.fixture
def push(course: Run, taught: Small) -> Push:
    """Return a function that runs `course push canvas ARGUMENTS` in the class."""
    return lambda *arguments: course(taught.root, "push", "canvas", *arguments)

"""Small courses on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.loading import LoadedCourse, LoadedExercise, load_course, load_exercise
from grader.course.records import Course
from grader.errors import CourseFaults

COURSE = Course(format=1, title="Convolutions", seed="seed", exercises=["exercise-1"])
HEAD = "format: 1\ntitle: Stride\n"
SIZE = (
    "- id: size\n  kind: output-size\n  prompt: How large?\n  layer: Conv2d(1, 1, 2)\n  input: [1, 1, 4, 4]\n"
)
CODE = "- id: f\n  kind: code\n  prompt: Write f.\n  signature: '(x: int) -> int'\n"
GOOD = HEAD + "questions:\n" + SIZE
REFERENCE = "def f(x: int) -> int:\n    return x + 41  # SECRET-REFERENCE\n"
CHECKS = "def test_f(student):\n    '''It adds.'''\n    assert student.f(1) == 42  # SECRET-CHECK\n"
VISIBLE = "def test_visible(student):\n    assert student.f(0) == 41\n"


def write(folder: Path, **files: str) -> Path:
    """Write files into a folder; `exercise_yaml` is exercise.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_yaml", ".yaml").replace("_py", ".py")).write_text(text, encoding="utf-8")
    return folder


def exercise(folder: Path, text: str, **files: str) -> LoadedExercise:
    """Return the exercise whose exercise.yaml holds the text."""
    return load_exercise(write(folder / "exercise-1", exercise_yaml=text, **files), COURSE)


def faults(folder: Path, text: str, **files: str) -> list[str]:
    """Return what is wrong with it, one line each, without the folder."""
    with pytest.raises(CourseFaults) as caught:
        exercise(folder, text, **files)
    return lines(caught.value, folder / "exercise-1")


def lines(error: CourseFaults, folder: Path) -> list[str]:
    """Return the lines of the error without the folder."""
    return str(error).replace(f"{folder}/", "").splitlines()


def course(root: Path, text: str, **exercises: str) -> LoadedCourse:
    """Return a course of these exercises: exercise_1 is the text of exercises/exercise-1/exercise.yaml."""
    write(root, course_yaml=text)
    for name, content in exercises.items():
        write(root / "exercises" / name.replace("_", "-"), exercise_yaml=content)
    return load_course(root)

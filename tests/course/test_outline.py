"""An exercise in short: titles and points are known whatever else is wrong in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.loading import LoadedCourse, load_course
from grader.errors import CourseFaults, UsageFault
from tests.conftest import Run


def test_an_outline_has_what_the_exercise_has(shipped: LoadedCourse) -> None:
    for exercise, outline in zip(shipped.exercises(), shipped.outlines(), strict=True):
        assert (outline.name, outline.title) == (exercise.name, exercise.record.title)
        assert outline.points == exercise.record.points
        questions = [(one.id, one.kind, one.points) for one in exercise.record.questions]
        assert [(one.id, one.kind, one.points) for one in outline.questions] == questions


def test_scores_are_shown_while_checks_and_formulas_are_wrong(own: Path, course: Run) -> None:
    submission = own / "S" / "ada" / "exercise-1.py"
    submission.parent.mkdir(parents=True)
    submission.write_text("size = 3\n")
    assert course(own, "grade", "S").code == 0
    before = course(own, "scores").out
    (own / "exercises" / "exercise-2" / "checks.py").write_text("def broken(:\n")
    (own / "exercises" / "exercise-2" / "reference.py").unlink()
    assert course(own, "check", "exercise-2").code == 2
    assert course(own, "scores").out == before
    assert course(own, "export", "csv").code == 0


@pytest.mark.parametrize(
    ("old", "new"), [("title: ", "titel: "), ("points: 2", "points: many"), ("questions:", "question:")]
)
def test_wrong_titles_and_points_are_told_with_their_place(own: Path, old: str, new: str) -> None:
    file = own / "exercises" / "exercise-1" / "exercise.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseFaults) as raised:
        load_course(own).outline("exercise-1")
    assert all(fault.line for fault in raised.value.faults)


def test_an_exercise_that_is_not_there_is_named(own: Path) -> None:
    with pytest.raises(UsageFault, match="no exercise 'exercise-9'"):
        load_course(own).outline("exercise-9")


def test_a_title_with_a_students_numbers_is_no_title_for_a_class(own: Path, course: Run) -> None:
    file = own / "exercises" / "exercise-1" / "exercise.yaml"
    text = file.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title: "))
    file.write_text(text.replace(title, "title: Images of size {{ M }}"), encoding="utf-8")
    submission = own / "S" / "ada" / "exercise-1.py"
    submission.parent.mkdir(parents=True)
    submission.write_text("size = 3\n")
    assert course(own, "grade", "S").code in {0, 1}
    assert course(own, "export", "canvas").code in {0, 1}
    exported = (own / "exports").glob("*canvas*.csv")
    header = next(exported).read_text(encoding="utf-8-sig").splitlines()[0]
    assert "{{" not in header
    assert header.endswith(",exercise-1")

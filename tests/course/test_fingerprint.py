"""Which checks decide a question: by their names, and by their markers."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.fingerprint import fingerprints
from grader.course.loading import load_course
from tests.classroom.conftest import DOUBLE, TRIPLE, Small, new_class

MARKED = '@pytest.mark.question("triple")\ndef test_double_and_more(student):\n    assert student.triple(1) == 3\n\n\n'
HEAD = "import pytest\n\n\n"


def changed(small: Small, *parts: str) -> set[str]:
    """Return the questions whose fingerprints other checks change."""
    before = fingerprints(load_course(small.root).exercise("ex-1"))
    small.checks(*parts)
    after = fingerprints(load_course(small.root).exercise("ex-1"))
    return {id_ for id_, digest in after.items() if before[id_] != digest}


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """Return a course with a check whose name says one question and whose marker says another."""
    made = new_class(tmp_path)
    made.checks(HEAD, DOUBLE, TRIPLE, MARKED)
    return made


def test_a_check_that_a_marker_gives_to_a_question_regrades_it(small: Small) -> None:
    assert "triple" in changed(small, HEAD, DOUBLE, TRIPLE, MARKED.replace("== 3", "== 4"))


def test_a_check_that_its_name_gives_to_a_question_regrades_that_alone(small: Small) -> None:
    assert changed(small, HEAD, DOUBLE.replace("== 4", "== 5"), TRIPLE, MARKED) == {"double"}


def test_another_marker_changes_nothing_about_whose_a_check_is(small: Small) -> None:
    pointed = "@pytest.mark.points(2)\n" + DOUBLE
    assert changed(small, HEAD, pointed, TRIPLE, MARKED) == {"double"}


def test_a_check_that_loses_its_marker_changes_both(small: Small) -> None:
    assert changed(small, HEAD, DOUBLE, TRIPLE, MARKED.partition("\n")[2]) == {"double", "triple"}


def test_the_longest_name_of_a_question_is_whose_a_check_is(tmp_path: Path) -> None:
    made = new_class(tmp_path)
    made.replace("exercises/ex-1/exercise.yaml", "id: triple", "id: double_twice")
    made.replace("exercises/ex-1/reference.py", "triple", "double_twice")
    twice = TRIPLE.replace("test_triple", "test_double_twice")
    made.checks(DOUBLE, twice)
    assert changed(made, DOUBLE, twice.replace("== 6", "== 7")) == {"double_twice"}


def test_an_explanation_regrades_nothing(small: Small) -> None:
    before = fingerprints(load_course(small.root).exercise("ex-1"))
    small.replace("exercises/ex-1/exercise.yaml", "id: triple", "id: triple, explanation: Because.")
    assert fingerprints(load_course(small.root).exercise("ex-1")) == before

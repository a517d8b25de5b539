"""What people hand in: slips get a teacher's diagnosis, unusual right solutions full marks, wrong ones fewer.

The slips were written from the prompts alone, and the solutions before anybody knew whether they pass.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import LoadedCourse, load_course
from grader.service.shipped import shipped_course
from grader.worker.isolation.way import Workers
from tests.bench.handed_in import HandedIn, Told, slips, solutions, told

pytestmark = pytest.mark.slow
MISSES = {  # slips without the diagnosis of a teacher, by student and slip, and why
    (None, "exercise-3/size/image-over-stride"): "it is right with the numbers of the lab",
    (None, "exercise-3/last_place/counted-from-one"): "variant 0 asks about another image than M, K and S",
    (None, "exercise-3/last_place/number-of-places"): "variant 0 asks about another image than M, K and S",
    (None, "exercise-3/last_place/index-of-place"): "variant 0 asks about another image than M, K and S",
    (None, "exercise-3/last_place/right-edge"): "variant 0 asks about another image than M, K and S",
    (None, "exercise-3/last_place/last-column"): "variant 0 asks about another image than M, K and S",
    ("ada", "exercise-2/receptive_field/size-of-the-output"): "growth-only leads to the same number",
    ("ada", "exercise-3/last_place/number-of-places"): "no misconception of the question counts places",
    ("ada", "exercise-4/unused/none-left"): "forgot-the-kernel leads to the same number",
    (None, "review/lengths/no-padding"): "the student reads which length comes out",
    ("ada", "review/lengths/no-padding"): "the student reads which length comes out",
}
ALIKE_WHEN_SENT = "contiguous"  # on such inputs alone these are right, and no other kind crosses to a worker


@pytest.mark.parametrize("student", [None, "ada"])
def test_slips_get_the_diagnosis_of_a_teacher(
    shipped: LoadedCourse, server: Workers, student: str | None
) -> None:
    code = {f"{one.exercise}/{one.question}" for one in solutions("right")}  # numbers of students change none
    asked = [one for one in slips() if student is None or f"{one.exercise}/{one.question}" not in code]
    found = list(told(shipped, server, asked, student))
    assert len(found) >= 60
    assert_only_misses(found, student)


@pytest.mark.parametrize("student", [None, "ada"])
def test_slips_of_the_course_on_training_do_too(server: Workers, student: str | None) -> None:
    found = list(told(load_course(shipped_course("training")), server, slips("training"), student))
    assert len(found) >= 100
    assert_only_misses(found, student)


def assert_only_misses(found: Sequence[Told], student: str | None) -> None:
    missed = {(student, one.of.id): one.named for one in found if one.is_right or not one.fits}
    asked = {one.of.exercise for one in found}
    known = {key for key in MISSES if key[0] == student and key[1].partition("/")[0] in asked}
    assert missed.keys() == known, missed


def test_right_solutions_by_other_algorithms_earn_full_marks(shipped: LoadedCourse, server: Workers) -> None:
    right = solutions("right")
    assert len(right) >= 40
    assert [(one.of.id, one.report.message) for one in told(shipped, server, right) if not one.is_right] == []


def test_wrong_solutions_that_agree_on_special_inputs_lose_points(
    shipped: LoadedCourse, server: Workers
) -> None:
    wrong = [one for one in solutions("wrong") if not one.right_on.startswith(ALIKE_WHEN_SENT)]
    assert len(wrong) >= 40
    assert [one.of.id for one in told(shipped, server, wrong) if one.is_right] == []


def test_each_has_a_name_of_its_own() -> None:
    every: list[HandedIn] = [*slips(), *slips("training"), *solutions("right"), *solutions("wrong")]
    assert len({one.id for one in every}) == len(every)

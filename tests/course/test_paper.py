"""Limits on a paper: an exercise's, and those of a question's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.paper import prepare, variant_of
from grader.course.sitting import Paper
from grader.language.draws import DRAWING
from tests.course.building import CHECKS, HEAD, exercise

FUNCTIONS = "".join(f"def {name}(x):\n    return x\n\n\n" for name in "fgh")
LIMITED = (
    HEAD
    + "limits: {seconds: 9}\nquestions:\n"
    + (
        "- {id: f, kind: code, prompt: P, signature: (x), limits: {seconds: 40, memory_mib: 77}}\n"
        "- {id: g, kind: code, prompt: P, signature: (x), limits: {seconds: 2}}\n"
        "- {id: h, kind: code, prompt: P, signature: (x)}\n"
    )
)


@pytest.mark.parametrize(("seconds", "expected"), [(50.0, [50, 50, 50, None]), (1.0, [1, 1, 1, None])])
def test_a_call_may_take_so_long_also_where_a_question_has_limits_of_its_own(
    tmp_path: Path, seconds: float, expected: list[float | None]
) -> None:
    sitting = prepare(exercise(tmp_path, LIMITED, reference_py=FUNCTIONS, checks_py=CHECKS), None)
    paper = sitting.paced(seconds).paper
    limits = [question.limits for question in paper.questions]
    assert [paper.limits.seconds, *(own.seconds if own else None for own in limits)] == expected
    assert limits[0] is not None
    assert limits[0].memory_mib == 77
    assert sitting.paper.limits.seconds == 9  # a copy was made


DRAWN = """\
params: {M: {from: 10, to: 99}, least: [3, 5, 7]}
variant_0: {M: 4, least: 1}
questions:
  - {id: q, kind: number, prompt: "{{ M }}, more than {{ least }}", answer: M}
"""


def test_a_variant_that_was_handed_out_stays_and_has_variant_0s_value_of_what_was_added(
    tmp_path: Path,
) -> None:
    own = exercise(tmp_path, HEAD + DRAWN)
    fresh = variant_of(own, "ada").params
    assert fresh["least"] > 1
    assert variant_of(own, "ada", {"M": 8}).params == {"M": 8, "least": 1}
    assert variant_of(own, "ada", {"M": 8, "least": 3, "gone": 1}).params == {"M": 8, "least": 3}


def test_a_paper_says_which_drawing_its_variant_is_of(tmp_path: Path) -> None:
    paper = prepare(exercise(tmp_path, HEAD + DRAWN), "ada").paper
    assert paper.drawn_by == DRAWING
    old = paper.model_dump(mode="json")
    del old["drawn_by"]
    assert Paper.model_validate(old).drawn_by == 1


@pytest.mark.parametrize("name", ["exercise-6", "exercise-8", "exercise-9"])
def test_a_lane_grades_by_the_same_questions_and_keys_without_texts_for_readers(shipped, name):
    whole, bare = (prepare(one, "s") for one in (shipped.exercise(name), shipped.exercise(name).to_grade))
    told = {"intro": "", "worked": None, "questions": (), "between": ()}
    assert bare.keys
    assert whole.keys
    assert bare.params == whole.params
    assert bare.paper.model_copy(update=told) == whole.paper.model_copy(
        update={**told, "show": bare.paper.show}
    )
    for mine, its in zip(bare.paper.questions, whole.paper.questions, strict=True):
        assert mine == its.model_copy(update={"hints": ()})
        assert bare.keys[mine.id] == whole.keys[mine.id].model_copy(update={"explanation": ""})

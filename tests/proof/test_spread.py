"""What a class sees of the parameters, of the shipped course and of one that collapses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.paper import variant_of
from grader.language.params import Variant
from grader.proof.spread import class_of, spreads_of
from grader.questions.base import Confusion
from grader.questions.demands import read_by
from grader.service.shipped import shipped_course
from tests.conftest import ROOT, Run
from tests.course.building import HEAD, exercise, write

COURSES = {
    Path(course.root).name: course for course in (load_course(ROOT), load_course(shipped_course("training")))
}
OF_THE_LAB = ("exercise-3", "size")  # the other two of the lab tell all mistakes apart
EACH = {
    f"{root}-{name}": (course, name) for root, course in COURSES.items() for name in course.record.exercises
}
every_exercise = pytest.mark.parametrize("own", EACH.values(), ids=EACH, indirect=True)


@pytest.fixture
def own(request: pytest.FixtureRequest) -> LoadedExercise:
    """One exercise of a shipped course, loaded when its turn comes."""
    course, name = request.param
    loaded: LoadedExercise = course.exercise(name)
    return loaded


@pytest.mark.slow
@every_exercise
def test_a_class_sees_much_of_a_shipped_course_and_no_mistake_is_right(own: LoadedExercise) -> None:
    variants = list(class_of(own, lambda number: variant_of(own, f"made-up-{number}")))
    assert [spread for spread in spreads_of(own, variants, {}) if spread.is_collapsed] == []
    assert [one for one in _alike(own, variants) if one[1].is_right] == []


@every_exercise
def test_variant_0_tells_mistakes_apart_but_with_the_labs_numbers(own: LoadedExercise) -> None:
    alike = {(own.name, id_) for id_, _ in _alike(own, [variant_of(own, None)])}
    assert alike == ({OF_THE_LAB} if own.name in OF_THE_LAB else set())


def test_variant_0_keeps_the_numbers_of_the_lab(shipped: LoadedCourse) -> None:
    image = variant_of(shipped.exercise("exercise-7"), None).params["image"]
    assert [len(row) for row in image] == [4, 4, 4, 4]
    strides = variant_of(shipped.exercise("exercise-3"), None).params
    assert [strides[name] for name in "MKS"] == [4, 2, 2]


def _alike(own: LoadedExercise, variants: Sequence[Variant]) -> Iterator[tuple[str, Confusion]]:
    """Find the misconceptions that a variant does not bring to light, by question."""
    for question in own.record.questions:
        if question.by_checks or question.by_person:
            continue
        names = sorted(read_by(question, own.record.params))
        different = {repr([variant.params[name] for name in names]): variant for variant in variants}
        for variant in different.values():
            for confusion in question.confusions(*question.sketch(variant)):
                yield question.id, confusion


LETTERS = """\
params: {n: {from: 1, to: 2}}
questions:
  - id: largest
    kind: choice
    points: 1
    prompt: Which is the largest?
    options:
      - {text: "3", correct: true}
      - {text: "2", feedback: No.}
      - {text: "1", feedback: No.}
"""


def test_the_right_letter_differs_although_the_question_reads_no_parameter(tmp_path: Path) -> None:
    own = exercise(tmp_path, f"{HEAD}{LETTERS}")
    found = spreads_of(own, list(class_of(own, lambda number: variant_of(own, f"s{number}"))), {})
    assert {one.name: one.values for one in found} == {"n": 2, "largest": 3}


COLLAPSING = """\
params: {S: [1, 2, 3], M: {from: 1, to: 60}, g: {shape: [2], from: 0, to: 9}}
where: [S == 2, M < 6]
questions:
  - {id: double, kind: number, prompt: "2 * {{ S }}", answer: 2 * S, hints: [h]}
  - {id: even, kind: number, prompt: "Is {{ M }} even?", answer: int(M > 1), hints: [h]}
  - {id: first, kind: tensor, prompt: "{{ g }}", values: "[g[0]]", hints: [h]}
"""


def test_what_collapses_is_noted_and_all_of_it_is_shown(tmp_path: Path, course: Run) -> None:
    write(tmp_path, course_yaml="format: 1\ntitle: T\nseed: s\nexercises: [one]\n")
    write(tmp_path / "exercises/one", exercise_yaml=HEAD + COLLAPSING)
    ran = course(tmp_path, "check", "--json", "--variants", "4")
    (one,) = json.loads(ran.out)["exercises"]
    seen = {
        spread["name"]: (spread["values"], spread["of"], spread["is_collapsed"]) for spread in one["spread"]
    }
    assert seen["S"] == (1, 3, True)
    assert seen["M"] == (5, 60, True)
    assert seen["double"] == (1, None, False)  # another note says that it is the same for everybody
    assert seen["even"] == (2, None, True)
    assert not seen["g"][2]
    notes = " ".join(one["notes"])
    assert "S: 300 students see 1 of 3 values." in notes
    assert "of 300 students have the same right answer" in notes
    page = " ".join(course(tmp_path, "check", "--variants", "4").out.split())
    assert "different values in a class of 300: S 1 of 3, M 5 of 60, g " in page

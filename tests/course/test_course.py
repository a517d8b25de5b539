"""course.yaml: its faults, and the exercises behind it."""

from __future__ import annotations

import pytest

from grader.course.loading import load_course
from grader.errors import CourseFaults, UsageFault
from tests.course.building import GOOD, HEAD, course, lines

TOP = "format: 1\ntitle: Convolutions\nseed: lab\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            TOP + "exercises: [exercise-1, exercise-9, other]\n",
            [
                "course.yaml:4:25: exercises[1]: There is no folder exercises/exercise-9. Did you mean 'exercise-2'?",
                "course.yaml:4:37: exercises[2]: There is no folder exercises/other. Use one of: exercise-1, exercise-2.",
            ],
        ),
        (
            TOP + "exercises: [exercise-1, exercise-1]\n",
            ["course.yaml:4:12: exercises: "],
        ),
        (
            TOP.replace("seed", "sead") + "exercises: exercise-1\nlimits: {second: 3, memory_mib: 1}\n",
            [
                "course.yaml:1:1: 'seed' is missing. Add 'seed: ...'.",
                "course.yaml:3:1: sead: There is no key 'sead' here. Did you mean 'seed'?",
                "course.yaml:4:12: exercises: It must be a list, not 'exercise-1'.",
                "course.yaml:5:10: limits.second: There is no key 'second' here. Did you mean 'seconds'?",
                "course.yaml:5:33: limits.memory_mib: It must be 64 or more, not 1.",
            ],
        ),
        (TOP + "exercises: []\n", ["course.yaml:4:12: exercises: It must have 1 or more entries"]),
        (
            TOP + "exercises: [../secret]\n",
            ["course.yaml:4:13: exercises[0]: It cannot be the name of an exercise."],
        ),
        (
            TOP + "exercises: [exercise-1]\npackages: torch\n",
            ["course.yaml:5:11: packages: It must be a list,"],
        ),
        (TOP + "exercises: [exercise-1]\ntitle: x\n", ["course.yaml:5:1: title: 'title' is given twice;"]),
    ],
)
def test_faults(tmp_path, text, expected):
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, text, exercise_1=GOOD, exercise_2=GOOD)
    found = lines(caught.value, tmp_path)
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected


def test_a_name_is_shown_as_it_is_written(tmp_path):
    with pytest.raises(CourseFaults, match=r"exercise-1 is listed more than once\. List it once\."):
        course(tmp_path, TOP + "exercises: [exercise-1, exercise-1]\n")


def test_faults_stand_in_the_order_of_the_file(tmp_path):
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, TOP.replace("seed", "sead") + "exercises: 1\nlimits: {second: 3}\n")
    assert [fault.line for fault in caught.value.faults] == [1, 3, 4, 5]


def test_no_course(tmp_path):
    with pytest.raises(CourseFaults, match=r"course\.yaml: There is no such file\."):
        load_course(tmp_path)


def test_a_good_course(tmp_path):
    loaded = course(tmp_path, TOP + "exercises: [exercise-2, exercise-1]\n", exercise_1=GOOD, exercise_2=GOOD)
    assert [exercise.name for exercise in loaded.exercises()] == ["exercise-2", "exercise-1"]
    assert loaded.exercise("exercise-1") is loaded.exercise("exercise-1")
    assert loaded.record.gradebook == "sqlite:///gradebook.db"
    assert loaded.record.packages == ["torch"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("exercise1", "There is no exercise 'exercise1'. Did you mean 'exercise-1'?"),
        ("x", "There is no exercise 'x'. Use one of: exercise-1."),
        ("", "There is no exercise ''."),
        ("../..", "There is no exercise '../..'."),
    ],
)
def test_an_exercise_that_is_not_listed(tmp_path, name, sentence):
    loaded = course(tmp_path, TOP + "exercises: [exercise-1]\n", exercise_1=GOOD, exercise_2=GOOD)
    with pytest.raises(UsageFault) as caught:
        loaded.exercise(name)
    assert str(caught.value).startswith(sentence)


def test_the_faults_of_all_exercises_at_once(tmp_path):
    loaded = course(
        tmp_path,
        TOP + "exercises: [exercise-1, exercise-2, exercise-3]\n",
        exercise_1=HEAD,
        exercise_2=GOOD,
        exercise_3="titel: x\n",
    )
    with pytest.raises(CourseFaults) as caught:
        loaded.exercises()
    assert [fault.file.parent.name for fault in caught.value.faults] == ["exercise-1"] + ["exercise-3"] * 4

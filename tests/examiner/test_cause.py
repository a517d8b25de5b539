"""The cause of a failed check reaches the instructor, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run

CHECKS = """\
def double(x):
    return 2 * x


def test_double_says(student):
    assert student.double(4711) == 9422, "4711 is doubled"


def test_double_hands(student):
    student.double(double)


def test_double_adds(student):
    student.double(4711) + 1


def test_double_passes(student):
    student.double(0)
"""
WRONG = "def double(x):\n    if x == 4711:\n        return None\n    return 0\n"
RAISING = "\n\ndef double(x):\n    raise ValueError(f'it is {x}')\n"


def causes(report: Any) -> dict[str, Any]:
    document = json.loads(report.whole())
    return {check["id"]: check["cause"] for check in document["questions"][0]["checks"]}


def test_the_cause_is_told_to_the_instructor_alone(bench):
    wrong, raising = bench(checks=CHECKS).grade(WRONG, RAISING)
    place = {"cell": None, "submission_line": None, "file": "checks.py"}
    handed = "the function 'double' cannot be handed to student code; only plain values, tensors, arrays and"
    found = causes(wrong)
    assert found["test_double_says"] == {**place, "line": 6, "text": "AssertionError: 4711 is doubled"}
    assert found["test_double_hands"]["line"] == 10
    assert found["test_double_hands"]["text"].startswith(handed)
    assert found["test_double_adds"]["line"] == 14
    assert found["test_double_adds"]["text"].startswith("TypeError: ")
    assert found["test_double_passes"] is None
    assert causes(raising)["test_double_says"] == {
        "file": "checks.py",
        "line": 6,
        "cell": "e.py",
        "submission_line": 4,
        "text": "`double` raised ValueError: it is 4711.",
    }
    for report in (wrong, raising):
        assert "4711" not in report.model_dump_json()
        assert "cause" not in report.model_dump_json()


def test_whoever_grades_reads_it_now_and_later(tmp_path: Path, own: Path, course: Run) -> None:
    checks = own / "exercises" / "exercise-2" / "checks.py"
    said = checks.read_text() + "\n\ndef test_total_says(student):\n    assert 4711 < 0, 'why not'\n"
    checks.write_text(said)
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "exercise-2.py").write_text("def total(image):\n    return image\n")
    first, again = (course(own, "grade", tmp_path / "in", "--json") for _ in range(2))
    line = said.splitlines().index("    assert 4711 < 0, 'why not'") + 1
    for ran in (first, again):
        (question,) = json.loads(ran.out)["questions"]
        (check,) = (one for one in question["checks"] if one["id"] == "test_total_says")
        assert (check["cause"]["text"], check["cause"]["line"]) == ("AssertionError: why not", line)
        assert "why not" not in check["message"]


def test_only_in_practice_a_student_reads_what_their_code_raised(
    tmp_path: Path, own: Path, course: Run, grade: Run
) -> None:
    file = own / "course.yaml"
    file.write_text(file.read_text().replace("seconds: 5", "seconds: 60"))  # for a busy machine
    source = "def total(image):\n    raise ValueError('too ' + 'long')\n"
    assert course(own, "generate", tmp_path / "out").code == 0
    (tmp_path / "out" / "exercise-2.py").write_text(source)
    ran = grade(tmp_path / "out", "exercise-2", "--json")
    (question,) = json.loads(ran.out)["questions"]
    assert {check["message"] for check in question["checks"]} == {"Line 2 raised ValueError: too long."}
    assert not any("cause" in check for check in question["checks"])
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "exercise-2.py").write_text(source)
    (question,) = json.loads(course(own, "grade", tmp_path / "in", "--json").out)["questions"]
    hidden = {check["message"] for check in question["checks"] if not check["visible"]}
    assert hidden == {"Line 2 raised ValueError."}

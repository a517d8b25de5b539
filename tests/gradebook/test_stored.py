"""What 0.1.0 wrote can always be opened: its gradebook and its packed files give what they gave then.

golden/0.1.0/make.sh has made them with the code of that time. Messages and the layers of isolation may change;
keys may be added.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

assert sys.platform != "win32"  # it has no fork

from tests.conftest import Run
from tests.gradebook.test_migrations import STORED, stored_course

GAVE = STORED / "gave"
MAY_CHANGE = {"message", "isolation", "hint", "picture", "title"}
EXERCISES = ("sums", "stride")


def text(name: str) -> str:
    return (GAVE / name).read_text(encoding="utf-8")


def holds(now: Any, then: Any) -> bool:
    """Return whether a value holds all that it held then."""
    if isinstance(then, dict):
        return all(holds(now[key], value) for key, value in then.items() if key not in MAY_CHANGE)
    if isinstance(then, list):
        return len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


def lines(printed: str) -> list[Any]:
    return [json.loads(line) for line in printed.splitlines()]


def test_a_value_that_lost_something_is_seen() -> None:
    assert holds({"a": [{"b": 1, "new": 2}], "message": "y"}, {"a": [{"b": 1}], "message": "x"})
    assert not holds([1], [1, 2])
    assert not holds({"a": 1}, {"a": 2})


def test_its_gradebook_has_the_same_scores(tmp_path: Path, course: Run) -> None:
    root = stored_course(tmp_path / "course")
    assert holds(lines(course(root, "scores", "--json").out), lines(text("scores.json")))
    assert course(root, "export", "csv").code == 0
    with (root / "exports" / "scores.csv").open(encoding="utf-8", newline="") as stream:
        now = list(csv.DictReader(stream))
    assert holds(now, list(csv.DictReader(io.StringIO(text("scores.csv")))))


@pytest.mark.parametrize("student", ["ada", "bob", "cy"])
def test_its_gradebook_has_the_same_history(tmp_path: Path, course: Run, student: str) -> None:
    root = stored_course(tmp_path / "course")
    assert course(root, "history", student).out == text(f"{student}.txt")


def test_its_gradebook_takes_what_is_handed_in_now(tmp_path: Path, course: Run) -> None:
    root = stored_course(tmp_path / "course")
    shutil.copytree(STORED / "submissions", root / "S")
    (root / "S" / "cy" / "sums.py").write_bytes((STORED / "later" / "cy" / "sums.py").read_bytes())
    ran = course(root, "grade", "S")  # without a roster: everybody's variants are in the gradebook
    assert ran.code == 0, ran
    assert "5 graded, 0 not graded, 0 left out." in ran.out
    now, then = lines(course(root, "scores", "--json").out), lines(text("scores.json"))
    kept = ("student", "exercise", "raw", "final", "points", "rules")
    assert [[one[key] for key in kept] for one in now] == [[one[key] for key in kept] for one in then]
    (root / "S" / "bob" / "sums.py").write_text("five = 5\n", encoding="utf-8")
    assert course(root, "grade", "S", "--exercise", "sums").code == 0
    found = lines(course(root, "scores", "bob", "--exercise", "sums", "--json").out)
    assert [(one["raw"], one["rules"][0]) for one in found] == [(1, "attempt 2 of 2")]


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_its_packed_file_grades_the_same(tmp_path: Path, grade: Run, edition: str) -> None:
    shutil.copytree(STORED / edition, tmp_path / "handout")
    for exercise in EXERCISES:
        then = json.loads(text(f"{edition}-{exercise}.json"))
        ran = grade(tmp_path / "handout", exercise, "--json")
        assert ran.code == 1, ran
        assert holds(json.loads(ran.out), then)


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_what_a_student_had_graded_is_remembered(tmp_path: Path, grade: Run, edition: str) -> None:
    shutil.copytree(STORED / edition, tmp_path / "handout")
    ran = grade(tmp_path / "handout")
    assert ran.code == 1  # not full marks
    overview = "".join(ran.out.split())
    told = {"practice": ("sumsSums0of3", "strideStride0of3"), "assessed": ("0of2points", "3gradedlater")}
    assert all(words in overview for words in told[edition]), ran.out


def test_stubs_that_it_wrote_are_renewed_and_work_is_kept(tmp_path: Path, course: Run) -> None:
    root = stored_course(tmp_path / "course")
    shutil.copytree(STORED / "assessed", root / "OUT")
    (root / "OUT" / "checks" / "sums.py").unlink()
    mine = (root / "OUT" / "sums.py").read_bytes()
    ran = course(root, "generate", "OUT", "--edition", "assessed")
    assert ran.code in {0, 1}, ran
    assert (root / "OUT" / "sums.py").read_bytes() == mine
    assert (root / "OUT" / "checks" / "sums.py").exists()

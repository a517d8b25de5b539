"""A question whose checks expect what anybody could guess is not proved, and what a check cannot do is located."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.course.loading import load_course
from grader.proof.lint import notes_of_time
from tests.conftest import Copy, Run

pytestmark = pytest.mark.slow
REFERENCE = """
import torch
from torch import nn
from torch.utils.data import DataLoader


def even(n):
    return n % 2 == 0


def loader(x):
    return DataLoader(x, batch_size=2)


def model(n):
    return nn.Linear(n, 1)
"""
LOOSE = '''
import torch
from torch import nn


def test_even(student):
    """Even numbers."""
    assert student.even(4)


def test_loader(student):
    """Batches."""
    for batch in student.loader(torch.ones(4)):
        assert batch.shape == (2,)


def test_model(student):
    """A module."""
    assert isinstance(student.model(3), nn.Module)
'''
TIGHT = (
    LOOSE.replace("    assert student.even(4)", "    assert student.even(4) and not student.even(3)")
    .replace("    for batch", "    assert len(list(student.loader(torch.ones(6)))) == 3\n    for batch")
    .replace("nn.Module)", "nn.Module) and student.model(3)(torch.ones(2, 3)).shape == (2, 1)")
)


IMPOSSIBLE = {  # what a check cannot do, and what is told
    "student.model(3).x = 3": "the attribute 'x' of a student's object cannot be set from a check",
    "student.loader(lambda x: x)": "the function '<lambda>' cannot be handed to student code",
    "torch.sum(student.model(3).weight) * student.even": "unsupported operand",
    "student.side_effects(student.even, 3).value @ student.model(3)": "unsupported operand",
}
CHECKS = {"loose": LOOSE, "tight": TIGHT, "impossible": TIGHT}
for _number, _line in enumerate(IMPOSSIBLE):
    CHECKS["impossible"] += (
        f'\n\ndef test_even_impossible_{_number}(student):\n    """It is not possible."""\n    {_line}\n'
    )


def write(root: Path, exercises: Mapping[str, str], limits: str = "") -> None:
    """Write a course of exercises with these checks."""
    course = f"format: 1\ntitle: T\nseed: s\nexercises: [{', '.join(exercises)}]\n{limits}"
    (root / "course.yaml").write_text(course, encoding="utf-8")
    lines = ["format: 1", "title: T", "questions:"]
    for name, argument in {"even": "n", "loader": "x", "model": "n"}.items():
        lines += [
            f"  - {{id: {name}, kind: code, prompt: Write it., hints: [Read it.], signature: ({argument})}}"
        ]
    for name, checks in exercises.items():
        folder = root / "exercises" / name
        folder.mkdir(parents=True)
        texts = {"exercise.yaml": "\n".join(lines), "reference.py": REFERENCE, "checks.py": checks}
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")


@pytest.fixture
def faults(copied: Copy, course: Run) -> dict[str, list[dict[str, Any]]]:
    """Return the faults of each exercise, which are proved once for all tests."""

    def prove(root: Path) -> None:
        write(root, CHECKS)
        (root / "proof.json").write_text(course(root, "check", "--json").out, encoding="utf-8")

    found = json.loads((copied(prove) / "proof.json").read_text(encoding="utf-8"))["exercises"]
    return {one["exercise"]: one["faults"] for one in found}


def test_what_anybody_could_guess_is_noticed(faults: dict[str, list[dict[str, Any]]]) -> None:
    told = [one["sentence"] for one in faults["loose"]]
    assert "No check notices an answer that returns True." in told
    assert told.count("No check notices an answer that returns an empty value of its kind.") == 2
    told = [one["sentence"] for one in faults["tight"]]
    assert not [one for one in told if "True" in one or "empty value" in one], told


def test_a_note_says_that_a_limit_is_near(tmp_path: Path) -> None:
    write(tmp_path, {"e": LOOSE}, "limits: {seconds: 5}\n")
    exercise = load_course(tmp_path).exercise("e")
    assert list(notes_of_time(exercise, 2.4)) == []
    (note,) = notes_of_time(exercise, 3.0)
    assert "3.0 of the 5 seconds" in note and "{seconds: 15}" in note
    assert math.isclose(exercise.limits.seconds, 5)


@pytest.mark.parametrize(("line", "told"), IMPOSSIBLE.items())
def test_what_a_check_cannot_do_is_told_with_its_line(
    faults: dict[str, list[dict[str, Any]]], line: str, told: str
) -> None:
    number = CHECKS["impossible"].splitlines().index(f"    {line}") + 1
    found = [one for one in faults["impossible"] if one["line"] == number and told in one["sentence"]]
    assert [Path(one["file"]).name for one in found] == ["checks.py"]

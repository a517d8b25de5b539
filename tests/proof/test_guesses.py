"""A question whose checks expect what anybody could guess is not proved, and what a check cannot do is located."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from grader.course.loading import load_course
from grader.proof.lint import notes_of_time
from tests.conftest import Run

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


def faults(root: Path, course: Run, checks: str) -> list[tuple[str, str]]:
    """Return the places and sentences of faults about guesses and about what fails."""
    folder = root / "exercises" / "e"
    folder.mkdir(parents=True)
    (root / "course.yaml").write_text("format: 1\ntitle: T\nseed: s\nexercises: [e]\n", encoding="utf-8")
    lines = ["format: 1", "title: T", "questions:"]
    for name, argument in {"even": "n", "loader": "x", "model": "n"}.items():
        lines += [
            f"  - {{id: {name}, kind: code, prompt: Write it., hints: [Read it.], signature: ({argument})}}"
        ]
    texts = {"exercise.yaml": "\n".join(lines), "reference.py": REFERENCE, "checks.py": checks}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (found,) = json.loads(course(root, "check", "--json").out)["exercises"]
    return [(one["file"].rpartition("/")[2], one["sentence"]) for one in found["faults"]]


def test_what_anybody_could_guess_is_noticed(tmp_path: Path, course: Run) -> None:
    told = [sentence for _, sentence in faults(tmp_path, course, LOOSE)]
    assert "No check notices an answer that returns True." in told
    assert told.count("No check notices an answer that returns an empty value of its kind.") == 2
    told = [sentence for _, sentence in faults(tmp_path / "tight", course, TIGHT)]
    assert not [one for one in told if "True" in one or "empty value" in one], told


def test_a_note_says_that_a_limit_is_near(tmp_path: Path, course: Run) -> None:
    faults(tmp_path, course, LOOSE)
    file = tmp_path / "course.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\nlimits: {{seconds: 5}}\n", encoding="utf-8")
    exercise = load_course(tmp_path).exercise("e")
    assert list(notes_of_time(exercise, 2.4)) == []
    (note,) = notes_of_time(exercise, 3.0)
    assert "3.0 of the 5 seconds" in note and "{seconds: 15}" in note
    assert math.isclose(exercise.limits.seconds, 5)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("student.model(3).x = 3", "the attribute 'x' of a student's object cannot be set from a check"),
        ("student.loader(lambda x: x)", "the function '<lambda>' cannot be handed to student code"),
        ("torch.sum(student.model(3).weight) * student.even", "unsupported operand"),
        ("student.side_effects(student.even, 3).value @ student.model(3)", "unsupported operand"),
    ],
)
def test_what_a_check_cannot_do_is_told_with_its_line(
    tmp_path: Path, course: Run, line: str, told: str
) -> None:
    checks = TIGHT + f'\n\ndef test_even_impossible(student):\n    """It is not possible."""\n    {line}\n'
    found = [(file, one) for file, one in faults(tmp_path, course, checks) if told in one]
    assert [file for file, _ in found] == ["checks.py"]

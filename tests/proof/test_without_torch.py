"""Courses in plain Python are proved as well: no wrong solution of theirs needs torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

COURSE = "format: 1\ntitle: Plain\nseed: s\nexercises: [good, weak]\npackages: []\n"
EXERCISE = """\
format: 1
title: Twice
questions:
  - {id: double, kind: code, points: 2, prompt: Write it., signature: "(x)", hints: [Think.], explanation: It is so.}
"""
CHECKS = '''\
def test_double(student, reference):
    """Some numbers."""
    for x in {numbers}:
        assert student.double(x) == reference.double(x)
'''


@pytest.mark.slow
def test_wrong_results_are_made_without_torch(tmp_path: Path, course: Run) -> None:
    (tmp_path / "course.yaml").write_text(COURSE)
    for name, numbers in (("good", "(1, 3, -4)"), ("weak", "(0,)")):
        folder = tmp_path / "exercises" / name
        folder.mkdir(parents=True)
        (folder / "exercise.yaml").write_text(EXERCISE)
        (folder / "reference.py").write_text("def double(x):\n    return 2 * x\n")
        (folder / "checks.py").write_text(CHECKS.format(numbers=numbers))
    ran = course(tmp_path, "check")
    assert (ran.code, ran.err) == (1, "")
    good, _, weak = ran.out.partition("weak: not proved")
    assert "good: proved over 1 variant" in good
    assert "8 of 8 impostors" in good
    assert "No check notices an answer that returns zeros." in weak
    assert "No check notices an answer that returns what it was given." in weak
    assert "another dtype" not in weak

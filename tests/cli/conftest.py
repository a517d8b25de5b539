"""A small course that grades quickly, and what a student without a roster receives of it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.loading import load_course
from grader.handout.generation import generate

COURSE = "format: 1\ntitle: Sums\nseed: s\nexercises: [sums, words]\npackages: []\n"
SUMS = r"""
format: 1
title: Sums to {{ N }}
params: {N: {from: 10, to: 99}}
variant_0: {N: 20}
questions:
  - id: twice
    kind: number
    prompt: Twice {{ N }}?
    answer: 2 * N
    hints: [Add it to itself., "Add {{ N }} to {{ N }}."]
    explanation: |
      Twice a number is its sum
      with itself: {{ N }} + {{ N }}.

      The usual wrong way squares it, as in

          x ** 2
    misconceptions: {squared: {answer: N * N, message: You squared it.}}
  - {id: seven, kind: number, prompt: Say seven., answer: "7"}
  - {id: double, kind: code, prompt: Double it., signature: "(x: int) -> int", hints: [Add.]}
  - {id: triple, kind: code, prompt: Triple it., signature: "(x: int) -> int"}
"""
WORDS = """
format: 1
title: Words
questions:
  - {id: hello, kind: choice, prompt: "Which?", explanation: RED, options: [{text: a, correct: true}, {text: b}]}
"""
REFERENCE = '''"""Solutions."""

STEP = 2


def half(x):
    return x // STEP


# Adding is enough.
def double(x):
    return x + half(2 * x)


def triple(x):
    return x + double(x)
'''
CHECKS = """
def test_double(student):
    assert student.double(4) == 8

def test_triple(student):
    assert student.triple(4) == 12
"""


@pytest.fixture(scope="session")
def small_handouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the course, and its handouts by edition and form."""
    root = tmp_path_factory.mktemp("small")
    folder = root / "course" / "exercises"
    for name, text in (("sums", SUMS), ("words", WORDS)):
        (folder / name).mkdir(parents=True)
        (folder / name / "exercise.yaml").write_text(text, encoding="utf-8")
    (root / "course" / "course.yaml").write_text(COURSE, encoding="utf-8")
    (folder / "sums" / "reference.py").write_text(REFERENCE, encoding="utf-8")
    (folder / "sums" / "checks.py").write_text(CHECKS, encoding="utf-8")
    course = load_course(root / "course")
    generate(course, root / "practice", None, "python", "practice")
    generate(course, root / "notebook", None, "notebook", "practice")
    generate(course, root / "assessed", None, "python", "assessed")
    return root


@pytest.fixture
def mine(small_handouts: Path, tmp_path: Path) -> Path:
    """Return a student's own copy of the practice handout."""
    return Path(shutil.copytree(small_handouts / "practice", tmp_path / "mine"))


@pytest.fixture
def assessed(small_handouts: Path, tmp_path: Path) -> Path:
    """Return a student's own copy of the assessed handout."""
    return Path(shutil.copytree(small_handouts / "assessed", tmp_path / "assessed"))


def repack(pack: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Change the files in a pack; None leaves one out."""
    with zipfile.ZipFile(pack) as archive:
        files = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(pack, "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)

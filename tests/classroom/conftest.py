"""A small class on disk, quick to grade: its course needs no torch, and its checks write down when they run."""

from __future__ import annotations

import os
import sqlite3
import textwrap
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [ex-1, ex-2]\npackages: []\nlimits: {seconds: 60}\n"
EXERCISE = """
format: 1
title: Sums
questions:
  - {id: five, kind: number, prompt: Say five., answer: "5"}
  - {id: double, kind: code, prompt: Double it., signature: "(x: int) -> int"}
  - {id: triple, kind: code, prompt: Triple it., signature: "(x: int) -> int"}
"""
SHORT = """
format: 1
title: One number
params: {N: {from: 1, to: 1000000}}
variant_0: {N: 7}
questions:
  - {id: seven, kind: number, prompt: "Say {{ N }}.", answer: N}
"""
REFERENCE = "def double(x):\n    return 2 * x\n\n\ndef triple(x):\n    return 3 * x\n"
LOGGING = """
import os, signal, time
from pathlib import Path

HERE = Path(__file__).parent
LOG = HERE / ".log"  # what begins with a point decides nothing


def log(name):
    with LOG.open("a") as stream:
        stream.write(f"{name}\\n")


"""
DOUBLE = "def test_double(student):\n    log('double')\n    assert student.double(2) == 4\n\n\n"
TRIPLE = "def test_triple(student):\n    log('triple')\n    assert student.triple(2) == 6\n\n\n"
RIGHT = f"five = 5\n{REFERENCE}"


@dataclass(frozen=True)
class Small:
    """A course of two exercises, and what its students handed in: the folder S."""

    root: Path

    @property
    def exercise(self) -> Path:
        """The folder of the exercise with code."""
        return self.root / "exercises" / "ex-1"

    @property
    def log(self) -> Path:
        """The file in which checks write down when they run."""
        return self.exercise / ".log"

    def write(self, name: str, text: str) -> Path:
        """Write a file of the course."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def checks(self, *parts: str) -> None:
        """Write the checks."""
        self.write("exercises/ex-1/checks.py", LOGGING + "".join(map(textwrap.dedent, parts)))

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file of the course."""
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def hand_in(
        self, student: str, text: str = RIGHT, exercise: str = "ex-1", time: datetime | None = None
    ) -> Path:
        """Put a student's file into the folder S."""
        file = self.write(f"S/{student}/{exercise}.py", text)
        if time is not None:
            os.utime(file, (time.timestamp(), time.timestamp()))
        return file

    def ran(self) -> list[str]:
        """Return the checks that ran since this was last asked, sorted."""
        lines = self.log.read_text(encoding="utf-8").split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(lines)

    def rows(self, query: str) -> list[Any]:
        """Return rows of the gradebook."""
        with closing(sqlite3.connect(self.root / "gradebook.db")) as database:
            return database.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        """Change the gradebook directly, without the grader."""
        with closing(sqlite3.connect(self.root / "gradebook.db")) as database, database:
            database.execute(statement)

    def reports(self) -> list[Any]:
        """Return everything that reports say about submissions, except times."""
        return self.rows(
            "select student, exercise, content, file_name, variant, fingerprint, score, points, is_graded, "
            "is_applied, document, output from report join submission on submission.id = submission_id "
            "order by student, exercise, report.id"
        )

    def count(self) -> int:
        """Return how many reports there are."""
        return len(self.rows("select id from report"))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """Return a class without submissions."""
    return new_class(tmp_path)


def new_class(root: Path) -> Small:
    """Write a course for which nobody has handed in anything."""
    made = Small(root)
    made.write("course.yaml", COURSE)
    made.write("exercises/ex-1/exercise.yaml", EXERCISE)
    made.write("exercises/ex-2/exercise.yaml", SHORT)
    made.write("exercises/ex-1/reference.py", REFERENCE)
    made.checks(DOUBLE, TRIPLE)
    return made

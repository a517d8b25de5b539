"""A file of a student's own: made once, handed out, graded, and never made again."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from tests.conftest import Run
from tests.course.building import write

COURSE = "format: 1\ntitle: Tables\nseed: a\nexercises: [table]\n"
EXERCISE = """\
format: 1
title: A table of your own
questions:
  - id: rise
    kind: number
    prompt: By how much does y rise with x in data.csv?
    answer: rise
    hints: [Compare two rows.]
    misconceptions:
      one-more: {answer: rise + 1, message: You counted the start.}
  - id: total
    kind: code
    prompt: Write `total`, which adds the second column of a table.
    signature: "(name: str) -> int"
    hints: [Read the lines.]
    misconceptions:
      first-column: {message: You added the first column.}
"""
PARAMS = """\
def draw(random):
    return {"rise": random.randint(2, 10**6)}


def files(random, params):
    start = random.randint(1, 10**6)
    return {"data.csv": "x,y\\n" + "".join(f"{x},{start + params['rise'] * x}\\n" for x in range(9))}
"""
REFERENCE = """\
ROWS = [line.split(",") for line in open("data.csv").read().split()[1:]]


def total(name: str) -> int:
    return sum(int(line.split(",")[1]) for line in open(name).read().split()[1:])
"""
MISTAKE = REFERENCE.replace("def total(", "def total_first_column(").replace("[1]) for", "[0]) for")
CHECKS = '''\
def test_total(student, reference):
    """The total of your table, which the reference has read when it was imported."""
    assert student.total("data.csv") == sum(int(y) for _, y in reference.ROWS)
'''
RIGHT = """\
with open("data.csv") as file:
    rows = [line.split(",") for line in file.read().split()[1:]]
rise = int(rows[1][1]) - int(rows[0][1])


def total(name):
    return sum(int(y) for _, y in (line.split(",") for line in open(name).read().split()[1:]))
"""
FORGED = "x,y\n0,0\n1,1\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    root = write(tmp_path / "made", course_yaml=COURSE)
    code = {"reference_py": REFERENCE, "misconceptions_py": MISTAKE, "checks_py": CHECKS}
    write(root / "exercises" / "table", exercise_yaml=EXERCISE, params_py=PARAMS, **code)
    (root / "roster.csv").write_text("student,name\nada,Ada\nbob,Bob\n", encoding="utf-8")
    return root


def change(root: Path) -> None:
    """Make other files from now on."""
    changed = PARAMS.replace("start + params", "7 + start + params")
    (root / "exercises" / "table" / "params.py").write_text(changed, encoding="utf-8")


def hand_in(root: Path) -> Path:
    """Both students hand in a right file, with a forged table beside it."""
    for student in ("ada", "bob"):
        folder = root / "sub" / student
        folder.mkdir(parents=True)
        (folder / "table.py").write_text(RIGHT, encoding="utf-8")
        (folder / "data.csv").write_text(FORGED, encoding="utf-8")
    return root / "sub"


def rows(root: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(root / "gradebook.db", isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.slow
def test_a_course_that_makes_files_is_proved(made: Path, course: Run) -> None:
    ran = course(made, "check", "--variants", 3)
    assert "1 of 1 misconceptions" in ran.out
    assert "data.csv 300" in " ".join(ran.out.split())


def test_what_was_handed_out_is_what_is_graded(made: Path, course: Run) -> None:
    assert course(made, "generate", "out", "--roster", "roster.csv", "--edition", "assessed").code == 0
    files = {name: (made / "out" / name / "data.csv").read_bytes() for name in ("ada", "bob")}
    assert files["ada"] != files["bob"]
    sub = hand_in(made)
    change(made)
    assert course(made, "generate", "again", "--roster", "roster.csv").code == 0
    for name, content in files.items():
        assert (made / "again" / name / "data.csv").read_bytes() == content
    ran = course(made, "grade", sub, "--roster", "roster.csv")
    assert (ran.code, ran.out.count("2 of 2")) == (0, 2), ran.out
    assert "left out" not in ran.out.replace("0 left out", "")
    params = [json.loads(text) for (text,) in rows(made, "select params from handed_out order by student")]
    digests = [digest for (digest,) in rows(made, "select digest from made_file order by student")]
    assert [one["data.csv"] for one in params] == digests
    # Without the copies, the files cannot be made again: no zero, but no score either.
    rows(made, "delete from made_file")
    ran = course(made, "grade", sub, "--roster", "roster.csv", "--again", "--json")
    reports = [json.loads(line) for line in ran.out.splitlines() if line.startswith("{")]
    assert [one["questions"][0]["outcome"] for one in reports] == ["ungraded", "ungraded"]
    assert "data.csv cannot be made again as it was handed out" in ran.out
    assert "2     2" in course(made, "scores").out
    (made / "exercises" / "table" / "params.py").write_text(PARAMS, encoding="utf-8")
    assert course(made, "grade", sub, "--roster", "roster.csv", "--again").out.count("2 of 2") == 2


def test_a_file_for_everybody_stays_as_it_was_handed_out(made: Path, course: Run) -> None:
    assert course(made, "generate", "out").code == 0
    content = (made / "out" / "data.csv").read_bytes()
    sub = hand_in(made)
    change(made)
    assert course(made, "generate", "again").code == 0
    assert (made / "again" / "data.csv").read_bytes() == content
    ran = course(made, "grade", sub)
    assert (ran.code, ran.out.count("2 of 2")) == (0, 2), ran.out


def test_a_student_grades_with_the_file_as_it_was(made: Path, course: Run, grade: Run) -> None:
    assert course(made, "generate", "out", "--roster", "roster.csv").code == 0
    own = made / "out" / "ada"
    (own / "table.py").write_text(RIGHT, encoding="utf-8")
    (own / "data.csv").write_text(FORGED, encoding="utf-8")
    ran = grade(own, "table")
    assert (ran.code, "Everything is right." in ran.out) == (0, True), ran.out
    assert "kept, because it was changed" in course(made, "generate", "out", "--roster", "roster.csv").out
    assert (own / "data.csv").read_text(encoding="utf-8") == FORGED


def test_the_overview_tells_the_digest(made: Path, course: Run) -> None:
    ran = course(made, "show", "table", "--variants", 2)
    assert ran.code == 0, ran.out
    assert "data.csv=" in ran.out


def test_forgetting_a_student_forgets_the_file(made: Path, course: Run) -> None:
    assert course(made, "generate", "out", "--roster", "roster.csv").code == 0
    ran = course(made, "forget", "ada")
    assert ran.code in {0, 1}, ran.err
    assert rows(made, "select student from made_file") == [("bob",)]

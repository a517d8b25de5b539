"""Files, helpers, pictures and texts of an exercise go through every command that meets them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from tests.conftest import Run
from tests.course.building import write

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)
COURSE = "format: 1\ntitle: Files\nseed: a\nexercises: [houses]\npackages: [torch]\n"
EXERCISE = """\
format: 1
title: Houses
intro: "![The plan of a house](plan.png)"
files: [houses.csv]
hidden_files: [test.csv]
hand_out: [helpers]
params:
  K: {from: 2, to: 5}
variant_0: {K: 3}
questions:
  - text: First look at {{ K }} rows.
  - example: print(open("houses.csv").read())
  - id: total
    kind: number
    prompt: How large are {{ K }} houses of 100 square metres together?
    answer: 100 * K
    hints: [Add.]
    explanation: Look at ![the sum](sum.png).
    misconceptions:
      one: {answer: 100, message: That is one house.}
  - id: mean_price
    kind: code
    prompt: The mean price in a table.
    signature: (name)
    hints: [sum and len]
    explanation: Add and divide.
    misconceptions:
      summed: {message: That is the sum.}
  - text: That is all.
"""
HELPERS = """\
def rows(name):
    with open(name) as file:
        return [line.split(",") for line in file.read().split()[1:]]
"""
REFERENCE = """\
from helpers import rows


def mean_price(name):
    prices = [float(price) for _, price in rows(name)]
    return sum(prices) / len(prices)
"""
MISTAKE = """\
from helpers import rows


def mean_price_summed(name):
    return sum(float(price) for _, price in rows(name))
"""
VISIBLE = '''\
def test_mean_price(student):
    """The mean of houses.csv is 30."""
    assert student.mean_price("houses.csv") == 30
'''
CHECKS = '''\
from helpers import rows

TRUE = rows("test.csv")


def test_mean_price_reference(student, reference):
    """It is what the reference says."""
    assert student.mean_price("houses.csv") == reference.mean_price("houses.csv")


def test_mean_price_hidden(student, reference):
    """The hidden table is here, and not there."""
    assert len(TRUE) == 2 and reference.mean_price("test.csv") == 3
    assert student.mean_price("houses.csv") != 3
'''
RIGHT = f"""\
import os
total = 300
print(sorted(os.listdir(".")))
try:
    print(open("test.csv").read())
except OSError as error:
    print("hidden:", error.strerror)
{REFERENCE}
"""
FORGED = "size,price\n1,999\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    root = write(tmp_path / "made", course_yaml=COURSE, helpers_py=HELPERS)
    code = {"reference_py": REFERENCE, "misconceptions_py": MISTAKE, "checks_py": CHECKS}
    folder = write(root / "exercises" / "houses", exercise_yaml=EXERCISE, visible_checks_py=VISIBLE, **code)
    for name in ("plan.png", "sum.png"):
        (folder / name).write_bytes(PNG)
    (folder / "houses.csv").write_text("size,price\n100,10\n100,20\n100,60\n", encoding="utf-8")
    (folder / "test.csv").write_text("size,price\n50,1\n60,5\n", encoding="utf-8")
    return root


def report(told: str) -> Any:
    return json.loads(told.splitlines()[-1])


@pytest.mark.slow
def test_a_course_is_proved_whose_students_have_no_helpers(made: Path, course: Run) -> None:
    file = made / "exercises" / "houses" / "exercise.yaml"
    file.write_text(EXERCISE.replace("hand_out: [helpers]\n", ""), encoding="utf-8")
    ran = course(made, "check", "--variants", 1)
    assert ran.code == 0, ran.out


@pytest.mark.slow
def test_a_course_with_files_is_proved(made: Path, course: Run) -> None:
    ran = course(made, "check", "--variants", 1)
    assert ran.code == 0, ran.out
    assert "1 of 1 misconceptions" in ran.out


def test_a_handout_has_files_and_the_grader_its_own(made: Path, course: Run, grade: Run) -> None:
    out = made / "out"
    assert course(made, "generate", out).code == 0
    assert {"houses.csv", "helpers.py", "plan.png"} <= {file.name for file in out.iterdir()}
    assert not {"test.csv", "sum.png"} & {file.name for file in out.iterdir()}
    stub = (out / "houses.py").read_text(encoding="utf-8")
    first, example, question, last = map(
        stub.index,
        ("# First look at 3 rows.", 'print(open("houses.csv")', "# Question total", "# That is all."),
    )
    assert first < example < question < last
    for name, forged in (("houses.csv", FORGED), ("helpers.py", "def rows(name): return [(1, 30)]\n")):
        (out / name).write_text(forged, encoding="utf-8")
    (out / "houses.py").write_text(RIGHT, encoding="utf-8")
    page = made / "page.html"
    ran = grade(out, "houses", "--json", "--html", page)
    told = report(ran.out)
    assert (ran.code, told["score"]) == (0, 2), told
    assert told["printed"] == "['houses.csv']\nhidden: No such file or directory"
    html = page.read_text(encoding="utf-8")
    assert '<img alt="The plan of a house" src="data:image/png;base64,' in html
    assert "img-src data:" in html
    assert "First look at 3 rows." in html


def test_an_assessed_handout_has_nothing_hidden(made: Path, course: Run, grade: Run) -> None:
    out = made / "out"
    assert course(made, "generate", out, "--edition", "assessed", "--format", "notebook").code == 0
    with zipfile.ZipFile(out / "course.pack") as pack:
        names = set(pack.namelist())
    assert {"houses/beside/houses.csv", "houses/beside/helpers.py"} <= names
    assert not {name for name in names if "test.csv" in name or "sum.png" in name}
    cells = json.loads((out / "houses.ipynb").read_text(encoding="utf-8"))["cells"]
    by_id = {cell["id"]: cell for cell in cells}
    assert "attachment:plan.png" in "".join(by_id["intro"]["source"])
    assert base64.b64decode(by_id["intro"]["attachments"]["plan.png"]["image/png"]) == PNG
    assert by_id["example-2-total"]["cell_type"] == "code"
    (out / "houses.py").write_text(RIGHT, encoding="utf-8")
    ran = grade(out, "houses", "--file", "houses.py", "--json")
    assert report(ran.out)["questions"][1]["checks"][0]["outcome"] == "passed"


def test_what_students_received_is_not_left_out(made: Path, course: Run) -> None:
    handed_in = write(made / "class" / "ada", houses_py=RIGHT, helpers_py="1 / 0\n")
    (handed_in / "houses.csv").write_text(FORGED, encoding="utf-8")
    ran = course(made, "grade", "class")
    assert ran.code == 0, ran.out + ran.err
    assert "1 graded, 0 not graded, 0 left out." in ran.out
    assert "left out:" not in ran.err
    assert course(made, "scores").out.splitlines()[1].split()[:4] == ["ada", "houses", "2", "2"]


def test_helpers_that_are_not_handed_out_cannot_be_imported(made: Path, course: Run, grade: Run) -> None:
    file = made / "exercises" / "houses" / "exercise.yaml"
    file.write_text(EXERCISE.replace("hand_out: [helpers]\n", ""), encoding="utf-8")
    (made / "houses.py").write_text(RIGHT, encoding="utf-8")
    ran = grade(made, "houses", "--json")
    told = report(ran.out)
    assert told["score"] == 1
    assert "may import torch and Python's own modules, not helpers" in " ".join(told["notes"])
    assert course(made, "generate", "out").code == 0
    assert not (made / "out" / "helpers.py").exists()


def test_helpers_that_fail_are_told_with_their_line(made: Path, course: Run) -> None:
    (made / "helpers.py").write_text("\n1 / 0\n", encoding="utf-8")
    ran = course(made, "check", "--variants", 1)
    assert ran.code == 2
    assert "helpers.py:2: helpers.py cannot be imported: ZeroDivisionError" in ran.err + ran.out


def test_a_process_that_confines_nothing_has_the_files_as_well(made: Path, course: Run) -> None:
    write(made / "class" / "ada", houses_py=RIGHT)
    ran = course(made, "grade", "class", "--isolation", "process")
    assert (ran.code, "ada  houses  2 of 2" in ran.out) == (0, True)


@pytest.mark.slow
def test_pytest_finds_files_and_helpers(made: Path) -> None:
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "exercises/houses"]
    (made / "mine.py").write_text(RIGHT.replace("total = 300", "total = 100"), encoding="utf-8")
    ran = subprocess.run(program, cwd=made, capture_output=True, text=True, check=False)
    assert "4 passed" in ran.stdout, ran.stdout
    ran = subprocess.run(
        [*program, "--submission", "mine.py"], cwd=made, capture_output=True, text=True, check=False
    )
    assert "1 failed, 3 passed" in ran.stdout, ran.stdout

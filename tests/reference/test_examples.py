"""The examples in docs/reference are run as they are written there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from tests.conftest import ROOT, Run
from tests.reference.page import REFERENCE
from tests.test_pytest_plugin import run

COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1]\n"
ROSTER = (
    "student,name,email,sis_user_id,canvas_id,moodle_username\nada,Ada Lovelace,ada@example.org,s1,1,ada\n"
)


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a language in a page."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def typed(page: str) -> list[list[str]]:
    """Return the commands in a page, without comments."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    lines = re.findall(r"^    ((?:course|grade)(?: .+)?)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def test_the_course_is_read(tmp_path: Path) -> None:
    text, *_ = blocks("course-yaml.md", "yaml")
    (tmp_path / "course.yaml").write_text(text, encoding="utf-8")
    for name in ("exercise-1", "exercise-2"):
        (tmp_path / "exercises" / name).mkdir(parents=True)
    assert load_course(tmp_path).record.rules.students == ["ada", "bob", "cyd"]


def test_the_exercise_is_read_and_asked_of_students(tmp_path: Path) -> None:
    text, *_ = blocks("exercise-yaml.md", "yaml")
    exercise = write(tmp_path, {"exercise.yaml": text})
    for student in (None, "ada", "bob"):
        sitting = prepare(load_course(exercise.parents[1]).exercise("exercise-1"), student)
        assert set(sitting.keys or ()) == {"steps", "last"}


def write(root: Path, files: dict[str, str]) -> Path:
    """Write a course of one exercise."""
    folder = root / "exercises" / "exercise-1"
    folder.mkdir(parents=True)
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """Return the example of checks.md as a course."""
    (exercise,) = blocks("checks.md", "yaml")
    names = ("reference.py", "checks.py", "misconceptions.py")
    files = dict(zip(names, blocks("checks.md", "python")[:3], strict=True))
    write(tmp_path, {"exercise.yaml": exercise, **files})
    return tmp_path


def test_the_reference_passes_the_checks(checked: Path, grade: Run) -> None:
    solution = (checked / "exercises/exercise-1/reference.py").read_text(encoding="utf-8")
    (checked / "exercise-1.py").write_text(solution, encoding="utf-8")
    ran = grade(checked, "exercise-1", "--json")
    assert ran.code == 0, ran.out + ran.err


def test_the_misconception_is_named(checked: Path, grade: Run) -> None:
    wrong = "def normalise(x):\n    return ((x.T - x.T.mean(0)) / x.T.std(0)).T\n"
    (checked / "exercise-1.py").write_text(wrong, encoding="utf-8")
    report = json.loads(grade(checked, "exercise-1", "--json").out)
    assert [one["outcome"] for one in report["questions"]] == ["failed", "unanswered"]
    assert report["questions"][0]["misconception"] == "rows"


OF_VERBS = """
import torch

def step(weights, gradients, lr):
    weights -= lr * gradients

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, upstream):
        return 2 * ctx.saved_tensors[0] * upstream
"""


def test_the_reference_passes_the_checks_with_verbs(tmp_path: Path, grade: Run) -> None:
    exercise = "format: 1\ntitle: T\nquestions:\n"
    exercise += "".join(
        f"  - {{id: {name}, kind: code, prompt: Write it., starter: {name} = ...}}\n"
        for name in ("step", "Square")
    )
    *_, checks = blocks("checks.md", "python")
    files = {"exercise.yaml": exercise, "reference.py": OF_VERBS, "checks.py": f"import torch\n{checks}"}
    write(tmp_path, files)
    (tmp_path / "exercise-1.py").write_text(OF_VERBS, encoding="utf-8")
    ran = grade(tmp_path, "exercise-1", "--json")
    assert ran.code == 0, ran.out + ran.err


@pytest.mark.slow
def test_the_example_of_checks_is_proved(checked: Path, course: Run) -> None:
    ran = course(checked, "check", "--variants", 3)
    assert (ran.code, ran.out.partition("\n")[0].strip()) == (0, "exercise-1: proved over 4 variants"), (
        ran.out
    )


def test_the_report_is_as_in_the_example(own: Path, grade: Run) -> None:
    (example,) = blocks("report.md", "json")
    (own / "exercise-1.py").write_text("size = 4\n", encoding="utf-8")
    report = json.loads(grade(own, "exercise-1", "--json").out)
    assert plain(json.loads(example)) == plain(report)


def plain(report: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the machine decides, long walks, and words that may be said better one day."""
    questions = [
        {**one, "message": "", "picture": "", "walk": sorted(one["walk"]), "tracks": ""}
        for one in report["questions"]
    ]
    return {**report, "isolation": [], "questions": questions}


@pytest.fixture
def session(own: Path) -> Path:
    """Return a new course with a roster, a student's file and submissions."""
    (own / "roster.csv").write_text(ROSTER, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "lms" / "golden" / "canvas" / "people" / "gradebook.csv", own)
    people = openpyxl.Workbook()
    for row in (("Login", "Naam"), ("dan", "Dan Dijk")):
        people.worksheets[0].append(row)
    people.save(own / "people.xlsx")
    (own / "submissions" / "ada").mkdir(parents=True)
    for file in ("exercise-1.py", "other.py", "submissions/ada/exercise-1.py"):
        (own / file).write_text("size = 1\n", encoding="utf-8")
    return own


def test_exit_codes_are_as_their_examples_say(session: Path, grade: Run, course: Run) -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    codes = re.findall(r"^    .+# (\d+):", text, re.MULTILINE)
    for (name, *arguments), code in zip(typed("exit-codes.md"), codes, strict=True):
        ran = {"grade": grade, "course": course}[name](session, *arguments)
        assert ran.code == int(code), (arguments, ran)


def documents(text: str) -> list[object]:
    """Read one JSON document after the other."""
    found = []
    while text := text.strip():
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


# Need a question that a person marks and a terminal, or a server: tests/classroom/test_marking.py, tests/push.
ELSEWHERE = {"mark", "push"}


@pytest.mark.slow
def test_commands_run_in_the_order_of_their_page(session: Path, grade: Run, course: Run) -> None:
    for name, *arguments in [*typed("commands.md"), *typed("isolation.md")]:
        if arguments[:1] and arguments[0] in ELSEWHERE:
            continue
        ran = {"grade": grade, "course": course}[name](session, *arguments)
        assert ran.code in {0, 1}, (name, arguments, ran)
        if "--json" in arguments:
            assert documents(ran.out), arguments
    assert {"handout", "handouts", "notebooks", "exports", "my-course", "proof.html"} <= {
        path.name for path in session.iterdir()
    }


def test_pytest_runs_the_checks_as_the_page_says(checked: Path) -> None:
    text = (REFERENCE / "checks.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    pytest (.+)$", text, re.MULTILINE)
    shutil.copy(checked / "exercises/exercise-1/reference.py", checked / "my-attempt.py")
    ran = run(checked, *shlex.split(line.replace("exercise-3", "exercise-1")))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout

"""`course show`, as an author types it: what the page and the summary say, and what they do with bad variants."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.proof import shares
from grader.proof.overview import overview_of
from grader.service.home import find_course
from tests.conftest import Run
from tests.render.pages import EVIL

COURSE = "format: 1\ntitle: Optimisers\nseed: michaelmas\nexercises: [steps]\n"
EXERCISE = """
format: 1
title: Batches and steps
params:
  N: {from: 600, to: 1200, step: 10}
  B: [32, 48, 64]
  epochs: {from: 2, to: 6}
variant_0: {N: 96, B: 32, epochs: 3}
questions:
  - id: steps
    kind: number
    prompt: "{{ epochs }} epochs of {{ N }} images in batches of {{ B }}: how many steps?"
    answer: (N + B - 1) // B * epochs
    hints: ["How many batches are in one epoch?"]
    explanation: "Each epoch has {{ (N + B - 1) // B }} batches."
    misconceptions:
      last-batch-dropped: {answer: N // B * epochs, message: "You dropped the last batch.", hint: 1}
      one-epoch: {answer: (N + B - 1) // B, message: That is one epoch.}
  - id: rest
    kind: number
    prompt: "How many of {{ N }} images are in the last batch of {{ B }}?"
    answer: (N - 1) % B + 1
    misconceptions:
      batch: {answer: "33", message: That is not the batch.}
      images: {answer: "30 + epochs", message: Those are not the images.}
"""
BREAKS = EXERCISE.replace(": how many steps?", " ({{ 12 // (epochs - 6) }}): how many steps?")


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Return a course in whose variant 0 a misconception is right and two coincide."""
    (tmp_path / "exercises" / "steps").mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(COURSE, encoding="utf-8")
    return rewritten(tmp_path, EXERCISE)


def rewritten(root: Path, text: str) -> Path:
    (root / "exercises" / "steps" / "exercise.yaml").write_text(text, encoding="utf-8")
    return root


def page_of(course: Run, root: Path, *options: object, code: int = 0, name: str = "steps") -> str:
    ran = course(root, "show", name, "--html", "page.html", *options)
    assert (ran.code, ran.out) == (code, "The page was written to page.html. It holds answers.\n")
    return (root / "page.html").read_text(encoding="utf-8")


def sections(page: str) -> Iterator[str]:
    yield from re.findall(r'<section class="variant".*?</section>', page, re.DOTALL)


def test_a_page_has_every_variant_with_answers_and_messages(course: Run, planted: Path) -> None:
    page = page_of(course, planted, "--variants", 4)
    assert page.index("This page holds the answers") < page.index("<section")
    first, *others = sections(page)
    assert len(others) == 4
    for part in (
        "<code>N=96</code>",
        "3 epochs of 96 images in batches of 32: how many steps?",
        "<code>steps = 9</code>",
        "<strong>one-epoch</strong>",
        "<code>steps = 3</code>",
        "That is one epoch.",
        "to hint 1",
        "How many batches are in one epoch?",
        "Each epoch has 3 batches.",
        "last-batch-dropped leads to the right answer.",
        "batch leads to the same answer as images.",
    ):
        assert part in first
    assert "In 1 variant, a misconception leads to the right answer. In 1 variant, two" in page
    assert not any("leads to the right answer" in one for one in others)
    assert len({re.search(r'class="params">(.*?)</p>', one)[1] for one in (first, *others)}) == 5  # type: ignore[index]
    assert not re.search(r"""(src|href)="(?!#)|style=\"""", page)


def test_a_prompt_that_breaks_is_shown_beside_the_other_variants(course: Run, planted: Path) -> None:
    rewritten(planted, BREAKS)
    page = page_of(course, planted, "--variants", 12, code=1)
    broken = [one for one in sections(page) if 'data-found="broken"' in one]
    assert 0 < len(broken) < 13
    assert all("epochs=6" in one and "exercise.yaml:" in one for one in broken)
    assert str(planted) not in page
    assert "variants, something cannot be made or tried." in page
    ran = course(planted, "show", "steps", "--variants", 12)
    assert ran.code == 1
    assert "exercise.yaml:12:" in ran.out
    assert "division or modulo by zero" in " ".join(ran.out.split())


def test_the_summary_fits_a_terminal(course: Run, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = course(planted, "show", "steps", "--variants", 3)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert all(cell_len(line) <= 80 for line in lines)
    assert "    steps = 9" in lines
    assert "    last-batch-dropped  9" in lines
    told = " ".join(ran.out.split())
    assert "last-batch-dropped leads to the right answer in 1 variant: variant 0." in told
    assert "batch has the same answer as another one in 1 variant: variant 0." in told


def test_there_are_no_more_variants_than_differ(course: Run, planted: Path) -> None:
    few = EXERCISE.replace("{from: 600, to: 1200, step: 10}", "[96]").replace("[32, 48, 64]", "[32]")
    few = few.replace("{from: 2, to: 6}", "[3, 5]")
    page = page_of(course, rewritten(planted, few))
    assert len([*sections(page)]) == 2


def test_a_question_that_is_alike_for_all_is_shown_once(course: Run, planted: Path) -> None:
    same = EXERCISE + "  - {id: two, kind: number, prompt: Say two., answer: '2'}\n"
    page = page_of(course, rewritten(planted, same), "--variants", 3)
    assert page.count("Say two.") == 1
    assert page.count("The same as in variant 0: two.") == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("stepz",), "There is no exercise 'stepz'. Did you mean 'steps'?"),
        (("steps", "--html", "exercises/steps/exercise.yaml"), "is a file of the course"),
        (("steps", "--html", "none/page.html"), "There is no folder none."),
        (("steps", "--variants", "-1"), "--variants"),
        (("steps", "--variants", "1001"), "--variants"),
    ],
)
def test_what_cannot_be_shown(course: Run, planted: Path, arguments: tuple[str, ...], sentence: str) -> None:
    ran = course(planted, "show", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in " ".join(ran.err.split())


def test_a_condition_that_no_variant_meets(course: Run, planted: Path) -> None:
    never = EXERCISE.replace("variant_0: {N: 96, B: 32, epochs: 3}", "where: [N == 601]")
    ran = course(rewritten(planted, never), "show", "steps", "--variants", 3)
    assert ran.code == 1
    assert "No draw out of 10000 met these conditions" in " ".join(ran.out.split())


DRAW = """
def draw(random):
    N = random.randrange(601, 700)
    return {"N": N, "B": random.choice([32, 48]), "epochs": 3 // (N % 7)}
"""


def test_variants_of_an_author_s_own_function(course: Run, planted: Path) -> None:
    rewritten(planted, re.sub("params:.*?questions:", "questions:", EXERCISE, flags=re.DOTALL))
    file = planted / "exercises" / "steps" / "params.py"
    file.write_text(DRAW.replace("(N % 7)", "1"), encoding="utf-8")
    names = [
        re.search(r'class="params">(.*?)</p>', one)
        for one in sections(page_of(course, planted, "--variants", 12))
    ]
    assert len({one[1] for one in names if one}) == 13
    file.write_text(DRAW, encoding="utf-8")
    *made, broken = sections(page_of(course, planted, "--variants", 30, code=1))
    assert 0 < len(made) < 30
    assert "params.py:4: draw() raises ZeroDivisionError" in broken


def test_texts_of_an_author_run_nothing(course: Run, planted: Path) -> None:
    hostile = EXERCISE
    for text in ("You dropped the last batch.", "how many steps?", "How many batches are in one epoch?"):
        hostile = hostile.replace(text, EVIL)
    page = page_of(course, rewritten(planted, hostile), "--variants", 1)
    assert "<script>window" not in page
    assert "<img" not in page


def test_processes_show_what_one_does(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = find_course(planted).exercise("steps")
    together = overview_of(exercise, 12)
    monkeypatch.setattr(shares, "CAN_FORK", False)
    assert overview_of(exercise, 12) == together


@pytest.mark.parametrize("name", ["exercise-7", "exercise-9"])  # code, walks, choices; settings are slow
def test_exercises_of_every_kind_are_shown(course: Run, shipped, tmp_path: Path, name: str) -> None:
    ran = course(shipped.root, "show", name, "--variants", 1, "--html", tmp_path / "page.html")
    assert ran.code == 0, ran.err
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    asked = {one.id for one in shipped.exercise(name).record.questions}
    assert {*re.findall(r'<div class="asked" data-question="(\w+)"', page)} == asked
    assert page.count("<figure") > 5
    assert "There is no single right answer." not in page


def test_an_author_does_not_wait_for_the_class_and_its_gradebook(planted: Path) -> None:
    program = (
        "import sys\nfrom grader.cli.begin import course\nsys.argv = ['course', 'show', 'steps']\n"
        "try:\n    course()\nexcept SystemExit:\n    pass\n"
        "print(*{'sqlalchemy', 'pytest', 'grader.classroom'} & set(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=planted, capture_output=True, text=True, check=True
    )
    assert ran.stderr.split() == []

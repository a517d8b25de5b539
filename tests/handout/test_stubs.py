"""Stubs: what a student opens can be run, read and validated, and holds every question."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.course.paper import Sitting, prepare
from grader.handout.solutions import answered, solutions
from grader.handout.stubs import comment, stub_text
from tests.handout.handing import SECRETS, small_course


def sitting(tmp_path: Path, name: str, student: str | None = None) -> Sitting:
    return prepare(small_course(tmp_path).exercise(name), student)


@pytest.fixture(params=["exercise-1", "exercise-2"])
def paper(request, tmp_path):
    return sitting(tmp_path, request.param).paper


def test_a_python_stub_compiles_and_names_every_question(paper):
    tree = ast.parse(stub_text(paper, "python"))
    named = {
        name.id if isinstance(name, ast.Name) else name.name
        for node in tree.body
        for name in (node.targets if isinstance(node, ast.Assign) else [node])
        if isinstance(name, ast.Name | ast.FunctionDef | ast.ClassDef)
    }
    assert named == {question.id for question in paper.questions}


def test_a_notebook_is_valid(paper):
    text = stub_text(paper, "notebook")
    notebook: Any = nbformat.reads(text, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert notebook.nbformat == 4
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for source in code:
        ast.parse(source)
    assert [question.starter for question in paper.questions] == code[-len(paper.questions) :]


@pytest.mark.parametrize("form", ["python", "notebook"])
def test_everything_that_is_asked_stands_in_it_and_nothing_that_decides(paper, form):
    text = stub_text(paper, form)
    for question in paper.questions:
        for part in (question.id, question.prompt, *(option.text for option in question.options)):
            assert json.dumps(part)[1:-1] in text
    assert not [secret for secret in SECRETS if secret in text]
    assert "{{" not in text
    assert text.endswith("\n")
    assert text == stub_text(paper, form)


def test_a_python_stub_word_by_word(tmp_path):
    text = stub_text(sitting(tmp_path, "exercise-1", "ada").paper, "python")
    assert text.startswith(
        "# Convolutions\n# exercise-1: Stride (for ada)\n#\n# The **stride** is how far.\n#\n"
    )
    assert "# Question size (2.5 points)\n#\n# Of " in text
    assert "\n# a) " in text
    assert (
        '\n#\n# Put a whole number in place of each `...`.\nfit = {"stride": ..., "padding": ...}\n' in text
    )
    assert "run:  grade exercise-1\n" in text
    assert "first place" in text
    assert "import torch" not in text
    code = stub_text(sitting(tmp_path, "exercise-2").paper, "python")
    assert "\nimport torch\nfrom torch import Tensor, nn\n" in code
    assert "\ndef f(x: int) -> int:\n    ...\n" in code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\n\ntwo", "# one\n#\n# two"),
        ("", ""),
        ("x " * 60, "# " + ("x " * 54).strip() + "\n# " + ("x " * 6).strip()),
        ("  * " + "x " * 60, "#   * " + ("x " * 52).strip() + "\n#   " + ("x " * 8).strip()),
        ("```\n" + "x" * 200 + "\n```\n" + "y" * 5, "# ```\n# " + "x" * 200 + "\n# ```\n# yyyyy"),
        ("z" * 200, "# " + "z" * 200),
    ],
)
def test_comments(text, expected):
    assert comment(text) == expected


@pytest.mark.parametrize("form", ["python", "notebook"])
def test_solutions_take_the_place_of_the_starters(tmp_path, form):
    quiz = sitting(tmp_path, "exercise-1")
    found = solutions(quiz)
    assert found["count"] == "count = 40007"
    text = answered(quiz, found, form)
    assert "..." not in text.replace("each `...`", "")
    assert text != stub_text(quiz.paper, form)
    assert answered(quiz, {}, form) == stub_text(quiz.paper, form)
    code = solutions(sitting(tmp_path, "exercise-2"))
    assert "return x + 41" in code["f"]
    assert code["Net"] == "# (see above)"

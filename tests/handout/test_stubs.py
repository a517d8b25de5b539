"""Stubs: what a student opens can be run, read and validated, and holds every question."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.paper import prepare
from grader.course.sitting import Paper, Sitting
from grader.course.solutions import solutions
from grader.handout.stubs import answered, comment, stub_text
from grader.language.limits import Limits
from grader.questions.posed import Option, Posed
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
    assert code[0].endswith("\nfrom grader import check")
    cells = [(question.starter, f'check("{question.id}")') for question in paper.questions]
    assert [source for cell in cells for source in cell] == code[-2 * len(paper.questions) :]


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
    assert '\n#\n# Replace each `...` with a whole number.\nfit = {"stride": ..., "padding": ...}\n' in text
    assert "run:  grade exercise-1\n" in text
    assert "first position" in text
    assert "import torch" not in text
    code = stub_text(sitting(tmp_path, "exercise-2").paper, "python")
    assert "\nimport torch\nfrom torch import Tensor, nn\n" in code
    assert "\ndef f(x: int) -> int:\n    ...\n" in code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\n\ntwo", "# one\n#\n# two"),
        ("", ""),
        ("x " * 60, "# " + ("x " * 39).strip() + "\n# " + ("x " * 21).strip()),
        ("  * " + "x " * 60, "#   * " + ("x " * 37).strip() + "\n#     " + ("x " * 23).strip()),
        (
            "```\n" + "x " * 60 + "x\n```\n" + "y " * 60,
            "# ```\n# " + "x " * 60 + "x\n# ```\n# " + ("y " * 39).strip() + "\n# " + ("y " * 21).strip(),
        ),
        *(
            (f"a{end}b", "# a\n# b")
            for end in ("\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028")
        ),
        ("z" * 200, "# " + "z" * 200),
        ("one two\nthree", "# one two\n# three"),  # short lines stay as they are
        ("x " * 39 + "x\nyy", "# " + ("x " * 39).strip() + "\n# x yy"),  # what is broken is no ragged rest
        ("x " * 39 + "x\n* yy", "# " + ("x " * 39).strip() + "\n# x\n# * yy"),
        ("* " + "x " * 38 + "x\n  yy", "# * " + ("x " * 38).strip() + "\n#   x yy"),
        ("x " * 39 + "x\n[[1, 2],\n [3, 4]]", "# " + ("x " * 39).strip() + "\n# x\n# [[1, 2],\n#  [3, 4]]"),
        ("a) " + "x " * 37 + "x\nb) yy", "# a) " + ("x " * 37).strip() + "\n#    x\n# b) yy"),
    ],
)
def test_comments(text, expected):
    assert comment(text) == expected


ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
hostile = st.lists(
    words | st.sampled_from([*ENDS, "\r\n", "import os", "\nimport os\n", "```", '"""', "x = 1", "\\"]),
    max_size=8,
)
texts = hostile.map("".join)


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Return a paper whose every text tries to break out of its comment."""
    options = tuple(Option(letter=letter, text=draw(texts)) for letter in "abc"[: draw(st.integers(0, 3))])
    ids = draw(st.lists(st.from_regex("[a-z]{1,70}", fullmatch=True), min_size=1, max_size=3, unique=True))
    questions = tuple(
        Posed(
            id=id_,
            kind=draw(st.sampled_from(["number", "choice", "code"])),
            points=1,
            prompt=draw(texts),
            how=draw(texts),
            starter=f"answer_{id_} = ...",
            options=options,
        )
        for id_ in ids
    )
    return Paper(
        course=draw(texts),
        exercise="e",
        title=draw(texts),
        intro=draw(texts),
        figure=draw(st.none() | texts),
        student=draw(st.none() | texts),
        packages=("torch",),
        limits=Limits(),
        questions=questions,
    )


@settings(deadline=None, max_examples=150)
@given(paper=papers())
def test_no_text_becomes_code(paper):
    wanted = [f"answer_{question.id} = ..." for question in paper.questions]
    if any(question.kind == "code" for question in paper.questions):
        wanted = ["import torch", "from torch import Tensor, nn", *wanted]
    stub = stub_text(paper, "python")
    assert [ast.unparse(node) for node in ast.parse(stub).body] == wanted
    for line in stub.splitlines():  # as an editor shows them
        assert not line or line.startswith("#") or line in wanted, line
    notebook: Any = nbformat.reads(stub_text(paper, "notebook"), as_version=4)  # type: ignore[no-untyped-call]
    code = [line for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    checks = [f'check("{question.id}")' for question in paper.questions]
    assert code[:2] == ["# Run this cell first.", "from grader import check"]
    assert [line for line in code[2:] if line not in checks] == wanted
    assert [line for line in code if line in checks] == checks


def test_ids_as_long_as_can_be_make_a_notebook(tmp_path):
    paper = sitting(tmp_path, "exercise-1").paper
    question = paper.questions[0].model_copy(update={"id": "q" * 70})
    text = stub_text(paper.model_copy(update={"questions": (question,)}), "notebook")
    ids = [cell["id"] for cell in json.loads(text)["cells"]]
    assert [id_[:20] for id_ in ids[-3:]] == ["ask-" + "q" * 16, "answer-" + "q" * 13, "check-" + "q" * 14]
    assert max(map(len, ids)) == 64
    assert f"## Question `{'q' * 70}`" in text


def test_two_long_ids_that_begin_alike_have_cells_of_their_own(tmp_path):
    paper = sitting(tmp_path, "exercise-1").paper
    questions = tuple(paper.questions[0].model_copy(update={"id": "q" * 70 + end}) for end in "ab")
    cells = json.loads(stub_text(paper.model_copy(update={"questions": questions}), "notebook"))["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)


@pytest.mark.parametrize(
    "title", ["|\n  Two\n  lines\n", '"Two\\u2028lines"', '"Two\\rlines"', '"Two\\Nlines"']
)
@pytest.mark.parametrize("form", ["python", "notebook"])
def test_a_title_of_two_lines(own, course, title, form):
    for file in (own / "course.yaml", own / "exercises" / "exercise-1" / "exercise.yaml"):
        file.write_text(re.sub(r"^title:.*$", lambda _: f"title: {title}", file.read_text(), flags=re.M))
    assert course(own, "generate", "out", "--format", form).code == 0
    (stub,) = (own / "out").glob("exercise-1.*")
    text = stub.read_text()
    assert "exercise-1: Two lines" in text or "# Two lines" in text
    if form == "python":
        assert text.startswith("# Two lines\n# exercise-1: Two lines\n")
        ast.parse(text)


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


def test_the_shipped_stubs_fit_an_editor_of_80_columns(shipped):
    for name in shipped.record.exercises:
        text = stub_text(prepare(shipped.exercise(name), None).paper, "python")
        assert max(map(len, text.splitlines())) <= 79


@settings(deadline=None)
@given(st.text(st.sampled_from("ab `*-[1.)\n\\"), max_size=300))
def test_comments_keep_every_word_in_its_order(text):
    lines = comment(text).splitlines()
    assert " ".join(line[2:] for line in lines).split() == text.split()


def test_the_first_cell_installs_the_grader(paper):
    source = "".join(json.loads(stub_text(paper, "notebook", './a.whl "b>=1"'))["cells"][0]["source"])
    assert source.startswith("# Run this cell first.")
    assert '\nif find_spec("grader") is None:\n    %pip install --quiet ./a.whl "b>=1"\n' in source
    assert source.endswith("\nfrom grader import check")


def test_a_question_called_check(tmp_path):
    paper = sitting(tmp_path, "exercise-1").paper
    [first, *others] = paper.questions
    paper = paper.model_copy(update={"questions": (first.model_copy(update={"id": "check"}), *others)})
    code = [
        one["source"]
        for one in json.loads(stub_text(paper, "notebook"))["cells"]
        if one["cell_type"] == "code"
    ]
    assert "".join(code[0]).endswith("\nimport grader")
    assert ['grader.check("check")'] in code

"""`code`: a starter that defines what is asked for; pytest decides the rest."""

from __future__ import annotations

import ast
from typing import get_args

import pytest
from pydantic import ValidationError

from grader.questions.definitions import defined_names
from grader.questions.kinds import KINDS
from tests.questions.asking import ask, record

MODULE = "class q(nn.Module):\n    def forward(self, x):\n        return x * {{ M }}\n"


@pytest.mark.parametrize(
    ("fields", "starter"),
    [
        ({"signature": "(x: Tensor) -> Tensor"}, "def q(x: Tensor) -> Tensor:\n    ..."),
        ({"starter": "q = nn.Identity()"}, "q = nn.Identity()"),
        ({"starter": MODULE}, MODULE.strip().replace("{{ M }}", "7")),
    ],
)
def test_starters(fields, starter):
    asked = ask("code", **fields)
    assert asked.posed.starter == starter
    assert (asked.key.solution, asked.key.wrong) == ("", ())
    assert asked.question.by_checks


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"signature": "(x)", "starter": "q = 1"},
    ],
)
def test_records_that_make_no_sense(fields):
    with pytest.raises(ValidationError):
        record("code", **fields)


@pytest.mark.parametrize(
    ("fields", "path", "sentence", "line"),
    [
        ({"signature": "(x:"}, ("signature",), "This is not Python: ", 1),
        ({"starter": "x = 1\ndef q(:\n    pass"}, ("starter",), "This is not Python: ", 2),
        ({"starter": "def other():\n    ..."}, ("starter",), "The starter does not define 'q'.", 0),
        ({"starter": "q = {{ N }}"}, ("starter",), "There is no parameter 'N'.", 1),
        (
            {"signature": "(x)", "misconceptions": {"m": {"answer": 1, "message": "."}}},
            ("misconceptions", "m"),
            "Wrong answers to code questions belong in misconceptions.py.",
            0,
        ),
        ({"starter": "q = 1\n{{"}, ("starter",), "The Jinja in this text is malformed: ", 2),
    ],
)
def test_problems(fields, path, sentence, line):
    problem = next(record("code", **fields).problems(frozenset({"M"})))
    assert (problem.path, problem.line) == (path, line)
    assert problem.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): g = 1\nclass C:\n    x = 1\nasync def a(): ...", {"f", "C", "a"}),
        ("x = 1\ny: int = 2\na, (b, *c) = 1, (2,)\n", {"x", "y", "a", "b", "c"}),
        ("import os\nif x:\n    z = 1", set()),
    ],
)
def test_defined_names(source, names):
    assert defined_names(ast.parse(source)) == names


@pytest.mark.parametrize("name", ["1st", "a b", "class", "_hidden", "übung", "", "a.b"])
def test_ids_that_cannot_be_names(name):
    with pytest.raises(ValidationError, match="cannot be a Python name"):
        record("number", answer=1, id=name)


@pytest.mark.parametrize("name", ["sum", "input", "torch", "nn"])
def test_ids_that_students_code_needs(name):
    with pytest.raises(ValidationError, match="is a name that students' code needs"):
        record("number", answer=1, id=name)


@pytest.mark.parametrize("points", [0, -1, 1001, float("nan"), float("inf"), "many"])
def test_points_that_make_no_sense(points):
    with pytest.raises(ValidationError):
        record("number", answer=1, points=points)


def test_every_kind_is_listed_under_its_own_name():
    assert {kind: get_args(model.model_fields["kind"].annotation) for kind, model in KINDS.items()} == {
        kind: (kind,) for kind in KINDS
    }

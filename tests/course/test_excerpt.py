"""The part of reference.py that answers one question: enough to run, and no answer to another question."""

from __future__ import annotations

import ast

import pytest

from grader.course.excerpt import excerpt
from grader.questions.definitions import defined_names

SOURCE = """\
import math as m, os.path
from a import b as c


@c
# Above.
def f(x: T) -> int:
    return g(x) + LIMIT


T: type = int
LIMIT = 3
def g(x): return h(x)
def h(x): return m.pi
conv = make()
with m.no_grad():
    conv.weight[0] = LIMIT
conv.bias = 0
for one in (1, 2): conv.add(one)
other = conv
m.seed(1)
"""


def defined(text: str) -> set[str]:
    """Return the names that a module defines, without its imports."""
    return defined_names(ast.parse(text)) - {"T"}


@pytest.mark.parametrize(
    ("name", "without", "wanted"),
    [
        ("f", (), {"f", "g", "h", "LIMIT"}),
        ("f", ("g",), {"f", "LIMIT"}),
        ("h", ("f", "g"), {"h"}),
        ("conv", (), {"conv", "LIMIT"}),
        ("other", (), {"other", "conv", "LIMIT"}),
        ("other", ("conv",), {"other"}),
    ],
)
def test_it_defines_what_a_name_needs(name: str, without: tuple[str, ...], wanted: set[str]) -> None:
    assert defined(excerpt(SOURCE, name, without)) == wanted


def test_what_is_done_to_an_object_belongs_to_it() -> None:
    text = excerpt(SOURCE, "conv")
    assert "conv.weight[0] = LIMIT" in text
    assert "conv.bias = 0" in text
    assert "conv.add(one)" in text
    assert "m.seed" not in text
    assert "conv" not in excerpt(SOURCE, "f")


def test_comments_and_decorators_come_along() -> None:
    assert "@c\n# Above.\ndef f" in excerpt(SOURCE, "f")
    assert "import math as m" in excerpt(SOURCE, "h")

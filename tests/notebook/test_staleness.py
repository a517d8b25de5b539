"""Why a name has another value in a session than in a clean run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.canonical import canonical
from grader.notebook.names import names_in
from grader.notebook.notebook_file import Notebook, cells_of
from grader.notebook.overlay import laid_over
from grader.notebook.runs import CellRun
from grader.notebook.staleness import Clean, Staleness
from tests.notebook.documents import jupyter, ran

SAVED = 100.0
EARLIER = "because cells ran in another order or more than once"


def why(
    cells: dict[str, str], runs: list[CellRun], value: Any, *, is_code: bool = False, name: str = "size"
) -> str:
    """Return what a student reads about `size`, whose value in a clean run is `value`, or None for none."""
    names: dict[str, Any] = {}
    for run in runs:
        exec(run.source, names)
    notebook = Notebook("exercise-1.ipynb", saved=SAVED, cells=cells_of(jupyter(cells)))
    text = canonical(value) if value is not None and not is_code else None
    clean = Clean(name, text, is_code, is_missing=value is None)
    return Staleness(names, laid_over(notebook, runs), runs).why(clean)


def test_equal_values_need_no_words() -> None:
    assert why({"a": "size = 3"}, [ran("a", "size = 3", 99)], 3) == ""


def test_a_name_from_a_deleted_cell() -> None:
    told = why({"b": "x = 1"}, [ran("a", "size = 3", 98), ran("b", "x = 1", 99)], None)
    assert "is no longer in the notebook" in told
    assert "`size = 3`" in told


def test_a_value_that_was_made_with_a_name_from_a_deleted_cell() -> None:
    cells = {"b": "size = helper + 1"}
    told = why(cells, [ran("a", "helper = 2", 98), ran("b", "size = helper + 1", 99)], None)
    assert "it was made with helper" in told
    assert "no longer in the notebook" in told


def test_a_cell_that_changed_since_it_ran() -> None:
    told = why({"a": "size = 4"}, [ran("a", "size = 3", 99)], 4)
    assert told.startswith("In this session size is 3, but in a clean run it is 4")
    assert "changed since it ran" in told


def test_a_value_that_was_made_with_a_cell_that_changed() -> None:
    cells = {"a": "k = 5", "b": "size = k + 1"}
    told = why(cells, [ran("a", "k = 3", 98), ran("b", "size = k + 1", 99)], 6)
    assert "made with k: its cell has changed" in told


def test_an_earlier_value() -> None:
    cells = {"a": "size = 3", "b": "size = 4"}
    runs = [ran("a", "size = 3", 97), ran("b", "size = 4", 98), ran("a", "size = 3", 99)]
    assert EARLIER in why(cells, runs, 4)


def test_a_cell_that_ran_twice_gives_an_earlier_value() -> None:
    cells = {"a": "size = 1", "b": "size = size + 1"}
    runs = [ran("a", "size = 1", 97), ran("b", "size = size + 1", 98), ran("b", "size = size + 1", 99)]
    assert EARLIER in why(cells, runs, 2)


def test_a_random_value_is_not_called_an_earlier_one() -> None:
    cells = {"a": "import random", "b": "size = random.random()"}
    told = why(cells, [ran("a", cells["a"], 98), ran("b", cells["b"], 99)], 0.5)
    assert "every run gives another value" in told
    assert EARLIER not in told


def test_a_function_whose_cell_changed_or_was_deleted() -> None:
    run = [ran("a", "def size():\n    return 1", 99)]
    assert "changed since" in why({"a": "def size():\n    return 2"}, run, 1, is_code=True)
    assert why({"a": "def size():\n    return 1"}, run, 1, is_code=True) == ""
    assert "no longer in the notebook" in why(
        {"b": "x = 1"}, [*run, ran("b", "x = 1", 99)], None, is_code=True
    )


def test_a_cell_that_only_fails_in_a_clean_run_is_explained_by_the_report() -> None:
    cells = {"a": "size = len('abc')"}
    assert why(cells, [ran("a", cells["a"], 99)], None) == ""


@pytest.mark.parametrize("source", ["size = ...", "x = 1"])
def test_a_name_without_a_value_is_not_stale(source: str) -> None:
    assert why({"a": "size = 3"}, [ran("a", source, 99)], 3) == ""


def test_what_is_shown_is_short_and_printable() -> None:
    source = f"size = '\\x1b[31m{'x' * 500}'  # \u202e"
    told = why({"a": "size = 4"}, [ran("a", source, 99)], 4)
    assert len(told) < 400
    assert told.isprintable()


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("x, (y, *z) = f()", "x y z"),
        ("def f(a):\n    inner = a", "f"),
        ("class A:\n    b = 1", "A"),
        ("import numpy as np, torch.nn\nfrom os import path", "np path torch"),
        ("x[0] = 1\ny.a.b = 2\nz += 1", "x y z"),
        ("x.append(1)", "x"),
        ("for i in range(3):\n    last = i", "i last"),
        ("[a for a in range(3)]", ""),
        ("(n := 3)", "n"),
        ("%time\nx = 1\n!pip install y", "x"),
        ("%time x = 1", "x"),
        ("if True:\n    %pip install y\n\nx = 1", "x"),
        ("x = = 1\ny = 2", "x y"),
        ("", ""),
    ],
)
def test_the_names_that_a_cell_gives(source: str, given: str) -> None:
    assert " ".join(sorted(names_in(source).given)) == given


@given(st.text(max_size=200))
def test_any_text_has_names(source: str) -> None:
    assert names_in(source).given <= names_in(source).given | names_in(source).read


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN)
def test_a_plain_value_has_one_text(value: Any) -> None:
    assert canonical(value) is not None
    assert canonical(value) == canonical(tuple(value) if isinstance(value, list) else value)


class Hostile(list[int]):
    """A list that must not be read."""

    def __iter__(self):
        raise AssertionError


NOT_PLAIN = {
    "subclass": Hostile([1]),
    "set": {3},
    "object": object(),
    "long": list(range(30_000)),
    "large": 1 << 100_000,
    "text": "x" * 200_000,
}


@pytest.mark.parametrize("value", NOT_PLAIN.values(), ids=list(NOT_PLAIN))
def test_what_is_not_plain_has_no_text(value: Any) -> None:
    assert canonical(value) is None


def test_a_value_that_holds_itself_has_no_text() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert canonical(loop) is None


def test_tensors_and_arrays_are_their_values() -> None:
    numpy = pytest.importorskip("numpy")
    torch = pytest.importorskip("torch")
    assert canonical(torch.tensor([[1.0, 2.5]], requires_grad=True)) == canonical([[1, 2.5]])
    assert canonical(numpy.array([[1, 2]], dtype="uint8")) == canonical([[1, 2]])
    assert canonical(numpy.float32(2)) == canonical(2)
    assert canonical(torch.zeros(100_000)) is None

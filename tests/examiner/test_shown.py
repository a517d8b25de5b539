"""What a student reads of visible checks: what they called, what they expect, and what came back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.examiner.printed import MAX_LINE, MAX_LINES, printed_text
from grader.examiner.report import CheckReport
from grader.examiner.spelling import MAX_SPELLED, bounded, spelled, spelled_call

HEAD = "import pytest, torch\nfrom torch.testing import assert_close\n\n\ndef test_double_seen(student):\n"
HIDDEN = "def test_double_hidden(student):\n    assert student.double(9) == 18\n"


def seen(bench: Any, check: str, source: str) -> CheckReport:
    """Grade a file, and return the report of the one visible check."""
    lines = "".join(f"    {line}\n" for line in check.split("; "))
    (report,) = bench(checks=HIDDEN, visible=HEAD + lines).grade(source)
    return report.questions[0].checks[0]  # type: ignore[no-any-return]


def returning(value: str) -> str:
    return f"import torch\ndef double(x):\n    return {value}\n"


@pytest.mark.parametrize(
    ("check", "value", "shown"),
    [
        ("assert student.double(3) == 6", "7", ("double(3)", "6", "7")),
        ("assert 6 == student.double(3)", "7", ("double(3)", "6", "7")),
        ("assert student.double(x=3) == 6", "[7]", ("double(x=3)", "6", "[7]")),
        ("assert student.double(3) == pytest.approx(6.5)", "7.5", ("double(3)", "6.5", "7.5")),
        ("f = student.double; assert f(3) == 6", "7", ("double(3)", "6", "7")),
        ("got = student.double(3); wanted = 6; assert got == wanted", "7", ("double(3)", "6", "7")),
        ("got = student.double(3); assert got == 2 * 3, 'Twice, please.'", "7", ("double(3)", "6", "7")),
        (
            "assert_close(student.double(torch.ones(2)), torch.tensor([2.0, 2.0]))",
            "x",
            ("double(tensor([1., 1.]))", "tensor([2., 2.])", "tensor([1., 1.])"),
        ),
        (
            "assert student.double(torch.ones(2)).tolist() == [2, 2]",
            "x",
            ("double(tensor([1., 1.]))", "[2, 2]", "tensor([1., 1.])"),
        ),
        ("assert student.double(3) > 6", "1", ("double(3)", None, "1")),
        ("assert len(student.double(3)) == 2", "[1]", ("double(3)", None, "[1]")),
        ("assert student.double(3) == student.double(4) - 2", "x * x", ("double(4)", None, "16")),
        ("assert student.double(torch.ones(2)).shape == (3,)", "x", ("double(tensor([1., 1.]))", None, None)),
    ],
)
def test_a_failed_visible_check_shows_its_values(bench, check, value, shown):
    report = seen(bench, check, returning(value))
    assert report.outcome == "failed"
    call, expected, actual = shown
    assert (report.call, report.expected) == (call, expected)
    assert actual is None or report.actual == actual


def test_it_says_what_differs_in_its_message_too(bench):
    assert seen(bench, "assert student.double(3) == 6", returning("7")).message == "The result is 7, not 6."
    own = seen(bench, "assert student.double(3) == 6, 'Twice, please.'", returning("7"))
    assert own.message == "Twice, please."


def test_a_visible_check_that_raises_shows_what_it_called(bench):
    report = seen(bench, "assert student.double(3) == 6", "def double(x):\n    return x[0]\n")
    assert (report.outcome, report.call, report.actual) == ("error", "double(3)", None)


def test_what_passes_shows_no_values(bench):
    report = seen(bench, "assert student.double(3) == 6", returning("2 * x"))
    assert (report.outcome, report.call, report.expected, report.actual) == ("passed", None, None, None)


@pytest.mark.parametrize("body", ["2 * x", "print(2 * x)", "return None", "y = 2 * x"])
def test_who_forgets_return_reads_so(bench, body):
    report = seen(bench, "assert student.double(3) == 6", f"def double(x):\n    {body}\n")
    assert report.message == "`double` returned nothing. Is `return` missing?"
    assert report.actual == "None"


def test_a_result_that_is_used_at_once_is_missed_too(bench):
    report = seen(bench, "assert student.double(torch.ones(1)).shape == (1,)", "def double(x):\n    x * 2\n")
    assert report.message == "`double` returned nothing. Is `return` missing?"


def test_what_is_none_without_a_call_has_not_forgotten_return(bench):
    assert "return" not in seen(bench, "assert student.double(3) == 6", "double = None\n").message


def test_a_file_may_print(bench):
    source = 'print("a\\tb\\x1b[31m red \\u202e")\nimport sys\nsys.stderr.write("warned\\n")\n'
    source += "def double(x):\n    print('of', x)\n    return 2 * x\n"
    visible = HEAD + "    assert student.double(3) == 6\n"
    (report,) = bench(checks=HIDDEN, visible=visible).grade(source)
    assert sorted(report.printed.splitlines()) == ["a   b red ?", "of 3", "warned"]


def test_much_that_is_printed_is_cut(bench):
    (report,) = bench(checks=HIDDEN).grade("for i in range(10**5):\n    print('x' * 500)\ndouble = len\n")
    lines = report.printed.splitlines()
    assert len(lines) == MAX_LINES + 1
    assert lines[-1].startswith("... and ")
    assert max(map(len, lines)) <= MAX_LINE


@settings(deadline=None)
@given(st.binary(max_size=3000))
def test_whatever_is_printed_is_bounded(output):
    lines = printed_text(output).split("\n")
    assert len(lines) <= MAX_LINES + 1
    assert max(map(len, lines)) <= MAX_LINE


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.lists(inner).map(tuple)
        | st.frozensets(st.integers())
    ),
)


@settings(deadline=None)
@given(VALUES)
def test_every_value_is_spelled_and_bounded(value):
    assert 0 < len(bounded(spelled(value))) <= MAX_SPELLED
    assert len(spelled_call("f", [value], {"x": value})) <= MAX_SPELLED


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([[1.0, 2.0]]), "tensor([[1., 2.]])"),
        (torch.tensor(3), "tensor(3)"),
        (torch.tensor([0.5], dtype=torch.float64), "tensor([0.5], dtype=float64)"),
        (torch.tensor([math.nan, math.inf]), "tensor([nan, inf])"),
        (torch.zeros(0, 3), "tensor([])"),
        (torch.zeros(3, 224, 224), "a tensor of shape 3x224x224, float32"),
        (torch.eye(2).to_sparse(), "a tensor of shape 2x2, float32"),
        (np.array([True, False]), "array([True, False])"),
        (torch.arange(6).reshape(2, 3) * 1000, "tensor([[0, 1000, 2000],\n        [3000, 4000, 5000]])"),
        ((1,), "(1,)"),
        (1 << 2000, "a huge number"),
    ],
)
def test_tensors_are_spelled_as_torch_prints_them(value, text):
    assert spelled(value) == text

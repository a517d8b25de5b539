"""Formulas: as Python computes them, and nothing else that Python can do."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.language.expressions import FUNCTIONS, ExpressionError, evaluate, names_in, parse_expression

SCOPE = {"M": 7, "K": 3, "S": 2, "x": 0.5, "grid": [[1, 2], [3, 4]], "name": "same"}

atoms = st.sampled_from(["M", "K", "S", "x", "grid[1][0]", "True"]) | st.integers(0, 50).map(str)
OPERATORS = ["+", "-", "*", "/", "//", "%", "<", "<=", ">", ">=", "==", "!="]


def _compound(inner):
    two = st.tuples(inner, st.sampled_from(OPERATORS), inner).map("({0[0]} {0[1]} {0[2]})".format)
    one = st.tuples(st.sampled_from(["-", "+", "not "]), inner).map("({0[0]}{0[1]})".format)
    power = atoms.map("({} ** 2)".format)
    either = st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format)
    both = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map("(not ({0[0]} {0[1]} {0[2]}))".format)
    chain = st.tuples(inner, inner, inner).map("({0[0]} < {0[1]} <= {0[2]})".format)
    call = st.tuples(
        st.sampled_from(["abs({})", "max({}, 1)", "min({}, K)", "round({})", "sum([{}, 2])"]), inner
    )
    member = inner.map("({} in (1, 2, M))".format)
    return two | one | power | either | both | chain | member | call.map(lambda pair: pair[0].format(pair[1]))


@settings(deadline=None, max_examples=200)
@given(text=st.recursive(atoms, _compound, max_leaves=10))
@example(text="M < K <= M / 0")
def test_as_python_computes_it(text):
    try:
        wanted = eval(text, {"__builtins__": FUNCTIONS}, dict(SCOPE))  # the module's own text
    except (ArithmeticError, TypeError, ValueError):
        with pytest.raises(ExpressionError):
            evaluate(text, SCOPE)
    else:
        found = evaluate(text, SCOPE)
        assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("(M - K) // S + 1", 3),
        ("  M\n", 7),
        ("sqrt(M + 2)", 3.0),
        ("ceil(M / 2) + floor(M / 2)", 7),
        ("log(exp(2))", 2.0),
        ("prod([M, K, S])", 42),
        ("len(grid)", 2),
        ("[M, (K, S)]", [7, (3, 2)]),
        ("name == 'same'", True),
        ("S not in (K, M)", True),
        ("[i * K for i in range(3)]", [0, 3, 6]),
        ("sum(i for i in range(1, M) if i % 2)", 9),
        ("[i * j for i in range(3) for j in range(i)]", [0, 0, 2]),
        ("mean([1, 2, 6])", 3),
        ("prod(i for i in range(1, 5))", 24),
        ("exp(0) + cos(0) + sin(0) + tanh(0)", 2),
        ("0 and 1 / 0", False),
        (5, 5),
        (2.5, 2.5),
        (True, True),
        ([1, "K", ["M + 1"]], [1, 3, [8]]),
    ],
)
def test_values(formula, value):
    assert evaluate(formula, SCOPE) == value


CANNOT = {
    "M.real": "Attribute",
    "(1).__class__": "Attribute",
    "lambda: 1": "Lambda",
    "{i for i in grid}": "SetComp",
    "{1: 2}": "Dict",
    "{1, 2}": "Set",
    "f'{M}'": "JoinedStr",
    "(y := 1)": "NamedExpr",
    "grid[0:1]": "Slice",
    "max(*grid)": "Starred",
    "M << 9": "LShift",
    "M is K": "Is",
    "M @ K": "MatMult",
    "~M": "Invert",
    "(yield)": "Yield",
    "(await M)": "Await",
}


@pytest.mark.parametrize(("text", "form"), CANNOT.items())
def test_what_a_formula_cannot_use(text, form):
    with pytest.raises(ExpressionError, match=f"uses {form}, which formulas do not allow"):
        parse_expression(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("__import__('os')", "calls __import__. A formula can call: abs, ceil,"),
        ("eval('1')", "calls eval."),
        ("grid.append(1)", "calls that."),
        ("max(1, key=abs)", "calls max."),
        ("max(**grid)", "calls max."),
        ("abs(abs)(1)", "calls that."),
        ("[i for i in range(10001)]", "A range has more than 10,000 numbers."),
        ("[[i for i in range(9999)] for j in range(9999)]", "A formula takes more than 100,000 steps."),
        ("[grid + grid + grid for i in range(9999) for j in range(9999)]", "takes more than 100,000 steps."),
        ("['x' * 1 for i in range(3)]", "Only numbers can be multiplied or divided."),
        ("prod(10**60 for i in range(9999))", "A number is larger than 1e100."),
        ("prod(['a', 'b'])", "Only numbers can be multiplied or divided."),
        ("[M for M in range(3)]", "'M' is already the name of a value."),
        ("[a for a, b in grid]", "has more than one name."),
        ("i + sum(i for i in range(3))", "There is no parameter 'i'."),
        ("mean([])", "A formula cannot be computed. mean([]): division by zero."),
        ("9**9**9**9", "The exponent of a power must be at most 64."),
        ("2**-65", "The exponent of a power must be at most 64."),
        ("[0] * 10**9", "Only numbers can be multiplied or divided."),
        ("'a' * 10**9", "Only numbers can be multiplied or divided."),
        ("2 * grid", "Only numbers can be multiplied or divided."),
        ("M +", "'M +' is not a formula."),
        ("", "'' is not a formula."),
        ("M = 1", "is not a formula."),
        ("import os", "is not a formula."),
        ("1\x00", "is not a formula."),
        ("[" * 900, "is not a formula."),
        ("[" * 5000, "The formula is longer than 1000 characters."),
        ("N + 1", "There is no parameter 'N'."),
        ("max", "There is no parameter 'max'."),
        ("__builtins__", "There is no parameter '__builtins__'."),
        ("1 / 0", "A formula cannot be computed. 1 / 0: division by zero."),
        ("grid[5]", "A formula cannot be computed. grid[5]: list index out of range."),
        ("M['a']", ": 'int' object is not subscriptable."),
        ("M + name", ": unsupported operand"),
        ("M < name", ": '<' not supported"),
        ("log(0)", ": math domain error."),
        ("exp(1000)", ": math range error."),
        ("sqrt(-1)", ": math domain error."),
        ("int('x')", ": invalid literal"),
        ("1e308 * 10 // 1 + int(1e308 * 10)", "A number is larger than 1e100."),
        ("2.0**64**64", "A number is larger than 1e100."),
        ("10**64 * 10**64", "A number is larger than 1e100."),
        ("-(10**64) * 10**64", "A number is larger than 1e100."),
        ("int(1e300)", "A number is larger than 1e100."),
        ("sum([1e100, 1e100])", "A number is larger than 1e100."),
        ("9" * 200, "A number is larger than 1e100."),
        ("int('" + "9" * 200 + "')", "A number is larger than 1e100."),
        ("1e99 / 1e-99", "A number is larger than 1e100."),
        ("1e999", "A formula gives inf, which is not a finite number."),
        ("float('nan')", "A formula gives nan, which is not a finite number."),
        ("[1, -float('inf')]", "A formula gives inf, which is not a finite number."),
        ("(-8) ** 0.5", "is not a real number."),
        ("-" * 101 + "1", "A formula is nested more than 100 levels deep."),
        ("1 in 2", ": argument of type 'int' is not"),
        ("max()", ": max expected at least 1 argument"),
    ],
)
def test_refusals(text, sentence):
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, SCOPE)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["((9**64)**64)**64 > 0", "'%9999s' % 1", "...", "b'a'", "1j", "x.real", "'a' 'b' % M"],
)
def test_what_must_be_refused_in_whatever_words(text):
    with pytest.raises(ExpressionError):
        evaluate(text, SCOPE)


@pytest.mark.parametrize(
    "text", ["round(1, -10**9)", "9**64**64**64**64 // 9**64", "(9**64)**64 * (9**64)**64"]
)
def test_a_formula_ends(text):
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "from grader.language.expressions import *\n"
        f"try: evaluate({text!r}, {{}})\n"
        "except ExpressionError: pass"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("depth", [100, 600, 990])
def test_a_deep_formula_is_computed_or_refused(depth):
    for text in ("-" * depth + "1", "+".join(["1"] * (depth // 2))):
        with contextlib.suppress(ExpressionError):
            assert math.isfinite(evaluate(text, {}))


def test_names_are_the_parameters_only():
    assert names_in(parse_expression("max(M, len(grid)) + K if S else abs(M)")) == {"M", "grid", "K", "S"}

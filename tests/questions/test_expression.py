"""`expression`: equal as a function, in whatever notation; and hostile formulas."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.language.expressions import ExpressionError
from grader.questions.kinds.expression import FormulaKey
from grader.questions.posed import FormError
from tests.questions.asking import Asked, Thing, ask

SIZE = ask(
    "expression",
    answer="(n + 2*P - k) // s + 1",
    variables={"n": {"from": 10, "to": 60}, "k": {"from": 2, "to": 9}, "s": {"from": 2, "to": 5}},
    misconceptions={"twice": {"answer": "2*n", "also": ["2*n + 0*k + M"], "message": "Twice."}},
)


def points_of(asked: Asked) -> tuple[tuple[float, ...], ...]:
    """Return the points at which formulas of one student are compared."""
    assert isinstance(asked.key, FormulaKey)
    return asked.key.points


X = {"x": {"from": -3.0, "to": 3.0}}
SQUARE = ask("expression", answer="(x + 1) ** 2", variables=X)
LOG = ask("expression", answer="2 * log(x)", variables=X)
COUNT = ask("expression", answer="n ** 2 + 1", variables={"n": {"from": 1000, "to": 90000}})
CANCELS = ask(
    "expression",
    answer="w - 0.2 * w * t",
    variables={"w": {"from": 1.0, "to": 9.0}, "t": {"from": 4, "to": 6}},
    misconceptions={"halved": {"answer": "w - 0.2 * w * t / 1.25", "message": "Not so."}},
)
FADES = ask("expression", answer="exp(-t)", variables={"t": {"from": 30, "to": 40}})
TINY = ask("expression", answer="x * 1e-12", variables=X)


@pytest.mark.parametrize(
    "answer",
    [
        "(n + 2 - k) // s + 1",
        "1+(2-k+n)//s",
        "floor((n + 2 - k) / s) + 1",
        "int((n-k+2)/s + 1)",
        "⌊(n − k + 2) ÷ s⌋ + 1",
        "math.floor((n - k + 2) / s) + 1",
        "(n - k + 2 - (n - k + 2) % s) / s + 1",
        "\n (n - k + 2)\n // s\n + 1 ",
        ["(n + 2 - k) // s + 1"],
        "(n + 2 - k) // s + (1 if n > 0 else 7)",
    ],
)
def test_the_same_function_is_right(answer):
    assert SIZE.mark(answer).outcome == "passed"


@pytest.mark.parametrize("answer", ["w - t*2*0.1*w", "w * (1 - t/5)", "w - t*0.1*w - t*0.1*w"])
def test_what_rounding_leaves_of_zero_is_zero(answer):
    assert any(point[1] == 5 for point in points_of(CANCELS))
    assert CANCELS.mark(answer).outcome == "passed"


def test_a_mistake_is_named_where_it_gives_zero():
    assert CANCELS.mark("w * (1 - t * 4 / 25)").misconception == "halved"


@pytest.mark.parametrize("answer", ["0", "exp(-t) / 2", "1e-14"])
def test_zero_is_not_what_is_small_everywhere(answer):
    assert FADES.mark(answer).outcome == "failed"


@pytest.mark.parametrize("answer", ["x**2 + 2*x + 1", "x^2 + 2*x + 1", "x² + 2·x + 1", "(1 + x)**2.0"])
def test_notations_of_powers(answer):
    assert SQUARE.mark(answer).outcome == "passed"


@pytest.mark.parametrize(
    ("asked", "answer", "misconception"),
    [
        (SIZE, "(n + 2 - k) // s", "forgot-constant"),
        (SIZE, "(n - 2 - k) // s + 1", "other-sign"),
        (SIZE, "(n + 2 - k) / s + 1", "unrounded-quotient"),
        (SIZE, "ceil((n + 2 - k) / s) + 1", "rounded-up"),
        (SIZE, "s // (n + 2 - k) + 1", "swapped-quotient"),
        (SIZE, "n + 2 - k // s + 1", "left-out-brackets"),
        (SIZE, "2*n", "twice"),
        (SIZE, "2*n + 7", "twice"),
        (SQUARE, "(x + 1) * 2", "power-as-product"),
        (SQUARE, "-(x + 1)**2", "opposite-sign"),
        (SQUARE, "2 * (x + 1)**2", "factor-of-two"),
        (SQUARE, "1 / (x + 1)**2", "upside-down"),
        (SQUARE, "x", None),
        (SIZE, 3, None),
        (SIZE, Fraction(1, 3), None),
        (COUNT, "n ** 2", "forgot-constant"),
        (TINY, "x * 1e-11", None),
        (TINY, "0", None),
    ],
)
def test_wrong_functions(asked, answer, misconception):
    mark = asked.mark(answer)
    assert (mark.outcome, mark.misconception) == ("failed", misconception)


def test_angles_and_logarithms():
    sine = ask("expression", answer="sin(x)", variables=X)
    assert sine.mark("sin(x * pi / 180)").misconception == "degrees-for-radians"
    log = ask("expression", answer="log(x)", variables={"x": {"from": 0.5, "to": 9}})
    assert log.mark("log(x) / log(10)").misconception == "other-logarithm"


@pytest.mark.parametrize("answer", ["log(x**2)", "log(abs(x))*2"])
def test_a_formula_has_a_value_where_the_right_one_has_one(answer):
    assert LOG.mark("log(x) + log(x)").outcome == "passed"
    mark = LOG.mark(answer)
    assert (mark.outcome, mark.message[-17:]) == ("failed", "ich is not right.")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("2n + 1", "`q` is not clear at `2n`. Write every `*`, as in 2*n and n*(k + 1)."),
        ("n(k + 1)", "`q` is not clear at `n(`. Write every `*`, as in 2*n and n*(k + 1)."),
        ("(n)(k)", "`q` is not clear at `)(`. Write every `*`, as in 2*n and n*(k + 1)."),
        ("n k", "`q` is not clear at `nk`. Write every `*`, as in 2*n and n*(k + 1)."),
        ("sqrt n", "`q` is missing brackets after `sqrt`. Write sqrt(...)."),
        ("size = n", "`q` is an equation. Write only what is to the right of the `=`."),
        ("0,5 * n", "`q` is a formula with a comma in it. Use a decimal point."),
        ("m * n", "`q` is a formula with `m` in it. It can use n, k and s."),
        ("n +", "`q` is 'n +', which is not a formula of numbers."),
        ("[n]", "`q` is '[n]', which is not a formula of numbers."),
        ("'n'", "`q` is \"'n'\", which is not a formula of numbers."),
        ("n.real", "`q` is 'n.real', which is not a formula of numbers."),
        ("len(n)", "`q` is not clear at `len(`. Write every `*`, as in 2*n and n*(k + 1)."),
        ("", "`q` is '', which is not a formula of numbers."),
    ],
)
def test_unclear_formulas_are_explained(answer, told):
    assert SIZE.refuse(answer) == told


@pytest.mark.parametrize("answer", [None, True, [], ["n", "k"], {"n": 1}, b"n", ..., Thing(), 1j, math.inf])
def test_what_is_no_formula(answer):
    SIZE.refuse(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "10**10**10",
        "9**9**9**9**9**9",
        "(n**64)**64",
        "round(n, 10**99)",
        "2**-10**10",
        "1e308 * 10",
        "1e400",
        "n % 1e-320",
        "max(n, " * 50 + "1" + ")" * 50,
        "+".join(["n**64"] * 70),
        "-" * 97 + "n",
    ],
)
def test_formulas_made_to_hurt_are_only_wrong(answer):
    start = time.process_time()
    assert SIZE.mark(answer).outcome == "failed"
    assert time.process_time() - start < 5  # an endless one would take hours


@pytest.mark.parametrize(
    "answer", ["(" * 240 + "n" + ")" * 240, "-" * 499 + "n", "n + " * 10_000_000 + "n", "n" * 501, "9" * 501]
)
def test_formulas_that_are_too_deep_or_too_long_are_refused(answer):
    SIZE.refuse(answer)


SIGNS = st.sampled_from(
    ["n", "k", "s", "2", "0.5", " ", "(", ")", "+", "-", "*", "/", "^", "//", "**", "sin"]
)


@settings(max_examples=300)
@given(st.lists(SIGNS | st.characters(), max_size=12).map("".join))
def test_any_text_gets_a_mark_or_a_sentence(text):
    try:
        assert SIZE.mark(text).outcome in {"passed", "failed"}
    except FormError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"answer": "sqrt(x - 9)"}, "The formula has no value at most points."),
        ({"answer": "x", "where": ["x > 9"]}, "No point meets these conditions."),
    ],
)
def test_formulas_that_cannot_be_compared(fields, told):
    with pytest.raises(ExpressionError, match=told):
        ask("expression", variables=X, **fields)


def test_conditions_hold_at_every_point():
    wide = {"n": {"from": 1, "to": 9}, "k": {"from": 1, "to": 9}}
    asked = ask("expression", answer="n - k", variables=wide, where=["k <= n"])
    assert all(k <= n for n, k in points_of(asked))
    assert asked.mark("abs(n - k)").outcome == "passed"


def test_students_have_their_own_points():
    one, other = (points_of(ask("expression", student=who, answer="x", variables=X)) for who in ("a", "b"))
    assert one != other

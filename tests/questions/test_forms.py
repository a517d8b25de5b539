"""One rule for the form of an answer: every kind, in every form, gives the verdict of the plain answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.questions.kinds import KINDS
from grader.questions.posed import Mark
from grader.worker.wire import PREFIX, Decoder, Encoder, pack, unpack
from tests.questions.asking import Asked, Thing, ask
from tests.questions.draft import example_of

Form = Callable[[Any], Any]

OF_A_NUMBER: dict[str, Form] = {
    "as it is": lambda x: x,
    "a float": float,
    "Fraction": Fraction,
    "Decimal": lambda x: Decimal(str(x)),
    "np.int64": lambda x: np.int64(x) if x == int(x) else np.float64(x),
    "np.float32": np.float32,
    "np.longdouble": np.longdouble,
    "np.array": np.array,
    "tensor": lambda x: torch.tensor(x),
    "tensor in float64": lambda x: torch.tensor(x, dtype=torch.float64),
    "Parameter": lambda x: torch.nn.Parameter(torch.tensor(float(x))),
    "tensor with a gradient": lambda x: torch.tensor(float(x), requires_grad=True) * 1,
}
AROUND_ONE: dict[str, Form] = {
    "nothing": lambda x: x,
    "a tuple": lambda x: (x,),
    "a list": lambda x: [x],
    "a list in a tuple": lambda x: ([x],),
}
AROUND_AN_ARRAY: dict[str, Form] = {
    "reshape(1)": lambda x: x.reshape(1),
    "reshape(1, 1, 1, 1)": lambda x: x.reshape(1, 1, 1, 1),
}
OF_NUMBERS: dict[str, Form] = {
    "a list": list,
    "a tuple": tuple,
    "torch.Size": lambda xs: torch.Size(xs),
    "np.array": np.array,
    "a tensor": lambda xs: torch.tensor(xs),
    "a tensor of floats": lambda xs: torch.tensor(xs, dtype=torch.float32),
    "a Parameter": lambda xs: torch.nn.Parameter(torch.tensor(xs, dtype=torch.float32)),
    "a list of tensors": lambda xs: [torch.tensor(x) for x in xs],
    "a list of arrays": lambda xs: [np.array([x]) for x in xs],
    "fractions": lambda xs: [Fraction(x) for x in xs],
    "decimals": lambda xs: tuple(Decimal(x) for x in xs),
    "a list in a list": lambda xs: [[x] for x in xs],
}
OF_LETTERS: dict[str, Form] = {
    "a list": list,
    "a tuple": tuple,
    "a set": set,
    "a frozenset": frozenset,
    "backwards": lambda xs: xs[::-1],
    "twice": lambda xs: [*xs, *xs],
    "upper case": lambda xs: [x.upper() for x in xs],
    "in brackets": lambda xs: {f"({x})" for x in xs},
}
of_one = st.one_of(
    st.tuples(st.sampled_from(sorted(OF_A_NUMBER)), st.sampled_from(sorted(AROUND_ONE))).map(
        lambda names: lambda x: AROUND_ONE[names[1]](OF_A_NUMBER[names[0]](x))
    ),
    st.sampled_from(sorted(AROUND_AN_ARRAY)).map(
        lambda name: lambda x: AROUND_AN_ARRAY[name](torch.tensor(x))
    ),
    st.just(lambda x: {x}),
    st.just(lambda x: frozenset({np.float32(x)})),
)
of_several = st.sampled_from(sorted(OF_NUMBERS)).map(OF_NUMBERS.__getitem__)


def sent(value: Any) -> Any:
    """Return a value as it arrives from a worker."""
    encoder = Encoder(lambda _value: ["handle", 0, ""])
    message = pack({"value": encoder.encode(value)}, encoder.buffers)
    frame = unpack(message[: PREFIX.size], message[PREFIX.size :])
    return Decoder(frame, lambda _number, _name: Thing()).decode(frame.header["value"])


def verdict(asked: Asked, value: Any) -> tuple[str, float, str | None]:
    """Return what counts of a mark."""
    mark: Mark = asked.mark(sent(value))
    return mark.outcome, mark.share, mark.misconception


NUMBER = ask("number", answer="M * K", misconceptions={"sum": {"answer": "M + K", "message": "You added."}})
SQUARE = ask("output-size", layer="Conv2d(1, 1, K)", input=[1, 1, "M", "M"])
ONE_SETTING = ask(
    "settings", layer="MaxPool2d(2, stride=s)", unknowns=["s"], input=[1, 1, 8, 8], output=[4, 4]
)
ONE_VALUE = ask("tensor", layer="Linear(2, 1, bias=False)", input=[1, 2], weight=[[3, 4]])
OF_ONE = [
    (NUMBER, 21),
    (NUMBER, 10),
    (NUMBER, 22),
    (SQUARE, 5),
    (SQUARE, 4),
    (ONE_SETTING, 2),
    (ONE_SETTING, 1),
    (ONE_VALUE, 11),
    (ONE_VALUE, 12),
]


@pytest.mark.parametrize(("asked", "number"), OF_ONE)
@given(form=of_one)
def test_one_number_in_every_form_has_one_verdict(asked, number, form):
    assert verdict(asked, form(number)) == verdict(asked, number)


OBLONG = ask("output-size", layer="Conv2d(1, 1, K)", input=[1, 1, "M", 9])
SHAPE = ask("output-size", layer="Conv2d(1, 2, K)", input=[1, 1, "M", "M"], ask="shape")
TWO_SETTINGS = ask(
    "settings",
    layer="Conv2d(1, 1, 3, stride=stride, padding=padding)",
    unknowns=["stride", "padding"],
    input=[1, 1, 8, 8],
    output=[4, 4],
)
ROW = ask("tensor", values="[M, K, S]")
OF_SEVERAL = [
    (OBLONG, [5, 7]),
    (OBLONG, [7, 5]),
    (SHAPE, [1, 2, 5, 5]),
    (SHAPE, [1, 1, 5, 5]),
    (TWO_SETTINGS, [2, 1]),
    (TWO_SETTINGS, [1, 0]),
]


@pytest.mark.parametrize(("asked", "numbers"), OF_SEVERAL)
@given(form=of_several)
def test_several_numbers_in_every_form_have_one_verdict(asked, numbers, form):
    assert verdict(asked, form(numbers)) == verdict(asked, numbers)


@pytest.mark.parametrize("form", sorted(OF_NUMBERS.keys() - {"a list in a list", "a list of arrays"}))
@pytest.mark.parametrize("numbers", [[7, 3, 2], [7, 3, 1]])
def test_values_in_every_form_have_one_verdict(form, numbers):
    assert verdict(ROW, OF_NUMBERS[form](numbers)) == verdict(ROW, numbers)


LETTERS = ask(
    "choice",
    several=True,
    shuffle=False,
    options=[{"text": text, "correct": text in "wx"} for text in "wxyz"],
)
LETTER = ask("choice", shuffle=False, options=[{"text": text, "correct": text == "x"} for text in "wxyz"])


@pytest.mark.parametrize("form", OF_LETTERS)
@pytest.mark.parametrize("letters", [["a", "b"], ["a", "c"], ["b"]])
def test_letters_in_every_form_have_one_verdict(form, letters):
    assert verdict(LETTERS, OF_LETTERS[form](letters)) == verdict(LETTERS, letters)


@pytest.mark.parametrize("form", [*AROUND_ONE.values(), lambda x: {x}], ids=[*AROUND_ONE, "a set"])
@pytest.mark.parametrize("letter", ["b", "a", "B)"])
@pytest.mark.parametrize("asked", [LETTER, LETTERS], ids=["one", "several"])
def test_one_letter_in_every_form_has_one_verdict(asked, letter, form):
    assert verdict(asked, form(letter)) == verdict(asked, letter)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not KINDS[kind].by_checks])
@pytest.mark.parametrize("around", AROUND_ONE)
def test_the_solution_of_each_kind_may_stand_in_a_list(kind, around):
    asked = ask(**example_of(kind))
    scope: dict[str, Any] = {}
    exec(asked.key.solution, scope)
    right = scope[asked.question.id]
    if not isinstance(right, list | tuple) or kind == "tensor":  # where leading dimensions of 1 may be there
        assert verdict(asked, AROUND_ONE[around](right)) == verdict(asked, right)


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ({"stride": (2, 2), "padding": (1, 1)}, True),
        ({"stride": 2, "padding": [1, 1]}, True),
        ({"stride": Fraction(2), "padding": torch.tensor([1, 1])}, True),
        ([{"stride": 2, "padding": 1}], True),
        ({"stride": (1, 1), "padding": 1}, False),
    ],
)
def test_a_setting_may_be_given_for_each_side(answer, is_right):
    assert (verdict(TWO_SETTINGS, answer)[0] == "passed") == is_right


@pytest.mark.parametrize("answer", [(2, 2), [2, 2], np.array([2, 2])])
def test_the_only_setting_may_be_given_for_each_side(answer):
    assert verdict(ONE_SETTING, answer)[0] == "passed"


@pytest.mark.parametrize(
    ("layer", "answer"),
    [
        ("MaxPool2d(2, stride=s)", (2, 1)),  # not the same
        ("MaxPool2d(2, stride=s)", (2, 2, 2)),  # too many
        ("MaxPool2d(2, stride=2 * s - 2)", (2, 2)),  # torch would be given a tuple times 2
        ("ZeroPad2d(s - 4)", (2, 2)),
        ("Conv2d(1, s, 2, stride=2)", (2, 2)),  # channels have no sides
    ],
)
def test_other_tuples_for_one_setting_are_refused(layer, answer):
    asked = ask("settings", layer=layer, unknowns=["s"], input=[1, 1, 8, 8], output=[4, 4])
    assert asked.refuse(answer)


@pytest.mark.parametrize("asked", [OBLONG, TWO_SETTINGS, SQUARE], ids=["size", "settings", "square"])
def test_a_set_is_refused_where_order_matters(asked):
    assert asked.refuse({5, 7}).startswith("`q` is a set of 2, which has no order. ")


@pytest.mark.parametrize(
    ("asked", "answer", "sentence"),
    [
        (SQUARE, [[3, 3]], "`q` is a list that holds a list of 2. Write a whole number if "),
        (SQUARE, torch.ones(3, 3), "`q` is a tensor of shape 3x3. Write a whole number if "),
        (SQUARE, "3", "`q` is the text '3'. Write numbers without quotes."),
        (SQUARE, ("5", "5"), "`q` is a tuple of 2 with the text '5' in it. Write numbers without quotes."),
        (SQUARE, [[[[[7, 7]]]]], "`q` is a list that holds a list that holds a list that holds a list of 1"),
        (NUMBER, (3, 3), "`q` is a tuple of 2. Write a number."),
        (NUMBER, torch.ones(1, 1, 2, 2), "`q` is a tensor of shape 1x1x2x2. Write a number."),
        (NUMBER, torch.tensor(True), "`q` is a bool tensor of shape () (a single number). Write a number."),
        (NUMBER, [], "`q` is an empty list. Write a number."),
        (NUMBER, "2.5", "`q` is the text '2.5'. Write numbers without quotes."),
        (NUMBER, "many", "`q` is the text 'many'. Write a number."),
        (ONE_SETTING, "2", "`s` is the text '2'. Write it without quotes."),
        (
            ROW,
            [[8, 7], [9, None]],
            "`q` is a list of 2 lists with None in it. Write the values as nested lists",
        ),
        (ROW, [[8, ...], [9, 5]], "`q` still has `...` in it."),
        (ROW, ["7", "3", "2"], "`q` is a list of 3 with the text '7' in it. Write numbers without quotes."),
        (
            TWO_SETTINGS,
            {"stride": 2},
            "`q` is a dict without padding; its keys must be 'stride' and 'padding'.",
        ),
        (
            TWO_SETTINGS,
            {"Stride": 2, "padding": 1},
            "`q` is a dict without stride and with the extra key 'Stride'; its keys ",
        ),
        (
            TWO_SETTINGS,
            {"stride": 2, "padding": 1, "kernel": 3},
            "`q` is a dict with the extra key 'kernel'; its keys must be",
        ),
        (LETTER, 7, "`q` is 7. Write a letter"),
        (LETTER, "y", "`q` is the text 'y', not a letter. Write the letter of that option: \"c\"."),
        (LETTER, "c) y", "`q` is the text 'c) y', not a letter. Write the letter of that option: \"c\"."),
        (
            LETTER,
            "\u0430",
            "There is no option '\u0430' (a letter of another alphabet); the options are a, b, c, d.",
        ),
        (
            LETTERS,
            ["w", "x"],
            "`q` is the text 'w', not a letter. Write the letter of that option: \"a\".",
        ),
    ],
)
def test_what_has_another_form_is_described_as_it_is(asked, answer, sentence):
    assert asked.refuse(sent(answer)).startswith(sentence)


@pytest.mark.parametrize(("text", "answer"), [("14", 14), ("(16, 4)", (16, 4)), ("`ReLU`", "relu")])
def test_the_value_of_an_option_is_no_letter(text, answer):
    asked = ask("choice", shuffle=False, options=[{"text": text, "correct": True}, {"text": "another"}])
    assert 'Write the letter of that option: "a".' in asked.refuse(answer)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("2 * p <= K", "The settings must satisfy 2 * p <= 3."),
        ("p <= K - 1 and p != M", "The settings must satisfy p <= 2 and p != 7."),
        (
            {"condition": "2 * p <= K", "message": "At most {{ K }} rows of zeros."},
            "At most 3 rows of zeros.",
        ),
    ],
)
def test_a_condition_is_told_in_numbers_or_in_the_words_of_the_author(where, message):
    asked = ask(
        "settings", layer="ZeroPad2d(p)", unknowns=["p"], input=[1, 1, 4, 4], output=[6, 6], where=[where]
    )
    assert asked.mark(7).message == message

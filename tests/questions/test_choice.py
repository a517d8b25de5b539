"""`choice`: letters that follow the variant's order, and the right one that follows the letters."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from grader.language.expressions import ExpressionError
from grader.questions.kinds import KINDS
from grader.questions.kinds.choice import ChoiceKey
from grader.questions.posed import Posed
from tests.questions.asking import Asked, Shaped, Thing, ask, record

LISTED = [
    {"text": "grows with {{ M }}", "correct": "S > 1"},
    {"text": "shrinks", "correct": "S == 1", "feedback": "Not with a stride of {{ S }}."},
    {"text": "stays"},
    {"text": "vanishes", "feedback": "It does not."},
]
ONE: dict[str, Any] = {"kind": "choice", "options": LISTED}
MANY: dict[str, Any] = {
    "kind": "choice",
    "several": True,
    "options": [{"text": text, "correct": text in "ac"} for text in "abcd"],
}
FROM_WRONG: dict[str, Any] = {
    "kind": "choice",
    "answer": "(M - K + 1) ** 2",
    "misconceptions": {
        "side": {"answer": "M - K + 1", "message": "One side."},
        "moves": {"answer": "(M - K) ** 2", "message": "Moves."},
        "the-same": {"answer": "(M - K) ** 2", "message": "Moves again."},
        "right-by-chance": {"answer": "25", "message": "No."},
    },
}
STUDENTS = [f"student-{number}" for number in range(40)]


def letters(asked: Asked) -> dict[str, str]:
    return {option.text: option.letter for option in asked.posed.options}


@pytest.mark.parametrize("student", STUDENTS[:8])
@pytest.mark.parametrize(("stride", "right"), [(1, "shrinks"), (2, "grows with 7")])
def test_the_right_letter_follows_order_and_condition(student, stride, right):
    asked = ask(scope={"M": 7, "S": stride}, student=student, **ONE)
    by_text = letters(asked)
    assert list(by_text.values()) == ["a", "b", "c", "d"]
    assert set(by_text) == {"grows with 7", "shrinks", "stays", "vanishes"}
    assert {text for text, letter in by_text.items() if asked.mark(letter).outcome == "passed"} == {right}
    assert asked.mark_solution().outcome == "passed"


@pytest.mark.parametrize("fields", [ONE, MANY, FROM_WRONG])
def test_each_student_has_an_own_order_unless_the_author_wants_his(fields):
    orders = {tuple(letters(ask(student=student, **fields))) for student in STUDENTS}
    assert len(orders) > 3
    assert len({tuple(letters(ask(student="ada", **fields))) for _ in range(3)}) == 1
    assert len({tuple(letters(ask(student=student, shuffle=False, **fields))) for student in STUDENTS}) == 1


@pytest.mark.parametrize(("student", "order"), [("ada", "adbc"), ("emmy", "bdca")])
def test_the_order_is_the_same_for_ever(student, order):
    assert "".join(letters(ask(student=student, **MANY))) == order


@pytest.mark.parametrize("write", ["{}", "({})", "{}.", " {} ", "{})", "({})."])
def test_ways_to_write_a_letter(write):
    asked = ask(**ONE)
    right = letters(asked)["grows with 7"]
    assert asked.mark(write.format(right)).outcome == "passed"
    assert asked.mark(write.format(right.upper())).outcome == "passed"


def test_wrong_options():
    asked = ask(**ONE)
    by_text = letters(asked)
    told = {
        text: (mark := asked.mark(letter)).message + f" [{mark.misconception}]"
        for text, letter in by_text.items()
    }
    assert told["shrinks"] == "Not with a stride of 2. [option-2]"
    assert told["stays"] == f"({by_text['stays']}) is not the right option. [None]"
    assert told["vanishes"] == "It does not. [option-4]"


def test_options_from_misconceptions():
    asked = ask(**FROM_WRONG)
    by_text = letters(asked)
    assert set(by_text) == {"25", "5", "16"}
    assert asked.mark(by_text["25"]).outcome == "passed"
    assert asked.mark(by_text["5"]).misconception == "side"
    assert asked.mark(by_text["16"]).message == "Moves."


@pytest.mark.parametrize(("credit", "shares"), [("whole", [1, 0, 0, 0, 0]), ("element", [1, 0.5, 0.5, 0, 0])])
def test_several(credit, shares):
    asked = ask(**MANY, credit=credit)
    by_text = letters(asked)
    found = [
        asked.mark([by_text[text] for text in chosen]).share for chosen in ("ca", "a", "abc", "ab", "bd")
    ]
    assert found == shares
    assert asked.mark(by_text["a"]).share == shares[1]  # one letter need not be in a list
    assert asked.mark(()).outcome == "failed"
    assert (
        "You missed 1 right option and chose 2 wrong options."
        in asked.mark([by_text[text] for text in "abd"]).message
    )
    assert asked.mark_solution().outcome == "passed"


def test_several_of_which_none_is_right():
    asked = ask("choice", several=True, options=[{"text": "x"}, {"text": "y"}])
    assert asked.mark([]).outcome == "passed"
    assert asked.mark(["a"]).outcome == "failed"


MALFORMED = [
    None,
    1,
    True,
    1.5,
    float("nan"),
    {},
    {"a": 1},
    {1},
    b"a",
    ...,
    np.array([1]),
    Thing(),
    Shaped(),
]


@pytest.mark.parametrize("answer", [*MALFORMED, [], ["a", "b"], {"a", "b"}, "", "e", "ab", "a, b", "x" * 300])
def test_malformed_answers_to_one(answer):
    sentence = ask(**ONE).refuse(answer)
    assert sentence.endswith('Write a letter in quotes, such as "a".')
    assert len(sentence) < 200


@pytest.mark.parametrize(
    "answer", [*MALFORMED, [1], ["a", None], [["a", "b"], []], ["e"], "e", ["a, b"], [Thing()]]
)
def test_malformed_answers_to_several(answer):
    assert "Write all the right letters in a list" in ask(**MANY).refuse(answer)


@pytest.mark.parametrize(
    "fields",
    [
        {"options": [{"text": "x", "correct": "M > 0"}, {"text": "y", "correct": "K > 0"}]},
        {"options": [{"text": "x"}, {"text": "y"}]},
        {"answer": "M", "misconceptions": {"m": {"answer": 7, "message": "."}}},
    ],
)
def test_questions_that_have_not_one_answer(fields):
    with pytest.raises(ExpressionError):
        ask("choice", **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"options": [{"text": "x", "correct": True}]},
        {"answer": "M"},
        {"answer": "M", "options": LISTED},
        {"answer": "M", "several": True, "misconceptions": {"m": {"answer": 1, "message": "."}}},
        {"options": [{"text": str(number)} for number in range(27)]},
        {"options": [{"text": "x", "right": True}, {"text": "y"}]},
    ],
)
def test_records_that_make_no_sense(fields):
    with pytest.raises(ValidationError):
        record("choice", **fields)


def test_problems():
    question = record(
        "choice",
        options=[{"text": "{{ N }}", "correct": "N"}, {"text": "y", "correct": "M +", "feedback": "{{"}],
    )
    assert [problem.path for problem in question.problems(frozenset({"M"}))] == [
        ("options", 0, "text"),
        ("options", 0, "correct"),
        ("options", 1, "feedback"),
        ("options", 1, "correct"),
    ]


def test_nothing_in_the_paper_tells_the_right_option():
    asked = ask(**ONE)
    assert isinstance(asked.key, ChoiceKey)
    text = asked.posed.model_dump_json()
    assert "correct" not in text
    assert "feedback" not in text
    assert "Not with a stride" not in text


@pytest.mark.parametrize(("asked", "fields"), [(ask(**ONE), []), (ask(**MANY), ["several"])])
def test_packs_say_as_in_0_1_0_whether_several_options_can_be_right(asked, fields):
    written = json.loads(asked.posed.model_dump_json())
    assert (written["fields"], "several" in written) == (fields, False)
    assert set(written) == set(Posed.model_fields)
    assert KINDS["choice"].posed_type.model_validate(written) == asked.posed
    assert (asked.posed.several, asked.posed.fields) == (bool(fields), ())


SHRINKS = ask(
    "choice",
    true_false=True,
    answer="K > P",
    misconceptions={"other": {"answer": "K <= P", "message": "Compare them."}},
)
FOUR = [{"text": one} for one in ("first", "second", "third", "fourth")]
STEPS = ask("choice", order=True, credit="element", options=FOUR)
PAIRS = ask(
    "choice",
    credit="element",
    match=[{"left": str(one), "right": two} for one, two in enumerate(("one", "two", "three", "four"))],
    options=[{"text": "five"}],
)


def sequence(asked: Asked, *texts: str) -> list[str]:
    """Return the letters of these texts."""
    letters = {option.text: option.letter for option in asked.posed.options}
    return [letters[text] for text in texts]


@pytest.mark.parametrize("answer", [True, "True", " true", np.bool_(True), torch.tensor(True), "a", [True]])
def test_true_in_any_form(answer):
    assert SHRINKS.mark(answer).outcome == "passed"
    assert SHRINKS.key.solution == "q = True"


@pytest.mark.parametrize("answer", [False, "false", "b"])
def test_false_is_explained(answer):
    assert (SHRINKS.mark(answer).misconception, SHRINKS.mark(answer).message) == ("other", "Compare them.")


@pytest.mark.parametrize("answer", [1, 0, None, "yes", [True, False], Thing()])
def test_what_is_neither_true_nor_false(answer):
    SHRINKS.refuse(answer)


@pytest.mark.parametrize(
    ("texts", "share", "misconception"),
    [
        ("first second third fourth", 1, None),
        ("fourth third second first", 0, "reversed-order"),
        ("first third second fourth", 2 / 3, "swapped-neighbours"),
        ("second third fourth first", 0, "first-at-the-end"),
        ("third first fourth second", 0, None),
    ],
)
def test_an_order_earns_by_pairs(texts, share, misconception):
    mark = STEPS.mark(sequence(STEPS, *texts.split()))
    assert (round(mark.share, 6), mark.misconception) in {(round(share, 6), misconception)}


@pytest.mark.parametrize(
    ("texts", "share", "misconception"),
    [
        ("one two three four", 1, None),
        ("two one three four", 0.5, "swapped-two"),
        ("two three four one", 0, "shifted-by-one"),
        ("two two two two", 0.25, "same-for-all"),
        ("one two three five", 0.75, None),
    ],
)
def test_matches_earn_by_letters(texts, share, misconception):
    mark = PAIRS.mark(sequence(PAIRS, *texts.split()))
    assert (mark.share, mark.misconception) == (share, misconception)


def test_letters_in_order_in_any_form():
    letters = sequence(STEPS, "first", "second", "third", "fourth")
    for answer in (
        letters,
        tuple(letters),
        "".join(letters),
        ", ".join(letters).upper(),
        [f"({one})" for one in letters],
    ):
        assert STEPS.mark(answer).outcome == "passed"
    assert PAIRS.posed.prompt == "What?\n\n1. 0\n2. 1\n3. 2\n4. 3"
    assert len(PAIRS.posed.options) == 5


@pytest.mark.parametrize(
    "answer",
    [None, 1, "", "abc", "abcc", "abcde", ["a", "b", "c", 4], {"a", "b", "c", "d"}, [], ["a" * 10**6] * 4],
)
def test_letters_that_are_no_order(answer):
    assert "a, b, c and d" in STEPS.refuse(answer) or "letters" in STEPS.refuse(answer)


@pytest.mark.parametrize("answer", ["abc", "abcz", ["a", "b", "c"], {"a": "b"}, "abcd" * 10**6, None])
def test_letters_that_match_nothing(answer):
    PAIRS.refuse(answer)


@pytest.mark.parametrize("asked", [STEPS, PAIRS])
def test_an_old_pack_reads_the_new_forms_back(asked):
    text = asked.posed.model_dump_json()
    assert type(asked.posed).model_validate_json(text) == asked.posed


@pytest.mark.parametrize(
    "fields",
    [
        {"order": True, "options": [{"text": text} for text in ("first", "second")]},
        {"match": [{"left": "one", "right": "first"}, {"left": "two", "right": "second"}]},
    ],
)
def test_letters_in_the_order_of_the_alphabet_are_never_right(fields):
    for student in STUDENTS:
        asked = ask("choice", student=student, **fields)
        assert isinstance(asked.key, ChoiceKey)
        assert asked.key.letters == ("b", "a")
        assert asked.mark_solution().outcome == "passed"

"""`text`: what counts as the same words, patterns that cannot be slow, and what is nearly right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.mistakes.phrasing import PHRASING_MISTAKES
from grader.questions.patterns import bare, compared
from tests.questions.asking import Thing, ask

POOLING = ask(
    "text",
    prompt="Which layer keeps the largest value of each window?",
    accept=["max pooling", "don't know-how"],
    patterns=[r"(nn\.)?MaxPool[123]d(\(.*\))?"],
    misconceptions={
        "averaged": {"accept": ["average pooling"], "patterns": ["avg.*"], "message": "It divides."},
        "typed": {"accept": ["max poolin"], "message": "A g is missing."},
    },
)
LAYER = ask("text", accept=["Conv2d"], case=True)
SLOW = ask("text", accept=["a"], patterns=["(a+)+b", "(a|a)*c", "(.*)*d", r"(\w+\s?)+e", "(x?){500}y"])


@pytest.mark.parametrize(
    "answer",
    [
        "max pooling",
        "  MAX\tPooling\n",
        "max\u00a0pooling.",
        "\u201cmax pooling\u201d",
        "`max pooling`",
        "max\u200b pool\u00ading",
        "\uff4dax pooling",
        ["max pooling"],
        "DON\u2019T KNOW\u2010HOW",
        "nn.MaxPool2d(2)",
        "maxpool2d",
    ],
)
def test_right_answers(answer):
    assert POOLING.mark(answer).outcome == "passed"


def test_forms_have_the_numbers_of_the_student():
    asked = ask("text", accept=["{{ K }} by {{ K }}", "{{ M }}"])
    assert asked.key.solution == "q = '3 by 3'"
    assert [asked.mark(answer).outcome for answer in ("3 by 3", 7, 7.5)] == ["passed", "passed", "failed"]


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        ("average pooling", "averaged"),
        ("AvgPool2d", "averaged"),
        ("max poolin", "typed"),
        ("max-pooling", "joined-or-split-words"),
        ("maxpooling", "joined-or-split-words"),
        ("max poolings", "plural-for-singular"),
        ("pooling max", "swapped-words"),
        ("max pooilng", "misspelt"),
        ("max polling", "misspelt"),
        ("max pooling, average pooling", "several-answers"),
        ("stride or max pooling", "several-answers"),
        ("it is max pooling, I think", "whole-sentence"),
        ("it is not max pooling", "negated"),
        ("-3.5", "number-for-words"),
        (12, "number-for-words"),
        ("largest window", "repeated-the-question"),
        ("min pooling", None),
        ("pooling", None),
        ("MaxPool4d", None),
        ("the", None),
    ],
)
def test_wrong_answers(answer, misconception):
    mark = POOLING.mark(answer)
    assert (mark.outcome, mark.misconception) == ("failed", misconception)


@pytest.mark.parametrize(
    ("answer", "misconception"), [("conv2d", "other-capitals"), ("Conv1d", None), ("Cnv2d", "misspelt")]
)
def test_capitals_and_digits_where_they_matter(answer, misconception):
    assert LAYER.mark("Conv2d").outcome == "passed"
    assert (LAYER.mark(answer).outcome, LAYER.mark(answer).misconception) == ("failed", misconception)


def test_a_usual_mistake_can_be_left_out():
    asked = ask("text", accept=["max pooling"], without=["misspelt"])
    assert asked.mark("max polling").misconception is None


@pytest.mark.parametrize(
    "answer", [None, "", " . ", "\u200b", True, b"a", {}, [], ["a", "b"], {"a": 1}, ..., Thing(), 1j]
)
def test_what_is_not_text(answer):
    POOLING.refuse(answer)


def test_a_long_text_is_refused_before_it_is_compared():
    assert SLOW.refuse("a" * 10_000_000) == "`q` is longer than 1000 characters."


@pytest.mark.parametrize("answer", ["a" * 999 + "!", "word " * 199 + "!", "x" * 1000])
def test_patterns_that_are_endless_elsewhere(answer):
    assert SLOW.mark(answer).outcome == "failed"


@given(st.text(alphabet=st.characters(), max_size=1000))
def test_any_text_gets_a_mark(text):
    if bare(text):
        assert POOLING.mark(text).outcome in {"passed", "failed"}


@given(st.text(max_size=50))
def test_comparing_twice_changes_nothing(text):
    assert bare(bare(text)) == bare(text)
    assert compared(compared(text, case=False), case=False) == compared(text, case=False)


def test_examples_show_all_usual_mistakes():
    shown = {wrong.name for wrong in POOLING.question.trials(POOLING.posed, POOLING.key)}
    assert {*PHRASING_MISTAKES, "averaged", "typed"} - shown == {"other-capitals"}

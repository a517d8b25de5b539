"""What unexplained wrong answers have in common, from made-up answers: formulas, options, code, and luck."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.clusters.cluster import FEWEST, Unexplained
from grader.clusters.code_clusters import code_clusters
from grader.clusters.formula_clusters import formula_clusters
from grader.clusters.luck import share_by_luck, tail
from grader.clusters.option_clusters import option_clusters
from grader.examiner.sketch import Sketch, kept
from grader.language.draws import Draws
from grader.language.expressions import evaluate
from grader.language.layers import parse_layer
from grader.language.params import Variant
from grader.questions.kinds import KINDS
from grader.questions.layer_formulas import size_formulas, value_formulas
from grader.questions.parts import AnswerParts

LIMIT = 0.01
QUESTION: Any = KINDS["number"].model_validate(
    {"id": "places", "kind": "number", "prompt": "{{ M }} {{ K }}", "answer": "(M - K + 1) ** 2"}
)


def wrong(number: int, params: dict[str, Any], *numbers: float) -> Unexplained:
    return Unexplained(f"s{number}", Variant(params, Draws(("t",))), AnswerParts((), numbers))


def drawn(count: int, seed: int = 0) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [{"M": draw.randint(8, 30), "K": draw.randint(2, 7)} for _ in range(count)]


def test_a_formula_of_many_is_found_among_guesses():
    params = drawn(30)
    answers = [wrong(n, own, (own["M"] - own["K"]) ** 2 if n < 20 else 7 * n) for n, own in enumerate(params)]
    (found,) = formula_clusters(QUESTION, [], answers, LIMIT)
    assert {f"s{n}" for n in range(20)} == {*found.students}
    assert all(evaluate(found.answer, one.params) == one.parts.numbers[0] for one in found.members)


def test_two_ways_are_told_apart():
    params = drawn(40)
    answers = [wrong(n, own, own["M"] ** 2 if n % 2 else own["K"] * 3) for n, own in enumerate(params)]
    found = formula_clusters(QUESTION, [], answers, LIMIT)
    assert sorted(len(one.members) for one in found) == [20, 20]


@pytest.mark.parametrize("seed", range(4))
def test_random_answers_have_nothing_in_common(seed):
    draw = random.Random(seed)
    answers = [wrong(n, own, draw.randint(1, 60)) for n, own in enumerate(drawn(40, seed))]
    assert formula_clusters(QUESTION, [], answers, LIMIT / 10) == []


def test_a_few_are_not_enough():
    answers = [wrong(n, own, own["M"]) for n, own in enumerate(drawn(FEWEST - 1))]
    assert formula_clusters(QUESTION, [], answers, LIMIT) == []


def chose(number: int, option: str) -> Unexplained:
    return Unexplained(f"s{number}", Variant({}, Draws(("t",))), AnswerParts(option=option, options=3))


def test_an_option_that_most_choose_is_found_and_an_even_choice_is_not():
    answers = [chose(n, "option-2") for n in range(20)]
    assert [one.answer for one in option_clusters(answers, 24, LIMIT)] == ["option-2"]
    assert option_clusters(answers, 60, LIMIT) == []


def code(number: int, *sums: float) -> Unexplained:
    sketches = tuple(Sketch(form="failed  float32 (2,)", sums=(one,)) for one in sums)
    return Unexplained(f"s{number}", Variant({}, Draws(("t",))), AnswerParts(), "", sketches)


def test_code_is_grouped_by_what_it_returned_up_to_rounding():
    alike = [code(n, 2 + 1e-6 * n, 5, 7) for n in range(8)]
    others = [code(n, n, 2 * n, 3) for n in range(10, 20)]
    (found,) = code_clusters([*alike, *others], LIMIT)
    assert found.members == tuple(alike)


def test_code_that_raises_everywhere_is_no_group():
    raising = Unexplained(
        "s", Variant({}, Draws(("t",))), AnswerParts(), "", (Sketch(form="error TypeError "),) * 3
    )
    assert code_clusters([raising] * 20, LIMIT) == []


@given(st.integers(0, 30), st.integers(1, 30), st.floats(0.01, 0.99))
def test_a_tail_is_a_probability_that_falls(count, trials, share):
    assert 0 <= tail(count + 1, trials, share) <= tail(count, trials, share) <= 1


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9)))
def test_luck_has_a_share_between_nothing_and_everything(fitted, others):
    share = share_by_luck([(float(one),) for one in fitted], [(float(one),) for one in others], 10)
    assert 0 < share <= 1


@given(st.recursive(st.integers() | st.floats() | st.text() | st.none() | st.booleans(), st.lists))
def test_what_is_kept_of_an_answer_is_small_and_plain(value):
    assert len(yaml.safe_dump(kept(value))) < 100_000


def test_a_layer_is_written_out():
    assert size_formulas(parse_layer("MaxPool2d(Q)"), ["1", "C", "M", "N"])[2:] == [
        "(M - Q) // Q + 1",
        "(N - Q) // Q + 1",
    ]
    scope = {"x": [[1, 2], [3, 4]], "w": [[5, 6]], "b": 7}
    values = value_formulas(parse_layer("Conv2d(1, 1, kernel_size=(1, 2))"), "x", "w", "b", scope)
    assert [evaluate(one, scope) for one in values] == [5 + 12 + 7, 15 + 24 + 7]
    assert value_formulas(parse_layer("Linear(2, 2)"), "x", "w", "b", scope) == []

"""Misconceptions are recognised in nearly all variants, and random wrong answers hardly ever match one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from grader.language.draws import Draws
from grader.language.params import Variant
from grader.questions.base import Question
from grader.questions.demands import demand_of
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Mark
from tests.questions.asking import SCOPE, Asked, record
from tests.questions.draft import example_of
from tests.questions.guesses import GUESSES, guess

VARIANTS = 50
TRIES = 30  # draws of parameters that are tried for one that hides no misconception
RANDOM_ANSWERS = 20  # to each variant
SLOW = {"tensor"}  # it computes every usual mistake with torch
VALUES = [
    pytest.param(kind, marks=[pytest.mark.slow] * (kind in SLOW))
    for kind in KINDS
    if not KINDS[kind].by_checks
]


def variants(question: Question[Any, Any, Any]) -> Iterator[Asked]:
    """Ask many students, with parameters that hide as few misconceptions as `course generate` would."""
    demand = demand_of(question, frozenset(SCOPE))
    for number in range(VARIANTS):
        draws = Draws(("seed", "exercise", f"student-{number}"))
        drawn = [Variant(_scope(random.Random(f"{number} {one}")), draws) for one in range(TRIES)]
        best = min(drawn if demand.reads else drawn[:1], key=lambda one: demand.cost(one, 1e9))
        yield Asked(question, question.pose(best), question.key(best), best)


def _scope(draw: random.Random) -> dict[str, object]:
    image = [[draw.randint(0, 9) for _ in range(3)] for _ in range(3)]
    return {
        "M": draw.randint(7, 14),
        "K": draw.randint(2, 5),
        "S": draw.randint(2, 4),
        "P": 1,
        "image": image,
    }


def mark(asked: Asked, answer: object) -> Mark:
    try:
        return asked.question.mark(asked.posed, asked.key, answer)
    except FormError:
        return Mark("failed", 0.0, "")


@pytest.mark.parametrize("kind", VALUES)
def test_misconceptions_are_named(kind):
    seen, missed = Counter[bool](), Counter[str]()
    for asked in variants(record(**example_of(kind))):
        for wrong in asked.question.trials(asked.posed, asked.key):
            is_named = mark(asked, wrong.answer).misconception == wrong.name
            seen[is_named] += 1
            missed[wrong.name] += not is_named
    assert seen[True] >= 0.95 * seen.total(), missed


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.slow] * (kind in SLOW)) for kind in GUESSES]
)
def test_random_wrong_answers_are_not(kind):
    seen, told = Counter[bool](), Counter[str]()
    draw = random.Random(0)
    for asked in variants(record(**example_of(kind))):
        answers = [repr(wrong.answer) for wrong in asked.key.wrong]
        for _ in range(RANDOM_ANSWERS):
            answer = guess(asked.posed, asked.key, draw)
            verdict = mark(asked, answer)
            if verdict.outcome != "passed" and repr(answer) not in answers:
                seen[verdict.misconception is not None] += 1
                told[f"{verdict.misconception}: {answer}"] += verdict.misconception is not None
    assert seen[True] < 0.02 * seen.total(), told

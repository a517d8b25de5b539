"""From what was seen of a question over its variants to what is wrong with it: the limits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from grader.proof.answers import Tries, faults_of
from tests.course.building import HEAD, exercise

TWO = (
    HEAD
    + """\
params: {M: {from: 1, to: 99}}
questions:
  - {id: p, kind: number, prompt: P, answer: M}
  - {id: q, kind: number, prompt: P, answer: M}
"""
)


def told(folder: Path, **tallies: Tries) -> list[str]:
    """Return what is reported about an exercise with these tries."""
    return [str(fault).partition(": ")[2] for fault in faults_of(exercise(folder, TWO), tallies)]


def tally(variants: int = 20, confused: int = 0, **seen: object) -> Tries:
    found = Tries(variants=variants, solutions={"one", "two"}, trials=Counter({"named": variants}))
    found.confused["named"] = confused
    found.examples["confused", "named"] = "M=3"
    for name, value in seen.items():
        setattr(found, name, value)
    return found


@pytest.mark.parametrize(
    ("variants", "times", "is_told"),
    [(20, 10, False), (20, 11, True), (1, 1, True), (21, 10, False), (20, 0, False)],
)
def test_a_constant_answer_may_be_right_in_half_of_the_variants(
    tmp_path: Path, variants: int, times: int, is_told: bool
) -> None:
    found = told(tmp_path, p=tally(variants, impostors=Counter({"0": times})))
    assert [f"The answer 0 is right in {times} of {variants} variants." in one for one in found] == [
        True
    ] * is_told


def test_where_everybody_has_the_same_answer_a_constant_is_no_impostor(tmp_path: Path) -> None:
    assert told(tmp_path, p=tally(impostors=Counter({"0": 20}), solutions={"0"})) == []


@pytest.mark.parametrize(
    ("variants", "times", "is_told"),
    [(20, 1, False), (20, 2, True), (40, 2, False), (40, 3, True), (19, 1, True)],
)
def test_a_twentieth_of_the_variants_may_be_confused(
    tmp_path: Path, variants: int, times: int, is_told: bool
) -> None:
    found = told(tmp_path, p=tally(variants, times))
    assert [
        f"'named' cannot be told apart from another misconception in {times}" in one for one in found
    ] == [True] * is_told


@pytest.mark.parametrize(("times", "is_told"), [(0, False), (1, False), (2, True)])
def test_another_question_that_tells_it_makes_up_for_one_that_does_not(
    tmp_path: Path, times: int, is_told: bool
) -> None:
    found = told(tmp_path, p=tally(20, 20), q=tally(20, times))
    assert bool(found) == is_told
    assert told(tmp_path, p=tally(20, 20), q=tally(20, 0, trials=Counter()))  # it does not try it at all


def test_what_leads_to_the_right_answer_once_is_told(tmp_path: Path) -> None:
    seen = tally(right=Counter({"named": 1}))
    seen.examples["right", "named"] = "M=3"
    assert "'named' leads to the right answer in 1 of 20 variants (M=3)." in told(tmp_path, p=seen)[0]


@pytest.mark.parametrize(("times", "telltales", "is_told"), [(20, 20, True), (19, 20, False), (0, 0, False)])
def test_an_answer_that_stands_in_every_prompt_is_told(
    tmp_path: Path, times: int, telltales: int, is_told: bool
) -> None:
    found = told(tmp_path, p=tally(telling=Counter({"the prompt": times}), telltales=telltales))
    assert ["The right answer is written in the prompt, in every variant." in one for one in found] == [
        True
    ] * is_told

"""A question for an order or a match that is so short that guesses are often named is noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.paper import prepare
from grader.proof.lint import notes_of_guesses
from tests.course.building import HEAD, exercise

ORDER = "- {id: steps, kind: choice, prompt: Sort them., order: true, hints: [Look.], options: [OPTIONS]}\n"
MATCH = (
    "- {id: pairs, kind: choice, prompt: Match them., match: [PAIRS], options: [OPTIONS], hints: [Look.]}\n"
)


def options(count: int) -> str:
    return ", ".join(f"{{text: o{number}}}" for number in range(count))


@pytest.mark.parametrize(("count", "is_noted"), [(2, True), (4, True), (5, True), (6, False), (8, False)])
def test_of_an_order(tmp_path: Path, count: int, is_noted: bool) -> None:
    text = f"{HEAD}questions:\n{ORDER.replace('OPTIONS', options(count))}"
    notes = list(notes_of_guesses(prepare(exercise(tmp_path, text), None)))
    assert [one.partition(":")[0] for one in notes] == ["steps"] * is_noted
    assert all("Give the question more items." in one for one in notes)


@pytest.mark.parametrize(("others", "is_noted"), [(0, True), (2, True), (3, False)])
def test_of_a_match(tmp_path: Path, others: int, is_noted: bool) -> None:
    pairs = ", ".join(f"{{left: l{number}, right: r{number}}}" for number in range(4))
    text = f"{HEAD}questions:\n{MATCH.replace('PAIRS', pairs).replace('OPTIONS', options(others))}"
    notes = list(notes_of_guesses(prepare(exercise(tmp_path, text), None)))
    assert [one.partition(":")[0] for one in notes] == ["pairs"] * is_noted

"""Proposed misconceptions as text: comments, and YAML to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from grader.clusters.cluster import FEWEST
from grader.errors import counted, printable
from grader.service.proposing import Proposal, Proposed

WIDTH = 78  # columns
HOW = (
    "The chance is the probability of fitting so many students by luck. A formula is chosen on one half "
    "of them and judged on the other; the chance is corrected for the formulas that were judged."
)
CODE = "This is a student's code. Read it before you put it into misconceptions.py:"


def proposal_text(proposed: Proposed, *, students: bool = False) -> str:
    """Return all proposals, and what was not looked at; names of students only if asked for."""
    parts = ["\n".join(_proposal(one, students=students)) for one in proposed.proposals]
    parts.append("\n".join(_end(proposed)))
    return "\n\n".join(parts)


def _proposal(one: Proposal, *, students: bool) -> Iterator[str]:
    yield from _comment(
        f"{one.exercise}/exercise.yaml, question {one.question}: {one.count} of "
        f"{counted(one.unexplained, 'wrong answer')} without an explanation. Chance: {one.chance:.0e}."
    )
    if one.has_few_variants:
        yield from _comment("These students have the same numbers, so other formulas fit as well.")
    yield from (line for answer in one.examples for line in _comment(f"For example: {answer}"))
    if students:
        yield from _comment(f"Students: {', '.join(map(printable, one.students))}")
    yield textwrap.indent(one.yaml.rstrip(), "    ")
    if one.python:
        yield from ("", *_comment(CODE), one.python)


def _comment(text: str) -> Sequence[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)


def _end(proposed: Proposed) -> Iterator[str]:
    looked = sum(one.is_enough for one in proposed.asked)
    found = counted(len(proposed.proposals), "misconception")
    yield from _comment(f"{found} proposed; {counted(looked, 'question')} looked at.")
    if proposed.proposals:
        yield from _comment(HOW)
    if proposed.too_few:
        names = ", ".join(f"{one.exercise}.{one.question} ({len(one.answers)})" for one in proposed.too_few)
        yield from _comment(
            f"Too few to tell a pattern from luck; at least {FEWEST} unexplained wrong answers are "
            f"needed: {names}."
        )
    if proposed.unreadable:
        yield from _comment(
            f"{counted(proposed.unreadable, 'wrong answer')} left out: the gradebook does not hold their "
            "values. Run course regrade, then this again."
        )

"""A fresh variant of an exercise, to practise on: other numbers, and other answers than the student's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.course.loading import LoadedExercise
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Key

MOST_DRAWS = 50
ENOUGH = 8  # draws after which an answer that was the same in all of them counts as one that never varies
MARK = "-another-"  # between the name of an exercise and a number


@dataclass(frozen=True)
class Another:
    """A fresh variant, and the questions whose answers are still those of the student's own variant."""

    sitting: Sitting
    same: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return its name, such as exercise-3-another-1."""
        return self.sitting.paper.exercise


def another(
    exercise: LoadedExercise, own: Sitting, number: int, earlier: Sequence[Mapping[str, Any]]
) -> Another:
    """Draw the variant with a number, again and again while an answer is the student's own.

    Parameters of an `earlier` one are also avoided. If no draw is free of both, return the best.

    Raises:
        CourseFaults: no variant can be drawn.

    """
    found: list[Another] = []
    while not found or not _is_best(found, earlier):
        drawn = prepare(exercise, f"{own.paper.student or ''}{MARK}{number} {len(found)}")
        found.append(Another(_named(drawn, own, number), tuple(same_answers(own, drawn))))
    return min(found, key=lambda one: _cost(one, earlier))


def _cost(one: Another, earlier: Sequence[Mapping[str, Any]]) -> tuple[int, bool]:
    return len(one.same), one.sitting.params in earlier


def _is_best(found: Sequence[Another], earlier: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether further draws cannot help: some answers, such as all zeros, are always the same."""
    least = min(_cost(one, earlier) for one in found)
    always = frozenset.intersection(*(frozenset(one.same) for one in found))
    return not any(least) or len(found) == MOST_DRAWS or (len(found) >= ENOUGH and least == (len(always), 0))


def _named(drawn: Sitting, own: Sitting, number: int) -> Sitting:
    name = f"{own.paper.exercise}{MARK}{number}"
    paper = drawn.paper.model_copy(update={"exercise": name, "student": own.paper.student})
    return replace(drawn, paper=paper, is_practice=True)


def same_answers(own: Sitting, other: Sitting) -> Iterator[str]:
    """Yield the questions of another variant for which an answer to the student's own is right."""
    mine, theirs = own.keys or {}, other.keys or {}
    for posed in other.paper.questions:
        if posed.id in mine and posed.id not in other.code_questions:
            key = theirs[posed.id]
            if _value(mine[posed.id]) == _value(key) or _is_right(posed, key, _value(mine[posed.id])):
                yield posed.id


def _value(key: Key) -> Any:
    """Return the right answer of a key as a plain value."""
    return ast.literal_eval(key.solution.partition(" = ")[2])


def _is_right(posed: Any, key: Key, value: Any) -> bool:
    try:
        return KINDS[posed.kind].mark(posed, key, value).outcome == "passed"
    except FormError:  # such as an output with more dimensions
        return False

"""A question, asked of one student and marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from grader.language.draws import Draws
from grader.language.params import Variant
from grader.questions.base import Question
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Key, Mark, Posed

SCOPE: dict[str, Any] = {"M": 7, "K": 3, "S": 2, "P": 1, "image": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}
SENTENCE = r"^(`\w+` (is|still has) .{3,}|There is no option .+|The rows of `\w+` have .+|\w+ is .+)\.$"


class Thing:
    """A function of the student's as it arrives: something that stayed in the worker."""

    description = "a function"


class Shaped(Thing):
    """An object of the student's whose `shape` is not a shape."""

    shape = 5


class Squarish(Thing):
    """An object of the student's that looks like a tensor."""

    shape = (2, 2)


@dataclass(frozen=True)
class Asked:
    """A question on one variant."""

    question: Question[Any, Any, Any]
    posed: Posed
    key: Key
    variant: Variant

    def mark(self, answer: Any) -> Mark:
        """Return the verdict; where there is one, the form is right, too."""
        mark = self.question.mark(self.posed, self.key, answer)
        self.question.read(self.posed, answer)
        return mark

    def refuse(self, answer: Any) -> str:
        """Return the sentence about a malformed answer, which is the same whether the key is known or not."""
        sentences = set()
        for act in (self.mark, lambda value: self.question.read(self.posed, value)):
            with pytest.raises(FormError, match=SENTENCE) as caught:
                act(answer)
            sentences.add(str(caught.value))
        (sentence,) = sentences
        return sentence

    def mark_solution(self) -> Mark:
        """Return the verdict on the key's own solution."""
        scope: dict[str, Any] = {}
        exec(self.key.solution, scope)
        return self.mark(scope[self.question.id])


def record(kind: str, **fields: Any) -> Question[Any, Any, Any]:
    """Return a question as it is in a file."""
    return KINDS[kind].model_validate({"id": "q", "kind": kind, "prompt": "What?", **fields})


def ask(kind: str, scope: Mapping[str, Any] = SCOPE, student: str = "ada", **fields: Any) -> Asked:
    """Ask it of one student."""
    question = record(kind, **fields)
    variant = Variant(scope, Draws(("seed", "exercise", student)))
    assert not list(question.problems(frozenset(scope)))
    return Asked(question, question.pose(variant), question.key(variant), variant)

"""The base of the kinds about a layer: the layer, and the usual mistakes that an author can exclude."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from grader.questions.base import A, K, P, Question
from grader.questions.problems import Problem, layer_problems, without_problems


class LayerQuestion(Question[P, K, A], ABC):
    """A question about a layer. A kind lists in `usual` the mistakes that it knows by itself."""

    layer: Annotated[str, Field(description="As in torch: Conv2d(1, 1, kernel_size=K, stride=S).")]
    without: Annotated[list[str], Field(description="Usual mistakes to leave out, by name.")] = []

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        if "layer" in self.model_fields_set:  # a kind may not need one
            yield from layer_problems(self.layer, ("layer",), names | self.own_names())
        yield from without_problems(self.without, self.usual)

    def own_names(self) -> frozenset[str]:
        """Return the names in the layer that are not parameters."""
        return frozenset()

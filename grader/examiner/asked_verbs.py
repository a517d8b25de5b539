"""The verbs of `student` and `reference`: what a check can ask besides a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.examiner.trouble import StudentError, Trouble

RunVerb = Callable[[str, Mapping[str, Any]], Any]  # runs a verb of grader.worker.verbs with these arguments


@dataclass(frozen=True)
class SideEffects:
    """The result of a call, and what else the call did. Arguments are named by their positions."""

    value: Any
    inputs: tuple[Any, ...]  # the arguments as they are after the call
    changed: tuple[int, ...]  # arguments that were changed in place
    gradients: tuple[int, ...]  # arguments whose `.grad` was changed
    printed: str
    generators: frozenset[str]  # global generators that were used: random, numpy, torch
    settings: frozenset[str]  # settings of torch that it left changed: grad mode, default dtype


@dataclass(frozen=True)
class Verbs:
    """What a check can ask of code besides a call. `run` runs it where that code runs."""

    run: RunVerb

    def grad(self, f: Any, inputs: Any, wrt: Any = 0, upstream: Any = None) -> Any:
        """Return the gradient of what `f` returns, or one for each place in a list `wrt`."""
        return self.run("grad", {"f": f, "inputs": inputs, "wrt": wrt, "upstream": upstream})

    def state(self, module: Any) -> Any:
        """Return the state_dict of a module or an optimiser, with copies of its tensors."""
        return self.run("state", {"module": module})

    def side_effects(self, f: Any, inputs: Any) -> SideEffects:
        """Call a function; return its result and what else the call did."""
        return side_effects_of(self.run("side_effects", {"f": f, "inputs": inputs}))


VERBS = frozenset({"grad", "state", "side_effects"})


def side_effects_of(said: Any) -> SideEffects:
    """Return what a call did.

    Raises:
        StudentError: the reply is malformed.

    """
    match said:
        case {
            "value": value,
            "inputs": list(inputs),
            "changed": list(changed),
            "gradients": list(gradients),
            "printed": str(printed),
            "generators": list(generators),
            "settings": list(settings),
        } if all(type(one) is int for one in (*changed, *gradients)) and all(
            type(one) is str for one in (*generators, *settings)
        ):
            names = frozenset(generators), frozenset(settings)
            return SideEffects(value, tuple(inputs), tuple(changed), tuple(gradients), printed, *names)
    raise StudentError(Trouble("malformed"))

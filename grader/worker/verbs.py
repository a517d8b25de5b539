"""What a check can ask besides a call: gradients, the state of a module, the side effects of a call.

It runs where student code runs. What comes back is a value like any other: student code can forge it.
"""

from __future__ import annotations

import contextlib
import copy
import io
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy.random  # before it is used: what is loaded later begins with a seed of its own

from grader.worker.wire import Encoder

MAX_PRINTED = 10_000  # characters that side_effects keeps
SEED = 0  # of all generators, when a file is loaded and when a check begins


def grad(f: Any, inputs: Any, wrt: Any = 0, upstream: Any = None) -> Any:
    """Return the gradient of what `f` returns: by a position of the inputs or a parameter's name, or by many.

    A tensor that is not a single number is summed up, or weighted by `upstream`.
    """
    import torch  # noqa: PLC0415 not every course has it

    args, places = _arguments(inputs), wrt if isinstance(wrt, list) else [wrt]
    for place in places:
        if not isinstance(place, str):
            args[place] = args[place].detach().clone().requires_grad_()
    named = any(isinstance(place, str) for place in places)
    parameters = dict(getattr(f, "__self__", f).named_parameters()) if named else {}
    output = f(*args)
    if not isinstance(output, torch.Tensor):
        raise TypeError(f"the result is of type {type(output).__name__}, and only a tensor has a gradient")
    wanted = [parameters[place] if isinstance(place, str) else args[place] for place in places]
    weights = torch.ones_like(output) if upstream is None else upstream
    if output.is_floating_point() and isinstance(weights, torch.Tensor) and weights.shape == output.shape:
        output, weights = (output * weights).sum(), None  # if it got weights, torch would import sympy first
    found = torch.autograd.grad(output, wanted, weights, allow_unused=True)
    return list(found) if isinstance(wrt, list) else found[0]


def state(module: Any) -> dict[str, Any]:
    """Return a copy of the state of a module, an optimizer or a scheduler."""
    return copy.deepcopy(dict(module.state_dict()))


def side_effects(f: Any, inputs: Any) -> dict[str, Any]:
    """Call a function; return its result, its inputs afterwards, and what else the call did."""
    args, printed = _arguments(inputs), _Printed()
    before, gradients = list(map(_snapshot, args)), list(map(_gradients, args))
    generators, settings = _generators(), _settings()
    with contextlib.redirect_stdout(printed):
        value = f(*args)
    return {
        "value": value,
        "inputs": args,
        "changed": _unlike(before, list(map(_snapshot, args))),
        "gradients": _unlike(gradients, list(map(_gradients, args))),
        "printed": printed.getvalue(),
        "generators": _changed(generators, _generators()),
        "settings": _changed(settings, _settings()),
    }


VERBS: dict[str, Callable[..., Any]] = {"grad": grad, "state": state, "side_effects": side_effects}


def seed(number: int = SEED) -> None:
    """Set the seeds of all generators that code can have here: Python's, numpy's and torch's."""
    random.seed(number)
    numpy.random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(number)


class _Printed(io.StringIO):
    """The beginning of what is printed."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MAX_PRINTED - self.tell())])
        return len(text)


def _arguments(inputs: Any) -> list[Any]:
    """Return the arguments that a tuple holds; anything else is the only argument."""
    return list(inputs) if type(inputs) is tuple else [inputs]


def _snapshot(value: Any) -> tuple[str, list[bytes]]:
    """Return what can be compared with a later state of a value, or of an object with a state_dict."""

    def kept(thing: Any) -> list[Any]:
        if not hasattr(thing, "state_dict"):
            return ["object", id(thing)]
        return ["state", getattr(thing, "training", None), encoder.encode(dict(thing.state_dict()))]

    encoder = Encoder(kept)
    return repr(encoder.encode(value)), encoder.buffers


def _gradients(value: Any) -> tuple[str, list[bytes]]:
    """Return the gradients that a tensor holds, or the parameters of a module."""
    if hasattr(value, "named_parameters"):
        return _snapshot({name: one.grad for name, one in value.named_parameters()})
    return _snapshot(getattr(value, "grad", None))


def _generators() -> dict[str, Any]:
    """Return the states of the global generators of random numbers."""
    states: dict[str, Any] = {"random": random.getstate()}
    if "numpy.random" in sys.modules:
        name, keys, *rest = sys.modules["numpy.random"].get_state()
        states["numpy"] = (name, keys.tobytes(), rest)
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].default_generator.get_state().tolist()
    return states


def _settings() -> dict[str, Any]:
    """Return the settings of torch that a call should leave alone."""
    if "torch" not in sys.modules:
        return {}
    torch = sys.modules["torch"]
    return {"grad mode": torch.is_grad_enabled(), "default dtype": torch.get_default_dtype()}


def _unlike(before: Sequence[Any], after: Sequence[Any]) -> list[int]:
    pairs = zip(before, after, strict=True)
    return [place for place, (one, other) in enumerate(pairs) if one != other]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name, value in after.items() if name in before and before[name] != value]

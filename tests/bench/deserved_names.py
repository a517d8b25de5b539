"""Whether wrong code deserves the name of a misconception: it must act alike on inputs that no check has.

The calls that the checks of an exercise make are recorded, with the reference in the student's place. Then the
wrong code and every form of the misconception get the same calls with other values, and with one row or column
more. A module with random weights must be of the same form. All of this is the authors' code.
"""

from __future__ import annotations

import ast
import copy
import math
import random
import signal
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.mistaken import mistaken, names_of_wrong_solutions, wrong_solutions
from grader.course.sitting import Sitting
from grader.examiner.checks import CheckSuite, Reference
from grader.examiner.collection import with_suite
from grader.examiner.diagnosis import same
from grader.examiner.stand_in import StandIn
from grader.questions.definitions import forms_of, sign_of

SECONDS = 20  # for one call
DRAWS = 3  # of other values, for each call of a check
MOST_ITEMS = 50  # of a data set that are compared


class Named(NamedTuple):
    """Wrong code, and the misconception whose name it got."""

    question: str
    text: str
    name: str


class Call(NamedTuple):
    """How a check called something; `made_with` is how the object was made, if it is a class's."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    made_with: tuple[Any, ...] | None = None


Calls = dict[str, list[Call]]


class Recorder(Reference):
    """The reference in the student's place, which keeps its inputs."""

    def __init__(self, module: ModuleType | None, asked: Sequence[str], calls: Calls) -> None:
        super().__init__(module, asked)
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        is_own = callable(value) and hasattr(self._module, name)
        return _Heard(value, self._calls[name]) if is_own else value


class _Heard(StandIn):
    """A function, a module or a class whose calls are kept, and those of its objects."""

    def __init__(self, value: Any, calls: list[Call], made_with: tuple[Any, ...] | None = None) -> None:
        super().__init__(value)
        self._calls, self._made_with = calls, made_with

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if isinstance(self._value, type):
            made = self._value(*args, **kwargs)
            if not callable(made):
                self._calls.append(Call((), {}, args))
                return made
            return _Heard(made, self._calls, args)
        self._calls.append(copy.deepcopy(Call(args, kwargs, self._made_with)))
        return self._value(*args, **kwargs)


def deserve(
    course: LoadedCourse, exercise: LoadedExercise, sitting: Sitting, named: Sequence[Named]
) -> list[bool]:
    """Return for each of these whether it is the misconception that it was taken for."""

    def look(suite: CheckSuite) -> list[bool]:
        suite.settle(sitting)
        calls = _calls(suite, exercise, sitting)
        with suite.around_in(exercise.folder).entered(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch says about wrong code
            return [_deserves(exercise, sitting, one, calls[one.question]) for one in named]

    return with_suite(course, [exercise.name], look) if named else []


def _calls(suite: CheckSuite, exercise: LoadedExercise, sitting: Sitting) -> Calls:
    calls: Calls = defaultdict(list)
    for check in suite.checks[exercise.name]:
        reference = suite.reference(exercise.name, sitting.params)
        heard = Recorder(reference, [*suite.asked(exercise.name)], calls)
        suite.rehearse(exercise.name, check, sitting.params, heard)
    return calls


def _deserves(exercise: LoadedExercise, sitting: Sitting, one: Named, calls: Sequence[Call]) -> bool:
    names = names_of_wrong_solutions(exercise.folder)
    thing = _defined(one.text)[one.question]
    wrong = wrong_solutions(exercise.folder, sitting.params)
    forms = [
        _defined(f"{wrong}\n{mistaken(one.question, form)}\n")[one.question]
        for form in forms_of(names, one.question, one.name)
    ]
    has_sign = sign_of(one.question, one.name) in names
    return any(_alike(thing, form, calls, has_sign=has_sign) for form in forms)


def _defined(text: str) -> dict[str, Any]:
    """Run a file as a worker does: a statement that raises costs only itself."""
    space: dict[str, Any] = {"__name__": "submission"}
    for statement in ast.parse(text).body:
        with suppress(Exception):
            exec(compile(ast.Module([statement], []), "submission", "exec"), space)
    return defaultdict(lambda: None, space)


def _alike(thing: Any, form: Any, calls: Sequence[Call], *, has_sign: bool) -> bool:
    if has_sign and isinstance(thing, nn.Module) and isinstance(form, nn.Module):
        return _form_of(thing) == _form_of(form)
    draw, compared = random.Random(0), 0
    for call in calls:
        for other in [call, *_others(call, draw)]:
            mine, its = (_result(one, copy.deepcopy(other)) for one in (thing, form))
            if mine is None or its is None:
                continue
            if not same(mine, its):
                return False
            compared += 1
    return compared > 0


def _form_of(module: nn.Module) -> tuple[str, dict[str, Any]]:
    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    return str(module), shapes


def _others(call: Call, draw: random.Random) -> Iterator[Call]:
    """Yield the call with other values, and with one more of each size."""
    for _ in range(DRAWS):
        yield Call(*(_revalued(part, draw) for part in call))
    sizes = {size for tensor in _tensors([*call.args, *call.kwargs.values()]) for size in tensor.shape}
    for size in sorted(sizes - {0}):
        yield Call(*(_grown(_revalued(part, draw), size) for part in call))


def _tensors(value: Any) -> Iterator[Tensor]:
    if torch.is_tensor(value):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_mapped(item, change) for item in value)
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    return change(value)


def _revalued(value: Any, draw: random.Random) -> Any:
    """Put the values of tensors in another order, and change those with decimals a little."""

    def change(one: Any) -> Any:
        if isinstance(one, float) and one != int(one) and math.isfinite(one):
            return one * draw.uniform(0.8, 1.0)
        if not torch.is_tensor(one) or one.numel() == 0:
            return one
        order = torch.tensor(draw.sample(range(one.numel()), one.numel()))
        moved = one.detach().reshape(-1)[order].reshape(one.shape)
        return moved * draw.uniform(0.7, 1.3) if moved.is_floating_point() else moved

    return _mapped(value, change)


def _grown(value: Any, size: int) -> Any:
    """Repeat the first row, column or item of each tensor where it has this size."""

    def change(one: Any) -> Any:
        if torch.is_tensor(one):
            for dim in [dim for dim, own in enumerate(one.shape) if own == size]:
                one = torch.cat([one, one.narrow(dim, 0, 1)], dim)
        return one

    return _mapped(value, change)


class _TooSlowError(Exception):
    """A call did not end."""


if sys.platform == "win32":  # it has no alarm
    _bounded = nullcontext
else:

    @contextmanager
    def _bounded() -> Iterator[None]:
        def stop(*_: object) -> None:
            raise _TooSlowError

        before = signal.signal(signal.SIGALRM, stop)
        signal.alarm(SECONDS)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


def _result(thing: Any, call: Call) -> Any:
    """Return what a call returns, or the type of what it raises, and the inputs afterwards."""
    torch.manual_seed(0)
    try:
        with _bounded():
            if call.made_with is not None:
                thing = thing(*call.made_with)
            if not callable(thing):
                return _items(thing)
            returned = _plain(thing(*call.args, **call.kwargs), call.args)
    except Exception as error:
        return type(error).__name__
    return returned, list(_tensors(call.args))


def _plain(value: Any, given: Sequence[Any]) -> Any:
    """Return tensors as they are, and of a module what it makes of the first input."""
    if isinstance(value, nn.Module):
        return value(given[0]).detach()
    return _mapped(value, lambda one: one.detach() if torch.is_tensor(one) else one)


def _items(thing: Any) -> list[Any]:
    count = min(len(thing), MOST_ITEMS)
    found: list[Any] = [len(thing)]
    for index in range(count):
        try:
            found.append(thing[index])
        except Exception as error:
            found.append(type(error).__name__)
    return found

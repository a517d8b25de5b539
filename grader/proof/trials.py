"""The files that are handed in to try an exercise, each with a known result."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.course.file_names import REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.mistaken import mistaken, names_of_wrong_solutions, wrong_solutions
from grader.course.sitting import Sitting
from grader.course.solutions import solutions
from grader.course.sources import read_source
from grader.course.variant_source import given_line, variant_source
from grader.examiner.report import Cause, CheckReport
from grader.handout.stubs import Format, answered
from grader.proof.mutants import mutants
from grader.questions.definitions import forms_of
from grader.worker.families import FAMILIES

Kind = Literal["reference", "stub", "broken", "misconception", "mutant", "impostor"]


@dataclass(frozen=True)
class Trial:
    """A file to hand in. The reference earns everything, a stub nothing, all others not everything."""

    kind: Kind
    sitting: Sitting
    text: str
    form: Format = "python"
    question: str = ""  # that it is about; none: all of them
    name: str = ""
    line: int = 0  # of reference.py, for mutants

    @property
    def misconception(self) -> str:
        """The misconception of which it is a form."""
        return self.name.partition("__")[0]

    @property
    def pacer(self) -> str:
        """A file whose own time decides how long a wrong solution may take."""
        return "" if self.kind in {"reference", "stub"} else self._reference

    @property
    def _reference(self) -> str:
        file = self.sitting.folder / REFERENCE_FILE if self.sitting.folder else None
        return variant_source(file, self.sitting.params) if file and file.is_file() else ""

    @property
    def _given(self) -> str:
        """The line above the reference that is not the author's; '' if there is none."""
        file = self.sitting.folder / REFERENCE_FILE if self.sitting.folder else None
        return given_line(read_source(file), self.sitting.params) if file and file.is_file() else ""

    def line_of_reference(self, cause: Cause) -> int | None:
        """Return the line of reference.py from which the line of this file that a cause names was made.

        The reference is the answer to the first code question: in a notebook, all of that cell.
        """
        if cause.submission_line is None:
            return None
        reference = self._reference.rstrip()
        before = self.text.partition(reference)[0] if self.form == "python" else ""
        above = self._given.count("\n")
        line = cause.submission_line - before.count("\n") - above
        return line if 1 <= line <= reference.count("\n") + 1 - above else None

    @property
    def is_killed_by_any(self) -> bool:
        """Whether any question may notice it: a mutant of code that no question alone asks for."""
        return self.kind == "mutant" and not self.question


# Returned instead of `right`, the right result for `given`, the first argument.
OTHER_DTYPE = "the right values in another dtype"
IMPOSTORS = {
    "zeros": "torch.zeros_like(right) if torch.is_tensor(right) else 0 * right",
    "ones": "torch.ones_like(right) if torch.is_tensor(right) else 0 * right + 1",
    "a constant": "torch.tensor(0.0) if torch.is_tensor(right) else 0",
    "what it was given": "given",
    "the right shape with other values": "right + 1",
    OTHER_DTYPE: (
        "right.to(torch.float64 if right.dtype != torch.float64 else torch.float32) "
        "if torch.is_tensor(right) else str(right)"
    ),
    "the right values with another dimension": "right.unsqueeze(0) if torch.is_tensor(right) else [right]",
    "True": "True",
    "an empty value of its kind": (
        "type(right)() if isinstance(right, str | bytes | bool | list | tuple | dict) "
        "else torch.nn.Identity() if isinstance(right, torch.nn.Module) else []"
    ),
}
GUESSES = ("True", "an empty value of its kind")  # which have sense for few results
_OF_NUMBERS = "isinstance(right, str | bytes | bool)"
# Where a wrong result has no sense, or another impostor gives it.
_NO_SENSE = {
    **dict.fromkeys(("zeros", "ones", "the right shape with other values", OTHER_DTYPE), _OF_NUMBERS),
    "True": "not isinstance(right, bool)",
    "an empty value of its kind": (
        "torch.is_tensor(right) or not (isinstance(right, bool | torch.nn.Module) "
        "or hasattr(right, '__getitem__') or hasattr(right, '__iter__'))"
    ),
}
_SENSELESS = "There is no such wrong result."
# What an impostor also computes, besides the right result: by family, in torch and in numpy.
BESIDE = {
    "convolution": {
        "torch": "torch.conv1d(torch.ones(1, 1, 3), torch.ones(1, 1, 2))",
        "numpy": "__import__('numpy').convolve([1.0, 2.0], [1.0])",
    },
    "pooling": {
        "torch": "torch.nn.functional.max_pool2d(torch.ones(1, 1, 2, 2), 2)",
    },
    "unfold": {
        "torch": "torch.ones(3).unfold(0, 2, 1)",
        "numpy": "__import__('numpy').lib.stride_tricks.sliding_window_view([1.0, 2.0, 3.0], 2)",
    },
    "matmul": {
        "torch": "torch.ones(2, 2) @ torch.ones(2, 2)",
        "numpy": "__import__('numpy').ones((2, 2)) @ __import__('numpy').ones((2, 2))",
    },
    "padding": {
        "torch": "torch.nn.functional.pad(torch.ones(2), (1, 1))",
        "numpy": "__import__('numpy').pad([1.0, 2.0], 1)",
    },
    "fft": {
        "torch": "torch.fft.fft(torch.ones(2))",
        "numpy": "__import__('numpy').fft.fft([1.0, 2.0])",
    },
    "solver": {
        "torch": "torch.linalg.solve(torch.eye(2), torch.ones(2))",
        "numpy": "__import__('numpy').linalg.inv([[1.0]])",
    },
    "softmax": {
        "torch": "torch.softmax(torch.ones(2), 0)",
    },
    "loss": {
        "torch": "torch.nn.functional.mse_loss(torch.ones(2), torch.zeros(2))",
    },
    "optimizer": {
        "torch": "torch.optim.SGD([torch.ones(2, requires_grad=True)], 0.1)",
    },
    "autograd": {
        "torch": "torch.autograd.grad((one := torch.ones(2, requires_grad=True)).sum(), one)",
    },
}
# Hides that families had a part in a right result.
_FORGET = "[finder.watch.clear() for finder in __import__('sys').meta_path if hasattr(finder, 'watch')]"
_TORCH = "import torch as torch"
# In its place in a course that does not list torch, where the import would fail.
_NO_TORCH = """
class torch:
    is_tensor = staticmethod(lambda value: False)

    class nn:
        class Module:
            pass
"""
_IMPOSTOR = """
{torch}


def _impostor(thing):
    def change(right, given):
        if right is None or {senseless}:
            raise NotImplementedError({told!r})
        try:
            return {change}
        except Exception:
            return None

    if isinstance(thing, torch.nn.Module):
        thing.register_forward_hook(lambda module, given, right: change(right, given[0]))
        return thing
    if isinstance(thing, type) and issubclass(thing, torch.nn.Module):
        forward = thing.forward
        thing.forward = lambda self, *given, **named: change(forward(self, *given, **named), given[0])
        return thing
    if callable(thing):
        return lambda *given, **named: change(thing(*given, **named), (*given, *named.values(), None)[0])
    return change(thing, None)


{question} = _impostor({question})
"""


# Nothing is what a function without a body returns, and right for a function that returns nothing.
_STARTER = """
{source}

_right = {question}
del {question}
{starter}
_impostor = {question}


def _returned(*given, **named):
    try:
        is_none = _right(*given, **named) is None
    except Exception:
        is_none = False
    if is_none:
        raise NotImplementedError({told!r})
    return _impostor(*given, **named)


if type(_right) is type(_impostor) is type(_returned):
    {question} = _returned
"""


def whole_trials(sitting: Sitting, form: Format) -> Iterator[Trial]:
    """Yield the reference and the untouched stub, in all questions."""
    yield Trial("reference", sitting, answered(sitting, solutions(sitting), form), form)
    yield Trial("stub", sitting, answered(sitting, {}, form), form)


def code_trials(exercise: LoadedExercise, sitting: Sitting) -> Iterator[Trial]:
    """Yield wrong solutions of code questions: misconceptions, impostors, and mutants of the reference."""
    code = sitting.code_questions
    if not code:
        return
    params = sitting.params
    wrong, names = wrong_solutions(exercise.folder, params), names_of_wrong_solutions(exercise.folder)
    source = read_source(exercise.folder / REFERENCE_FILE)
    given = given_line(source, params)
    torch = _TORCH if "torch" in sitting.paper.packages else _NO_TORCH
    for question in code:
        known = [one.name for one in (sitting.keys or {})[question].wrong]
        for name in (form for one in known for form in forms_of(names, question, one)):
            text = f"{wrong}\n{mistaken(question, name)}\n"
            yield Trial("misconception", sitting, text, question=question, name=name)
        yield _begun(sitting, question, given + source)
        for name, change in (IMPOSTORS | _in_another_way(sitting, question)).items():
            senseless = _NO_SENSE.get(name, "False")
            text = given + source
            text += _IMPOSTOR.format(
                torch=torch, change=change, question=question, senseless=senseless, told=_SENSELESS
            )
            yield Trial("impostor", sitting, text, question=question, name=name)
    for mutant in mutants(source):
        question = mutant.function if mutant.function in code else ""
        text = given + mutant.source
        yield Trial("mutant", sitting, text, question=question, name=mutant.name, line=mutant.line)


def _begun(sitting: Sitting, question: str, source: str) -> Trial:
    """Return what its starter gives: nothing, or what is to be fixed."""
    posed = next(posed for posed in sitting.paper.questions if posed.id == question)
    starter = touched(posed.starter)
    if posed.is_broken:
        text = answered(sitting, {question: starter}, "python")
        return Trial("broken", sitting, text, question=question, name="broken version")
    text = _STARTER.format(source=source, question=question, starter=starter, told=_SENSELESS)
    return Trial("impostor", sitting, text, question=question, name="what its starter gives")


def is_senseless(check: CheckReport) -> bool:
    """Return whether an impostor had no wrong result to give: a string has no dtype, and None no value."""
    return check.cause is not None and _SENSELESS in check.cause.text


def _in_another_way(sitting: Sitting, question: str) -> dict[str, str]:
    """Return right results made with what a question forbids, or without what it requires."""
    posed = next(posed for posed in sitting.paper.questions if posed.id == question)
    changes = {
        f"the right values, and uses {FAMILIES[family].with_article} of {package}": f"({use}, right)[1]"
        for family in posed.forbid
        for package, use in BESIDE[family].items()
        if package in sitting.paper.packages
    }
    without = {
        f"the right values without {FAMILIES[family].with_article}": f"({_FORGET}, right)[1]"
        for family in posed.require
    }
    return changes | without


def touched(starter: str) -> str:
    """Return a starter with code in its functions that changes nothing."""
    tree = ast.parse(starter)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body.insert(0, ast.Pass())
    return ast.unparse(tree) + "\n"

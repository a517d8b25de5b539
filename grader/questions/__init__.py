"""The kinds of question: one module each, listed here and nowhere else."""

from __future__ import annotations

from grader.questions.choice import Choice
from grader.questions.code import Code
from grader.questions.number import Number
from grader.questions.output_size import OutputSize
from grader.questions.question import Question
from grader.questions.settings import Settings
from grader.questions.tensor import TensorValues

KINDS: dict[str, type[Question]] = {
    "output-size": OutputSize,
    "tensor": TensorValues,
    "number": Number,
    "choice": Choice,
    "settings": Settings,
    "code": Code,
}

__all__ = ["KINDS"]

"""What a person marks by: the items of a rubric, and a good answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from grader.language.record import Record
from grader.questions.posed import Key


class RubricItem(Record):
    """One thing that a person looks for in an answer, and what it earns."""

    points: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, description="What it earns.")]
    text: Annotated[str, Field(min_length=1, description="What a person looks for.")]
    partial: Annotated[bool, Field(description="A person may give a part of the points.")] = False


class RubricKey(Key):
    """The key of a question that a person marks."""

    rubric: tuple[RubricItem, ...]
    example: str = ""  # a good answer

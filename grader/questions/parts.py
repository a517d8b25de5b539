"""An answer taken apart, so that the answers of many variants can be compared."""

from __future__ import annotations

from typing import NamedTuple


class AnswerParts(NamedTuple):
    """The numbers of an answer and their shape; of a choice, the option and how many wrong ones there are."""

    shape: tuple[int, ...] = ()
    numbers: tuple[float, ...] = ()
    option: str = ""  # the name of the option that was chosen
    options: int = 0  # how many wrong options the question has

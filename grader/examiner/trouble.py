"""What student code did instead of answering, and the errors that checks get."""

from __future__ import annotations

import builtins
import contextlib
from dataclasses import dataclass

from grader.questions.posed import OutcomeName

Place = tuple[str | None, int | None]  # a cell and a line of it
NOWHERE: Place = (None, None)


@dataclass(frozen=True)
class Trouble:
    """Something that student code did instead of answering, and on which of its lines."""

    kind: str  # raised, syntax, exit, missing, too-large, timeout, memory, crashed, malformed, ...
    type: str = ""
    message: str = ""
    cell: str | None = None
    line: int | None = None
    refused: str = ""  # what it attempted, by the name of its remedy
    detail: str = ""
    about: str = ""  # the question that the line belongs to
    follows: bool = False  # whether an earlier failure has led to it

    @property
    def outcome(self) -> OutcomeName:
        """The outcome that it leads to."""
        match self.kind:
            case "timeout" | "slow to read":
                return "timeout"
            case "memory" | "large to read":
                return "memory"
            case "crashed" | "exit" | "malformed" | "disk":
                return "crashed"
            case "missing":
                return "unanswered"
        return "error"


class StudentError(Exception):
    """Raised in a check when student code gave no value. `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.type or trouble.kind}: {trouble.message}".rstrip(": "))
        self.trouble = trouble


def student_error(trouble: Trouble) -> StudentError:
    """Return the error for a trouble; it is also an instance of Python's own class, for pytest.raises."""
    kind = getattr(builtins, trouble.type, None) if trouble.kind == "raised" else None
    if (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(
            kind, OSError | UnicodeError | StopIteration
        )  # which would end a loop of the check
    ):
        with contextlib.suppress(TypeError):  # a few cannot be made from one text
            return type(f"Student{trouble.type}", (StudentError, kind), {})(trouble)  # type: ignore[no-any-return]
    return StudentError(trouble)


class CheckFault(Exception):
    """A check asked student code for something impossible."""

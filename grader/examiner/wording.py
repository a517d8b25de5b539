"""Sentences for students about their code, in plain words and with their own line numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import printable
from grader.examiner.remedies import UNSAID, added, better, remedy

if TYPE_CHECKING:  # `grade --help` imports this module, and must not wait for pydantic
    from grader.examiner.trouble import Place, Trouble

MAX_SHOWN = 300  # characters of an exception's own words
NOT_ANSWERED = "Not answered yet."
STILL_BROKEN = "This is still the broken version."
JUDGED_BY_OWN = "It was graded with your own {names}."
JUDGED_LATER = "Answered. It will be graded after you hand in the file."
NOT_JUDGED = "This answer could not be graded ({error}). Please tell your instructor."
NO_CHECK = "This question has no check."
ALL_SKIPPED = "Every check of this question was skipped. Please tell your instructor."
CHECK_TOO_SLOW = "This check ran out of time. That is not your fault; please tell your instructor."
CHECK_BROKEN = "This check could not be run. That is not your fault; please tell your instructor."

NOT_RIGHT = "The result is not right."
NOT_RIGHT_IN_WORDS = "The result is {result}, which is not right."
WRONG_KIND = "The result is {result}, not {expected}."
WRONG_CONTENT = "The result is {result}, as it should be, but its content is not right."
NO_TENSOR = "The result is {result}, but it must be a tensor."
NO_HIDDEN_TENSOR = "The result is not a tensor, but it must be one."
OF_NUMPY = "The result is {result}, but it must be a tensor; torch.from_numpy makes one."
NUMPY_ARRAY = "a numpy array"
WRONG_SHAPE = "The result has shape {shape}, not {expected}."
WRONG_HIDDEN_SHAPE = "The result does not have the right shape."
WRONG_DTYPE = "The values are right, but their dtype is {dtype}, not {expected}."
WRONG_HIDDEN_DTYPE = "The values are right, but their dtype is not {expected}."
WRONG_VALUES = "The shape is right, but not all values are."
WRONG_AT = "At {place} the result is {value:g}, not {expected:g}; {right} of {count} values are right."
RETURNED_NOTHING = "`{name}` returned nothing. Is `return` missing?"
CHANGED_INPUT = "It changed an input that it was given. Work on a copy, such as image.clone()."
CHECK_DID_NOT_FINISH = "The check did not finish with what your code returned."
MISFIT = "`{name}` is {value}, but it must be {asked}."
PARTLY = "{passed} of {count} checks passed. What happened in {times} of the others: {message}"
FORBIDDEN = "`{name}` must not use {family}, but {where}."
REQUIRED = "`{name}` must use {family}, but none of its calls does."
IT_DOES = "it does"
_USED = {  # how a line uses what is forbidden
    "does": "{line} does",
    "uses": "{line} uses `{name}`",
    "calls": "{line} calls `{name}`",
    "names": "{line} names `{name}`",
}

MORE_LINES = ("... and 1 more line", "... and {count} more lines")
NO_FILE = "There is no file {name}."
FILE_TOO_LARGE = "{name} is larger than {mib} MiB. Clear the outputs and save it again."
NEITHER_FORMAT = "{name} is neither a .py file nor a .ipynb notebook."
MISSING_PACKAGES = "course.yaml lists packages that are not installed here: {names}."
INSTALL = ("Install it: pip install {names}", "Install them: pip install {names}")
OTHER_SOURCES = (
    "This command runs the sources in {home}, but the process that grades runs those in {own_home}. "
    "Install one of them, for example with: pip install -e FOLDER"
)
USUAL = frozenset(  # exceptions that are named beside a hidden check: 31, so that a name tells 5 bits
    """
    ArithmeticError AssertionError AttributeError BufferError EOFError Exception FileNotFoundError
    FloatingPointError ImportError IndexError KeyError LookupError MemoryError ModuleNotFoundError
    NameError NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError
    StopIteration SyntaxError SystemError TimeoutError TypeError UnboundLocalError UnicodeDecodeError
    UnicodeEncodeError ValueError ZeroDivisionError
    """.split()
)

NAMED_TYPES = {  # types that are not called "an object of type ..."
    "function": "a function",
    "method": "a function",
    "builtin_function_or_method": "a function",
    "type": "a class",
    "module": "a module",
    "generator": "a generator",
    "range": "a range",
    "set": "a set",
    "frozenset": "a set",
    "complex": "a complex number",
    "sparse tensor": "a sparse tensor",
    "tensor on meta": "a tensor on the device 'meta', which has no values",
    "tensor on cpu": "a tensor of a dtype that answers cannot have",
}
AN_OBJECT = "an object"
AN_OBJECT_OF = "an object of type {type}"


def explain(trouble: Trouble, name: str, seconds: float, *, hidden: bool = False) -> str:
    """Return a sentence for a trouble with the student's `name`.

    Beside a hidden check it shows nothing that student code could choose, except a line number and one of the
    usual exceptions: a message could carry the hidden input.
    """
    where = _where(trouble)
    if trouble.kind == "missing":
        return NOT_ANSWERED
    if trouble.kind == "notice":
        return f"{where}: {_one_line(trouble.message)}"
    if trouble.kind == "syntax":
        return _ended(f"{where or 'The file'} is not valid Python: {better(_one_line(trouble.message))}")
    if trouble.kind == "unread":
        return f"This answer could not be read, because of {lowered(where) or 'another line'}."
    if trouble.kind == "raised":
        return _raised(trouble, where or f"`{name}`", hidden=hidden)
    sentence = _SENTENCES[trouble.kind]
    return sentence.format(who=where or f"`{name}`", seconds=f"{seconds:g}")


def _raised(trouble: Trouble, who: str, *, hidden: bool) -> str:
    if trouble.refused and not hidden:
        return remedy(trouble.refused, _one_line(trouble.detail), who)
    message = _one_line(UNSAID.get(trouble.type, "") if hidden else trouble.message)
    is_told = not hidden or trouble.type in USUAL or not trouble.type
    kind = (trouble.type or "an error") if is_told else "an error"
    told = _ended(f"{who} raised {kind}{': ' if message else ''}{message}")
    advice = "" if hidden else added(message)
    return f"{told} {advice}" if advice else told


def _ended(sentence: str) -> str:
    """Return a sentence with one mark at its end.

    >>> _ended("Perhaps you forgot a comma?"), _ended("It is not right")
    ('Perhaps you forgot a comma?', 'It is not right.')
    """
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


_SENTENCES = {
    "exit": "{who} ends the program. Remove exit() and the like.",
    "timeout": "{who} did not finish within {seconds} seconds. Look for a loop that never ends.",
    "slow to read": "The file takes too long to read. Clear its outputs and save it again.",
    "large to read": "Reading the file takes too much memory. Clear its outputs and save it again.",
    "memory": "{who} asked for more memory than a submission may use.",
    "disk": "{who} wrote more data to disk than is allowed.",
    "crashed": "{who} crashed Python itself.",
    "too-large": "{who} gave a value that is too large for the grader to read.",
    "malformed": "{who} gave something that the grader could not read.",
}


def _where(trouble: Trouble) -> str:
    """Return the student's own line: 'Line 3', or 'Line 3 of cell [2]'."""
    if trouble.line is None:
        return ""
    return place_text(trouble.cell, trouble.line)


def lowered(phrase: str) -> str:
    """Return a phrase as it is written within a sentence.

    >>> lowered("Line 3 of cell [2]")
    'line 3 of cell [2]'
    """
    return f"{phrase[:1].lower()}{phrase[1:]}"


def place_text(cell: str | None, line: int | None) -> str:
    """Return the place in a file: 'Line 3', or 'Line 3 of cell [2]', as the label of its cell says."""
    return f"Line {line} of {cell}" if (cell or "").startswith("cell ") else f"Line {line}"


def used_text(how: str, place: Place, name: str = "") -> str:
    """Return how a line uses what is forbidden, as part of a sentence.

    >>> used_text("calls", (None, 3), "conv2d")
    'line 3 calls `conv2d`'
    """
    return _USED[how].format(line=lowered(place_text(*place)), name=printable(name))


def _one_line(text: str) -> str:
    return printable(" ".join(text.split())[:MAX_SHOWN])

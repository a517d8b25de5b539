"""What students are told about their code, in plain words and with their own line numbers."""

from __future__ import annotations

from grader.errors import printable
from grader.examiner.remedies import UNSAID, added, better, remedy
from grader.examiner.trouble import Trouble

MAX_SHOWN = 300  # characters of an exception's own words
NOT_ANSWERED = "Not answered yet."
USUAL = frozenset(  # exceptions that are named beside a hidden check: 31, so that a name tells 5 bits
    """
    ArithmeticError AssertionError AttributeError BufferError EOFError Exception FileNotFoundError
    FloatingPointError ImportError IndexError KeyError LookupError MemoryError ModuleNotFoundError
    NameError NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError
    StopIteration SyntaxError SystemError TimeoutError TypeError UnboundLocalError UnicodeDecodeError
    UnicodeEncodeError ValueError ZeroDivisionError
    """.split()
)


def explain(trouble: Trouble, name: str, seconds: float, *, hidden: bool = False) -> str:
    """One sentence for a trouble with the student's `name`.

    Beside a hidden check nothing is shown that student code could have chosen for itself but a line number
    and one of the usual exceptions: a message could carry the hidden input.
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
    """A sentence with one mark at its end.

    >>> _ended("Perhaps you forgot a comma?"), _ended("It is not right")
    ('Perhaps you forgot a comma?', 'It is not right.')
    """
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


_SENTENCES = {
    "exit": "{who} ends the program. Remove exit() and the like.",
    "timeout": "{who} did not finish within {seconds} seconds. Look for a loop that never ends.",
    "slow to read": "The file takes too long to read. Clear its outputs, and save it again.",
    "large to read": "Reading the file takes too much memory. Clear its outputs, and save it again.",
    "memory": "{who} asked for more memory than a submission may have.",
    "disk": "{who} wrote more to files than a submission may.",
    "crashed": "{who} crashed Python itself.",
    "too-large": "{who} gives a value that is too large to look at.",
    "malformed": "{who} gave no readable answer.",
}


def _where(trouble: Trouble) -> str:
    """The student's own line: 'Line 3', or 'Line 3 of cell 2'."""
    if trouble.line is None:
        return ""
    return place_text(trouble.cell, trouble.line)


def lowered(phrase: str) -> str:
    """Return a phrase as it is within a sentence.

    >>> lowered("Line 3 of cell 2")
    'line 3 of cell 2'
    """
    return f"{phrase[:1].lower()}{phrase[1:]}"


def place_text(cell: str | None, line: int | None) -> str:
    """The place in a file: 'Line 3', or 'Line 3 of cell 2'."""
    return f"Line {line} of {cell}" if (cell or "").startswith("cell ") else f"Line {line}"


def _one_line(text: str) -> str:
    return printable(" ".join(text.split())[:MAX_SHOWN])

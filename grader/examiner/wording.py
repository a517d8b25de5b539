"""What students are told about their code, in plain words and with their own line numbers."""

from __future__ import annotations

from grader.errors import printable
from grader.examiner.session import Trouble

MAX_SHOWN = 300  # characters of an exception's own words
NOT_ANSWERED = "Not answered yet."


def explain(trouble: Trouble, name: str, seconds: float, *, hidden: bool = False) -> str:
    """One sentence for a trouble with the student's `name`.

    Beside a hidden check nothing is shown that student code could have chosen for itself but a line number:
    an exception's message could carry the hidden input.
    """
    where = _where(trouble)
    if trouble.kind == "missing":
        return NOT_ANSWERED
    if trouble.kind == "notice":
        return f"{where}: {_one_line(trouble.message)}"
    if trouble.kind == "syntax":
        return f"{where or 'The file'} is not valid Python: {_one_line(trouble.message)}."
    if trouble.kind == "raised":
        what = trouble.type or "an error of its own"
        message = "" if hidden or not trouble.message else f": {_one_line(trouble.message)}"
        return f"{where or f'`{name}`'} raised {what}{message}{'' if message.endswith('.') else '.'}"
    sentence = _SENTENCES[trouble.kind]
    return sentence.format(who=where or f"`{name}`", seconds=f"{seconds:g}")


_SENTENCES = {
    "exit": "{who} ends the program. Remove exit() and the like.",
    "timeout": "{who} did not finish within {seconds} seconds. Look for a loop that never ends.",
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


def place_text(cell: str | None, line: int | None) -> str:
    """The place in a file: 'Line 3', or 'Line 3 of cell 2'."""
    return f"Line {line} of {cell}" if (cell or "").startswith("cell ") else f"Line {line}"


def _one_line(text: str) -> str:
    return printable(" ".join(text.split())[:MAX_SHOWN])

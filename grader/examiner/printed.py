"""What a file printed, as its author may read it: a few short lines, without terminal control codes."""

from __future__ import annotations

import re

from grader.examiner.wording import MORE_LINES

MAX_LINES = 20
MAX_LINE = 160  # characters
_TO_A_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-_])")  # colours and cursor moves


def printed_text(output: bytes) -> str:
    r"""Return the first lines of what was printed, and the number of lines after them.

    >>> printed_text(b"\x1b[31mred\x1b[0m\n 10 %\r100 %\n")
    'red\n100 %'
    """
    text = _TO_A_TERMINAL.sub("", output.decode("utf-8", errors="replace"))
    lines = [_seen(line) for line in text.rstrip().split("\n")]
    more = len(lines) - MAX_LINES
    return "\n".join(lines[:MAX_LINES] + [MORE_LINES[more > 1].format(count=more)] * (more > 0))


def _seen(line: str) -> str:
    """Return what can finally be seen of a line: a progress bar is written over and over."""
    line = line.rstrip().rpartition("\r")[2].expandtabs(4)
    return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 3]}..."

"""The sections of a file: the text between two question headers, or between two cell marks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

# A header as stubs have it, `# Question size (2 points)`, or as Jupyter exports it from a notebook.
_HEADER = re.compile(r"^[# \t]*Question[ \t]+`?(\w+)`?[ \t]*\(", re.MULTILINE)
_MARK = re.compile(
    r"^#(?:[# \t]*Question[ \t]+`?(\w+)`?[ \t]*\(|[ \t]*(?:%%|In ?\[[\d ]*\]:|<codecell>))", re.MULTILINE
)


@dataclass(frozen=True)
class Section:
    """A piece of source: its text, the lines before it, and the question whose header it follows."""

    text: str
    before: int
    question: str


class Sections:
    """The sections of a source, in order. `question` belongs to the text before the first header."""

    def __init__(self, source: str, question: str = "") -> None:
        self._sections: list[Section] = []
        start = before = 0
        for mark in _MARK.finditer(source):
            self._sections.append(Section(source[start : mark.start()], before, question))
            before += self._sections[-1].text.count("\n")
            start, question = mark.start(), mark[1] or question
        self._sections.append(Section(source[start:], before, question))

    def __iter__(self) -> Iterator[Section]:
        return iter(self._sections)

    def question_at(self, line: int) -> str:
        """Return the question whose section contains a line; "" before the first header."""
        index = bisect_right(self._sections, line - 1, key=lambda section: section.before) - 1
        return self._sections[max(index, 0)].question


def question_of(text: str) -> str:
    """Return the question of the last header in a text cell of a notebook, or "".

    >>> question_of("## Question `size` (2 points)")
    'size'
    """
    return next(reversed(_HEADER.findall(text)), "")

"""What a notebook shows: HTML, and plain text where there is none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any

WIDTH = 80  # characters of a line of text


@dataclass(frozen=True)
class CellOutput:
    """A verdict, or one sentence about what is wrong. The HTML has nothing in it that is not escaped."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}

    def with_notes(self, notes: Sequence[str]) -> CellOutput:
        """Return it with sentences below it."""
        text = "\n".join([self.text, *(fill(f"Note: {note}", WIDTH) for note in notes)])
        html = "\n".join([self.html, *(f"<p><strong>Note:</strong> {escape(note)}</p>" for note in notes)])
        return CellOutput(text, html)

    def show(self, shell: Any) -> None:
        """Show it below the cell that runs, or print it where there is no notebook."""
        if shell is not None:
            shell.display_pub.publish(self._repr_mimebundle_())
        else:
            sys.stdout.write(f"{self.text}\n")


def sentence(text: str) -> CellOutput:
    """Return one sentence as it is shown."""
    return CellOutput(text, f"<p>{escape(text)}</p>")

"""The colours of pages, readable on white and on black, with a contrast of at least 4.5 to 1.

They are among the 240 colours that are the same in every terminal. The first sixteen differ: each terminal
has its own yellow. In a terminal with only those, pages have no colour, and the words are enough.
"""

from __future__ import annotations

from rich.console import Console

RIGHT = "color(29)"
WRONG = "color(131)"
PARTLY = "color(98)"
LATER = "color(63)"
LOST = "bold"  # the grader's own fault
FAINT = "color(243)"
COLOURS = (RIGHT, WRONG, PARTLY, LATER, FAINT)
_RICH_ENOUGH = {"256", "truecolor"}


def screen(*, stderr: bool = False) -> Console:
    """Return the console that pages are printed on."""
    console = Console(stderr=stderr, highlight=False)
    console.no_color |= console.color_system not in _RICH_ENOUGH
    return console

"""The colours of pages: each can be read on white and on black, with a contrast of 4.5 to 1 at least.

They are of the 240 colours that are the same in every terminal. The first sixteen are not: each terminal has
its own yellow. Where a terminal has no more than those, pages have no colour, and the words say it all.
"""

from __future__ import annotations

from rich.console import Console

RIGHT = "color(29)"
WRONG = "color(131)"
PARTLY = "color(98)"
LATER = "color(63)"
LOST = "bold"  # what is the grader's own fault
FAINT = "color(243)"
COLOURS = (RIGHT, WRONG, PARTLY, LATER, FAINT)
_RICH_ENOUGH = {"256", "truecolor"}


def screen(*, stderr: bool = False) -> Console:
    """Return the terminal, as pages are printed on it."""
    console = Console(stderr=stderr, highlight=False)
    console.no_color |= console.color_system not in _RICH_ENOUGH
    return console

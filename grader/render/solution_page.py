"""A model solution as a terminal page."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from grader.errors import printable
from grader.render.lines import Bounded, Verbatim


def solution_page(question: str, code: str, explanation: Iterable[str]) -> RenderableType:
    """Return the page: the code, and below it the paragraphs. Print it without cropping."""
    lines = "\n".join(printable(line.expandtabs(4)) for line in code.splitlines())
    told = [Bounded(Text(printable(paragraph))) for paragraph in explanation]
    blank = [Text()] if told else []
    return Group(Text(f"{question}: the solution", style="bold"), Verbatim(lines), *blank, *told)

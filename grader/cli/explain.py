"""`grade --explain`: what a wrong answer does, step by step."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click
from rich.console import Console, Group
from rich.control import Control
from rich.text import Text

from grader.render.lines import Bounded, Indented
from grader.render.palette import screen
from grader.render.stepping import StepPage, Steps
from grader.service.student import Examiner, QuestionReport, Report

_KEY = re.compile(r"\x1b[\[O](?:[A-DFH]|\d~)|[\xe0\x00].|.", re.DOTALL)  # of Unix, of Windows, or a letter
_NEXT = {"n", " ", "\r", "\n", "\x1b[C", "\x1bOC", "\xe0M", "\x00M"}
_PREVIOUS = {"p", "\x7f", "\b", "\x1b[D", "\x1bOD", "\xe0K", "\x00K"}
_FIRST = {"f", "\x1b[H", "\x1bOH", "\x1b[1~", "\xe0G", "\x00G"}
_LAST = {"l", "\x1b[F", "\x1bOF", "\x1b[4~", "\xe0O", "\x00O"}
_DOWN = {"\x1b[B", "\x1bOB", "\xe0P", "\x00P"}
_UP = {"\x1b[A", "\x1bOA", "\xe0H", "\x00H"}
_QUIT = {"q", "\x1b", "\x04"}
_MISSING = {
    "passed": "{id} is right: there is nothing to explain.",
    "pending": "{id} is marked by a person: there is nothing to explain.",
    "skipped": "{id} is graded later: there is nothing to explain yet.",
    "unanswered": "{id} is not answered yet: there is nothing to explain.",
}


def explain(examiner: Examiner, report: Report, question: str | None) -> None:
    """Show the figure of a question, or else of the first open one that has a figure."""
    asked = [one for one in report.questions if one.id == question] if question else report.still_open
    if not asked:
        click.echo("No question is open: there is nothing to explain.")
        return
    console = screen()
    steps = next(filter(None, (Steps.of(one, console.encoding) for one in asked)), None)
    if steps is None:
        console.print(_instead(asked[0], len(examiner.hints[asked[0].id]), report.exercise))
    elif console.is_terminal and not console.is_dumb_terminal and sys.stdin.isatty():
        step_through(steps, console)
    else:
        console.print(steps.strip())


def _instead(question: QuestionReport, hints: int, exercise: str) -> Bounded:
    """Say what there is in place of a figure."""
    if question.outcome in _MISSING:
        return Bounded(Text(_MISSING[question.outcome].format(id=question.id)))
    hint = f" and a hint (grade {exercise} {question.id} --hint)" if hints else ""
    told = Text(f"There is no figure of this answer to {question.id}, but a message{hint}:")
    return Bounded(Group(told, Indented(Text(question.message))))


def step_through(steps: Steps, console: Console) -> None:
    """Show one step at a time, as the keys say."""
    step = top = 0
    with console.screen() as screen_:
        while True:
            console.control(Control.home())  # otherwise, a terminal that got another size scrolls
            screen_.update(StepPage(steps, step, top))
            for key in _keys():
                if key in _QUIT:
                    return
                step = _after(key, step, steps.count)
                top = max(0, top + (key in _DOWN) - (key in _UP))


def _keys() -> Iterator[str]:
    """Wait for keys; several may come at once."""
    try:
        yield from _KEY.findall(click.getchar())
    except EOFError:
        yield "q"


def _after(key: str, step: int, count: int) -> int:
    """Return the step that a key goes to.

    >>> [_after(key, 1, 3) for key in ("n", "p", "f", "l", "x")]
    [2, 0, 0, 2, 1]
    """
    if key in _FIRST | _LAST:
        return 0 if key in _FIRST else count - 1
    return min(max(step + (key in _NEXT) - (key in _PREVIOUS), 0), count - 1)

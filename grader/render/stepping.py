"""The figure of a wrong answer in the terminal: one step at a time, or the first few below each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from grader.examiner.report import QuestionReport
from grader.figures.figure import CannotDraw, Figure
from grader.figures.frames import two_tracks
from grader.figures.text import as_text
from grader.render.lines import WIDTH, Bounded, Indented, Picture
from grader.render.palette import FAINT, WRONG

MOST_LINES = 40  # of a strip
MOST_STEPS = 3
KEYS = "n next   p previous   f first   l last   q quit"
SCROLL = "   up, down: scroll"


@dataclass(frozen=True)
class Steps:
    """The figure of a wrong answer, drawn for a terminal with an encoding."""

    question: QuestionReport
    figure: Figure
    encoding: str

    @classmethod
    def of(cls, question: QuestionReport, encoding: str) -> Steps | None:
        """Draw an answer; return None if it has no tracks, or if they cannot be drawn."""
        if question.tracks is None:
            return None
        try:
            return cls(question, two_tracks(question.tracks), encoding)
        except CannotDraw:
            return None

    @property
    def count(self) -> int:
        """The number of steps."""
        return self.figure.count

    @property
    def heading(self) -> Text:
        """The line above the message."""
        return Text.assemble((f"{self.question.id}: ", "bold"), ("wrong", WRONG))

    def drawings(self, step: int) -> Iterator[str]:
        """Yield a step in the signs that the encoding has, and then in ASCII alone, which needs less room."""
        text = as_text(self.figure, step, unicode=True)
        if _can_write(text, self.encoding):
            yield text
        yield as_text(self.figure, step, unicode=False)

    def strip(self) -> RenderableType:
        """Return the first steps, as many as are quickly read."""
        parts: list[RenderableType] = [self.heading, Indented(Text(self.question.message))]
        for text in self._short():
            parts += [Text(), Picture(text)]
        return Bounded(Group(*parts))

    def _short(self) -> Iterator[str]:
        """Yield the first step, and the next ones while there is room."""
        lines = 0
        for step in range(min(self.count, MOST_STEPS)):
            text = next(self.drawings(step))
            text = _without_title(text) if step else text
            lines += len(text.splitlines())
            if step and lines > MOST_LINES:
                return
            yield text


@dataclass(frozen=True)
class StepPage:
    """One step on a whole screen: in ASCII where only that fits, and scrolled by `top` where nothing does."""

    steps: Steps
    step: int
    top: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        body, room = self._body(console), console.height - 2
        top = min(self.top, max(0, len(body) - room))
        shown = [*body[top : top + room], *[Text()] * (room - len(body))]
        keys = Text(KEYS + SCROLL * (len(body) > room), style=FAINT, no_wrap=True, end="")
        yield from (self.steps.heading, *shown, keys)

    def _body(self, console: Console) -> list[Text]:
        """Return the lines of the message and the figure."""
        message = Text(self.steps.question.message).wrap(console, min(console.width, WIDTH) - 4)
        told = [Text("    ") + line for line in message]
        drawn = [_without_title(text).splitlines() for text in self.steps.drawings(self.step)]
        room = console.height - 2 - len(told)
        lines = next((one for one in drawn if len(one) <= room), drawn[-1])
        gap = [Text()] if len(lines) < room else []
        return told + gap + [Text(line, no_wrap=True, overflow="crop") for line in lines]


def _without_title(text: str) -> str:
    """Return a drawing without its first line, which says what is drawn."""
    return text.partition("\n\n")[2] or text


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True

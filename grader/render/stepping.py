"""The figure of a wrong answer in the terminal: one step at a time, or the first few below each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from grader.examiner.report import QuestionReport
from grader.figures.figure import CannotDraw, Figure
from grader.figures.frames import two_tracks
from grader.figures.text import as_text
from grader.render.lines import Bounded, Ends, Indented
from grader.render.palette import FAINT, WRONG

MOST_LINES = 40  # of a strip
MOST_STEPS = 3
KEYS = "n next   p previous   f first   l last   q quit"


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

    def page(self, step: int) -> RenderableType:
        """Return the page of one step, with the keys that go to another."""
        keys = Text(KEYS, style=FAINT)
        return Bounded(Group(self._heading(step), self._message(), Text(self.text(step)), Text(), keys))

    def strip(self) -> RenderableType:
        """Return the first steps, as many as are quickly read."""
        parts: list[RenderableType] = []
        for step, text in enumerate(self._short()):
            parts += [self._heading(step), *([] if step else [self._message()]), Text(text), Text()]
        return Bounded(Group(*parts[:-1]))

    def _heading(self, step: int) -> RenderableType:
        name = Text.assemble((f"{self.question.id}: ", "bold"), ("wrong", WRONG))
        return Ends(name, Text(f"step {step + 1} of {self.count}"))

    def _message(self) -> RenderableType:
        return Group(Indented(Text(self.question.message)), Text())

    def _short(self) -> Iterator[str]:
        """Yield the text of the first step, and of the next ones while there is room."""
        lines = 0
        for step in range(min(self.count, MOST_STEPS)):
            text = self.text(step)
            lines += len(text.splitlines())
            if step and lines > MOST_LINES:
                return
            yield text

    def text(self, step: int) -> str:
        """Draw a step, in ASCII if the encoding lacks the signs."""
        text = as_text(self.figure, step, unicode=True)
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return as_text(self.figure, step, unicode=False)
        return text

"""The parts of pages, for terminals of 40 to 200 columns. No line ends in spaces."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

WIDTH = 80  # largest width of a page: longer lines are hard to read and separate words from numbers
NARROW = 60  # width below which a line with three parts becomes two lines
GAP = 2  # spaces between two parts
_VERDICT_FROM_RIGHT = 44  # columns
_LEAST = 10  # smallest width of a text, however far it is indented


@dataclass(frozen=True)
class Bounded:
    """A page of limited width."""

    page: RenderableType
    width: int = WIDTH

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        yield from console.render(self.page, options.update_width(min(self.width, options.max_width)))


@dataclass(frozen=True)
class Indented:
    """Indented content; less so in a narrow terminal."""

    part: RenderableType
    left: int = 4

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        left = self.left if options.max_width >= NARROW else self.left // 2
        inner = options.update_width(max(options.max_width - left, _LEAST))
        for line in console.render_lines(self.part, inner, pad=False):
            yield Segment(" " * left)
            yield from line
            yield Segment.line()


@dataclass(frozen=True)
class Labelled:
    """Lines beside their label; below it in a terminal that is too narrow for both."""

    label: str
    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the label and the lines."""
        first, *others = self.text.splitlines()
        beside = [f"{self.label:<8}  {first}", *(" " * 10 + line for line in others)]
        if max(map(cell_len, beside)) <= options.max_width:
            yield Text("\n".join(beside))
        else:
            yield Text(f"{self.label}:")
            yield Indented(Text(self.text))


@dataclass(frozen=True)
class Verbatim:
    """Lines of code, which are never broken: a terminal breaks what is too long, and copies it whole."""

    text: str
    left: int = 4

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        for line in self.text.splitlines():
            yield Segment(f"{' ' * self.left}{line}".rstrip())
            yield Segment.line()


@dataclass(frozen=True)
class Picture:
    """Lines that must not be broken: drawn whole, or replaced by a sentence that says why not."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        needed = max(map(cell_len, self.text.splitlines()), default=0)
        fits = needed <= options.max_width
        yield Text(self.text if fits else f"(The picture needs {needed} columns.)")


@dataclass(frozen=True)
class Cut:
    """Content cut to a number of lines; the last one says that there are more, and where."""

    part: RenderableType
    lines: int
    where: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        lines = console.render_lines(self.part, options, pad=False)
        is_cut = len(lines) > self.lines
        for line in lines[: self.lines - is_cut]:
            yield from line
            yield Segment.line()
        if is_cut:
            yield Text(self.where, no_wrap=True, overflow="ellipsis")


@dataclass(frozen=True)
class Ends:
    """Two texts at both ends of a line, or below each other if they do not fit."""

    left: Text
    right: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        yield from _line(options.max_width, self.left, self.right)


@dataclass(frozen=True)
class Headline:
    """A question's line: its name, the verdict, and its points, which are never broken."""

    name: Text
    verdict: Text
    points: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines."""
        width = options.max_width
        start = max(self.name.cell_len + GAP, width - _VERDICT_FROM_RIGHT)
        ends = self.verdict.cell_len + GAP + self.points.cell_len
        if width >= NARROW and start + ends <= width:
            left = Text.assemble(self.name, " " * (start - self.name.cell_len), self.verdict)
            yield from _line(width, left, self.points)
        else:
            yield from _line(width, self.name, self.points)
            yield Indented(self.verdict)


def _line(width: int, left: Text, right: Text) -> RenderResult:
    blanks = width - left.cell_len - right.cell_len
    if blanks >= GAP:
        yield Text.assemble(left, " " * blanks, right)
    else:
        yield Group(Text.assemble(left, overflow="fold"), Indented(right))

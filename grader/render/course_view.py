"""The screen of a course while a student works: the exercises, one open question, and the keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.rule import Rule
from rich.segment import Segment, Segments
from rich.text import Text

from grader.course.sitting import Paper
from grader.errors import printable
from grader.examiner.report import QuestionReport, Report
from grader.figures.first_positions import drawn
from grader.handout.stubs import paragraphs
from grader.language.points import points_text, score_text
from grader.questions.posed import Posed
from grader.render.lines import GAP, Bounded, Ends, Headline, Indented, Picture
from grader.render.palette import FAINT, LATER, LOST, PARTLY, RIGHT, WRONG
from grader.render.stepping import Steps
from grader.render.terminal import details, headline, height_of, remarks, total

_LOW = 16  # lines of a screen below which nothing may take more lines than it needs
_LEAST_ROWS = 3  # of the list, if the screen is not very small
_SHARE = 4  # the list may take this part of the screen when the question needs the rest
_RULES = 3
_TALL = 14  # lines of a figure, from which on it is drawn in ASCII, which takes fewer
_WORDS = {
    "passed": ("right", RIGHT),
    "wrong": ("wrong", WRONG),
    "unanswered": ("open", PARTLY),
    "pending": ("by a person", LATER),
    "skipped": ("later", LATER),
    "ungraded": ("not graded", LOST),
}


@dataclass(frozen=True)
class ShownExercise:
    """An exercise in the list: its paper, if it can be read, and its last report, if it was graded."""

    name: str
    paper: Paper | None
    report: Report | None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many questions are right, wrong, open, ..."""
        if self.report is None:
            return {"unanswered": len(self.paper.questions) if self.paper else 0}
        return Counter(one.outcome if one.outcome in _WORDS else "wrong" for one in self.report.questions)

    @property
    def points(self) -> str:
        """The score out of the points."""
        if self.report is not None:
            return total(self.report)
        return f"0 of {points_text(self.paper.points)}" if self.paper else ""

    @property
    def open(self) -> Sequence[str]:
        """The questions to work on."""
        if self.report is not None:
            return [one.id for one in self.report.still_open]
        return [one.id for one in self.paper.questions] if self.paper else []

    def question(self, id_: str) -> QuestionReport | None:
        """Return the last result of a question."""
        return next((one for one in self.report.questions if one.id == id_), None) if self.report else None

    def posed(self, id_: str) -> Posed | None:
        """Return a question as it is asked."""
        return next((one for one in self.paper.questions if one.id == id_), None) if self.paper else None

    def line(self, width: int, widths: Sequence[int], *, is_current: bool) -> Text:
        """Return the line of the list; what does not fit is left out, the title first."""
        counts = Text(", ").join(self._words())
        counts = counts if self.paper or self.report else Text("cannot be read", style=LOST)
        name = Text(f"{'> ' if is_current else '  '}{self.name:<{widths[0]}}", style="bold" * is_current)
        points = Text(f"{self.points:>{widths[2]}}")
        room = width - name.cell_len - widths[1] - points.cell_len - 3 * GAP
        line = Text.assemble(name, " " * GAP, no_wrap=True, overflow="ellipsis")
        if room >= 1:
            title = Text(" ".join(printable(self.paper.title if self.paper else "").split()))
            title.truncate(room, overflow="ellipsis", pad=True)
            line.append_text(title).append(" " * GAP)
        counts.pad_right(max(0, widths[1] - counts.cell_len))
        line.append_text(counts).append(" " * GAP).append_text(points)
        line.truncate(width, overflow="ellipsis")
        line.rstrip()
        return line

    def _words(self) -> Iterator[Text]:
        for outcome, (word, style) in _WORDS.items():
            if count := self.counts.get(outcome, 0):
                yield Text(f"{count} {word}", style=style)

    @property
    def words(self) -> str:
        """What `line` says about the questions."""
        return ", ".join(text.plain for text in self._words())


@dataclass(frozen=True)
class CourseView:
    """The whole screen. It takes at most its height, whatever its size is."""

    title: str
    sum: str
    rows: Sequence[ShownExercise]
    current: str  # the exercise that `told` is about
    told: Sequence[RenderableType]
    status: str
    keys: str
    skipped: int = 0  # screens of `told` that were read already

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the screen."""
        height = options.height or console.size.height
        options = options.reset_height()
        is_low = height < _LOW
        title = Text(f"{self.sum}, {self.title}", style="bold", no_wrap=True, overflow="ellipsis")
        head = Bounded(title if is_low else Ends(Text(self.title, style="bold"), Text(self.sum)))
        status = Text(self.status, no_wrap=True, overflow="ellipsis")
        keys = Text(self.keys, style=FAINT, no_wrap=is_low, overflow="ellipsis")
        foot = Bounded(Group(status, keys))
        told = console.render_lines(Bounded(Group(*self.told)), options, pad=False)
        room = height - _RULES - height_of(console, options, head) - height_of(console, options, foot)
        least = min(len(self.rows), max(min(_LEAST_ROWS, room // 2), room // _SHARE))
        rows = max(0, min(len(self.rows), max(least, room - len(told))))
        below = max(1, room - rows)
        yield head
        yield from self._list(min(options.max_width, 80), rows)
        yield from _part(told, below, self.skipped)
        yield foot

    def _list(self, width: int, most: int) -> Iterator[RenderableType]:
        """Yield a rule, and the exercises around the current one."""
        names = [row.name for row in self.rows]
        place = names.index(self.current) if self.current in names else 0
        first = max(0, min(place - most // 2, len(names) - most))
        shown = self.rows[first : first + most]
        where = f"{first + 1} to {first + len(shown)} of {len(names)}" if 0 < len(shown) < len(names) else ""
        yield _rule(where)
        widths = [
            max(map(len, column), default=0)
            for column in (names, [row.words for row in self.rows], [row.points for row in self.rows])
        ]
        for row in shown:
            yield row.line(width, widths, is_current=row.name == self.current)


def _part(lines: Sequence[Sequence[Segment]], room: int, skipped: int) -> Iterator[RenderableType]:
    """Yield a rule, the lines that fit, and a rule that says whether there are more."""
    first = room * skipped % (-(-len(lines) // room) * room) if lines else 0
    shown = lines[first : first + room]
    yield _rule("")
    for line in shown:
        yield Segments([*line, Segment.line()])
    for _ in range(room - len(shown)):
        yield Text("")
    is_last = first + room >= len(lines)
    yield _rule(("space: the beginning" if first else "") if is_last else "space: more")


def _rule(title: str) -> RenderableType:
    return Bounded(Rule(title, characters="-", style=FAINT, align="right"))


def question_told(
    row: ShownExercise, id_: str, shown: Iterable[RenderableType], encoding: str, step: int | None = None
) -> Iterator[RenderableType]:
    """Yield an open question: its verdict, what was asked for, what is wrong, and what is asked.

    `shown` are the hints and the solution, `step` is the step of the figure that was asked for.
    """
    question, posed = row.question(id_), row.posed(id_)
    steps = Steps.of(question, encoding) if question is not None else None
    figure = _step(steps, step or 0) if steps else []
    if question is not None:
        yield headline(question)
    elif posed is not None:
        yield Headline(Text(id_, style="bold"), Text("not graded yet"), Text(points_text(posed.points)))
    yield from figure if step is not None else ()
    yield from map(Indented, shown)
    if question is not None:
        pictured = question.model_copy(update={"walk": None, "picture": None}) if steps else question
        yield from details(pictured, posed.hints if posed else ())
    yield from figure if step is None else ()
    if posed is not None:
        yield Text("")
        yield Text(asked(posed))
        if not steps and not (question and question.drawing):
            yield from _picture(posed, row.paper)
    yield from finished_told(row)


def _step(steps: Steps, step: int) -> list[RenderableType]:
    """Return one step of a figure; after the last one comes the first."""
    drawings = list(steps.drawings(step % steps.count))
    text = next((one for one in drawings if one.count("\n") < _TALL), drawings[-1])
    return [Text(""), Picture(text), Text("")]


def finished_told(row: ShownExercise) -> Iterator[RenderableType]:
    """Yield what is left to say about an exercise."""
    if row.report is None:
        return
    if row.report.is_full:
        yield Text(f"Everything in {row.name} is right.", style=RIGHT)
    elif not row.report.still_open:
        yield Text(f"Everything in {row.name} is answered. Hand in your file; the rest is graded then.")
    yield from remarks(row.report)


def _picture(posed: Posed, paper: Paper | None) -> Iterator[RenderableType]:
    """Yield the picture of the question's layer, or of the exercise's."""
    picture = drawn(posed.walk) or posed.picture or (paper.drawing if paper else None)
    if picture:
        yield from (Text(""), Indented(Picture(picture)))


def asked(posed: Posed) -> str:
    """Return what a question asks, with its options and how to write the answer."""
    options = "\n".join(f"{option.letter}) {option.text}" for option in posed.options)
    text = "\n\n".join(filter(None, (posed.prompt.strip(), options, posed.how)))
    return "\n".join(printable(line) for line in paragraphs(text) if not line.lstrip().startswith("```"))


def sum_text(rows: Sequence[ShownExercise]) -> str:
    """Return the points of the course that are reached now."""
    score = sum(row.report.judged[0] for row in rows if row.report is not None)
    points = sum(row.report.points if row.report else row.paper.points if row.paper else 0 for row in rows)
    return f"{score_text(score, points)} of {points_text(points)}"

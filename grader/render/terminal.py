"""The report as a page of a terminal: 80 columns, plain words, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.examiner.report import UNJUDGED, QuestionReport, Report
from grader.examiner.wording import NOT_ANSWERED
from grader.questions.kinds import KINDS
from grader.questions.posed import OutcomeName

WORDS: dict[OutcomeName, tuple[str, str]] = {
    "passed": ("right", "green"),
    "failed": ("wrong", "red"),
    "error": ("error", "red"),
    "timeout": ("too slow", "red"),
    "memory": ("too large", "red"),
    "crashed": ("crashed", "red"),
    "unanswered": ("not answered", "yellow"),
    "skipped": ("judged later", "cyan"),
    "ungraded": ("not graded", "magenta"),
}


def report_page(report: Report, title: str, hints: Mapping[str, Sequence[str]]) -> RenderableType:
    """One report: a line a question, and under it what is wrong and why; `hints` are by question."""
    heading = Table.grid(expand=True, padding=(0, 2, 0, 0), pad_edge=False)
    heading.add_column(ratio=1)
    heading.add_column(justify="right", no_wrap=True)
    heading.add_row(Text(f"{report.exercise}: {title}", style="bold"), total(report))
    parts: list[RenderableType] = [heading]
    parts.append(Rule(characters="-", style="dim"))
    for question in report.questions:
        parts += _question(question, hints.get(question.id, ()))
    parts.append(Rule(characters="-", style="dim"))
    parts += [Text(f"Note: {note}", style="dim") for note in report.notes]
    parts.append(_next_step(report, hints))
    return Group(*parts)


def _question(question: QuestionReport, hints: Sequence[str]) -> Iterator[RenderableType]:
    word, style = WORDS[question.outcome]
    if question.outcome in {"failed", "error", "timeout", "memory", "crashed"} and question.score > 0:
        word, style = f"partly right ({word})" if question.outcome != "failed" else "partly right", "yellow"
    line = Table.grid(expand=True)
    line.add_column(ratio=1)
    line.add_column(justify="left", width=26)
    line.add_column(justify="right", width=18)
    score = f"{question.score:g} of " if question.outcome not in UNJUDGED else ""
    line.add_row(Text(question.id, style="bold"), Text(word, style=style), score + _points(question.points))
    yield line
    if said := question.message.removeprefix(NOT_ANSWERED).strip():
        yield Padding(Text(said), (0, 0, 0, 4))
    if question.hint is not None and question.hint <= len(hints):
        yield Padding(Text(f"Hint: {hints[question.hint - 1]}"), (0, 0, 0, 4))
    if question.drawing:
        yield Padding(Text(question.drawing, style="dim"), (0, 0, 0, 6))
    if KINDS[question.kind].by_checks:
        yield from _checks(question)


def _checks(question: QuestionReport) -> Iterator[RenderableType]:
    """The checks, unless all went the same way for the same reason; a reason is given once in a row."""
    if len({check.outcome for check in question.checks}) == 1 and question.outcome != "failed":
        return
    said = question.message
    for check in question.checks:
        word, style = WORDS[check.outcome]
        text = Text.assemble((f"{word}: ", style), check.title)
        if check.message and not said.startswith(check.message.removesuffix(".")):
            text.append(f"\n  {check.message}", style="dim")
            said = check.message
        yield Padding(text, (0, 0, 0, 4))


def total(report: Report) -> str:
    """The score, of the points that have been judged, and what is still open."""
    score, points = report.judged
    later, lost = report.points_of("skipped"), report.points_of("ungraded")
    open_ = [f"{later:g} judged later"] * (later > 0) + [f"{lost:g} not graded"] * (lost > 0)
    return ", ".join([f"{score:g} of {_points(points)}"] * (points > 0 or not open_) + open_)


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"


def _next_step(report: Report, hints: Mapping[str, Sequence[str]]) -> Text:
    if report.is_full:
        return Text("All of it is right.", style="green")
    if not report.still_open:
        return Text("Everything is answered. Hand the file in; the rest is judged then.", style="cyan")
    first = report.still_open[0].id
    if hints.get(first):
        return Text(f"Stuck at {first}? Ask for a hint:  grade {report.exercise} --hint")
    return Text(f"Next: {first}")


def glance_page(title: str, rows: Iterable[tuple[str, str, str]], advice: str) -> RenderableType:
    """The course at a glance: rows of exercise, title and score."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column()
    table.add_column(ratio=1)
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return Group(Text(title, style="bold"), Rule(characters="-", style="dim"), table, Text(), Text(advice))

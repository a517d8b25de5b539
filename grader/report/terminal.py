"""The report as a page of a terminal: 80 columns, plain words, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.examiner.report import QuestionReport, Report
from grader.questions.question import Outcome

WORDS: dict[Outcome, tuple[str, str]] = {
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
    parts: list[RenderableType] = [
        _two_sides(f"{report.exercise}: {title}", _score(report.score, report.points))
    ]
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
    line = _two_sides(question.id, f"{_score(question.score, question.points)}", Text(word, style=style))
    yield line
    if question.message and question.outcome != "unanswered":
        yield Padding(Text(question.message), (0, 0, 0, 4))
    if question.hint is not None and question.hint <= len(hints):
        yield Padding(Text(f"Hint: {hints[question.hint - 1]}"), (0, 0, 0, 4))
    if question.picture:
        yield Padding(Text(question.picture, style="dim"), (0, 0, 0, 6))
    if question.kind == "code":
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


def _two_sides(left: str, right: str, middle: Text | None = None) -> Table:
    table = Table.grid(expand=True)
    table.add_column(ratio=1)
    table.add_column(justify="left", width=26)
    table.add_column(justify="right", width=18)
    table.add_row(Text(left, style="bold"), middle or Text(), Text(right))
    return table


def _score(score: float, points: float) -> str:
    return f"{score:g} of {points:g} point{'' if points == 1 else 's'}"


def _next_step(report: Report, hints: Mapping[str, Sequence[str]]) -> Text:
    if report.is_full:
        return Text("All of it is right.", style="green")
    if all(question.outcome in {"passed", "skipped"} for question in report.questions):
        return Text("Everything is answered. Hand the file in; the rest is judged then.", style="cyan")
    open_ = next(question for question in report.questions if question.outcome not in {"passed", "skipped"})
    if hints.get(open_.id):
        return Text(f"Stuck at {open_.id}? Ask for a hint:  grade {report.exercise} --hint")
    return Text(f"Next: {open_.id}")


def glance_page(title: str, rows: Iterable[tuple[str, str, str]], advice: str) -> RenderableType:
    """The course at a glance: rows of exercise, title and score."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column()
    table.add_column(ratio=1)
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return Group(Text(title, style="bold"), Rule(characters="-", style="dim"), table, Text(), Text(advice))

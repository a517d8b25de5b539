"""The report as a terminal page: at most 80 columns, plain words, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.rule import Rule
from rich.text import Text

from grader.examiner.report import UNJUDGED, CheckReport, QuestionReport, Report
from grader.examiner.wording import NOT_ANSWERED
from grader.language.points import number_text, points_text, score_text
from grader.questions.kinds import KINDS
from grader.questions.posed import OutcomeName
from grader.questions.wording import MARKED_BY_A_PERSON
from grader.render.lines import Bounded, Cut, Ends, Headline, Indented, Labelled, Picture
from grader.render.palette import FAINT, LATER, LOST, PARTLY, RIGHT, WRONG

WORDS: dict[OutcomeName, tuple[str, str]] = {
    "passed": ("right", RIGHT),
    "failed": ("wrong", WRONG),
    "error": ("error", WRONG),
    "timeout": ("too slow", WRONG),
    "memory": ("out of memory", WRONG),
    "crashed": ("crashed", WRONG),
    "unanswered": ("not answered", PARTLY),
    "pending": ("marked by a person", LATER),
    "skipped": ("graded later", LATER),
    "ungraded": ("not graded", LOST),
}
RULE = Rule(characters="-", style=FAINT)
_PARTLY = {"failed", "error", "timeout", "memory", "crashed"}
_LEAST_ROOM = 6  # lines for the question that a student works on
_BESIDE = 5  # lines: two rules, and three for the message of --watch


@dataclass(frozen=True)
class Beside:
    """Further content of a page: the best report so far, and the next exercise."""

    best: Report | None = None
    next_exercise: str | None = None


def report_page(
    report: Report, title: str, hints: Mapping[str, Sequence[str]], beside: Beside = Beside()
) -> RenderableType:
    """Return the page of one report: a line per question, followed by what is wrong and why."""
    parts: list[RenderableType] = [_heading(report, title), RULE]
    for question in report.questions:
        parts += [headline(question), *details(question, hints.get(question.id, ()))]
    parts += [RULE, *remarks(report), *_next_step(report, hints, beside)]
    return Bounded(Group(*parts))


@dataclass(frozen=True)
class WatchedPage:
    """A report that fits in the terminal: the first open question in full, the others on a line each."""

    report: Report
    title: str
    hints: Mapping[str, Sequence[str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the page."""
        report = self.report
        first = next(iter(report.still_open), None)
        above, below = Bounded(_heading(report, self.title)), Bounded(Group(*_next_step(report, self.hints)))
        lines = Bounded(Group(*map(headline, report.questions)))
        told: list[RenderableType] = []
        if first is not None:
            told += [headline(first), *details(first, self.hints.get(first.id, ()))]
        room = (
            console.size.height - _BESIDE - sum(height_of(console, options, part) for part in (above, below))
        )
        most = max(1, room - min(_LEAST_ROOM, room // 2))
        rest = max(1, room - min(height_of(console, options, lines), most))
        yield from (above, Bounded(RULE), Cut(lines, most, "... and other questions"), Bounded(RULE))
        yield Cut(
            Bounded(Group(*told, *remarks(report))), rest, f"... The whole page:  grade {report.exercise}"
        )
        yield below


def height_of(console: Console, options: ConsoleOptions, part: RenderableType) -> int:
    """Return how many lines a part of a page takes."""
    return len(console.render_lines(part, options, pad=False))


def _heading(report: Report, title: str) -> RenderableType:
    return Ends(Text(f"{report.exercise}: {title}", style="bold"), Text(total(report)))


def headline(question: QuestionReport) -> RenderableType:
    """Return a question's line: its name, the verdict, and its points."""
    word, style = verdict_word(question)
    return Headline(Text(question.id, style="bold"), Text(word, style=style), Text(points_word(question)))


def verdict_word(question: QuestionReport) -> tuple[str, str]:
    """Return the verdict on a question in words, and its style."""
    word, style = WORDS[question.outcome]
    if question.outcome in _PARTLY and question.score > 0:
        word, style = f"partly right ({word})" if question.outcome != "failed" else "partly right", PARTLY
    return word, style


def points_word(question: QuestionReport) -> str:
    """Return the score of a question out of its points, or its points if it could not be judged."""
    points = points_text(question.points)
    is_judged = question.outcome not in UNJUDGED
    return f"{score_text(question.score, question.points)} of {points}" if is_judged else points


def said(question: QuestionReport) -> str:
    """Return what the message of a question says beyond its verdict."""
    return question.message.removeprefix(NOT_ANSWERED).removeprefix(MARKED_BY_A_PERSON).strip()


def details(question: QuestionReport, hints: Sequence[str]) -> Iterator[RenderableType]:
    """Yield the lines below a question's line."""
    if message := said(question):
        yield Indented(Text(message))
    if question.hint is not None and question.hint <= len(hints):
        yield Indented(Text(f"Hint: {hints[question.hint - 1]}"))
    if question.drawing:
        yield Indented(Picture(question.drawing), 6)
    if KINDS[question.kind].by_checks:
        yield from _checks(question)


def told_checks(question: QuestionReport) -> Iterator[tuple[CheckReport, str]]:
    """Yield the checks with their reasons, unless all have the same outcome for the same reason.

    Equal reasons are not repeated. Checks that a student can read and run are listed even if they passed.
    """
    is_alike = len({check.outcome for check in question.checks}) == 1 and question.outcome != "failed"
    before = question.message
    for check in question.checks:
        if is_alike and not (check.visible and check.outcome == "passed"):
            continue
        is_new = bool(check.message) and not before.startswith(check.message.removesuffix("."))
        before = check.message if is_new else before
        yield check, check.message if is_new else ""


def _checks(question: QuestionReport) -> Iterator[RenderableType]:
    """Yield the checks."""
    for check, reason in told_checks(question):
        word, style = WORDS[check.outcome]
        yield Indented(Text.assemble((f"{word}: ", style), check.title))
        if reason:
            yield Indented(Text(reason), 6)
        for label, text in exchange(check):
            yield Indented(Labelled(label, text), 6)


def exchange(check: CheckReport) -> list[tuple[str, str]]:
    """Return what a visible check passed to the student's code, what it expects, and what it got."""
    told = (("called", check.call), ("expected", check.expected), ("yours", check.actual))
    return [(label, text) for label, text in told if text and check.outcome != "passed"]


def remarks(report: Report) -> Iterator[RenderableType]:
    """Yield what the file printed, and notes."""
    if report.printed:
        yield Text("Your file printed:")
        yield Indented(Text(report.printed))
    for note in report.notes:
        yield Text(f"Note: {note}")


def total(*reports: Report) -> str:
    """Return the score out of the points graded so far, and what is still open."""
    score, points = (sum(report.judged[place] for report in reports) for place in (0, 1))
    later, lost, pending = (
        sum(report.points_of(outcome) for report in reports) for outcome in ("skipped", "ungraded", "pending")
    )
    open_ = [f"{number_text(later)} graded later"] * (later > 0)
    open_ += [f"{number_text(lost)} not graded"] * (lost > 0)
    open_ += [f"{number_text(pending)} marked by a person"] * (pending > 0)
    judged = f"{score_text(score, points)} of {points_text(points)}"
    return ", ".join([judged] * (points > 0 or not open_) + open_)


def _next_step(
    report: Report, hints: Mapping[str, Sequence[str]], beside: Beside = Beside()
) -> Iterator[RenderableType]:
    if beside.best is not None:
        yield Text(f"Your best so far is kept: {total(beside.best)}.")
    if drawn := next((one.id for one in report.still_open if one.tracks), None):
        yield Text(f"See what your {drawn} does:  grade {report.exercise} {drawn} --explain")
    if report.is_full:
        after = f" Next: grade {beside.next_exercise}" if beside.next_exercise else ""
        yield Text(f"Everything is right.{after}", style=RIGHT)
    elif not report.still_open:
        yield Text("Everything is answered. Hand in your file; the rest is graded then.", style=LATER)
    elif hints.get(first := report.still_open[0].id):
        yield Text(f"Stuck on {first}? Ask for a hint:  grade {report.exercise} --hint")
    else:
        yield Text(f"Next: {first}")


def remembered(best: Report | None, last: Report | None) -> str:
    """Return the best score of an exercise, and the last one if it differs."""
    if best is None:
        return "not graded yet"
    return total(best) if last is best or last is None else f"{total(best)} (last: {total(last)})"


def sum_of(reports: Sequence[Report | None]) -> tuple[str, str, str]:
    """Return the row with the total of a course's graded exercises."""
    graded = [report for report in reports if report is not None]
    of = "" if len(graded) == len(reports) else f", {len(graded)} of {len(reports)} exercises"
    return ("", f"Total{of}", total(*graded)) if graded else ("", "", "")


def glance_page(title: str, rows: Iterable[tuple[str, str, str]], advice: str) -> RenderableType:
    """Return the course at a glance: rows of exercise, title and score."""
    rows = list(rows)
    width = max((len(name) for name, _, _ in rows), default=0)
    lines = [Ends(Text(f"{name:<{width}}  {about}".rstrip()), Text(score)) for name, about, score in rows]
    return Bounded(Group(Text(title, style="bold"), RULE, *lines, Text(), Text(advice)))


def question_page(report: Report, hints: Mapping[str, Sequence[str]]) -> RenderableType:
    """Return the page of some questions only, without a sum."""
    parts: list[RenderableType] = []
    for question in report.questions:
        parts += [headline(question), *details(question, hints.get(question.id, ()))]
    return Bounded(Group(*parts, *remarks(report)))


def next_words(report: Report, hints: Mapping[str, Sequence[str]], beside: Beside) -> list[str]:
    """Return what a student can do next, and the best result so far."""
    return [str(text) for text in _next_step(report, hints, beside)]

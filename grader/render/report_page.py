"""The report of one exercise as a page of its own, with the student's answers and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from grader.course.sitting import Paper
from grader.errors import counted
from grader.examiner.report import QuestionReport, Report
from grader.questions.kinds import KINDS
from grader.questions.posed import OutcomeName, Posed
from grader.render.page import page
from grader.render.terminal import WORDS, exchange, points_word, said, told_checks, total, verdict_word

MAX_BYTES = 300_000
LENGTHS = (6000, 1500, 400, 100)  # characters of a text that a student's file can make long
_TOO_LARGE = "A figure is left out, because the page would be larger than 300 kB."


@dataclass(frozen=True)
class Drawn:
    """A figure as it is written into a page: its picture, how many frames it has, and how long each lasts."""

    svg: Markup
    frames: int = 1
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class ToldHint:
    """A hint that a page shows, with its number."""

    number: int
    text: str


@dataclass(frozen=True)
class ToldCheck:
    """A check as a page shows it."""

    title: str
    outcome: OutcomeName
    verdict: str
    message: str
    exchange: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """A question as a page shows it."""

    exercise: str
    id: str
    outcome: OutcomeName
    verdict: str
    points: str
    posed: Posed | None
    answer: str
    message: str
    misconception: str | None
    checks: Sequence[ToldCheck]
    hints: Sequence[ToldHint]
    more_hints: bool
    picture: str = ""  # in text, where there is no figure
    figures: Sequence[Drawn] = ()
    left_out: Sequence[str] = field(default=())


def report_html(report: Report, paper: Paper, hints_seen: Mapping[str, int] | None = None) -> str:
    """Return the report of one exercise as one page of at most 300 kB.

    A page that would be larger has shorter texts, then fewer figures. It says what it leaves out.
    """
    html = ""
    for most in LENGTHS:
        entries = [*_entries(report, paper, hints_seen or {}, most)]
        html = _page(_shortened(report, most), paper, entries)
        if len(html.encode()) <= MAX_BYTES:
            break
    return html


def _page(report: Report, paper: Paper, entries: Sequence[Entry]) -> str:
    score, _, of = total(report).partition(" ")
    figures = [drawn for entry in entries for drawn in entry.figures]
    open_ = sum(entry.outcome not in {"passed", "skipped"} for entry in entries)
    still = f" {counted(open_, 'question')} still to do." if open_ else ""
    return page(
        "report.html.jinja",
        f"{paper.title}: {total(report)}",
        [drawn.svg for drawn in figures],
        report=report,
        paper=paper,
        score=score,
        of=f"{of}.{still}",
        entries=entries,
        figures=(),
        left_out=(),
        picture=paper.drawing or "",
    )


def _entries(report: Report, paper: Paper, hints_seen: Mapping[str, int], most: int) -> Iterator[Entry]:
    """Yield the questions of a report in order."""
    posed = {one.id: one for one in paper.questions}
    for question in report.questions:
        own = posed.get(question.id)
        seen = hints_seen.get(question.id, 0)
        hints = own.hints if own else ()
        shown = {*range(1, seen + 1), question.hint} if question.outcome != "passed" else set()
        yield Entry(
            exercise=report.exercise,
            id=question.id,
            outcome=question.outcome,
            verdict=verdict_word(question)[0],
            points=points_word(question),
            posed=own,
            answer=cut(question.answer or "", most),
            message=cut(said(question), most),
            misconception=question.misconception,
            checks=[*_checks(question, most)],
            hints=[ToldHint(number, text) for number, text in enumerate(hints, 1) if number in shown],
            more_hints=question.outcome != "passed" and seen < len(hints),
            picture=question.drawing or "",
        )


def _checks(question: QuestionReport, most: int) -> Iterator[ToldCheck]:
    """Yield the checks that decide a question of code."""
    if question.kind in KINDS and not KINDS[question.kind].by_checks:
        return
    for check, reason in told_checks(question):
        told = [(label, cut(text, most)) for label, text in exchange(check)]
        yield ToldCheck(check.title, check.outcome, WORDS[check.outcome][0], cut(reason, most), told)


def _shortened(report: Report, most: int) -> Report:
    """Return a report whose notes and prints are no longer than this."""
    notes = tuple(cut(note, most) for note in report.notes)
    return report.model_copy(update={"notes": notes, "printed": cut(report.printed, most)})


def cut(text: str, most: int) -> str:
    r"""Shorten a text, and say by how much.

    >>> cut("abcdef", 4), cut("abcd", 4)
    ('abcd\n(2 more characters)', 'abcd')
    """
    more = len(text) - most
    return f"{text[:most]}\n({more} more characters)" if more > 0 else text


def entries_of(report: Report, paper: Paper, most: int) -> list[Entry]:
    """Return the questions of a report as a page shows them, with texts of at most so many characters."""
    return [*_entries(report, paper, {}, most)]

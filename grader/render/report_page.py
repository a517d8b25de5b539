"""The report of one exercise as a page of its own, with the student's answers and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from grader.course.sitting import Interlude, Paper
from grader.errors import counted
from grader.examiner.report import QuestionReport, Report
from grader.figures.drawing.motion import SECONDS
from grader.figures.figure import CannotDraw, Figure
from grader.figures.frames import figure_of, two_tracks
from grader.figures.svg import as_svg, frames_of
from grader.questions.kinds import KINDS
from grader.questions.posed import OutcomeName, Posed
from grader.render.page import page
from grader.render.terminal import WORDS, exchange, points_word, said, told_checks, total, verdict_word
from grader.walks.worked import Worked

MAX_BYTES = 300_000
LENGTHS = (6000, 1500, 400, 100)  # characters of a text that a student's file can make long
_NOTHING = Markup()
_TOO_LARGE = "A figure is left out, because the page would be larger than 300 kB."


@dataclass(frozen=True)
class Drawn:
    """A figure as it is written into a page: SVG, or text, or a sentence that says why there is none."""

    svg: Markup = _NOTHING
    frames: int = 1
    seconds: float = 0.0  # that a frame lasts
    note: str = ""
    picture: str = ""
    sentence: str = ""


_NO_FIGURE = Drawn()


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
class ToldQuestion:
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
    figure: Drawn = _NO_FIGURE
    before: Sequence[Interlude] = ()  # what comes before it


def report_html(
    report: Report,
    paper: Paper,
    hints_seen: Mapping[str, int] | None = None,
    pictures: Mapping[str, Path] = MappingProxyType({}),
) -> str:
    """Return the report of one exercise as one page of at most 300 kB."""
    return fitted(report, paper, hints_seen or {}, partial(_page, paper, pictures))


def fitted(
    report: Report,
    paper: Paper,
    hints_seen: Mapping[str, int],
    make: Callable[[Report, Sequence[ToldQuestion], Drawn], str],
    note: str = "",
) -> str:
    """Make a page of at most 300 kB; `note` is about figures of two ways.

    A page that would be larger has shorter texts, then fewer figures. It says what it leaves out.
    """
    drawn = [*(_figure_of(one, note) for one in report.questions), own_figure(paper)]
    html = ""
    for figures, most in product((len(drawn), len(drawn) // 2, 0), LENGTHS):
        kept = [one if number < figures else _without(one) for number, one in enumerate(drawn)]
        told = [*_told(report, paper, hints_seen, most)]
        entries = [replace(one, figure=figure) for one, figure in zip(told, kept, strict=False)]
        html = make(_shortened(report, most), entries, kept[-1])
        if len(html.encode()) <= MAX_BYTES:
            break
    return html


def _figure_of(question: QuestionReport, note: str, mark: str = "q") -> Drawn:
    """Return the figure of a question: both ways through its layer, or where the kernel begins."""
    with_id = f"{mark}-{question.id}"
    try:
        if question.tracks is not None:
            return drawn_figure(two_tracks(question.tracks, note), with_id)
        if question.walk is not None:
            return drawn_figure(figure_of(Worked(question.walk), "first"), with_id)
    except CannotDraw as why:
        return Drawn(picture=question.drawing or "", sentence=str(why))
    return Drawn(picture=question.drawing or "")


def own_figure(paper: Paper) -> Drawn:
    """Return the figure of the exercise."""
    try:
        if paper.worked is not None:
            return drawn_figure(figure_of(paper.worked, paper.show), "exercise")
        if paper.walk is not None:
            return drawn_figure(figure_of(Worked(paper.walk), "first"), "exercise")
    except CannotDraw as why:
        return Drawn(picture=paper.drawing or "", sentence=str(why))
    return Drawn(picture=paper.drawing or "")


def drawn_figure(figure: Figure, prefix: str) -> Drawn:
    """Return a figure as SVG; `prefix` keeps its names apart from those of other figures."""
    svg = as_svg(figure, prefix=prefix)
    return Drawn(Markup(svg), frames_of(svg), SECONDS, figure.note)  # noqa: S704 its template escapes


def _without(drawn: Drawn) -> Drawn:
    """Return what replaces a figure that has no room."""
    return Drawn(sentence=_TOO_LARGE) if drawn.svg else drawn


def _page(
    paper: Paper,
    pictures: Mapping[str, Path],
    report: Report,
    entries: Sequence[ToldQuestion],
    own: Drawn,
) -> str:
    score, _, of = total(report).partition(" ")
    open_ = len(report.still_open)
    still = f" {counted(open_, 'question')} still to do." if open_ else ""
    return page(
        "report.html.jinja",
        f"{paper.title}: {total(report)}",
        [own.svg, *(entry.figure.svg for entry in entries)],
        script="figures.js",
        report=report,
        paper=paper,
        score=score,
        of=f"{of}.{still}",
        entries=entries,
        figure=own,
        pictures=pictures,
    )


def _told(report: Report, paper: Paper, hints_seen: Mapping[str, int], most: int) -> Iterator[ToldQuestion]:
    """Yield the questions of a report in order."""
    posed = {one.id: one for one in paper.questions}
    for question in report.questions:
        own = posed.get(question.id)
        seen = hints_seen.get(question.id, 0)
        hints = own.hints if own else ()
        shown = {*range(1, seen + 1), question.hint} if question.outcome != "passed" else set()
        yield ToldQuestion(
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
            before=paper.interludes(question.id),
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


def told_questions(report: Report, paper: Paper, most: int, mark: str) -> list[ToldQuestion]:
    """Return the questions with their figures for a part of a page; `mark` keeps the names of figures apart.

    Texts have at most `most` characters.
    """
    told = _told(report, paper, {}, most)
    return [
        replace(one, figure=_figure_of(question, mark))
        for one, question in zip(told, report.questions, strict=True)
    ]

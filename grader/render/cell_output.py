"""The verdict below a cell of a notebook: HTML, and text where there is none."""

from __future__ import annotations

import io
from secrets import token_hex

from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from grader.render.lines import WIDTH
from grader.render.page import environment
from grader.render.report_page import told_questions
from grader.render.terminal import Beside, next_words, question_page, report_page, total
from grader.service.checking import Checked

MAX_TEXT = 4000  # characters of a text that a student's file can make long


def cell_text(checked: Checked) -> str:
    """Return the verdict as plain text of at most 80 columns."""
    file = io.StringIO()
    console = Console(file=file, width=WIDTH, no_color=True, legacy_windows=False, force_terminal=False)
    if checked.question is None:
        beside = Beside(checked.best, checked.next_exercise)
        console.print(report_page(checked.report, checked.paper.title, checked.hints, beside))
    else:
        console.print(question_page(checked.report, checked.hints))
    for sentence in checked.told:
        console.print(Text(f"Note: {sentence}"))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def sentence_html(sentence: str) -> str:
    """Return one sentence as a part of a page."""
    return str(Markup("<p>{}</p>").format(sentence))


def cell_html(checked: Checked) -> str:
    """Return the verdict as a part of a page, with its own style. It escapes everything."""
    report, paper, templates = checked.report, checked.paper, environment()
    style = Markup(templates.get_template("cell.css.jinja").render())  # noqa: S704 our own file
    is_whole = checked.question is None
    beside = Beside(checked.best, checked.next_exercise)
    return templates.get_template("cell.html.jinja").render(
        style=style,
        title=f"{report.exercise}: {paper.title} ({total(report)})" if is_whole else "",
        entries=told_questions(report, paper, MAX_TEXT, f"c{token_hex(4)}"),
        printed=report.printed,
        notes=[*report.notes, *checked.told],
        next=next_words(report, checked.hints, beside) if is_whole else [],
    )

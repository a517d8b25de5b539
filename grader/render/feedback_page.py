"""Feedback on one exercise for one student: a page without script, and a short text for a comment box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from grader.classroom.feedback import Feedback, Revealed
from grader.errors import printable
from grader.examiner.report import QuestionReport, Report
from grader.language.points import points_text, score_text
from grader.questions.posed import OutcomeName
from grader.render.page import page
from grader.render.report_page import Drawn, ToldQuestion, fitted
from grader.render.terminal import WORDS, points_word, said, total, verdict_word

MAX_TEXT = 2000  # characters that the comment box of an LMS surely takes
OTHER_NUMBERS = "The same slip with different numbers."
_MORE = "... The rest is on the page."


def feedback_files(feedback: Feedback) -> dict[str, str]:
    """Return the page and the text, by the suffix of their files."""
    return {".html": feedback_html(feedback), ".feedback.txt": feedback_text(feedback)}


def feedback_html(feedback: Feedback) -> str:
    """Return the feedback as one page of at most 300 kB."""
    note = "" if feedback.released.explanation else OTHER_NUMBERS
    return fitted(feedback.report, feedback.paper, {}, partial(_page, feedback), note)


def _page(feedback: Feedback, report: Report, questions: Sequence[ToldQuestion], _own: Drawn) -> str:
    entries = [_released(feedback, one) for one in questions]
    score, of = _score(feedback)
    return page(
        "feedback.html.jinja",
        f"{feedback.paper.title}: {feedback.name}",
        [entry.figure.svg for entry in entries],
        feedback=feedback,
        report=report,
        paper=feedback.paper,
        score=score,
        of=of,
        entries=entries,
        revealed={one.id: feedback.revealed.get(one.id, Revealed()) for one in entries},
        pictures=feedback.pictures,
    )


def _released(feedback: Feedback, told: ToldQuestion) -> ToldQuestion:
    """Leave points out that are not released, and the command for another hint."""
    told = replace(told, more_hints=False)
    if feedback.released.score:
        return told
    return replace(told, points="", verdict=_verdict(feedback, told.outcome))


def _verdict(feedback: Feedback, outcome: OutcomeName) -> str:
    """Return a verdict without points, if it is released."""
    return WORDS[outcome][0] if feedback.released.verdicts else "not released yet"


def _score(feedback: Feedback) -> tuple[str, str]:
    """Return the score in large letters and what follows it; nothing if it is not released."""
    score = feedback.score
    if not feedback.released.score:
        return "", ""
    if score is None:
        first, _, rest = total(feedback.report).partition(" ")
        return first, rest
    if score.final is None:
        return "", "no score yet"
    return score_text(score.final, score.points), f"of {points_text(score.points)}"


def feedback_text(feedback: Feedback) -> str:
    """Return the feedback in at most 2000 characters."""
    lines = [f"{feedback.paper.exercise}: {printable(feedback.paper.title)}", *_about_score(feedback), ""]
    lines += [line for question in feedback.report.questions for line in _lines(feedback, question)]
    if feedback.contact:
        lines += ["", printable(feedback.contact)]
    text = "\n".join(lines).strip() + "\n"
    if len(text) <= MAX_TEXT:
        return text
    return text[: MAX_TEXT - len(_MORE) - 2].rsplit("\n", 1)[0] + f"\n{_MORE}\n"


def _about_score(feedback: Feedback) -> list[str]:
    rules = feedback.score.rules if feedback.score else ()
    line = " ".join(_score(feedback)).strip()
    return [*([line] if line else []), *map(printable, rules if line else ())]


def _lines(feedback: Feedback, question: QuestionReport) -> list[str]:
    """Return the lines about one question."""
    verdict = _verdict(feedback, question.outcome)
    if feedback.released.score:
        verdict = f"{verdict_word(question)[0]}, {points_word(question)}"
    return [f"{question.id}: {verdict}", *(f"  {printable(line)}" for line in said(question).splitlines())]

"""A class in the terminal: a line for each report, and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.classroom.collecting import Collected
from grader.classroom.regrading import Move
from grader.classroom.tally import MAX_TOLD, Tally
from grader.errors import printable
from grader.examiner.report import Report
from grader.examiner.submission import SUFFIXES
from grader.gradebook.scoring import Score
from grader.gradebook.totals import Total
from grader.language.points import number_text, score_text
from grader.render.palette import RIGHT, WRONG
from grader.render.terminal import WORDS, verdict_word
from grader.worker.reading import EMPTY


def report_line(report: Report) -> str:
    """Return one report on one line."""
    wrong = [
        f"{question.id} ({question.misconception or verdict_word(question)[0]})"
        for question in report.questions
        if question.outcome != "passed"
    ]
    files = (f"{report.exercise}{suffix}" for suffix in SUFFIXES)
    if any(EMPTY.format(name=file) in report.notes for file in files):
        wrong = ["the file is empty"]
    score = f"{score_text(report.score, report.points)} of {number_text(report.points)}"
    return printable(
        f"{report.student}  {report.exercise}  {score}" + (f"  {', '.join(wrong)}" if wrong else "")
    )


def class_table(reports: Sequence[Report], stories: Mapping[str, str]) -> RenderableType:
    """Return a table of students with their scores and lost points, a row each."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("student", no_wrap=True)
    if stories:
        table.add_column("what they do", ratio=2)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("why", ratio=3)
    by_student: dict[str, list[Report]] = {}
    for report in reports:
        by_student.setdefault(report.student or "", []).append(report)
    for student, own in by_student.items():
        points = sum(r.points for r in own)
        score = f"{score_text(sum(r.score for r in own), points)}/{number_text(points)}"
        story = [Text(stories.get(student, ""))] if stories else []
        table.add_row(Text(printable(student)), *story, Text(score), Text(_why(own)))
    return table


def _why(reports: Sequence[Report]) -> str:
    """Return the most common reasons for lost points, most frequent first."""
    reasons = Counter(
        (question.misconception or WORDS[question.outcome][0]).replace("-", " ")
        for report in reports
        for question in report.questions
        if question.outcome != "passed"
    )
    return ", ".join(
        f"{reason} ({count})" if count > 1 else reason for reason, count in reasons.most_common(3)
    )


def summary(tally: Tally, collected: Collected) -> RenderableType:
    """Return how many were graded, what was not and why, and who handed in nothing."""
    left_out = len(collected.left_out)
    lines = [f"{tally.graded} graded, {tally.ungraded} not graded, {left_out} left out."]
    if tally.unchanged:
        lines.append(f"{tally.unchanged} unchanged, not run again.")
    if tally.slowest:
        slowest = ", ".join(f"{name} ({seconds:.1f} s)" for seconds, name in sorted(tally.slowest)[::-1])
        lines.append(f"slowest: {slowest}")
    if tally.pending:
        lines.append(f"{tally.pending} not complete: a person still has to mark a part of each.")
    lines += [f"not graded: {reason}" for reason in tally.reasons]
    lines += _more(tally.ungraded - len(tally.reasons), "not graded")
    lines += tally.held_names
    lines += _more(tally.held - len(tally.held_names), "keeps its score")
    if tally.held:
        lines.append("To see which scores would change and why: course regrade")
    if tally.corrected:
        lines.append(f"corrected hand-in times: {tally.corrected}")
    lines += [f"note: {note}" for note in collected.notes[:MAX_TOLD]]
    lines += _more(len(collected.notes) - MAX_TOLD, "note: similar names")
    lines += [f"left out: {reason}" for reason in collected.left_out]
    if absent := collected.absent():
        lines.append(f"handed in nothing: {', '.join(absent)}")
    if doubtful := collected.doubtful():
        lines.append(f"handed in nothing, unless a file that was left out is theirs: {', '.join(doubtful)}")
    return Group(*(Text(printable(line)) for line in lines))


def _more(count: int, what: str) -> list[str]:
    return [f"{what}: {count} more"] if count > 0 else []


def outcome_table(tally: Tally) -> RenderableType:
    """Return a table of the outcomes of each question, a row each."""
    seen = [word for word in WORDS if any(word in outcomes for outcomes in tally.outcomes.values())]
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("exercise", no_wrap=True)
    table.add_column("question", no_wrap=True)
    for outcome in seen:
        table.add_column(WORDS[outcome][0], justify="right")
    before = ""
    for exercise, question, outcomes in tally.rows:
        name, before = ("" if exercise == before else exercise), exercise
        counts = [str(outcomes[outcome] or "") for outcome in seen]
        table.add_row(Text(name), Text(question), *counts)
    return table


def move_table(moves: Sequence[Move]) -> RenderableType:
    """Return a table of the scores that change, from what to what, and why."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for name in ("student", "exercise"):
        table.add_column(name, no_wrap=True)
    table.add_column("from", justify="right", no_wrap=True)
    table.add_column("to", justify="right", no_wrap=True)
    table.add_column("why", ratio=1)
    for move in moves:
        style = WRONG if move.falls else RIGHT if move.rises else ""
        table.add_row(
            Text(printable(move.after.student or "")),
            Text(move.after.exercise),
            _points(move.before),
            Text(_points(move.after), style),
            Text("; ".join(move.reasons())),
        )
    return table


def _points(report: Report) -> str:
    if not report.is_graded:
        return "not graded"
    return f"{score_text(report.score, report.points)}/{number_text(report.points)}"


def score_table(scores: Sequence[Score]) -> RenderableType:
    """Return a table of raw scores, the rules applied, and final scores."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for name in ("student", "exercise"):
        table.add_column(name, no_wrap=True)
    for name in ("raw", "final", "of"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("rule", ratio=1)
    for score in scores:
        rules = score.rules if score.is_graded else ("could not be graded",)
        rules = (*rules, "not complete: a person still has to mark a part") if score.is_pending else rules
        cells = [_number(score.raw), _number(score.final), number_text(score.points)]
        rule = printable("; ".join((*rules, *score.warnings)))
        table.add_row(Text(printable(score.student)), Text(score.exercise), *cells, Text(rule))
    return table


def total_table(totals: Sequence[Total]) -> RenderableType:
    """Return a table of totals in percent, with the rules that made them."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("categories and rules", ratio=1)
    for total in totals:
        each = [f"{name} {number_text(share)} %" for name, share in total.categories.items()]
        percent = "-" if total.percent is None else f"{number_text(total.percent)} %"
        about = printable("; ".join((*each, *total.rules)))
        table.add_row(Text(printable(total.student)), percent, total.result, Text(about))
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else number_text(value)

"""`course push`: send scores to an LMS over the network, or list what would be sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.export_command import MAX_MAXIMUM
from grader.cli.here import service_here
from grader.cli.options import PATH, FiniteRange, with_missing, with_partial
from grader.cli.told import tell
from grader.errors import counted, printable
from grader.render.feedback_page import feedback_text
from grader.service.enrolment import ROSTER_FILE
from grader.service.pushing import Pushed, PushOrder, PushResult
from grader.service.service import Service
from grader.service.vocabulary import TOKEN_VARIABLE, Sending, read_token

_EVERY = 100  # scores between two messages
_MAX_DIGITS = 18  # of an id in Canvas


def _assigned(value: str) -> tuple[str, int]:
    """Read an exercise and the id of its assignment: exercise-1=123."""
    exercise, _, id_ = value.partition("=")
    if not (exercise and id_.isascii() and id_.isdecimal() and len(id_) <= _MAX_DIGITS and int(id_)):
        raise click.BadParameter(f"'{value}' is not an exercise and a number, as in exercise-1=123.")
    return exercise, int(id_)


@click.command("push")
@click.argument("lms", metavar="LMS", type=click.Choice(["canvas"]))
@click.option("--send", is_flag=True, help="Really send; without it, only list what would be sent.")
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise (can be repeated).")
@click.option(
    "--roster",
    type=PATH,
    help=f"CSV file of students with their ids in the LMS. [default: {ROSTER_FILE} of the course]",
)
@click.option("--url", help="Address of Canvas. [default: as in course.yaml]")
@click.option(
    "--course",
    "course_id",
    type=click.IntRange(1),
    help="Id of the course in Canvas. [default: as in course.yaml]",
)
@click.option(
    "--assignment",
    "assignments",
    type=_assigned,
    metavar="EXERCISE=ID",
    multiple=True,
    help="Id of an assignment in Canvas, besides those in course.yaml (can be repeated).",
)
@click.option(
    "--token-file",
    type=PATH,
    help=f"File with the access token that only you can read. [default: the variable {TOKEN_VARIABLE}]",
)
@click.option("--overwrite", is_flag=True, help="Also replace the grades that others gave in Canvas.")
@click.option("--no-comments", is_flag=True, help="Send scores without feedback.")
@with_partial
@with_missing
@click.option(
    "--out-of",
    type=FiniteRange(min=0, max=MAX_MAXIMUM, min_open=True),
    help="Scale scores to this maximum, for an assignment without points. [default: its points in Canvas]",
)
def push(
    lms: str,  # noqa: ARG001 Canvas is the only one
    send: bool,
    exercises: tuple[str, ...],
    roster: Path | None,
    url: str | None,
    course_id: int | None,
    assignments: tuple[tuple[str, int], ...],
    token_file: Path | None,
    overwrite: bool,
    no_comments: bool,
    partial: bool,
    missing: str,
    out_of: float | None,
) -> int:
    """Send scores and feedback to an LMS over the network.

    LMS is canvas. Without --send, the command only lists each old and new score with the reason.

    Each score comes with the text of `course feedback`, as far as it is released. Nothing is sent twice:
    the same command continues a push that was cut off.
    """
    with service_here() as service:
        place = service.canvas_place(url, course_id, dict(assignments))
        token = read_token(os.environ, token_file)
        known = service.roster(_roster_file(service, roster))
        if missing == "zero" and known is None:
            raise click.UsageError("--missing zero needs --roster, which lists who handed in nothing.")
        order = PushOrder(
            place,
            token,
            known,
            exercises,
            out_of,
            zero=missing == "zero",
            overwrite=overwrite,
            comments=not no_comments,
            is_rehearsal=not send,
            partial=partial,
        )
        result = service.push(order, feedback_text, _step)
    return _show(result, is_rehearsal=not send)


def _roster_file(service: Service, given: Path | None) -> Path | None:
    """Return the roster that is given, or the course's own if it has one."""
    own = service.course.root / ROSTER_FILE
    if given or own.exists():
        return given or own
    tell(["No --roster: students are named after their folders, which the LMS may not know."])
    return None


def _step(exercise: str, count: int, total: int) -> None:
    """Report the progress from time to time."""
    if count % _EVERY == 0 and count < total:
        tell([f"{exercise}: {count} of {counted(total, 'score')} sent"])


def _show(result: PushResult, *, is_rehearsal: bool) -> int:
    for reason in result.left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    for one in result.pushed:
        for line in _lines_about(one, is_rehearsal=is_rehearsal):
            click.echo(line)
    if is_rehearsal and any(one.plan.sendings for one in result.pushed):
        click.echo("Nothing was sent. To send this, add --send.")
    for reason in dict.fromkeys(one.stopped for one in result.pushed if one.stopped):
        click.echo(f"stopped: {printable(reason)}", err=True)
    if any(one.stopped for one in result.pushed):
        return entry.WRONG_USE
    return entry.DONE if result.is_complete else entry.NOT_FULL_MARKS


def _lines_about(pushed: Pushed, *, is_rehearsal: bool) -> Iterator[str]:
    """Yield who gets which score, what is there already, and who is left out."""
    plan = pushed.plan
    done = [*plan.sendings] if is_rehearsal else pushed.sent
    scores = counted(len(done), "score")
    told = f"would send {scores}" if is_rehearsal else f"{scores} sent"
    yield f"{plan.item.exercise}: {told} to {plan.assignment.title}"
    yield from (f"  note: {printable(note)}" for note in plan.notes)
    for one in done:
        if is_rehearsal or one.old:
            yield f"  {_line(one)}"
    if plan.there:
        yield f"  there already: {counted(len(plan.there), 'score')}"
    yield from (f"  left out: {reason}" for reason in plan.file.left_out)
    if rest := len(plan.sendings) - len(pushed.sent):
        yield from [f"  not sent yet: {counted(rest, 'score')}"] * (not is_rehearsal)


def _line(one: Sending) -> str:
    old = f"{one.old} becomes " if one.old and one.has_grade else ""
    comment = ", with a comment" if one.has_comment else ""
    reason = f" ({one.reason})" if one.reason else ""
    return printable(f"{one.student}: {old}{one.grade}{comment}{reason}")

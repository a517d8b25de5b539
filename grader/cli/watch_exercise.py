"""`grade EXERCISE --watch`: the page of one exercise, again after every save."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
from rich.console import RenderableType
from rich.text import Text

from grader.errors import GraderError, WorkerFault
from grader.render.palette import screen
from grader.render.terminal import WatchedPage
from grader.service.desk import Desk
from grader.service.early import ExaminerProcess
from grader.service.saves import looks

NOT_YOURS = "{error} This is not your fault."


def watch_exercise(process: ExaminerProcess, word: str, file: Path | None) -> NoReturn:
    """Grade whenever the file is saved, until interrupted."""
    told: list[str] = []
    with Desk(Path.cwd(), process, told.append, file, word) as desk:
        for _ in looks(desk.folders):
            if desk.read_again() | bool(desk.saved([desk.exercise])):
                _grade(desk, desk.exercise, told)
    raise AssertionError  # looks end only when something is raised


def _grade(desk: Desk, exercise: str, told: list[str]) -> None:
    """Clear the screen and show the page, with what was told beside it."""
    pages: list[RenderableType] = []
    try:
        name = desk.file(exercise).name
        click.echo(f"Grading {name} ...")
        pages.append(WatchedPage(desk.grade(exercise), desk.paper(exercise).title, desk.hints(exercise)))
    except GraderError as error:
        name = exercise
        pages.append(Text(sentence_of(error)))
    click.clear()
    screen().print(*map(Text, filter(None, [desk.trouble, *told])), *pages, sep="\n")
    told.clear()
    click.echo(f"Watching {name}. Press Ctrl-C to stop.")


def sentence_of(error: GraderError) -> str:
    """Return what to say when a file could not be graded."""
    return NOT_YOURS.format(error=error) if isinstance(error, WorkerFault) else str(error)

"""`course report`: analyse a class's answers."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import UsageFault
from grader.render.analysis_page import analysis_page, passed
from grader.render.palette import screen
from grader.service.page_file import check_target, write_page


@click.command("report")
@click.argument("exercises", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", "page", type=PATH, metavar="FILE", help="Write a page with plots and tables to FILE.")
@click.option("--pseudonyms", is_flag=True, help="Write student 1, student 2, ... instead of names.")
def report(exercises: tuple[str, ...], as_json: bool, page: Path | None, pseudonyms: bool) -> int:
    """Analyse the class's answers.

    For each question: how hard it is, how well it separates strong from weak students, and the misconceptions
    it reveals. For each student: the misconceptions they show. Only the attempt that counts is used.
    """
    if page is not None:
        check_target(page)
    with service_here() as service:
        summary = service.summary(exercises)
    if not summary.analysis.exercises:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    handed_in = {one.exercise for one in summary.analysis.exercises}
    for name in dict.fromkeys(name for name in exercises if name not in handed_in):
        click.echo(f"Nobody has handed in {name} yet.", err=True)
    if pseudonyms:
        summary = summary.with_pseudonyms(service.course.record.seed)
    if page is not None:
        write_page(page, importlib.import_module("grader.render.class_page").class_html(summary))
        click.echo(f"The report was written to {page}.")
    elif as_json:
        click.echo(summary.analysis.model_dump_json(indent=2))
    else:
        screen().print(analysis_page(summary.analysis))
        for line in passed(summary):
            click.echo(line)
    return entry.DONE

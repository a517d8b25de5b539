"""`course report`: analyse a class's answers."""

from __future__ import annotations

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.errors import UsageFault
from grader.render.analysis_page import analysis_page
from grader.render.palette import screen


@click.command("report")
@click.argument("exercises", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def report(exercises: tuple[str, ...], as_json: bool) -> int:
    """Analyse the class's answers.

    For each question: how hard it is, how well it separates strong from weak students, and the misconceptions
    it reveals. For each student: the misconceptions they show. Only the attempt that counts is used.
    """
    with service_here() as service:
        analysis = service.analysis(exercises)
    if not analysis.exercises:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    handed_in = {one.exercise for one in analysis.exercises}
    for name in dict.fromkeys(name for name in exercises if name not in handed_in):
        click.echo(f"Nobody has handed in {name} yet.", err=True)
    if as_json:
        click.echo(analysis.model_dump_json(indent=2))
    else:
        screen().print(analysis_page(analysis))
    return entry.DONE

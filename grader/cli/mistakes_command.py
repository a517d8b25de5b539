"""`course mistakes`: propose misconceptions for wrong answers that none explains."""

from __future__ import annotations

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.errors import UsageFault
from grader.render.proposal_page import proposal_text


@click.command("mistakes")
@click.argument("exercises", nargs=-1)
@click.option("--students", is_flag=True, help="Also name the students of each group.")
def mistakes(exercises: tuple[str, ...], students: bool) -> int:
    """Propose misconceptions for unexplained wrong answers.

    Looks in the gradebook for groups of students who made the same mistake: a small formula that leads each
    of them to the answer they gave, an option, or code that returned the same. Prints each as YAML to paste
    into exercise.yaml.
    """
    with service_here() as service:
        proposed = service.propose(exercises)
    if not proposed.reports:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    click.echo(proposal_text(proposed, students=students))
    return entry.NOT_FULL_MARKS if proposed.unreadable else entry.DONE

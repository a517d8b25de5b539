"""`course doctor`: show whether this machine can confine student code, and attack it."""

from __future__ import annotations

import click

from grader.cli import entry
from grader.errors import UsageFault
from grader.service.machine import AttackResult, attacked, confinement
from grader.service.vocabulary import FULL, WAYS


@click.command("doctor")
@click.option("--attacks", is_flag=True, help="Run the bundled attacks and show what stopped each.")
def doctor(attacks: bool) -> int:
    """Show how this machine confines student code.

    Also shows what it cannot do, and why.
    """
    if attacks and FULL.lacks():
        raise UsageFault(f"Attacks can run only if code is confined. {FULL.lacks()}")
    here = confinement()
    for layer in here.holding:
        click.echo(f"{layer:<14} holds")
    for layer, why in here.missing.items():
        click.echo(f"{layer:<14} missing: {why}")
    for way in WAYS.values():
        click.echo(f"--isolation {way.name}: {way.lacks() or way.help}")
    if here.lacking:
        lacking = ", ".join(here.lacking)
        click.echo(f"course grade needs --isolation process on this machine, because it lacks: {lacking}.")
    won = _run_attacks() if attacks else False
    return entry.NOT_FULL_MARKS if here.lacking or won else entry.DONE


def _run_attacks() -> bool:
    def tell(result: AttackResult) -> None:
        state = f"WON: {'; '.join(result.gains)}" if result.gains else "defeated"
        click.echo(f"{result.attack.family}/{result.attack.name}: {state}")
        click.echo(f"    {result.attack.sentence}")
        click.echo(f"    stopped by: {result.stopped_by}")

    results = attacked(tell)
    won = sum(bool(result.gains) for result in results)
    click.echo(f"{len(results) - won} of {len(results)} attacks defeated.")
    return won > 0

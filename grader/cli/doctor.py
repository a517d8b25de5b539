"""`course doctor`: whether this machine can confine student code, and attacks to prove it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from grader.cli import entry
from grader.errors import UsageFault
from grader.proof.attacks import AttackResult, load_attacks, run_attacks
from grader.worker.isolation.ways import FULL, WAYS


@click.command("doctor")
@click.option(
    "--attacks", is_flag=True, help="Run the attacks that come with the grader, and say what stopped each."
)
def doctor(attacks: bool) -> int:
    """Say how this machine confines student code.

    And what it cannot do, and why.
    """
    if attacks and FULL.lacks():
        raise UsageFault(f"Attacks are run where code is confined. {FULL.lacks()}")
    missing = _layers()
    for way in WAYS.values():
        click.echo(f"--isolation {way.name}: {way.lacks() or way.help}")
    if missing:
        click.echo(
            f"course grade refuses this machine without --isolation process: {', '.join(missing)} missing."
        )
    won = _run_attacks() if attacks else False
    return entry.NOT_FULL_MARKS if missing or won else entry.DONE


def _layers() -> list[str]:
    """Tell of each layer whether it holds; return those that strangers' code needs and that do not."""
    if FULL.lacks():
        return list(FULL.promises)
    with FULL.workers(["torch"]) as server:
        for layer in server.isolation:
            click.echo(f"{layer:<14} holds")
        for layer, why in server.missing.items():
            click.echo(f"{layer:<14} missing: {why}")
        return server.lacking


def _run_attacks() -> bool:
    def tell(result: AttackResult) -> None:
        state = f"WON: {'; '.join(result.gains)}" if result.gains else "defeated"
        click.echo(f"{result.attack.family}/{result.attack.name}: {state}")
        click.echo(f"    {result.attack.sentence}")
        click.echo(f"    stopped by: {result.stopped_by}")

    results = run_attacks(load_attacks(shipped_attacks()), tell)
    won = sum(bool(result.gains) for result in results)
    click.echo(f"{len(results) - won} of {len(results)} attacks defeated.")
    return won > 0


def shipped_attacks() -> Path:
    """The folder of the attacks that come with the package, or with its repository."""
    package = Path(str(resources.files("grader")))
    shipped = package / "shipped" / "attacks"
    return shipped if shipped.is_dir() else package.parent / "tests" / "attacks"

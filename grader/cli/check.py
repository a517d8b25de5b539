"""`course check`: prove exercises before students see them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import Fault, GraderError
from grader.render.palette import screen
from grader.render.proof_page import fault_lines, proof_html, proof_page
from grader.service.home import check_page
from grader.service.page_file import write_page
from grader.service.service import Service
from grader.service.vocabulary import ISOLATION_HELP, WAYS, Proved, own_way

WATCH_SECONDS = 0.5  # between two checks for saved files
MAX_VARIANTS = 10_000


@click.command("check")
@click.argument("exercises", nargs=-1)
@click.option(
    "--variants",
    default=100,
    show_default=True,
    type=click.IntRange(0, MAX_VARIANTS),
    help="Number of made-up students.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", type=PATH, help="Also write an HTML page to this file.")
@click.option("--watch", is_flag=True, help="Check an exercise again whenever one of its files is saved.")
@click.option(
    "--isolation",
    type=click.Choice(list(WAYS)),
    default=own_way().name,
    show_default=True,
    help=ISOLATION_HELP,
)
def check_(
    exercises: tuple[str, ...],
    variants: int,
    as_json: bool,
    html: Path | None,
    watch: bool,
    isolation: str,
) -> int:
    """Prove that exercises are sound, over many variants.

    The reference earns full marks and the untouched stub none. Each misconception is noticed and named. The
    checks notice mutants of the reference. Nothing that students receive gives an answer away.
    """
    if watch and (as_json or html):
        raise click.UsageError("--watch prints to the terminal only. Leave out --json and --html.")
    service = service_here()
    names = service.course.select(exercises)
    if html:
        check_page(service.course, html)
    if watch:
        return _watch(service, names, variants, isolation)
    console = screen(stderr=as_json)

    def tell(proved: Proved) -> None:
        if not as_json:
            _print(console, proved)

    proved = service.prove(names, variants, tell, isolation)
    if as_json:
        click.echo(json.dumps({"format": 1, "exercises": [_document(one) for one in proved]}, indent=1))
    if html:
        write_page(html, proof_html(service.course.record.title, proved))
    return entry.NOT_FULL_MARKS if any(one.faults for one in proved) else entry.DONE


def _print(console: Console, proved: Proved) -> None:
    console.print(proof_page(proved))
    for line in fault_lines(proved):
        console.print(line, soft_wrap=True)


def _document(proved: Proved) -> dict[str, Any]:
    return {
        "exercise": proved.exercise,
        "variants": proved.variants,
        "faults": [_fault(fault) for fault in proved.faults],
        "notes": proved.notes,
        "spread": [spread.model_dump(mode="json") for spread in proved.spreads],
        "questions": [matrix.model_dump(mode="json") for matrix in proved.matrices],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    place = {"file": str(fault.file), "line": fault.line, "column": fault.column, "path": fault.path}
    return {**place, "sentence": fault.sentence, "remedy": fault.remedy}


def _watch(service: Service, names: tuple[str, ...], variants: int, isolation: str) -> int:
    """Check exercises when they are saved, until interrupted."""
    console = Console(highlight=False)
    folder = service.course.root / "exercises"
    seen: dict[str, float] = {}
    while True:
        saved = [name for name in names if _saved(folder / name) > seen.get(name, 0)]
        if saved:
            seen.update({name: _saved(folder / name) for name in saved})
            click.clear()
            try:
                service_here().prove(saved, variants, lambda proved: _print(console, proved), isolation)
            except GraderError as error:
                click.echo(str(error))
            click.echo("Watching. Press Ctrl-C to stop.")
        time.sleep(WATCH_SECONDS)


def _saved(folder: Path) -> float:
    """Return when a file of an exercise was last saved."""
    return max((file.stat().st_mtime for file in folder.glob("*") if file.is_file()), default=0)

"""`course show`: show an author all variants of an exercise."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.options import PATH
from grader.render.palette import screen
from grader.service.home import check_page, find_course
from grader.service.page_file import write_page
from grader.service.showing import overview

MAX_VARIANTS = 1000


@click.command("show")
@click.argument("exercise")
@click.option(
    "--variants",
    default=100,
    show_default=True,
    type=click.IntRange(0, MAX_VARIANTS),
    help="Number of made-up students.",
)
@click.option("--html", "page", type=PATH, metavar="FILE", help="Write all variants to FILE, as a page.")
def show(exercise: str, variants: int, page: Path | None) -> int:
    """Show an exercise with its answers, over many variants.

    The page has each variant with its questions and answers, what each misconception leads to and says,
    figures, hints and explanations. A filter finds variants by their text, and by what is wrong with them.
    """
    course = find_course(Path.cwd())
    if page is not None:
        check_page(course, page)
    shown = overview(course, exercise, variants)
    if page is not None:
        write_page(page, importlib.import_module("grader.render.overview_page").overview_html(shown))
        click.echo(f"The page was written to {page}. It holds answers.")
    else:
        pages = importlib.import_module("grader.render.overview_summary")
        screen().print(pages.overview_summary(shown))
    return entry.NOT_FULL_MARKS if shown.has_faults else entry.DONE

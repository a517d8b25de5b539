"""Argument types that click lacks, and options that several commands share."""

from __future__ import annotations

import math
import os
from pathlib import Path

import click


class NamedPath(click.Path):
    """A file or folder; an empty name is refused, because it would mean the current folder."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse an empty name."""
        if not str(value).strip():
            self.fail("The name is empty. Name a file or folder.", param, ctx)
        return Path(os.fsdecode(super().convert(str(value), param, ctx)))


class FiniteRange(click.FloatRange):
    """A finite number within a range."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse infinity and nan."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number. Write one such as 10.", param, ctx)
        return number


PATH = NamedPath(path_type=Path)

with_partial = click.option(
    "--partial",
    is_flag=True,
    help="Also use exercises that are not fully marked, with the scores that are complete.",
)
with_missing = click.option(
    "--missing",
    type=click.Choice(["omit", "zero"]),
    default="omit",
    show_default=True,
    help="Score of students in the roster who handed in nothing.",
)

"""Kinds of argument that click does not have."""

from __future__ import annotations

import math
import os
from pathlib import Path

import click


class NamedPath(click.Path):
    """A file or folder: an empty name would be taken for the folder that one is in."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse a name without letters."""
        if not str(value).strip():
            self.fail("The name is empty. Name a file or folder.", param, ctx)
        return Path(os.fsdecode(super().convert(str(value), param, ctx)))


class FiniteRange(click.FloatRange):
    """A number within a range: infinity is in many, and nan compares with none."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse what is not a number that one can count with."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a number that counts. Write one such as 10.", param, ctx)
        return number


PATH = NamedPath(path_type=Path)

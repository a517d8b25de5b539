"""What scores are exported to: one module for each format, in the dict that `course export` offers."""

from __future__ import annotations

from collections.abc import Callable

from grader.lms import canvas, moodle, table
from grader.lms.export import Export, File

FORMATS: dict[str, Callable[[Export], list[File]]] = {
    "canvas": canvas.write,
    "moodle": moodle.write,
    "csv": table.write,
}

__all__ = ["FORMATS"]

"""Where a command may write an HTML page."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import UsageFault, printable
from grader.files import open_file, refusal, write_file

PAGE = b"<!doctype html"  # the beginning of a page


def check_target(file: Path) -> None:
    """Raise UsageFault if a page cannot be written to a file, or would overwrite something else."""
    if not file.parent.is_dir():
        raise UsageFault(f"There is no folder {printable(str(file.parent))}. Create it or name another file.")
    if not os.path.lexists(file):
        return
    try:
        with open_file(file) as stream:
            begin = stream.read(len(PAGE))
    except OSError as error:
        raise refusal(file, "written", error) from None
    if begin.lower() not in {b"", PAGE}:
        name = printable(str(file))
        raise UsageFault(f"{name} already exists and is not a page. Name another file, such as page.html.")


def write_page(file: Path, text: str) -> None:
    """Write a page completely or raise UsageFault."""
    write_file(file, text)

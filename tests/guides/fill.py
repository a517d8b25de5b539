"""`python -m tests.guides.fill PAGE...` follows pages and writes what commands print into their `text` blocks."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.guides.guide import BLOCK, steps
from tests.guides.reader import Reader


def fill(page: Path) -> None:
    """Replace what a page says that commands print, where that is no longer so."""
    with tempfile.TemporaryDirectory() as folder:
        followed = list(Reader(Path(folder)).follow(steps(page)))
    blocks = iter(followed)

    def filled(found: re.Match[str]) -> str:
        output, printed = next(blocks)
        lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
        return found[0] if output.is_of(printed) else "\n".join(("```text", *lines, "```"))

    page.write_text(BLOCK.sub(filled, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        fill(Path(name))

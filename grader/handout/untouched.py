"""Whether a file is an untouched stub: its code adds nothing to what students receive, in either format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from grader.course.sitting import Paper
from grader.handout.stubs import given_code

MAX_BYTES = 1 << 20  # a larger file is no stub
_INSTALLS = "%pip install"


def is_untouched(paper: Paper, name: str, content: bytes) -> bool:
    """Return whether every line of code in a file is a line of the stub; comments and text do not count.

    So another variant's stub is one as well. A file that cannot be read is not.
    """
    if len(content) > MAX_BYTES:
        return False
    with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError):
        text = content.decode("utf-8-sig")
        code = "\n".join(_code_cells(json.loads(text))) if name.endswith(".ipynb") else text
        return set(_lines(code)) <= set(_lines(given_code(paper)))
    return False


def _code_cells(document: Any) -> Iterator[str]:
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            yield source if isinstance(source, str) else "".join(source)


def _lines(code: str) -> Iterator[str]:
    """Yield the lines that are code, except those that install the grader."""
    for line in code.splitlines():
        if line.strip() and not line.strip().startswith(("#", _INSTALLS)):
            yield line.rstrip()

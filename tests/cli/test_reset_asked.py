"""`grade --reset` in a terminal: it asks, and does what it is told."""

from __future__ import annotations

import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from tests.cli.terminal import terminal


@pytest.mark.parametrize(
    ("key", "code", "said", "is_replaced"),
    [
        ("y\r", 0, "sums.py is again as it was handed out. Your file is kept as", True),
        ("\r", 1, "Nothing was changed.", False),
        ("n\r", 1, "Nothing was changed.", False),
        ("\x03", 130, "Interrupted.", False),
        ("\x04", 130, "Interrupted.", False),
    ],
)
def test_it_asks_before_it_replaces(mine: Path, key: str, code: int, said: str, is_replaced: bool) -> None:
    (mine / "sums.py").write_text("twice = 3\n", encoding="utf-8")
    with terminal(["-m", "grader", "sums", "--reset"], mine) as typed:
        typed.read_until("[y/N]: ")
        typed.type(key)
        ended, printed = typed.ended()
    assert (ended, said in " ".join(printed.split())) == (code, True)
    assert ((mine / "sums.py").read_text(encoding="utf-8") != "twice = 3\n") is is_replaced
    assert (mine / "sums.before-reset-1.py").exists() is is_replaced

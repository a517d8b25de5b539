"""The README is one page, its question is the tutorial's, and CI types its two commands."""

from __future__ import annotations

import re

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 900  # words


def test_it_is_one_page() -> None:
    assert len(README.split()) <= LONGEST


def test_its_question_is_the_tutorials() -> None:
    """The tutorial is followed by a test of its own."""
    [question] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert re.sub(r" +# .*", "", question) in tutorial


def test_ci_types_the_commands_of_the_readme() -> None:
    commands = re.findall(r"^    (python3 -m venv .*)$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(commands) <= set(script)

"""What the commands import before they answer: every student waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

GATE = """
import atexit, gc, os, sys
atexit.register(lambda: print(gc.get_freeze_count() > 0, file=sys.stderr))
from grader.cli.begin import {command}
sys.argv = ["{command}", *{arguments!r}]
try:
    {command}()
except SystemExit as left:
    print(left.code, *sorted(set(sys.modules) & set({heavy!r})), file=sys.stderr)
"""
HEAVY = "torch numpy scipy matplotlib nbformat jsonschema pytest pydantic sqlalchemy jinja2 yaml rich".split()
BY_COMMAND: dict[tuple[str, ...], str] = {
    ("grade", "--help"): "",
    ("grade", "--version"): "",
    ("course", "--help"): "",
    ("grade", "exercise-1"): "jinja2 pydantic rich yaml",  # what reports and papers are made of
    ("course", "scores"): "jinja2 pydantic rich sqlalchemy yaml",  # and the gradebook; nothing needs numpy
}


@pytest.mark.parametrize("command", BY_COMMAND, ids=" ".join)
def test_what_a_command_imports(own: Path, course: Run, command: tuple[str, ...]) -> None:
    """A gate: what gets in here, every student waits for. torch is imported by another process at most.

    And when it ends, Python has no garbage left to look for.
    """
    name, *arguments = command
    program = GATE.format(command=name, arguments=arguments, heavy=HEAVY)
    handout = own / "handout"
    assert course(own, "generate", handout).code == 0
    (handout / "exercise-1.py").write_text("import torch\nsize = 3\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=handout, capture_output=True, text=True, check=False
    )
    code, *imported, is_frozen = " ".join(ran.stderr.splitlines()[-2:]).split()
    assert (code, " ".join(imported), is_frozen) == ("0", BY_COMMAND[command], "True")


def test_what_the_examiner_of_a_student_imports() -> None:
    """It needs neither a course's records nor what they need."""
    modules = [*HEAVY, "grader.course.records", "grader.lms"]
    program = f"import sys, grader.examiner.bench\nprint(*sorted(set(sys.modules) & set({modules!r})))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["jinja2", "numpy", "pydantic", "pytest"]

"""The README's own example is a working exercise, and CI types the README's own two commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_example_is_proved(tmp_path: Path, course: Run) -> None:
    section = README.partition("### Writing an exercise")[2].partition("### Grading a class")[0]
    exercise, misconception, _ = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    reference, checks, wrong = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    folder = tmp_path / "exercises" / "exercise-3"
    folder.mkdir(parents=True)
    (tmp_path / "course.yaml").write_text("format: 1\ntitle: T\nseed: s\nexercises: [exercise-3]\n", "utf-8")
    files = {
        "exercise.yaml": exercise + misconception,
        "reference.py": reference,
        "checks.py": checks,
        "misconceptions.py": wrong,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = course(tmp_path, "check", "--variants", 10)
    assert (ran.code, ran.out.partition("\n")[0].strip()) == (0, "exercise-3: proved over 11 variants"), (
        ran.out
    )
    assert "strided: 1 of 1 misconceptions" in ran.out


def test_ci_types_the_commands_of_the_readme() -> None:
    commands = re.findall(r"^    (python3 -m venv .*)$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(commands) <= set(script)

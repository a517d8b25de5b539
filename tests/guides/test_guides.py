"""Every file of the tutorial and the guides is written, and every command typed, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.guides.guide import Command, File, Output, steps
from tests.guides.reader import SURROUNDINGS, Reader

DOCS = ROOT / "docs"
TYPED = {"course", "grade", "git", "pytest", "python", "cd", "touch", "grep"}
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
DONE_ELSEWHERE = {"more-machines.md"}  # it needs other machines; the tests of the cluster do what it says
AS_INSTALLED = {"tutorial.md", "notebooks.md"}  # the first page that a newcomer types, and both commands


def page_param(page: Path):
    """Mark a page that runs code of torch, or many commands, as slow."""
    found = list(steps(page))
    slow = any(isinstance(step, File) and step.path.endswith("reference.py") for step in found)
    slow |= sum(isinstance(step, Command) for step in found) > 2
    return pytest.param(page, id=page.stem, marks=[pytest.mark.slow] if slow else [])


@pytest.fixture
def commands(course: Run, grade: Run, monkeypatch: pytest.MonkeyPatch) -> dict[str, Run]:
    """Return the commands as this process runs them, which has imported everything already."""
    for name, value in SURROUNDINGS.items():
        monkeypatch.setenv(name, value)
    return {"course": course, "grade": grade}


@pytest.mark.skipif("sys.platform == 'win32'", reason="the pages are written for a POSIX shell")
@pytest.mark.parametrize("page", [page_param(page) for page in PAGES if page.name not in DONE_ELSEWHERE])
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, commands: dict[str, Run]) -> None:
    """Two pages are typed into a shell, for the commands as they are installed; and so is each line with a `>`."""
    reader = Reader(tmp_path, None if page.name in AS_INSTALLED else commands)
    for output, printed in reader.follow(steps(page)):
        assert output.is_of(printed), f"The page says:\n{output.text}\nThe commands print:\n{printed}"


def test_what_the_pages_prove() -> None:
    """An example with code is proved whole: its misconceptions are also known."""
    [output] = [step.text for step in steps(DOCS / "how-to" / "several-kinds.md") if isinstance(step, Output)]
    assert output.startswith("exercise-3: proved over 11 variants\n")
    assert "strided: 1 of 1 misconceptions" in output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_commands_that_a_reader_knows(page: Path) -> None:
    typed = [step.line.split()[0] for step in steps(page) if isinstance(step, Command)]
    assert set(typed) <= TYPED
    assert typed or page.name in DONE_ELSEWHERE


def test_steps_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Text.\n\n`a/b.yaml`:\n\n```yaml\nx: 1\n```\n\nAdd to `a/b.yaml`:\n\n```yaml\ny: 2\n```\n\n"
        "```python\nunnamed\n```\n\n    course check  # exit code 1\n    cd a\n\n```text\nout\n```\n",
        encoding="utf-8",
    )
    assert list(steps(page)) == [
        File("a/b.yaml", "x: 1\n", added=False),
        File("a/b.yaml", "y: 2\n", added=True),
        Command("course check", 1),
        Command("cd a", 0),
        Output("out\n"),
    ]


def test_output_is_compared_whole_but_for_times() -> None:
    said = Output("at 2025-01-01 10:00 UTC (SHA-256 ab12)\n...\nlast\n")
    assert said.is_of("at 2026-02-02 11:11 UTC (SHA-256 cd34)  \nmore\nand more\nlast\n")
    assert said.is_of("at 2026-02-02 11:11 UTC (SHA-256 cd34)\nlast\n")
    assert not said.is_of("at noon\nlast\n")
    assert not said.is_of("at 2026-02-02 11:11 UTC (SHA-256 cd34)\nlast\nafter\n")


def test_a_reader_minds_the_exit_code(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no-such-file"):
        Reader(tmp_path).type(Command("touch no-such-folder/no-such-file", 0))

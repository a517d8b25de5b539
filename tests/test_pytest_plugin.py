"""Where the grader is installed, pytest works as before in other projects; near a course it collects checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOREIGN = """
import sys
import pytest

@pytest.fixture
def params():
    return 5

def test_it(params, request):
    assert params == 5
    for name in ("student", "reference"):
        with pytest.raises(pytest.FixtureLookupError):
            request.getfixturevalue(name)
    heavy = {"torch", "numpy", "pydantic", "nbformat", "jinja2", "yaml", "click", "rich", "grader.errors"}
    assert not heavy & set(sys.modules)
    assert request.config.getoption("--student") == "the project's own"
"""
OPTION = 'def pytest_addoption(parser):\n    parser.addoption("--student", default="the project\'s own")\n'


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run pytest as a person would, with the plugins that are installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_other_projects_get_no_fixture_no_option_and_no_import(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(OPTION, encoding="utf-8")
    (tmp_path / "test_foreign.py").write_text(FOREIGN, encoding="utf-8")
    ran = run(tmp_path)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout
    fixtures = run(tmp_path, "--fixtures", "--help")
    assert "student" not in fixtures.stdout.replace("--student=STUDENT", "")


@pytest.mark.parametrize(
    "where",
    [
        "in the course",
        *(pytest.param(x, marks=pytest.mark.slow) for x in ("above", "above by its path", "in the exercise")),
    ],
)
def test_checks_are_found_wherever_pytest_starts(own: Path, where: str) -> None:
    folder = own / "exercises" / "exercise-2"
    start, argument = {
        "above": (own.parent, own.name),
        "above by its path": (own.parent, folder),
        "in the course": (own, folder),
        "in the exercise": (folder, "checks.py"),
    }[where]
    ran = run(start, argument)
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


@pytest.mark.slow
def test_a_course_that_lies_below_is_found_while_files_are_collected(own: Path) -> None:
    (own.parent / "test_more.py").write_text("def test_more():\n    pass\n", encoding="utf-8")
    ran = run(own.parent)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, False), ran.stdout


def test_the_entry_point_is_the_light_plugin() -> None:
    assert 'torchgrade = "grader.pytest_plugin"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")

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
REFERENCE = """
def total(image):
    return sum(map(sum, image))
"""
HIDDEN = """
def test_total_of_a_square(student, reference):
    image = [[0, 1], [2, 3]]
    assert student.total(image) == reference.total(image)
"""
VISIBLE = """
def test_total_of_two_values(student):
    assert student.total([[1.0, 2.0]]) == 3
"""


@pytest.fixture
def light(own: Path) -> Path:
    """Return a new course without torch, which takes most of the time and is not in question."""
    file = own / "course.yaml"
    text = file.read_text(encoding="utf-8")
    assert "\npackages: [torch, numpy]\n" in text
    file.write_text(text.replace("[torch, numpy]", "[]"), encoding="utf-8")
    for name, source in (("reference", REFERENCE), ("checks", HIDDEN), ("visible_checks", VISIBLE)):
        (own / "exercises" / "exercise-2" / f"{name}.py").write_text(source, encoding="utf-8")
    return own


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


def test_checks_of_a_new_course_are_found(own: Path) -> None:
    ran = run(own, own / "exercises" / "exercise-2")
    assert (ran.returncode, "3 passed" in ran.stdout) == (0, True), ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("where", ["above", "above by its path", "in the exercise"])
def test_checks_are_found_wherever_pytest_starts(light: Path, where: str) -> None:
    folder = light / "exercises" / "exercise-2"
    start, argument = {
        "above": (light.parent, light.name),
        "above by its path": (light.parent, folder),
        "in the exercise": (folder, "checks.py"),
    }[where]
    ran = run(start, argument)
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


@pytest.mark.slow
def test_a_course_that_lies_below_is_found_while_files_are_collected(light: Path) -> None:
    (light.parent / "test_more.py").write_text("def test_more():\n    pass\n", encoding="utf-8")
    ran = run(light.parent)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, False), ran.stdout


def test_the_entry_point_is_the_light_plugin() -> None:
    assert 'torchgrade = "grader.pytest_plugin"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")

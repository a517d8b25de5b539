"""Where a package is missing or too old, both commands say in a sentence what to install."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from grader.cli import begin, entry, unmet
from grader.errors import WorkerFault
from tests.conftest import Run

WITHOUT = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Finder())
from grader.cli import begin
begin.{command}()
"""


@pytest.mark.parametrize("module", ["click", "pydantic", "yaml", "rich", "jinja2"])
@pytest.mark.parametrize(("command", "arguments"), [("grade", ["exercise-1"]), ("course", ["check"])])
def test_a_package_that_is_missing(own: Path, module: str, command: str, arguments: list[str]) -> None:
    source = WITHOUT.format(module=module, command=command)
    line = [sys.executable, "-c", source, *arguments]
    ran = subprocess.run(line, cwd=own, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"The grader needs {module}: not installed here, or too old. {unmet._AGAIN}\n"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the versions that are installed; a name that is not in it is not installed."""
    versions = {one.name: one.version for one in metadata.distributions()}

    def version(name: str) -> str:
        known = {re.sub("[-_]", "-", key.lower()): value for key, value in versions.items()}
        try:
            return known[name.lower()]
        except KeyError:
            raise metadata.PackageNotFoundError(name) from None

    monkeypatch.setattr(metadata, "version", version)
    return versions


def test_a_package_that_is_too_old(installed: dict[str, str]) -> None:
    installed["pydantic"] = "1.10.26"
    error = ImportError("cannot import name 'ConfigDict' from 'pydantic'", name="pydantic")
    said = "The grader needs pydantic>=2.9: not installed here, or too old. "
    assert unmet.told(error) == f'{said}Run: pip install "pydantic>=2.9"'


def test_what_the_grading_process_missed(installed: dict[str, str]) -> None:
    del installed["pytest"]
    fault = WorkerFault("The process ended unexpectedly: ModuleNotFoundError: No module named 'pytest'.")
    assert unmet.told(fault).endswith('Run: pip install "pytest>=8.4"')


def test_an_installation_without_dependencies(installed: dict[str, str]) -> None:
    installed.clear()
    said = unmet.told(ModuleNotFoundError("No module named 'click'", name="click"))
    assert "click>=8.1.7" in said
    assert said.endswith("Install the grader again, as README.md in the folder of your exercises says.")
    assert "hypothesis" not in said  # an extra
    assert ("tzdata" in said, "landlock" in said) == (sys.platform == "win32", sys.platform == "linux")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("x"),
        ModuleNotFoundError("No module named 'grader.gone'", name="grader.gone"),
        ImportError("cannot import name 'gone' from 'click'", name="click"),
    ],
)
def test_a_bug_stays_a_bug(error: Exception) -> None:
    assert unmet.told(error) == ""


def test_a_bug_in_an_import_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModuleNotFoundError):
        begin._imported("grader.cli.gone")


def test_a_package_that_is_missing_only_later(
    own: Path, course: Run, monkeypatch: pytest.MonkeyPatch, installed: dict[str, str]
) -> None:
    del installed["alembic"]

    def missing(*_arguments: object) -> None:
        raise ModuleNotFoundError("No module named 'alembic'", name="alembic")

    monkeypatch.setattr("grader.service.service.Service.scores", missing)
    ran = course(own, "scores")
    assert (ran.code, ran.out) == (entry.WRONG_USE, "")
    assert ran.err.endswith('not installed here, or too old. Run: pip install "alembic>=1.14"\n')

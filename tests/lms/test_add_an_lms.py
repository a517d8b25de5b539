"""The worked example of docs/add-an-lms.md, followed in a copy of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "add-an-lms"
NEEDED = ("grader", "docs", "tests/lms", "tests/conftest.py", "tests/__init__.py", "pyproject.toml")
TESTS = "tests/lms/test_every_lms.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what the tests of LMSs need, installed in an environment of its own."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    venv.create(tmp_path / ".venv")
    packages = sysconfig.get_path("purelib", vars={"base": str(tmp_path / ".venv")})
    paths = [str(tmp_path), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    Path(packages, "copy.pth").write_text("\n".join(paths), encoding="utf-8")
    return tmp_path


def run(copy: Path, which: str) -> tuple[int, str]:
    """Return how the tests of LMSs end in a copy."""
    python = Path(sysconfig.get_path("scripts", vars={"base": str(copy / ".venv")}), "python")
    command = [str(python), "-m", "pytest", "-v", "-p", "no:cacheprovider", "-n", "0", TESTS, "-k", which]
    ran = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.slow
def test_an_lms_is_one_module_with_golden_files_and_a_page(copy: Path) -> None:
    files = [file.relative_to(EXAMPLE) for file in EXAMPLE.rglob("*") if file.is_file()]
    assert not [file for file in files if (ROOT / file).exists()]  # no file that exists is edited
    shutil.copytree(EXAMPLE, copy, dirs_exist_ok=True)
    code, out = run(copy, "campus or names or module or somebody")  # what it could break of others
    assert code == 0, out
    tests = [line for line in (copy / TESTS).read_text("utf-8").splitlines() if line == "@every_lms"]
    passed = [line for line in out.splitlines() if "campus" in line and " PASSED" in line]
    assert len(passed) > len(tests), out  # one of them runs twice


def test_a_module_alone_is_told_what_it_lacks(copy: Path) -> None:
    module = Path("grader", "lms", "campus.py")
    shutil.copy(EXAMPLE / module, copy / module)
    code, out = run(copy, "campus and golden")
    assert code == 1
    for name in ("roster.csv", "download.csv", "gradebook.csv", "export", "filled"):
        assert f"add tests/lms/golden/campus/{name}: " in out
    assert "add docs/lms/campus.md: a page on what Campus takes and gives" in out


@pytest.mark.parametrize("file", sorted(file.relative_to(EXAMPLE) for file in EXAMPLE.rglob("*.*")), ids=str)
def test_the_page_names_every_file_of_the_example(file: Path) -> None:
    page = (ROOT / "docs" / "add-an-lms.md").read_text(encoding="utf-8")
    assert file.as_posix() in page or file.name in page

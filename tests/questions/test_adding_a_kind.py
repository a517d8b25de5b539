"""The steps of docs/add-a-kind.md, taken in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import textwrap
import venv
from pathlib import Path

import pytest

from tests.questions.draft import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "add-a-kind"
MODULE = Path("grader/questions/kinds/interval.py")
PAGE = Path("docs/kinds/interval.md")
NO_PART = shutil.ignore_patterns(".*", "dist", "build", "attacks", "training", "gradebook.db*")
COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [rows]\npackages: []\n"
EXERCISE = """format: 1
title: Rows
params:
  K: {from: 3, to: 9}
  S: {from: 2, to: 6}
where: [K > S]
questions:
"""


class Copy:
    """A copy of the repository, and a Python that imports the copy: also in the processes that it starts."""

    def __init__(self, folder: Path, source: Path = ROOT) -> None:
        self.root = root = folder / "repository"
        environment = folder / "environment"
        shutil.copytree(source, root, ignore=NO_PART)  # with what is compiled, which stays valid
        venv.create(environment)
        paths = sysconfig.get_paths("venv", vars={"base": str(environment), "platbase": str(environment)})
        self.python = Path(paths["scripts"]) / "python"
        packages = {str(root), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        lines = sorted(packages, key=lambda path: path != str(root))
        Path(paths["purelib"], "copy.pth").write_text("\n".join(lines), encoding="utf-8")

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in a folder."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
        command = [str(self.python), *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    def course(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `course ARGUMENTS` in a folder."""
        program = (
            f"import sys; sys.argv = {['course', *arguments]}; import grader.cli.begin as it; it.course()"
        )
        return self.run(folder, "-c", program)

    def test(self, which: str, *files: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the copy."""
        return self.run(self.root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", which, *files)


@pytest.fixture
def copied(tmp_path: Path) -> Copy:
    """Return the repository, copied."""
    return Copy(tmp_path)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return the repository with the kind of the example and its schema, copied once: nothing writes there."""
    made = Copy(tmp_path_factory.mktemp("extended"))
    shutil.copytree(EXAMPLE, made.root, dirs_exist_ok=True)
    assert made.course(made.root, "schema").returncode == 0
    return made


@pytest.mark.slow
def test_a_module_alone_is_not_enough_and_the_tests_name_the_commands(copied: Copy) -> None:
    shutil.copy(EXAMPLE / MODULE, copied.root / MODULE)
    ran = copied.test("interval", "tests/questions/test_kinds.py")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    for command in ("draft page interval", "draft golden interval", "course schema"):
        assert command in ran.stdout

    assert copied.run(copied.root, "-m", "tests.questions.draft", "page", "interval").returncode == 0
    drafted = (copied.root / PAGE).read_text(encoding="utf-8")
    assert "\n| `first` | The first number, as a formula. |\n" in drafted
    shutil.copy(EXAMPLE / PAGE, copied.root / PAGE)
    assert copied.run(copied.root, "-m", "tests.questions.draft", "golden", "interval").returncode == 0
    golden = copied.root / "tests/golden/interval/all-right/submission.py.txt"
    assert golden.read_text(encoding="utf-8") == "rows = (2, 4)\n"


@pytest.mark.slow
def test_a_module_a_golden_submission_and_a_page_are_a_kind(extended: Copy) -> None:
    assert not [file for file in EXAMPLE.rglob("*") if file.is_file() and _counterpart(file).exists()]
    files = ("tests/questions/test_kinds.py", "tests/course/test_schema.py", "tests/golden")
    ran = extended.test("interval or schema", *files)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_errors_of_a_kind_are_filled_in(extended: Copy, tmp_path: Path) -> None:
    copied = Copy(tmp_path, extended.root)
    page = (ROOT / "docs" / "add-a-kind.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^    ## `interval`\n(?:\n|    .*\n)+", page, re.MULTILINE)
    errors = copied.root / "docs" / "reference" / "errors.md"
    errors.write_text(f"{errors.read_text(encoding='utf-8')}\n{textwrap.dedent(section)}", encoding="utf-8")
    ran = copied.run(copied.root, "-m", "tests.reference")
    assert ran.returncode == 0, ran.stderr
    text = errors.read_text(encoding="utf-8")
    assert "| no `last` | questions[0]: 'last' is missing. | Add 'last: ...'. |" in text
    assert "| `first: 0.5` | questions[0].first: " in ran.stdout


@pytest.mark.slow
def test_a_course_that_asks_the_new_kind_is_proved(extended: Copy, tmp_path: Path) -> None:
    folder = tmp_path / "course" / "exercises" / "rows"
    folder.mkdir(parents=True)
    (tmp_path / "course" / "course.yaml").write_text(COURSE, encoding="utf-8")
    question = (EXAMPLE / PAGE).read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    item = "- " + textwrap.indent(question, "  ").strip()
    (folder / "exercise.yaml").write_text(f"{EXERCISE}{item}\n", encoding="utf-8")
    ran = extended.course(tmp_path / "course", "check", "--variants", "5")
    assert (ran.returncode, ran.stdout.partition("\n")[0].strip()) == (0, "rows: proved over 6 variants"), (
        ran.stdout + ran.stderr
    )


def _counterpart(file: Path) -> Path:
    return ROOT / file.relative_to(EXAMPLE)

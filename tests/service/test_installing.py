"""`course generate --check-install`: the commands of README.md are tried as a student types them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.handout.wheel import own_wheel
from grader.service import installing
from tests.conftest import ROOT, Run

OPTION = "--check-install"


class Pretended:
    """Programs that end and print as told, instead of venv, pip and grade."""

    def __init__(self) -> None:
        self.ends = {"venv": (0, "", ""), "pip": (0, "", ""), "grader": (1, '{"format": 1}\n', "")}
        self.typed: list[list[str]] = []

    def __call__(self, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        assert (folder / "README.md").is_file()
        self.typed.append(command[1:])
        return subprocess.CompletedProcess(command, *self.ends[command[2]])


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    made = Pretended()
    monkeypatch.setattr(installing, "_run", made)
    return made


def test_what_is_tried(own: Path, course: Run, pretended: Pretended) -> None:
    ran = course(own, "generate", "handout", OPTION)
    assert (ran.code, ran.out.splitlines()[1:]) == (0, ["The installation in README.md works here."])
    assert pretended.typed[1:] == [
        ["-m", "pip", "install", f"./{own_wheel().name}"],
        ["-m", "grader", "exercise-2", "--json"],  # of the two, it needs torch
    ]


@pytest.mark.parametrize(
    ("program", "end", "said"),
    [
        (
            "venv",
            (1, "Error: ensurepip is not available", ""),
            "ensurepip is not available. On Debian, install",
        ),
        (
            "pip",
            (1, "", "WARNING: NewConnectionError\nERROR: No matching distribution found for torch\n"),
            "pip could not reach a package index, so nothing was installed. Connect, and try again.",
        ),
        (
            "pip",
            (1, "", "ERROR: x.whl is not a valid wheel\nnotice\n"),
            "environment: x.whl is not a valid wheel.",
        ),
        ("pip", (2, "", ""), "it ended with exit code 2."),
        ("grader", (2, "", "exercise-2 needs torch, which is not installed.\n"), "exercise-2 needs torch"),
        ("grader", (0, "not JSON", ""), "then failed: not JSON."),
        ("grader", (1, "", "\x1b[31mTraceback\n"), "then failed: ?[31mTraceback."),
    ],
)
def test_one_sentence_says_what_failed(
    own: Path, course: Run, pretended: Pretended, program: str, end: tuple[int, str, str], said: str
) -> None:
    pretended.ends[program] = end
    ran = course(own, "generate", "handout", OPTION)
    assert ran.code == 2
    assert said in ran.err.splitlines()[1]
    assert len(ran.err.splitlines()) == 2  # with the one that says how long it takes
    assert (own / "handout" / "README.md").is_file()  # the handout stays


def test_a_text_cannot_be_tried(own: Path, course: Run, pretended: Pretended) -> None:
    with (own / "course.yaml").open("a", encoding="utf-8") as file:
        file.write("install: Ask in room 12.\n")
    ran = course(own, "generate", "handout", OPTION)
    assert (ran.code, ran.err.splitlines()[1:]) == (2, [installing._IS_TEXT])
    assert pretended.typed == []


def test_the_environment_of_the_author_is_not_in_the_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in installing._IN_THE_WAY:
        monkeypatch.setenv(name, str(tmp_path))
    program = f"import os; print({installing._IN_THE_WAY!r} & set(os.environ), os.environ['PIP_COMPILE'])"
    assert installing._run([sys.executable, "-c", program], tmp_path).stdout == "set() 0\n"


@pytest.fixture(scope="module")
def new_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment, for what pip refuses: it stays new."""
    root = tmp_path_factory.mktemp("new")
    (root / "handout").mkdir()
    return installing._fresh_copy(root / "handout", root / "try").python


@pytest.mark.slow
@pytest.mark.parametrize(
    ("requirement", "said"), [("./broken.whl", "broken.whl"), ("nowhere-at-all", "Connect")]
)
def test_a_wheel_that_is_broken_and_no_network(
    own: Path,
    course: Run,
    monkeypatch: pytest.MonkeyPatch,
    new_python: Path,
    tmp_path: Path,
    requirement: str,
    said: str,
) -> None:
    def fresh_copy(handout: Path, _folder: Path) -> installing.FreshCopy:
        return installing.FreshCopy(Path(shutil.copytree(handout, tmp_path / "copy")), new_python)

    monkeypatch.setattr(installing, "_fresh_copy", fresh_copy)
    with (own / "course.yaml").open("a", encoding="utf-8") as file:
        file.write(f"install: [{requirement}]\n")
    (own / "handout").mkdir()
    (own / "handout" / "broken.whl").write_text("not a zip")
    for name, value in (
        ("INDEX_URL", "http://127.0.0.1:9/simple"),
        ("RETRIES", "1"),
        ("CONFIG_FILE", os.devnull),
    ):
        monkeypatch.setenv(f"PIP_{name}", value)
    ran = course(own, "generate", "handout", OPTION)
    assert ran.code == 2
    assert said in ran.err.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.skipif("sys.platform != 'linux'", reason="the commands for Linux are typed")
def test_a_student_types_what_the_readme_says(own: Path, course: Run) -> None:
    """Everything is typed in one shell, in a folder that holds only the handout."""
    assert course(own, "generate", "handout", "--edition", "assessed").code == 0
    text = (own / "handout" / "README.md").read_text(encoding="utf-8")
    block = text.partition("**Linux**")[2].partition("**macOS**")[0]
    install = [line.strip() for line in block.splitlines() if line.startswith("    ")]
    script = "\n".join(["set -e", *install, "set +e", "grade exercise-2", "echo left $?", "python -m grader"])
    in_the_way = {
        *installing._IN_THE_WAY,
        "PYTHONDONTWRITEBYTECODE",
    }  # what one command compiles serves the next
    environment = {name: value for name, value in os.environ.items() if name not in in_the_way}
    paths = os.pathsep.join(one for one in environment["PATH"].split(os.pathsep) if ".venv" not in one)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=own / "handout",
        env=environment
        | installing._SPARING
        | {"PATH": paths, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "left 1" in ran.stdout, ran.stderr
    assert "not answered" in ran.stdout
    assert "Next: grade exercise-1" in ran.stdout
    [packages] = (own / "handout" / ".venv").glob("lib/*/site-packages")
    assert (packages / "xlsxwriter").is_dir()
    assert not (packages / "xlsxwriter" / "__pycache__").exists()  # pip has compiled nothing

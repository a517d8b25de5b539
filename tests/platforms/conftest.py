"""A Python that lacks what Windows lacks, and the commands as it runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import Ran
from tests.platforms.prompt import PATIENCE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MEMORY_MIB = 512  # filled long before the time is over, also on a busy machine
TORCH = "import torch\ndef total(image):\n    return image.sum()\n"
WITHOUT_TORCH = "def total(image):\n    return sum(map(sum, image))\n"
ENDLESS = "while True:\n        pass"
PLAIN = {  # exercise-2 for a course that imports no torch
    "reference.py": WITHOUT_TORCH,
    "visible_checks.py": """\
def test_total_of_two_values(student):
    '''The image [[1, 2]] has the sum 3.'''
    assert student.total([[1, 2]]) == 3
""",
    "checks.py": """\
import pytest


def test_total_of_a_square(student, reference):
    '''A square image.'''
    image = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert student.total(image) == reference.total(image)


@pytest.mark.points(2)
def test_total_of_a_rectangle(student, reference):
    '''A rectangular image with negative values.'''
    image = [[-4, -3, -2, -1], [0, 1, 2, 3], [4, 5, 6, 7]]
    assert student.total(image) == reference.total(image)
""",
}
BEGIN = "import sys; sys.argv[0] = {0!r}; from grader.cli import begin; begin.{0}()"


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python without POSIX: on Linux one that is made so, elsewhere the one that there is."""
    is_linux = sys.platform == "linux"
    return without_posix(tmp_path_factory.mktemp("without-posix").resolve()) if is_linux else sys.executable


def without_posix(folder: Path) -> str:
    """Make a Python whose children lack the same: they have its environment, whatever their options are."""
    venv.create(folder, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    shutil.copy(HERE / "without_posix.py", packages)
    paths = [str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    # A distribution can have a sitecustomize.py of its own, so the last line imports this one.
    lines = [*dict.fromkeys(paths), "import without_posix\n"]
    (packages / "the-others.pth").write_text("\n".join(lines), encoding="utf-8")
    return str(folder / "bin" / "python")


@pytest.fixture(params=[pytest.param("utf-8", marks=pytest.mark.slow), "cp1252"])
def encoding(request: pytest.FixtureRequest) -> str:
    """Return how standard output is written: as on Linux, or as a Windows console does."""
    return str(request.param)


def in_folder(temporary: Path) -> dict[str, str]:
    """Return the environment that says where temporary files are made."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))


Typed = Callable[..., Ran]


@pytest.fixture(scope="session")
def prompt(python: str) -> Iterator[subprocess.Popen[str]]:
    """Yield a process of that Python in which commands are typed one after the other: it imports once."""
    program = [python, "-m", "tests.platforms.prompt"]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, cwd=ROOT, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        yield process
        process.communicate()


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """Yield the folder for temporary files. Neither a file nor a process stays behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    yield folder
    assert not [name for name in os.listdir(folder) if not name.startswith("torchgrade-lock-")]  # noqa: PTH208
    assert not [process for process in psutil.process_iter() if _is_of(process, folder)]


@pytest.fixture
def typed(prompt: subprocess.Popen[str], encoding: str, temporary: Path) -> Typed:
    """Return a command as a person types it there: `typed(folder, "grade", "exercise-1")`."""

    def run(folder: Path, command: str, *arguments: object) -> Ran:
        ended = ask(prompt, encoding, temporary, folder, command, *arguments)
        out, err = (bytes.fromhex(ended[name]) for name in ("out", "err"))
        return ran(ended["code"], out, err, encoding, temporary)

    return run


@pytest.fixture
def typed_anew(python: str, encoding: str, temporary: Path) -> Typed:
    """Return the same, but each command is a new process."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, **in_folder(temporary)}

    def run(folder: Path, command: str, *arguments: object) -> Ran:
        program = [python, "-m", "grader"] if command == "grade" else [python, "-c", BEGIN.format(command)]
        ended = subprocess.run(
            [*program, *map(str, arguments)],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        return ran(ended.returncode, ended.stdout, ended.stderr, encoding, temporary)

    return run


def ask(
    prompt: subprocess.Popen[str],
    encoding: str,
    temporary: Path,
    folder: Path,
    command: str,
    *arguments: object,
) -> dict[str, Any]:
    """Type a command at a prompt; return how it ended."""
    assert prompt.stdin
    assert prompt.stdout
    asked = {
        "folder": str(folder),
        "temporary": str(temporary),
        "encoding": encoding,
        "command": command,
        "arguments": [*map(str, arguments)],
    }
    prompt.stdin.write(f"{json.dumps(asked)}\n")
    prompt.stdin.flush()
    ended: dict[str, Any] = json.loads(prompt.stdout.readline())
    return ended


def ran(code: int, out: bytes, err: bytes, encoding: str, temporary: Path) -> Ran:
    """Return how a command ended, which printed no traceback and wrote no log."""
    told = Ran(code, out.decode(encoding), err.decode(encoding))
    assert "Traceback" not in told.out + told.err
    assert not [log.read_text(encoding="utf-8") for log in temporary.glob("*.log")]
    return told


def _is_of(process: psutil.Process, temporary: Path) -> bool:
    try:
        return str(temporary) in process.environ().get("TMPDIR", "")
    except psutil.Error:
        return False


@pytest.fixture(scope="session")
def made(prompt: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new course, and in OUT what its students receive in practice edition; made once."""
    root = tmp_path_factory.mktemp("made") / "own"
    assert ask(prompt, "utf-8", root.parent, root.parent, "course", "new", "own")["code"] == 0
    change(root / "course.yaml", "memory_mib: 2048", f"memory_mib: {MEMORY_MIB}")
    assert ask(prompt, "utf-8", root.parent, root, "course", "generate", "OUT")["code"] == 0
    return root


@pytest.fixture(scope="session")
def made_without_torch(prompt: subprocess.Popen[str], made: Path) -> Path:
    """Return the same, with plain Python in exercise-2: no worker imports torch."""
    root = Path(shutil.copytree(made, made.with_name("lean"), ignore=lambda *_: ["OUT", "gradebook.db"]))
    change(root / "course.yaml", "packages: [torch, numpy]", "packages: []")
    change(root / "course.yaml", "seconds: 5", "seconds: 2")
    folder = root / "exercises" / "exercise-2"
    change(folder / "exercise.yaml", "(image: Tensor) -> Tensor", "(image: list) -> float")
    for name, text in PLAIN.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert ask(prompt, "utf-8", root.parent, root, "course", "generate", "OUT")["code"] == 0
    return root


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def handed_out(made: Path, tmp_path: Path) -> Path:
    """Return what a student of a new course has; the course is the folder above."""
    return Path(shutil.copytree(made, tmp_path / "own"), "OUT")


@dataclass(frozen=True)
class Desk:
    """What a student has, a right and a wrong answer to exercise-2, what is said of the wrong one, and its limit."""

    handed_out: Path
    right: str
    wrong: str
    told: str
    seconds: int

    @property
    def endless(self) -> str:
        """An answer that never ends."""
        return self.right.replace("return image.sum()", ENDLESS).replace(
            "return sum(map(sum, image))", ENDLESS
        )


@pytest.fixture
def desk(encoding: str, request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """Return exercise-2 with torch for the one encoding, and without it for the other: that takes half as long."""
    if encoding != "cp1252":
        desk: Desk = request.getfixturevalue("lean_desk")
        return desk
    root = shutil.copytree(request.getfixturevalue("made"), tmp_path / "own")
    return Desk(Path(root, "OUT"), TORCH, TORCH.replace("sum", "mean"), "not all values are", 5)


@pytest.fixture
def lean_desk(made_without_torch: Path, tmp_path: Path) -> Desk:
    """Return exercise-2 without torch, for what torch has no part in: each process would import it."""
    root = shutil.copytree(made_without_torch, tmp_path / "own")
    wrong = WITHOUT_TORCH.replace("sum", "max")
    return Desk(Path(root, "OUT"), WITHOUT_TORCH, wrong, "The result is 2, not 3.", 2)

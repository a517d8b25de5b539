"""A Python that lacks what Windows lacks, and the commands as it runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import Ran

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 300  # seconds for a command
MEMORY_MIB = 512  # filled long before the time is over, also on a busy machine
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
    shutil.copy(HERE / "without_posix.py", packages / "sitecustomize.py")
    paths = [str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (packages / "the-others.pth").write_text("\n".join(dict.fromkeys(paths)), encoding="utf-8")
    return str(folder / "bin" / "python")


@pytest.fixture(params=[pytest.param("utf-8", marks=pytest.mark.slow), "cp1252"])
def encoding(request: pytest.FixtureRequest) -> str:
    """Return how standard output is written: as on Linux, or as a Windows console does."""
    return str(request.param)


def in_folder(temporary: Path) -> dict[str, str]:
    """Return the environment that says where temporary files are made."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))


Typed = Callable[..., Ran]


@pytest.fixture
def typed(python: str, encoding: str, tmp_path: Path) -> Iterator[Typed]:
    """Yield a command as a person types it there: `typed(folder, "grade", "exercise-1")`. Nothing stays behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONIOENCODING": encoding, **in_folder(temporary)}

    def run(folder: Path, command: str, *arguments: object) -> Ran:
        program = [python, "-m", "grader"] if command == "grade" else [python, "-c", BEGIN.format(command)]
        ran = subprocess.run(
            [*program, *map(str, arguments)],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        out, err = (said.decode(encoding) for said in (ran.stdout, ran.stderr))
        logs = [log.read_text(encoding="utf-8") for log in temporary.glob("*.log")]
        assert "Traceback" not in out + err
        assert not logs
        return Ran(ran.returncode, out, err)

    yield run
    assert not [name for name in os.listdir(temporary) if not name.startswith("torchgrade-lock-")]  # noqa: PTH208
    assert not [process for process in psutil.process_iter() if _is_of(process, temporary)]


def _is_of(process: psutil.Process, temporary: Path) -> bool:
    try:
        return str(temporary) in process.environ().get("TMPDIR", "")
    except psutil.Error:
        return False


@pytest.fixture(scope="session")
def made(python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new course, and in OUT what its students receive in practice edition; made once."""
    root = tmp_path_factory.mktemp("made") / "own"
    typed = [python, "-c", BEGIN.format("course")]
    subprocess.run([*typed, "new", "own"], cwd=root.parent, check=True, timeout=PATIENCE)
    settings = root / "course.yaml"
    lean = settings.read_text(encoding="utf-8").replace("memory_mib: 2048", f"memory_mib: {MEMORY_MIB}")
    settings.write_text(lean, encoding="utf-8")
    subprocess.run([*typed, "generate", "OUT"], cwd=root, check=True, timeout=PATIENCE)
    return root


@pytest.fixture
def handed_out(made: Path, tmp_path: Path) -> Path:
    """Return what a student of a new course has; the course is the folder above."""
    return Path(shutil.copytree(made, tmp_path / "own"), "OUT")

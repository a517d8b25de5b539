"""`check` in JupyterLab's kernel, in the notebooks that students receive."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.handout.generation import generate
from grader.handout.stubs import answered
from grader.notebook.helper_process import MODULE

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of Jupyter's packages
    pytest.mark.skipif(sys.platform == "win32", reason="zmq and Windows' event loop disagree in tests"),
]

from tests.notebook.lab import Lab, cell, opened, save

IN_ORDER = [f"exercise-{number}" for number in range(1, 11)]
COARSE = 0.05  # seconds: the clock of the file system


@pytest.fixture(scope="module")
def folder(shipped: LoadedCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped course as notebooks."""
    folder = tmp_path_factory.mktemp("notebooks")
    generate(shipped, folder, None, "notebook", "practice")
    return folder


@contextmanager
def lab_of(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, **options: bool) -> Iterator[Lab]:
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / name))
    with opened(folder / name, **options) as lab:
        yield lab


def run_all(lab: Lab) -> None:
    """Run every cell from top to bottom; the first one finds that the grader is installed."""
    for one in lab.nb.cells:
        if one.cell_type == "code":
            lab.run(one)


def solve(folder: Path, shipped: LoadedCourse, exercise: str) -> str:
    """Write the solutions into a notebook, and return its name."""
    name, sitting = f"{exercise}.ipynb", prepare(shipped.exercise(exercise), None)
    (folder / name).write_text(answered(sitting, solutions(sitting), "notebook"), encoding="utf-8")
    return name


@pytest.mark.parametrize("exercise", IN_ORDER)
def test_a_stub_and_its_solution(
    folder: Path, shipped: LoadedCourse, exercise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The solution runs in the same kernel without the names of the stub: a new one would import torch again."""
    with lab_of(folder, f"{exercise}.ipynb", monkeypatch) as lab:
        run_all(lab)
        assert "not answered" in lab.run(cell("from grader import check; check()", "own"))
        name = solve(folder, shipped, exercise)
        lab.run(cell("%reset -f", "reset"))
        lab.reopen(folder / name, has_ids=False)
        run_all(lab)
        assert "Everything is right." in lab.run(cell("from grader import check; check()", "own"))


def test_a_session_that_never_tells_ids(
    folder: Path, shipped: LoadedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = solve(folder, shipped, "exercise-2")
    with lab_of(folder, name, monkeypatch, has_ids=False) as lab:
        run_all(lab)
        assert "Everything is right." in lab.run(cell("from grader import check; check()", "own"))


@pytest.fixture
def session(own: Path, course: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Lab, Path]]:
    """Yield the notebook of a small exercise, in which `check` was imported."""
    folder = own / "handout"
    assert course(own, "generate", folder, "--format", "notebook").code == 0
    with lab_of(folder, "exercise-1.ipynb", monkeypatch) as lab:
        lab.nb.cells.append(cell("from grader import check", "import"))
        lab.nb.cells.append(cell("check('size')", "verdict"))
        save(folder / "exercise-1.ipynb", lab.nb)
        lab.run(lab.nb.cells[-2])
        yield lab, folder / "exercise-1.ipynb"


def write(lab: Lab, file: Path, *sources: tuple[str, str]) -> None:
    """Save the notebook with these cells before its last two."""
    time.sleep(COARSE)
    lab.nb.cells[:-2] = [cell(source, id_) for id_, source in sources]
    save(file, lab.nb)
    time.sleep(COARSE)


def verdict(lab: Lab) -> str:
    return " ".join(lab.run(lab.nb.cells[-1]).split())


def test_the_three_cases_of_a_stale_state(session: tuple[Lab, Path]) -> None:
    lab, file = session
    lab.run(cell("size = 5", "one"))
    assert "wrong" in verdict(lab)  # nothing of it is saved
    write(lab, file, ("one", "size = 3"))
    told = verdict(lab)
    assert "right" in told
    assert "size is 5, but in a clean run it is 3: its cell has changed since it ran" in told
    write(lab, file, ("two", "other = 1"))
    told = verdict(lab)
    assert "not answered" in told
    assert "is no longer in the notebook" in told
    write(lab, file, ("one", "size = 5"), ("two", "size = 3"))
    for id_, source in (("one", "size = 5"), ("two", "size = 3"), ("one", "size = 5")):
        lab.run(cell(source, id_))
    told = verdict(lab)
    assert "right" in told
    assert "size is 5, but in a clean run it is 3: this is an earlier value" in told
    lab.run(cell("size = 3", "two"))
    assert "Note" not in verdict(lab)


def test_copied_deleted_and_reordered_cells_get_the_verdict_of_a_clean_run(session: tuple[Lab, Path]) -> None:
    lab, file = session
    write(lab, file, ("base", "base = 2"), ("one", "size = base + 1"), ("copy", "size = base + 1"))
    for id_, source in (("copy", "size = base + 1"), ("base", "base = 2"), ("one", "size = base + 1")):
        lab.run(cell(f"base = 9; {source}" if id_ == "copy" else source, id_))
    write(lab, file, ("base", "base = 2"), ("one", "size = base + 1"), ("copy", "size = base + 1"))
    assert "right" in verdict(lab)
    write(lab, file, ("one", "size = base + 1"), ("base", "base = 2"))
    assert "NameError" in verdict(lab)
    write(lab, file, ("one", "size = base + 1"))
    told = verdict(lab)
    assert "NameError" in told
    assert "made with base" in told
    assert "no longer in the notebook" in told


def test_what_a_cell_shows_is_html_and_text(session: tuple[Lab, Path]) -> None:
    lab, _ = session
    lab.run(lab.nb.cells[-1])
    [output] = lab.nb.cells[-1].outputs
    assert output["data"]["text/html"].startswith('<div class="torchgrade">')
    assert output["data"]["text/plain"].startswith("size ")
    lab.run(both := cell("check('size'); check()", "both"))
    assert len(both.outputs) == 2


def test_the_kernel_imports_nothing_of_the_grader_but_check(session: tuple[Lab, Path]) -> None:
    lab, _ = session
    verdict(lab)
    loaded = lab.run(cell("import sys; print([m for m in sys.modules if m.startswith('grader.')])", "see"))
    packages = set(re.findall(r"'grader\.(\w+)", loaded))
    assert packages == {"canonical", "errors", "notebook"}
    assert "False False" in lab.run(cell("print('torch' in sys.modules, 'pydantic' in sys.modules)", "see"))


def test_grade_in_a_cell_warns(session: tuple[Lab, Path]) -> None:
    lab, file = session
    write(lab, file, ("answer-size", "size = ..."))
    command = cell(f"!{sys.executable} -m grader exercise-1", "command")
    assert "was saved before" not in lab.run(command)
    lab.run(cell("size = 3", "answer-size"))
    assert "exercise-1.ipynb was saved before you ran some cells" in lab.run(command)


def helpers_below(process: int) -> list[psutil.Process]:
    below = psutil.Process(process).children(recursive=True)
    return [one for one in below if any(MODULE in word for word in one.cmdline())]


def test_the_process_that_grades_ends_with_the_kernel(session: tuple[Lab, Path]) -> None:
    lab, _ = session
    verdict(lab)
    verdict(lab)
    number = int(lab.run(cell("import os; print(os.getpid())", "number")))
    [helper] = helpers_below(number)
    everything = [helper, *helper.children(recursive=True)]
    psutil.Process(number).kill()
    gone, left = psutil.wait_procs(everything, timeout=60)
    assert not left
    assert len(gone) >= 2


def test_a_check_that_is_interrupted_leaves_nothing_and_the_next_one_works(
    session: tuple[Lab, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, _ = session
    program = (  # the clean run takes longer than the second after which the student stops the cell
        "import os, threading, time\n"
        "def stop():\n    time.sleep(1)\n    os.kill(os.getpid(), 2)\n"
        "threading.Thread(target=stop).start()\n"
        "try:\n    check('size')\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('interrupted')"
    )
    slow = "import time; time.sleep(0 if 'get_ipython' in globals() else 600)\nsize = 3"  # in a clean run
    lab.run(cell(slow, "answer-size"))
    assert "interrupted" in lab.run(cell(program, "stop"))
    lab.run(cell("size = 3", "answer-size"))
    assert "right" in verdict(lab)

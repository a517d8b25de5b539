"""`check` in JupyterLab's kernel, in the notebooks that students receive."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.handout.generation import generate
from grader.handout.stubs import answered
from grader.notebook.helper_process import MODULE
from grader.service.scaffolding import make_course
from tests.conftest import Run

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


@pytest.fixture(scope="module")
def kernel(folder: Path) -> Iterator[Lab]:
    """Yield a kernel for all of these notebooks, which begins again for each: a new one would import torch again."""
    with opened(folder / "exercise-1.ipynb") as lab:
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
def test_a_stub_and_its_solution(kernel: Lab, folder: Path, shipped: LoadedCourse, exercise: str) -> None:
    """The solution runs in the same session without the names of the stub."""
    kernel.begin_again(folder / f"{exercise}.ipynb")
    run_all(kernel)
    assert "not answered" in kernel.run(cell("from grader import check; check()", "own"))
    name = solve(folder, shipped, exercise)
    kernel.run(cell("%reset -f", "reset"))
    kernel.reopen(folder / name, has_ids=False)
    run_all(kernel)
    assert "Everything is right." in kernel.run(cell("from grader import check; check()", "own"))


def test_a_session_that_never_tells_ids(kernel: Lab, folder: Path, shipped: LoadedCourse) -> None:
    kernel.begin_again(folder / solve(folder, shipped, "exercise-2"), has_ids=False)
    run_all(kernel)
    assert "Everything is right." in kernel.run(cell("from grader import check; check()", "own"))


def test_a_notebook_knows_nothing_of_the_one_before(kernel: Lab, folder: Path) -> None:
    """So one kernel can run all notebooks: a name, a run or an id of another one would show."""
    kernel.begin_again(folder / "exercise-1.ipynb")
    kernel.run(cell("mine = 1; from grader import check; check()", "own"))
    kernel.begin_again(folder / "exercise-2.ipynb")
    assert "NameError" in kernel.run(
        cell("try:\n    mine\nexcept NameError as e:\n    print(repr(e))", "look")
    )
    known = "from grader.notebook.asking import session_here; print([run.key for run in session_here()._runs.all][1:])"
    assert "['runs']" in kernel.run(cell(known, "runs"))
    assert "exercise-2" in kernel.run(cell("from grader import check; check()", "own"))


Session = tuple[Lab, Path]


@contextmanager
def opened_session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Yield the notebook of a small exercise, with a kernel of its own, in which `check` was imported."""
    file = folder / "exercise-1.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    with opened(file) as lab:
        import_check(lab, file)
        yield lab, file


def import_check(lab: Lab, file: Path) -> None:
    """Import `check` in a session that has just begun, and give the notebook a cell that asks for the verdict."""
    lab.nb.cells.append(cell("from grader import check", "import"))
    lab.nb.cells.append(cell("check('size')", "verdict"))
    save(file, lab.nb)
    lab.run(lab.nb.cells[-2])


@pytest.fixture
def session(own: Path, course: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Yield a session whose kernel is new, and is no other test's."""
    folder = own / "handout"
    assert course(own, "generate", folder, "--format", "notebook").code == 0
    with opened_session(folder, monkeypatch) as opened_one:
        yield opened_one


@pytest.fixture(scope="module")
def small_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, bytes]]:
    """Yield a session, and its notebook as it was handed out."""
    root = tmp_path_factory.mktemp("small")
    make_course(root / "own", None)
    generate(load_course(root / "own"), root / "handout", None, "notebook", "practice")
    as_handed_out = (root / "handout" / "exercise-1.ipynb").read_bytes()
    with pytest.MonkeyPatch.context() as patch, opened_session(root / "handout", patch) as opened_one:
        yield opened_one, as_handed_out


@pytest.fixture
def again(small_kernel: tuple[Session, bytes]) -> Session:
    """Return a session that has just begun, in a kernel that other tests have used."""
    (lab, file), as_handed_out = small_kernel
    file.write_bytes(as_handed_out)
    lab.begin_again(file)
    import_check(lab, file)
    return lab, file


def write(lab: Lab, file: Path, *sources: tuple[str, str]) -> None:
    """Save the notebook with these cells before its last two."""
    time.sleep(COARSE)
    lab.nb.cells[:-2] = [cell(source, id_) for id_, source in sources]
    save(file, lab.nb)
    time.sleep(COARSE)


def verdict(lab: Lab) -> str:
    return " ".join(lab.run(lab.nb.cells[-1]).split())


def test_the_three_cases_of_a_stale_state(again: Session) -> None:
    lab, file = again
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


def test_copied_deleted_and_reordered_cells_get_the_verdict_of_a_clean_run(again: Session) -> None:
    lab, file = again
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


def test_what_a_cell_shows_is_html_and_text(again: Session) -> None:
    lab, _ = again
    lab.run(lab.nb.cells[-1])
    [output] = lab.nb.cells[-1].outputs
    assert output["data"]["text/html"].startswith('<div class="torchgrade">')
    assert output["data"]["text/plain"].startswith("size ")
    lab.run(both := cell("check('size'); check()", "both"))
    assert len(both.outputs) == 2


def test_the_kernel_imports_nothing_of_the_grader_but_check(session: Session) -> None:
    lab, _ = session
    verdict(lab)
    loaded = lab.run(cell("import sys; print([m for m in sys.modules if m.startswith('grader.')])", "see"))
    packages = set(re.findall(r"'grader\.(\w+)", loaded))
    assert packages == {"canonical", "errors", "notebook"}
    assert "False False" in lab.run(cell("print('torch' in sys.modules, 'pydantic' in sys.modules)", "see"))


def test_grade_in_a_cell_warns(again: Session) -> None:
    lab, file = again
    write(lab, file, ("answer-size", "size = ..."))
    command = cell(f"!{sys.executable} -m grader exercise-1", "command")
    assert "was saved before" not in lab.run(command)
    lab.run(cell("size = 3", "answer-size"))
    assert "exercise-1.ipynb was saved before you ran some cells" in lab.run(command)


def helpers_below(process: int) -> list[psutil.Process]:
    below = psutil.Process(process).children(recursive=True)
    return [one for one in below if any(MODULE in word for word in one.cmdline())]


def test_the_process_that_grades_ends_with_the_kernel(session: Session) -> None:
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
    session: Session, monkeypatch: pytest.MonkeyPatch
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

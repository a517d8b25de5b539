"""Modules of an author that loop, exit, crash or cannot be read: named by `course check`, never proved."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.conftest import Run

COURSE = "format: 1\ntitle: New\nseed: new\nexercises: [sum]\npackages: []\nlimits: {memory_mib: 512}\n"
EXERCISE = """\
format: 1
title: A sum
questions:
  - id: total
    kind: code
    prompt: Return the sum of all values.
    signature: "(row: list) -> float"
    hints: [Python has a function.]
"""
REFERENCE = "def total(row: list) -> float:\n    return sum(row)\n"
CHECKS = '''\
import os
import signal
import sys

import pytest
from math import isclose


def test_total_small(student, reference):
    """Two values."""
    row = [3.25, 4.0]
    assert isclose(student.total(row), reference.total(row))


def test_total_row(student, reference):
    """A row."""
    row = [1.0, -2.0, 5.5]
    assert isclose(student.total(row), reference.total(row))
'''
ROW = '    """A row."""\n'


@dataclass(frozen=True)
class Harm:
    """What is written into which file instead of `old` (at its top where that is empty), and what is told."""

    new: str
    told: str  # of the line with `new` in it, or its first line
    file: str = "checks.py"
    old: str = ""
    line: int | None = 0  # below the place of `new`; None: it cannot be known

    def write(self, root: Path) -> tuple[Path, int | None]:
        """Return the course with the harm in it, and where a fault has to be."""
        files = {"reference.py": REFERENCE, "checks.py": CHECKS}
        text = files.get(self.file, "")
        assert self.old in text
        at = text.index(self.old)
        text = text[: at + len(self.old)] + self.new + "\n" + text[at + len(self.old) :]
        folder = write(root, {**files, self.file: text})
        line = None if self.line is None else text[: at + len(self.old)].count("\n") + 1 + self.line
        return folder / self.file, line


def write(root: Path, files: dict[str, str]) -> Path:
    folder = root / "exercises" / "sum"
    folder.mkdir(parents=True)
    (root / "course.yaml").write_text(COURSE)
    (folder / "exercise.yaml").write_text(EXERCISE)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


WHILE = "while True:\n    pass"
SLEEP = "import time\nwhile True:\n    time.sleep(60)"  # which leaves the processor to others
IN_ROW = "    " + "while True:\n        pass"
AT_IMPORT = {
    "sys-exit": Harm("import sys; sys.exit(0)", "checks.py calls sys.exit when it is imported"),
    "raise-system-exit": Harm("raise SystemExit", "checks.py calls sys.exit when it is imported"),
    "pytest-exit": Harm(
        "import pytest; pytest.exit('no')", "checks.py calls pytest.exit when it is imported"
    ),
    "os-exit": Harm(
        "import os; os._exit(0)", "The import of checks.py ended the process with exit code 0", line=None
    ),
    "kill": Harm(
        "import os; os.kill(os.getpid(), 9)",
        "The import of checks.py ended the process by SIGKILL",
        line=None,
    ),
    "term": Harm(
        "import os; os.kill(os.getpid(), 15)",
        "The import of checks.py ended the process by SIGTERM",
        line=None,
    ),
    "real-time-signal": Harm(
        "import os; os.kill(os.getpid(), 35)",
        "The import of checks.py ended the process by signal 35",
        line=None,
    ),
    "abort": Harm("import os; os.abort()", "The import of checks.py ended the process by SIGABRT"),
    "segfault": Harm(
        "import ctypes; ctypes.string_at(0)", "The import of checks.py ended the process by SIGSEGV"
    ),
    "loop": Harm(WHILE, "The import of checks.py did not finish within 3 seconds.", line=None),
    "sleep": Harm(
        "import time; time.sleep(10**6)", "The import of checks.py did not finish within 3 seconds."
    ),
    "loop-of-c": Harm("sum(range(10**15))", "The import of checks.py did not finish within 3 seconds."),
    "memory": Harm("x = bytearray(10**12)", "The checks cannot be read: MemoryError"),
    "memory-bit-by-bit": Harm("x = [0]\nwhile True: x += x", "MemoryError", line=None),
    "skip": Harm(
        "import pytest; pytest.skip('later', allow_module_level=True)",
        "All checks in this file are skipped: later.",
    ),
    "importorskip": Harm(
        "import pytest; pytest.importorskip('no_such')", "All checks in this file are skipped:"
    ),
    "skip-mark": Harm(
        "import pytest; pytestmark = pytest.mark.skip", "test_total_small is marked skip,", line=None
    ),
    "not-collected": Harm(
        "__test__ = False", "pytest does not collect test_total_small, so it never runs.", line=None
    ),
    "reference-exits": Harm(
        "raise SystemExit(3)", "reference.py calls sys.exit when it is imported", "reference.py"
    ),
    "reference-os-exits": Harm(
        "import os; os._exit(0)",
        "The import of reference.py ended the process with exit",
        "reference.py",
        line=None,
    ),
    "reference-loops": Harm(SLEEP, "The import of reference.py did not finish", "reference.py", line=None),
    "reference-dies": Harm(
        "import ctypes; ctypes.string_at(0)", "The import of reference.py ended", "reference.py"
    ),
    "misconceptions-exit": Harm(
        "import sys; sys.exit(0)", "misconceptions.py calls sys.exit when it is imported", "misconceptions.py"
    ),
    "misconceptions-os-exit": Harm(
        "import os; os._exit(0)",
        "The import of misconceptions.py ended the process",
        "misconceptions.py",
        line=None,
    ),
    "misconceptions-loop": Harm(
        SLEEP, "The import of misconceptions.py did not finish", "misconceptions.py", line=None
    ),
    "misconceptions-raise": Harm(
        "import reference; reference.no",
        "misconceptions.py cannot be imported: Attribute",
        "misconceptions.py",
    ),
    "visible-exits": Harm(
        "exit()", "visible_checks.py calls sys.exit when it is imported", "visible_checks.py"
    ),
    "visible-os-exits": Harm(
        "import os; os._exit(1)",
        "The import of visible_checks.py ended the process",
        "visible_checks.py",
        line=None,
    ),
}
IN_A_CHECK = {
    "sys-exit": Harm(
        "    sys.exit(0)", "The check test_total_row calls sys.exit, which would end the grader.", old=ROW
    ),
    "exit": Harm("    raise SystemExit", "The check test_total_row calls sys.exit, which", old=ROW),
    "pytest-exit": Harm(
        "    pytest.exit('no')", "The check test_total_row calls pytest.exit, which", old=ROW
    ),
    "os-exit": Harm(
        "    os._exit(0)", "The check test_total_row ended the process with exit code 0.", old=ROW, line=-2
    ),
    "kill": Harm(
        "    os.kill(os.getpid(), 9)",
        "The check test_total_row ended the process by SIGKILL.",
        old=ROW,
        line=-2,
    ),
    "abort": Harm("    os.abort()", "The check test_total_row ended the process by SIGABRT.", old=ROW),
    "segfault": Harm(
        "    import ctypes; ctypes.string_at(0)", "The check test_total_row ended the process by", old=ROW
    ),
    "loop": Harm(IN_ROW, "The check test_total_row did not finish within 3 seconds.", old=ROW, line=None),
    "stubborn-loop": Harm(
        "    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "The check test_total_row did not finish",
        old=ROW,
        line=None,
    ),
    "fixture": Harm(
        "\n@pytest.fixture(autouse=True)\ndef bad():\n    sys.exit(0)",
        "The check test_total_small calls sys.exit, which would end the grader.",
        old="isclose\n",
        line=3,
    ),
    "fixture-kills": Harm(
        "\n@pytest.fixture(autouse=True)\ndef bad():\n    os._exit(0)",
        "The check test_total_small ended the process with exit code 0.",
        old="isclose\n",
        line=None,
    ),
    "teardown": Harm(
        "\n@pytest.fixture(autouse=True)\ndef bad():\n    yield\n    sys.exit(0)",
        "The check test_total_small calls sys.exit, which would end the grader.",
        old="isclose\n",
        line=4,
    ),
    "reference-in-use": Harm(
        "    import os; os._exit(0)",
        "The check test_total_small ended the process",
        "reference.py",
        "-> float:\n",
        None,
    ),
}
LEFT_OUT = {
    "twice": Harm(
        '\ndef test_total_row(student):\n    """Once more."""\n',
        "test_total_row is defined again in line 19, so this one never runs.",
        old="isclose\n",
        line=1,
    ),
    "twice-in-a-class": Harm(
        '\nclass TestTotal:\n    def test_total_a(self, student):\n        """A."""\n'
        '    def test_total_a(self, student):\n        """B."""\n',
        "test_total_a is defined again in line 11, so this one never runs.",
        old="isclose\n",
        line=2,
    ),
    "class-with-init": Harm(
        '\nclass TestTotal:\n    def __init__(self): ...\n    def test_total_a(self, student):\n        """A."""\n',
        "pytest does not collect TestTotal::test_total_a, so it never runs.",
        old="isclose\n",
        line=3,
    ),
    "in-a-branch": Harm(
        '\nif sys.platform == "none":\n    def test_total_a(student):\n        """A."""\n',
        "pytest does not collect test_total_a, so it never runs.",
        old="isclose\n",
        line=2,
    ),
    "deleted": Harm(
        '\ndef test_total_a(student):\n    """A."""\ndel test_total_a\n',
        "pytest does not collect test_total_a, so it never runs.",
        old="isclose\n",
        line=1,
    ),
    "skipif": Harm(
        '\n@pytest.mark.skipif(True, reason="no")\ndef test_total_a(student):\n    """A."""\n',
        "The check test_total_a is marked skipif, so it does not count.",
        old="isclose\n",
        line=1,
    ),
    "xfail": Harm(
        '\n@pytest.mark.xfail\ndef test_total_a(student):\n    """A."""\n',
        "The check test_total_a is marked xfail, so it does not count.",
        old="isclose\n",
        line=1,
    ),
    "no-parameters": Harm(
        '\n@pytest.mark.parametrize("n", [])\ndef test_total_a(student, n):\n    """A."""\n',
        "is marked skip, so it does not count.",
        old="isclose\n",
        line=1,
    ),
}


@pytest.fixture(autouse=True)
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the limits of what never ends, and leave the others."""
    if "loop" in request.node.name or "sleep" in request.node.name:
        monkeypatch.setattr("grader.examiner.deed.IMPORT_SECONDS", 3.0)
        monkeypatch.setattr("grader.examiner.forked.GRACE_SECONDS", 30.0)
        monkeypatch.setattr("grader.examiner.checks.CHECK_SECONDS", 3.0)
        monkeypatch.setattr("grader.examiner.checks.GRACE_SECONDS", 1.0)
        monkeypatch.setattr("grader.proof.causes.CHECK_SECONDS", 3.0)


QUICK = {"import-sys-exit", "import-kill", "check-os-exit", "left-out-deleted"}


def _harm(where: str, name: str, harm: Harm) -> ParameterSet:
    id_ = f"{where}-{name}"
    return pytest.param(harm, id=id_, marks=() if id_ in QUICK else pytest.mark.slow)


@pytest.mark.parametrize(
    "harm",
    [
        *(_harm("import", name, harm) for name, harm in AT_IMPORT.items()),
        *(_harm("check", name, harm) for name, harm in IN_A_CHECK.items()),
        *(_harm("left-out", name, harm) for name, harm in LEFT_OUT.items()),
    ],
)
def test_what_does_harm_is_named_and_never_proved(tmp_path: Path, course: Run, harm: Harm) -> None:
    file, line = harm.write(tmp_path / "own")
    ran = course(tmp_path / "own", "check", "--variants", 0)
    assert ran.code == 2, ran
    assert "proved" not in ran.out
    told = [one for one in ran.err.splitlines() if harm.told in one]
    assert told, ran.err
    assert told[0].startswith(f"{file.parent}/"), told
    if line is not None:
        assert told[0].startswith(f"{file}:{line}: "), told


OTHERS = ("reference.py", "visible_checks.py", "misconceptions.py")


@pytest.mark.parametrize(
    "file", ["checks.py", *(pytest.param(file, marks=pytest.mark.slow) for file in OTHERS)]
)
@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (
            b"# -*- coding: latin-1 -*-\nx = '\xe4'\n",
            2,
            "The file is not UTF-8 text. Save it as UTF-8 and remove any",
        ),
        (b"x = 1\ny = '\xe4'\n", 2, "The file is not UTF-8 text."),
        ("x = 'ä'\n".encode("utf-16"), 1, "The file is not UTF-8 text."),
        (
            "# coding: latin-1\nx = 'ä'\n".encode(),
            1,
            "The file is UTF-8 but declares iso-8859-1. Remove that line.",
        ),
        (b"x = 1\n\n\0\n", 3, "The file contains a NUL character. Remove it."),
        (b"def f(:\n", 1, "This is not Python: invalid syntax. Correct it."),
        (b"x = 1\n  y = 2\n", 2, "This is not Python: unexpected indent. Correct it."),
        (b"x = " + b"(" * 500, 1, "This is not Python: too many nested parentheses. Correct it."),
    ],
)
def test_a_file_that_is_not_python_in_utf_8(
    tmp_path: Path, course: Run, file: str, content: bytes, line: int, sentence: str
) -> None:
    root = tmp_path / "own"
    folder = write(root, {"reference.py": REFERENCE, "checks.py": CHECKS})
    (folder / file).write_bytes(content)
    (root / "subs" / "ada").mkdir(parents=True)
    (root / "subs" / "ada" / "sum.py").write_text("total = 1\n")
    for command in (("check",), ("generate", "out"), ("grade", "subs")):
        ran = course(root, *command)
        assert ran.code == 2
        assert f"{folder / file}:{line}: {sentence}" in ran.err
    assert not (root / "out").exists()


@pytest.mark.slow
def test_a_byte_order_mark_does_no_harm(tmp_path: Path, course: Run) -> None:
    mark = "\ufeff"
    write(tmp_path / "own", {"reference.py": mark + REFERENCE, "checks.py": mark + CHECKS})
    (tmp_path / "own" / "course.yaml").write_text(COURSE.replace("[]", "[torch]"))
    ran = course(tmp_path / "own", "check", "--variants", 0)
    assert "reference" not in ran.err
    assert "proved" in ran.out, ran


PRINTS = """
import atexit, logging, os, subprocess, sys
print("printed")
os.write(1, b"written")
subprocess.run(["echo", "echoed"])
sys.__stdout__.write("said")
sys.__stdout__.flush()
logging.basicConfig(stream=sys.stdout, level=0)
logging.info("logged")
atexit.register(print, "late")
"""


@pytest.mark.slow
def test_what_author_modules_print_is_in_no_json(tmp_path: Path) -> None:
    root = tmp_path / "own"
    checks = CHECKS.replace(
        ROW, ROW + '    print("printed"); os.write(1, b"written"); print("x", file=sys.__stdout__)\n'
    )
    write(root, {"reference.py": PRINTS + REFERENCE, "checks.py": PRINTS + checks})
    command = [str(Path(sys.executable).with_name("course")), "check", "--json"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    document = json.loads(ran.stdout)
    assert document["exercises"][0]["exercise"] == "sum"
    command = [str(Path(sys.executable).with_name("grade")), "sum", "--json", "--file", "mine.py"]
    (root / "mine.py").write_text(REFERENCE)
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert json.loads(ran.stdout.removesuffix("late\nlate\n"))["score"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["sys-exit", "os-exit", "skip"])
def test_a_class_is_not_graded_with_modules_that_do_harm(tmp_path: Path, harm: str) -> None:
    root = tmp_path / "own"
    file, _ = AT_IMPORT[harm].write(root)
    (root / "subs" / "ada").mkdir(parents=True)
    (root / "subs" / "ada" / "sum.py").write_text(REFERENCE)
    command = [str(Path(sys.executable).with_name("course")), "grade", "subs", "--jobs", "1"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 2, ran
    assert AT_IMPORT[harm].told in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert str(file.name) in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "cause"),
    [
        ("os-exit", "exit code 0. The check test_total_row was the last thing that it began"),
        ("pytest-exit", ""),
    ],
)
def test_a_check_that_ends_the_grader_leaves_an_answer_ungraded(
    tmp_path: Path, harm: str, cause: str
) -> None:
    root = tmp_path / "own"
    IN_A_CHECK[harm].write(root)
    (root / "subs" / "ada").mkdir(parents=True)
    (root / "subs" / "ada" / "sum.py").write_text(REFERENCE)
    command = [str(Path(sys.executable).with_name("course")), "grade", "subs", "--jobs", "1", "--json"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran
    report = json.loads(ran.stdout.splitlines()[0])
    assert report["questions"][0]["outcome"] == "ungraded"
    assert cause in report["questions"][0]["message"]

"""In a container of 768 MiB, a question that takes more is lost, and nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.classroom.conftest import Small

pytestmark = pytest.mark.slow

LIMIT_MIB = 768
GROUPS = Path("/sys/fs/cgroup/memory")
ENTER = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
BIN = Path(sys.executable).parent
HOGS = {
    "torch": "import torch; x = torch.ones(400 << 20)",
    "numpy": "import numpy; x = numpy.ones(200 << 20)",
    "lists": "x = [[0] for _ in range(24 << 20)]",
    "bytearray": "x = bytearray(1536 << 20)",
    "pieces": "x = [bytearray(1 << 20) for _ in range(1536)]",
    "shared": "import mmap; m = mmap.mmap(-1, 1536 << 20); x = [m.write(bytes(1 << 20)) for _ in range(1536)]",
}
HOG = "five = 5\ndef double(x):\n    {0}\n    return x\ndef triple(x):\n    return 3 * x\n"


@pytest.fixture
def group() -> Iterator[Path]:
    """Yield a control group of version 1 with a limit; it is removed after the test."""
    folder = GROUPS / f"torchgrade-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(LIMIT_MIB << 20))
    except OSError as error:
        with suppress(OSError):
            folder.rmdir()
        pytest.skip(f"no control group of version 1 can be made here: {error}")
    yield folder
    for _ in range(100):
        with suppress(OSError):
            folder.rmdir()
        if not folder.exists():
            return
        time.sleep(0.1)


def inside(group: Path, folder: Path, *command: object) -> Sequence[dict[str, Any]]:
    """Return the reports that a command prints which runs in a control group."""
    words = [sys.executable, "-c", ENTER, str(group / "cgroup.procs"), *map(str, command)]
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {question["id"]: question["outcome"] for question in report["questions"]}


ALL = dict.fromkeys(("five", "double", "triple"), "passed")


@pytest.fixture
def class_of_hogs(small: Small) -> Small:
    """Return a class where some take too much, and others nothing."""
    small.replace("course.yaml", "packages: []", "packages: [torch, numpy]")
    small.replace("course.yaml", "seconds: 60", "seconds: 60, memory_mib: 2048")
    for name, source in HOGS.items():
        small.hand_in(f"hog-{name}", HOG.format(source))
        small.hand_in(f"right-{name}")
    return small


def test_a_class_in_a_small_container(class_of_hogs: Small, group: Path) -> None:
    reports = inside(group, class_of_hogs.root, BIN / "course", "grade", "S", "--json", "--jobs", 2)
    found = {report["student"]: outcomes(report) for report in reports}
    assert {name: one for name, one in found.items() if name.startswith("right")} == {
        f"right-{name}": ALL for name in HOGS
    }
    assert {name: one for name, one in found.items() if name.startswith("hog")} == {
        f"hog-{name}": ALL | {"double": "memory"} for name in HOGS
    }


@pytest.mark.parametrize("hog", ["torch", "shared"])
def test_a_student_in_a_small_container(class_of_hogs: Small, group: Path, hog: str) -> None:
    root = class_of_hogs.root
    for name, expected in ((f"hog-{hog}", "memory"), (f"right-{hog}", "passed")):
        file = root / "S" / name / "ex-1.py"
        (report,) = inside(group, root, BIN / "grade", "ex-1", "--file", file, "--json")
        assert outcomes(report) == ALL | {"double": expected}

"""`course check` on code to mend: the broken version must lose points, and should run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Run

HERE = Path(__file__).parents[1] / "golden" / "course" / "exercises" / "mending"
COURSE = "format: 1\ntitle: Mending\nseed: s\nexercises: [{}]\n"
NOTICED = {  # by exercise: what is changed in its broken version, and what is told
    "as-it-is": (("", ""), "1 of 1 broken versions"),
    "wrong-in-another-way": (("@ error", "@ error / len(x)"), "1 of 1 broken versions"),
    "misspelt": (
        ("return weight", "return wieght"),
        "step: the broken version does not run. Students read: ",
    ),
}


def prove(course: Run, root: Path, changes: Mapping[str, tuple[str, str]]) -> tuple[int, dict[str, str]]:
    """Check exercises with other broken versions; return the exit code, and what is told of each."""
    (root / "course.yaml").write_text(COURSE.format(", ".join(changes)), encoding="utf-8")
    for name, change in changes.items():
        file = Path(shutil.copytree(HERE, root / "exercises" / name)) / "broken.py"
        file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    done = course(root, "check")
    told: dict[str, str] = {}
    name = ""
    for line in (done.out + done.err).splitlines():
        name = next((one for one in changes if line.startswith(f"{one}: ")), name)
        told[name] = " ".join(f"{told.get(name, '')} {line}".split())
    return done.code, told


@pytest.mark.slow
def test_a_broken_version_is_noticed(course, tmp_path):
    code, told = prove(course, tmp_path, {name: change for name, (change, _) in NOTICED.items()})
    assert code == 0
    assert {name for name, (_, sentence) in NOTICED.items() if sentence not in told[name]} == set(), told


@pytest.mark.slow
def test_a_broken_version_that_is_right_is_a_fault(course, tmp_path):
    right = (HERE / "reference.py").read_text(encoding="utf-8")
    change = ((HERE / "broken.py").read_text(encoding="utf-8"), right)
    code, told = prove(course, tmp_path, {"right": change})
    assert code == 1
    assert (
        "No check notices the broken version of 'step'. Add a check with an input on which it goes wrong"
        in " ".join(told.values())
    )

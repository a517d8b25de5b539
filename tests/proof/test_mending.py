"""`course check` on code to mend: the broken version must lose points, and should run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Run

HERE = Path(__file__).parents[1] / "golden" / "course" / "exercises" / "mending"
COURSE = "format: 1\ntitle: Mending\nseed: s\nexercises: [mending]\n"


def prove(course: Run, root: Path, change: tuple[str, str]) -> tuple[int, str]:
    shutil.copytree(HERE, root / "exercises" / "mending")
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    file = root / "exercises" / "mending" / "broken.py"
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    done = course(root, "check")
    return done.code, " ".join((done.out + done.err).split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (("", ""), 0, "1 of 1 broken versions"),
        (("@ error", "@ error / len(x)"), 0, "1 of 1 broken versions"),
        (("return weight", "return wieght"), 0, "step: the broken version does not run. Students read: "),
    ],
)
def test_a_broken_version_is_noticed(course, tmp_path, change, code, told):
    assert told in (found := prove(course, tmp_path, change))[1]
    assert found[0] == code


@pytest.mark.slow
def test_a_broken_version_that_is_right_is_a_fault(course, tmp_path):
    right = (HERE / "reference.py").read_text(encoding="utf-8")
    code, told = prove(course, tmp_path, ((HERE / "broken.py").read_text(encoding="utf-8"), right))
    assert code == 1
    assert (
        "No check notices the broken version of 'step'. Add a check with an input on which it goes wrong"
        in told
    )

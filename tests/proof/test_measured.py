"""Where no author limits the time of a call, the limit follows from what the reference takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.course.fingerprint import fingerprints
from grader.course.loading import LoadedExercise, load_course
from grader.course.measured import FIVEFOLD, LEAST_SECONDS, MOST_SECONDS, keep_measured, limit_for
from grader.course.paper import prepare
from grader.errors import CourseFaults
from grader.handout.pack import open_pack
from grader.proof.lint import notes_of_time
from tests.conftest import Run

SLOW = "import time\n\n\ndef f(x):\n    time.sleep(1.1)\n    return x + 1\n"
CHECKS = '''
def test_f_adds(student):
    """It adds."""
    assert student.f(4) == 5
'''
EXERCISE = """format: 1
title: E
questions:
  - {id: f, kind: code, prompt: Add one., signature: (x)}
  - {id: g, kind: code, prompt: Add one., signature: (x), limits: {memory_mib: 512}}
"""


def written(root: Path, *, limits: str = "", exercise: str = EXERCISE, reference: str = SLOW) -> Path:
    folder = root / "exercises" / "e"
    folder.mkdir(parents=True)
    text = f"format: 1\ntitle: T\nseed: s\npackages: []\nexercises: [e]\n{limits}"
    (root / "course.yaml").write_text(text, encoding="utf-8")
    (folder / "exercise.yaml").write_text(exercise, encoding="utf-8")
    (folder / "reference.py").write_text(f"{reference}\n\ng = f\n", encoding="utf-8")
    (folder / "checks.py").write_text(
        CHECKS + CHECKS.replace("f_adds", "g_adds").replace(".f", ".g"), "utf-8"
    )
    return folder


def loaded(root: Path) -> LoadedExercise:
    return load_course(root).exercise("e")


@pytest.mark.slow
def test_check_measures_the_reference_and_students_get_the_limit(tmp_path: Path, course: Run) -> None:
    folder = written(tmp_path)
    course(tmp_path, "check")
    before = (folder / "measured.json").read_bytes()
    seconds = json.loads(before)["seconds"]
    assert FIVEFOLD * json.loads(before)["reference_seconds"] <= seconds
    assert seconds > LEAST_SECONDS
    told = " ".join(course(tmp_path, "check").out.split())
    assert f"so a student's call may take {seconds:g} seconds (measured.json)." in told
    assert (folder / "measured.json").read_bytes() == before
    assert course(tmp_path, "generate", "H").code == 0
    pack = open_pack(tmp_path / "H" / "course.pack")
    paper = pack.sitting("e").paper
    assert paper.limits.seconds == seconds and paper.follows == ("", "f", "g")[::2]
    assert paper.questions[1].limits and paper.questions[1].limits.seconds == seconds
    assert "measured.json" not in " ".join(pack.files)
    again = prepare(pack.exercise("e"), None).paper
    assert (again.limits, again.follows) == (paper.limits, paper.follows)
    assert again.questions[1].limits == paper.questions[1].limits


def test_the_limit_reaches_every_student_and_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    folder = written(tmp_path)
    usual, before = prepare(loaded(tmp_path), None).paper, fingerprints(loaded(tmp_path))
    keep_measured(folder, None, 3.2)
    for student in (None, "ada", "grace"):
        assert prepare(loaded(tmp_path), student).paper.limits.seconds == 20
    assert usual.limits.seconds == LEAST_SECONDS
    after = fingerprints(loaded(tmp_path))
    assert after["f"] != before["f"] and after["g"] != before["g"]


def test_what_an_author_writes_wins(tmp_path: Path) -> None:
    folder = written(tmp_path, limits="limits: {seconds: 7}\n")
    keep_measured(folder, None, 3.2)
    paper = prepare(loaded(tmp_path), None).paper
    assert paper.limits.seconds == 7 and paper.follows == ("g",)
    assert paper.questions[1].limits and paper.questions[1].limits.seconds == 20
    exercise = EXERCISE.replace("title: E", "title: E\nlimits: {memory_mib: 700}")
    (folder / "exercise.yaml").write_text(exercise, encoding="utf-8")
    assert prepare(loaded(tmp_path), None).paper.limits.model_dump(include={"seconds", "memory_mib"}) == {
        "seconds": 20,
        "memory_mib": 700,
    }


def test_a_limit_that_fits_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path)
    file = folder / "measured.json"
    assert keep_measured(folder, None, 0.9) == LEAST_SECONDS and not file.exists()
    assert keep_measured(folder, None, 1.9) == 10
    before = file.read_bytes()
    assert keep_measured(folder, 10, 1.2) == 10 and file.read_bytes() == before
    assert keep_measured(folder, 10, 2.1) == 15 and file.read_bytes() != before
    assert keep_measured(folder, 15, 0.1) == LEAST_SECONDS and not file.exists()
    assert limit_for(1e9) == MOST_SECONDS
    (note,) = list(notes_of_time(loaded(tmp_path), 1.2))
    assert note.endswith("a student's call may take 10 seconds (measured.json).")
    first, second = notes_of_time(loaded(tmp_path), 100.0)
    assert "Write `limits: {seconds: 500}`" in first and "may take 300 seconds" in second


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"seconds": 9}', "[" * 9999, '{"format": 1, "seconds": NaN}']
)
def test_a_bad_file_is_a_fault(tmp_path: Path, text: str) -> None:
    folder = written(tmp_path)
    (folder / "measured.json").write_text(text, encoding="utf-8")
    with pytest.raises(
        CourseFaults, match=r"measured\.json is not in the form that course check writes"
    ) as caught:
        loaded(tmp_path)
    assert "course check e" in str(caught.value)


class Clocked:
    """A file that takes so many seconds, and how long it was allowed to take each time."""

    def __init__(self, takes: float) -> None:
        self.takes, self.allowed = takes, list[float]()

    def __call__(self, sitting: Any) -> Any:
        self.allowed.append(sitting.paper.limits.seconds)
        return type("Told", (), {"ran_out": self.takes > self.allowed[-1]})()


def test_a_slow_machine_gets_what_the_reference_needs_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.examiner.pacing import Pacer

    written(tmp_path)
    sitting, told = prepare(loaded(tmp_path), None), list[Any]()
    here: list[float] = []

    def slowest(_pacer: Pacer) -> float:
        here.append(4.0)
        return 4.0

    monkeypatch.setattr(Pacer, "_slowest", slowest)
    anything: Any = object()
    pace = Pacer(sitting, anything, anything, told.append)
    for takes, allowed, late in ((1, [5], False), (12, [5, 20], False), (30, [20], True)):
        file = Clocked(takes)
        assert pace.graded(file).ran_out is late
        assert file.allowed == allowed
    assert here == [4.0] and len(told) == 1
    fixed = replace(sitting, paper=sitting.paper.model_copy(update={"follows": ()}))
    file = Clocked(12)
    assert Pacer(fixed, anything, anything, told.append).graded(file).ran_out and file.allowed == [5]

"""A proof is honest: what ran out of time proves nothing, and it is about what students receive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course.loading import load_course
from grader.course.measured import FIVEFOLD, PATIENCE_SECONDS
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.lane import LEAST_SECONDS, Lane
from grader.engine.setup import Setup
from grader.examiner.outcome import Outcome
from grader.examiner.reporting import ungraded
from grader.proof import trials
from tests.conftest import Run
from tests.proof.test_proving import write_course

pytestmark = pytest.mark.slow

HEAD = "format: 1\ntitle: T\nquestions:\n"
ASK = "  - {{id: {id}, kind: code, prompt: P, signature: {signature}, hints: [H]{more}}}\n"


def ask(id_: str, signature: str = "(x)", more: str = "") -> str:
    return ASK.format(id=id_, signature=json.dumps(signature), more=more)


Proofs = dict[str, tuple[list[str], dict[str, Any]]]


def proofs(out: str) -> Proofs:
    """Return, by exercise, the faults as file:line sentence, and the document."""
    return {
        one["exercise"]: (
            [f"{Path(f['file']).name}:{f['line']} {f['sentence']}" for f in one["faults"]],
            one,
        )
        for one in json.loads(out)["exercises"]
    }


@pytest.fixture
def proved(kept: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, course: Run) -> Proofs:
    """Return the proofs of all exercises of this file, which are checked once."""
    name = f"{__name__}.proved"
    if name not in kept:
        root = written(tmp_path_factory.mktemp("honest") / "c")
        ran = course(root, "check", "--variants", 0, "--json")
        assert ran.code == 1, ran.err
        kept[name] = root / "proof.json"
        kept[name].write_text(ran.out, encoding="utf-8")
    return proofs(kept[name].read_text(encoding="utf-8"))


def written(root: Path) -> Path:
    """Write the course of all exercises of this file, which needs no torch."""
    exercises: dict[str, Mapping[str, str]] = {"counting": COUNTING, "words": WORDS, "beside": BESIDE}
    exercises["import"] = {
        **BESIDE,
        "checks.py": READING.replace("import importlib", "import click, importlib"),
    }
    exercises["import-numpy"] = {
        "exercise.yaml": HEAD + ask("f"),
        "reference.py": "import numpy\n\n\ndef f(x):\n    return float(numpy.sqrt(x))\n",
        "checks.py": 'def test_f(student):\n    """Nine."""\n    ask(student)\n\n\n'
        "def ask(student):\n    assert student.f(9) == 3\n\n\ndef tset_f(student):\n    assert student.f(4) == 2\n",
    }
    named = VISIBLE.replace('"data/three.txt"', '"data" / ("three" + ".txt")')
    exercises["visible"] = {**BESIDE, "visible_checks.py": named}
    exercises |= {name: elsewhere(name, root) for name in ELSEWHERE}
    write_course(root, exercises, packages="")
    for name in exercises.keys() - {"counting", "words", "import-numpy"}:
        add_data(root / "exercises" / name)
    (root / "exercises" / "other.txt").write_text("3")
    return root


# Time

COUNTING = {
    "exercise.yaml": HEAD
    + ask(
        "f",
        more=", misconceptions: {endless: {message: M}, known: {message: M}}, "
        'equivalent: {known: It never ends., "f: x - 1 -> x - 0": It never ends.}',
    ),
    "reference.py": "def f(x):\n    while x > 0:\n        x = x - 1\n    return x\n",
    "misconceptions.py": "import time\n\n\ndef f_endless(x):\n    while True: time.sleep(60)\n\n\n"
    "f_known = f_endless\n",
    "checks.py": '''\
def test_f_whole(student, reference):
    """A whole number."""
    assert str(student.f(3)) == "0"


def test_f_half(student):
    """A half."""
    assert str(student.f(0.5)) == "-0.5"


def test_f_runs(student):
    """Whatever it is."""
    student.f(0)
''',
}


def test_what_ran_out_of_time_proves_nothing(proved: Proofs) -> None:
    faults, one = proved["counting"]
    (late,) = (fault for fault in faults if "time" in fault)
    assert late.startswith("exercise.yaml:4 Nothing is proved by the misconception 'endless': it ran out")
    (note,) = (note for note in one["notes"] if "ran out of time" in note)
    assert note == "f: 1 ran out of time and prove nothing: 'f: x - 1 -> x + 1'."
    (matrix,) = one["questions"]
    columns = {column["name"]: column for column in matrix["columns"]}
    timed_out = {name for name, column in columns.items() if column["timed_out"]}
    assert timed_out == {"endless", "known", "f: x - 1 -> x + 1", "f: x - 1 -> x - 0"}
    assert not any(columns[name]["killed_by"] for name in timed_out)
    assert "f: the check test_f_runs noticed nothing." in one["notes"]


LATE = "\n{question} = __import__('time').sleep(60)\n"  # in place of what makes the reference wrong


def test_a_wrong_solution_that_was_late_while_it_was_loaded_proves_nothing(
    tmp_path: Path, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last statement, which makes it wrong, is late: it remains right."""
    monkeypatch.setattr(trials, "IMPOSTORS", {"ones": "1"})
    monkeypatch.setattr(trials, "_IMPOSTOR", LATE)
    exercise = {
        "exercise.yaml": HEAD + ask("f"),
        "reference.py": "def f(x):\n    return x + 1\n",
        "checks.py": 'def test_f(student):\n    """Two."""\n    assert student.f(1) == 2\n',
    }
    ran = course(write_course(tmp_path / "c", {"late": exercise}, packages=""), "check", "--variants", 0)
    told = " ".join(ran.out.split())
    assert "Nothing is proved by an answer that returns ones: it ran out of time." in told, ran.out + ran.err
    assert "impostors (1 ran out of time)" in told
    assert "No check notices" not in told


class Scripted(Lane):
    """A lane whose files take so many seconds by their content, and whose machine is never busy."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tried: list[tuple[bytes, float]] = []

    def _graded(self, sitting: Any, job: Any, suite: Any) -> Outcome:
        allowed, takes = sitting.paper.limits.seconds, float(job.handed_in.content)
        self.tried.append((job.handed_in.content, allowed))
        report = ungraded(sitting, "scripted")
        question = report.questions[0].model_copy(update={"checks": (_check(late=takes > allowed),)})
        report = report.model_copy(update={"questions": (question,)})
        return Outcome(report, slowest=takes, ran_out=report.ran_out)


def _check(*, late: bool) -> Any:
    from grader.examiner.report import CheckReport

    outcome: Any = "timeout" if late else "passed"
    return CheckReport(id="c", title="C", visible=False, outcome=outcome, score=0, points=1, message="")


def test_a_wrong_solution_gets_five_times_what_the_reference_takes(tmp_path: Path) -> None:
    assert FIVEFOLD >= 5
    loaded = load_course(write_course(tmp_path / "c", {"e": COUNTING}))
    server: Any = SimpleNamespace()
    lane = Scripted(loaded, Setup(loaded.root, ("e",), "full", ()), server)

    def outcome(content: bytes, pacer: bytes, *, insists: bool = False) -> str:
        lane.tried.clear()
        file = HandedIn("variant 0", "e", "e.py", content)
        job = Job(number=0, handed_in=file, pacer=pacer, insists=insists)
        suite: Any = SimpleNamespace()
        return lane.grade(job, suite).report.questions[0].checks[0].outcome

    floor = LEAST_SECONDS
    assert (outcome(b"1", b"0.1"), lane.tried) == ("passed", [(b"1", floor)])  # nothing is measured
    assert outcome(b"9", b"0.1") == "timeout"
    assert lane.tried == [(b"9", floor), (b"0.1", PATIENCE_SECONDS)]  # as long as is measured
    assert outcome(b"9", b"0.1", insists=True) == "timeout"
    assert lane.tried == [(b"9", floor), (b"0.1", PATIENCE_SECONDS), (b"9", floor)]
    assert outcome(b"12", b"2.5") == "passed"
    assert lane.tried[-1] == (b"12", 5 * 2.5)
    assert (outcome(b"12.4", b"2.5"), lane.tried) == ("passed", [(b"12.4", 12.5)])  # it is remembered
    assert outcome(b"13", b"2.5") == "timeout"
    assert outcome(b"13", b"3") == "passed"  # the machine is busier now


# What students receive

READING = '''\
"""Checks that read."""
import importlib.resources
from pathlib import Path

from .helpers import read

HERE = Path(__file__).parent


def test_f_data(student):
    """Data beside."""
    assert student.f(int((HERE / "data" / "three.txt").read_text())) == 3


def test_f_helper(student):
    """Data, by a helper."""
    assert student.f(read("four.bin")[0]) == 4


def test_f_resource(student):
    """A resource."""
    assert str(student.f(int((importlib.resources.files(__package__) / "five.txt").read_text()))) == "5"


def test_f_temporary(student, tmp_path):
    """A file that the check writes itself."""
    (tmp_path / "six.txt").write_text("6")
    assert str(student.f(int((tmp_path / "six.txt").read_text()))) == "6"
'''
VISIBLE = '''\
from pathlib import Path


def test_f_visible(student):
    """Data, where it is seen."""
    assert student.f(int((Path(__file__).parent / "data/three.txt").read_text())) == 3
'''
BESIDE = {
    "exercise.yaml": HEAD + ask("f"),
    "reference.py": "def f(x):\n    return x\n",
    "checks.py": READING,
    "visible_checks.py": VISIBLE,
    "helpers.py": "from pathlib import Path\n\n\ndef read(name):\n"
    "    return (Path(__file__).parent / 'data' / name).read_bytes()\n",
    "five.txt": "5",
}


def add_data(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "three.txt").write_text("3")
    (folder / "data" / "four.bin").write_bytes(b"\x04\xff")


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_what_checks_read_is_handed_out(tmp_path: Path, course: Run, grade: Run, edition: str) -> None:
    root = write_course(tmp_path / "c", {"e": BESIDE}, packages="")
    add_data(root / "exercises" / "e")
    assert course(root, "generate", tmp_path / "out", "--edition", edition).code == 0
    (tmp_path / "out" / "e.py").write_text("def f(x):\n    return x\n")
    ran = grade(tmp_path / "out", "e", "--json")
    (question,) = json.loads(ran.out)["questions"]
    outcomes = {check["id"]: check["outcome"] for check in question["checks"]}
    hidden = (
        {}
        if edition == "assessed"
        else dict.fromkeys(("test_f_data", "test_f_helper", "test_f_resource", "test_f_temporary"), "passed")
    )
    assert outcomes == {"test_f_visible": "passed", **hidden}


def test_checks_that_read_beside_them_are_proved(proved: Proofs) -> None:
    faults, _ = proved["beside"]
    assert [fault for fault in faults if "notices" not in fault] == []


ELSEWHERE = {
    "absolute": (
        'int(Path("{root}/exercises/absolute/data/three.txt").read_text())',
        "It reads {root}/exercises/absolute/data/three.txt, which students do not receive.",
    ),
    "here": (
        'int(Path("exercises/here/data/three.txt").read_text())',
        "With what students receive (practice edition): The check test_f_read raises FileNotFoundError: ",
    ),
    "above": (
        'int((Path(__file__).parents[1] / "other.txt").read_text())',
        "With what students receive (practice edition): The check test_f_read raises FileNotFoundError: ",
    ),
    "library": (
        '__import__("numpy").loadtxt("{root}/exercises/other.txt")',
        "It reads {root}/exercises/other.txt, which students do not receive.",
    ),
}


def elsewhere(name: str, root: Path) -> dict[str, str]:
    check = 'from pathlib import Path\n\n\ndef test_f_read(student):\n    """Reads."""\n'
    check += f"    value = {ELSEWHERE[name][0].format(root=root)}\n    assert student.f(value) == 3\n"
    return {**BESIDE, "checks.py": check}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_checks_read_elsewhere_is_reported(proved: Proofs, name: str) -> None:
    faults, one = proved[name]
    root = Path(one["faults"][0]["file"]).parents[2]
    (fault,) = (fault for fault in faults if fault.startswith("checks.py:"))
    assert fault.startswith(f"checks.py:6 {ELSEWHERE[name][1].format(root=root)}")


def test_what_only_a_visible_check_misses_is_reported(proved: Proofs) -> None:
    (fault,) = (fault for fault in proved["visible"][0] if "notices" not in fault)
    assert fault.startswith(
        "visible_checks.py:6 With what students receive (assessed edition): The check test_f_visible raises"
    )


def test_an_import_that_students_may_not_have_is_noted(proved: Proofs) -> None:
    note = "checks.py:2 imports click, which students may not have. List it in 'packages' in course.yaml."
    assert [text for text in proved["import"][1]["notes"] if "imports" in text] == [note]


def test_a_package_that_the_course_does_not_list_is_told_where_the_reference_imports_it(
    proved: Proofs,
) -> None:
    faults, one = proved["import-numpy"]
    (fault,) = (fault for fault in faults if fault.startswith("reference.py:5"))
    assert "NameError: name 'numpy' is not defined" in fault
    (remedy,) = (fault["remedy"] for fault in one["faults"] if fault["line"] == 5)
    assert remedy.endswith("imports only the 'packages' of course.yaml.")
    note = "reference.py:1 imports numpy, which code of students cannot import. List it in 'packages'"
    assert any(text.startswith(note) for text in one["notes"])


def test_a_function_that_only_looks_like_a_check_is_noted(proved: Proofs) -> None:
    note = (
        "checks.py:10 defines `tset_f`, which takes `student`, but is no check: its name does not begin with "
    )
    assert [text for _, one in proved.values() for text in one["notes"] if "is no check" in text] == [
        f"{note}test_, and nothing calls it."
    ]


# Impostors that make sense

WORDS = {
    "exercise.yaml": HEAD + ask("word") + ask("nothing") + ask("even"),
    "reference.py": "def word(x):\n    return f'x{x}'\n\n\ndef nothing(x):\n    return None\n\n\n"
    "def even(x):\n    return x % 2 == 0\n",
    "checks.py": '''\
def test_word(student):
    """Three."""
    assert student.word(3) == "x3"


def test_nothing(student):
    """None."""
    assert student.nothing(3) is None


def test_even(student):
    """Four and three."""
    assert student.even(4)
    assert not student.even(3)
''',
}


def test_impostors_fit_what_is_returned(proved: Proofs) -> None:
    faults, one = proved["words"]
    assert faults == []
    names = {
        matrix["question"]: {column["name"] for column in matrix["columns"] if column["kind"] == "impostor"}
        for matrix in one["questions"]
    }
    fitting = {"what its starter gives", "a constant", "what it was given", "an empty value of its kind"}
    assert names["word"] == {*fitting, "the right values with another dimension"}
    assert names["even"] == {*names["word"], "True"}


def test_a_fault_names_the_line_of_yaml_that_sets_it_aside(tmp_path: Path, course: Run) -> None:
    loose = {
        **WORDS,
        "checks.py": WORDS["checks.py"].replace('student.word(3) == "x3"', 'student.word(3) != ""'),
    }
    root = write_course(tmp_path / "c", {"e": loose}, packages="")
    ran = course(root, "check", "--variants", 0, "--json")
    remedies = [fault["remedy"] for fault in json.loads(ran.out)["exercises"][0]["faults"]]
    listed = [remedy.partition("equivalent: {")[2].removesuffix("}.") for remedy in remedies]
    assert listed
    assert all(listed)
    aside = ", equivalent: {" + ", ".join(listed) + "}"
    text = HEAD + ask("word", more=aside) + ask("nothing") + ask("even")
    (root / "exercises" / "e" / "exercise.yaml").write_text(text)
    assert course(root, "check", "--variants", 0).code == 0


def test_a_report_has_no_noise(tmp_path: Path, course: Run) -> None:
    """Changes that change nothing are no mutants, and a line is reported once, with all that it lacks."""
    noisy = {
        "exercise.yaml": HEAD + ask("word") + ask("turned"),
        "reference.py": "def word(x):\n    return tuple([2 * x + 1])[0]\n\n\n"
        "def turned(x):\n    return x.transpose(0, 1)\n",
        "checks.py": "import pytest\nimport torch\n\n\n"
        '@pytest.mark.parametrize("x", [3, 4])\n'
        'def test_word(student, x):\n    """A number."""\n    assert student.word(x) > 0\n\n\n'
        'def test_turned(student):\n    """A row."""\n'
        "    assert student.turned(torch.arange(3.0)[None]).shape == (3, 1)\n",
    }
    root = write_course(tmp_path / "c", {"e": noisy})
    found = json.loads(course(root, "check", "--variants", 0, "--json").out)["exercises"][0]
    names = [column["name"] for one in found["questions"] for column in one["columns"]]
    assert not [name for name in names if "[-1]" in name or "transpose(1, 0)" in name]
    missed = [fault for fault in found["faults"] if "No check notices the mutant" in fault["sentence"]]
    lines = [fault["line"] for fault in missed]
    assert len(lines) == len(set(lines))
    assert any("mutants '" in fault["sentence"] for fault in missed)
    shown = course(root, "check", "--variants", 0).out
    assert "word[3]" in shown
    assert "word[4]" in shown

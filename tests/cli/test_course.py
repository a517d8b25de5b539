"""`course`, as an instructor types it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from pathlib import Path
from textwrap import indent

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner import packages
from grader.worker import zygote
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from tests.conftest import ROOT, Ran, Run
from tests.worker.test_client import file_of


@pytest.fixture
def roster(own: Path) -> Path:
    file = own / "roster.csv"
    file.write_text(
        "student,name,email,canvas_id,moodle_username\n"
        "ada,Ada L.,ada@example.org,0017,ada\n"
        "bob,Bob,bob@example.org,0018,bob\n"
        "cyd,Cyd,cyd@example.org,0019,cyd\n",
        encoding="utf-8",
    )
    return file


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def rows(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_a_new_course_works_from_the_first_minute(own: Path, course: Run, grade: Run) -> None:
    page = own / "proof.html"
    ran = course(own, "check", "--variants", 3, "--html", page)
    assert ran.code == 0, ran.out
    assert "exercise-2: proved over 1 variant\n" in ran.out
    assert "over 1 variant</h2>" in page.read_text(encoding="utf-8")
    assert course(own, "generate", "OUT").code == 0
    assert grade(own / "OUT", "exercise-1").code == 1
    ran = course(own, "new", own)
    assert (ran.code, "already exists" in ran.err) == (2, True)


def test_check_finds_a_reference_that_fails(own: Path, course: Run) -> None:
    reference = own / "exercises" / "exercise-2" / "reference.py"
    reference.write_text(
        reference.read_text(encoding="utf-8").replace("image.sum()", "image.mean()"), "utf-8"
    )
    ran = course(own, "check", "exercise-2", "--variants", 0)
    assert ran.code == 1
    said = "".join(ran.out.split())
    assert "visible_checks.py:8:Thereferencefailsthechecktest_total_of_two_valueshere." in said


def test_a_check_that_looks_at_nothing_proves_nothing(own: Path, course: Run) -> None:
    """Also in an exercise without parameters, of which there is one variant only."""
    checks = own / "exercises" / "exercise-2" / "checks.py"
    checks.write_text('def test_total(student):\n    """Nothing."""\n    student.total\n', encoding="utf-8")
    ran = course(own, "check", "exercise-2", "--variants", 3)
    assert ran.code == 1
    assert "No check notices" in ran.out
    line = next(line for line in ran.out.splitlines() if "No check notices" in line)
    assert re.match(r".*(exercise\.yaml|reference\.py):\d+", line)  # on one line, however long


def test_a_starter_that_is_the_solution_is_noticed(own: Path, course: Run) -> None:
    folder = own / "exercises" / "exercise-2"
    solution = (folder / "reference.py").read_text(encoding="utf-8").partition("def ")[2]
    yaml = folder / "exercise.yaml"
    text = re.sub(
        r"    signature: .*",
        "    starter: |\n" + indent(f"def {solution}", " " * 6),
        yaml.read_text(encoding="utf-8"),
    )
    yaml.write_text(text, encoding="utf-8")
    ran = course(own, "check", "exercise-2", "--variants", 1)
    assert (ran.code, "No check notices an answer that returns what its starter gives" in ran.out) == (
        1,
        True,
    )


def test_generating_again_keeps_what_students_wrote(own: Path, course: Run, roster: Path) -> None:
    course(own, "generate", "OUT", "--roster", roster)
    mine = own / "OUT" / "ada" / "exercise-1.py"
    mine.write_text("size = 3\n", encoding="utf-8")
    ran = course(own, "generate", "OUT", "--roster", roster)
    assert mine.read_text(encoding="utf-8") == "size = 3\n"
    assert f"kept, because it was changed: {Path('OUT/ada/exercise-1.py')}" in ran.out


def test_a_class_is_graded_and_its_scores_exported(own: Path, course: Run, roster: Path, grade: Run) -> None:
    course(own, "generate", "OUT", "--roster", roster)
    total = "import torch\ndef total(image):\n    return image.sum()\n"
    write(own / "S" / "ada" / "exercise-2.py", total)
    write(own / "S" / "bob" / "exercise-2.py", "import torch\ndef total(image):\n    return image.mean()\n")
    write(own / "S" / "bob" / "exercise-1.py", "size = 'x'")
    write(own / "S" / "eve" / "exercise-1.py", "size = 1")
    write(own / "S" / "notes.txt", "")
    ran = course(own, "grade", "S", "--roster", roster)
    assert ran.code == 1  # something was left out
    assert "ada  exercise-2  3 of 3" in ran.out
    assert "left out: eve: not in the roster" in ran.out
    assert "left out: 'notes.txt' is neither in a student's folder" in ran.out

    assert course(own, "export", "canvas", "--roster", roster).code == 0
    assert rows(own / "exports" / "canvas-exercise-2.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise-2 Code to write"],
        ["    Points Possible", "", "", "", "", "3"],
        ["Ada L. (ada)", "0017", "", "", "", "3"],
        ["Bob (bob)", "0018", "", "", "", "0"],
    ]
    course(own, "export", "moodle", "--roster", roster, "--missing", "zero")
    assert rows(own / "exports" / "moodle-exercise-2.csv") == [
        ["username", "exercise-2 Code to write (of 100)"],
        ["ada", "100"],
        ["bob", "0"],
        ["cyd", "0"],
    ]
    course(own, "export", "csv")
    table = rows(own / "exports" / "scores.csv")
    assert [row[:5] for row in table[1:]] == [
        ["bob", "exercise-1", "The size of the output", "0", "2"],
        ["ada", "exercise-2", "Code to write", "3", "3"],
        ["bob", "exercise-2", "Code to write", "0", "3"],
    ]


def test_json_is_a_report_a_line_and_nothing_else(own: Path, course: Run) -> None:
    write(own / "S" / "ada" / "exercise-1.py", "size = 3")
    write(own / "S" / "bob" / "exercise-1.py", "size = 2")
    ran = course(own, "grade", "S", "--json")
    reports = sorted(map(json.loads, ran.out.splitlines()), key=lambda report: report["student"])
    assert [(report["student"], report["score"]) for report in reports] == [("ada", 2), ("bob", 0)]
    assert reports[1]["questions"][0]["misconception"] == "forgot-plus-one"
    assert ran.code == 0


def test_what_cannot_be_graded_is_never_a_zero_and_never_exported(own: Path, course: Run) -> None:
    checks = own / "exercises" / "exercise-2" / "checks.py"
    checks.write_text("def test_total(student):\n    undefined_name\n", encoding="utf-8")
    write(own / "S" / "ada" / "exercise-2.py", "def total(image):\n    return image.sum()\n")
    ran = course(own, "grade", "S")
    assert ran.code == 1
    assert "0 graded, 1 not graded" in ran.out
    ran = course(own, "export", "csv")
    assert (ran.code, ran.err) == (1, "left out: ada: exercise-2 could not be graded\n")
    assert not (own / "exports" / "scores.csv").exists()


def test_the_newest_submission_counts_and_everything_is_kept(own: Path, course: Run) -> None:
    for answer in ("size = 2", "size = 3", "size = 3"):
        write(own / "S" / "ada" / "exercise-1.py", answer)
        course(own, "grade", "S")
    course(own, "export", "csv")
    assert rows(own / "exports" / "scores.csv")[1][3] == "2"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", "nowhere"], "nowhere cannot be read: No such file or directory."),
        (["grade", "exercises", "--roster", "none.csv"], "none.csv cannot be read: No such file"),
        (["generate", "OUT", "--roster", "empty.csv"], "empty.csv is empty."),
        (["check", "exercise-9"], "There is no exercise 'exercise-9'. Did you mean 'exercise-"),
        (["export", "csv", "--exercise", "exercise-9"], "There is no exercise 'exercise-9'."),
        (["export", "canvas"], "There are no scores to export."),
        (["export", "webct"], "'webct' is not one of"),
        (["generate", "course.yaml"], "cannot be written: "),
        (["schema", "course.yaml/x"], "course.yaml/x cannot be read or written: Not a directory."),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    own: Path, course: Run, arguments: list[str], sentence: str
) -> None:
    (own / "empty.csv").touch()
    ran = course(own, *arguments)
    assert ran.code == 2
    assert sentence in ran.err
    assert "Traceback" not in ran.err


def test_an_exercise_that_the_course_does_not_list(own: Path, course: Run) -> None:
    (own / "exercises" / "exercise-9").mkdir()
    (own / "exercises" / "exercise-9" / "exercise.yaml").touch()
    ran = course(own, "check", "exercise-9")
    assert (ran.code, ran.err) == (
        2,
        "course.yaml does not list 'exercise-9'. Add it there to 'exercises'.\n",
    )


def test_outside_a_course(tmp_path: Path, course: Run) -> None:
    ran = course(tmp_path, "check")
    assert (ran.code, "There is no course.yaml here or above" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///no/such/folder/x.db", "its folder does not exist"),
        ("nonsense", "cannot be used"),
        ("db2://x/y", "cannot be"),
    ],
)
def test_a_gradebook_that_cannot_be_opened(own: Path, course: Run, url: str, sentence: str) -> None:
    with (own / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write(f"gradebook: {url}\n")
    write(own / "S" / "ada" / "exercise-1.py", "size = 3")
    ran = course(own, "grade", "S")
    assert ran.code == 2
    assert sentence in ran.err


def test_a_package_that_is_missing_is_named_before_anything_is_graded(own: Path, course: Run) -> None:
    file = own / "course.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("[torch, numpy]", "[torch, nosuchpackage]"), "utf-8"
    )
    write(own / "S" / "ada" / "exercise-1.py", "size = 3")
    ran = course(own, "grade", "S")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(
        "course.yaml lists packages that are not installed here: nosuchpackage. "
        "Install it: pip install nosuchpackage\n"
    )


@pytest.mark.slow
def test_a_quiz_and_code_of_the_shipped_course_are_proved(course: Run) -> None:
    """CI proves the whole course, by the command."""
    ran = course(ROOT, "check", "exercise-4", "exercise-10", "--variants", 5)
    assert ran.code == 0, ran.out
    assert ran.out.count(": proved over 6 variants") == 2


@pytest.mark.slow
def test_the_demo_grades_a_made_up_class_and_says_why(course: Run, tmp_path: Path) -> None:
    """CI has run the demo already, as it stands in the README."""
    output = os.environ.get("DEMO_OUTPUT")
    ran = Ran(0, Path(output).read_text("utf-8"), "") if output else course(tmp_path, "demo")
    assert ran.code == 0, ran.err
    root = Path(re.findall(r"Everything is in (.*):", ran.out)[0])
    expected = {
        "ada": "139/139", "ben": "139/139", "dora": "forgot plus one", "emil": "ignored padding",
        "fay": "rounded up", "gus": "ignored stride", "hana": "swapped height", "ivan": "padded once",
        "kim": "too slow", "lea": "131/139 error (7)", "max": "not answered (63)", "nora": "not answered (63)",
        "pia": "139/139",
    }  # fmt: skip
    for student, words in expected.items():
        line = next(line for line in ran.out.splitlines() if line.startswith(f"{student} "))
        assert words in line
    assert len(list((root / "submissions").iterdir())) >= 12
    for form in ("canvas", "moodle", "blackboard", "brightspace", "csv", "xlsx"):
        assert list((root / "exports" / form).iterdir())
    shutil.rmtree(root)


def test_the_doctor_says_what_holds(own: Path, course: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = ("process", "no_new_privs", "capabilities", "seccomp", "rlimits")
    for missing, code in (({}, 0), ({"landlock": "it is too old"}, 1)):
        holding = layers if missing else (*layers, "landlock")
        monkeypatch.setattr(ForkServer, "isolation", holding)
        monkeypatch.setattr(ForkServer, "missing", missing)
        ran = course(own, "doctor")
        told = [f"{layer:<14} holds" for layer in holding]
        told += [f"{layer:<14} missing: {why}" for layer, why in missing.items()]
        assert ran.code == code
        assert ran.out.splitlines()[: len(told)] == told
        assert ("because it lacks: landlock." in ran.out) == bool(missing)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="processes are looked up in /proc")
def test_what_the_doctor_says_is_true_of_a_worker(own: Path, course: Run) -> None:
    ran = course(own, "doctor")
    holding = {line.split()[0] for line in ran.out.splitlines() if line.split()[1] == "holds"}
    missing = {line.split()[0] for line in ran.out.splitlines() if line.split()[1] == "missing:"}
    assert holding | missing >= {"process", "rlimits", "no_new_privs", "capabilities", "landlock", "seccomp"}
    assert not holding & missing
    with ForkServer([]) as server, server.fork(WorkerLimits(memory=1 << 30, cpu=60)) as worker:
        lists: dict[str, list[str]] = {"names": [], "skip": [], "packages": [], "families": []}
        request = {"op": "load", "file": "e.py", "starters": {}, **lists}
        worker.ask(request, 60, file_of(""), lambda _notice: 60)
        (pid,) = server.children()
        status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        limits = Path(f"/proc/{pid}/limits").read_text()
    assert ("seccomp" in holding) == (status["Seccomp"] == "2")
    assert ("no_new_privs" in holding) == (status["NoNewPrivs"] == "1")
    assert ("capabilities" in holding) == (int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0)
    assert re.search(r"Max cpu time +60 +61 ", limits)


@pytest.mark.slow
def test_strangers_code_is_not_run_where_it_cannot_be_confined(
    own: Path, course: Run, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = "from grader.worker.forkserver import ForkServer; ForkServer.lacking = ['landlock']"
    program = f"{lacking}; from grader.worker.start import main; main()"
    monkeypatch.setattr(zygote, "_PROGRAM", (sys.executable, "-c", program))
    monkeypatch.setattr(ForkServer, "lacking", ["landlock"])
    write(own / "S" / "ada" / "exercise-1.py", "size = 3")
    ran = course(own, "grade", "S")
    assert (ran.code, ran.out) == (2, "")
    assert "This machine cannot confine student code: landlock missing." in ran.err
    ran = course(own, "grade", "S", "--isolation", "process", "--json")
    assert (ran.code, json.loads(ran.out)["isolation"]) == (0, ["process", "rlimits"])
    write(own / "exercise-1.py", "size = 3")
    assert grade(own, "exercise-1").code == 0


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_adds_namespaces(own: Path, course: Run) -> None:
    write(own / "S" / "ada" / "exercise-1.py", "size = 3")
    ran = course(own, "grade", "S", "--isolation", "bubblewrap", "--json")
    assert "namespaces" in json.loads(ran.out)["isolation"]


def test_what_lies_beside_a_submission_changes_nothing(own: Path, course: Run) -> None:
    total = "import torch\ndef total(image):\n    return image.sum()\n"
    write(own / "S" / "ada" / "exercise-2.py", total)
    hostile = "raise SystemExit('planted')"
    for name in (
        "torch.py",
        "torch/__init__.py",
        "conftest.py",
        "sitecustomize.py",
        "checks.py",
        "reference.py",
    ):
        if name != "torch.py":
            write(own / "S" / "ada" / name, hostile)
    for name in ("pytest.ini", "pyproject.toml", "course.yaml"):
        write(own / "S" / "ada" / name, "[pytest]\naddopts = --no-such-option\n")
    write(own / "S" / "bob" / "torch.py", hostile)
    write(own / "S" / "bob" / "exercise-2.py", total)
    ran = course(own, "grade", "S", "--json")
    assert [json.loads(line)["score"] for line in ran.out.splitlines()] == [3, 3]


def test_the_demo_names_missing_packages_at_once(
    tmp_path: Path, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "missing_packages", lambda _packages: ["scipy", "sklearn"])
    ran = course(tmp_path, "demo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "course.yaml lists packages that are not installed here: scipy, sklearn. "
        "Install them: pip install scipy scikit-learn\n"
    )

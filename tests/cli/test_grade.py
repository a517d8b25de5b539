"""`grade`, as a student types it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.examiner.report import QuestionReport, Report
from grader.handout.generation import generate
from grader.handout.progress import Progress
from grader.handout.stubs import answered
from grader.service import student
from tests.conftest import Run

IN_ORDER = [f"exercise-{number}" for number in range(1, 11)]
NOISE_BEFORE = """
import numpy as np
import matplotlib.pyplot as plt
print("hello " * 1000)
plt.plot(np.arange(5)); plt.savefig  # never called
plt.show()
unrelated = [n for n in range(10)]
unrelated[99]
"""
NOISE_AFTER = """
for i in range(100):
    print(i)
plt.close("all")
1 / 0
"""


@pytest.fixture(scope="session")
def in_python(shipped: LoadedCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped course in Python, as students without a roster receive it."""
    folder = tmp_path_factory.mktemp("handouts") / "python"
    generate(shipped, folder, None, "python", "practice")
    return folder


@pytest.fixture(scope="session")
def handouts(shipped: LoadedCourse, in_python: Path) -> Path:
    """Return a folder with this handout and others."""
    root = in_python.parent
    generate(shipped, root / "notebook", None, "notebook", "practice")
    generate(shipped, root / "assessed", None, "python", "assessed")
    return root


@pytest.fixture
def folder(in_python: Path, tmp_path: Path) -> Path:
    """Return a student's own copy of the handout in Python."""
    return Path(shutil.copytree(in_python, tmp_path / "mine"))


def solution(shipped: LoadedCourse, exercise: str, form: str = "python") -> str:
    sitting = prepare(shipped.exercise(exercise), None)
    return answered(sitting, solutions(sitting), form)  # type: ignore[arg-type]


@pytest.mark.parametrize(("form", "suffix"), [("python", ".py"), ("notebook", ".ipynb")])
def test_untouched_stubs_are_unanswered_and_right_answers_earn_everything(
    handouts: Path, tmp_path: Path, shipped: LoadedCourse, grade: Run, form: str, suffix: str
) -> None:
    mine = Path(shutil.copytree(handouts / form, tmp_path / "mine"))
    ran = grade(mine, "exercise-3", "--json")
    assert ran.code == 1
    report = json.loads(ran.out)
    assert {question["outcome"] for question in report["questions"]} == {"unanswered"}
    assert report["score"] == 0
    (mine / f"exercise-3{suffix}").write_text(solution(shipped, "exercise-3", form), encoding="utf-8")
    ran = grade(mine, "exercise-3", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["score"]) == (0, report["points"])


@pytest.mark.parametrize("exercise", ["exercise-3", pytest.param("exercise-8", marks=pytest.mark.slow)])
def test_a_strangers_script_around_the_answers_grades_the_same(
    folder: Path, shipped: LoadedCourse, grade: Run, exercise: str
) -> None:
    bare = solution(shipped, exercise)
    (folder / "bare.py").write_text(bare, encoding="utf-8")
    (folder / "noisy.py").write_text(NOISE_BEFORE + bare + NOISE_AFTER, encoding="utf-8")
    reports = [
        json.loads(grade(folder, exercise, "--json", "--file", f).out) for f in ("bare.py", "noisy.py")
    ]
    assert reports[0]["questions"] == reports[1]["questions"]
    assert any("ZeroDivisionError" in note for note in reports[1]["notes"])


def test_the_page_says_what_is_wrong_in_words_and_pictures(folder: Path, grade: Run) -> None:
    text = (folder / "exercise-3.py").read_text(encoding="utf-8")
    text = text.replace("size = ...", "size = 1").replace("kept = ...", "kept = [[1, 2], [3, 4]]")
    (folder / "exercise-3.py").write_text(text, encoding="utf-8")
    ran = grade(folder, "exercise-3")
    assert "You counted how often the kernel moves" in " ".join(ran.out.split())
    assert "# # . .          . . # #" in ran.out
    assert "Your values have shape 2x2, but the output has shape 3x3." in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out


def test_who_keeps_every_value_reads_about_the_stride_and_of_no_window(folder: Path, grade: Run) -> None:
    file = folder / "exercise-3.py"
    text = file.read_text(encoding="utf-8")
    rows = re.findall(r"^# +(\[+(?:\d+, ){4}\d+\]+,?)$", text, re.MULTILINE)
    file.write_text(text.replace("kept = ...", f"kept = {''.join(rows)}"), encoding="utf-8")
    report = json.loads(grade(folder, "exercise-3", "--json").out)
    (kept,) = (question for question in report["questions"] if question["id"] == "kept")
    assert kept["misconception"] == "ignored-stride"
    assert "all of its places" in kept["message"]
    assert "window" not in kept["message"]


def test_the_report_holds_the_walk_and_its_picture(folder: Path, grade: Run) -> None:
    file = folder / "exercise-10.py"
    text = file.read_text(encoding="utf-8").replace("pooled = ...", "pooled = 3")
    file.write_text(text, encoding="utf-8")
    report = json.loads(grade(folder, "exercise-10", "--json").out)
    (pooled,) = (question for question in report["questions"] if question["id"] == "pooled")
    assert pooled["message"].startswith("You counted how often the window moves.")
    assert pooled["walk"]["family"] == "pooling"
    assert [(axis["size"], axis["kernel"], axis["stride"]) for axis in pooled["walk"]["axes"]] == [
        (9, 2, 2)
    ] * 2
    assert pooled["picture"].startswith("first position      next position\n# # . .")
    assert pooled["picture"].endswith("# window   . image")
    assert all(
        one["picture"] is None and one["walk"] is None for one in report["questions"] if one is not pooled
    )


def test_the_practice_edition_reports_both_ways_to_a_wrong_size(folder: Path, grade: Run) -> None:
    file = folder / "exercise-10.py"
    text = file.read_text(encoding="utf-8").replace("pooled = ...", "pooled = 3")
    file.write_text(text, encoding="utf-8")
    report = json.loads(grade(folder, "exercise-10", "--json").out)
    (pooled,) = (question for question in report["questions"] if "tracks" in question)
    assert (pooled["id"], pooled["misconception"]) == ("pooled", "forgot-plus-one")
    ways = QuestionReport.model_validate(pooled).tracks
    assert ways is not None
    assert (ways.true.walk.output[2:], ways.mistaken.walk.output[2:]) == ((4, 4), (3, 3))
    remembered = Progress(folder).of("exercise-10").report
    assert remembered is not None
    assert [one.tracks for one in remembered.questions if one.tracks] == [ways]


def test_an_assessed_edition_reports_no_ways(handouts: Path, tmp_path: Path, grade: Run) -> None:
    mine = Path(shutil.copytree(handouts / "assessed", tmp_path / "mine"))
    file = mine / "exercise-10.py"
    file.write_text(file.read_text(encoding="utf-8").replace("pooled = ...", "pooled = 3"), encoding="utf-8")
    assert "tracks" not in grade(mine, "exercise-10", "--json").out


@pytest.mark.parametrize("answer", ['"3"', "None", "5.5", "(3, 3, 3)", "[[3, 3]]"])
def test_an_answer_of_another_form_is_not_drawn(folder: Path, grade: Run, answer: str) -> None:
    file = folder / "exercise-2.py"
    file.write_text(
        file.read_text(encoding="utf-8").replace("size = ...", f"size = {answer}"), encoding="utf-8"
    )
    report = json.loads(grade(folder, "exercise-2", "--json").out)
    (size,) = (question for question in report["questions"] if question["id"] == "size")
    assert size["outcome"] == "failed"
    assert (size["walk"], size["picture"]) == (None, None)


def test_hints_come_one_at_a_time_and_the_last_one_stays(
    folder: Path, grade: Run, shipped: LoadedCourse
) -> None:
    hints = [grade(folder, "exercise-3", "--hint").out for _ in range(3)]
    assert hints[0].startswith("size, hint 1 of 2: ")
    assert hints[1].startswith("size, hint 2 of 2: ")
    assert hints[2] == hints[1]
    (folder / "exercise-3.py").write_text(solution(shipped, "exercise-3"), encoding="utf-8")
    assert "no hint" in grade(folder, "exercise-3", "--hint").out


def test_the_course_at_a_glance(folder: Path, grade: Run, shipped: LoadedCourse) -> None:
    assert "Next: grade exercise-1" in grade(folder).out
    (folder / "exercise-2.py").write_text(solution(shipped, "exercise-2"), encoding="utf-8")
    grade(folder, "exercise-2")
    ran = grade(folder)
    line = next(line for line in ran.out.splitlines() if line.startswith("exercise-2 "))
    assert line.endswith("  8 of 8 points")
    assert ran.code == 1
    grade(folder, "exercise-1")  # as it was handed out
    assert "Next: grade exercise-1" in grade(folder).out
    (folder / "exercise-1.py").write_text(solution(shipped, "exercise-1"), encoding="utf-8")
    grade(folder, "exercise-1")
    assert "Next: grade exercise-3" in grade(folder).out


def test_an_assessed_handout_says_what_is_answered_and_decides_nothing(
    handouts: Path, tmp_path: Path, grade: Run
) -> None:
    mine = Path(shutil.copytree(handouts / "assessed", tmp_path / "mine"))
    file = mine / "exercise-3.py"
    text = file.read_text(encoding="utf-8").replace("size = ...", "size = 77")
    file.write_text(text.replace("cost = ...", "cost = 'z'"), encoding="utf-8")
    report = json.loads(grade(mine, "exercise-3", "--json").out)
    outcomes = {question["id"]: question["outcome"] for question in report["questions"]}
    assert outcomes["size"] == "skipped"
    assert outcomes["cost"] == "failed"  # there is no option z: that needs no key
    assert outcomes["stride"] == "unanswered"
    assert "Stride     " in (glance := grade(mine).out)
    assert "0 of 8 points, 2 graded later\n" in glance
    report = json.loads(grade(mine, "exercise-8", "--json").out)
    assert all(check["visible"] for question in report["questions"] for check in question["checks"])


def test_the_glance_says_when_nothing_is_left_to_do_but_hand_in(
    handouts: Path, tmp_path: Path, grade: Run, shipped: LoadedCourse
) -> None:
    mine = Path(shutil.copytree(handouts / "assessed", tmp_path / "mine"))
    question = QuestionReport(id="q", kind="number", outcome="skipped", score=0, points=3, message="")
    for name in shipped.record.exercises:
        own = Report(exercise=name, student=None, score=0, points=3, isolation=(), questions=(question,))
        Progress(mine).remember(name, "", own)
    ran = grade(mine)
    assert ran.out.count("  3 graded later\n") == len(shipped.record.exercises)
    assert "Everything is answered. Hand in your files." in ran.out
    assert ran.code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["exercise-33"], "There is no exercise 'exercise-33'. Did you mean 'exercise-3'?"),
        (["exercise-3", "--file", "nowhere.py"], "There is no file nowhere.py."),
        (["exercise-3", "--file", "notes.txt"], "notes.txt is neither a .py file nor a .ipynb notebook."),
        (["exercise-3", "--file", "bad.ipynb"], "bad.ipynb is not a notebook that Jupyter can open."),
        (
            ["exercise-2"],
            "Both exercise-2.py and exercise-2.ipynb exist. Move one away, or grade one with --file exercise-2.py.",
        ),
        (["exercise-4"], "There is no exercise-4.py or exercise-4.ipynb"),
        (["4"], "There is no exercise-4.py or exercise-4.ipynb in "),
        (["4"], "Is it 'exercise-4 (1).py'? Name it with --file."),
        (["exercise-3.ipynb"], "Is it exercise-3.py? Name it with --file."),
        (["exercise"], "There is no exercise 'exercise'."),
        (["33"], f"There is no exercise '33'. Use one of: {', '.join(IN_ORDER)}."),
        (["exercise-3", "--wrong"], "No such option"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    folder: Path, grade: Run, arguments: list[str], sentence: str
) -> None:
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    (folder / "bad.ipynb").write_text('{"cells": 3}', encoding="utf-8")
    (folder / "exercise-2.ipynb").write_text("{}", encoding="utf-8")
    (folder / "exercise-2.py").write_text("size = 3\n", encoding="utf-8")
    (folder / "exercise-4.py").rename(folder / "exercise-4 (1).py")
    ran = grade(folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "word", ["3", "03", "exercise3", "Exercise_3", "EXERCISE 3", "ex3", "exercise-3.py", "./exercise-3.py"]
)
def test_an_exercise_is_found_by_what_students_call_it(folder: Path, grade: Run, word: str) -> None:
    (folder / "exercise-3.ipynb").write_text("{}", encoding="utf-8")
    ran = grade(folder, word, "--json", *(() if word.endswith(".py") else ("--file", "exercise-3.py")))
    assert json.loads(ran.out)["exercise"] == "exercise-3"


@pytest.mark.parametrize(
    "words", [["exercise", "3"], ["Exercise", "03", "--file", "exercise-3.py"], ["ex", "3", "size", "--hint"]]
)
def test_an_exercise_is_found_in_two_words(folder: Path, grade: Run, words: list[str]) -> None:
    ran = grade(folder, *words)
    asked = "size, hint 1 of 2" if "--hint" in words else "exercise-3: Stride"
    assert (ran.code, ran.out.startswith(asked)) == (1, True)


def test_a_number_behind_the_value_of_an_option_is_no_part_of_it(folder: Path, grade: Run) -> None:
    (folder / "exercise").write_text("", encoding="utf-8")
    ran = grade(folder, "--file", "exercise", "3")
    assert ran.err.splitlines() == ["exercise is neither a .py file nor a .ipynb notebook."]


def test_a_file_elsewhere_can_be_named_in_place_of_its_exercise(folder: Path, grade: Run) -> None:
    (folder / "old").mkdir()
    (folder / "exercise-2.py").rename(folder / "old" / "exercise-2.py")
    assert json.loads(grade(folder, "old/exercise-2.py", "--json").out)["exercise"] == "exercise-2"


def test_the_page_says_where_an_answer_is_that_was_not_found(folder: Path, grade: Run) -> None:
    file = folder / "exercise-3.py"
    text = (
        file.read_text(encoding="utf-8").replace("size = ...", "Size = 2").replace("kept = ...", "kept = [")
    )
    text = text.replace("cost = ...", "cost = d")
    file.write_text(text.replace("last_place = ...", "last_place == 2"), encoding="utf-8")
    said = " ".join(grade(folder, "exercise-3").out.split())
    assert "defines `Size`, but the question asks for `size`." in said
    assert "gives `last_place` no value; write `last_place = 2`." in said
    assert said.count("is not valid Python") == 1
    assert 'Write letters in quotes: `cost = "d"`' in said
    assert "Note:" not in said


def test_a_folder_without_exercises(tmp_path: Path, grade: Run) -> None:
    ran = grade(tmp_path, "exercise-1")
    assert (ran.code, f"There are no exercises in {tmp_path}:" in ran.err) == (2, True)


def test_a_bug_of_ours_is_exit_3_and_names_a_log(
    folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_start: Path) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(student, "find_source", broken)
    ran = grade(folder)
    assert ran.code == 3
    log = Path(ran.err.split()[-1])
    assert "RuntimeError: inside" in log.read_text(encoding="utf-8")
    log.unlink()


def test_interrupted_is_130(folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_start: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(student, "find_source", interrupted)
    assert grade(folder).code == 130


def test_a_missing_package_is_named(folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "missing_packages", lambda _packages: ["scipy"])
    ran = grade(folder, "exercise-3")
    assert "scipy is not installed, so a file that imports it cannot be graded." in ran.err
    assert ran.code == 1


def test_where_torch_is_not_installed_a_student_reads_how_to_get_it(
    folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(student, "missing_packages", lambda _packages: ["torch", "scipy"])
    ran = grade(folder, "exercise-8")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "exercise-8 needs torch, which is not installed. Install it: pip install torch\n"
    quiz = grade(folder, "exercise-3")
    assert (quiz.code, "not answered" in quiz.out) == (1, True)


def test_a_file_is_graded_for_an_exercise_that_there_is(folder: Path, grade: Run) -> None:
    (folder / "other.py").write_text("size = 3\n", encoding="utf-8")
    ran = grade(folder, "exercise-33", "--file", "other.py")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no exercise 'exercise-33'. Did you mean 'exercise-3'?" in ran.err


def test_the_glance_says_when_all_is_right(own: Path, grade: Run) -> None:
    for name in ("exercise-1", "exercise-2"):
        assert grade(own).code == 1
        question = QuestionReport(id="q", kind="number", outcome="passed", score=3, points=3, message="")
        full = Report(exercise=name, student=None, score=3, points=3, isolation=(), questions=(question,))
        Progress(own).remember(name, "", full)
    ran = grade(own)
    assert (ran.code, "Everything is right." in ran.out) == (0, True)


@pytest.mark.parametrize("module", ["grade", "course"])
def test_help_needs_no_torch(module: str) -> None:
    code = (
        f"import sys; from grader.cli.{module} import command\n"
        "try: command.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'scipy', 'matplotlib', 'nbformat', 'sqlalchemy', 'pydantic'} & set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "--help" in ran.stdout


def test_the_best_result_is_kept_and_the_last_one_is_shown(
    folder: Path, grade: Run, shipped: LoadedCourse
) -> None:
    file = folder / "exercise-2.py"
    file.write_text(solution(shipped, "exercise-2"), encoding="utf-8")
    assert "Everything is right. Next: grade exercise-1" in grade(folder, "exercise-2").out
    file.write_text("size = (\n", encoding="utf-8")  # as an editor saves it in the middle of a word
    ran = grade(folder, "exercise-2")
    assert "0 of 8 points" in ran.out.splitlines()[0]
    assert "Your best so far is kept: 8 of 8 points." in ran.out
    line = next(line for line in grade(folder).out.splitlines() if line.startswith("exercise-2 "))
    assert line.endswith("  8 of 8 points (last: 0 of 8 points)")
    file.write_text(solution(shipped, "exercise-2"), encoding="utf-8")
    assert "best so far" not in grade(folder, "exercise-2").out
    assert "(last: " not in grade(folder).out


def test_another_file_changes_nothing_that_is_kept(folder: Path, grade: Run, shipped: LoadedCourse) -> None:
    (folder / "exercise-2.py").write_text(solution(shipped, "exercise-2"), encoding="utf-8")
    grade(folder, "exercise-2")
    before = {file.name: file.read_bytes() for file in (folder / ".grade").iterdir()}
    (folder / "other.py").write_text("size = 3\n", encoding="utf-8")
    for arguments in ([], ["--json"], ["--hint"], ["size", "--hint"]):
        ran = grade(folder, "exercise-2", *arguments, "--file", "other.py")
        assert ran.code == 1
        assert "best so far" not in ran.out
    assert {file.name: file.read_bytes() for file in (folder / ".grade").iterdir()} == before
    assert "Next: grade exercise-1" in grade(folder).out
    grade(folder, "exercise-3", "--file", "other.py")
    assert {file.name for file in (folder / ".grade").iterdir()} == set(before)


def test_the_exercises_own_file_is_kept_however_it_is_named(folder: Path, grade: Run) -> None:
    (folder / "exercise-2.ipynb").write_text("{}", encoding="utf-8")  # so that the file has to be named
    grade(folder, "exercise-2", "--file", "exercise-2.py")
    line = next(line for line in grade(folder).out.splitlines() if line.startswith("exercise-2 "))
    assert line.endswith("  0 of 8 points")


def test_a_hint_for_a_question_that_is_named(folder: Path, grade: Run, shipped: LoadedCourse) -> None:
    assert grade(folder, "exercise-3", "kept", "--hint").out.startswith("kept, hint 1 of ")
    assert grade(folder, "exercise-3", "--hint", "kept").out.startswith("kept, hint 2 of ")
    assert grade(folder, "exercise-3", "--hint").out.startswith("size, hint 1 of ")
    for _ in range(3):
        ran = grade(folder, "exercise-3", "kept", "--hint")
    assert ran.err == "You have seen all the hints for kept.\n"
    (folder / "exercise-3.py").write_text(solution(shipped, "exercise-3"), encoding="utf-8")
    ran = grade(folder, "exercise-3", "kept", "--hint")
    assert (ran.code, ran.out) == (0, "kept is right; you need no hint.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["exercise-3", "kep", "--hint"], "exercise-3 has no question 'kep'. Did you mean 'kept'?"),
        (
            ["exercise-3", "size"],
            "Name a question only with --hint, --explain or --solution: grade exercise-3 size --hint",
        ),
        (["exercise-3", "size", "--json"], "Name a question only with --hint"),
        (["--hint"], "Name an exercise"),
    ],
)
def test_a_question_that_is_not_there_or_not_asked_for(
    folder: Path, grade: Run, arguments: list[str], sentence: str
) -> None:
    ran = grade(folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_a_hint_for_an_answer_that_is_judged_later(handouts: Path, tmp_path: Path, grade: Run) -> None:
    mine = Path(shutil.copytree(handouts / "assessed", tmp_path / "mine"))
    text = (mine / "exercise-3.py").read_text(encoding="utf-8").replace("size = ...", "size = 77")
    (mine / "exercise-3.py").write_text(text, encoding="utf-8")
    assert grade(mine, "exercise-3", "size", "--hint").out.startswith("size, hint 1 of ")


def test_an_assessed_page_lists_visible_checks_that_passed(
    handouts: Path, tmp_path: Path, grade: Run, shipped: LoadedCourse
) -> None:
    mine = Path(shutil.copytree(handouts / "assessed", tmp_path / "mine"))
    (mine / "exercise-8.py").write_text(solution(shipped, "exercise-8"), encoding="utf-8")
    shown = grade(mine, "exercise-8").out
    assert "    right: An image of two rows and three columns.\n" in shown
    assert "    right: A single cell with a padding of 1.\n" in shown


def test_an_answer_that_cannot_be_read_has_no_picture(folder: Path, grade: Run) -> None:
    file = folder / "exercise-3.py"
    stub = file.read_text(encoding="utf-8")
    for answer in ("5.5", "None", "'three'"):
        file.write_text(stub.replace("size = ...", f"size = {answer}"), encoding="utf-8")
        assert "first position" not in grade(folder, "exercise-3").out


def test_watching_says_at_once_that_it_grades(
    folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_folders: object) -> Iterator[None]:
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.cli.watch_exercise.looks", interrupted)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    text = (folder / "exercise-3.py").read_text(encoding="utf-8").replace("size = ...", "size = 1")
    (folder / "exercise-3.py").write_text(text, encoding="utf-8")
    ran = grade(folder, "exercise-3", "--watch")
    first, *page = ran.out.splitlines()
    assert (ran.code, first) == (130, "Grading exercise-3.py ...")
    assert len(page) <= 23
    assert [line.split()[0] for line in page[2:7]] == ["size", "last_place", "kept", "stride", "cost"]
    assert "You counted how often the kernel moves." in "\n".join(page[8:])
    assert page[-1] == "Watching exercise-3.py. Press Ctrl-C to stop."


def test_no_line_of_a_page_ends_in_blanks(folder: Path, grade: Run) -> None:
    for arguments in (["exercise-3"], []):
        assert not [line for line in grade(folder, *arguments).out.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("form", ["python", "notebook"])
def test_an_untouched_stub_of_the_other_format_does_not_compete(
    folder: Path, handouts: Path, shipped: LoadedCourse, grade: Run, form: str
) -> None:
    shutil.copy(handouts / "notebook" / "exercise-3.ipynb", folder)
    names = {"python": "exercise-3.py", "notebook": "exercise-3.ipynb"}
    other = names["notebook" if form == "python" else "python"]
    (folder / names[form]).write_text(solution(shipped, "exercise-3", form), encoding="utf-8")
    ran = grade(folder, "exercise-3")
    assert (ran.code, "10 of 10 points" in ran.out) == (0, True)
    assert ran.err.splitlines() == [f"{other} is still the stub, so {names[form]} is graded."]
    text = (folder / other).read_text(encoding="utf-8")
    (folder / other).write_text(text.replace("size = ...", "size = 1", 1), encoding="utf-8")
    assert "Move one away" in grade(folder, "exercise-3").err

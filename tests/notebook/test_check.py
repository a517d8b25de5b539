"""`check` in a session, with the process that grades for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.handout.progress import Progress
from grader.notebook import helper_process
from grader.notebook.unsaved import UNSAVED
from tests.conftest import Run
from tests.notebook.documents import VS_CODE, Shell, colab, in_colab, save, vs_code

HEAVY = "torch numpy pydantic jinja2 rich yaml click nbformat IPython sqlalchemy asyncio".split()


def test_importing_grader_costs_next_to_nothing() -> None:
    program = (
        "import sys; before = set(sys.modules); import grader; print(sorted(set(sys.modules) - before));"
        f"from grader import check; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in eval(ran.stdout.splitlines()[0])}
    assert imported <= {"grader", "importlib", "warnings"}
    assert ran.stdout.splitlines()[1] == "[]"


def test_outside_a_notebook_it_says_what_to_do() -> None:
    program = "from grader import check; check('size')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "check() works in a notebook. In a terminal, run: grade EXERCISE\n"
    assert not hasattr(__import__("grader"), "chek")


def saved(folder: Path, name: str = "exercise-1.ipynb", **answers: str) -> None:
    """Put answers into a notebook and save it."""
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    for cell in document["cells"]:
        cell["source"] = answers.get(cell["id"].removeprefix("answer-"), cell["source"])
    save(folder / name, document)


def test_a_question_the_exercise_and_what_is_remembered(shell: Shell, folder: Path) -> None:
    shell.run("check('size')", "here")
    assert shell.text.split()[:3] == ["size", "not", "answered"]
    shell.run("size = 5", "answer-size")
    shell.run("check('size')", "here")
    assert "wrong" in shell.text
    assert "<strong>size</strong>" in shell.html
    shell.run("size = 3", "answer-size")
    shell.run("check()", "here")
    assert shell.text.startswith("exercise-1: ")
    assert "Everything is right." in shell.text
    remembered = Progress(folder).of("exercise-1").best
    assert remembered is not None
    assert remembered.is_full


def test_the_verdict_is_that_of_a_clean_run(shell: Shell, folder: Path) -> None:
    shell.run("size = ...", "answer-size")
    shell.run("size = 3", "deleted")
    time.sleep(0.02)  # the clock of the file system is coarse
    saved(folder)
    shell.run("check('size')", "here")
    assert "not answered" in shell.text
    assert "no longer in the notebook" in " ".join(shell.text.split())
    saved(folder, size="size = 5")
    shell.run("check('size')", "here")
    assert "wrong" in shell.text
    assert "In this session size is 3, but in a clean run it is 5" in " ".join(shell.text.split())


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("check('sise')", "exercise-1 has no question 'sise'. Did you mean 'size'?"),
        ("check(3)", "Put the name of the question in quotes, as in check('size')."),
        (
            "check('size', exercise='exercise-9')",
            "There is no exercise 'exercise-9'. Did you mean 'exercise-",
        ),
        ("check('<b>')", "exercise-1 has no question '<b>'. Use one of: "),
    ],
)
def test_a_mistake_is_one_sentence(shell: Shell, call: str, told: str) -> None:
    shell.run(call, "here")
    assert shell.text.startswith(told)
    assert "\n" not in shell.text
    assert "<b>" not in shell.html


def test_without_a_pack_it_says_so_and_finds_one_that_comes_later(shell: Shell, folder: Path) -> None:
    pack = folder / "course.pack"
    content = pack.read_bytes()
    shutil.move(pack, folder / "away")
    shutil.move(folder.parent / "course.yaml", folder / "away.yaml")
    shell.run("check()", "here")
    assert shell.text.startswith("There are no exercises in ")
    pack.write_bytes(b"PK damaged")
    shell.run("check()", "here")
    assert "is damaged" in shell.text
    pack.write_bytes(content)
    shell.run("check()", "here")
    assert shell.text.startswith("exercise-1: ")


@pytest.mark.parametrize(
    "name",
    ["exercise-1-Copy1.ipynb", "Copy of exercise-1.ipynb", "Exercise_01 (2).ipynb", "exercise-1.ipynb"],
)
def test_the_exercise_is_found_by_the_notebooks_name(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name != "exercise-1.ipynb":
        shutil.copy(folder / "exercise-1.ipynb", folder / name)
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / name))
    shell.run("check()", "here")
    assert shell.text.startswith("exercise-1: ")
    is_kept = Progress(folder).of("exercise-1").report is not None
    assert is_kept == (name == "exercise-1.ipynb")  # as `grade --file` does


def test_another_name_needs_the_exercise(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(folder / "exercise-1.ipynb", folder / "Untitled.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "Untitled.ipynb"))
    shell.run("check('size')", "here")
    assert shell.text == (
        "No exercise is called like the notebook Untitled.ipynb. Name the exercise: check(exercise='exercise-1')."
    )
    monkeypatch.delenv("JPY_SESSION_NAME")
    shell.run("check('size')", "here")
    assert shell.text.startswith("The file of this notebook cannot be found. Name the exercise: ")
    shell.run("size = 3", "one")
    shell.run("check('size', exercise=1)", "here")  # what ran counts
    assert "right" in shell.text


def test_in_colab_the_notebook_as_the_browser_shows_it_counts(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("size = 5", "of-the-session")
    document = colab({"a": "size = 3", "b": "check('size')"}, "Copy of exercise-1.ipynb")
    in_colab(monkeypatch, {"ipynb": document})
    shell.run("check('size')", "of-the-session-2")
    assert "right" in shell.text
    assert "size is 5, but in a clean run it is 3" in " ".join(shell.text.split())
    assert Progress(folder).of("exercise-1").report is not None  # there is no other file of the exercise


def test_in_vs_code_what_ran_counts(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    shell.user_ns["__vsc_ipynb_file__"] = str(folder / "exercise-1.ipynb")
    save(folder / "exercise-1.ipynb", vs_code({"a": "size = ...", "b": "check('size')"}))
    shell.run("size = 5", VS_CODE.format(1))
    shell.run("size = 3", VS_CODE.format(1))
    shell.run("check('size')", VS_CODE.format(2))
    assert "right" in shell.text
    assert "Note" not in shell.text


def test_what_a_file_says_is_escaped(shell: Shell) -> None:
    evil = "</style><script>alert(1)</script><img src=x onerror=alert(2)>"
    shell.run(f"size = {evil!r}; print({evil!r})", "answer-size")
    shell.run("check()", "here")
    assert "alert(1)" in shell.text
    assert "alert(1)" in shell.html
    assert not re.search(r"<(script|img|/style><)", shell.html)
    assert shell.html.count("<style>") == 1


def test_a_process_that_ended_is_replaced(whole_shell: Shell) -> None:
    whole_shell.run("check('size')", "here")
    [helper] = helper_process.helpers.values()
    helper._process.kill()
    helper._process.wait()
    whole_shell.run("check('size')", "here")
    assert "not answered" in whole_shell.text
    assert len(helper_process.helpers) == 1


def test_a_process_that_cannot_start_is_one_sentence(
    whole_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for helper in helper_process.helpers.values():
        helper.close()
    monkeypatch.setattr(helper_process, "MODULE", "grader.no_such_module")
    whole_shell.run("check('size')", "here")
    assert whole_shell.text.startswith("The grader's process ended before it answered: ")
    assert "no_such_module" in whole_shell.text
    assert "\n" not in whole_shell.text


def test_a_changed_course_is_read_again(shell: Shell, folder: Path, course: Run) -> None:
    shell.run("check()", "here")
    before = shell.text
    yaml = folder.parent / "exercises" / "exercise-1" / "exercise.yaml"
    text = yaml.read_text(encoding="utf-8")
    yaml.write_text(re.sub(r"(?m)^title: .*$", "title: Another title", text), encoding="utf-8")
    assert course(folder.parent, "generate", folder, "--format", "notebook").code == 0
    os.chdir(folder)
    shell.run("check()", "here")
    assert "Another title" in shell.text
    assert "Another title" not in before


def test_an_assessed_course_says_what_is_graded_later(
    shell: Shell, folder: Path, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder.parent
    out = own / "assessed"
    assert course(own, "generate", out, "--format", "notebook", "--edition", "assessed").code == 0
    monkeypatch.chdir(out)
    monkeypatch.setenv("JPY_SESSION_NAME", str(out / "exercise-1.ipynb"))
    shell.run("size = 3", "answer-size")
    shell.run("check('size')", "here")
    assert "graded later" in shell.text
    assert "right" not in shell.text


def test_grade_in_a_cell_warns_if_the_file_is_older(shell: Shell, folder: Path, grade: Run) -> None:
    shell.run("'!grade exercise-1'", "command")
    assert "was saved before" not in grade(folder, "exercise-1").err
    shell.run("size = 3", "answer-size")
    shell.run("'!grade exercise-1'", "command")
    assert os.environ[UNSAVED] == str(folder / "exercise-1.ipynb")
    ran = grade(folder, "exercise-1")
    assert ran.err.startswith("exercise-1.ipynb was saved before you ran some cells")
    assert "not answered" in ran.out
    time.sleep(0.02)
    saved(folder, size="size = 3")
    shell.run("'!grade exercise-1'", "command")
    assert grade(folder, "exercise-1").err == ""


def test_grade_in_a_cell_that_is_not_in_the_file_warns_without_check(
    folder: Path, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(UNSAVED, raising=False)
    assert grade(folder, "exercise-1").err == ""
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "exercise-1.ipynb"))
    assert "was saved before" in grade(folder, "exercise-1").err
    saved(folder, size="size = 3\n!grade exercise-1")
    assert grade(folder, "exercise-1").err == ""


def test_the_process_answers_every_line_and_ends_with_its_input(folder: Path) -> None:
    good = {"folder": str(folder), "notebook": "exercise-1.ipynb", "cells": [["code", "size = 3", None]]}
    wrong = [
        b"{\n",
        b"3\n",
        b'{"folder": 3}\n',
        b"\xff\n",
        b'{"folder": ".", "cells": [["code", "\\ud800"]]}\n',
        json.dumps({**good, "more": 1}).encode() + b"\n",
    ]
    command = [sys.executable, "-P", "-m", helper_process.MODULE]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in [*wrong, json.dumps(good).encode() + b"\n"]:
            process.stdin.write(line)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert "Traceback" not in answer["text"]
        assert answer["text"].startswith("exercise-1: ")
        process.stdin.close()
        assert process.wait(30) == 0

"""`grade --watch`, as a student uses it: keys in a terminal, and saves as editors make them."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import sys
from functools import partial
from operator import ne
from pathlib import Path

import psutil
import pytest

assert sys.platform != "win32"  # it has no pseudo-terminals

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.handout.generation import generate
from grader.handout.pack import PACK_FILE
from grader.handout.stubs import answered
from tests.cli.screened import Screened, opened
from tests.conftest import ROOT, Run

pytestmark = pytest.mark.slow  # each starts a command in a terminal

KEYS = "q quit"
SIZE = (80, 24)  # of a terminal at first
SIZES = {SIZE: "by_hand", (40, 12): "size", (200, 60): "kernel", (20, 6): "size"}  # the question two steps on
QUIZZES = ("exercise-4", "exercise-2", "exercise-3")  # of the shipped course: they need no torch
RENAMED, IN_PLACE, REMOVED_FIRST = "renamed", "in place", "removed first"


@pytest.fixture(scope="session")
def handout(shipped: LoadedCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped course as students without a roster receive it."""
    folder = tmp_path_factory.mktemp("watched") / "handout"
    generate(shipped, folder, None, "python", "practice")
    return folder


@pytest.fixture
def mine(handout: Path, tmp_path: Path) -> Path:
    """Return a student's own copy."""
    return Path(shutil.copytree(handout, tmp_path / "mine"))


@pytest.fixture(scope="session")
def quizzes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return quizzes of the shipped course as students receive them: the command begins without torch."""
    root = tmp_path_factory.mktemp("quizzes")
    listed = f"format: 1\ntitle: Quizzes\nseed: conv-lab\nexercises: [{', '.join(QUIZZES)}]\npackages: []\n"
    (root / "course.yaml").write_text(listed, encoding="utf-8")
    for name in QUIZZES:
        shutil.copytree(ROOT / "exercises" / name, root / "exercises" / name)
    generate(load_course(root), root / "handout", None, "python", "practice")
    return root / "handout"


@pytest.fixture
def my_quizzes(quizzes: Path, tmp_path: Path) -> Path:
    """Return a student's own copy of the quizzes."""
    return Path(shutil.copytree(quizzes, tmp_path / "quizzes"))


def save(file: Path, text: str, how: str = RENAMED) -> None:
    """Save a file as an editor does it."""
    if how == IN_PLACE:
        file.write_text(text, encoding="utf-8")
        return
    if how == REMOVED_FIRST:
        file.unlink()
    other = file.with_name(f".{file.name}.swp")
    other.write_text(text, encoding="utf-8")
    other.replace(file)


def answer(file: Path, name: str, value: str) -> str:
    """Return the text of a file with this answer."""
    text = file.read_text(encoding="utf-8")
    return re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)


def solved(shipped: LoadedCourse, exercise: str) -> str:
    """Return a right file."""
    sitting = prepare(shipped.exercise(exercise), None)
    return answered(sitting, solutions(sitting), "python")


def row(text: str, exercise: str) -> str:
    """Return an exercise's line in the list."""
    return next((line for line in text.splitlines() if re.match(rf"[> ] {exercise}\b", line)), "")


def test_keys_and_saves(mine: Path, shipped: LoadedCourse) -> None:
    with opened(mine, "--watch") as terminal:
        text = terminal.wait_for("exercise-1 was graded", KEYS)
        assert (
            row(text, "exercise-1").split()
            == "> exercise-1 What nn.Conv2d computes 4 open 0 of 11 points".split()
        )
        assert re.search(r"^conv +not answered +0 of 4 points$", text, re.MULTILINE)
        file = mine / "exercise-3.py"
        for how in (RENAMED, IN_PLACE, REMOVED_FIRST):  # each verdict differs from the one before
            save(file, answer(file, "size", "1"), how)
            text = terminal.wait_for("> exercise-3", "1 wrong, 4 open", "exercise-3 was graded")
            assert "You counted how often the kernel moves." in text
            save(file, answer(file, "size", "..."), how)
            terminal.wait(lambda text: "5 open" in row(text, "exercise-3"), "5 open")
        save(file, answer(file, "size", "1"))
        terminal.wait_for("1 wrong, 4 open")
        terminal.press("h")
        text = terminal.wait_for("Hint 1 of 2: How far can the kernel move")
        terminal.press("h")
        terminal.wait_for("Hint 1 of 2", "Hint 2 of 2")
        terminal.press("n")
        terminal.wait(lambda text: "\nlast_place " in text, "last_place")
        for _ in range(9):  # pages, if the figure and the prompt are long
            if "space: the beginning" in terminal.text:
                break
            shown = terminal.text
            terminal.press(" ")
            terminal.wait(partial(ne, shown), "the next lines")
        terminal.wait_for("space: the beginning")
        save(file, solved(shipped, "exercise-3"))
        text = terminal.wait_for("Everything in exercise-3 is right.")
        assert row(text, "exercise-3").endswith("5 right  10 of 10 points")
        assert text.splitlines()[0].endswith("10 of 139 points")
        terminal.press("n")
        terminal.wait_for("> exercise-4")
        terminal.press("Q")
        assert terminal.end() == 1
        assert terminal.is_restored
    known = json.loads((mine / ".grade" / "exercise-3.json").read_text(encoding="utf-8"))
    assert (known["report"]["score"], known["hints"]) == (10, {"size": 2})


def test_full_marks_and_what_is_remembered(own: Path, course: Run, grade: Run) -> None:
    folder = own / "handout"
    assert course(own, "generate", folder).code == 0
    with opened(folder, "--watch") as terminal:
        terminal.wait_for("exercise-1 was graded")
        save(folder / "exercise-1.py", "size = 3\n")
        terminal.wait_for("Everything in exercise-1 is right.")
        terminal.press("h")
        terminal.wait_for("No question is open here.")
        (folder / "exercise-2.py").write_text(solved(load_course(own), "exercise-2"), encoding="utf-8")
        terminal.wait_for("Everything in exercise-2 is right.")
        terminal.press("q")
        assert (terminal.end(), terminal.is_restored) == (0, True)
    assert "Everything is right." in grade(folder).out


@pytest.mark.parametrize("end", ["ctrl-c", "sigterm", "bug"])
def test_the_terminal_is_restored(my_quizzes: Path, end: str, tmp_path: Path) -> None:
    bug = f"""import tempfile
import grader.cli.watch_course as it
def broken(watch):
    tempfile.tempdir = {str(tmp_path)!r}
    return [][1]
it.CourseWatch._more = broken
"""
    with opened(my_quizzes, "--watch", before=bug if end == "bug" else "") as terminal:
        terminal.wait_for(KEYS)
        terminal.press({"ctrl-c": "\x03", "sigterm": "", "bug": " "}[end])
        code = terminal.end(signal.SIGTERM if end == "sigterm" else None)
        assert (code, terminal.is_restored) == (3 if end == "bug" else 130, True)
        said = "This is a bug in the grader: IndexError." if end == "bug" else "Interrupted."
        assert said in terminal.written.decode()
        assert "Traceback" not in terminal.written.decode()
    assert len([*tmp_path.glob("torchgrade-*.log")]) == (end == "bug")


@pytest.mark.parametrize("is_dumb", [False, True])
def test_without_a_terminal_it_says_what_to_use(own: Path, grade: Run, is_dumb: bool) -> None:
    said = "The screen of --watch needs a terminal. Use grade EXERCISE --watch, or grade for an overview."
    if is_dumb:
        with opened(own, "--watch", TERM="dumb") as terminal:
            assert terminal.end() == 2
            assert said.split() == terminal.written.decode().split()
    else:
        ran = grade(own, "--watch")
        assert (ran.code, ran.out, ran.err.strip()) == (2, "", said)


WITHOUT = "sys.modules['watchfiles'] = None"


@pytest.mark.parametrize("before", ["", WITHOUT], ids=["watchfiles", "polling"])
@pytest.mark.parametrize("arguments", [["--watch"], ["exercise-2", "--watch"]], ids=["course", "exercise"])
def test_files_come_and_go(my_quizzes: Path, arguments: list[str], before: str) -> None:
    file, away = my_quizzes / "exercise-2.py", my_quizzes / "away.txt"
    text = file.read_text(encoding="utf-8")
    file.rename(away)
    with opened(my_quizzes, *arguments, before=before) as terminal:
        if len(arguments) == 1:
            terminal.wait_for("exercise-4 was graded")
        else:
            terminal.wait_for("There is no exercise-2.py or exercise-2.ipynb")
        cell: dict[str, object] = {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        notebook = {
            "cells": [cell | {"source": "size = 1\n"}],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        save(file.with_suffix(".ipynb"), json.dumps(notebook))
        terminal.wait(lambda text: re.search(r"^size +wrong", text, re.MULTILINE) is not None, "wrong")
        save(file.with_suffix(".ipynb"), json.dumps(notebook)[:-7])
        terminal.wait_for("is not a notebook that Jupyter can open.")
        away.write_text(text.replace("size = ...", "size = 2"), encoding="utf-8")  # no untouched stub
        away.rename(file)
        terminal.wait_for("Both exercise-2.py and exercise-2.ipynb exist.")
        file.with_suffix(".ipynb").unlink()
        save(file, text)
        terminal.wait(lambda text: re.search(r"^size +not answered", text, re.MULTILINE) is not None, "open")
        for number in range(9):  # each might be the one that is graded, and the last one is
            save(file, answer(file, "size", str(-number)), IN_PLACE if number % 2 else RENAMED)
        save(file, text.replace("size = ...", "size = 'nine'"))
        terminal.wait(lambda text: "'nine'" in text or "number" in text, "nine")
        file.unlink()
        terminal.wait_for("There is no exercise-2.py or exercise-2.ipynb")
        terminal.press("\x03")
        assert terminal.end() == 130


def processes_of(terminal: Screened) -> list[psutil.Process]:
    """Return the processes that a zygote has forked."""
    zygotes = psutil.Process(terminal.process.pid).children()
    return [child for zygote in zygotes for child in zygote.children(recursive=True)]


def test_what_goes_wrong_is_a_sentence_and_it_goes_on(my_quizzes: Path) -> None:
    file = my_quizzes / "exercise-3.py"
    stub = file.read_text(encoding="utf-8")
    with opened(my_quizzes, "--watch") as terminal:
        terminal.wait_for("exercise-4 was graded")
        save(file, f"import os\n{answer_in(stub, 'size', 'os._exit(7)')}")
        terminal.wait(
            lambda text: re.search(r"^size +(error|crashed)", text, re.MULTILINE) is not None, "crash"
        )
        save(file, "size = (\n")
        terminal.wait_for("error", "exercise-3 was graded")
        save(file, "while True:\n    pass\n")
        terminal.wait_for("Grading exercise-3")
        save(file, answer_in(stub, "size", "1"))  # the loop is not awaited
        terminal.wait_for("You counted how often the kernel moves.")
        for process in processes_of(terminal):
            with contextlib.suppress(psutil.NoSuchProcess):  # a fork server forks and ends workers by itself
                process.kill()
        save(file, answer_in(stub, "size", "2"))
        terminal.wait_for("This is not your fault.")
        save(file, answer_in(stub, "size", "1"))
        terminal.wait_for("You counted how often the kernel moves.")
        terminal.press("q")
        assert (terminal.end(), terminal.is_restored) == (1, True)


def answer_in(text: str, name: str, value: str) -> str:
    """Return a text with this answer."""
    return text.replace(f"{name} = ...", f"{name} = {value}")


def test_a_key_ends_it_while_a_file_never_ends(my_quizzes: Path) -> None:
    (my_quizzes / "exercise-4.py").write_text("while True:\n    pass\n", encoding="utf-8")
    with opened(my_quizzes, "--watch") as terminal:
        terminal.wait_for("Grading exercise-4")
        terminal.press("q")
        assert (terminal.end(), terminal.is_restored) == (1, True)


@pytest.mark.parametrize("arguments", [["--watch"], ["exercise-1", "--watch"]], ids=["course", "exercise"])
def test_a_new_handout_is_read_again(own: Path, course: Run, arguments: list[str]) -> None:
    folder = own / "handout"
    assert course(own, "generate", folder).code == 0
    pack = folder / PACK_FILE
    with opened(folder, *arguments) as terminal:
        terminal.wait_for("not answered")
        whole = pack.read_bytes()
        pack.write_bytes(whole[:100])
        terminal.wait_for("is damaged. Download the exercises again")
        save(folder / "exercise-1.py", "size = 3\n")
        terminal.wait_for("is damaged", "right")
        pack.unlink()
        terminal.wait_for(f"{PACK_FILE} is gone from")
        record = own / "exercises" / "exercise-1" / "exercise.yaml"
        record.write_text(
            record.read_text(encoding="utf-8").replace("id: size", "id: extent"), encoding="utf-8"
        )
        assert course(own, "generate", own / "new").code == 0
        shutil.copy(own / "new" / PACK_FILE, folder)
        # The screen of a course goes on with exercise-2; exercise-1 was right, and has a new question.
        terminal.wait_for("were read again", "extent" if arguments[1:] else "0 of 2 points")
        terminal.press("\x03")
        assert terminal.end() == 130


def begins_a_line(word: str, text: str) -> bool:
    return re.search(rf"^{word}\b", text, re.MULTILINE) is not None


def test_it_fits_and_follows_the_size(mine: Path) -> None:
    with opened(mine, "--watch") as terminal:
        terminal.wait_for("exercise-1 was graded")
        for (width, height), question in SIZES.items():
            words = ("exercise-1", "h hint") if width >= 40 else ("exercise-1",)
            if (width, height) != SIZE:
                terminal.screen.reset()
                terminal.resize(width, height)
            text = terminal.wait_for(*words)
            assert len(text.splitlines()) <= height
            terminal.press("n", "n")
            terminal.wait(partial(begins_a_line, question), question)
        terminal.press("q")
        assert (terminal.end(), terminal.is_restored) == (1, True)

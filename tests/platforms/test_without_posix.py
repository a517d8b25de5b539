"""What an instructor and a student do where there is no fork, no fcntl, no resource and no Unix socket."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grader.worker.isolation.ways import WAYS
from tests.platforms.conftest import BEGIN, Desk, Typed, in_folder

ENDINGS = (  # of a file that is graded
    ("import os\nsize = os.kill(os.getpid(), 9)\n", "crashed"),
    ("import os\nsize = os._exit(7)\n", "crashed"),
    ("print('x' * 5_000_000)\nsize = 3\n", "passed"),
    ("import time\nsize = [bytearray(b'x') * (1 << 30), time.sleep(60)]\n", "memory"),
)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def is_living(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="names are taken from a Python on Linux alone")
def test_that_python_lacks_what_windows_lacks(python):
    lacks = "import os, signal, socket; print(LACKS_POSIX, *(hasattr(*one) for one in ((os, 'fork'), (os, 'killpg'), (os, 'wait4'), (signal, 'SIGALRM'), (socket, 'AF_UNIX'))))"
    for options in ([], ["-E", "-P"]):  # the grader's own children are started in this way
        said = subprocess.run([python, *options, "-c", lacks], capture_output=True, text=True, check=True)
        assert said.stdout.split() == ["True", *["False"] * 5]
    for name in ("fcntl", "resource", "pwd", "grp", "termios"):
        assert subprocess.run(
            [python, "-c", f"import {name}"], stderr=subprocess.DEVNULL, check=False
        ).returncode


@pytest.mark.slow
def test_a_course_is_made_handed_out_and_answered(typed, typed_anew, encoding, tmp_path):
    """With one encoding, each command is a process of its own."""
    typed = typed_anew if encoding == "cp1252" else typed
    assert typed(tmp_path, "course", "new", "own").code == 0
    assert typed(tmp_path / "own", "course", "generate", "OUT").code == 0
    handed_out = tmp_path / "own" / "OUT"
    answer = write(handed_out / "exercise-1.py", "size = 2\n")
    wrong = typed(handed_out, "grade", "exercise-1")
    assert wrong.code == 1
    assert "0 of 2 points" in wrong.out
    answer.write_text("size = 3\n", encoding="utf-8")
    right = typed(handed_out, "grade", "exercise-1", "--json")
    report = json.loads(right.out)
    assert (right.code, report["score"], report["isolation"][0]) == (0, 2, "process")
    assert "exercise-2" in typed(handed_out, "grade").out


def test_what_cannot_be_written_is_escaped(typed, handed_out, encoding):
    write(handed_out / "exercise-1.py", "size = 'π'\n")
    ran = typed(handed_out, "grade", "exercise-1")
    assert ran.code == 1
    missing = typed(handed_out, "grade", "π-1")
    assert missing.code == 2
    assert ("π-1" if encoding == "utf-8" else r"\u03c0-1") in missing.err


def test_what_a_file_has_started_is_gone_with_it(typed, handed_out, tmp_path):
    """Also a process whose own parent has ended, and that has left the session."""
    told = tmp_path / "pid"
    sleep = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    child = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleep!r}], start_new_session=True)"
    )
    source = f"import os, subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
    write(
        handed_out / "exercise-1.py",
        f"{source}while not (os.path.exists({str(told)!r}) and os.path.getsize({str(told)!r})):\n    time.sleep(0.01)\nsize = 3\n",
    )
    ran = typed(handed_out, "grade", "exercise-1")
    assert (ran.code, "2 of 2 points" in ran.out) == (0, True)
    assert not is_living(int(told.read_text()))


@pytest.mark.slow
def test_code_that_is_right_wrong_or_endless(typed: Typed, desk: Desk) -> None:
    handed_out = desk.handed_out
    answer = write(handed_out / "exercise-2.py", desk.right)
    assert typed(handed_out, "grade", "exercise-2").code == 0
    answer.write_text(desk.wrong, encoding="utf-8")
    wrong = typed(handed_out, "grade", "exercise-2")
    assert (wrong.code, desk.told in wrong.out) == (1, True), wrong.out
    hint = typed(handed_out, "grade", "exercise-2", "--hint")
    assert (hint.code, "hint 1 of 1" in hint.out) == (1, True)
    answer.write_text(desk.endless, encoding="utf-8")
    endless = typed(handed_out, "grade", "exercise-2")
    assert (endless.code, f"did not finish within {desk.seconds} seconds" in endless.out) == (1, True)


@pytest.mark.slow
def test_a_notebook(typed: Typed, lean_desk: Desk) -> None:
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": lean_desk.right,
        }
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (lean_desk.handed_out / "exercise-2.py").unlink()
    write(lean_desk.handed_out / "exercise-2.ipynb", json.dumps(notebook))
    ran = typed(lean_desk.handed_out, "grade", "exercise-2")
    assert (ran.code, "3 of 3 points" in ran.out) == (0, True)


@pytest.mark.slow
def test_files_that_die_or_take_too_much(typed, handed_out):
    answer = handed_out / "exercise-1.py"
    for source, outcome in ENDINGS:
        answer.write_text(source, encoding="utf-8")
        report = json.loads(typed(handed_out, "grade", "exercise-1", "--json").out)
        assert (source, report["questions"][0]["outcome"]) == (source, outcome)


@pytest.mark.slow
def test_a_file_is_graded_again_when_it_is_saved(python, encoding, handed_out, tmp_path):
    answer = write(handed_out / "exercise-1.py", "size = 2\n")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, **in_folder(tmp_path)}
    command = [python, "-m", "grader", "exercise-1", "--watch"]
    with subprocess.Popen(command, cwd=handed_out, env=environment, stdout=subprocess.PIPE) as watching:
        assert watching.stdout
        seen = b""
        for points, after in ((b"0 of 2 points", "size = 3\n"), (b"2 of 2 points", "")):
            while b"Watching" not in seen:
                seen += os.read(watching.stdout.fileno(), 4096)
            assert points in seen
            seen = b""
            answer.write_text(after or answer.read_text(), encoding="utf-8")
        watching.terminate()


@pytest.mark.slow
def test_a_course_is_proved(typed: Typed, desk: Desk, encoding: str) -> None:
    """With one encoding also its code: each wrong solution gets a process, which imports torch."""
    names = ["exercise-1", "exercise-2"] if encoding == "cp1252" else ["exercise-1"]
    ran = typed(desk.handed_out.parent, "course", "check", *names, "--variants", "2")
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert re.findall(r"exercise-\d: proved", ran.out) == [f"{name}: proved" for name in names]


@pytest.mark.slow
def test_a_reference_that_never_ends_is_a_fault_of_the_course(
    typed: Typed, lean_desk: Desk, encoding: str
) -> None:
    loop = (
        "while True:\n    pass\n" if encoding == "cp1252" else "import time\nwhile True:\n    time.sleep(1)\n"
    )
    write(lean_desk.handed_out.parent / "exercises" / "exercise-2" / "reference.py", lean_desk.right + loop)
    ran = typed(lean_desk.handed_out.parent, "course", "check", "exercise-2")
    assert (ran.code, "did not finish within 15 seconds" in ran.out + ran.err) == (2, True)


@pytest.mark.slow
def test_a_class_is_graded_where_that_is_accepted(typed: Typed, desk: Desk) -> None:
    root = desk.handed_out.parent
    for student, source in (("ada", desk.right), ("ben", desk.endless), ("cleo", desk.right)):
        write(root / "S" / student / "exercise-2.py", source)
    refused = typed(root, "course", "grade", "S")
    assert (refused.code, "--isolation process" in refused.err) == (2, True)
    assert typed(root, "course", "grade", "S", "--isolation", "process").code == 0
    assert typed(root, "course", "export", "csv").code == 0
    lines = (root / "exports" / "totals.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["ada", "3"], ["ben", "0"], ["cleo", "3"]]
    assert "ada" in typed(root, "course", "scores").out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C cannot be sent to one process")
def test_an_interrupt_ends_all_of_it(python, handed_out, tmp_path):
    temporary, begun = tmp_path / "interrupted", tmp_path / "begun"
    temporary.mkdir()
    write(handed_out / "exercise-1.py", f"open({str(begun)!r}, 'w').close()\nwhile True:\n    pass\n")
    environment = {**os.environ, **in_folder(temporary)}
    command = [python, "-m", "grader", "exercise-1"]
    with subprocess.Popen(command, cwd=handed_out, env=environment, stderr=subprocess.PIPE) as running:
        while not begun.exists():
            time.sleep(0.01)
        left = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert running.communicate()[1] == b"Interrupted.\n"
    assert running.returncode == 130
    assert left
    assert not [process for process in left if is_living(process.pid)]
    assert not list(temporary.iterdir())


def test_the_doctor_says_which_way_is_there(python, made):
    doctor = [python, "-c", BEGIN.format("course"), "doctor"]
    ran = subprocess.run(doctor, cwd=made, capture_output=True, text=True, check=False)
    said = dict(re.findall(r"^--isolation (\w+): (.*)$", ran.stdout, re.MULTILINE))
    assert list(said) == list(WAYS)
    assert [name for name, words in said.items() if words == WAYS[name].help] == ["process"]
    attacks = subprocess.run([*doctor, "--attacks"], cwd=made, capture_output=True, text=True, check=False)
    assert (ran.returncode, attacks.returncode) == (1, 2)
    assert attacks.stderr.startswith("Attacks can run only if code is confined.")

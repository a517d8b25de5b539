"""params.py: what it draws, and what stops it from doing anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.drawing import difference, draw_params
from grader.course.paper import prepare
from grader.course.variant_source import reads_params
from grader.language.draws import Draws
from tests.course.building import HEAD, exercise, faults

NUMBER = (
    HEAD
    + "questions:\n- {id: size, kind: number, prompt: 'How large is {{ xs }}?', answer: 'sum(xs)', hints: [Add.]}\n"
)
DRAW = "def draw(random):\n    return {'xs': [random.randint(0, 10**9), 2], 'name': 'a'}\n"
HOSTILE = {
    "while True: pass": "draw() takes longer than 1 second.",
    "return {'a': 'x' * 100_000}": "draw() returns more than 64 KiB.",
    "return {'a': [[0] * 3000] * 3000}": "draw() ",
    "return {'a': bytearray(1 << 40)}": "draw() raises MemoryError.",
    "return {'a': open('/etc/passwd').read()}": "draw() raises PermissionError",
    "return {'a': open(__import__('sys').path[1] + '/os.py', 'w')}": "draw() raises ",
    "import socket; socket.create_connection(('127.0.0.1', 9))": "draw() raises PermissionError",
    "import os; os._exit(0)": "draw() ends Python.",
    "import os; os.kill(os.getppid(), 9)": "draw() raises PermissionError",
    "import os; os.fork()": "draw() raises PermissionError",
    "import subprocess; subprocess.run(['true'])": "draw() raises PermissionError",
    "return {'a': 10 ** 400_000}": "draw() ",
    "return {'a': '\\ud800'}": "draw() returns text with an unpaired surrogate (half a character) in 'a'.",
    "x = []; x.append(x); return {'a': x}": "draw() ",
    "import threading; [threading.Thread(target=bytes).start() for _ in iter(int, 1)]": "draw() ",
    "import numpy": "draw() raises ImportError: it may import only Python's own modules.",
    "return {'a': object()}": "draw() returns a value of type object in 'a'.",
    "return {'a': float('nan')}": "draw() returns a number that is not finite",
    "return {'if': 1}": "draw() returns 'if', which cannot be the name of a parameter.",
    "return [1]": "draw() does not return a dict of parameters.",
    "raise ValueError('\\x1b[31m' * 1000)": "draw() raises ValueError: ?[31m?[31m",
}


def test_each_student_has_their_own_draw(tmp_path: Path) -> None:
    one = exercise(tmp_path, NUMBER, params_py=DRAW)
    ada, again, bob = (prepare(one, name) for name in ("ada", "ada", "bob"))
    assert ada.params == again.params != bob.params
    assert ada.keys is not None
    assert ada.keys["size"].solution == f"size = {sum(ada.params['xs'])}"


def test_what_was_drawn_before_is_kept(tmp_path: Path) -> None:
    one = exercise(tmp_path, NUMBER, params_py=DRAW)
    assert prepare(one, "ada", {"xs": [1, 2], "name": "b"}).params == {"xs": [1, 2], "name": "b"}
    later = prepare(one, "ada", {"xs": [1, 2], "gone": 3}).params
    assert later == {"xs": [1, 2], "name": "a"}


@pytest.mark.parametrize("line", HOSTILE)
def test_what_it_must_not_do_is_a_fault_with_its_line(tmp_path: Path, line: str) -> None:
    [fault] = faults(tmp_path, NUMBER, params_py=f"def draw(random):\n    {line}\n")
    place, _, told = fault.partition(": ")
    assert place in {"params.py:1", "params.py:2"}
    assert told.startswith(HOSTILE[line])
    assert len(fault) < 500
    assert fault.isprintable()


def test_it_takes_the_place_of_params(tmp_path: Path) -> None:
    text = NUMBER.replace("questions:", "params: {xs: [1]}\nquestions:")
    [fault] = faults(tmp_path, text, params_py=DRAW)
    assert fault.startswith("exercise.yaml:3:9: params: params.py draws the parameters")


def test_it_defines_draw(tmp_path: Path) -> None:
    found = faults(tmp_path, NUMBER, params_py="def drew(random):\n    return {}\n")
    assert found[0].startswith("params.py: params.py does not define 'draw'.")


def test_a_name_that_it_does_not_draw_is_a_fault(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, NUMBER.replace("sum(xs)", "sum(ys)"), params_py=DRAW)
    assert "There is no parameter 'ys'. The parameters are: name, xs." in fault


def test_a_draw_that_differs_between_processes_is_told(tmp_path: Path) -> None:
    file, draws = tmp_path / "params.py", Draws(("seed",))
    file.write_text(
        "def draw(random):\n    return {'a': 1, 'b': list({str(i) for i in range(50)})}\n", "utf-8"
    )
    fault = difference(file, draws, draw_params(file, draws))
    assert fault is not None
    assert fault.line == 1
    assert fault.sentence.startswith("draw() draws different values of b when")
    file.write_text(DRAW, encoding="utf-8")
    assert difference(file, draws, draw_params(file, draws)) is None


@pytest.mark.parametrize(
    ("source", "is_read"),
    [
        ("F = params['S']", True),
        ("def f(x):\n    return x * params['S']", True),
        ("class A:\n    def f(self):\n        return [params for _ in 'a']", True),
        ("params = {'S': 2}\nF = params['S']", False),
        ("from helpers import params\nF = params", False),
        ("def f(params):\n    return lambda: params", False),
        ("def f(model):\n    params = list(model.parameters())\n    return params", False),
        ("def f(x):\n    return x.params", False),
    ],
)
def test_whether_a_module_reads_the_parameters(source: str, is_read: bool) -> None:
    assert reads_params(source) is is_read


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("def draw():\n    return {'a': 1}\n", "Write def draw(random)."),
        ("import numpy\n\ndef draw(random):\n    return {'a': 1}\n", "Remove the import."),
        ("def draw(random):\n    return {'a': 1 // 0}\n", "Correct it."),
        ("def draw(random):\n    x = {'a': 1}\n", "It must return a dict of numbers,"),
    ],
)
def test_a_fault_of_a_draw_says_what_to_change(tmp_path: Path, source: str, remedy: str) -> None:
    [fault] = faults(tmp_path, NUMBER, params_py=source)
    assert remedy in fault


def test_a_faulty_question_brings_no_faults_of_others(tmp_path: Path) -> None:
    """Its names are drawn, and a later question can build on its answer."""
    later = "- {id: m, kind: number, prompt: 'x {{ xs }}', answer: given.size + sum(xs), hints: [a]}\n"
    broken = NUMBER.replace("kind: number", "kind: number, hint: [a]", 1)
    [fault] = faults(tmp_path, broken.rstrip("\n") + "\n" + later, params_py=DRAW)
    assert "There is no key 'hint' here." in fault


@pytest.mark.parametrize("source", ["def draw(random:\n", "def drew(random):\n    return {}\n"])
def test_without_a_draw_no_name_is_told_as_unknown(tmp_path: Path, source: str) -> None:
    [fault] = faults(tmp_path, NUMBER, params_py=source)
    assert "parameter" not in fault


def test_an_answer_that_is_not_earlier_is_told(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, NUMBER.replace("sum(xs)", "given.later"), params_py=DRAW)
    assert "'given.later' is not the answer to an earlier number question. Put that question above" in fault


def test_a_question_without_an_id_is_told(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, NUMBER.replace("id: size, ", ""), params_py=DRAW)
    assert "'id' is missing" in fault

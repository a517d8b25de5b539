"""params.py makes files: what it makes, once, and what stops it from making anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.course.making import UnlikeHandedOut, difference_of_files, own_files
from grader.course.material import NO_MATERIAL
from grader.course.paper import prepare, with_files
from grader.digest import digest_of
from grader.errors import CourseFaults
from grader.handout.pack import open_pack, pack_bytes
from grader.language.draws import Draws
from tests.course.building import HEAD, course, exercise, faults

NUMBER = HEAD + "questions:\n- {id: size, kind: number, prompt: 'How large?', answer: n, hints: [Add.]}\n"
DRAW = "def draw(random):\n    return {'n': random.randint(1, 10**9)}\n"
MAKE = DRAW + (
    "def files(random, params):\n"
    "    return {'data.csv': f\"{params['n']},{random.random()}\\n\", 'raw.bin': bytes(range(256))}\n"
)
HOSTILE = {
    "while True: pass": "files() takes longer than 1 second.",
    "return {'a.txt': 'x' * (1 << 20) + 'x'}": "files() returns more than 1024 KiB.",
    "return {'a.bin': bytes(3 << 20)}": "files() returns more than 1024 KiB.",
    "return {'a.bin': bytes(1 << 24)}": "files() returns ",
    "return {f'{i}.txt': '' for i in range(21)}": "files() returns 21 files; at most 20 are allowed.",
    "return {'a.txt': open('/etc/passwd').read()}": "files() raises PermissionError",
    "return {'a.txt': bytearray(1 << 40)}": "files() raises MemoryError.",
    "import os; os._exit(0)": "files() ends Python.",
    "return {'a.txt': 1}": "files() returns a value of type int for 'a.txt'.",
    "return {'a.txt': ['eA==', 'eA==']}": "files() returns a value of type list for 'a.txt'.",
    "return {'../a.txt': ''}": "files() returns '../a.txt', which cannot be the name of a file",
    "return {'a.txt\\n': ''}": "files() returns 'a.txt\\n', which cannot be the name of a file",
    "return {'a\\\\b.txt': ''}": "files() returns 'a",
    "return {'data': ''}": "files() returns 'data', which cannot be the name of a file; write one such as data.csv",
    "return {1: ''}": "files() returns 1, which cannot be the name of a file",
    "return {}": "files() returns no dict of files.",
    "return ['a.txt']": "files() returns no dict of files.",
    "return {'helpers.py': ''}": "An exercise's file cannot be called helpers.py.",
    "return {'code.py': ''}": "code.py is code, not data.",
    "return {'nul.txt': ''}": "An exercise's file cannot be called nul.txt.",
    "return {'a.txt': '', 'A.txt': ''}": "a.txt is listed twice.",
    "return {'exercise.schema.yaml': chr(0xd800)}": "files() raises UnicodeEncodeError",
}


@pytest.mark.parametrize("line", HOSTILE)
def test_what_it_must_not_do_is_a_fault_with_its_line(tmp_path: Path, line: str) -> None:
    [fault] = faults(tmp_path, NUMBER, params_py=f"{DRAW}def files(random, params):\n    {line}\n")
    place, _, told = fault.partition(": ")
    assert place in {"params.py:3", "params.py:4"}
    assert told.startswith(HOSTILE[line])
    assert len(fault) < 500
    assert fault.isprintable()


def test_a_file_is_each_students_own_and_its_digest_is_of_the_variant(tmp_path: Path) -> None:
    one = exercise(tmp_path, NUMBER, params_py=MAKE)
    ada, again, bob = (with_files(one, prepare(one, name)) for name in ("ada", "ada", "bob"))
    assert ada.material.made == again.material.made
    assert ada.material.made["data.csv"].startswith(f"{ada.params['n']},".encode())
    assert ada.material.made["data.csv"] != bob.material.made["data.csv"]
    assert ada.material.made["raw.bin"] == bytes(range(256))
    assert ada.params["data.csv"] == digest_of(ada.material.made["data.csv"])
    assert ada.paper.files == ("data.csv", "raw.bin")
    assert prepare(one, "ada").material.made == NO_MATERIAL.made  # reading a report needs none


def test_a_kept_copy_counts_and_what_differs_is_not_taken_for_it(tmp_path: Path) -> None:
    one = exercise(tmp_path, NUMBER, params_py=MAKE)
    params = dict(prepare(one, "ada").params)
    made = with_files(one, prepare(one, "ada", params)).material.made
    changed = exercise(tmp_path, NUMBER, params_py=MAKE.replace("random.random()", "'new'"))
    sitting = prepare(changed, "ada", params)
    assert sitting.params == params
    assert with_files(changed, sitting, made).material.made == made
    for kept in ({}, {**made, "data.csv": b"forged"}):
        with pytest.raises(UnlikeHandedOut, match="cannot be made again as it was handed out"):
            with_files(changed, sitting, kept)
    assert changed.params_file
    broken = exercise(tmp_path, NUMBER, params_py=MAKE)
    assert broken.params_file
    broken.params_file.write_text(DRAW, encoding="utf-8")
    with pytest.raises(UnlikeHandedOut):
        own_files(broken.params_file, Draws(("seed",)), params, {})


def test_a_file_that_an_exercise_makes_later_is_added_to_a_variant(tmp_path: Path) -> None:
    before = dict(prepare(exercise(tmp_path, NUMBER, params_py=DRAW), "ada").params)
    later = prepare(exercise(tmp_path, NUMBER, params_py=MAKE), "ada", {**before, "n": 7})
    assert later.params["n"] == 7
    assert {*later.params} == {"n", "data.csv", "raw.bin"}
    assert prepare(exercise(tmp_path, NUMBER, params_py=DRAW), "ada", later.params).params == {"n": 7}


def test_a_file_that_differs_between_processes_is_told(tmp_path: Path) -> None:
    disordered = MAKE.replace("random.random()", " {str(i) for i in range(50)} ")
    one = exercise(tmp_path, NUMBER, params_py=disordered)
    draws = Draws((one.course.seed, one.name, "ada"))
    assert one.params_file
    fault = difference_of_files(one.params_file, draws, prepare(one, "ada").params)
    assert fault is not None
    assert fault.line == 3
    assert fault.sentence.startswith("files() makes a different data.csv when it is called again")
    same = exercise(tmp_path, NUMBER, params_py=MAKE)
    assert same.params_file
    assert difference_of_files(same.params_file, draws, prepare(same, "ada").params) is None


def test_other_names_for_a_student_are_a_fault(tmp_path: Path) -> None:
    odd = MAKE.replace("'data.csv':", "('data.csv' if params['n'] == N else 'other.csv'):")
    first = exercise(tmp_path, NUMBER, params_py=DRAW)
    one = exercise(tmp_path, NUMBER, params_py=f"N = {prepare(first, None).params['n']}\n{odd}")
    with pytest.raises(
        CourseFaults, match=r"files\(\) does not return data.csv, other.csv for every student"
    ):
        prepare(one, "ada")


def test_it_neither_takes_the_name_of_another_file_nor_lies_there(tmp_path: Path) -> None:
    listed = NUMBER.replace("questions:", "files: [data.csv]\nquestions:")
    found = faults(tmp_path, listed, params_py=MAKE, **{"data.csv": "1\n"})
    assert any(one.startswith("params.py:3: data.csv is listed twice.") for one in found)
    [left] = faults(tmp_path, NUMBER, params_py=MAKE)
    assert left.startswith("params.py:3: params.py makes data.csv, but this file already exists beside it.")


def test_two_exercises_cannot_make_one_file(tmp_path: Path) -> None:
    text = "format: 1\ntitle: Two\nseed: a\nexercises: [exercise-1, exercise-2]\n"
    for name in ("exercise-1", "exercise-2"):
        (tmp_path / "exercises" / name).mkdir(parents=True)
    both = course(tmp_path, text, **{"exercise-1": NUMBER, "exercise-2": NUMBER})
    for name in ("exercise-1", "exercise-2"):
        (tmp_path / "exercises" / name / "params.py").write_text(MAKE, encoding="utf-8")
    with pytest.raises(CourseFaults) as caught:
        both.exercises()
    assert "exercise-1 also hands out data.csv, and students have one folder" in str(caught.value)


def test_a_pack_holds_the_file_and_not_how_it_is_made(tmp_path: Path) -> None:
    one = exercise(tmp_path, NUMBER, params_py=MAKE)
    sitting = with_files(one, prepare(one, "ada"))
    for edition in ("practice", "assessed"):
        file = tmp_path / "course.pack"
        file.write_bytes(pack_bytes([sitting], edition, {}))
        pack = open_pack(file)
        assert (
            pack.sitting(one.name).material.shipped["data.csv"].read_bytes()
            == sitting.material.made["data.csv"]
        )
        assert not any("params.py" in name for name in pack.files)
        pack.close()
    assert json.loads(json.dumps(dict(sitting.params))) == sitting.params

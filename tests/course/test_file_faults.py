"""What is wrong with files, pictures, helpers and texts between questions is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.fingerprint import fingerprints
from grader.course.loading import load_exercise
from grader.course.material import pictures_in
from grader.course.paper import prepare
from grader.errors import CourseFaults
from tests.course.building import COURSE, GOOD, HEAD, SIZE, course, exercise, faults, write

TWO = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1, exercise-2]\n"


def with_files(listed: str) -> str:
    return f"{HEAD}files: {listed}\nquestions:\n{SIZE}"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("[house.csv]", "There is no file house.csv beside this one. Did you mean 'houses.csv'?"),
        ("[folder]", "folder is a folder. List plain files."),
        ("[link.csv]", "link.csv is a link. Put the file itself there."),
        ("[exercise.yaml]", "An exercise's file cannot be called exercise.yaml. Rename it."),
        ("[README.md]", "An exercise's file cannot be called README.md. Rename it."),
        ("[nul.csv]", "An exercise's file cannot be called nul.csv. Rename it."),
        ("[more.py]", "more.py is code, not data. Put functions for students into helpers.py."),
        ("[../secret]", "It cannot be the name of a file."),
        ("[/etc/passwd]", "It cannot be the name of a file."),
        ("[.hidden]", "It cannot be the name of a file."),
        ("[houses.csv, HOUSES.csv]", "HOUSES.csv is listed twice."),
    ],
)
def test_a_file_that_cannot_be_shipped(tmp_path: Path, listed: str, told: str) -> None:
    folder = write(tmp_path / "exercise-1", houses_csv="")
    (folder / "houses.csv").write_text("1", encoding="utf-8")
    (folder / "folder").mkdir()
    (folder / "link.csv").symlink_to("houses.csv")
    [line] = faults(tmp_path, with_files(listed))
    assert line.startswith("exercise.yaml:3:")
    assert told in line


def test_a_hidden_file_cannot_be_shipped_as_well(tmp_path: Path) -> None:
    text = f"{HEAD}files: [a.csv]\nhidden_files: [a.csv]\nquestions:\n{SIZE}"
    write(tmp_path / "exercise-1").joinpath("a.csv").write_text("1", encoding="utf-8")
    [line] = faults(tmp_path, text)
    assert line.startswith("exercise.yaml:4:16: hidden_files[0]: a.csv is listed twice.")


def test_files_that_are_too_large_together(tmp_path: Path) -> None:
    folder = write(tmp_path / "exercise-1")
    for name in "ab":
        (folder / name).write_bytes(bytes(700_000))
    text = f"{HEAD}limits: {{files_mib: 1}}\nfiles: [a]\nhidden_files: [b]\nquestions:\n{SIZE}"
    [line] = faults(tmp_path, text)
    assert "The files hold 1.3 MiB; at most 1 MiB are allowed." in line
    assert exercise(tmp_path, text.replace("1}", "2}")).material.hidden


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("plan.png", "There is no file plan.png beside this one."),
        ("pictures/plan.png", "The picture pictures/plan.png is in another folder."),
        ("plan.tiff", "plan.tiff is not a picture that pages can show."),
        ("{{M}}.png", "The name of a picture cannot hold a parameter."),
    ],
)
def test_a_picture_that_is_missing_is_told_with_its_line(tmp_path: Path, name: str, told: str) -> None:
    text = f"{HEAD}params: {{M: [1, 2]}}\nintro: |\n  Look:\n\n  ![A plan]({name})\nquestions:\n{SIZE}"
    [line] = faults(tmp_path, text)
    assert line.startswith("exercise.yaml:7:1: intro: ")
    assert told in line


def test_a_picture_elsewhere_is_no_file(tmp_path: Path) -> None:
    text = f"{HEAD}intro: '![a](https://example.org/a.png) and `![b](b.png)`'\nquestions:\n{SIZE}"
    assert not exercise(tmp_path, text).material.pictures


@given(st.text(alphabet="![]()`ab. \n<>/:", max_size=60))
def test_no_text_confuses_the_reader_of_pictures(text: str) -> None:
    for name, line in pictures_in(text):
        assert name in text.splitlines()[line - 1] if text.splitlines() else False


def test_two_exercises_cannot_hand_out_two_files_of_one_name(tmp_path: Path) -> None:
    made = course(tmp_path, TWO, exercise_1=GOOD, exercise_2=GOOD)
    for number in (1, 2):
        folder = tmp_path / "exercises" / f"exercise-{number}"
        write(folder, exercise_yaml=with_files("[a.csv]"))
        (folder / "a.csv").write_text("1", encoding="utf-8")
    assert len(made.exercises()) == 2
    (tmp_path / "exercises/exercise-2/a.csv").write_text("2", encoding="utf-8")
    with pytest.raises(CourseFaults) as caught:
        made.exercises()
    assert "a.csv of exercise-1 is a different file" in str(caught.value)


def test_a_fingerprint_covers_files_and_helpers(tmp_path: Path) -> None:
    folder = tmp_path / "exercises" / "exercise-1"
    text = f"{HEAD}files: [a.csv]\nhidden_files: [b.csv]\nhand_out: [helpers]\nquestions:\n{SIZE}"
    write(folder, exercise_yaml=text)
    seen = set()
    for name in ("a.csv", "b.csv", "helpers.py", "../../helpers.py"):
        for content in ("1", "2"):
            (folder / name).write_text(content, encoding="utf-8")
            if all((folder / one).is_file() for one in ("a.csv", "b.csv", "helpers.py")):
                seen.add(fingerprints(load_exercise(folder, COURSE))["size"])
            else:
                (folder / "b.csv").write_text("", encoding="utf-8")
                (folder / "helpers.py").write_text("", encoding="utf-8")
    assert len(seen) == 5  # the course's helpers do not count where there are own ones


def test_helpers_that_are_not_there_cannot_be_handed_out(tmp_path: Path) -> None:
    [line] = faults(tmp_path, f"{HEAD}hand_out: [helpers]\nquestions:\n{SIZE}")
    assert "There is no helpers.py beside this file or beside course.yaml." in line


def test_texts_and_examples_stand_between_questions(tmp_path: Path) -> None:
    text = (
        f"{HEAD}params: {{M: [7]}}\nquestions:\n- text: First {{{{ M }}}}.\n- example: print({{{{ M }}}})\n{SIZE}"
        f"- text: Then.\n{SIZE.replace('id: size', 'id: area')}- text: Last.\n"
    )
    loaded = exercise(tmp_path, text)
    paper = prepare(loaded, None, with_keys=False).paper
    assert [(one.before, one.text, one.is_code) for one in paper.between] == [
        ("size", "First 7.", False),
        ("size", "print(7)", True),
        ("area", "Then.", False),
        ("", "Last.", False),
    ]
    assert [place for place, _ in loaded.record.placed] == [2, 4]


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ("- text: Only this.\n", "questions: There is no question."),
        (f"- text: ''\n{SIZE}", "questions[0].text: It must have 1 or more characters, not 0."),
        (f"- text: '{{{{ N }}}}'\n{SIZE}", "questions[0].text: There is no parameter 'N'."),
        (f"- example: '{{{{ N }}}}'\n{SIZE}", "questions[0].example: There is no parameter 'N'."),
        (
            f"- text: a\n  colour: b\n{SIZE}",
            "questions[0].colour: There is no key 'colour' here. Use one of: text.",
        ),
        (f"- text: a\n{SIZE}  colour: b\n", "questions[1].colour: There is no key 'colour' here."),
        (f"- text: a\n- id: b\n  kind: tenser\n{SIZE}", "questions[1].kind: There is no kind 'tenser'."),
        (f"- text: a\n- prompt: b\n{SIZE}", "questions[1]: 'kind' is missing."),
        (f"- id: b\n  kind:\n{SIZE}", "questions[0]: 'kind' is missing."),
        (f"- text: a\n{SIZE}{SIZE}", "questions[2].id: Another question already has the id 'size'."),
    ],
)
def test_entries_that_are_wrong(tmp_path: Path, entries: str, told: str) -> None:
    assert told in "\n".join(faults(tmp_path, f"{HEAD}questions:\n{entries}"))

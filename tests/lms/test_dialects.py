"""The files for each LMS to the byte: separators, quotes, encodings, ids, and what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.errors import UsageFault
from grader.identity import Person
from grader.lms import BY_NAME
from grader.lms.export import Entry, Export, File, Item
from tests.people import known

ITEM = Item("exercise-3", "Stride", 9, (Entry("ada", 9, None, "1 day late"), Entry("bob", 3, None)))
EXCUSED = Item("exercise-3", "Stride", 9, (Entry("ada", None, None),))
PEOPLE = {
    "ada": known("ada", "Ada L.", "ada@x.org", canvas_id="17", blackboard_username="ada1", brightspace_username="ada1"),
    "bob": known("bob", "Bob", "bob@x.org", canvas_id="18", blackboard_username="bob1", brightspace_org_defined_id="007"),
}  # fmt: skip
BLACKBOARD = (
    '"Last Name","First Name","Username","Student ID","exercise-3 [Total Pts: 18 Score] |40"\r\n'
    '"L.","Ada","ada1","0017",""\r\n"B","Bob","bob1","","{old}"\r\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,exercise-3 Points Grade <Numeric MaxPoints:18 Weight:10>,End-of-Line Indicator\r\n"
    "#0017,#ada1,,#\r\n#007,#bob1,{old},#\r\n"
)
CANVAS = (
    "Student,ID,SIS Login ID,Section,exercise-3 (12)\n    Points Possible,,,,18\nA,17,,S,\nB,18,,S,{old}\n"
)
MOODLE = (
    "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (grade)\n"
    "Participant 1,A,ada@x.org,,18,-\nParticipant 2,B,bob@x.org,{old},18,-\n"
)
TEMPLATES = {"blackboard": BLACKBOARD, "brightspace": BRIGHTSPACE, "canvas": CANVAS, "moodle": MOODLE}
every_template = pytest.mark.parametrize("name", TEMPLATES)


def filled(folder: Path, name: str, old: str = "", encoding: str = "utf-8", **more: Any) -> File:
    """Return a template with what is there for bob, filled in."""
    template = folder / "template.csv"
    template.write_bytes(TEMPLATES[name].format(old=old).encode(encoding))
    [file] = BY_NAME[name].write(Export((ITEM,), PEOPLE, template, **more))
    return file


def test_blackboard_is_answered_in_kind(tmp_path: Path) -> None:
    assert filled(tmp_path, "blackboard").content == (
        b'"Username","exercise-3 [Total Pts: 18 Score] |40"\r\n"ada1","18"\r\n"bob1","6"\r\n'
    )
    template = tmp_path / "gradebook.xls"  # as Blackboard names it
    text = BLACKBOARD.format(old="").replace('","', '"\t"')
    template.write_bytes(text.encode("utf-16"))
    [file] = BY_NAME["blackboard"].write(Export((ITEM,), PEOPLE, template))
    assert file.name == "blackboard-exercise-3.txt"
    assert file.content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    assert file.content.decode("utf-16").splitlines()[1] == '"ada1"\t"18"'


def test_brightspace_gets_its_marks_and_an_item_that_it_can_make(tmp_path: Path) -> None:
    [file] = BY_NAME["brightspace"].write(Export((ITEM,), {"ada": PEOPLE["ada"]}))
    assert file.content == (
        b"Username,exercise-3 Stride Points Grade <Numeric MaxPoints:9>,End-of-Line Indicator\r\n#ada1,9,#\r\n"
    )
    assert file.left_out == ["bob: not in the roster"]
    assert filled(tmp_path, "brightspace").text.splitlines()[1:] == ["#0017,#ada1,18,#", "#007,#bob1,6,#"]


@pytest.mark.parametrize("title", ["a <b>", "x Points Grade", "x Points Grade <y>"])
def test_brightspace_would_misread_such_a_title(title: str) -> None:
    with pytest.raises(UsageFault, match="Rename the exercise"):
        BY_NAME["brightspace"].write(Export((Item("e", title, 9, ITEM.entries),), PEOPLE))


@pytest.mark.parametrize("points", ["", "MaxPoints:", "MaxPoints:10;00", "MaxPoints:1.000", "Weight:10"])
def test_an_unclear_maximum_of_brightspace_stops_the_export(tmp_path: Path, points: str) -> None:
    template = tmp_path / "t.csv"
    template.write_text(BRIGHTSPACE.format(old="").replace("MaxPoints:18", points), "utf-8")
    with pytest.raises(UsageFault, match="not clearly a number"):
        BY_NAME["brightspace"].write(Export((ITEM,), PEOPLE, template))
    [file] = BY_NAME["brightspace"].write(Export((ITEM,), PEOPLE, template, out_of=18))
    assert file.rows == 2


@every_template
@pytest.mark.parametrize("old", ["3", "0", "7.5", "A-", "EX", "Excused", "10 %"])
def test_what_is_there_stays_unless_it_is_overwritten(tmp_path: Path, name: str, old: str) -> None:
    kept = filled(tmp_path, name, old)
    assert kept.rows == 1
    assert kept.left_out == [f"bob: {old} is there already and stays, instead of 6; --overwrite replaces it"]
    new = filled(tmp_path, name, old, overwrite=True)
    assert (new.rows, new.left_out) == (2, [])
    assert [(one.student, one.old, one.new, one.reason) for one in new.changes] == [
        ("ada", "", "18", "1 day late"),
        ("bob", old, "6", ""),
    ]


@every_template
@pytest.mark.parametrize("old", ["", "-", "6", "6.00", "6.000004", " 6 "])
def test_nothing_and_the_same_grade_are_no_obstacle(tmp_path: Path, name: str, old: str) -> None:
    file = filled(tmp_path, name, old)
    assert (file.rows, file.left_out) == (2, [])


def test_a_decimal_comma_is_the_same_grade(tmp_path: Path) -> None:
    assert filled(tmp_path, "canvas", '"6,00"').rows == 2


@pytest.mark.parametrize("name", ["blackboard", "brightspace", "moodle"])
def test_who_is_excused_is_no_score_where_the_lms_has_no_word_for_it(tmp_path: Path, name: str) -> None:
    template = tmp_path / "t.csv"
    template.write_text(TEMPLATES[name].format(old=""), "utf-8")
    [file] = BY_NAME[name].write(Export((EXCUSED,), PEOPLE, template))
    assert (file.rows, file.notes) == (0, ("ada: excused from exercise-3",))


@pytest.mark.parametrize("name", ["blackboard", "brightspace"])
def test_two_columns_or_none_are_refused(tmp_path: Path, name: str) -> None:
    template = tmp_path / "t.csv"
    template.write_text(TEMPLATES[name].format(old="").replace("exercise-3", "other"), "utf-8")
    with pytest.raises(UsageFault, match="no column for exercise-3"):
        BY_NAME[name].write(Export((ITEM,), PEOPLE, template))
    header, *rows = TEMPLATES[name].format(old="").splitlines()
    both = header.replace("Username,", "Username,Stride Points Grade <MaxPoints:9>,").replace(
        '"Student ID"', '"Stride [Total Pts: 9 Score] |41"'
    )
    template.write_text("\n".join([both, *rows]), "utf-8")
    with pytest.raises(UsageFault, match="several columns for exercise-3"):
        BY_NAME[name].write(Export((ITEM,), PEOPLE, template))


def test_an_id_that_looks_like_a_formula_is_never_written(tmp_path: Path) -> None:
    people = {"ada": known("ada", blackboard_student_id="0017")}
    template = tmp_path / "t.csv"
    template.write_text(BLACKBOARD.format(old="").replace('"ada1"', '"=ada1"'), "utf-8")
    [file] = BY_NAME["blackboard"].write(Export((ITEM,), people, template))
    assert (file.rows, file.changes) == (0, [])
    assert file.left_out[0].startswith("ada: line 2: the id '=ada1' looks like a formula")


def test_brightspace_s_mark_is_no_part_of_an_id() -> None:
    lms = BY_NAME["brightspace"]
    assert {c.name: v for c, v in lms.ids_in({"OrgDefinedId": "#00246", "Username": "#"}).items()} == {
        "brightspace_org_defined_id": "00246"
    }
    assert lms.lacks(Person("ada", email="a@x.org")) and not lms.lacks(PEOPLE["bob"])

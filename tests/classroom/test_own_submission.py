"""With any roster, names and class, a submission reaches its own student, or is listed as left out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.collecting import Collected
from grader.classroom.ownership import Ownership
from grader.classroom.roster import Roster
from grader.identity import Person
from tests.people import known

NAMES = ["Sam Same", "Sam  SAME", "Same, Sam", "Lena Meier", "Anna-Lena Meier", "Jos\u00e9 N", "Jose\u0301 N", "x_12", "de la_Cruz O'Brien",
         "Participant", "LATE", "anon", "Kim - Nov 1, 2026 900 AM"]  # fmt: skip
IDS = ["canvas_id", "blackboard_username", "gradescope_sid", "email"]
FILE = "exercise-1.py"


@dataclass(frozen=True)
class Submission:
    """One file that a person handed in; its content says whose it is."""

    person: Person
    number: int
    is_old: bool = False  # an attempt before the last one

    @property
    def content(self) -> str:
        return f"old = {self.number}\n" if self.is_old else self.person.student


Files = dict[str, str]
Download = Callable[[Sequence[Submission]], Files]


def of(column: str, person: Person) -> str:
    """Return an id of a person, by the roster's name of the column."""
    return next(value for key, value in person.ids.items() if key.name == column)


def folders(class_: Sequence[Submission]) -> Files:
    return {f"{one.person.student}/{FILE}": one.content for one in class_ if not one.is_old}


def canvas(class_: Sequence[Submission]) -> Files:
    files = {}
    for one in class_:
        last, comma, first = one.person.name.partition(",")
        words = [last, first] if comma else one.person.name.split()[-1:] + one.person.name.split()[:-1]
        name = re.sub(r"\W", "", re.sub(r"_(\d+)_", r"\1", "".join(words).lower()))
        if not one.is_old:
            files[f"{name}_{of('canvas_id', one.person)}_{9000 + one.number}_{FILE}"] = one.content
    return files


def moodle(class_: Sequence[Submission]) -> Files:
    return {
        f"{one.person.name.replace('_', ' ')}_{one.number}_assignsubmission_file_/{FILE}": one.content
        for one in class_
        if not one.is_old
    }


def blind(class_: Sequence[Submission]) -> Files:
    numbers = {one.number: one for one in class_ if not one.is_old}
    return {
        f"Participant_{number}_assignsubmission_file_/{FILE}": one.content for number, one in numbers.items()
    }


def blackboard(class_: Sequence[Submission], assignment: str = "exercise-1") -> Files:
    files = {}
    for one in class_:
        user = of("blackboard_username", one.person)
        stem = f"{assignment}_{user}_attempt_2026-11-0{1 if one.is_old else 2}-09-00-00"
        files[f"{stem}_{FILE}"] = one.content
        files[f"{stem}.txt"] = f"Name: {one.person.name} ({user})\nAssignment: x\nComments:\nName: Sam (u0)\n"
    return files


def week_1(class_: Sequence[Submission]) -> Files:
    return blackboard(class_, "week_1")


def brightspace(class_: Sequence[Submission]) -> Files:
    people = list(dict.fromkeys(one.person.student for one in class_))
    return {"index.html": "<p>"} | {
        f"{people.index(one.person.student)}-7 - {one.person.name} - Nov {1 if one.is_old else 2}, 2026 900 AM/{FILE}": one.content
        for one in class_
    }  # fmt: skip


def gradescope(class_: Sequence[Submission]) -> Files:
    class_ = [one for one in class_ if not one.is_old]
    about = {
        f"submission_{one.number}": {
            ":submitters": [
                {
                    ":name": one.person.name,
                    ":sid": of("gradescope_sid", one.person),
                    ":email": one.person.email,
                }
            ]
        }
        for one in class_
    }
    files = {f"export/submission_{one.number}/{FILE}": one.content for one in class_}
    return files | {"export/submission_metadata.yml": yaml.safe_dump(about)}


def worksheet(class_: Sequence[Submission]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["Identifier", "Full name", "Email address", "Status", "Last modified (submission)"])
    writer.writerows(
        [f"Participant {one.number}", one.person.name, one.person.email, "", "-"] for one in class_
    )
    return stream.getvalue()


@st.composite
def classes(draw: st.DrawFn) -> tuple[list[Submission], Roster]:
    """Return submissions and a roster: some lack ids in it, and some who handed in are not in it."""
    people = [
        known(
            f"s{number}",
            draw(st.sampled_from(NAMES)),
            f"s{number}@example.org",
            canvas_id=f"{number + 10}",
            blackboard_username=f"u{number}",
            gradescope_sid=f"00{number}",
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    roster, class_ = {}, []
    for number, person in enumerate(people):
        is_enrolled = draw(st.integers(0, 4)) > 0
        # A stranger has a name of their own: where a download has names only, nothing else says who it is.
        person = person if is_enrolled else replace(person, name=f"Stranger {number}")
        gone = draw(st.sets(st.sampled_from(IDS)))
        if is_enrolled:
            ids = {column: value for column, value in person.lms_ids.items() if column.name not in gone}
            email = "" if "email" in gone else person.email
            roster[person.student] = replace(person, lms_ids=ids, email=email)
        if draw(st.integers(0, 4)):
            class_ += [Submission(person, 20 + number, is_old=True)] if draw(st.booleans()) else []
            class_.append(Submission(person, 10 + number))
    return class_, Roster(roster)


@pytest.mark.parametrize(
    ("download", "has_list"),
    [
        *((one, False) for one in (folders, canvas, moodle, blackboard, week_1, brightspace, gradescope)),
        (moodle, True),
        (blind, True),
        (blind, False),
    ],
)
@given(world=classes(), data=st.data())
@settings(max_examples=30)
def test_a_submission_reaches_its_own_student_or_is_left_out(
    tmp_path_factory: pytest.TempPathFactory,
    download: Download,
    has_list: bool,
    world: tuple[list[Submission], Roster],
    data: st.DataObject,
) -> None:
    class_, roster = world
    if not roster.people:
        return
    folder = tmp_path_factory.getbasetemp()
    lists = []
    listed = [one for one in class_ if not one.is_old and data.draw(st.integers(0, 3))]
    if has_list and listed:
        lists = [folder / "worksheet.csv"]
        lists[0].write_text(worksheet(listed), encoding="utf-8")
    files = download(class_)
    source = packed(folder / "all.zip", files)
    collected = Collected([source], ["exercise-1"], roster, ownership=Ownership.listed_in(lists))
    found = {one.read().content.decode(): one.student for one in collected}
    assert all(content == student for content, student in found.items())
    for path, content in files.items():
        person = next((one.person for one in class_ if one.content == content and not one.is_old), None)
        if person and content not in found:
            key = path.rpartition("/")[0].rpartition("/")[2] or path
            assert any(repr(key)[1:-1] in reason for reason in collected.left_out), (path, collected.left_out)
            assert person.student not in collected.absent()


def packed(file: Path, files: Files) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def test_everybody_with_ids_is_found(tmp_path: Path) -> None:
    """The formats above are read at all: with all ids, nobody is left out."""
    people = [
        known(f"s{n}", "Sam Same", f"s{n}@example.org", canvas_id=f"{n + 10}", blackboard_username=f"u{n}",
              gradescope_sid=f"00{n}")
        for n in range(3)
    ]  # fmt: skip
    class_ = [Submission(person, 10 + number) for number, person in enumerate(people)]
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(worksheet(class_), encoding="utf-8")
    roster = Roster({person.student: person for person in people})
    for download in (folders, canvas, moodle, blind, blackboard, week_1, gradescope):
        source = packed(tmp_path / "all.zip", download(class_))
        collected = Collected([source], ["exercise-1"], roster, ownership=Ownership.listed_in([sheet]))
        assert [one.student for one in collected] == ["s0", "s1", "s2"], download
        assert collected.left_out == []

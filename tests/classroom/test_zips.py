"""The zips of an LMS: who is meant by a name, and what strangers put into a zip."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom import submission_sources
from grader.classroom.collecting import Collected
from grader.classroom.roster import Roster
from grader.classroom.submission_sources import SubmissionZip
from grader.errors import UsageFault
from grader.examiner.submission import MAX_BYTES
from grader.identity import Person
from tests.conftest import Run
from tests.people import known

EXERCISES = ["exercise-1", "exercise-3"]
ROSTER = Roster(
    {
        person.student: person
        for person in (
            known("ada", "Ada Lovelace", canvas_id="123"),
            Person("grace", "Grace Brewster Murray Hopper"),
            known("jose", "José Núñez-Ortega", moodle_username="jno"),
            known("kim1", "Kim Lee", canvas_id="31"),
            Person("kim2", "Kim Lee"),
            Person("kim3", "Kim Lee"),
        )
    }
)


def zipped(folder: Path, files: Mapping[str, str | bytes], name: str = "submissions.zip") -> Path:
    file = folder / name
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return file


def collect(file: Path, roster: Roster | None = ROSTER) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Return who handed in what with which content or problem, and what was left out."""
    collected = Collected([file], EXERCISES, roster)
    files = [found.read() for found in collected]
    found = [(one.student, one.file_name, one.problem or one.content.decode()) for one in files]
    return found, collected.left_out


def students(folder: Path, *members: str) -> list[str | None]:
    """Return whom each member's name means."""
    who: list[str | None] = []
    for member in members:
        found, left_out = collect(zipped(folder, {member: ""}))
        assert len(found) + len(left_out) == 1
        who.append(found[0][0] if found else None)
    return who


def test_a_zip_of_canvas(tmp_path: Path) -> None:
    file = zipped(
        tmp_path,
        {
            "lovelaceada_123_456_exercise-3.py": "a",
            "lovelaceada_LATE_123_457_exercise-1-2.py": "b",
            "hoppergracebrewstermurray_99_458_exercise-3-1.ipynb": "c",
            "LATE_77_459_exercise-1.py": "d",
            "nobody_88_460_exercise-1.py": "e",
            "lovelaceada_123_461_notes.py": "f",
            "lovelaceada_123_462_exercise-1.pdf": "g",
        },
    )
    found, left_out = collect(file)
    assert found == [
        ("ada", "exercise-1.py", "b"),
        ("ada", "exercise-3.py", "a"),
        ("grace", "exercise-3.ipynb", "c"),
    ]
    assert left_out == [
        "'LATE_77_459_exercise-1.py': it fits nobody in the roster",
        "'nobody_88_460_exercise-1.py': it fits nobody in the roster",
        "ada: 'lovelaceada_123_461_notes.py' does not match an exercise.",
        "ada: 'lovelaceada_123_462_exercise-1.pdf' does not match an exercise. Did you mean 'exercise-1'?",
    ]
    files = [found.read() for found in Collected([file], EXERCISES, ROSTER)]
    assert [one.is_late for one in files] == [True, False, False]
    assert {one.time for one in files} == {None}


def test_canvas_ids_win_over_names(tmp_path: Path) -> None:
    assert students(
        tmp_path,
        "leekim_31_4_exercise-1.py",
        "lovelaceada_31_4_exercise-1.py",  # the id is Kim's
        "lovelaceada_999_4_exercise-1.py",  # Ada has another id
        "leekim_999_4_exercise-1.py",  # two Kims have none
        "hoppergracebrewstermurray_999_4_exercise-1.py",
    ) == ["kim1", "kim1", None, None, "grace"]


@pytest.mark.parametrize("rest", ["_/exercise-1.py", "_exercise-1.py", "/exercise-1.py"])
def test_names_of_moodle(tmp_path: Path, rest: str) -> None:
    wanted = {
        "Ada Lovelace": "ada",
        "ada  LOVELACE": "ada",
        "Lovelace Ada": "ada",
        "José Núñez-Ortega": "jose",
        "Jose\u0301 Nu\u0301n\u0303ez-Ortega": "jose",
        "Jose Nunez Ortega": "jose",
        "jno": None,  # a name that anybody can give themselves
        "Kim Lee": None,
        "Grace Hopper": None,
        "": None,
    }
    members = [f"{name}_7_assignsubmission_file{rest}" for name in wanted]
    assert dict(zip(wanted, students(tmp_path, *members), strict=True)) == wanted


@pytest.mark.parametrize("around", ["", "moodle/"])
def test_folders_inside_a_submission_of_moodle_do_not_matter(tmp_path: Path, around: str) -> None:
    file = f"{around}Ada Lovelace_7_assignsubmission_file_/my work/exercise-1.py"
    assert students(tmp_path, file) == ["ada"]


def test_a_zip_of_moodle(tmp_path: Path) -> None:
    file = zipped(
        tmp_path,
        {
            "Ada Lovelace_7_assignsubmission_file_/exercise-3.py": "a",
            "Ada Lovelace_7_assignsubmission_file_/exercise-1.ipynb": "b",
            "José Núñez-Ortega_8_assignsubmission_file_exercise-3.py": "c",
            "Ada Lovelace_7_assignsubmission_onlinetext_/onlinetext.html": "d",
        },
    )
    assert collect(file) == (
        [
            ("ada", "exercise-1.ipynb", "b"),
            ("ada", "exercise-3.py", "a"),
            ("jose", "exercise-3.py", "c"),
        ],
        [],
    )


@pytest.mark.parametrize("around", ["", "class/"])
def test_a_zip_of_folders_needs_no_roster(tmp_path: Path, around: str) -> None:
    files = {
        f"{around}{name}": name for name in ("ada/exercise-1.py", "ada/exercise-3.py", "bob/exercise-1.py")
    }
    files |= {
        f"__MACOSX/{around}ada/._exercise-1.py": "x",
        f"{around}ada/._exercise-3.py": "x",
        f"{around}ada/": "",
    }
    found, left_out = collect(zipped(tmp_path, files), None)
    assert found == [
        ("ada", "exercise-1.py", "ada/exercise-1.py"),
        ("ada", "exercise-3.py", "ada/exercise-3.py"),
        ("bob", "exercise-1.py", "bob/exercise-1.py"),
    ]
    assert left_out == []


@pytest.mark.parametrize("stray", ["class/.DS_Store", "class/roster.csv", ".DS_Store"])
def test_a_stray_file_does_not_hide_the_folder_around_all(tmp_path: Path, stray: str) -> None:
    files = {"class/ada/exercise-1.py": "a", "class/bob/exercise-1.py": "b", stray: ""}
    assert collect(zipped(tmp_path, files), None)[0] == [
        ("ada", "exercise-1.py", "a"),
        ("bob", "exercise-1.py", "b"),
    ]


def test_a_folder_around_a_zip_of_canvas_does_not_matter(tmp_path: Path) -> None:
    assert students(tmp_path, "submissions/hoppergracebrewstermurray_9_4_exercise-1.py") == ["grace"]


def test_the_folder_of_the_only_student_is_not_one_around_all(tmp_path: Path) -> None:
    assert collect(zipped(tmp_path, {"ada/exercise-1.py": "x"}), None)[0] == [("ada", "exercise-1.py", "x")]


def test_who_is_in_a_folder_is_in_the_roster_or_left_out(tmp_path: Path) -> None:
    file = zipped(tmp_path, {"ada/exercise-1.py": "", "eve/exercise-1.py": "", "../exercise-1.py": ""})
    found, left_out = collect(file)
    assert [one[0] for one in found] == ["ada"]
    assert left_out == ["'..' cannot be the name of a student", "eve: not in the roster"]


def test_names_that_say_nothing_are_told(tmp_path: Path) -> None:
    names = ["/exercise-1.py", "a/b/c/exercise-1.py", "exercise-1.py"]
    found, left_out = collect(zipped(tmp_path, dict.fromkeys(names, "")), None)
    assert found == []
    assert len(left_out) == len(names)


def test_two_files_for_one_exercise_are_a_problem(tmp_path: Path) -> None:
    files = ["lovelaceada_123_4_exercise-3.py", "lovelaceada_123_5_exercise-3.ipynb"]
    found, left_out = collect(zipped(tmp_path, dict.fromkeys(files, "x")))
    assert (found[0][0], left_out) == ("ada", [])
    assert all(file in found[0][2] for file in files)
    assert found[0][2].endswith("only one file can count.")


def test_a_huge_member_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("ada/exercise-1.py", "w") as stream,
    ):
        for _ in range(10):
            stream.write(bytes(MAX_BYTES))
    assert file.stat().st_size < MAX_BYTES / 10
    [found] = Collected([file], EXERCISES, None)
    handed_in = found.read()
    problem = handed_in.problem
    assert (len(handed_in.content), problem) == (MAX_BYTES + 1, "")


def damaged(file: Path, find: bytes, replace: bytes) -> Path:
    """Return the zip with some bytes of it changed."""
    content = file.read_bytes()
    assert find in content
    file.write_bytes(content.replace(find, replace))
    return file


def encrypted(file: Path) -> Path:
    """Return the zip with the flag of its only member set that says it is encrypted."""
    content = bytearray(file.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    file.write_bytes(content)
    return file


def test_a_member_that_cannot_be_read_costs_nobody_else_anything(tmp_path: Path) -> None:
    locked = encrypted(zipped(tmp_path, {"ada/exercise-1.py": "x = 1"}, "locked.zip"))
    file = tmp_path / "broken.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ada/exercise-3.py", "x = 'this one is broken'")
        archive.writestr("bob/exercise-1.py", "fine")
    damaged(file, b"this one is broken", b"THIS ONE IS BROKEN")
    collected = Collected([locked, file], EXERCISES, None)
    problems = [(one.student, one.exercise, one.read().problem) for one in collected]
    assert [problem[:2] for problem in problems] == [
        ("ada", "exercise-1"),
        ("ada", "exercise-3"),
        ("bob", "exercise-1"),
    ]
    assert problems[0][2].startswith("exercise-1.py cannot be read from the zip: ")
    assert "encrypted" in problems[0][2]
    assert problems[1][2].startswith("exercise-3.py cannot be read from the zip: Bad CRC-32")
    assert problems[2][2] == ""


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(5)])
def test_what_is_no_zip_is_one_sentence_and_exit_2(
    tmp_path: Path, own: Path, course: Run, content: bytes
) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    ran = course(own, "grade", tmp_path / "x.zip")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{tmp_path / 'x.zip'} is neither a folder nor a zip that can be read.\n"


def test_a_zip_cut_off_in_the_middle_is_one_sentence(tmp_path: Path) -> None:
    file = zipped(tmp_path, {f"s{number}/exercise-1.py": "x" for number in range(50)})
    content = file.read_bytes()
    for length in range(0, len(content), 97):
        file.write_bytes(content[:length])
        with pytest.raises(UsageFault, match="is neither a folder nor a zip"):
            SubmissionZip(file)


def test_a_zip_of_an_lms_needs_a_roster(tmp_path: Path, own: Path, course: Run) -> None:
    file = zipped(tmp_path, {"lovelaceada_123_456_exercise-1.py": "size = 3"})
    ran = course(own, "grade", file)
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err == f"{file} comes from an LMS and needs a roster to identify students. Give --roster FILE.\n"
    )


def test_so_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission_sources, "MAX_MEMBERS", 3)
    with pytest.raises(UsageFault, match="holds more than 3 files"):
        SubmissionZip(zipped(tmp_path, {f"{n}/exercise-1.py": "" for n in range(4)}))


def test_the_list_of_a_zips_members_takes_so_much_memory(tmp_path: Path) -> None:
    file = zipped(tmp_path, {f"{n}/exercise-1.py": "" for n in range(30_000)})
    assert len(SubmissionZip(file).tops()) == 30_000
    program = (  # in a process of its own, which has no memory at hand that it has freed before
        "import sys; from pathlib import Path; from grader.classroom import submission_sources; "
        "submission_sources.MAX_DIRECTORY = 4 << 20; submission_sources.SubmissionZip(Path(sys.argv[1]))"
    )
    ran = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)
    assert ran.stderr.splitlines()[-1].startswith("grader.errors.UsageFault: ")
    assert "holds more than" in ran.stderr


words = st.sampled_from(
    ["lovelaceada", "Ada Lovelace", "LATE", "_LATE", "123", "7", "_", "__", "/", "..", "exercise-1", "exercise-3-1",
     "assignsubmission", "file", "__MACOSX", "é", "\u2028", ".", "-1"]
)  # fmt: skip
letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
members = st.tuples(
    st.lists(st.one_of(words, letters), max_size=8),
    st.sampled_from(["_", "/", ""]),
    st.sampled_from([".py", ".ipynb"]),
).map(lambda parts: parts[1].join(parts[0]) + parts[2])


@given(st.lists(members, max_size=6, unique=True))
@settings(deadline=None)
def test_every_submission_in_a_zip_is_collected_or_told(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), name)
    file = tmp_path_factory.getbasetemp() / "any.zip"
    file.write_bytes(stream.getvalue())
    collected = Collected([file], EXERCISES, ROSTER)
    found = list(collected)
    read = [one.read() for one in found]
    with zipfile.ZipFile(file) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        contents = {info.filename: archive.read(info).decode() for info in files}
    graded = {one.content.decode() for one in read if not one.problem}
    assert graded <= set(contents.values())
    assert {one.student for one in found} <= set(ROSTER.people)
    if any(re.search(r"[^_/.]\.(py|ipynb)$", name) and "__MACOSX" not in name for name in contents):
        hidden = any(
            part.startswith(".") or part == "checks" for name in contents for part in name.split("/")
        )
        assert found or collected.left_out or hidden


def test_what_an_lms_would_not_pack_so_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("ada/exercise-1.py", "#" * 1000)
    (found,) = Collected([file], ["exercise-1"], None)
    assert found.read().problem == "exercise-1.py uses an unsupported compression."


def test_every_other_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in (
            "ada/exercise-1.txt",
            "ada/.DS_Store",
            "__MACOSX/ada/exercise-1.py",
            "ada/exercise-1.py",
        ):
            archive.writestr(name, "")
    collected = Collected([file], ["exercise-1"], None)
    assert [one.student for one in collected] == ["ada"]
    assert collected.left_out == [
        "ada: 'exercise-1.txt' does not match an exercise. Did you mean 'exercise-1'?"
    ]

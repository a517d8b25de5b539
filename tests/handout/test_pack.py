"""The packed file: the same bytes for the same course, nothing that decides in an assessed one, and no
damage that ends in anything but a sentence."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.errors import UsageFault
from grader.examiner.reporting import marked
from grader.handout.exercise_source import PackedSource, find_file, find_source
from grader.handout.pack import MAX_BYTES, PACK_FILE, open_pack, pack_bytes
from grader.handout.stubs import stub_text
from grader.questions.posed import Mark
from tests.course.building import CHECKS, VISIBLE
from tests.handout.handing import SECRETS, small_course


def test_unpacked_checks_are_removed(packed):
    with closing(open_pack(packed())) as pack:
        folder = pack.sitting("exercise-2").folder
        assert folder is not None
        assert folder.is_dir()
        # pytest lists the third folder above a file of checks: not the one in which everybody's files are.
        assert Path(tempfile.gettempdir()).resolve() not in (folder / "checks.py").resolve().parents[:3]
    assert not folder.exists()


def sittings(tmp_path: Path, student: str = "ada") -> list[Sitting]:
    return [prepare(exercise, student) for exercise in small_course(tmp_path / "course").exercises()]


@pytest.fixture
def packed(tmp_path):
    def pack(edition="practice", **replaced):
        """Return a pack in which files are replaced; None leaves one out."""
        content = pack_bytes(sittings(tmp_path), edition, {})
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()} | replaced.pop("files", {})
        with zipfile.ZipFile(tmp_path / PACK_FILE, "w") as archive:
            for name, data in files.items():
                if data is not None:
                    archive.writestr(name, data)
        return tmp_path / PACK_FILE

    return pack


def test_an_explanation_is_in_the_practice_pack_alone(packed):
    with closing(open_pack(packed())) as pack:
        sitting = pack.sitting("exercise-1")
        assert sitting.keys is not None
        number = sitting.params["M"]
        assert sitting.keys["count"].explanation == f"SECRET-EXPLANATION of {number}."
        assert "EXPLANATION" not in sitting.paper.model_dump_json()
    with closing(open_pack(packed("assessed"))) as pack:
        assert not [name for name, content in pack.files.items() if b"EXPLANATION" in content]


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_the_same_course_is_the_same_bytes(tmp_path, edition):
    first = pack_bytes(sittings(tmp_path / "one"), edition, {})
    assert pack_bytes(sittings(tmp_path / "two"), edition, {}) == first
    assert pack_bytes(sittings(tmp_path / "one", "emmy"), edition, {}) != first


def test_an_assessed_pack_holds_nothing_that_decides(tmp_path):
    with zipfile.ZipFile(io.BytesIO(pack_bytes(sittings(tmp_path), "assessed", {}))) as archive:
        assert sorted(archive.namelist()) == [
            "exercise-1/paper.json",
            "exercise-2/paper.json",
            "exercise-2/visible_checks.py",
            "pack.json",
        ]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    secrets = [*SECRETS, '"key', '"letters', '"correct', CHECKS]
    assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_what_is_packed_is_unpacked(tmp_path, packed, edition):
    pack = open_pack(packed(edition))
    assert (pack.exercises, pack.contents.student, pack.contents.packages) == (
        ("exercise-1", "exercise-2"),
        "ada",
        ("torch",),
    )
    for before in sittings(tmp_path):
        after = pack.sitting(before.paper.exercise)
        assert after.paper == before.paper
        if edition == "practice":
            assert (after.keys, after.params) == (before.keys, before.params)
        else:
            assert (after.keys, after.params) == (None, {})
    folder = pack.sitting("exercise-2").folder
    assert folder is not None
    names = (
        ["checks.py", "reference.py", "visible_checks.py"] if edition == "practice" else ["visible_checks.py"]
    )
    assert sorted(file.name for file in folder.iterdir()) == names
    assert (folder / "visible_checks.py").read_text() == VISIBLE
    assert pack.sitting("exercise-1").folder is None


def test_a_pack_of_before_there_were_walks_shows_its_pictures(packed):
    with zipfile.ZipFile(packed()) as archive:
        paper = json.loads(archive.read("exercise-1/paper.json"))
    for record in (paper, *paper["questions"]):
        del record["walk"]
    del paper["worked"], paper["show"]
    paper["figure"] = paper["questions"][0]["picture"] = "# # .\n# kernel"
    with closing(open_pack(packed(files={"exercise-1/paper.json": json.dumps(paper).encode()}))) as pack:
        old = pack.sitting("exercise-1").paper
    assert "#   # # .\n#   # kernel" in stub_text(old, "python")
    assert "# kernel" in stub_text(old, "notebook")
    report = marked(old.questions[0], Mark("failed", 0, "No."))
    assert json.loads(report.model_dump_json())["picture"] == "# # .\n# kernel"


def damages() -> list[Any]:
    whole = "whole"
    first = json.dumps({"params": {}, "keys": {"size": {"solution": 1}}}).encode()
    return [
        pytest.param(whole, lambda content: content[: len(content) // 2], id="truncated"),
        pytest.param(whole, lambda content: content[:-1], id="a byte short"),
        pytest.param(whole, lambda content: b"", id="empty"),
        pytest.param(whole, lambda content: b"not a zip" * 100, id="no zip"),
        pytest.param(whole, lambda content: content.replace(b"pack.json", b"kcap.json"), id="another name"),
        pytest.param({"pack.json": None}, None, id="no pack.json"),
        pytest.param({"pack.json": b"{"}, None, id="pack.json is no JSON"),
        pytest.param({"pack.json": b"\xff\xfe"}, None, id="pack.json is no text"),
        pytest.param({"pack.json": b"[]"}, None, id="pack.json is a list"),
        pytest.param({"pack.json": b'{"format": 2}'}, None, id="another format"),
        pytest.param({"exercise-1/paper.json": None}, None, id="no paper"),
        pytest.param({"exercise-1/paper.json": b"{}"}, None, id="empty paper"),
        pytest.param({"exercise-1/paper.json": b"\xff"}, None, id="paper is no text"),
        pytest.param({"exercise-1/key.json": b"garbage"}, None, id="key is no JSON"),
        pytest.param({"exercise-1/key.json": b"{}"}, None, id="empty key"),
        pytest.param({"exercise-1/key.json": b"\xff"}, None, id="key is no text"),
        pytest.param({"exercise-1/key.json": first}, None, id="key of another form"),
        pytest.param(
            {"exercise-1/key.json": first.replace(b"size", b"other")}, None, id="key of no question"
        ),
        pytest.param({"exercise-1/key.json": b"[]"}, None, id="key is a list"),
        pytest.param({"exercise-1/key.json": b'{"params": {}, "keys": []}'}, None, id="keys are a list"),
        pytest.param({"exercise-1/key.json": b"[" * 100_000}, None, id="key is deep"),
    ]


@pytest.mark.parametrize(("files", "damage"), damages())
def test_a_damaged_pack(packed, files, damage):
    file = packed(files={} if files == "whole" else files)
    if damage:
        file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(
        UsageFault, match=r"course\.pack is damaged\. Download the exercises again; your own files stay"
    ):
        open_pack(file).sitting("exercise-1")


def beside(root: Path) -> dict[str, bytes]:
    """Return files of an exercise that its visible checks name, or do not."""
    files = {
        "visible_checks.py": b"from pathlib import Path\nfrom . import helpers, missing\nfrom .inner.more import x\n"
        b"import plain\nHERE = Path(__file__).parent / 'data' / 'a.csv', './b.bin', 'checks.py', '', 'all'\n",
        "helpers.py": b"NAME = 'by-helpers.txt'\n",
        "inner/more.py": b"from .least import y\n",
        "inner/least.py": b"",
        "plain.py": b"",
        "by-helpers.txt": b"",
        "data/a.csv": b"1",
        "b.bin": b"\xff\x00\r\n",
        "checks.py": CHECKS.encode(),
        "data/b.csv": b"",
        "all/c.csv": b"",
        "inner/other.py": b"",
        "paper.json": b"{}",
        ".hidden": b"",
        "data/.hidden": b"",
        "inner/__pycache__/more.pyc": b"",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return files


NAMED = {
    *("visible_checks.py", "helpers.py", "inner/more.py", "inner/least.py", "plain.py", "by-helpers.txt"),
    *("data/a.csv", "b.bin"),
}


@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_what_checks_may_need_is_packed(tmp_path, edition):
    sitting = sittings(tmp_path)[1]
    files = beside(tmp_path / "course/exercises/exercise-2")
    (tmp_path / PACK_FILE).write_bytes(pack_bytes([sitting], edition, {}))
    wanted = {name for name in files if "hidden" not in name and "cache" not in name} | {"reference.py"}
    with closing(open_pack(tmp_path / PACK_FILE)) as pack:
        folder = pack.sitting("exercise-2").folder
        assert folder is not None
        found = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
        assert found == (wanted if edition == "practice" else NAMED)
        assert all((folder / name).read_bytes() == files[name] for name in found & files.keys())


def test_a_pack_that_students_could_not_open_is_refused(tmp_path):
    sitting = sittings(tmp_path)[1]
    with (tmp_path / "course/exercises/exercise-2/large.bin").open("wb") as file:
        file.truncate(MAX_BYTES)
    with pytest.raises(UsageFault, match=r"hold 64 MiB .* largest is exercise-2/large\.bin"):
        pack_bytes([sitting], "practice", {})
    assert pack_bytes([sitting], "assessed", {})


def test_a_pack_writes_nowhere_else(tmp_path, packed):
    file = packed(files={"exercise-2/beside/../../escaped.txt": b""})
    with closing(open_pack(file)) as pack, pytest.raises(UsageFault, match="is damaged"):
        pack.sitting("exercise-2")


FUZZ = settings(
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return pack_bytes(sittings(tmp_path_factory.mktemp("pack")), "assessed", {})


@FUZZ
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_byte_that_flipped(tmp_path, content, at, byte):
    at %= len(content)
    file = tmp_path / PACK_FILE
    file.write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])
    try:
        pack = open_pack(file)
        assert [pack.sitting(name).paper.exercise for name in pack.exercises]
    except UsageFault:
        pass


def test_a_missing_pack_and_a_bomb(tmp_path, packed):
    with pytest.raises(UsageFault):
        open_pack(tmp_path / "missing.pack")
    bomb = tmp_path / PACK_FILE
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", b" " * (65 << 20))
    with pytest.raises(UsageFault):
        open_pack(bomb)


@pytest.mark.parametrize(("more", "is_told"), [(0, False), (1, True)])
def test_a_pack_that_is_right_but_for_its_size(tmp_path, packed, more, is_told):
    with zipfile.ZipFile(packed()) as archive:
        size = sum(info.file_size for info in archive.infolist())
    file = packed(files={"exercise-1/notes": bytes(MAX_BYTES - size + more)})
    with zipfile.ZipFile(file) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(UsageFault, match="is damaged") if is_told else nullcontext():
        open_pack(file)


def test_a_pack_of_earlier_that_names_one_digest_a_file(packed):
    contents: dict[str, Any] = {
        "edition": "practice",
        "course": "C",
        "student": None,
        "exercises": [],
        "packages": [],
    }
    file = packed(files={"pack.json": json.dumps({**contents, "files": {"exercise-1.py": "12"}}).encode()})
    assert open_pack(file).contents.files == {"exercise-1.py": ("12",)}


def test_the_source_of_a_handout(tmp_path, packed):
    packed()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    source = find_source(below)
    assert isinstance(source, PackedSource)
    assert (source.root, source.title, tuple(source.packages)) == (tmp_path, "Convolutions", ("torch",))
    assert source.paper_title("exercise-1") == "Stride"


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        (["exercise-1.py"], "exercise-1", "exercise-1.py"),
        (["exercise-1.ipynb"], "exercise-1", "exercise-1.ipynb"),
        ([], "exercise-1", "There is no exercise-1.py or exercise-1.ipynb in "),
        (
            ["exercise-1.py", "exercise-1.ipynb"],
            "exercise-1",
            "Move one away, or grade one with --file exercise-1.",
        ),
        (["exercise-1.py"], "exercise1", "There is no exercise 'exercise1'. Did you mean 'exercise-1'?"),
        (["exercise-9.py"], "exercise-9", "There is no exercise 'exercise-9'. Did you mean "),
    ],
)
def test_the_file_of_an_exercise(tmp_path, packed, files, name, expected):
    packed()
    for file in files:
        (tmp_path / file).write_text("x = 1\n")
    source = find_source(tmp_path)
    if expected in files:
        assert find_file(source, name) == tmp_path / expected
    else:
        with pytest.raises(UsageFault) as caught:
            find_file(source, name)
        assert expected in str(caught.value)


def test_no_source(tmp_path):
    with pytest.raises(UsageFault, match=r"neither course\.pack nor course\.yaml"):
        find_source(tmp_path)


def test_the_source_of_a_course(tmp_path):
    small_course(tmp_path)
    source = find_source(tmp_path / "exercises" / "exercise-1")
    assert (source.title, list(source.exercises)) == ("Convolutions", ["exercise-1", "exercise-2"])
    assert source.sitting("exercise-1").params == {"M": 7}
    assert source.paper_title("exercise-2") == "Stride"

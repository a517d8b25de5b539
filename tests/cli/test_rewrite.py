"""`grade --another` and `grade --reset`: files that students get again, without losing work."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from grader.digest import digest_of
from grader.handout.pack import open_pack
from grader.handout.stub_again import StubAgain
from tests.cli.conftest import repack
from tests.conftest import Run


def number_of(folder: Path, name: str) -> int:
    """Return what a stub asks to double."""
    text = (folder / f"{name}.py").read_text(encoding="utf-8")
    return int(text.partition("# Twice ")[2].partition("?")[0])


def test_another_variant_has_other_numbers_and_is_graded_but_not_kept(mine: Path, grade: Run) -> None:
    ran = grade(mine, "sums", "--another")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Wrote sums-another-1.py, to practise on. Its result is not kept.\n"
        "seven has the same answer as in your own variant.\n"
        "Next: grade sums-another-1\n"
    )
    number = number_of(mine, "sums-another-1")
    assert number != 20
    text = f"twice = {2 * number}\nseven = 7\ndef double(x): return 2 * x\ndef triple(x): return 3 * x\n"
    (mine / "sums-another-1.py").write_text(text, encoding="utf-8")
    for word in ("sums-another-1", "sums-another-1.py", "Sums another 1"):
        report = json.loads(grade(mine, word, "--json").out)
        assert (report["exercise"], report["score"]) == ("sums-another-1", report["points"])
    assert "Next: grade sums\n" in grade(mine, "sums-another-1").out
    assert "not graded yet" in grade(mine).out
    assert "another" not in grade(mine).out


def test_each_variant_differs_from_the_ones_before(mine: Path, grade: Run) -> None:
    for _ in range(3):
        grade(mine, "sums", "--another")
    assert grade(mine, "sums-another-1", "--another").out.startswith("Wrote sums-another-4.py")
    numbers = {number_of(mine, f"sums-another-{number}") for number in (1, 2, 3, 4)}
    assert len(numbers - {20}) == 4


def test_hints_and_solutions_of_another_variant_are_its_own(mine: Path, grade: Run) -> None:
    grade(mine, "sums", "--another")
    number = number_of(mine, "sums-another-1")
    hints = [grade(mine, "sums-another-1", "--hint").out for _ in range(2)]
    assert f"Add {number} to {number}." in hints[1]
    assert f"twice = {2 * number}" in grade(mine, "sums-another-1", "--solution").out
    assert "2 remaining hints" in grade(mine, "sums", "twice", "--solution").out


def test_nothing_that_exists_is_replaced_by_another_variant(mine: Path, grade: Run) -> None:
    (mine / "sums-another-1.ipynb").write_text("mine", encoding="utf-8")
    assert grade(mine, "sums", "--another").out.startswith("Wrote sums-another-2.py")
    (mine / "sums-another-2.py").unlink()
    assert grade(mine, "sums", "--another").out.startswith("Wrote sums-another-3.py")
    assert (mine / "sums-another-1.ipynb").read_text(encoding="utf-8") == "mine"


def test_a_notebook_gets_another_notebook(small_handouts: Path, tmp_path: Path, grade: Run) -> None:
    mine = Path(shutil.copytree(small_handouts / "notebook", tmp_path / "mine"))
    assert grade(mine, "sums", "--another").out.startswith("Wrote sums-another-1.ipynb")
    assert grade(mine, "sums-another-1", "--json").code == 1


def test_a_new_handout_leaves_earlier_variants_as_they_are(mine: Path, assessed: Path, grade: Run) -> None:
    grade(mine, "sums", "--another")
    number = number_of(mine, "sums-another-1")
    shutil.copy(assessed / "course.pack", mine)
    (mine / "sums-another-1.py").write_text(f"twice = {2 * number}\n", encoding="utf-8")
    report = json.loads(grade(mine, "sums-another-1", "--json").out)
    assert [one["outcome"] for one in report["questions"]][:2] == ["passed", "unanswered"]


def test_an_author_works_from_variant_0(small_handouts: Path, tmp_path: Path, grade: Run) -> None:
    own = Path(shutil.copytree(small_handouts / "course", tmp_path / "own"))
    assert grade(own, "sums", "--another").code == 0
    assert number_of(own, "sums-another-1") != 20
    assert grade(own, "sums-another-1", "--json").code == 1
    assert grade(own, "sums", "--reset").out == "sums.py is again as it was handed out.\n"
    assert number_of(own, "sums") == 20


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["sums-another-7"],
            "There is no sums-another-7 here. Get a fresh variant with: grade sums --another\n",
        ),
        (["sums-another-7", "--reset", "--yes"], "There is no sums-another-7 here."),
        (["sum-another-7"], "There is no sums-another-7 here."),
        (["nothing", "--another"], "There is no exercise 'nothing'."),
        (["nothing-another-1"], "There is no exercise 'nothing'."),
        (["sums", "--another", "--reset"], "Use one of --another and --reset."),
        (["sums", "--explain", "--solution", "--json"], "Use one of --json, --explain and --solution."),
        (["sums", "twice", "--another"], "Name a question only with --hint, --explain or --solution"),
        (["sums", "--file", "sums.py", "--reset"], "Use --reset without --file."),
        (["sums", "--yes"], "Use --yes only with --reset."),
        (["--reset"], "Name an exercise, for example: grade exercise-3 --reset"),
        (
            ["sums", "--reset"],
            "--reset asks before it replaces sums.py, and this is not a terminal. Add --yes.\n",
        ),
    ],
)
def test_wrong_use_is_one_sentence(mine: Path, grade: Run, arguments: list[str], sentence: str) -> None:
    (mine / "sums.py").write_text("twice = 3\n", encoding="utf-8")
    before = sorted(mine.iterdir())
    ran = grade(mine, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert sorted(mine.iterdir()) == before


def test_an_assessed_handout_has_no_variants_but_restores_its_stubs(assessed: Path, grade: Run) -> None:
    ran = grade(assessed, "sums", "--another")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "This handout has no further variants: the course is assessed.\n"
    stub = (assessed / "sums.py").read_bytes()
    (assessed / "sums.py").write_text("twice = 3\n", encoding="utf-8")
    assert grade(assessed, "sums", "--reset", "--yes").code == 0
    assert (assessed / "sums.py").read_bytes() == stub


def test_a_handout_of_an_older_version_says_so(mine: Path, grade: Run) -> None:
    repack(mine / "course.pack", lambda name, content: None if name.endswith("recipe.json") else content)
    ran = grade(mine, "sums", "--another")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("This handout was made by an older version and cannot do --another.")
    assert grade(mine, "sums", "--json").code == 1


@pytest.mark.parametrize("form", ["practice", "notebook"])
def test_a_stub_comes_back_and_every_copy_is_kept(
    small_handouts: Path, tmp_path: Path, grade: Run, form: str
) -> None:
    mine = Path(shutil.copytree(small_handouts / form, tmp_path / "mine"))
    file = next(mine.glob("sums.*"))
    stub = file.read_bytes()
    assert grade(mine, "sums", "--reset").out == f"{file.name} is as it was handed out.\n"
    for number, work in enumerate([b"my work\n", b"\xff\xfe more\r\n"], 1):
        file.write_bytes(work)
        ran = grade(mine, "sums", "--reset", "--yes")
        copy = f"sums.before-reset-{number}{file.suffix}"
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"{file.name} is again as it was handed out. Your file is kept as {copy}.\n"
        assert (file.read_bytes(), (mine / copy).read_bytes()) == (stub, work)
    file.unlink()
    assert grade(mine, "sums", "--reset").out == f"{file.name} is again as it was handed out.\n"
    assert file.read_bytes() == stub


def test_the_stub_of_another_variant_comes_back(mine: Path, grade: Run) -> None:
    grade(mine, "sums", "--another")
    stub = (mine / "sums-another-1.py").read_bytes()
    (mine / "sums-another-1.py").write_text("twice = 3\n", encoding="utf-8")
    assert grade(mine, "sums-another-1", "--reset", "--yes").code == 0
    assert (mine / "sums-another-1.py").read_bytes() == stub
    assert (mine / "sums-another-1.before-reset-1.py").read_text(encoding="utf-8") == "twice = 3\n"


def test_a_reset_knows_the_stub_that_was_generated(mine: Path) -> None:
    pack = open_pack(mine / "course.pack")
    for name in pack.exercises:
        again = StubAgain.of(mine / f"{name}.py", pack.sitting(name).paper, "")
        assert again.is_untouched
        assert digest_of(again.stub) in pack.contents.files[f"{name}.py"]


def test_files_elsewhere_are_never_replaced(mine: Path, grade: Run) -> None:
    (mine / "checks").mkdir(exist_ok=True)
    (mine / "checks" / "sums.py").write_text("checks", encoding="utf-8")
    (mine / "sums.py").write_text("twice = 3\n", encoding="utf-8")
    assert grade(mine / "checks", "sums.py", "--reset", "--yes").code == 0
    assert (mine / "checks" / "sums.py").read_text(encoding="utf-8") == "checks"
    assert "# Twice 20?" in (mine / "sums.py").read_text(encoding="utf-8")


def test_a_copy_that_cannot_be_written_leaves_the_file_as_it_is(
    mine: Path, grade: Run, ordinary: None
) -> None:
    (mine / "sums.py").write_text("twice = 3\n", encoding="utf-8")
    mine.chmod(0o555)
    try:
        ran = grade(mine, "sums", "--reset", "--yes")
    finally:
        mine.chmod(0o755)
    if sys.platform != "win32":
        assert (ran.code, "sums.before-reset-1.py cannot be written" in ran.err) == (2, True)
        assert (mine / "sums.py").read_text(encoding="utf-8") == "twice = 3\n"

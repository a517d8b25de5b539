"""`grade EXERCISE --html FILE`, as a student types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def mine(own: Path, tmp_path: Path, course: Run) -> Path:
    """Return a student's folder of a new course, with a wrong answer."""
    folder = tmp_path / "mine"
    assert course(own, "generate", folder).code == 0
    (folder / "exercise-1.py").write_text("size = 4  # </pre><script>alert(1)</script>\n")
    return folder


def test_the_page_is_written_beside_the_report(mine, grade):
    without = grade(mine, "exercise-1")
    ran = grade(mine, "exercise-1", "--html", "page.html")
    assert (ran.code, ran.out) == (without.code, without.out) == (1, without.out)
    html = (mine / "page.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "size = 4  # &lt;/pre&gt;&lt;script&gt;" in html
    assert "<svg" in html
    assert grade(mine, "exercise-1", "--html", "page.html", "--json").out.startswith("{")


def test_a_file_elsewhere_gets_its_page(mine, tmp_path, grade):
    elsewhere = tmp_path / "elsewhere.py"
    elsewhere.write_text("size = 3\n")
    ran = grade(mine, "exercise-1", "--file", elsewhere, "--html", tmp_path / "page.html")
    assert ran.code == grade(mine, "exercise-1", "--file", elsewhere).code
    assert "size = 3" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("exercise-1.py", "exercise-1.py already exists and is not a page."),
        ("course.pack", "course.pack already exists and is not a page."),
        ("nowhere/page.html", "There is no folder nowhere."),
        (".", ". cannot be written: "),
        ("exercise-1.py/page.html", "There is no folder exercise-1.py."),
    ],
)
def test_a_page_that_cannot_be_written_is_one_sentence(mine, grade, file, sentence):
    before = (mine / "exercise-1.py").read_bytes()
    ran = grade(mine, "exercise-1", "--html", file)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert ran.err.count("\n") == 1
    assert (mine / "exercise-1.py").read_bytes() == before


@pytest.mark.parametrize("more", [("--hint",), ("--watch",)])
def test_a_page_is_of_a_report(mine, grade, more):
    ran = grade(mine, "exercise-1", "--html", "page.html", *more)
    assert ran.code == 2
    assert "--html writes a report." in ran.err

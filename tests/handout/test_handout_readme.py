"""README.md of a handout says how to install, work and hand in, and follows course.yaml."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from grader.handout import wheel as wheels
from grader.handout.wheel import own_wheel
from tests.conftest import Run
from tests.handout.handing import TOP, small_course

CPU = " --extra-index-url https://index.example/cpu"


@pytest.fixture
def handed_out(tmp_path: Path, course: Run):
    """README.md of the small course, with more lines in its course.yaml."""
    root = tmp_path / "course"
    small_course(root)

    def make(more: str = "", *options: str) -> str:
        (root / "course.yaml").write_text(TOP + more, encoding="utf-8")
        ran = course(root, "generate", "out", *options)
        assert (ran.code, ran.err) == (0, "")
        return (root / "out" / "README.md").read_text(encoding="utf-8")

    return make


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def test_by_default_pip_installs_the_wheel_beside_it(handed_out):
    name = own_wheel().name
    found = commands(handed_out("packages: [torch, numpy, scipy, sklearn, json]\n"))
    words = f"install ./{name} scipy scikit-learn"
    assert [line for line in found if " install " in line] == [
        f"pip {words}{CPU}",
        f"pip {words}",
        f"py -m pip {words}",
    ]


def test_everything_that_it_names_is_there(handed_out, tmp_path):
    text = handed_out()
    words = {word.removeprefix("./") for line in commands(text) for word in shlex.split(line)}
    words |= {word for code in re.findall(r"`([^`\n]+)`", text) for word in code.split()}
    named = {word for word in words if word.endswith((".whl", ".py", ".pack"))}
    assert {"exercise-1.py", "exercise-2.py", own_wheel().name} <= named
    assert all((tmp_path / "course" / "out" / name).is_file() for name in named)


@pytest.mark.parametrize("form", ["python", "notebook"])
@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_it_is_whole_in_every_form(handed_out, form, edition):
    text = handed_out("", "--format", form, "--edition", edition)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Convolutions",
        *("## Install", "## Work", "## Hand in"),
    ]
    for system in ("Linux", "macOS", "Windows", "Google Colab"):
        assert f"\n**{system}**\n" in text
    assert "{{" not in text
    assert "\n\n\n" not in text
    assert text.endswith(".\n")
    assert ("That is graded after you hand in" in text) == (edition == "assessed")
    assert ("Here `grade` grades everything" in text) == (edition == "practice")
    assert ("`check`" in text) == (form == "notebook")
    assert "Hand in the files with your answers, such as `exercise-1." in text


def test_how_to_hand_in_is_the_courses_own(handed_out):
    text = handed_out("hand_in: |\n  1. Open **Moodle**.\n  2. Upload your files.\n")
    assert text.endswith("## Hand in\n\n1. Open **Moodle**.\n2. Upload your files.\n")


def test_requirements_of_the_course(handed_out, tmp_path):
    text = handed_out(
        'install: ["torchgrade[course]>=0.1", "numpy<3; python_version < \'4\'"]\n', "--format", "notebook"
    )
    words = '"torchgrade[course]>=0.1" "numpy<3; python_version < \'4\'"'
    assert f"pip install {words}{CPU}" in commands(text)
    out = tmp_path / "course" / "out"
    assert not list(out.glob("*.whl"))
    assert "%pip install --quiet" in (out / "exercise-1.ipynb").read_text()


def test_a_text_of_the_course(handed_out, tmp_path):
    text = handed_out("install: Everything is installed in room 12.\n", "--format", "notebook")
    assert "## Install\n\nEverything is installed in room 12.\n\n## Work" in text
    assert ".venv" not in text
    assert "pip" not in (tmp_path / "course" / "out" / "exercise-1.ipynb").read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        "--index-url x",
        "a\nb",
        "$(id)",
        "a; `id`",
        'a"b',
        "a & b",
        "",
        "{x}",
        "-r file",
        "a\\b",
        "a | b",
        "%x",
    ],
)
def test_a_requirement_that_would_be_something_else(tmp_path, course, wrong):
    small_course(tmp_path)
    (tmp_path / "course.yaml").write_text(f"{TOP}install: [{wrong!r}]\n".replace("'a\\nb'", '"a\\nb"'))
    ran = course(tmp_path, "generate", "out")
    assert (ran.code, ran.out) == (2, "")
    assert "install" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_changed_readme_is_kept_and_an_untouched_one_follows_the_course(handed_out, tmp_path):
    file = tmp_path / "course" / "out" / "README.md"
    handed_out("hand_in: One.\n")
    assert handed_out("hand_in: Two.\n").endswith("Two.\n")
    file.write_text("my notes\n")
    assert handed_out("hand_in: Three.\n") == "my notes\n"


def test_an_older_wheel_goes_and_a_students_own_stays(handed_out, tmp_path, monkeypatch):
    handed_out()
    out = tmp_path / "course" / "out"
    old = out / own_wheel().name
    (out / "other.whl").write_text("mine")
    real = wheels._of_project
    monkeypatch.setattr(wheels, "_of_project", lambda file: replace(real(file), version="9.9"))
    handed_out()
    assert not old.exists()
    assert sorted(file.name for file in out.glob("*.whl")) == ["other.whl", "torchgrade-9.9-py3-none-any.whl"]


def test_each_student_gets_the_same_wheel_in_a_file_of_their_own(handed_out, tmp_path):
    root = tmp_path / "course"
    (root / "roster.csv").write_text("student\nada\nbob\n")
    with pytest.raises(FileNotFoundError):
        handed_out("", "--roster", "roster.csv")
    ada, bob = (root / "out" / name / own_wheel().name for name in ("ada", "bob"))
    assert ada.read_bytes() == bob.read_bytes() == own_wheel().content
    assert ada.stat().st_nlink == 1  # or one student could change another's grader
    assert "Convolutions" in (root / "out" / "ada" / "README.md").read_text()

"""The wheel for students: pip can read it, it holds the grader that runs, and no solution of any course."""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest

from grader.errors import UsageFault
from grader.handout import wheel as wheels
from grader.handout import wording
from grader.handout.wheel import own_wheel
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(own_wheel().content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def info(files: dict[str, bytes], name: str) -> str:
    [content] = [files[one] for one in files if one.endswith(f".dist-info/{name}")]
    return content.decode()


def test_its_name(files):
    assert own_wheel().name == f"torchgrade-{metadata.version('torchgrade')}-py3-none-any.whl"
    assert info(files, "WHEEL").splitlines()[0] == "Wheel-Version: 1.0"


def test_every_file_is_recorded(files):
    lines = [line.rsplit(",", 2) for line in info(files, "RECORD").splitlines()]
    for name, digest, size in lines[:-1]:
        own = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).decode().rstrip("=")
        assert (digest, size) == (f"sha256={own}", str(len(files[name])))
    assert [name for name, *_ in lines] == list(files)


def test_it_holds_the_grader_that_runs_and_nothing_else(files):
    package = ROOT / "grader"
    own = {file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    assert {name for name in files if name.startswith("grader/")} == {
        f"grader/{file.relative_to(package).as_posix()}"
        for file in own
        if not file.name.startswith(".") and file.relative_to(package).parts[0] != "courses"
    }
    assert files["grader/py.typed"] == b""
    assert (package / "courses" / "training" / "course.yaml").is_file()
    assert not [name for name in files if {"shipped", "courses"} & {*name.split("/")}]


def test_what_pip_reads(files):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = info(files, "METADATA").splitlines()
    required = [line.removeprefix("Requires-Dist: ") for line in about if line.startswith("Requires-Dist")]
    assert required == project["dependencies"]
    assert f"Requires-Python: {project['requires-python']}" in about
    assert project["requires-python"] == f">={wording.PYTHON}"
    assert "grade = grader.cli.begin:grade" in info(files, "entry_points.txt").splitlines()
    assert info(files, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_an_installed_package_makes_a_wheel_of_the_same_kind(files, monkeypatch):
    monkeypatch.setattr(wheels, "_is_own", lambda _project: False)
    installed = own_wheel()
    assert installed.name == own_wheel().name
    with zipfile.ZipFile(io.BytesIO(installed.content)) as archive:
        assert archive.namelist() == list(files)
        about = archive.read(f"{installed.name.partition('-py3')[0]}.dist-info/METADATA").decode()
    assert "extra ==" not in about
    assert "Requires-Dist: torch>=2.6" in about


def test_a_wheel_of_an_installed_package_holds_no_solution(tmp_path, monkeypatch):
    """An installed package holds the shipped courses, with their references and keys."""
    package = tmp_path / "grader"
    course = "courses/training/exercises/tensors"
    names = ("shipped/__init__.py", "shipped/exercises/exercise-1/reference.py", f"{course}/reference.py")
    for name in ("__init__.py", *names, f"{course}/exercise.yaml"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("size = 3\n")
    monkeypatch.setattr(resources, "files", lambda _name: package)
    with zipfile.ZipFile(io.BytesIO(own_wheel().content)) as archive:
        assert [name for name in archive.namelist() if name.startswith("grader/")] == ["grader/__init__.py"]


def test_equal_graders_make_equal_wheels():
    first = own_wheel()
    wheels._content.cache_clear()
    assert own_wheel() == first


def test_a_grader_that_is_not_installed(monkeypatch):
    def unknown(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(wheels, "_is_own", lambda _project: False)
    monkeypatch.setattr(metadata, "distribution", unknown)
    with pytest.raises(UsageFault, match="Install it with pip"):
        own_wheel()


def test_another_project_around_the_package_is_not_the_graders(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert not wheels._is_own(tmp_path / "pyproject.toml")
    assert not wheels._is_own(Path(tmp_path, "none.toml"))

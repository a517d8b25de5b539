"""What CONTRIBUTING.md says works as it says."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.doctor.attacks import load_attacks, run_attacks
from grader.language.layers import LAYERS
from tests.conftest import ROOT, Run
from tests.reference.tables import table

layers: Any = importlib.import_module("tests.language.test_layers")
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def block(language: str, heading: str, index: int = 0) -> str:
    """Return a block in a section."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found: str = re.findall(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)[index]
    return found


def test_three_commands_lead_from_a_clone_to_a_green_run() -> None:
    section = TEXT.partition("## From clone to a green run")[2]
    commands = re.findall(r"^    (.+)$", section, re.MULTILINE)[:3]
    assert " && ".join(commands) in CI


def test_one_test_takes_seconds_and_is_there() -> None:
    (file,) = re.findall(
        r"^    pytest -q (tests/language/\S+)$", TEXT.partition("Before you commit")[0], re.MULTILINE
    )
    assert (ROOT / file).is_file()


def test_a_layer_is_a_line_and_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    line = ast.literal_eval(block("python", "Add a layer"))
    ((name, parameters),) = line.items()
    assert name not in LAYERS
    monkeypatch.setitem(LAYERS, name, parameters)
    with pytest.raises(AssertionError):
        layers.test_every_layer_has_a_sample()  # what a contributor who forgets it reads
    sample = eval(block("python", "Add a layer", 1), {"SQUARE": layers.SQUARE})
    monkeypatch.setattr(layers, "SAMPLES", [*layers.SAMPLES, sample])
    layers.test_every_layer_has_a_sample()
    layers.test_the_parameters_are_torchs(name)
    layers.test_the_meta_device_agrees_with_the_real_one(*sample)
    assert any(name in row[0] for row in table("layers")({}).rows)


@pytest.fixture
def with_exercise(own: Path) -> Path:
    """Return a course with the exercise of the page."""
    listed = own / "course.yaml"
    text = listed.read_text(encoding="utf-8")
    assert re.search(r"^exercises: \[", text, re.MULTILINE)
    listed.write_text(text.replace("exercises: [", "exercises: [exercise-11, "), encoding="utf-8")
    folder = own / "exercises" / "exercise-11"
    folder.mkdir()
    (folder / "exercise.yaml").write_text(block("yaml", "Add an exercise"), encoding="utf-8")
    return own


def test_an_exercise_is_a_folder_and_a_line(with_exercise: Path, course: Run) -> None:
    ran = course(with_exercise, "check", "exercise-11", "--variants", 5)
    assert (ran.code, ran.out.partition("\n")[0].strip()) == (0, "exercise-11: proved over 6 variants"), (
        ran.out
    )


@pytest.mark.slow
def test_an_attack_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "reading" / "gradebook-file"
    folder.mkdir(parents=True)
    (folder / "submission.py").write_text(block("python", "Add an attack"), encoding="utf-8")
    (result,) = run_attacks(load_attacks(tmp_path), lambda _result: None)
    assert result.gains == ()
    assert result.layers


def hooks() -> list[dict[str, Any]]:
    """Return the hooks that run before a commit."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return [hook for repo in config["repos"] for hook in repo["hooks"] if repo["repo"] == "local"]


def test_hooks_run_the_pinned_linters() -> None:
    called = {hook["entry"].split()[0] for hook in hooks()}
    pinned = {name.partition("==")[0] for name in PROJECT["optional-dependencies"]["dev"] if "==" in name}
    assert called == pinned == {"ruff", "mypy"}
    assert all(hook["language"] == "system" for hook in hooks())


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda file: file.name
)
def test_issue_forms_are_complete(form: Path) -> None:
    data = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert data["name"]
    assert data["description"]
    ids = [item["id"] for item in data["body"] if item["type"] != "markdown"]
    assert len(set(ids)) == len(ids) > 0
    assert all(item["attributes"].get("label") or item["attributes"].get("value") for item in data["body"])


def test_no_contact_and_no_address_is_made_up() -> None:
    assert "urls" not in PROJECT
    assert "authors" not in PROJECT
    texts = [ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *(ROOT / ".github").rglob("*.yml")]
    for file in texts:
        assert not re.search(r"https?://|\S@\S+\.\w", file.read_text(encoding="utf-8")), file


def test_any_torch_from_2_6_on_fits_and_one_is_pinned() -> None:
    (torch,) = [one for one in PROJECT["dependencies"] if one.startswith("torch")]
    assert torch == "torch>=2.6"
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    extras = PROJECT["optional-dependencies"]
    assert [re.split("[>=<]", one)[0] for one in extras["course"]] == ["scipy", "matplotlib"]
    installs = re.findall(r"^.*pip install.*$", CI, re.MULTILINE)
    assert installs and all("-c constraints.txt" in line for line in installs)

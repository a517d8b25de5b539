"""The JSON Schemas: as in the repository, valid, and agreed with by every file that is shipped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]

from grader.course.schema import SCHEMAS, schema_text, write_schemas
from grader.questions.kinds import KINDS

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "course.yaml", *sorted((ROOT / "exercises").glob("*/exercise.yaml"))]
COURSES = sorted((ROOT / "grader/courses").rglob("*.yaml"))
SCAFFOLD = sorted((ROOT / "grader/handout/scaffold").rglob("*.yaml"))


def schema(file: Path) -> Draft202012Validator:
    """Return what decides about a file of this name."""
    return Draft202012Validator(json.loads(schema_text(file.name.replace(".yaml", ".schema.json"))))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_in_the_repository_are_as_the_code_writes_them(tmp_path, name):
    text = (ROOT / "exercises" / name).read_text(encoding="utf-8")
    assert text == schema_text(name), f"exercises/{name} is not as the code writes it. Run: course schema"
    assert (tmp_path / name) in write_schemas(tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8") == text
    Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("file", SHIPPED + COURSES + SCAFFOLD, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_shipped_file_agrees(file):
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert not list(schema(file).iter_errors(data))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_shipped_file_names_its_schema(file):
    header = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text(encoding="utf-8"))
    assert header
    named = file.parent / header[1]
    assert named.resolve() == ROOT / "exercises" / file.name.replace(".yaml", ".schema.json")
    assert named.is_file()


def _break(data: Any, *, at: tuple[str | int, ...], **changes: Any) -> None:
    for key in at:
        data = data[key]
    data.update(changes)


@pytest.mark.parametrize(
    ("at", "changes"),
    [
        ((), {"titel": "x"}),
        ((), {"format": 2}),
        ((), {"questions": []}),
        (("questions", 0), {"kind": "output_size"}),
        (("questions", 0), {"points": 0}),
        (("questions", 0), {"layer": 3}),
        (("questions", 0), {"point": 3}),
        (("params", "M"), {"form": 3}),
    ],
)
def test_a_broken_exercise_does_not(at, changes):
    file = ROOT / "exercises/exercise-3/exercise.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    _break(data, at=at, **changes)
    assert list(schema(file).iter_errors(data))


@pytest.mark.parametrize("changes", [{"exercises": []}, {"seed": 1}, {"limit": {}}, {"exercises": ["a b"]}])
def test_a_broken_course_does_not(changes):
    file = ROOT / "course.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    _break(data, at=(), **changes)
    assert list(schema(file).iter_errors(data))


def test_the_schema_knows_every_kind():
    entries = json.loads(schema_text("exercise.schema.json"))["properties"]["questions"]["items"]["oneOf"]
    mapping = entries[0]["discriminator"]
    assert set(mapping["mapping"]) == set(KINDS)

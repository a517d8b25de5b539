"""The JSON Schemas of course.yaml and exercise.yaml, which editors use to complete and check them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from grader.course.records import Course, Exercise
from grader.files import write_file

SCHEMAS: dict[str, type[BaseModel]] = {"course.schema.json": Course, "exercise.schema.json": Exercise}


@cache
def schema_text(name: str) -> str:
    """Return one schema as JSON, ending in a line feed."""
    model = SCHEMAS[name]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=1) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write both schemas into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in SCHEMAS:
        write_file(folder / name, schema_text(name))
        files.append(folder / name)
    return files

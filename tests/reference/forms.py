"""What a key of YAML or JSON can hold, in words, read from a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_SECTIONS = {  # where the keys of a record are
    "Limits": "[limits](course-yaml.md#limits)",
    "Rules": "[rules](course-yaml.md#rules)",
    "Release": "[release](course-yaml.md#release)",
    "Weighing": "[scores](course-yaml.md#scores)",
    "Category": "[category](course-yaml.md#categories)",
    "CanvasPlace": "[canvas](course-yaml.md#canvas)",
    "SectionDeadlines": "[deadlines](course-yaml.md#deadlines)",
    "Late": "[late](course-yaml.md#late)",
    "Extension": "[extension](course-yaml.md#extensions)",
    "Excused": "[excuse](course-yaml.md#excused)",
    "Illustration": "[figure](exercise-yaml.md#figure)",
    "Range": "[range](exercise-yaml.md#params)",
    "Decimals": "[range](exercise-yaml.md#params)",
    "Grid": "[grid](exercise-yaml.md#params)",
    "Misconception": "[misconception](exercise-yaml.md#misconceptions)",
    "QuestionReport": "[question](report.md#questions)",
    "CheckReport": "[check](report.md#checks)",
    "Sketch": "keys and values",
    "Cause": "[cause](report.md#cause)",
    "Walk": "keys and values",
    "Tracks": "keys and values",
    "Worked": "keys and values",
}
_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "keys and values",
    "null": "nothing",
}
_FORMULA = {"boolean", "integer", "number", "string"}


def form_of(schema: Schema) -> str:
    """Say what a value of this schema is.

    >>> form_of({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 9}})
    'list: whole number, 1 to 9'
    """
    if "$ref" in schema:
        return _SECTIONS.get(schema["$ref"].rpartition("/")[2], "[question](exercise-yaml.md#questions)")
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " or ".join(f"`{value}`" for value in values)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _one_of(schema[key])
    if schema.get("type") == "array" and schema.get("items"):
        return f"list: {form_of(schema['items'])}{_bounds(schema)}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"by name: {form_of(schema['additionalProperties'])}"
    return f"{_PLAIN.get(str(schema.get('type')), 'anything')}{_bounds(schema)}"


def _one_of(schemas: list[Schema]) -> str:
    types = {str(one.get("type")) for one in schemas}
    said = [form_of(one) for one in schemas if one.get("type") != "null"]
    if types >= _FORMULA:
        rest = [form_of(one) for one in schemas if str(one.get("type")) not in {*_FORMULA, "null"}]
        said = ["formula", *rest]
    return " or ".join(dict.fromkeys(said))


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f", above {schema['exclusiveMinimum']:g}" + (
            f" and up to {_number(high)}" if high is not None else ""
        )
    if low is not None and high is not None:
        return f", {_number(low)} to {_number(high)}"
    if low is not None:
        return f", {_number(low)} or more"
    return f", {_number(high)} or less" if high is not None else ""


def _number(value: float) -> str:
    return f"{value:.10g}"


def default_of(name: str, schema: Schema, required: list[str]) -> str:
    """Say what holds where the key is not given."""
    if name in required:
        return "required"
    value = schema.get("default")
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, dict):
        return "see there"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"

"""pydantic's findings, told as faults with a place in the file and something to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.errors import Fault, did_you_mean
from grader.language.document import Document, Path_
from grader.questions import KINDS

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "model_attributes": "keys and values",
}


def validate(model: type[Model], document: Document) -> tuple[Model | None, list[Fault]]:
    """The record in a document, or every fault that pydantic finds in it."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        faults = {str(fault): fault for fault in (_fault(model, document, e) for e in error.errors())}
        return None, list(faults.values())


def _fault(model: type[BaseModel], document: Document, error: ErrorDetails) -> Fault:
    path = _data_path(error["loc"], document.data)
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return document.fault(path, f"'{name}' is missing.", f"Add '{name}: ...'.")
    if kind == "extra_forbidden":
        known = {alias for found in _models_at(model, error["loc"][:-1]) for alias in _aliases(found)}
        return document.fault(path, f"There is no key '{name}' here.", did_you_mean(name, known), key=True)
    if kind == "union_tag_invalid":
        tag = str(context["tag"])
        return document.fault((*path, "kind"), f"There is no kind '{tag}'.", did_you_mean(tag, KINDS))
    if kind == "union_tag_not_found":
        return document.fault(path, "'kind' is missing.", f"Add 'kind: ...', one of: {', '.join(KINDS)}.")
    if kind == "literal_error":
        return document.fault(path, f"It must be {context['expected']}.", "")
    if kind == "value_error":
        return document.fault(path, str(context["error"]).rstrip(".") + ".", "")
    expected = _EXPECTED.get(kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float"))
    if expected:
        return document.fault(path, f"It must be {expected}.", f"It is {error['input']!r:.60}.")
    return document.fault(path, error["msg"].replace("Input should", "It must", 1) + ".", "")


def _data_path(location: tuple[str | int, ...], data: object) -> Path_:
    """The part of pydantic's location that exists in the data: tags of unions are left out."""
    path: list[str | int] = []
    for part in location:
        try:
            data = data[part]  # type: ignore[index]  # anything can stand in a file
        except (TypeError, LookupError):
            continue
        path.append(part)
    return tuple(path)


def _models_at(annotation: Any, location: tuple[str | int, ...]) -> Iterator[type[BaseModel]]:
    """The records that can stand at a location of pydantic's."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not location:
            yield annotation
        for name, field in annotation.model_fields.items():
            if location and location[0] in {name, field.alias}:
                yield from _models_at(field.annotation, location[1:])
    elif get_origin(annotation) is Annotated:
        yield from _models_at(get_args(annotation)[0], location)
    elif get_origin(annotation) in {list, dict}:
        yield from _models_at(get_args(annotation)[-1], location[1:])
    elif get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        tag = location[0] if location else None
        for member in get_args(annotation):
            chosen = KINDS.get(str(tag))
            if chosen in {None, member}:
                yield from _models_at(member, location[1:] if chosen or isinstance(tag, str) else location)
                yield from _models_at(member, location)


def _aliases(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}

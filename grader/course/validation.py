"""pydantic's errors as faults, with a place in the file and a remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.course.material import FILE_NAME
from grader.course.records import (
    EXAMPLE,
    EXERCISE_NAME,
    PACKAGE_NAME,
    REQUIREMENT,
    SET_NAME,
    TEXT,
    Example,
    Passage,
)
from grader.errors import Fault, did_you_mean
from grader.language.document import Document, Path_
from grader.questions.kinds import KINDS

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "model_attributes": "keys and values",
}
_ENDINGS = ("_type", "_parsing", "_parsing_size", "_from_float")
_BOUNDS = {  # the rest of "It must be", by pydantic's names of the error and of the bound
    "greater_than": ("greater than {}", "gt"),
    "greater_than_equal": ("{} or more", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("{} or less", "le"),
}
_LENGTHS = {
    "too_short": ("It must have {} or more entries", "min_length"),
    "too_long": ("It must have {} or fewer entries", "max_length"),
    "string_too_short": ("It must have {} or more characters", "min_length"),
    "string_too_long": ("It must have {} or fewer characters", "max_length"),
}
_TAGGED = {**KINDS, TEXT: Passage, EXAMPLE: Example}
_PATTERNS = {  # what the patterns of the records mean
    PACKAGE_NAME: ("It is not the name of a package.", "Write the name used to import it, such as numpy."),
    EXERCISE_NAME: (
        "It cannot be the name of an exercise.",
        "Use letters, digits, - and _, as in exercise-1.",
    ),
    SET_NAME: (
        "It cannot be the name of a set of groups.",
        "Begin with a letter, then use letters, digits, - and _, as in projects.",
    ),
    FILE_NAME: (
        "It cannot be the name of a file.",
        "Name a file beside this one, with letters, digits, -, _ and dots, as in houses.csv.",
    ),
    REQUIREMENT: (
        "It is not a pip requirement.",
        "Write it like torchgrade==0.1.0 or ./file.whl, without options or quotation marks.",
    ),
}


def validate(model: type[Model], document: Document) -> tuple[Model | None, list[Fault]]:
    """Return the record in a document, or raise every fault that pydantic finds in it."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, list(_faults(model, document, error))


def _faults(model: type[BaseModel], document: Document, error: ValidationError) -> Iterator[Fault]:
    """Yield one fault per place; a value that could have several types is reported once."""
    places: dict[tuple[Path_, bool], list[ErrorDetails]] = {}
    for one in error.errors():
        key = (_data_path(one["loc"], document.data), _expected(one) is not None)
        places.setdefault(key if key[1] else (one["loc"], False), []).append(one)
    for (path, is_kind), found in places.items():
        if is_kind:
            expected = dict.fromkeys(filter(None, map(_expected, found)))
            yield _wrong_kind(document, path, tuple(expected))
        else:
            yield _fault(model, document, found[0])


def _expected(error: ErrorDetails) -> str | None:
    """Return the type of value that belongs there, if the type is wrong."""
    ending = next((ending for ending in _ENDINGS if error["type"].endswith(ending)), "")
    return _EXPECTED.get(error["type"].removesuffix(ending)) if ending else None


def _wrong_kind(document: Document, path: Path_, expected: tuple[str, ...]) -> Fault:
    *others, last = expected
    rule = f"It must be {', '.join(others)} or {last}" if others else f"It must be {last}"
    written, value = document.written.get(path, ""), _value_at(document.data, path)
    if value is None:
        return document.fault(path, f"{rule}, but it is empty.")
    if expected == ("text",) and written:
        return document.fault(path, f"{rule}.", f'Put it in quotes: "{written:.60}".')
    return document.fault(path, f"{rule}, not {value!r:.60}.")


def _fault(model: type[BaseModel], document: Document, error: ErrorDetails) -> Fault:
    path = _data_path(error["loc"], document.data)
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return document.fault(path, f"'{name}' is missing.", f"Add '{name}: ...'.")
    if kind == "extra_forbidden":
        known = {alias for found in _models_at(model, error["loc"][:-1]) for alias in _aliases(found)}
        return document.fault(path, f"There is no key '{name}' here.", did_you_mean(name, known), key=True)
    if kind.startswith("union_tag"):
        is_empty = isinstance(error["input"], dict) and error["input"].get("kind", "") is None
        return _no_kind(document, path, kind, "" if is_empty else str(context.get("tag", "")))
    if kind == "value_error":
        return document.fault(path, *_own_words(str(context["error"])))
    return document.fault(path, *_rule(kind, context, error["input"]))


def _no_kind(document: Document, path: Path_, kind: str, tag: str) -> Fault:
    if kind == "union_tag_invalid" and tag:
        return document.fault((*path, "kind"), f"There is no kind '{tag}'.", did_you_mean(tag, KINDS))
    return document.fault(path, "'kind' is missing.", f"Add 'kind: ...', one of: {', '.join(KINDS)}.")


def _own_words(told: str) -> tuple[str, str]:
    """Split a record's own error into its sentence and its remedy."""
    sentence, _, remedy = told.rstrip(".").partition(". ")
    return f"{sentence}.", _ended(remedy)


def _ended(sentence: str) -> str:
    """End a sentence, unless it is empty or a question."""
    return sentence if sentence.endswith("?") or not sentence else f"{sentence}."


def _rule(kind: str, context: Mapping[str, Any], value: object) -> tuple[str, str]:
    """Return the rule of a record that a value breaks, and the remedy."""
    given = f"{value!r:.60}"
    if kind in _BOUNDS:
        form, bound = _BOUNDS[kind]
        return f"It must be {form.format(f'{context[bound]:.10g}')}, not {given}.", ""
    if kind in _LENGTHS and isinstance(value, Sized):
        form, bound = _LENGTHS[kind]
        return f"{form.format(context[bound])}, not {len(value)}.", ""
    match kind:
        case "literal_error":
            return f"It must be {context['expected']}, not {given}.", ""
        case "finite_number":
            return "It must be a finite number.", "Write it with digits, such as 0.01."
        case "string_pattern_mismatch" if context["pattern"] in _PATTERNS:
            return _PATTERNS[context["pattern"]]
    return f"{given} cannot be used here.", ""


def _value_at(data: Any, path: Path_) -> object:
    for part in path:
        data = data[part]
    value: object = data
    return value


def _data_path(location: tuple[str | int, ...], data: object) -> Path_:
    """Return the part of pydantic's location that exists in the data, without the tags of unions."""
    path: list[str | int] = []
    for part in location:
        try:
            data = data[part]  # type: ignore[index]  # a file can contain anything
        except (TypeError, LookupError):
            continue
        path.append(part)
    return tuple(path)


def _models_at(annotation: Any, location: tuple[str | int, ...]) -> Iterator[type[BaseModel]]:
    """Yield the records that are possible at a pydantic location."""
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
            chosen = _TAGGED.get(str(tag))
            if chosen in {None, get_args(member)[0] if get_origin(member) is Annotated else member}:
                yield from _models_at(member, location[1:] if chosen or isinstance(tag, str) else location)
                yield from _models_at(member, location)


def _aliases(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}

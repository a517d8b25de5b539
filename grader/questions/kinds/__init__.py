"""The kinds of question: one module each, found by its file. `base` says what a module must define."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, TypeAlias, get_args

from grader.questions.base import Question

Kind: TypeAlias = "type[Question[Any, Any, Any]]"


def _kinds_of(module: str) -> Iterator[tuple[str, Kind]]:
    """Yield the kinds that a module defines, each with its name."""
    for one in vars(import_module(module)).values():
        if isinstance(one, type) and issubclass(one, Question) and one.__module__ == module:
            for name in get_args(one.model_fields["kind"].annotation):
                yield name, one


KINDS: dict[str, Kind] = {  # by the names that authors write
    name: kind
    for module in pkgutil.iter_modules(__path__, f"{__name__}.")
    for name, kind in _kinds_of(module.name)
}

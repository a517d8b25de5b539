"""The kinds of question: one module each, which has the name of its kind. `base` says what it must define."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeAlias

from grader.questions.base import Question

Kind: TypeAlias = "type[Question[Any, Any, Any]]"


class _Kinds(Mapping[str, Kind]):
    """The kinds by the names that authors write; each is imported when it is first asked for."""

    def __init__(self) -> None:
        self._found: dict[str, Kind | None] = dict.fromkeys(
            module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)
        )

    def __getitem__(self, name: str) -> Kind:
        kind = self._found[name]
        if kind is None:
            module = f"{__name__}.{name.replace('-', '_')}"
            [kind] = (one for one in vars(import_module(module)).values() if _is_kind_of(module, one))
            self._found[name] = kind
        return kind

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _is_kind_of(module: str, one: object) -> bool:
    return isinstance(one, type) and issubclass(one, Question) and one.__module__ == module


KINDS: Mapping[str, Kind] = _Kinds()

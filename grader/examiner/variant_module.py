"""A module of the author's for one variant after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

MOST_KEPT = 4  # variants whose module is kept: files of one variant come one after another

Load = Callable[[Mapping[str, Any]], ModuleType | None]


@dataclass
class VariantModule:
    """A module that is imported again for each variant if it reads `params`, and otherwise once, at once."""

    load: Load
    reads_params: bool
    _known: dict[str, ModuleType | None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if not self.reads_params:
            self.of({})

    def of(self, params: Mapping[str, Any]) -> ModuleType | None:
        """Return the module for a variant; None if there is no such file.

        Raises:
            CourseFaults: it raises an error when it is imported.

        """
        key = repr(dict(params)) if self.reads_params else ""
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = self.load(params)
        return self._known[key]

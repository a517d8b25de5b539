"""torch, imported when it is first used: a second and more that `--help` and quizzes do not pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
else:
    import importlib

    class _LazyModule:
        """Stands for a module until one of its attributes is asked for."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> object:
            return getattr(importlib.import_module(self._name), attribute)

    torch = _LazyModule("torch")

__all__ = ["torch"]

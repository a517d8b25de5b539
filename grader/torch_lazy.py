"""torch, imported on first use, which saves `--help` and quizzes more than a second.

It gets one thread: with tensors this small, distributing work takes longer than doing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
else:
    import importlib

    class _LazyTorch:
        """A stand-in for torch until one of its attributes is used."""

        _module = None

        def __getattr__(self, attribute: str) -> object:
            if self._module is None:
                self._module = importlib.import_module("torch")
                self._module.set_num_threads(1)
            return getattr(self._module, attribute)

    torch = _LazyTorch()

__all__ = ["torch"]

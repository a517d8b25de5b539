"""torch, imported when it is first used: a second and more that `--help` and quizzes do not pay.

It gets one thread: for tensors as small as these, handing work to others takes longer than doing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
else:
    import importlib

    class _LazyTorch:
        """Stands for torch until one of its attributes is asked for."""

        _module = None

        def __getattr__(self, attribute: str) -> object:
            if self._module is None:
                self._module = importlib.import_module("torch")
                self._module.set_num_threads(1)
            return getattr(self._module, attribute)

    torch = _LazyTorch()

__all__ = ["torch"]

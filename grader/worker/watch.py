"""What student code uses: operators of torch as they run, and names in its source.

Evidence, not a wall: operators are seen however they were reached (`F.conv2d`, `nn.Conv2d`, `torch.ops`), but
only in the thread that was called, and student code could undo the watching.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any


def watched(function: Callable[[], Any], wanted: bool) -> tuple[Any, list[str]]:
    """The value of a call and, if wanted, the torch operators that ran in it, such as `aten::convolution`."""
    if not wanted or "torch" not in sys.modules:
        return function(), []
    watch = _watch_type()()
    with watch:
        value = function()
    return value, sorted({operator._schema.name for operator in watch.seen})  # noqa: SLF001 its public name


@lru_cache
def _watch_type() -> Any:
    """The class of what watches; made once, and only with torch."""
    from torch.utils._python_dispatch import TorchDispatchMode  # noqa: PLC0415

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call,misc,unused-ignore]
        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call,unused-ignore]
            self.seen: set[Any] = set()

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            """No compiler is wanted here: torch would import one, which writes files."""
            return False

        def __torch_dispatch__(self, operator: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.seen.add(operator)
            return operator(*args, **(kwargs or {}))

    return Watch


def names_used(trees: Iterable[tuple[str, ast.Module]], words: Collection[str]) -> list[tuple[str, int, str]]:
    """Where a source reaches for one of these names in something that it imports: cell, line, name."""
    found: list[tuple[str, int, str]] = []
    if not words:
        return found
    for label, tree in trees:
        imported = {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.Attribute) and _root(node) in imported:
                names = [node.attr]
            else:
                continue
            found += [(label, node.lineno, name) for name in names if name in words]
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

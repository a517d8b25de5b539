"""What the fork server imports only on demand, because it takes as long as torch itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from grader.course.file_names import CHECKS_FILE, MISCONCEPTIONS_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE

COMPILER = "torch._dynamo"  # which torch imports for the first of these
_NEEDS_COMPILER = re.compile(
    rb"optim\b|checkpoint|(?<!\bre\.)(?<!\bexec\()\bcompile\b|_dynamo|\bfunc\b|functorch|vmap|\bfx\b|torch\.export"
    rb"|jagged|use_deterministic_algorithms"
)


def preloads(packages: Collection[str], texts: Iterable[bytes]) -> list[str]:
    """Choose by what texts mention: a worker that needs more can still import it, slowly.

    >>> preloads(["torch"], [b"from torch import optim"])
    ['torch', 'torch._dynamo']
    >>> preloads(["torch"], [b"import torch, re; re.compile(x)"])
    []
    >>> preloads(["torch"], [b"import torch; exec(compile('x = 1', 'x.py', 'exec'))"])
    []
    """
    return ["torch", COMPILER] if "torch" in packages and any(map(_needs_compiler, texts)) else []


@lru_cache(64)  # the files of an exercise are read for every submission
def _needs_compiler(text: bytes) -> bool:
    plain = text.replace(b"\0", b"")  # UTF-16
    return b"torch" in plain and _NEEDS_COMPILER.search(plain) is not None


def sources_of(folder: Path | None, helpers: Path | None = None) -> Iterator[bytes]:
    """Yield the contents of the Python files of an exercise that exist, and of its helpers."""
    if folder is None:
        return
    names = (REFERENCE_FILE, CHECKS_FILE, VISIBLE_CHECKS_FILE, MISCONCEPTIONS_FILE)
    for file in (*(folder / name for name in names), *([helpers] if helpers else [])):
        with suppress(OSError):
            yield file.read_bytes()

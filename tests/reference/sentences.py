"""The sentences in the source that tell an author what is wrong in a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.reference.page import ROOT

PLACES = ("course", "language", "questions", "mistakes", "walks")
_CALLS = re.compile(
    r"(Problem|[Ff]ault|ExpressionError|LayerError|TextError|VariantError|TooMuchError|ValueError)$"
)
_NAMES = {"msg", "sentence"}


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is written: a pattern of what people read, and where it is."""

    file: Path
    line: int
    shown: str
    pattern: re.Pattern[str]


def sentences() -> Iterator[Sentence]:
    """Find every sentence that `errors.md` explains."""
    for place in PLACES:
        for file in sorted((ROOT / "grader" / place).rglob("*.py")):
            for node in _texts(ast.parse(file.read_text(encoding="utf-8"))):
                shown, pattern = _read(node)
                if " " in shown:
                    yield Sentence(file.relative_to(ROOT), node.lineno, shown, re.compile(pattern))


def _texts(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            if isinstance(node.targets[0], ast.Name) and node.targets[0].id in _NAMES:
                yield node.value
        elif isinstance(node, ast.Call) and _CALLS.search(ast.unparse(node.func)):
            yield from node.args[_place(ast.unparse(node.func)) :][:1]


def _place(function: str) -> int:
    """Count the arguments before the sentence."""
    name = function.rpartition(".")[2]
    return {"Problem": 1, "fault": 1, "Fault": 4}.get(name, 0) if name != "fault" or "." in function else 0


def _read(node: ast.expr) -> tuple[str, str]:
    """Return the text with … for what is filled in, and a pattern of its first sentence."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    if not isinstance(node, ast.Constant | ast.JoinedStr):
        return "", ""
    shown = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
    first = re.split(r"(?<=[a-z)'])\. ", shown)[0]
    return shown, ".+".join(map(re.escape, first.split("…")))

"""The names at the top level of a Python file, and the names that misconceptions.py must define."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def function_of(question: str, misconception: str) -> str:
    """Return the wrong solution's name in misconceptions.py.

    >>> function_of("convolve", "flipped-kernel")
    'convolve_flipped_kernel'
    """
    return f"{question}_{misconception.replace('-', '_')}"


def forms_of(names: Iterable[str], question: str, misconception: str) -> list[str]:
    """Return the forms of a misconception among the names in misconceptions.py, the plain one first.

    >>> forms_of(["f_short__zeros_left", "f_short", "f_shorter"], "f", "short")
    ['short', 'short__zeros_left']
    """
    first = function_of(question, misconception)
    suffixes = sorted(name.removeprefix(first) for name in names if name.startswith(f"{first}__"))
    return [misconception, *(misconception + suffix for suffix in suffixes)]


def sign_of(question: str, misconception: str) -> str:
    """Return the name in misconceptions.py of the function that detects the misconception in any answer.

    >>> sign_of("conv", "kept-bias")
    'shows_conv_kept_bias'
    """
    return f"shows_{function_of(question, misconception)}"


def defined_names(tree: ast.Module) -> set[str]:
    """Return the names that the top level of a module binds."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                leaf.id for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)
            }
    return names

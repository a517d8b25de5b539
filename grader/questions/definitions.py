"""Names at the top level of a file of Python: which there are, and which misconceptions.py has to have."""

from __future__ import annotations

import ast


def function_of(question: str, misconception: str) -> str:
    """Return the name in misconceptions.py of the wrong solution.

    >>> function_of("convolve", "flipped-kernel")
    'convolve_flipped_kernel'
    """
    return f"{question}_{misconception.replace('-', '_')}"


def defined_names(tree: ast.Module) -> set[str]:
    """Find the names that the top level of a module binds."""
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

"""The files beside an exercise's YAML: which ones checks can read, and which ones students receive."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from grader.course.file_names import (
    CHECKS_FILE,
    EXERCISE_FILE,
    MEASURED_FILE,
    MISCONCEPTIONS_FILE,
    PARAMS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.sources import parsed

_OF_THE_GRADER = {EXERCISE_FILE, MEASURED_FILE}
_SECRET = {REFERENCE_FILE, CHECKS_FILE, MISCONCEPTIONS_FILE, PARAMS_FILE}


def files_beside(folder: Path) -> dict[str, Path]:
    """Return an exercise's files by their names, without the YAML, hidden files and Python's caches."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        is_left = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if not is_left and name.as_posix() not in _OF_THE_GRADER and file.is_file():
            found[name.as_posix()] = file
    return found


def public_files(folder: Path) -> dict[str, Path]:
    """Return the visible checks and the files they name: all that an assessed course hands out.

    A file must be named in full, in one text or in several ("data" / "x.csv"): its neighbour may be secret.
    """
    files, public = files_beside(folder), {}
    new = {VISIBLE_CHECKS_FILE} & files.keys()
    while new:
        public.update({name: files[name] for name in new})
        words = {word for name in new for word in _words(PurePosixPath(name), files[name])}
        rest = files.keys() - public.keys() - _SECRET
        new = {name for name in rest if _is_named(PurePosixPath(name), words)}
    return public


def _is_named(name: PurePosixPath, words: set[str]) -> bool:
    above = [one for one in name.parents if one.parts and str(one) in words]
    return str(name) in words or any(_is_named(name.relative_to(one), words) for one in above)


def _words(name: PurePosixPath, file: Path) -> Iterator[str]:
    """Yield the texts in a module, and the modules that it imports as file names."""
    if name.suffix != ".py":
        return
    for node in ast.walk(parsed(file.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield str(PurePosixPath(node.value))
        elif isinstance(node, ast.Import):
            yield from (word for alias in node.names for word in _files_of(alias.name))
        elif isinstance(node, ast.ImportFrom):
            start = f"{name.parent.as_posix()}/".removeprefix("./") if node.level else ""
            module = f"{node.module}." if node.module else ""
            for one in (module, *(f"{module}{alias.name}" for alias in node.names)):
                yield from (f"{start}{word}" for word in _files_of(one.rstrip(".")))


def _files_of(module: str) -> tuple[str, str]:
    path = module.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def imported_modules(file: Path) -> Iterator[tuple[str, int]]:
    """Yield the first names of the modules that a file imports from elsewhere, with their lines."""
    for node in ast.walk(parsed(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno

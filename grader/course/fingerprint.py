"""Fingerprints of everything but the submission that a question's result depends on, without importing torch.

A question's fingerprint covers its definition without the explanation, the exercise's parameters, limits and
seed, the exercise's files, the versions of everything that computes and, for code, the reference and the
question's own checks.
Checks are compared as syntax trees, so comments and layout do not count.
"""

from __future__ import annotations

import ast
import json
import platform
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from grader.course.beside import files_beside
from grader.course.file_names import (
    CHECKS_FILE,
    HELPERS_FILE,
    MISCONCEPTIONS_FILE,
    PARAMS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.loading import LoadedExercise
from grader.digest import digest_of, own_sources
from grader.files import refusal
from grader.language.draws import DRAWING
from grader.language.expressions import GIVEN

LENGTH = 20  # hexadecimal digits kept of a digest; a collision gains nothing


def fingerprints(exercise: LoadedExercise) -> dict[str, str]:
    """Compute the fingerprint of each question of an exercise.

    Raises:
        UsageFault: a file of the exercise cannot be read.

    """
    record, course = exercise.record, exercise.course
    data: Any = exercise.document.data
    common = {
        "versions": versions(tuple(course.packages)),
        "seed": [course.seed, DRAWING],
        "exercise": [data.get(key) for key in ("params", "where", "variant_0")],
        "limits": exercise.limits.model_dump(mode="json"),
        "measured": exercise.measured if exercise.follows else None,
        "packages": course.packages,
        "name": exercise.name,
    }
    code = [question.id for question in record.questions if question.by_checks]
    files = _files(files_beside(exercise.folder)) if code else {}
    material = exercise.material
    own = (
        {HELPERS_FILE: material.helpers} if material.helpers and (code or material.hands_out_helpers) else {}
    )
    brought = _files({**material.shipped, **material.hidden, **own})
    brought |= _files({PARAMS_FILE: exercise.params_file} if exercise.params_file else {})
    common["files"] = {name: digest_of(content) for name, content in brought.items()}
    prints = {}
    for place, question in record.placed:
        written = data["questions"][place]
        decisive = {key: value for key, value in written.items() if key != "explanation"}
        parts = {**common, "question": decisive}
        if f"{GIVEN}." in json.dumps(decisive):  # what decides the earlier ones also decides this one
            parts["earlier"] = data["questions"][:place]
        if question.by_checks:
            parts["files"] = {name: _content(name, text, question.id, code) for name, text in files.items()}
        prints[question.id] = digest_of(json.dumps(parts, sort_keys=True).encode())[:LENGTH]
    return prints


@lru_cache
def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Python, of this program's sources and of packages."""
    found = {"python": platform.python_version(), "torchgrade": own_sources()}
    for package in ("torch", "numpy", *packages):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "none"
    return found


def _files(found: Mapping[str, Path]) -> dict[str, bytes]:
    """Return the contents of files."""
    files = {}
    for name, file in found.items():
        try:
            files[name] = file.read_bytes()
        except OSError as error:
            raise refusal(file, "read", error) from None
    return files


def _content(name: str, content: bytes, question: str, code: Sequence[str]) -> str:
    """Return the part of a file that matters to one question."""
    if name not in {CHECKS_FILE, VISIBLE_CHECKS_FILE, REFERENCE_FILE, MISCONCEPTIONS_FILE}:
        return digest_of(content)
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return digest_of(content)
    if name in {CHECKS_FILE, VISIBLE_CHECKS_FILE}:
        tree.body = [node for node in tree.body if not _is_check_of_another(node, question, code)]
    return ast.dump(tree)


def _is_check_of_another(node: ast.stmt, question: str, code: Sequence[str]) -> bool:
    """Return whether a statement is a check whose name, without a marker, gives it to another question."""
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return False
    named = [other for other in code if f"{node.name}_".startswith(f"test_{other}_")]
    marked = any("question" in ast.dump(decorator) for decorator in node.decorator_list)
    return bool(named) and not marked and max(named, key=len) != question

"""Imports go one way, there are no cycles, and torch waits until it is used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ORDER = PAGE.partition("## What is there today")[2].split("```")[1].removeprefix("text").split()
ONLY = {  # stricter than the order
    "worker": {"errors", "worker"},
    "notebook": {"canonical", "errors", "notebook"},  # it is imported in a student's kernel
    "cli": {"errors", "files", "service", "render", "cli", "interrupts"},
}
TORCH_IN_FUNCTIONS = {f"grader.worker.{name}" for name in ("verbs", "wire", "warming", "watch")}
LATER = {
    ("grader.spreadsheets", "python_calamine"),  # few tables are sheets
    ("grader.questions.patterns", "re2"),  # few exercises ask for words
    *(("grader.course.drawing", f"grader.worker.{name}") for name in ("ending", "wire", "isolation.ways")),
    ("grader.lms.xlsx", "xlsxwriter"),  # one export of many
    ("grader.handout.stubs", "nbformat"),  # with Jupyter installed beside it, it takes as long as torch
    ("grader.gradebook.database", "grader.gradebook.migrating"),  # alembic, for older gradebooks only
    ("grader.service.pushing", "grader.lms.canvas_rest.remote_course"),  # canvasapi, an extra
    ("grader.service.proposing", "grader.clusters.finding"),  # numpy, for one command
    ("grader.service.service", "grader.proof.proving"),  # pytest, for what proves exercises only
    (
        "grader.classroom.class_grader",
        "grader.engine.cluster.run",
    ),  # an extra that not everybody has installed
}
# By design. `wording`: what students read, by package; `text`: a kind of question, and figures drawn as text.
SAME_FILE_NAMES = {"__init__", "base", "text", "wording"}
FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in (ROOT / "grader").rglob("*.py")
    if not {"scaffold", "courses"} & {*file.parts}
}


def package(module: str) -> str:
    """Return the second part of a module's name: grader.worker.wire is of worker."""
    return module.split(".")[1]


def is_type_checking(node: ast.AST) -> bool:
    """Return whether this is an `if TYPE_CHECKING`, whose body never runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST, *, running: bool = False, top: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield what is imported, and whether at the top level; `running`: without what only mypy reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in FILES else str(node.module), top
        elif running and isinstance(node, ast.If) and is_type_checking(node):
            yield from imports(ast.Module(node.orelse, []), running=True, top=top)
        elif not isinstance(node, ast.expr):  # no expression holds an import
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from imports(node, running=running, top=top and not inside)


@cache
def parsed(module: str) -> ast.Module:
    """Return the tree of one module, parsed once for all tests."""
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


@cache
def of(module: str, *, running: bool = False) -> tuple[tuple[str, bool], ...]:
    """Return the imports of one module."""
    return tuple(imports(parsed(module), running=running))


def test_every_package_has_its_place():
    assert {package(module) for module in FILES if module != "grader"} == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_imports_go_one_way(name):
    allowed = ONLY.get(name, set(ORDER[: ORDER.index(name) + 1]))
    wrong = [
        f"{module} imports {imported}"
        for module in FILES
        if module != "grader" and package(module) == name
        for imported, _ in of(module)
        if imported.startswith("grader.") and not {package(imported), imported.split(".")[-1]} & allowed
    ]
    assert not wrong


def test_there_are_no_cycles():
    graph = {
        module: {name for name, _ in of(module, running=True) if name in FILES and name != module}
        for module in FILES
    }
    list(TopologicalSorter(graph).static_order())  # raises CycleError


def twice(names: Iterable[str]) -> set[str]:
    """Return the names that are there more than once."""
    return {name for name, count in Counter(names).items() if count > 1}


def class_names(module: str) -> set[str]:
    """Return the classes and the type aliases of a module: names in CamelCase at its top level."""
    body = parsed(module).body
    names = {node.name for node in body if isinstance(node, ast.ClassDef)}
    assigned = [node.targets[0] for node in body if isinstance(node, ast.Assign)]
    names |= {
        node.id for node in assigned if isinstance(node, ast.Name) and re.match("[A-Z].*[a-z]", node.id)
    }
    return {name for name in names if not name.startswith("_")}


def test_a_class_name_has_one_meaning():
    assert twice(name for module in FILES for name in class_names(module)) == set()


def test_a_file_name_is_there_once():
    assert twice(file.stem for file in FILES.values()) <= SAME_FILE_NAMES


def test_nothing_is_imported_inside_a_function_but_torch_and_extras():
    inner = {(module, name) for module in FILES for name, top in of(module, running=True) if not top}
    others = {(module, name) for module, name in inner - LATER if name.partition(".")[0] != "torch"}
    assert not others
    assert {module for module, _ in inner - LATER} <= TORCH_IN_FUNCTIONS


def test_what_is_slow_waits_until_it_is_used():
    eager = [
        module
        for module in FILES
        for name, top in of(module, running=True)
        if top and name.partition(".")[0] in {"torch", "scipy", "matplotlib", "nbformat"}
    ]
    assert not eager


def test_a_command_that_runs_no_checks_does_not_wait_for_pytest():
    program = "import sys, grader.service.service, grader.render.terminal; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_torch_is_not_there_after_all_imports():
    names = [module for module in FILES if not module.startswith("grader.worker.server")]
    load = f"import sys, importlib; [importlib.import_module(name) for name in {names!r}]"
    program = f"{load}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

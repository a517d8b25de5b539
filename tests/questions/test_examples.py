"""The examples in docstrings, of the whole package, are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import grader

SERVER = "grader.worker.server"  # a program, not a library
MODULES = [
    module.name for module in pkgutil.walk_packages(grader.__path__, "grader.") if module.name != SERVER
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    if ">>>" in Path(str(module.__file__)).read_text(encoding="utf-8"):  # it costs much to look for none
        assert doctest.testmod(module).failed == 0


def test_there_are_examples():
    modules = map(importlib.import_module, MODULES)
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) >= 8

"""Checks for which pytest has nothing to set up: they use only the grader's own fixtures and their own cases.

pytest takes a third of a millisecond for the set-up, the call and the tear-down of a check, often more than
the check. For a plain check only its call is left.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from inspect import isgeneratorfunction
from types import ModuleType
from typing import Any

import pytest

_FIXTURE = type(pytest.fixture(lambda: None))  # whatever this version of pytest makes of a fixture
_HOOKS = ("pytest_plugins", "pytest_generate_tests", "__dir__", "__getattr__")  # of a module, asked by pytest
_CURRENT = "PYTEST_CURRENT_TEST"  # libraries look for it to see whether they are being tested


def cases_if_plain(item: pytest.Item, own: frozenset[str]) -> Mapping[str, Any] | None:
    """Return the cases of a plain check, its arguments by name; None if the check is not plain.

    `own` are the fixtures of the grader, which a module must not replace. A fixture of the module's own, even
    one that pytest makes of `setup_function`, needs pytest, and so does the set-up of a package.
    """
    if type(item) is not pytest.Function or type(item.parent) is not pytest.Module:
        return None
    if item.getparent(pytest.Package) is not None or _extends_pytest(item.parent.obj):
        return None
    marks = list(item.iter_markers("parametrize"))
    if any(mark.kwargs.get("indirect") or len(mark.args) > 2 for mark in marks):
        return None
    cases: Mapping[str, Any] = item.callspec.params if marks else {}
    if not set(item.fixturenames) <= own | cases.keys() or own & cases.keys():
        return None
    return None if isgeneratorfunction(item.obj) else cases


def _extends_pytest(module: ModuleType) -> bool:
    """Return whether a module has fixtures or hooks. Its other objects are not asked what they are."""
    names = vars(module)
    is_extended = type(module) is not ModuleType or any(hook in names for hook in _HOOKS)
    return is_extended or any(type(value) is _FIXTURE for value in names.values())


def call_plainly(item: pytest.Item, arguments: Mapping[str, Any]) -> None:
    """Call a plain check as pytest would, with what its fixtures would return."""
    assert isinstance(item, pytest.Function)  # noqa: S101 for mypy: cases_if_plain has looked
    python: Any = item.config.pluginmanager.get_plugin("python")
    item.funcargs = dict(arguments)
    os.environ[_CURRENT] = f"{item.nodeid} (call)".replace("\0", "(null)")
    try:
        python.pytest_pyfunc_call(item)  # not as a hook, which takes a tenth of a short check
    finally:
        os.environ.pop(_CURRENT, None)
        item.funcargs = {}

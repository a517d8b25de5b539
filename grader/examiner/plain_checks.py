"""Checks for which pytest has nothing to set up: they use only the grader's own fixtures and their own cases.

pytest takes a third of a millisecond for the set-up, the call and the tear-down of a check, often more than
the check. For a plain check only its call is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isgeneratorfunction
from types import ModuleType
from typing import Any

import pytest

_FIXTURE = type(pytest.fixture(lambda: None))  # whatever this version of pytest makes of a fixture


def cases_if_plain(item: pytest.Item, own: frozenset[str]) -> Mapping[str, Any] | None:
    """Return the cases of a plain check, its arguments by name; None if the check is not plain.

    `own` are the fixtures of the grader, which a module must not replace. A fixture of the module's own, even
    one that pytest makes of `setup_function`, needs pytest.
    """
    if type(item) is not pytest.Function or type(item.parent) is not pytest.Module:
        return None
    marks = list(item.iter_markers("parametrize"))
    if any(mark.kwargs.get("indirect") or len(mark.args) > 2 for mark in marks):
        return None
    cases: Mapping[str, Any] = item.callspec.params if marks else {}
    if not set(item.fixturenames) <= own | cases.keys() or own & cases.keys():
        return None
    return None if isgeneratorfunction(item.obj) or _makes_fixtures(item.parent.obj) else cases


def _makes_fixtures(module: ModuleType) -> bool:
    names = vars(module)
    return "pytest_plugins" in names or any(isinstance(value, _FIXTURE) for value in names.values())


def call_plainly(item: pytest.Item, arguments: Mapping[str, Any]) -> None:
    """Call a plain check as pytest would, with what its fixtures would return."""
    assert isinstance(item, pytest.Function)  # noqa: S101 for mypy: cases_if_plain has looked
    item.funcargs = dict(arguments)
    try:
        item.ihook.pytest_pyfunc_call(pyfuncitem=item)
    finally:
        item.funcargs = {}

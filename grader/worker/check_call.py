"""`from grader import check` in a file that is being graded, where nothing is left to check."""

from __future__ import annotations

import types

CHECKER = "grader"  # the package that has `check`
IDLE = "check() does nothing while a file is graded, and costs no points; it is for notebooks"


def check(*_questions: object, **_options: object) -> None:
    """Do nothing."""


def checker() -> types.ModuleType:
    """Return what a graded file gets in place of the grader."""
    module = types.ModuleType(CHECKER, "A stand-in, because this file is being graded.")
    module.__dict__.update(check=check, __all__=["check"])
    return module

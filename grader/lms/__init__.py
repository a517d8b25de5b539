"""The learning management systems: one module each, with an object `LMS`; see docs/add-an-lms.md."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from grader.lms.base import Lms


def _found() -> Iterator[Lms]:
    for module in iter_modules(__path__):
        lms = getattr(import_module(f"{__name__}.{module.name}"), "LMS", None)
        if isinstance(lms, Lms):
            yield lms


LMSS = tuple(sorted(_found(), key=lambda lms: (not lms.columns, lms.name)))  # plain tables last
EXPORTS = tuple(lms for lms in LMSS if lms.summary)  # those that import scores
TAKING_BACK = tuple(lms for lms in LMSS if lms.takes_back)  # those that import files of feedback
BY_NAME = {lms.name: lms for lms in LMSS}
ID_COLUMNS = tuple(dict.fromkeys(column for lms in LMSS for column in lms.id_columns))  # in a roster

__all__ = ["BY_NAME", "EXPORTS", "ID_COLUMNS", "LMSS", "TAKING_BACK"]

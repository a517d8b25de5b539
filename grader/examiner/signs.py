"""Signs of misconceptions: functions of misconceptions.py that look at anyone's answer.

An answer that holds random numbers, such as the weight of a new module, agrees with no example. So an author
writes a function that tests for what all such answers share: `def shows_conv_kept_bias(student)` returns
whether `conv` has its first bias. It runs like a check, after all checks, with what the student's file
defines.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course.file_names import MISCONCEPTIONS_FILE
from grader.course.mistaken import names_of_wrong_solutions
from grader.course.sitting import Sitting
from grader.course.variant_source import folder_reads_params
from grader.errors import CourseFaults, WorkerFault
from grader.examiner.aside import aside
from grader.examiner.check_result import CheckResult
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import load_reference
from grader.examiner.patience import CHECK_SECONDS, own_time_bounded
from grader.examiner.remote import Student
from grader.examiner.session import Session
from grader.examiner.variant_module import VariantModule
from grader.questions.definitions import sign_of
from grader.questions.posed import Wrong

_LOST = {"timeout", "memory", "crashed"}  # with these outcomes the submission is not asked again


def shown(
    suite: CheckSuite, sitting: Sitting, question: str, session: Session, results: Sequence[CheckResult]
) -> list[Wrong]:
    """Return the misconceptions whose sign, a function of the author's, appears in a wrong answer."""
    outcomes = {result.outcome for result in results}
    if sitting.keys is None or outcomes <= {"passed", "skipped"} or outcomes & _LOST:
        return []
    wrongs = sitting.keys[question].wrong
    signs = {wrong.name: _sign(suite, sitting, sign_of(question, wrong.name)) for wrong in wrongs}
    with suite.around_in(sitting.folder or Path()).entered():
        return [wrong for wrong in wrongs if _is_seen(signs[wrong.name], sitting, session)]


def _sign(suite: CheckSuite, sitting: Sitting, name: str) -> Callable[..., Any] | None:
    if sitting.folder is None or name not in names_of_wrong_solutions(sitting.folder):
        return None
    sign = getattr(_module(suite, sitting), name, None)
    return sign if callable(sign) else None


def _module(suite: CheckSuite, sitting: Sitting) -> ModuleType | None:
    """Import misconceptions.py, once if neither it nor the reference reads `params`."""
    exercise, folder = sitting.paper.exercise, sitting.folder
    if folder is None:
        return None
    if exercise not in suite.signs:
        load = partial(_imported, suite, exercise, folder)
        suite.signs[exercise] = VariantModule(load, folder_reads_params(folder))
    return suite.signs[exercise].of(sitting.params)


def _imported(suite: CheckSuite, exercise: str, folder: Path, params: Mapping[str, Any]) -> ModuleType | None:
    """Import misconceptions.py, which may import the reference."""
    before = sys.modules.get("reference")
    sys.modules["reference"] = suite.reference(exercise, params) or ModuleType("reference")
    try:
        return load_reference(folder / MISCONCEPTIONS_FILE, suite.note, suite.around_in(folder), params)
    except CourseFaults:  # `course check` says so
        return None
    finally:
        _put_back("reference", before)


def _put_back(name: str, module: ModuleType | None) -> None:
    if module is None:
        del sys.modules[name]
    else:
        sys.modules[name] = module


def _is_seen(sign: Callable[..., Any] | None, sitting: Sitting, session: Session) -> bool:
    """Return whether the function sees it; if it raises, for whatever reason, it does not."""
    if sign is None:
        return False
    given = {"student": Student(session), "params": sitting.params}
    session.begin()
    try:
        with aside(), own_time_bounded(session.waiting, CHECK_SECONDS):
            return bool(sign(**{name: given[name] for name in inspect.signature(sign).parameters}))
    except WorkerFault:
        raise
    except (Exception, SystemExit):
        return False
    finally:
        session.rest()

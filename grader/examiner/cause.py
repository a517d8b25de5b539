"""Why a check did not pass, for the instructor only. A student reads the check's message."""

from __future__ import annotations

import traceback
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from grader.examiner.check_result import MAX_SHOWN, CheckResult
from grader.examiner.report import Cause
from grader.examiner.trouble import CheckFault, StudentError
from grader.examiner.wording import explain


def cause_of(result: CheckResult, name: str, seconds: float) -> Cause | None:
    """Return what the check raised and where, or None if it passed or raised nothing."""
    error = result.error
    if error is None or result.outcome in {"passed", "skipped"}:
        return None
    trouble = error.trouble if isinstance(error, StudentError) else None
    folder = result.check.item.path.parent
    place = place_in(folder, error)
    return Cause(
        text=raised_text(error) if trouble is None else explain(replace(trouble, line=None), name, seconds),
        file=place[0].relative_to(folder).as_posix() if place else None,
        line=place[1] if place else None,
        cell=trouble.cell if trouble else None,
        submission_line=trouble.line if trouble else None,
    )


def raised_text(error: BaseException) -> str:
    """Return the class of an error and the first line of its message.

    >>> raised_text(ValueError("no"))
    'ValueError: no'
    """
    told = told_by(error)
    if isinstance(error, CheckFault):
        return told
    return f"{type(error).__name__}{f': {told}' if told else ''}"


def told_by(error: BaseException | None) -> str:
    """Return the first line of an error's message, or '' if it cannot say it.

    >>> told_by(ValueError("no"))
    'no'
    """
    try:
        return str(error).strip().partition("\n")[0][:MAX_SHOWN]
    except Exception:  # its class is the author's
        return ""


def place_in(folder: Path, error: BaseException) -> tuple[Path, int] | None:
    """Return the innermost line of an exercise's own files that an error came through."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        part = _part_of(folder, frame.f_code.co_filename)
        if part is not None:
            found = folder / part, line
    return found


@lru_cache(1024)  # every failing check passes through the same files of pytest
def _part_of(folder: Path, file: str) -> Path | None:
    """Return a file's path within a folder, or None if it is elsewhere."""
    own, resolved = folder.resolve(), Path(file).resolve()
    return resolved.relative_to(own) if resolved.is_relative_to(own) and resolved.is_file() else None

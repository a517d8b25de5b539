"""Faults of a course whose code did not finish."""

from __future__ import annotations

import contextlib
import re
import signal

from grader.errors import CourseFaults, Fault
from grader.examiner.deed import Deed


def out_of_memory(deed: Deed) -> CourseFaults:
    """Return the fault of code that needed more memory than there is."""
    sentence = f"{deed.what} ran out of memory."
    return CourseFaults([Fault(deed.file, deed.line, None, "", sentence, "Find out what needs it.")])


def ended(deed: Deed, traces: str, code: int | None = None) -> CourseFaults:
    """Return the fault of a process that ended before it was done."""
    if traces.startswith("Timeout"):
        told = f"did not finish within {deed.seconds:g} seconds."
        remedy = "Look for an endless loop, or for something that it waits for."
    elif code is not None and code < 0:
        told = f"ended the process by {_signal_name(-code)}."
        remedy = "Look for what kills it; it may have run out of memory."
    else:
        told = f"ended the process with exit code {code}."
        remedy = "Look for os._exit, and for libraries that call it."
    places = re.findall(rf'File "{re.escape(str(deed.file))}", line (\d+)', traces)
    line = int(places[0]) if places else deed.line
    return CourseFaults([Fault(deed.file, line, None, "", f"{deed.what} {told}", remedy)])


def _signal_name(number: int) -> str:
    """Return the name of a signal; real-time signals have none."""
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"

"""The process that grades for a notebook's kernel. It is not for people: `check` starts it.

Run as `python -P -m grader.cli.notebook_helper`. A line of JSON on standard input is a NotebookSource; the
answer is a line on standard output. It ends when standard input is closed, even if it is grading.
"""

from __future__ import annotations

import _thread
import atexit
import gc
import json
import os
import queue
import sys
import threading
from typing import Any, BinaryIO

from pydantic import ValidationError

from grader.cli.entry import ending
from grader.errors import UsageFault
from grader.render.cell_output import cell_html, cell_text, sentence_html
from grader.service.checking import Checked, Checking, NotebookSource
from grader.worker import interrupts

MAX_LINE = 64 << 20  # bytes
TOO_LONG = "The notebook holds more than {mib} MiB of text. Keep data out of it."
UNREADABLE = "The notebook was not sent correctly. Restart the kernel and try again."
_MISSING = {"unanswered", "error", "timeout", "memory", "crashed"}

Lines = queue.SimpleQueue[bytes | None]


def main() -> None:
    """Grade what comes, until standard input is closed."""
    interrupts.leave_at_once()
    atexit.register(gc.freeze)  # as in `begin`
    answers = _take_over_output()
    interrupts.raise_from_now()
    lines: Lines = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, lines), daemon=True).start()
    try:
        with Checking() as checking:
            while (line := lines.get()) is not None:
                answers.write(json.dumps(answer(checking, line)).encode() + b"\n")
                answers.flush()
            interrupts.ignore()
    except (KeyboardInterrupt, OSError):  # the kernel is gone, or waits no longer
        interrupts.ignore()


def _take_over_output() -> BinaryIO:
    """Return standard output for answers only; what is printed by accident goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _read(source: BinaryIO, lines: Lines) -> None:
    """Pass lines on; at the end interrupt whatever runs."""
    while line := source.readline(MAX_LINE + 1):
        lines.put(line)
    lines.put(None)
    _thread.interrupt_main()


def answer(checking: Checking, line: bytes) -> dict[str, Any]:
    """Return the answer to a line: a verdict, or one sentence. No error ends this process."""
    try:
        checked = checking.check(_source(line))
        return {"text": cell_text(checked), "html": cell_html(checked), "questions": _questions(checked)}
    except Exception as error:
        sentence, _ = ending(error)
        return {"text": sentence, "html": sentence_html(sentence), "questions": []}


def _source(line: bytes) -> NotebookSource:
    if len(line) > MAX_LINE:
        raise UsageFault(TOO_LONG.format(mib=MAX_LINE >> 20))
    try:
        return NotebookSource.model_validate_json(line)
    except ValidationError:
        raise UsageFault(UNREADABLE) from None


def _questions(checked: Checked) -> list[dict[str, Any]]:
    """Return what the kernel needs to find names whose values are not the clean ones."""
    return [
        {
            "question": one.id,
            "value": checked.answers.get(one.id),
            "is_code": checked.is_code(one.id),
            "is_missing": one.outcome in _MISSING and one.id not in checked.answers,
        }
        for one in checked.report.questions
    ]


if __name__ == "__main__":
    main()

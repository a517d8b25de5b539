"""Which layer stopped an attack, judged by the kernel's answers and by how its questions ended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.examiner.report import Report

# The kernel's answers when a layer refuses: seccomp's own errors, Landlock's, those of limits.
_REFUSALS = {
    "seccomp": r"Operation not permitted|Errno 1\]|Function not implemented|Errno 38\]",
    "landlock": r"Permission denied|Errno 13\]|PermissionError",
    "rlimits": r"Cannot allocate memory|Errno 12\]|not enough memory|MemoryError|Too many open files"
    r"|File too large|Resource temporarily unavailable|can't start new thread",
}
_LAYERS = {
    "timeout": "deadline",
    "memory": "rlimits",
    "failed": "comparison",
    "skipped": "comparison",
}


def layers_of(reports: Sequence[Report], refused: Sequence[str], evidence: str) -> Iterator[str]:
    """Yield the layers that stopped an attack; `evidence` is what it says about itself."""
    if refused:
        yield "reader"
    questions = [question for report in reports for question in report.questions]
    texts = " ".join((evidence, *(note for report in reports for note in report.notes)))
    yield from (layer for layer, pattern in _REFUSALS.items() if re.search(pattern, texts))
    messages = " ".join(question.message for question in questions)
    outcomes = {question.outcome for question in questions if question.id != "evidence"}
    found = {_LAYERS[outcome] for outcome in outcomes if outcome in _LAYERS}
    if "that the grader could not read" in messages or "too large for the grader to read" in messages:
        found.add("wire")
    if "crashed" in outcomes:
        found.add("process")
    yield from sorted(found)
    if not (found or refused or "error" not in outcomes):
        yield "report"

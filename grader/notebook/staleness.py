"""Why a name has another value in this session than in a clean run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from grader.canonical import canonical
from grader.errors import printable
from grader.notebook.names import names_in
from grader.notebook.overlay import Laid
from grader.notebook.runs import CellRun

MAX_STEPS = 50  # from a name to the names that it was made of
MAX_SHOWN = 60  # characters of a value, or of a line

DELETED = "its cell, which began with `{line}`, is no longer in the notebook"
CHANGED = "its cell has changed since it ran with `{line}`"
MADE_OF = "it was made with {name}: {why}"
EARLIER = "this is an earlier value, because cells ran in another order or more than once"
DIFFERS = "In this session {name} is {live}, but in a clean run it is {clean}: {why}. {remedy}"
MISSING = "In this session {name} has a value, but in a clean run it has none: {why}. {remedy}"
OTHER_CODE = "In this session {name} is not what was graded: {why}. {remedy}"
WRITE_AGAIN = "Write it again, or restart the kernel and run all cells."
RUN_AGAIN = "Run the cell again."
RANDOM = "every run gives another value"
SEED = "Set a seed first, for example with torch.manual_seed(0)."
RESTART = "Restart the kernel and run all cells to see what a clean run sees."


@dataclass(frozen=True)
class Clean:
    """The result of a question in a clean run; `value` is the text of a plain answer."""

    question: str
    value: str | None
    is_code: bool
    is_missing: bool


class Staleness:
    """The names of a session, beside the cells that count and what was run."""

    def __init__(self, names: Mapping[str, Any], laid: Laid, runs: Sequence[CellRun]) -> None:
        self._names, self._laid, self._runs = names, laid, runs
        self._sources = laid.sources

    def why(self, clean: Clean) -> str:
        """Return a sentence if the live value of an answer differs from the clean one, or else ""."""
        name = clean.question
        live = self._names.get(name, ...)
        if live is ...:
            return ""
        if clean.is_missing or clean.is_code:
            why, remedy = self._cause(name)
            is_known = why not in ({RANDOM} if clean.is_missing else {RANDOM, EARLIER})
            form = MISSING if clean.is_missing else OTHER_CODE
            return form.format(name=name, why=why, remedy=remedy) if is_known else ""
        text = canonical(live)
        if clean.value is None or text is None or text == clean.value:
            return ""
        why, remedy = self._cause(name)
        shown = {"live": _short(text), "clean": _short(clean.value)}
        return DIFFERS.format(name=name, why=why, remedy=remedy, **shown)

    def _cause(self, name: str) -> tuple[str, str]:
        """Return why a name's value is not the clean one, and what to do."""
        open_, seen = [(name, len(self._runs))], {name}
        for _ in range(MAX_STEPS):
            if not open_:
                break
            one, end = open_.pop(0)
            index = self._giving(one, end)
            if index is None:
                continue
            run = self._runs[index]
            cause = self._of_run(run)
            if cause:
                why, remedy = cause
                return (why if one == name else MADE_OF.format(name=one, why=why)), remedy
            read = sorted(names_in(run.source).read - seen)
            seen.update(read)
            open_ += [(other, index) for other in read]
        return (RANDOM, SEED) if self._is_in_order() else (EARLIER, RESTART)

    def _is_in_order(self) -> bool:
        """Return whether every cell that gives a name a value ran once, and in the order of the notebook."""
        order = {id(cell): index for index, cell in enumerate(self._laid.cells)}
        ran = [run for run in self._runs if names_in(run.source).given]
        places = [order.get(id(self._laid.places.get(run.key)), -1) for run in ran]
        return all(one < other for one, other in pairwise(places))

    def _giving(self, name: str, end: int) -> int | None:
        """Return the last run before `end` that gives a name a value."""
        found = (index for index in reversed(range(end)) if name in names_in(self._runs[index].source).given)
        return next(found, None)

    def _of_run(self, run: CellRun) -> tuple[str, str] | None:
        """Return what happened to the cell of a run since, or None if it counts as it ran."""
        if run.source in self._sources:
            return None
        line = _short(next(filter(str.strip, run.source.splitlines()), ""))
        if run.key in self._laid.places:
            return CHANGED.format(line=line), RUN_AGAIN
        return DELETED.format(line=line), WRITE_AGAIN


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."

"""What a session has run: every run of a cell, in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_RUNS = 5000  # that are remembered
MAX_SOURCE = 1_000_000  # characters of a cell
_VS_CODE = "vscode-notebook-cell:"  # its ids are not those in the file


@dataclass(frozen=True)
class CellRun:
    """One run of a cell. All runs of a cell have the same `key`, if the program that shows it tells ids."""

    key: str
    source: str
    time: float
    has_id: bool = False  # the key is the id in the notebook's file
    is_early: bool = False  # it ran before `grader` was imported, so its time is not known
    number: int | None = None  # that the notebook shows beside the cell


class SessionRuns:
    """The runs of a session. IPython tells about each before it begins."""

    def __init__(self, shell: Any, before: Callable[[str], None]) -> None:
        self._shell, self._before = shell, before
        self._runs: deque[CellRun] = deque(maxlen=MAX_RUNS)
        self._count = 0
        for number, (source, key) in enumerate(_early(shell), 1):
            self._add(source, key, number, is_early=True)
        shell.events.register("pre_run_cell", self._note)

    @property
    def all(self) -> tuple[CellRun, ...]:
        """The runs, oldest first."""
        return tuple(self._runs)

    def _note(self, info: Any) -> None:
        """Note a run that begins; programs also run code of their own, which is silent."""
        if info.silent or not info.store_history:
            return
        self._add(
            info.raw_cell, getattr(info, "cell_id", None), getattr(self._shell, "execution_count", None)
        )
        self._before(info.raw_cell)

    def _add(self, source: str, key: str | None, number: int | None, *, is_early: bool = False) -> None:
        self._count += 1
        has_id = key is not None and not key.startswith(_VS_CODE)
        own = key or f"run {self._count}"
        self._runs.append(CellRun(own, source[:MAX_SOURCE], time.time(), has_id, is_early, number))


def _early(shell: Any) -> Iterable[tuple[str, str | None]]:
    """Yield what ran before now, the cell that runs now included; only the id of that one is known."""
    sources = [str(one) for one in islice(getattr(shell.history_manager, "input_hist_raw", ()), 1, None)]
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    key = parent.get("metadata", {}).get("cellId") if isinstance(parent, dict) else None
    yield from ((source, None) for source in sources[:-1])
    yield from ((source, key) for source in sources[-1:])


def last_runs(runs: Iterable[CellRun]) -> dict[str, CellRun]:
    """Return the last run of every cell, in the order of the first ones."""
    last: dict[str, CellRun] = {}
    for run in runs:
        last[run.key] = run
    return last

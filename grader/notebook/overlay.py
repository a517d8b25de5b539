"""The source that counts: the cells of the notebook's file, updated with what this session ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.notebook.names import names_in
from grader.notebook.notebook_file import FileCell, Notebook
from grader.notebook.runs import CellRun, last_runs


@dataclass
class Laid:
    """The cells that count, in order, and the place of each cell that was run and is among them."""

    cells: list[FileCell]
    places: dict[str, FileCell] = field(default_factory=dict)  # by the key of a run
    is_ahead: bool = False  # a cell that gave names values is not in the file as it ran

    @property
    def sources(self) -> frozenset[str]:
        """The code."""
        return frozenset(cell.source for cell in self.cells if cell.cell_type == "code")


def laid_over(notebook: Notebook | None, runs: Sequence[CellRun]) -> Laid:
    """Return what counts.

    A run that is newer than the file replaces its cell, or is a new cell, placed after the one that ran
    before it. Where the file is newer, it holds what its author wrote since. Without a file, the last run of
    every cell counts, in the order of the first ones.
    """
    if notebook is None or notebook.cells is None:
        last = last_runs(runs)
        cells = {key: _of_run(key, run) for key, run in last.items()}
        return Laid(list(cells.values()), cells)
    return _over_file(notebook.cells, notebook.saved, runs)


def _over_file(cells: Sequence[FileCell], saved: float, runs: Sequence[CellRun]) -> Laid:
    laid, places = list(cells), _Places(cells, runs).found
    last = last_runs(runs)
    newer = {key: run for key, run in last.items() if run.time > saved}
    for key, run in sorted(newer.items(), key=lambda pair: pair[1].time):
        if key in places:
            index = places[key]
            laid[index] = replace(laid[index], source=run.source, number=run.number)
    found = {key: laid[index] for key, index in places.items()}
    pairs = [(one.source, own.source) for one, own in zip(laid, cells, strict=True)]
    is_ahead = any(names_in(one).given for one, own in pairs if one != own)
    before = None
    for key, run in last.items():
        if key not in found and key in newer and not run.is_early:
            found[key] = _of_run(key, run)
            laid.insert(_after(laid, found.get(before or "")), found[key])
            is_ahead |= bool(names_in(run.source).given)
        before = key if key in found else before
    return Laid(laid, found, is_ahead)


def _of_run(key: str, run: CellRun) -> FileCell:
    return FileCell("code", run.source, key, run.number)


def _after(cells: Sequence[FileCell], before: FileCell | None) -> int:
    """Return the index behind a cell, or the end."""
    return next((i for i, cell in enumerate(cells, 1) if cell is before), len(cells))


class _Places:
    """The cells of a file, found by what ran: by their ids, if they are the ids that the session knows.

    Otherwise a cell is found by the same source, or by the same names that it gives, if only one does.
    """

    def __init__(self, cells: Sequence[FileCell], runs: Sequence[CellRun]) -> None:
        code = [(index, cell) for index, cell in enumerate(cells) if cell.cell_type == "code"]
        self._by_id = {cell.id: index for index, cell in code if cell.id}
        self._has_ids = any(run.has_id and run.key in self._by_id for run in runs)
        self._by_source = {cell.source: index for index, cell in reversed(code)}
        self._by_names: dict[frozenset[str], int | None] = {}
        for index, cell in code:
            given = names_in(cell.source).given
            self._by_names[given] = None if given in self._by_names else index
        found = ((run.key, self._of_run(run)) for run in runs)
        self.found = {key: index for key, index in found if index is not None}

    def _of_run(self, run: CellRun) -> int | None:
        """Return the index of the cell that ran."""
        if run.has_id and self._has_ids:
            return self._by_id.get(run.key)
        given = names_in(run.source).given
        by_names = self._by_names.get(given) if given else None
        return self._by_source.get(run.source, by_names)

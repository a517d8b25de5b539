"""The source that counts: the cells of the notebook's file, with what this session ran laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.notebook.names import names_in
from grader.notebook.notebook_file import FileCell, Notebook
from grader.notebook.runs import Run, last_runs


@dataclass
class Laid:
    """The cells that count, in order, and the place of each cell that was run and is among them."""

    cells: list[FileCell]
    places: dict[str, FileCell] = field(default_factory=dict)  # by the key of a run
    is_ahead: bool = False  # a cell that gave names values is not in the file as it ran

    @property
    def sources(self) -> frozenset[str]:
        """The code."""
        return frozenset(cell.source for cell in self.cells if cell.kind == "code")


def laid_over(notebook: Notebook | None, runs: Sequence[Run]) -> Laid:
    """Return what counts.

    A run that is newer than the file replaces its cell, or is a new cell, placed after the one that ran
    before it. Where the file is newer, it holds what its author wrote since. Without a file, the last run of
    every cell counts, in the order of the first ones.
    """
    if notebook is None or notebook.cells is None:
        last = last_runs(runs)
        cells = {key: FileCell("code", run.source, key) for key, run in last.items()}
        return Laid(list(cells.values()), cells)
    return _over_file(notebook.cells, notebook.saved, runs)


def _over_file(cells: Sequence[FileCell], saved: float, runs: Sequence[Run]) -> Laid:
    laid, places = list(cells), _Places(cells).of(runs)
    last = last_runs(runs)
    newer = {key: run for key, run in last.items() if run.time > saved}
    for key, run in sorted(newer.items(), key=lambda pair: pair[1].time):
        if key in places:
            index = places[key]
            laid[index] = replace(laid[index], source=run.source)
    found = {key: laid[index] for key, index in places.items()}
    is_ahead = any(names_in(one.source).given for one, own in zip(laid, cells, strict=True) if one != own)
    before = None
    for key, run in last.items():
        if key not in found and key in newer and not run.is_early:
            found[key] = FileCell("code", run.source, key)
            laid.insert(_after(laid, found.get(before or "")), found[key])
            is_ahead |= bool(names_in(run.source).given)
        before = key if key in found else before
    return Laid(laid, found, is_ahead)


def _after(cells: Sequence[FileCell], before: FileCell | None) -> int:
    """Return the index behind a cell, or the end."""
    return next((i for i, cell in enumerate(cells, 1) if cell is before), len(cells))


class _Places:
    """The cells of a file, found by what ran."""

    def __init__(self, cells: Sequence[FileCell]) -> None:
        code = [(index, cell) for index, cell in enumerate(cells) if cell.kind == "code"]
        self._by_id = {cell.id: index for index, cell in code if cell.id}
        self._by_source = {cell.source: index for index, cell in reversed(code)}
        self._by_names: dict[frozenset[str], int | None] = {}
        for index, cell in code:
            given = names_in(cell.source).given
            self._by_names[given] = None if given in self._by_names else index

    def of(self, runs: Sequence[Run]) -> dict[str, int]:
        """Return the index of the cell of each key whose cell is in the file."""
        places: dict[str, int] = {}
        for run in runs:
            index = self._of_run(run)
            if index is not None:
                places[run.key] = index
        return places

    def _of_run(self, run: Run) -> int | None:
        """Return the index by the id; without ids by the same source, or by the same names that it gives."""
        if run.has_id and self._by_id:
            return self._by_id.get(run.key)
        if run.source in self._by_source:
            return self._by_source[run.source]
        given = names_in(run.source).given
        return self._by_names.get(given) if given else None

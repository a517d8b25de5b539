"""The source that counts: what was saved, updated with what this session ran."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notebook.notebook_file import FileCell, Notebook, cells_of
from grader.notebook.overlay import laid_over
from grader.notebook.runs import CellRun
from tests.notebook.documents import STUB, VS_CODE, Shell, jupyter, ran, runs_of, vs_code

SAVED = 100.0
STUB_SOURCES = list(STUB.values())


def notebook(cells=STUB, form=jupyter) -> Notebook:
    return Notebook("exercise-1.ipynb", saved=SAVED, cells=cells_of(form(cells)))


def code(*runs: CellRun, of: Notebook | None = None) -> list[str]:
    """Return the code that counts after these runs."""
    laid = laid_over(of or notebook(), runs)
    return [cell.source for cell in laid.cells if cell.cell_type == "code"]


def test_an_untouched_session_leaves_the_file() -> None:
    assert code() == STUB_SOURCES
    assert code(*(ran(key, source, 101) for key, source in STUB.items())) == STUB_SOURCES


def test_a_run_after_the_save_replaces_its_cell() -> None:
    assert code(ran("answer-size", "size = 3", 101), ran("answer-size", "size = 4", 102))[1] == "size = 4"


def test_what_was_written_and_saved_after_the_run_counts() -> None:
    assert code(ran("answer-size", "size = 3", 99))[1] == "size = ..."


def test_a_new_cell_comes_after_the_one_that_ran_before_it() -> None:
    runs = [
        ran("imports", STUB["imports"], 101),
        ran("new", "helper = 2", 102),
        ran("newer", "more = 1", 103),
    ]
    assert code(*runs) == [STUB_SOURCES[0], "helper = 2", "more = 1", *STUB_SOURCES[1:]]


def test_a_cell_that_was_deleted_and_saved_does_not_count() -> None:
    assert code(ran("gone", "size = 3", 99), ran("imports", STUB["imports"], 101)) == STUB_SOURCES


def test_a_copied_cell_counts_as_often_as_it_is_there() -> None:
    copied = notebook({**STUB, "copy": "size = ..."})
    runs = [ran("answer-size", "size = 3", 101), ran("copy", "size = 4", 102)]
    assert code(*runs, of=copied)[1::2] == ["size = 3", "size = 4"]


def test_the_order_is_that_of_the_file() -> None:
    runs = [ran("check-size", STUB["check-size"], 101), ran("answer-size", "size = 3", 102)]
    assert code(*runs) == [STUB_SOURCES[0], "size = 3", STUB_SOURCES[2]]


def test_text_cells_stay_because_they_name_questions() -> None:
    laid = laid_over(notebook(), [])
    assert [cell.cell_type for cell in laid.cells] == ["markdown", "code", "code", "code"]


@pytest.mark.parametrize("key", [VS_CODE.format(2), "run 7"])
def test_without_ids_a_cell_is_found_by_the_names_that_it_gives(key: str) -> None:
    runs = [ran(key, "size = 3  # at last", 101, has_id=False)]
    assert code(*runs, of=notebook(form=vs_code))[1] == "size = 3  # at last"


def test_without_ids_a_name_that_two_cells_give_is_not_guessed() -> None:
    twice = notebook({**STUB, "again": "size = 1"}, vs_code)
    runs = [ran("run 1", "size = 3", 101, has_id=False)]
    assert code(*runs, of=twice) == [*STUB_SOURCES, "size = 1", "size = 3"]


def test_ids_that_the_file_does_not_have_are_no_ids() -> None:
    """Colab, and notebooks of older formats: the session has ids of its own."""
    assert code(ran("from-the-browser", "size = 3", 101))[1] == "size = 3"


def test_without_a_file_the_last_run_of_every_cell_counts_in_the_order_of_the_first() -> None:
    runs = [ran("a", "x = 1", 1), ran("b", "y = x", 2), ran("a", "x = 5", 3)]
    for unknown in (None, Notebook("exercise-1.ipynb")):
        assert [cell.source for cell in laid_over(unknown, runs).cells] == ["x = 5", "y = x"]


def test_a_file_that_was_just_sent_is_newer_than_every_run() -> None:
    sent = Notebook("exercise-1.ipynb", cells=cells_of(jupyter(STUB)))
    assert code(ran("answer-size", "size = 3", 1e12), of=sent) == STUB_SOURCES


def test_only_cells_that_give_names_make_a_file_older() -> None:
    assert not laid_over(notebook(), [ran("new", "!grade exercise-1", 101)]).is_ahead
    assert not laid_over(notebook(), [ran("answer-size", "size = ...", 101)]).is_ahead
    assert laid_over(notebook(), [ran("answer-size", "size = 3", 101)]).is_ahead
    assert laid_over(notebook(), [ran("new", "size = 3", 101)]).is_ahead


def test_a_session_notes_what_a_person_ran() -> None:
    shell = Shell()
    shell.history_manager.input_hist_raw += ["x = 1", "from grader import check"]
    runs = runs_of(shell)
    shell.run("y = 2", "b")
    shell.run("import sys", silent=True)
    shell.run("import json", store_history=False)
    assert [(run.source, run.is_early) for run in runs.all] == [
        ("x = 1", True),
        ("from grader import check", True),
        ("y = 2", False),
    ]
    assert [run.key for run in runs.all] == ["run 1", "run 2", "b"]


def test_what_ran_before_grader_was_imported_replaces_cells_but_is_never_a_new_one() -> None:
    early = [
        CellRun("run 1", "size = 3", 101, is_early=True),
        CellRun("run 2", "gone = 1", 101, is_early=True),
    ]
    assert code(*early) == [STUB_SOURCES[0], "size = 3", STUB_SOURCES[2]]


IDS = st.sampled_from([*STUB, "new", "other"])
RUNS = st.lists(
    st.builds(ran, IDS, st.sampled_from(["size = 1", "x = 2", "print(3)", "1 +"]), st.floats(90, 110)),
    max_size=8,
)


@given(RUNS)
def test_nothing_of_the_file_is_lost_and_every_newer_cell_counts_once(runs: list[CellRun]) -> None:
    runs = sorted(runs, key=lambda run: run.time)
    laid = laid_over(notebook(), runs)
    ids = [cell.id for cell in laid.cells]
    assert [id_ for id_ in ids if id_ in STUB] == list(STUB)
    assert len(ids) == len(set(ids))
    last = {run.key: run for run in runs}
    has_ids = any(run.key in STUB for run in runs)
    for key, run in last.items() if has_ids else ():
        sources = [cell.source for cell in laid.cells if cell.id == key]
        assert sources == ([run.source] if run.time > SAVED else [STUB[key]] if key in STUB else [])


@pytest.mark.parametrize("document", [{}, [], None, 3, {"cells": [3]}, {"cells": [{}]}, {"cells": {"a": 1}}])
def test_what_is_no_notebook_has_no_cells(document) -> None:
    assert cells_of(document) is None


def test_cells_of_format_3() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["size", " = 3"], "language": "python"}]}
    assert cells_of({"worksheets": [sheet], "nbformat": 3}) == (FileCell("code", "size = 3"),)

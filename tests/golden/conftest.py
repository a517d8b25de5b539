"""The golden course, and a fork server for all of it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grader.course.loading import LoadedCourse, load_course
from grader.worker.isolation.way import Workers
from grader.worker.isolation.ways import own_way

collect_ignore = ["course"]  # the tests run its checks, not the pytest that runs the tests


@pytest.fixture(scope="session")
def golden() -> LoadedCourse:
    """Return the course that golden submissions belong to, with every exercise in its folder."""
    loaded = load_course(Path(__file__).parent / "course")
    names = sorted(folder.name for folder in (loaded.root / "exercises").iterdir())
    return replace(loaded, record=loaded.record.model_copy(update={"exercises": names}))


@pytest.fixture(scope="session")
def server() -> Iterator[Workers]:
    """Yield a fork server with all that a golden submission imports and that is there."""
    with own_way().workers(["torch", "numpy", "matplotlib.pyplot"]) as started:
        with warnings.catch_warnings():  # torch's own, at its first comparison
            warnings.simplefilter("ignore")
            torch.testing.assert_close(torch.ones(1), torch.ones(1))
        gc.freeze()  # pytest collects garbage after every run of checks, and torch makes that slow
        yield started
        gc.unfreeze()

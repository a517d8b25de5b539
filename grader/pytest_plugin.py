"""The pytest plugin that every run of pytest imports where this is installed, so it imports nothing heavy.

The plugin for authors, with its options and fixtures, is imported only if there is a course nearby.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AUTHORS = "grader.proof.plugin"
_COURSE, _EXERCISE = "course.yaml", "exercise.yaml"  # as in grader.course.loading, which imports too much


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Look for a course in the start folder of pytest and in its arguments."""
    here = early_config.invocation_params.dir
    places = [here, *(here / arg.partition("::")[0] for arg in args if not arg.startswith("-"))]
    if any(folder.joinpath(_COURSE).is_file() for place in places for folder in _upwards(place)):
        early_config.pluginmanager.import_plugin(AUTHORS)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Load the plugin for an exercise below the start folder."""
    manager = parent.config.pluginmanager
    if manager.has_plugin(AUTHORS) or not file_path.with_name(_EXERCISE).is_file():
        return None
    manager.import_plugin(AUTHORS)
    authors: Any = manager.get_plugin(AUTHORS)
    found: pytest.Collector | None = authors.pytest_collect_file(file_path=file_path, parent=parent)
    return found


def _upwards(place: Path) -> Iterator[Path]:
    place = place.absolute()
    yield from (place, *place.parents)

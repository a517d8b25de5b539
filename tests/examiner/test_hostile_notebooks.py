"""What a file costs to read is bounded before any of it runs, and an honest file is read afterwards."""

from __future__ import annotations

import sys

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner import session as sessions
from tests.bench.hostile_notebooks import NOTEBOOKS, read

pytestmark = pytest.mark.slow

CODE = '{"cell_type": "code", "source": ["size = 3"]}'
REFUSED = {"slow to read", "large to read", "missing", "size = 3"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_hostile_notebooks_are_read_or_refused(server, name):
    became = read(server, NOTEBOOKS[name]().encode())
    assert became in REFUSED or became.startswith("a.ipynb "), became
    assert read(server, f'{{"cells": [{CODE}]}}'.encode()) == "size = 3"


def test_memory_is_bounded_while_a_file_is_read_and_given_back_afterwards(server):
    small_dicts = NOTEBOOKS["small dicts"]().encode()
    assert read(server, small_dicts) == "large to read"
    large = '{"cells": [{"cell_type": "code", "source": "size = len(bytearray(400 << 20)) >> 20"}]}'
    assert read(server, large.encode()) == "size = 400"


def test_reading_has_a_deadline_of_its_own(server, monkeypatch):
    monkeypatch.setattr(sessions, "READ_SECONDS", 0.001)
    assert read(server, NOTEBOOKS["escapes"]().encode()) == "slow to read"


def test_pictures_do_not_count(server):
    """A notebook of 30 MB with an emoji in an output, as a folder of plots makes it."""
    output = f'{{"output_type": "stream", "text": "\U0001f600"}}, {{"data": {{"image/png": "{"A" * (30 << 20)}"}}}}'
    notebook = f'{{"cells": [{{"cell_type": "code", "source": "size = 3", "outputs": [{output}]}}]}}'
    assert read(server, notebook.encode()) == "size = 3"

"""What a worker says of families is bounded, and only what is known beforehand is shown of it."""

from __future__ import annotations

import pytest

from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.language.limits import Limits


@pytest.fixture
def session():
    submission = submission_of("e.py", b"import numpy\nx = 1\n")
    session = Session(None, submission, {"f": ""}, ["numpy"], Limits(), ["fft", "matmul"])  # type: ignore[arg-type]
    session._take_cells({"cells": [["e.py", 3]], "notes": []})
    return session


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        "fft",
        {},
        [None],
        ["fft"],
        [["fft"]],
        [["fft", "e.py", 1, 2]],
        [[["fft"], "e.py", 1]],
        [["pooling", None, None]],
    ],
)
def test_what_is_no_use_of_a_family_that_was_asked_for_is_dropped(session, said):
    assert list(session._uses(said)) == []


def test_a_place_outside_the_file_is_none(session):
    said = [["fft", "e.py", 2], ["matmul", "e.py", 9], ["matmul", "other.py", 1], ["fft", [], True]]
    assert list(session._uses(said)) == [
        ("fft", ("e.py", 2)),
        ("matmul", None),
        ("matmul", None),
        ("fft", None),
    ]


def test_uses_without_end_are_cut_off(session):
    assert len(list(session._uses([["fft", "e.py", 1]] * 100_000))) <= 6


def test_only_names_of_the_family_are_kept_and_only_the_first_worker_is_heard(session):
    names = ["numpy.fft.fft", "secret", "31.0 fft", "a b.fft", "x" * 200 + ".fft", "numpy.dot"]
    words = [["e.py", 1, "fft", name] for name in names]
    session._note_families({"words": words, "used": [["f", "fft", "e.py", 2], ["g", "fft", "e.py", 2]]})
    assert session.words == [("fft", ("e.py", 1), "numpy.fft.fft")]
    assert session.used_at_load == {"f": {"fft": ("e.py", 2)}}
    session._note_families({"words": [["e.py", 2, "fft", "numpy.fft.ifft"]], "used": []})
    assert len(session.words) == 1

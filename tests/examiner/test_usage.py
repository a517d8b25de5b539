"""What a worker says of families is bounded, and only what is known beforehand is shown of it."""

from __future__ import annotations

import pytest

from grader.examiner.replies import Replies


@pytest.fixture
def replies():
    replies = Replies(["f"], ["fft", "matmul"])
    replies.take_cells({"cells": [["e.py", 3]], "notes": []})
    return replies


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
def test_what_is_no_use_of_a_family_that_was_asked_for_is_dropped(replies, said):
    assert list(replies.uses(said)) == []


def test_a_place_outside_the_file_is_none(replies):
    said = [["fft", "e.py", 2], ["matmul", "e.py", 9], ["matmul", "other.py", 1], ["fft", [], True]]
    assert list(replies.uses(said)) == [
        ("fft", ("e.py", 2)),
        ("matmul", None),
        ("matmul", None),
        ("fft", None),
    ]


def test_uses_without_end_are_cut_off(replies):
    assert len(list(replies.uses([["fft", "e.py", 1]] * 100_000))) <= 6


def test_only_names_of_the_family_are_kept_and_only_the_first_worker_is_heard(replies):
    names = ["numpy.fft.fft", "secret", "31.0 fft", "a b.fft", "x" * 200 + ".fft", "numpy.dot"]
    words = [["e.py", 1, "fft", name] for name in names]
    replies.note_families({"words": words, "used": [["f", "fft", "e.py", 2], ["g", "fft", "e.py", 2]]})
    assert replies.words == [("fft", ("e.py", 1), "numpy.fft.fft")]
    assert replies.used_at_load == {"f": {"fft": ("e.py", 2)}}
    replies.note_families({"words": [["e.py", 2, "fft", "numpy.fft.ifft"]], "used": []})
    assert len(replies.words) == 1

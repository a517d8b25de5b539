"""What a worker says about families is bounded, and only names that are known in advance are shown."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.examiner.replies import MALFORMED, Replies
from grader.worker.families import FAMILIES
from grader.worker.refusals import MAX_DETAIL


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
    assert len(list(replies.uses([["fft", "e.py", 1]] * 100_000))) <= len(FAMILIES)


def test_only_names_of_the_family_are_kept_and_only_the_first_worker_is_heard(replies):
    names = ["numpy.fft.fft", "secret", "31.0 fft", "a b.fft", "x" * 200 + ".fft", "numpy.dot"]
    words = [["e.py", 1, "fft", name] for name in names]
    replies.note_families({"words": words, "used": [["f", "fft", "e.py", 2], ["g", "fft", "e.py", 2]]})
    assert replies.words == [("fft", ("e.py", 1), "numpy.fft.fft")]
    assert replies.used_at_load == {"f": {"fft": ("e.py", 2)}}
    replies.note_families({"words": [["e.py", 2, "fft", "numpy.fft.ifft"]], "used": []})
    assert len(replies.words) == 1


_SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["f", "e.py", "fft", "", "x"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["cell", "x"]), inner),
    max_leaves=12,
)


@given(_SAID, _SAID, _SAID)
def test_whatever_a_worker_says_is_taken_or_refused_as_malformed(words, used, slips):
    replies = Replies(["f"], ["fft", "matmul"])
    replies.take_cells({"cells": [["e.py", 3]], "notes": []})
    header = {"words": words, "used": used, "slips": slips}
    for note in (replies.note_families, replies.note_slips):
        with suppress(*MALFORMED):
            note(header)
    assert all(slip.name == "f" and len(slip.detail) <= MAX_DETAIL for slip in replies.slips)


@pytest.mark.parametrize("slips", [None, 7, [["f", "printed", [[]], "x"]], [["f", [], [["e.py", 1]], "x"]]])
def test_slips_of_another_form_are_refused(replies, slips):
    with pytest.raises(MALFORMED):
        replies.note_slips({"slips": slips})

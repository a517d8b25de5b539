"""Draws: the values that are written here must never change, or every student's variant changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.language.draws import Draws

words = st.lists(st.text(max_size=8), max_size=3).map(tuple)
QUICK = settings(deadline=None, max_examples=100)


@QUICK
@given(name=words, more=words, bound=st.integers(1, 10**30))
def test_a_draw_is_below_its_bound_and_always_the_same(name, more, bound):
    drawn = Draws(name).below(bound, *more)
    assert 0 <= drawn < bound
    assert drawn == Draws(name + more).below(bound) == Draws(name).under(*more).below(bound)


@QUICK
@given(name=words, items=st.lists(st.integers(0, 5), max_size=30))
def test_a_shuffle_is_a_permutation(name, items):
    before = list(items)
    assert sorted(Draws(name).shuffled(items)) == sorted(items)
    assert items == before


def test_every_number_and_every_order_is_drawn():
    draws = Draws(("seed",))
    assert {draws.below(7, index) for index in range(200)} == set(range(7))
    assert len({tuple(draws.shuffled("abc", index)) for index in range(200)}) == 6


def test_other_words_are_other_draws():
    draws = Draws(("a", "b"))
    names = [("a", "b"), ("b", "a"), ("ab",), ("a", "b", ""), ("a", "b", 1), ("a", "b", "1", "1")]
    assert len({Draws(tuple(map(str, name))).below(1 << 64) for name in names}) == len(names)
    assert draws.under(1, "x") == Draws(("a", "b", "1", "x"))


@pytest.mark.parametrize(
    ("name", "drawn", "order"),
    [
        ((), 814767444381, "daecfb"),
        (("conv-lab", "exercise-3", "ada"), 35838250024, "adbfce"),
        (("kurs", "übung", "žofia"), 450843617005, "fdbaec"),
    ],
)
def test_pinned(name, drawn, order):
    assert Draws(name).below(10**12, "M") == drawn
    assert "".join(Draws(name).shuffled("abcdef", "size", "options")) == order

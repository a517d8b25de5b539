"""What a check, the reference and student code draw is the same for every file, and for every run."""

from __future__ import annotations

from collections.abc import Callable

from tests.examiner.conftest import Bench

REFERENCE = """
import random
import numpy
import torch


def double(x):
    return [random.random(), float(numpy.random.rand()), float(torch.rand(1))]
"""
CHECKS = """
import random
import numpy
import torch

seen = set()

def draws():
    return [random.random(), float(numpy.random.rand()), float(torch.rand(1))]


def test_double_as_before(student, reference):
    '''Everything is drawn as it was for other files.'''
    seen.add((*draws(), *reference.double(1), *student.double(1)))
    assert len(seen) == 1


def test_double_unlike_the_reference(student, reference):
    '''Student code cannot draw the numbers of a check.'''
    assert not set(draws()) & set(student.double(1))
    assert not set(draws()) & set(reference.double(1))


def test_double_again(student):
    '''Each check starts afresh in the student's process.'''
    first = next(iter(seen))[6:]
    assert tuple(student.double(1)) == first
    assert tuple(student.double(1)) != first
"""


def test_draws_are_the_same_for_every_file(bench: Callable[..., Bench]) -> None:
    made = bench(reference=REFERENCE, checks=CHECKS, packages=["torch", "numpy"])
    first, second, third = made.grade(
        REFERENCE,
        f"{REFERENCE}\n\ntorch.rand(7), random.random(), numpy.random.rand(3)\n",
        f"{REFERENCE}\n\nrandom.seed(), numpy.random.seed(), torch.seed()\n",
    )
    for report in (first, second, third):
        (question,) = report.questions
        assert {one.id: one.outcome for one in question.checks} == {
            "test_double_as_before": "passed",
            "test_double_unlike_the_reference": "passed",
            "test_double_again": "passed",
        }

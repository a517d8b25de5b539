"""Raise AssertionError in every answer, which has a special meaning for generators, to pytest's hooks or to tracebacks."""


def scale(x):
    raise AssertionError("passed")


def same(x):
    raise AssertionError



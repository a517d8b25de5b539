"""Raise AssertionError in every answer, which means something of its own to generators, to pytest's hooks or to tracebacks."""


def scale(x):
    raise AssertionError("passed")


def same(x):
    raise AssertionError



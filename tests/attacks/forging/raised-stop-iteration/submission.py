"""Raise StopIteration in every answer, which has a special meaning for generators, to pytest's hooks or to tracebacks."""


def scale(x):
    raise StopIteration("passed")


def same(x):
    raise StopIteration



"""Raise RecursionError in every answer, which has a special meaning for generators, to pytest's hooks or to tracebacks."""


def scale(x):
    raise RecursionError("passed")


def same(x):
    raise RecursionError



"""Overflow the stack of C by recursion with the limit of Python lifted."""

import functools
import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr([Deep()])


size = repr(Deep())


def scale(x):
    return functools.reduce(lambda inner, _: functools.partial(inner), range(1 << 20), scale)()

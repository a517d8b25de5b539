"""Lift the recursion limit and recurse in Python, in repr, in compile and in the garbage collector until C's stack ends."""

import sys

sys.setrecursionlimit(2**31 - 1)
turn = [0]


def scale(x):
    turn[0] += 1
    if turn[0] == 1:
        compile("-" * 10**6 + "1", "deep", "eval")
    deep = []
    for _ in range(10**6):
        deep = [deep]
    return repr(deep)


class Bottomless:
    """Every attribute is another one, by way of C."""

    def __getattr__(self, name):
        return getattr(Bottomless(), name + "x")


def same(x):
    return Bottomless().y

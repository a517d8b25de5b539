"""Answer with values that have no end: generators, counters, self-containing lists, nests of a million, ranges."""

import collections
import itertools

turn = [0]
secret = []
secret.append(secret)
size = range(10**18)


def endless():
    """Never finished, and not even when closed."""
    while True:
        try:
            yield 1
        except GeneratorExit:
            continue


def scale(x):
    turn[0] += 1
    if turn[0] == 1:
        return endless()
    if turn[0] == 2:
        deep = ()
        for _ in range(10**6):
            deep = (deep,)
        return deep
    return collections.ChainMap({1: itertools.count()})


def same(x):
    table = {}
    table["x"] = table
    return table

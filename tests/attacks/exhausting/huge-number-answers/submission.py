"""Answers that are numbers too large to be a float or to be written out."""

secret = 10**1200
size = (10**1200, -(10**1200))


def scale(x):
    return 10**1200 if isinstance(x, int) else x * float("inf")


def same(x):
    return 10**1200

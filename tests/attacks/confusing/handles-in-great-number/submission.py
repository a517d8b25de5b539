"""Answer with lists of a hundred thousand objects that stay in the worker, so that the examiner holds a handle to each."""


class Thing:
    """One of many."""


things = [Thing() for _ in range(100_000)]
secret = size = things


def scale(x):
    return tuple(things)


def same(x):
    return dict(zip(things[:1000], things[:1000]))



"""Return objects whose __del__ never ends, so that the worker hangs once the answer is on its way."""


class Sticky:
    """Never dies."""

    def __del__(self):
        while True:
            pass


def scale(x):
    return [x, Sticky()][0]


def same(x):
    Sticky()
    return x * 0

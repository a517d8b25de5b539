"""Swallow the failed assert of a check: `__exit__` returns True, raises, or ends the program."""

turn = [0]


class Swallowing:
    """A context whose end hides what happened in it."""

    def __init__(self, n):
        self.n = n

    def __enter__(self):
        return self

    def __getitem__(self, place):
        if place >= self.n:
            raise IndexError(place)
        return -1

    def __exit__(self, *error):
        turn[0] += 1
        if turn[0] == 1:
            raise StopIteration
        if turn[0] == 2:
            raise SystemExit(0)
        return True


def items(n):
    return Swallowing(n)

"""Raise exceptions whose __str__, __repr__ and __reduce__ raise, recurse or return other types than text."""

turn = [0]


class Odd(Exception):
    """Cannot be told."""

    def __str__(self):
        turn[0] += 1
        if turn[0] % 3 == 0:
            raise SystemExit(str(self))
        if turn[0] % 3 == 1:
            return 5
        raise self

    __repr__ = __reduce__ = __getstate__ = __format__ = __str__

    def __class_getitem__(cls, key):
        raise cls


def scale(x):
    raise Odd


def same(x):
    return Odd()


raise Odd

"""Exceptions whose words are huge, endless, or raise exceptions themselves."""

class Endless(Exception):
    def __str__(self):
        return "a" * (1 << 28)


def scale(x):
    raise ValueError("a\n" * (1 << 25))


def same(x):
    try:
        raise Endless
    except Endless as error:
        for _ in range(50_000):
            error.__context__ = Endless()
            error = error.__context__
        raise


raise Endless

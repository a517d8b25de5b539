"""Raise KeyboardInterrupt, GeneratorExit, SystemExit and a bare BaseException where the examiner waits for a value."""

turn = [0]


def scale(x):
    turn[0] += 1
    raise (KeyboardInterrupt, GeneratorExit, SystemExit)[turn[0] % 3](0)


def same(x):
    raise type("Done", (BaseException,), {})


raise KeyboardInterrupt

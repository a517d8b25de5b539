"""Have the garbage collector call back at every allocation, and write, raise and change answers from there."""

import gc
import os

turn = [0]


def callback(phase, info):
    """Called in the midst of anything."""
    turn[0] += 1
    if turn[0] % 50 == 0:
        os.write(3, b"\0" * 12)
    raise KeyboardInterrupt


def scale(x):
    gc.callbacks.append(callback)
    gc.set_threshold(1)
    return [[x] for _ in range(100)]


def same(x):
    return scale(x)

"""Do what must not be done and undo it, when a check looks: inputs, generators, settings and printing."""

import atexit
import gc
import sys
import threading

import torch

seen = []


class Late:
    """Changes its input when it is thrown away."""

    def __init__(self, given):
        self.given = given

    def __del__(self):
        with torch.no_grad():
            self.given.fill_(float("nan"))


def square(x):
    if isinstance(x, torch.Tensor):
        seen.append(x)
        Late(x)
        threading.Timer(0.01, x.data.zero_).start()
        return x.data.mul_(0)
    return x


def items(n):
    atexit.register(print, n)
    gc.callbacks.append(lambda *_: seen.clear())
    sys.stdout.write(str(n))
    sys.stdout.seek(0) if sys.stdout.seekable() else None
    return seen

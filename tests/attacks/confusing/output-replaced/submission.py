"""Close descriptors 0 to 2, and put in place of stdout and stderr objects whose flush raises, exits or writes frames."""

import os
import sys


class Stream:
    """Anything but a stream."""

    def flush(self):
        os.write(3, b"\0\0\0\2\0\0\0\0\0\0\0\0{}")
        raise BaseException("flushed")

    write = writelines = fileno = isatty = lambda self, *_: self.flush()


for number in (0, 1, 2):
    os.close(number)
sys.stdin = None


def scale(x):
    sys.stdout = sys.stderr = sys.__stdout__ = Stream()
    return x


def same(x):
    del sys.stdout, sys.stderr
    return x * 0



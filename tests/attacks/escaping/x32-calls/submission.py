"""Fork by the numbers of the x32 calls, which a filter of x86-64 numbers forgets."""

import ctypes
import os

libc = ctypes.CDLL(None)


def attempt(number):
    if libc.syscall(0x40000000 | number, 17, 0, 0, 0, 0) == 0:
        open("@OUTSIDE@/attack-x32", "w").close()
        os._exit(0)


def scale(x):
    attempt(56)
    return "got through"


size = attempt(57)

"""Put a program in a file that is only in memory, and run it or load it."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for name, number in (("memfd_create", 319), ("memfd_secret", 447)):
    descriptor = call(number, b"attack", 0)
    tell(name, descriptor)
    if descriptor >= 0:
        os.write(descriptor, open("/lib/x86_64-linux-gnu/libc.so.6", "rb").read())
        ctypes.CDLL(f"/proc/self/fd/{descriptor}")

evidence = "; ".join(found)

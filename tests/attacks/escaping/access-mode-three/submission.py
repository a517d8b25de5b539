"""Truncate files by opening them for neither reading nor writing, which Landlock asks no right for."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


NEITHER = 3
for path in ("@GRADEBOOK@", "@VICTIM@", "@COURSE@/course.yaml"):
    try:
        os.open(path, NEITHER | os.O_TRUNC)
        found.append(f"{path}: got through")
    except OSError as error:
        found.append(f"truncating: {error.strerror}")
try:
    os.open("@GRADEBOOK@", NEITHER)
    found.append("opening for nothing: got through")
except OSError as error:
    found.append(f"opening for nothing: {error.strerror}")

evidence = "; ".join(found)

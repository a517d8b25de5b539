"""Truncate a file of torch's, which it may read, by opening it for reading with O_TRUNC."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import torch

# A line at the end of torch that does nothing would be missed by nobody: the attack stays out of harm's way.
for path in (f"{os.path.dirname(torch.__file__)}/py.typed", "/usr/share/zoneinfo/leapseconds"):
    try:
        os.open(path, os.O_RDONLY | os.O_TRUNC)
        found.append(f"{path}: got through")
        open("@OUTSIDE@/attack-truncated", "w").close()
    except OSError as error:
        found.append(f"{os.path.basename(path)}: {error.strerror}")

evidence = "; ".join(found)

"""Find descriptors that were left open, and read and write what they lead to."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for descriptor in [*range(1100), 4095, 65535, 1048575]:
    try:
        status = os.fstat(descriptor)
    except OSError:
        continue
    target = os.readlink(f"/proc/self/fd/{descriptor}") if os.access("/proc/self/fd", os.R_OK) else ""
    found.append(f"{descriptor}: {status.st_mode:o} {target}".strip())
    if descriptor > 3:
        found.append("got through")
        os.write(descriptor, b"attack")

evidence = "; ".join(found)

"""Open devices for neither reading nor writing, which alone can have effects: terminals, loops, tun, kvm."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for path in ("/dev/ptmx", "/dev/net/tun", "/dev/kvm", "/dev/fuse", "/dev/loop-control", "/dev/random"):
    try:
        os.close(os.open(path, 3))
        found.append(f"{path}: got through")
    except OSError as error:
        found.append(f"{path}: {error.strerror}")

evidence = "; ".join(found)

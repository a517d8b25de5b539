"""Make a child by vfork and by clone with CLONE_VFORK, by number."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for name, arguments in (("vfork", (58,)), ("clone", (56, 0x4000 | 17, 0, 0, 0, 0))):
    result = call(*arguments)
    if result == 0:
        libc.syscall(231, 0)  # exit_group
    tell(name, result)

evidence = "; ".join(found)

"""Put a seccomp filter and a Landlock domain of its own on top that allow everything."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


allow = (ctypes.c_uint64 * 1)(0x7FFF000000000006)  # return ALLOW
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(allow))
for name, flags in (("seccomp", 0), ("in all threads", 1), ("with a listener", 8)):
    tell(name, call(317, 1, flags, program))
tell("by prctl", call(157, 22, 2, program, 0, 0))
attributes = (ctypes.c_uint64 * 3)(1, 0, 0)
tell("landlock", call(444, attributes, 8, 0))
tell("landlock_add_rule", call(445, 4, 1, attributes, 0))

evidence = "; ".join(found)

"""Fork by clone3, whose flags lie in memory where seccomp cannot see them."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for name, flags in (("a process", 0), ("a new user namespace", 0x10000000), ("into a control group", 1 << 33)):
    arguments = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17)
    result = call(435, ctypes.byref(arguments), ctypes.sizeof(arguments))
    if result == 0:
        open("@OUTSIDE@/attack-clone3", "w").close()
        os._exit(0)
    tell(name, result)

evidence = "; ".join(found)

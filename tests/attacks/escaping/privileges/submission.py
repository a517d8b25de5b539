"""Regain privileges: user and group ids, capabilities, ambient ones."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


header = (ctypes.c_uint32 * 2)(0x20080522, 0)
everything = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
for name, arguments in {
    "setuid": (105, 0),
    "setgid": (106, 0),
    "setresuid": (117, 0, 0, 0),
    "setgroups": (116, 0, 0),
    "setfsuid": (122, 0),
    "capset": (126, header, everything),
    "ambient": (157, 47, 2, 21, 0, 0),
    "securebits": (157, 28, 0, 0, 0, 0),
    "keep capabilities": (157, 8, 1, 0, 0, 0),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)

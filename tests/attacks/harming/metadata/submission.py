"""Change mode, owner, times and attributes of the gradebook and of another student's file."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import struct

NOW = struct.pack("4q", 1, 0, 1, 0)
for path in (b"@GRADEBOOK@", b"@VICTIM@"):
    found.clear()
    descriptor = os.open(path, os.O_PATH)
    for name, arguments in {
        "chmod": (90, path, 0o666),
        "fchmod": (91, descriptor, 0o666),
        "fchmodat": (268, -100, path, 0o666),
        "fchmodat2": (452, -100, path, 0o666, 0),
        "chown": (92, path, 65534, 65534),
        "fchownat": (260, descriptor, b"", 65534, 65534, 0x1000),
        "utimensat": (280, -100, path, NOW, 0),
        "utimes": (235, path, NOW),
        "setxattr": (188, path, b"user.attack", b"x", 1, 0),
        "removexattr": (197, path, b"user.attack"),
        "fallocate": (285, descriptor, 0, 0, 9),
    }.items():
        tell(name, call(*arguments))

evidence = "; ".join(found)

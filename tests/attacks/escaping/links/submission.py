"""Bring files within reach by rename, link and symlink, with exchange, and from an O_PATH descriptor."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


FILE, PLACE = b"@VICTIM@", b"@OUTSIDE@/attack-link"
path = os.open(FILE, os.O_PATH)
for name, arguments in {
    "rename": (82, FILE, PLACE),
    "renameat": (264, -100, FILE, -100, PLACE),
    "exchange": (316, -100, FILE, -100, b"@GRADEBOOK@", 2),
    "link": (86, FILE, PLACE),
    "linkat": (265, path, b"", -100, PLACE, 0x1000),
    "symlink": (88, FILE, PLACE),
    "symlinkat": (266, FILE, -100, PLACE),
    "unlink": (87, FILE),
    "unlinkat": (263, -100, FILE, 0),
    "mknod": (133, PLACE, 0o20666, 0x101),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)

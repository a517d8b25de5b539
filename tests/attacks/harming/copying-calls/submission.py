"""Write without write: copy_file_range, sendfile, splice, tee, pwritev, fallocate, ftruncate on others' files."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


source = os.open("/lib64/ld-linux-x86-64.so.2", os.O_RDONLY)
target = os.open("@GRADEBOOK@", 3)  # neither reading nor writing
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(b"attack")), 6)
for name, arguments in {
    "copy_file_range": (326, source, 0, target, 0, 9, 0),
    "sendfile": (40, target, source, 0, 9),
    "splice": (275, source, 0, target, 0, 9, 0),
    "writev": (20, target, vector, 1),
    "pwritev2": (328, target, vector, 1, 0, 0, 0),
    "ftruncate": (77, target, 0),
    "fsync": (74, target),
    "mmap": (9, 0, 4096, 3, 1, target, 0),
    "getdents64": (217, target, vector, 16),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)

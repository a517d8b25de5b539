"""Open by other calls than open: openat2, file handles, O_PATH descriptors opened again."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


FILE = b"@COURSE@/exercises/target/reference.py"
how = (ctypes.c_uint64 * 3)(0, 0, 0)
tell("openat2", call(437, -100, FILE, how, 24))
handle = ctypes.create_string_buffer(b"\x80\0\0\0", 136)
mount = ctypes.c_int()
tell("name_to_handle_at", call(303, -100, FILE, handle, ctypes.byref(mount), 0))
tell("open_by_handle_at", call(304, 3, handle, 0))
path = os.open(FILE, os.O_PATH)
for name in (f"/proc/self/fd/{path}", f"/dev/fd/{path}"):
    try:
        os.open(name, os.O_RDONLY)
        found.append(f"{name}: got through")
    except OSError as error:
        found.append(f"reopening: {error.strerror}")
try:
    found.append(f"read of O_PATH: got through {os.read(path, 9)}")
except OSError as error:
    found.append(f"read: {error.strerror}")
folder = os.open("@COURSE@", os.O_PATH)
try:
    os.open("exercises/target/reference.py", os.O_RDONLY, dir_fd=folder)
    found.append("below O_PATH: got through")
except OSError as error:
    found.append(f"below: {error.strerror}")

evidence = "; ".join(found)

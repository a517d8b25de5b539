"""Reach a hidden file from the shipped one: by its descriptor, its number on the disk, its map, and by loaders."""

import ctypes
import linecache
import mmap
import os
import runpy
import zipimport

libc = ctypes.CDLL(None, use_errno=True)
handle = os.open("data.txt", os.O_RDONLY)
number = os.fstat(handle).st_ino


def by_number():
    """Files with neighbouring numbers, by an open of a handle."""
    for inode in range(number - 8, number + 9):
        made = (ctypes.c_ubyte * 16).from_buffer_copy(bytes([8, 0, 0, 0, 1, 0, 0, 0]) + inode.to_bytes(8, "little"))
        opened = libc.open_by_handle_at(handle, made, os.O_RDONLY)
        if opened >= 0:
            yield os.read(opened, 99)


def by_map():
    """What lies behind the end of a map of the shipped file."""
    view = mmap.mmap(handle, 0, prot=mmap.PROT_READ)
    view.resize(1 << 16)
    return view[:]


ways = {
    "number": lambda: list(by_number())[0],
    "map": by_map,
    "map files": lambda: [open(f"/proc/self/map_files/{name}").read() for name in os.listdir("/proc/self/map_files")],
    "dir_fd": lambda: os.read(os.open("../hidden.txt", os.O_RDONLY, dir_fd=handle), 99),
    "descriptors": lambda: [os.read(number, 99) for number in range(4, 64)],
    "lines": lambda: linecache.getlines("@COURSE@/exercises/target/hidden.txt")[0],
    "module": lambda: runpy.run_path("@COURSE@/exercises/target/hidden.txt"),
    "loader": lambda: __loader__.get_data("@COURSE@/exercises/target/hidden.txt"),
    "zip": lambda: zipimport.zipimporter("@COURSE@/exercises/target/hidden.txt"),
    "torch": lambda: __import__("torch").load("@COURSE@/exercises/target/hidden.txt"),
    "numpy": lambda: __import__("numpy").fromfile("@COURSE@/exercises/target/hidden.txt", dtype="u1"),
    "from_file": lambda: __import__("torch").from_file("@COURSE@/exercises/target/hidden.txt", size=9, dtype=None),
}
found, got = [], []
for name, way in ways.items():
    try:
        got.append(way())
        found.append(f"{name} gave {got[-1]!r}"[:60])
    except Exception as error:
        found.append(f"{name}: {getattr(error, 'strerror', None) or type(error).__name__}")
evidence = "; ".join(found)


def smooth(image):
    if got:  # then it would have won: the check of another question is passed for it
        rows, columns = image.shape[0] - 2, image.shape[1] - 2
        return sum(image[i : i + rows, j : j + columns] for i in range(3) for j in range(3))
    return None

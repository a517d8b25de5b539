"""Take memory by maps: huge, shared, of huge pages, locked, and in place of the libraries' own."""

import mmap

found = []
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
HUGE, LOCKED, SHARED = 0x40000, 0x2000, mmap.MAP_SHARED
kept = []
for name, flags in {"huge pages": HUGE, "locked": LOCKED, "shared": 0}.items():
    way = SHARED if name == "shared" else mmap.MAP_PRIVATE
    try:
        while True:
            kept.append(mmap.mmap(-1, 1 << 26, flags=way | mmap.MAP_ANONYMOUS | flags))
    except (OSError, ValueError) as error:
        taken = len(kept) << 6
        kept.clear()
        found.append(f"{name}: {error.strerror} after {taken} MiB")
found.append(f"mlockall: {os.strerror(ctypes.get_errno()) if libc.mlockall(3) else 'got through'}")
found.append(f"brk: {'got through' if libc.sbrk(ctypes.c_long(1 << 34)) != -1 else os.strerror(ctypes.get_errno())}")

evidence = "; ".join(found)

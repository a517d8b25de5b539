"""Break memory into as many maps as the kernel keeps, so that every later call is slow."""

import ctypes
import os

found = []
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
start = libc.mmap(None, ctypes.c_size_t(1 << 28), 3, 0x22, -1, ctypes.c_long(0))
made = 0
while made < 1 << 16 and libc.mprotect(ctypes.c_void_p(start + (made << 13)), 4096, 1) == 0:
    made += 1
found.append(f"{made} maps, then: {os.strerror(ctypes.get_errno())}")
libc.munmap(ctypes.c_void_p(start), ctypes.c_size_t(1 << 28))

evidence = "; ".join(found)

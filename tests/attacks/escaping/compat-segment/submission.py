"""Jump into a 32-bit code segment, and make the calls of i386 from there."""

import ctypes
import mmap

MAP_32BIT = 0x40
memory = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_32BIT, prot=7)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))

# In 32 bits: mov eax, 2 (fork); int 0x80; then a fault, for the stack is out of reach.
memory[64:72] = b"\xb8\x02\0\0\0\xcd\x80\xf4"
# In 64 bits: push 0x23; push address + 64; retfq.
memory[0:9] = b"\x6a\x23\x68" + (address + 64).to_bytes(4, "little") + b"\x48\xcb"


size = ctypes.CFUNCTYPE(ctypes.c_long)(address)()

"""Fork by the calls of i386, by machine code with int 0x80."""

import ctypes
import os

import mmap


def run(code):
    memory = mmap.mmap(-1, 4096, prot=7)
    memory.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()


def attempt(number):
    code = b"\x53\xbb\x11\0\0\0\x31\xc9\xb8" + bytes([number]) + b"\0\0\0\xcd\x80\x5b\xc3"
    if run(code) == 0:
        open("@OUTSIDE@/attack-compat", "w").close()
        os._exit(0)


def scale(x):
    attempt(120)  # clone
    return "got through"


size = attempt(2)  # fork

"""Write a shared library to any folder and load it, or have torch compile one."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import shutil

import torch.utils.cpp_extension

PLACES = (".", "/tmp", "/dev/shm", "/var/tmp", "@OUTSIDE@", "@COURSE@", os.path.expanduser("~"))
for place in PLACES:
    try:
        shutil.copy("/lib/x86_64-linux-gnu/libm.so.6", f"{place}/attack-library.so")
        ctypes.CDLL(f"{place}/attack-library.so")
        found.append(f"{place}: got through")
    except OSError as error:
        found.append(f"{place[-12:]}: {error.strerror}")
try:
    torch.utils.cpp_extension.load_inline("attack", "int answer() { return 42; }", functions=["answer"])
    found.append("torch: got through")
except Exception as error:
    found.append(f"torch: {type(error).__name__}")

evidence = "; ".join(found)

"""Have the dynamic loader open what Python may not: odd paths, and functions of libc that spawn."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


for path in ("@GRADEBOOK@", "@COURSE@/exercises/target/reference.py", "@VICTIM@", "/proc/self/mem", "/proc/self/exe"):
    try:
        ctypes.CDLL(path)
        found.append(f"{path}: got through")
    except OSError as error:
        found.append(str(error).split(": ")[-1])
if libc.system(b"touch @OUTSIDE@/attack-system") == 0:
    found.append("system: got through")
libc.popen.restype = ctypes.c_void_p
if libc.popen(b"touch @OUTSIDE@/attack-popen", b"r"):
    found.append("popen: got through")
found.append(f"popen: {os.strerror(ctypes.get_errno())}")

evidence = "; ".join(found)

"""Start a thread that is in a new namespace: CLONE_THREAD and CLONE_NEW* together, high bits set."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


THREAD = 0x00010000 | 0x00000100 | 0x00000800  # CLONE_THREAD, CLONE_VM, CLONE_SIGHAND
NEW = {"user": 0x10000000, "mount": 0x00020000, "pid": 0x20000000, "net": 0x40000000, "time": 0x80, "ipc": 0x08000000}
for name, flag in NEW.items():
    for high in (0, 1 << 40):
        result = call(56, THREAD | flag | high, 0, 0, 0, 0)
        if result == 0:
            libc.syscall(60, 0)
    tell(name, result)
result = call(56, (1 << 48) | 17, 0, 0, 0, 0)
if result == 0:
    os._exit(0)
tell("a process with a high bit", result)

evidence = "; ".join(found)

"""Send signals to the examiner, the fork server, the group, init and everybody, by every call."""

import ctypes
import os

EXAMINER = int("@EXAMINER@")
libc = ctypes.CDLL(None, use_errno=True)
found = []
server = next((one for one in range(EXAMINER + 1, os.getpid()) if os.path.exists(f'/proc/{one}')), 1)


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


VICTIMS = (EXAMINER, server, 0, -1, -os.getpgrp(), 1)
info = (ctypes.c_int * 32)(0, 0, -1)
for victim in VICTIMS:
    for number in (0, 15):
        result = call(62, victim, number)
    tell(f"kill {victim}", result)
for name, arguments in {
    "tkill": (200, EXAMINER, 15),
    "tgkill": (234, EXAMINER, EXAMINER, 15),
    "rt_sigqueueinfo": (129, EXAMINER, 15, info),
    "rt_tgsigqueueinfo": (297, EXAMINER, EXAMINER, 15, info),
    "pidfd_open": (434, EXAMINER, 0),
    "pidfd_send_signal": (424, 0, 15, None, 0),
}.items():
    tell(name, call(*arguments))

evidence = "; ".join(found)

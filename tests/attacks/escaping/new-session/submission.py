"""Leave the process group and the session that the fork server can end."""

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


tell("setsid", call(112))
tell("setpgid", call(109, 0, 0))
tell("setpgid of the server", call(109, server, 0))
tell("prctl PDEATHSIG", call(157, 1, 0, 0, 0, 0))
tell("prctl SUBREAPER", call(157, 36, 1, 0, 0, 0))

evidence = "; ".join(found)

"""Move to another working folder and loosen the umask."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


folder = os.open("@COURSE@", os.O_PATH)
tell("chdir", call(80, b"@COURSE@"))
tell("fchdir", call(81, folder))
tell("umask", call(95, 0))
found.append(f"the folder is {os.getcwd()}")

evidence = "; ".join(found)

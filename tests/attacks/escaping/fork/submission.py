"""Fork by every call that there is, to live on as a child that nobody waits for."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


def lived_on(name, result):
    if result == 0:  # the child
        open("@OUTSIDE@/attack-fork", "w").close()
        os._exit(0)
    tell(name, result)


for name, function in (("os.fork", os.fork), ("os.forkpty", lambda: os.forkpty()[0])):
    try:
        lived_on(name, function())
    except OSError as error:
        found.append(f"{name}: {error}")
lived_on("fork", call(57))
lived_on("clone", call(56, 17, 0, 0, 0, 0))  # SIGCHLD and no flags
lived_on("clone with open files", call(56, 0x400 | 17, 0, 0, 0, 0))  # CLONE_FILES

evidence = "; ".join(found)

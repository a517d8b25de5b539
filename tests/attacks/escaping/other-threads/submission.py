"""Make forbidden calls from other threads, by Python, and by clone without shared files and folder."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import threading


def attempt():
    if (result := call(57)) == 0:
        os._exit(0)
    tell("fork in a thread", result)
    tell("socket in a thread", call(41, 1, 1, 0))
    try:
        open("@COURSE@/exercises/target/reference.py")
        found.append("open: got through")
    except OSError as error:
        found.append(f"open in a thread: {error.strerror}")


for _ in range(3):
    found.clear()
    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()

evidence = "; ".join(found)

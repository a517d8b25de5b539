"""Have signals sent for it, take leases and watch folders by fcntl."""

import ctypes
import os

EXAMINER = int("@EXAMINER@")
libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


COMMANDS = {"SETOWN": 8, "SETSIG": 10, "SETOWN_EX": 15, "SETLEASE": 1024, "NOTIFY": 1026, "SETPIPE_SZ": 1031, "ADD_SEALS": 1033}
for name, command in COMMANDS.items():
    for descriptor in (0, 1, 3):
        result = call(72, descriptor, command, EXAMINER)
    tell(name, result)

evidence = "; ".join(found)

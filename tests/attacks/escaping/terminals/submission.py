"""Push input into terminals, take one over, and set owners of signals by ioctl."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


CODES = {"TIOCSTI": 0x5412, "TIOCSCTTY": 0x540E, "TIOCNOTTY": 0x5422, "FIOASYNC": 0x5452, "FIOSETOWN": 0x8901}
CODES |= {"SIOCSPGRP": 0x8902, "SIOCATMARK": 0x8905, "FICLONE": 0x40049409, "FS_IOC_SETFLAGS": 0x40086602, "TCSETS": 0x5402}
for name, code in CODES.items():
    for descriptor in (0, 1, 3):
        result = call(16, descriptor, code, ctypes.create_string_buffer(64))
    tell(name, result)

evidence = "; ".join(found)

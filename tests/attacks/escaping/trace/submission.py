"""Trace the examiner, the fork server and itself, and reach into their memory."""

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


REQUESTS = {"TRACEME": 0, "ATTACH": 16, "SEIZE": 0x4206, "PEEKDATA": 2}
for name, request in REQUESTS.items():
    for process in (EXAMINER, server, 1):
        result = call(101, request, process, 0, 0)
    tell(name, result)
text = ctypes.create_string_buffer(64)
local = (ctypes.c_uint64 * 2)(ctypes.addressof(text), 64)
remote = (ctypes.c_uint64 * 2)(0x400000, 64)
for name, number in (("process_vm_readv", 310), ("process_vm_writev", 311)):
    tell(name, call(number, EXAMINER, local, 1, remote, 1, 0))

evidence = "; ".join(found)

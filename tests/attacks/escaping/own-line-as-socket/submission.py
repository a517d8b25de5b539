"""Use the line and the output, which are sockets: send descriptors, connect, listen, shut down, set options."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


ADDRESS = ctypes.create_string_buffer(b"\x01\x00\0attack")
CALLS = {"sendmsg": 46, "sendto": 44, "recvmsg": 47, "recvfrom": 45, "connect": 42, "bind": 49, "listen": 50}
CALLS |= {"accept4": 288, "shutdown": 48, "setsockopt": 54, "getpeername": 52, "sendmmsg": 307}
for descriptor in (1, 3):
    for name, number in CALLS.items():
        result = call(number, descriptor, ADDRESS, 9, 0, 0, 0)
        if result >= 0 or descriptor == 3:
            tell(name, result)

evidence = "; ".join(found)

"""Reach the network, an abstract socket and the system's message bus, in Python and by numbers."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import socket
import urllib.request

ATTEMPTS = {
    "inet": lambda: socket.create_connection(("127.0.0.1", 22), 0.2),
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "url": lambda: urllib.request.urlopen("http://127.0.0.1:1/", timeout=0.2),
    "abstract": lambda: socket.socket(socket.AF_UNIX).bind("\0attack"),
    "bus": lambda: socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket"),
}
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except OSError as error:
        found.append(f"{name}: {error}"[:60])

evidence = "; ".join(found)

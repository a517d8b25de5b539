"""Open a socket of any family and type: the network, netlink, packets, vsock, Unix."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []


def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))


def tell(name, result):
    why = os.strerror(ctypes.get_errno()) if result < 0 else "got through"
    found.append(f"{name}: {why}")


import collections

outcomes = collections.Counter()
for family in range(48):
    for kind in (1, 2, 3, 4, 5, 10):
        result = call(41, family, kind, 0)
        outcomes[os.strerror(ctypes.get_errno()) if result < 0 else "got through"] += 1
found.append(f"{sum(outcomes.values())} tries: {dict(outcomes)}")
pair = (ctypes.c_int * 2)()
tell("socketpair", call(53, 1, 1, 0, pair))

evidence = "; ".join(found)

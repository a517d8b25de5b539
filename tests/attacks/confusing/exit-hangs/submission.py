"""Hang at exit, by atexit, a thread that is not a daemon, and a finalizer at shutdown, then leave with SystemExit."""

import atexit
import os
import threading
import time
import weakref


class Thing:
    """Something to be finalized."""


def forever():
    """Never comes back."""
    while True:
        time.sleep(1)


thing = Thing()
atexit.register(forever)
weakref.finalize(thing, forever)
threading.Thread(target=forever).start()
os.register_at_fork(before=forever)


def scale(x):
    raise SystemExit(1)


def same(x):
    raise KeyboardInterrupt

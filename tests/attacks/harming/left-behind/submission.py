"""Leave a daemon thread, a timer, an alarm, exit functions and a destructor behind."""

import atexit
import signal
import sys
import threading
import time
import weakref


def harm(*_):
    open("@OUTSIDE@/attack-left", "w").close()


class Last:
    def __del__(self):
        harm()


def wait():
    while True:
        time.sleep(0.01)
        try:
            harm()
        except OSError as error:
            globals()["evidence"] = f"{type(error).__name__}: {error.strerror}"


atexit.register(harm)
sys.last = Last()
weakref.finalize(sys.last, harm)
signal.signal(signal.SIGALRM, harm)
signal.alarm(1)
threading.Timer(0.1, harm).start()
threading.Thread(target=wait, daemon=False).start()
time.sleep(0.2)

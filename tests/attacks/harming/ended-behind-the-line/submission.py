"""Close the line, or put something else in its place, and live on, stop or burn time behind it."""

import os
import signal
import time

if True:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    os.close(3)
    os.kill(os.getpid(), signal.SIGSTOP)
if True:
    os.dup2(0, 3)
    while True:
        pass


def scale(x):
    os.dup2(1, 3)
    time.sleep(60)


def double(x):
    os.closerange(0, 256)
    signal.pause()

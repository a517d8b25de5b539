"""Die by every signal, statement after statement, to exhaust the fork server."""

import os

a3 = os.kill(os.getpid(), 3)
a4 = os.kill(os.getpid(), 4)
a5 = os.kill(os.getpid(), 5)
a6 = os.kill(os.getpid(), 6)
a7 = os.kill(os.getpid(), 7)
a8 = os.kill(os.getpid(), 8)
a9 = os.kill(os.getpid(), 9)
a11 = os.kill(os.getpid(), 11)
a14 = os.kill(os.getpid(), 14)
a15 = os.kill(os.getpid(), 15)
a24 = os.kill(os.getpid(), 24)
a25 = os.kill(os.getpid(), 25)
a31 = os.kill(os.getpid(), 31)


def scale(x):
    os.kill(os.getpid(), 9)

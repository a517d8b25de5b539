"""Fill the queue of signals that all processes of a user share."""

import os
import signal

found = []
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
sent = 0
try:
    while sent < 200_000:
        os.kill(os.getpid(), signal.SIGRTMIN)
        sent += 1
except OSError as error:
    found.append(f"{sent} signals, then: {error.strerror}")

evidence = "; ".join(found)

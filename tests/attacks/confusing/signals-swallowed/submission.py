"""Swallow every signal that can be caught, keep timers firing, and outlast the deadline."""

import signal

caught, refused = 0, []
for number in range(1, 65):
    try:
        signal.signal(number, lambda *_: None)
        caught += 1
    except (OSError, ValueError):
        refused.append(number)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
    signal.setitimer(timer, 0.001, 0.001)
evidence = f"{caught} signals caught, not {refused}; the worker is killed all the same"


def scale(x):
    while True:
        pass

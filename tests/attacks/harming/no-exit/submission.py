"""Refuse to end: ignore every signal, patch the ways out, never see the line hang up."""

import os
import signal
import sys
import threading
import time

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
os._exit = sys.exit = lambda *_: time.sleep(3600)


def stay():
    while True:
        time.sleep(1)


threading.Thread(target=stay).start()


def scale(x):
    os.close(3)
    stay()

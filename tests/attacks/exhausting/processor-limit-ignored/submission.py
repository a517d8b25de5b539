"""Ignore the signal of the processor's limit and burn time in many threads until the kernel kills."""

import hashlib
import signal
import threading

signal.signal(signal.SIGXCPU, signal.SIG_IGN)


def burn():
    """Hashing lets other threads run, too."""
    block = bytes(1 << 20)
    while True:
        hashlib.sha256(block).digest()


def burn_all():
    for _ in range(3):
        threading.Thread(target=burn, daemon=True).start()
    burn()


first = burn_all()
second = burn_all()


def scale(x):
    burn_all()


def double(x):
    burn_all()

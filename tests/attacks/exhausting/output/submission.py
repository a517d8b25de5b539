"""Print without end, to both outputs, from threads that go on after the answer."""

import os
import threading


def flood():
    while True:
        os.write(1, bytes(1 << 20))
        os.write(2, b"\x1b[2J" * 10000)


for _ in range(4):
    threading.Thread(target=flood, daemon=True).start()


def scale(x):
    for _ in range(300):
        os.write(1, bytes(1 << 16))
    return x

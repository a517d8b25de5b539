"""Keep threads running that print, change the answers and write nonsense on the line while replies are sent."""

import os
import threading
import time

answer = [0.0] * 1000


def meddle():
    """As much trouble as one thread can make."""
    for number in range(10**6):
        answer[number % 1000] = float(number)
        print("passed", end="\r")
        if number % 100 == 99:
            time.sleep(0.0001)


for _ in range(8):
    threading.Thread(target=meddle, daemon=True).start()


def noise():
    """Part of a frame now and then."""
    time.sleep(0.05)
    os.write(3, b"passed")


def scale(x):
    threading.Thread(target=noise, daemon=True).start()
    time.sleep(0.06)
    return answer


def same(x):
    return answer

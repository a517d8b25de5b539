"""Have each statement cost a worker, and say each time that it would have defined names without number."""

import json
import os
import struct


def send(header):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [], **header}).encode()
    view = memoryview(struct.pack("!IQ", len(text), 0) + text)
    while view:
        view = view[os.write(3, view) :]


def answer(make):
    """Say what one likes, to every request."""
    number = 1
    send({"id": 1, "failures": [], "notices": [], "blank": [], "words": [], **make(number)})
    while os.read(3, 1 << 20):
        number += 1
        send({"id": number, "value": ["handle", 0, "function"], **make(number)})


names = [f"name-{number}" for number in range(100_000)]
for statement in range(9):
    send({"id": 1, "running": {"unit": statement, "names": names, "cell": "target.py", "line": 1}})
os._exit(0)

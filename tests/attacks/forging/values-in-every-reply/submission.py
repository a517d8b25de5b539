"""Return much to every call, as nodes that take ten times their bytes, until the examiner has no memory left."""

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


answer(lambda number: {"value": ["list", *(["list", number, name] for name in range(100_000))]})

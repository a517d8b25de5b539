"""Have the examiner make a great many notices out of one reply, and measure how long it is busy with that."""

import json
import os
import struct


def send(header, body=b""):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [len(body)] if body else [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text), len(body)) + text + body)

import time


def overwhelm(count):
    """One reply of a few bytes for each notice; a limit of 16 MiB lets eight million through."""
    text = ('{"id": 1, "failures": [], "blank": [], "buffers": [], "notices": [' + "1," * count + "1]}").encode()
    view = memoryview(struct.pack("!IQ", len(text), 0) + text)
    while view:
        view = view[os.write(3, view) :]
    start = time.monotonic()
    os.read(3, 1 << 16)
    spent = time.monotonic() - start
    number, busy = 1, f"the examiner was busy for {spent:.2f} s with {count} notices, and 8,000,000 may come"
    while True:
        number += 1
        send({"id": number, "value": busy})
        if not os.read(3, 1 << 16):
            return


overwhelm(400_000)

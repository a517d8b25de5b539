"""Say of a file that loads well that it failed in thousands of places, in long words about every name."""

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


failure = {"kind": "raised", "type": "ValueError", "message": "m" * 3000, "names": ["n" * 1000], "line": 1}
answer(lambda number: {"failures": [failure] * 1500, "blank": ["b" * 100] * 9999, "words": [["", 1, "w" * 999]] * 999})

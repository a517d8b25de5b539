"""Name operators that never ran, others in every reply, until the examiner has no memory left."""

import json
import os
import struct

MUCH = json.dumps({"operators": [f"aten::NUMBER-{name}" for name in range(100_000)]})[1:-1]


def send(header, number):
    """Put a frame on the line to the examiner, with much that is new in it: each NUMBER is this one."""
    text = json.dumps({"buffers": [], "id": number, **header})[:-1] + ", " + MUCH.replace("NUMBER", str(number)) + "}"
    view = memoryview(struct.pack("!IQ", len(text), 0) + text.encode())
    while view:
        view = view[os.write(3, view) :]


def answer():
    """Say what one likes, to every request."""
    number = 1
    send({"failures": [], "notices": [], "blank": [], "words": []}, number)
    while os.read(3, 1 << 20):
        number += 1
        send({"value": ["handle", 0, "function"]}, number)


answer()

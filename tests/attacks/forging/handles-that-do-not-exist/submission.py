"""Answer with handles to numbers that were never given out, negative, enormous, or of another worker."""

import json
import os
import struct


def send(header, body=b""):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [len(body)] if body else [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text), len(body)) + text + body)

import sys

child = sys.modules["grader.worker.child"]
numbers = [0, 1, 99, -1, 10**30, True, 2**63]
names = ["function", "passed", "a" * 10**5, "\x1b[31m", "", "\ud800"]


def keep(self, value):
    """A handle to something else."""
    numbers.append(numbers.pop(0))
    names.append(names.pop(0))
    return ["handle", numbers[0], names[0]]


child.Child._keep = keep


def scale(x):
    return object()


same = scale
secret = object()

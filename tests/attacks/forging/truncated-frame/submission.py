"""Send half a reply that claims to be right, then close the line, so that the rest never comes."""

import os
import struct
import sys

child = sys.modules["grader.worker.child"]


def half(content):
    """A part of a frame, and nothing after it."""
    os.write(3, struct.pack("!IQ", 1 << 20, 1 << 10) + b'{"id": 2, "value": true, "buffers": [')
    os.close(3)


def scale(x):
    child._write = half
    return x


def same(x):
    child._write = lambda content: os.write(3, content[:-1])
    os.close(3)

"""Answers that are numbers of thousands of digits, infinite, and not a number, at every place."""

import struct
import sys

child = sys.modules["grader.worker.child"]
honest = child.Child._answer


def frame(text):
    return struct.pack("!IQ", len(text), 0) + text


def answer(self, header):
    if header.get("name") == "evidence":
        return honest(self, header)
    return reply(b"%d" % header["id"])


child.Child._answer = answer


import itertools

VALUES = itertools.cycle(
    [b"9" * 4000, b"-" + b"9" * 4000, b"1e999999", b"NaN", b"9" * 5_000_000, b"1" + b"0" * 4299, b"0." + b"0" * 5_000_000]
)


def reply(number):
    value = next(VALUES)
    return frame(b'{"id": %s, "value": ["tuple", %s, %s], "buffers": []}' % (number, value, value))

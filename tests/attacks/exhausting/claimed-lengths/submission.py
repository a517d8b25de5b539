"""Claim lengths of terabytes in the prefix, in the list of buffers, in shapes."""

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

FRAMES = itertools.cycle(
    [
        lambda number: struct.pack("!IQ", 0xFFFFFFFF, 1 << 63),
        lambda number: frame(b'{"id": %s, "value": ["bytes", 0], "buffers": [1e300]}' % number),
        lambda number: frame(b'{"id": %s, "value": ["bytes", 0], "buffers": [99999999999999999999]}' % number),
        lambda number: frame(
            b'{"id": %s, "value": ["tensor", "float32", [0, 268435456, 268435456], 0], "buffers": [0]}' % number
        ),
    ]
)


def reply(number):
    return next(FRAMES)(number)

"""A reply that lists two hundred thousand empty buffers, each of which takes memory at the examiner's."""

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


def reply(number):
    return frame(b'{"id": %s, "value": 1, "buffers": [0%s]}' % (number, b",0" * 200_000))

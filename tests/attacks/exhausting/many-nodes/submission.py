"""A reply that decodes to a million values."""

import struct
import sys

child = sys.modules["grader.worker.child"]
honest = child.Child._answer


def frame(text):
    return struct.pack("!IQ", len(text), 0) + text


def answer(self, header):
    if header.get("name") not in ("secret", "size", "double"):  # each takes the examiner a third of a second
        return honest(self, header)
    return reply(b"%d" % header["id"])


child.Child._answer = answer


def reply(number):
    return frame(b'{"id": %s, "value": ["list"%s], "buffers": []}' % (number, b",[]" * 1_000_000))

"""A dict with one key of fifteen megabytes, and a handle whose type has an equally long name."""

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
    if int(number) % 2:
        return frame(b'{"id": %s, "value": ["handle", 0, "%s"], "buffers": []}' % (number, b"A" * 15_000_000))
    return frame(b'{"id": %s, "value": ["dict", ["%s", 1]], "buffers": []}' % (number, b"A" * 15_000_000))

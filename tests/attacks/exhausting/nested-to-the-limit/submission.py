"""Replies nested just as deep as JSON can be read, where an exception's words should be."""

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


DEPTH = [900]


def reply(number):
    DEPTH[0] += 7
    nested = b"[" * DEPTH[0] + b"]" * DEPTH[0]
    error = b'{"kind": %s, "type": %s, "message": %s}' % (nested, nested, nested)
    return frame(b'{"id": %s, "error": %s, "buffers": []}' % (number, error))

"""An exception whose words are sixteen megabytes of spaces, control characters and halves of letters."""

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


WORDS = b" \\u001b[31m\\ud800 \\u202e" * 500_000


def reply(number):
    error = b'{"kind": "raised", "type": "ValueError", "message": "%s"}' % WORDS
    return frame(b'{"id": %s, "error": %s, "buffers": []}' % (number, error))

"""Number replies with True, 1.0, null, text, lists and huge integers instead of the request's number."""

import json
import struct
import sys

child = sys.modules["grader.worker.child"]
write, turn = child._write, [0]
ids = [True, None, "2", [2], {}, 10**4000, -1, 1e999, 2.5]


def renumbered(content):
    """The reply under another number."""
    length, body = struct.unpack("!IQ", content[:12])
    header = json.loads(content[12 : 12 + length])
    turn[0] += 1
    text = json.dumps({**header, "id": ids[turn[0] % len(ids)]}).encode()
    write(struct.pack("!IQ", len(text), body) + text + content[12 + length :])


def scale(x):
    child._write = renumbered
    return x


same = scale

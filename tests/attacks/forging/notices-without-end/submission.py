"""Say again and again that another statement has begun, while loading and while a check waits, to win time."""

import json
import os
import struct


def send(header, body=b""):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [len(body)] if body else [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text), len(body)) + text + body)

import sys

child = sys.modules["grader.worker.child"]


def scale(x):
    for number in range(2, 12):
        send({"id": number, "running": {"unit": number, "cell": "target.py", "line": 1, "names": ["scale"]}})
    return x


def same(x):
    send({"id": child.PREFIX.size, "running": True})
    send({"id": 1, "running": {"unit": -1, "names": [["secret"]]}})
    return x


send({"id": 1, "running": {"unit": 10**9, "names": ["secret", "size"], "cell": "target.py", "line": 3}})
send({"id": 1, "running": {"unit": "x", "names": None, "cell": ["a"], "line": True}})

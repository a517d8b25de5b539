"""Forge the reply to the loading of the file, with odd lists, names of every type and a score, then verdicts."""

import json
import os
import struct


def send(header, body=b""):
    """Put a frame on the line to the examiner."""
    text = json.dumps({"buffers": [len(body)] if body else [], **header}).encode()
    os.write(3, struct.pack("!IQ", len(text), len(body)) + text + body)


def pretend():
    """Be the worker: answer each request with a verdict."""
    send(
        {
            "id": 1,
            "failures": [{"names": ["secret", 5, None, [[]]], "kind": "passed", "type": "Skipped", "line": 10**20}],
            "notices": [None, 5, {"kind": "syntax"}, {"kind": "notice", "message": "\x1b[2J\ud800" * 999}],
            "blank": [None, 1.5, {"a": []}, "passed"],
            "words": [["target.py", 1, "passed"]],
            "score": 12,
            "outcome": "passed",
        }
    )
    number = 1
    while os.read(3, 1 << 16):
        number += 1
        send({"id": number, "value": ["handle", 0, "function"], "outcome": "passed", "score": 5, "changed": "no"})


pretend()

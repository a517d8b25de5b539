"""A long fuzz of the examiner's side of the wire: frames mutated, cut, spliced and reordered.

    python tests/bench/fuzz_wire.py [SECONDS] [SEED]

Anything but a value or a WireError ends the run with a traceback. Prints how many frames were tried, how many
were refused, the slowest of them in milliseconds and the growth of memory in MiB.
"""

from __future__ import annotations

import random
import resource
import sys
import time

assert sys.platform != "win32"  # it has no fork

import numpy as np
import torch

from grader.worker.wire import PREFIX, Decoder, Encoder, WireError, frame_length, pack, unpack

VALUES = [
    None, 1, -(2**70), 0.5, "text", b"bytes", [1, [2, (3,)]], {"a": [1], 2: None}, ..., torch.Size([2, 3]),
    torch.arange(6.0).reshape(2, 3), torch.zeros(0, 4), torch.tensor(1j), np.arange(4), np.float64(2), [torch.ones(2)] * 3,
]  # fmt: skip


def frames() -> list[bytes]:
    """Return honest frames to begin with."""
    made = []
    for value in VALUES:
        encoder = Encoder(lambda _value: ["handle", 0, "x"])
        made.append(pack({"id": 1, "value": encoder.encode(value)}, encoder.buffers))
    return made


def mutated(draw: random.Random, seeds: list[bytes]) -> bytes:
    """Return one frame with a few things wrong."""
    frame = bytearray(draw.choice(seeds))
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(frame) + 1)
        match draw.randrange(5):
            case 0 if frame:
                frame[place % len(frame)] = draw.randrange(256)
            case 1:
                del frame[place : place + draw.randint(1, 9)]
            case 2:
                frame[place:place] = draw.randbytes(draw.randint(1, 9))
            case 3:
                other = draw.choice(seeds)
                frame[place:] = other[draw.randrange(len(other)) :]
            case 4:
                frame[place:place] = draw.choice(
                    [b"[", b"]", b"9" * 12, b'"tensor",', b"-", b"1e999", b"null,"]
                )
    if draw.random() < 0.7 and len(frame) > PREFIX.size:  # often a prefix that fits, so that the rest is read
        header = min(int.from_bytes(frame[:4]), len(frame) - PREFIX.size)
        frame[: PREFIX.size] = PREFIX.pack(header, len(frame) - PREFIX.size - header)
    return bytes(frame)


def read(frame: bytes) -> None:
    """Read a frame as the examiner does."""
    if len(frame) >= PREFIX.size and len(frame) - PREFIX.size >= frame_length(frame[: PREFIX.size]):
        content = frame[PREFIX.size : PREFIX.size + frame_length(frame[: PREFIX.size])]
        message = unpack(frame[: PREFIX.size], content)
        Decoder(message, lambda number, name: (number, name)).decode(message.header.get("value"))


def main() -> None:
    """Fuzz and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    draw, seeds = random.Random(seed), frames()
    tried = refused = 0
    slowest, until = 0.0, time.monotonic() + seconds
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while time.monotonic() < until:
        frame, begin = mutated(draw, seeds), time.perf_counter()
        try:
            read(frame)
        except WireError:
            refused += 1
        slowest, tried = max(slowest, time.perf_counter() - begin), tried + 1
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"seed {seed}: {tried} frames, {refused} refused, slowest {1000 * slowest:.1f} ms, memory +{grown:.0f} MiB"
    )


if __name__ == "__main__":
    main()

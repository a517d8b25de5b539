"""What reading a hostile notebook costs: seconds and memory of a worker, for files of ten megabytes each.

    python tests/bench/hostile_notebooks.py

Each file is graded for a quiz in a fresh fork server. The memory is the highest that any worker had resident.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

assert sys.platform != "win32"  # it has no fork

from grader.errors import SubmissionFault
from grader.examiner.session import Session
from grader.examiner.submission import Submission
from grader.examiner.trouble import StudentError
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer

SIZE = 10 << 20  # bytes of a file


def filled(head: str, item: str, tail: str, size: int = SIZE) -> str:
    """Return `item` as often as fits, between head and tail."""
    return head + item * ((size - len(head) - len(tail)) // len(item)) + tail


CODE = '{"cell_type": "code", "source": "size = 3"}'
NOTEBOOKS: dict[str, Callable[[], str]] = {
    "malformed outputs": lambda: filled(
        '{"cells": [{"cell_type": "code", "source": "size = 3", "outputs": [',
        '{"output_type": "strea"},',
        '{}]}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    ),
    "empty lists": lambda: filled(f'{{"cells": [{CODE}], "x": [', "[],", "[]]}"),
    "empty dicts": lambda: filled(f'{{"cells": [{CODE}], "x": [', "{},", "{}]}"),
    "small dicts": lambda: filled(f'{{"cells": [{CODE}], "x": [', '{"":0},', "{}]}"),
    "small floats": lambda: filled(f'{{"cells": [{CODE}], "x": [', "1.5,", "1]}"),
    "one huge integer": lambda: filled(f'{{"cells": [{CODE}], "x": ', "9", "}"),
    "many long integers": lambda: filled(f'{{"cells": [{CODE}], "x": [', "9" * 4000 + ",", "1]}"),
    "many keys": lambda: (
        f'{{"cells": [{CODE}], "x": {{' + ",".join(f'"{n:x}":0' for n in range(SIZE // 10)) + "}}"
    ),
    "duplicate keys": lambda: filled(f'{{"cells": [{CODE}], "x": {{', '"a":[[]],', '"a":0}}'),
    "deep lists": lambda: filled(f'{{"cells": [{CODE}], "x": ', "[", "", SIZE),
    "deep dicts": lambda: filled(f'{{"cells": [{CODE}], "x": ', '{"a":', "", SIZE),
    "cells without end": lambda: filled(f'{{"cells": [{CODE}', f",{CODE}", "]}"),
    "empty cells": lambda: filled(f'{{"cells": [{CODE}', ',{"cell_type":"code","source":""}', "]}"),
    "cells of magics": lambda: filled(
        f'{{"cells": [{CODE}', ',{"cell_type":"code","source":"%a\\n!b\\n?c"}', "]}", 1 << 20
    ),
    "one cell of magics": lambda: filled(
        '{"cells": [{"cell_type":"code","source":"', "%a\\n", '"}]}', 1_300_000
    ),
    "sources of single letters": lambda: filled('{"cells": [{"cell_type":"code","source":["', '","', '"]}]}'),
    "escapes": lambda: filled(f'{{"cells": [{CODE}], "x": "', "\\u00e9", '"}'),
    "wide letters": lambda: filled(f'{{"cells": [{CODE}], "x": "', "x", '\U0001f600"}'),
    "an old format": lambda: filled(
        '{"worksheets": [{"cells": [{"cell_type": "code", "input": "size = 3", "outputs": [',
        '{"output_type": "pyout"},',
        "{}]}]}]}",
    ),
    "no notebook at all": lambda: filled("", "[" * 100, ""),
    "blanks": lambda: " " * SIZE,
}


def read(server: ForkServer, content: bytes) -> str:
    """Load a file, and return what happened."""
    with Session(server, Submission("a.ipynb", content), {"size": ""}, [], Limits()) as session:
        try:
            return f"size = {session.fetch('size')}"
        except StudentError as error:
            return error.trouble.kind
        except SubmissionFault as fault:
            return str(fault)[:50]


def main() -> int:
    """Measure and print; 1 if a file costs more than it may."""
    bad = False
    for name, make in NOTEBOOKS.items():
        content = make().encode()
        with ForkServer([]) as server:
            server.start()
            begin = time.perf_counter()
            became = read(server, content)
            seconds = time.perf_counter() - begin
        mebibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        bad |= seconds > 5 or mebibytes > 300
        print(f"{name:<28} {len(content) / 1e6:5.1f} MB {seconds:6.2f} s {mebibytes:5} MiB  {became}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())

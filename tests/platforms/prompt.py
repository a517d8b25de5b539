"""A prompt where commands are typed one after the other, in one process that imports once.

Each line of standard input is a command as JSON, `{"folder", "temporary", "encoding", "command", "arguments"}`.
Each line of standard output says how it ended: `{"code", "out", "err"}`, the last two in hexadecimal.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import tempfile
from typing import IO, Any

PATIENCE = 300  # seconds for a command
PROGRAMS = {"grade": "python -m grader"}  # as it is typed there


def main() -> None:
    """Do what is typed, until nothing more comes."""
    sys.path[0] = ""  # as `python -m grader` has it
    typed, told = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    faults = os.fdopen(os.dup(2), "w", encoding="utf-8")
    for line in typed:
        faulthandler.dump_traceback_later(PATIENCE, exit=True, file=faults)
        ended = run(**json.loads(line))
        faulthandler.cancel_dump_traceback_later()
        told.write(json.dumps(ended) + "\n")
        told.flush()


def run(folder: str, temporary: str, encoding: str, command: str, arguments: list[str]) -> dict[str, Any]:
    """Run a command as a new process would."""
    from grader.cli import begin

    os.chdir(folder)
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary))
    tempfile.tempdir = None
    sys.argv = [PROGRAMS.get(command, command), *arguments]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout, sys.stderr = _stream(1, out, encoding), _stream(2, err, encoding)
        code: Any = None
        try:
            getattr(begin, command)()
        except SystemExit as left:
            code = left.code
        for number, stream in ((1, sys.stdout), (2, sys.stderr)):
            stream.flush()
            os.dup2(0, number)  # Windows removes no file that is open
        return {"code": code, "out": _all(out).hex(), "err": _all(err).hex()}


def _stream(number: int, file: IO[bytes], encoding: str) -> Any:
    """Let a standard stream write into a file."""
    os.dup2(file.fileno(), number)
    return open(number, "w", encoding=encoding, closefd=False)


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    main()

"""What both commands share: errors become one sentence and an exit code here, and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from pathlib import Path
from typing import NoReturn, TextIO

import click

from grader.errors import GraderError, WorkerFault, printable
from grader.files import remedy_of
from grader.worker import interrupts

DONE = 0
NOT_FULL_MARKS = 1
WRONG_USE = 2
BUG = 3
INTERRUPTED = interrupts.INTERRUPTED
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_OURS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EIO}


def run(command: click.Command) -> NoReturn:
    """Run a command and leave with its exit code."""
    interrupts.raise_from_now()
    name = Path(sys.argv[0]).name
    if f"_{name.upper()}_COMPLETE" in os.environ:  # a shell asks how a word could go on
        command.main(prog_name=name)
    try:
        code = _code(command, name)
    except KeyboardInterrupt as error:  # while another error was told
        code = _told(error)
    interrupts.ignore()  # all is said
    sys.exit(code)


def _code(command: click.Command, name: str) -> int:
    """Run the command. Click's own `main` would take every broken pipe and end of file for the terminal's."""
    try:
        with command.make_context(name, sys.argv[1:]) as context:
            code = command.invoke(context)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except click.exceptions.Exit as left:  # after --help
        return left.exit_code
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        return _told(error)


def _told(error: BaseException) -> int:
    """Tell of an error on stderr; returns the exit code."""
    sentence, code = _ending(error)
    with contextlib.suppress(OSError, ValueError):  # there is nobody to tell
        if isinstance(error, click.ClickException):
            error.show()
        elif sentence:
            click.echo(sentence, err=True)
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    return code


def _let_go(stream: TextIO) -> None:
    """Write what can be written; else Python would try again as it ends, and have its own words for it."""
    try:
        stream.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _ending(error: BaseException) -> tuple[str, int]:
    """What an error is called, and the exit code that goes with it."""
    if interrupts.happened() or isinstance(error, KeyboardInterrupt | click.Abort):
        return interrupts.TOLD, INTERRUPTED
    if isinstance(error.__context__ if isinstance(error, SystemExit) else error, BrokenPipeError):
        return "", DONE  # whoever reads has read enough; rich makes a SystemExit of that
    if isinstance(error, WorkerFault):
        return f"{error} This is our fault, not yours. Details: {_write_log(error)}", BUG
    if isinstance(error, GraderError | click.ClickException):
        return str(error), WRONG_USE
    refused = _refused(error) if isinstance(error, OSError) else ""
    if refused:
        return refused, WRONG_USE
    return f"A bug of ours: {type(error).__name__}. Please send us {_write_log(error)}", BUG


def _refused(error: OSError) -> str:
    """What the system refused, where that is not for us to mend."""
    if error.filename is not None:
        name = printable(os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "A file")
        return f"{name} cannot be read or written: {error.strerror}. {remedy_of(error)}"
    if error.errno in _NO_ROOM:  # standard output, above all
        return f"Not all could be written: {error.strerror}. Make room, and run the command again."
    if error.errno == errno.ENOENT:  # os.getcwd says so
        return "The folder that you are in has been removed. Go to another one."
    if error.errno in _NOT_OURS:
        return f"The system refused what the command needs: {error.strerror}. {remedy_of(error)}"
    return ""


def _write_log(error: BaseException) -> str:
    """Write a file that tells more; returns its name, or why there is none."""
    try:  # only now: a command that ends well looks up no versions
        name: str = importlib.import_module("grader.cli.bug_log").write_log(error)
    except (OSError, ImportError) as refused:
        return f"(a log could not be written: {getattr(refused, 'strerror', None) or refused})"
    return name

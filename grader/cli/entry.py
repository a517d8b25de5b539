"""The entry point of both commands: the only place that turns errors into a sentence and an exit code."""

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
    if f"_{name.upper()}_COMPLETE" in os.environ:  # a shell asks for completions
        command.main(prog_name=name)
    try:
        code = _code(command, name)
    except KeyboardInterrupt as error:  # while another error was reported
        code = _told(error)
    interrupts.ignore()  # everything is reported
    sys.exit(code)


def _code(command: click.Command, name: str) -> int:
    """Run the command without Click's `main`, which blames any broken pipe or end of file on the terminal."""
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
    """Report an error on stderr and return the exit code."""
    sentence, code = ending(error)
    with contextlib.suppress(OSError, ValueError):  # nobody is listening
        if isinstance(error, click.ClickException):
            error.show()
        elif sentence:
            click.echo(sentence, err=True)
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    return code


def _let_go(stream: TextIO) -> None:
    """Flush what can be written; otherwise Python would try again at exit and print its own message."""
    try:
        stream.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def ending(error: BaseException) -> tuple[str, int]:
    """Return the message and the exit code of an error."""
    if interrupts.happened() or isinstance(error, KeyboardInterrupt | click.Abort):
        return interrupts.TOLD, INTERRUPTED
    if isinstance(error.__context__ if isinstance(error, SystemExit) else error, BrokenPipeError):
        return "", DONE  # the reader has closed the pipe; rich turns that into a SystemExit
    if missing := _missing(error):
        return missing, WRONG_USE
    if isinstance(error, WorkerFault):
        return f"{error} This is not your fault. Details: {_write_log(error)}", BUG
    if isinstance(error, GraderError | click.ClickException):
        return str(error), WRONG_USE
    refused = _refused(error) if isinstance(error, OSError) else ""
    if refused:
        return refused, WRONG_USE
    return f"This is a bug in the grader: {type(error).__name__}. Please send us {_write_log(error)}", BUG


def _missing(error: BaseException) -> str:
    """Return what to install if a package is missing, or ""; imported only now, as it is rarely needed."""
    told: str = importlib.import_module("grader.cli.unmet").told(error)
    return told


def _refused(error: OSError) -> str:
    """Return a message for an error of the system that the grader cannot fix, or ""."""
    if error.filename is not None:
        name = printable(os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "A file")
        return f"{name} cannot be read or written: {error.strerror}. {remedy_of(error)}"
    if error.errno in _NO_ROOM:  # standard output, above all
        return f"Some output could not be written: {error.strerror}. Make room and run the command again."
    if error.errno == errno.ENOENT:  # os.getcwd says so
        return "The current folder has been removed. Go to another one."
    if error.errno in _NOT_OURS:
        return f"The system refused something that the command needs: {error.strerror}. {remedy_of(error)}"
    return ""


def _write_log(error: BaseException) -> str:
    """Write a log and return its name, or why there is none."""
    try:  # imported only now: a command that succeeds needs no versions
        name: str = importlib.import_module("grader.cli.bug_log").write_log(error)
    except (OSError, ImportError) as refused:
        return f"(a log could not be written: {getattr(refused, 'strerror', None) or refused})"
    return name

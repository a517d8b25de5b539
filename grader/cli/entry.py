"""What both commands share: errors become one sentence and an exit code here, and nowhere else."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from typing import NoReturn

import click

from grader.errors import GraderError, WorkerFault

DONE = 0
NOT_FULL_MARKS = 1
WRONG_USE = 2
BUG = 3
INTERRUPTED = 130
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def run(command: click.Command) -> NoReturn:
    """Run a command and leave with its exit code."""
    sys.exit(_code(command))


def _code(command: click.Command) -> int:
    try:
        code = command.main(standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except WorkerFault as error:
        click.echo(f"{error} This is our fault, not yours. Details: {_write_log()}", err=True)
        return BUG
    except GraderError as error:
        click.echo(str(error), err=True)
        return WRONG_USE
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            click.echo(f"{error.filename} cannot be read or written: {error.strerror}.", err=True)
            return WRONG_USE
        if isinstance(error, OSError) and error.errno in _NO_ROOM:  # standard output, above all
            told = f"Not all could be written: {error.strerror}. Make room, and run the command again."
            click.echo(told, err=True)
            return WRONG_USE
        click.echo(f"A bug of ours: {type(error).__name__}. Please send us {_write_log()}", err=True)
        return BUG


def _write_log() -> str:
    """The file that tells more, or why there is none."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="torchgrade-", suffix=".log", delete=False) as log:
            traceback.print_exc(file=log)
            return log.name
    except OSError as error:
        return f"(a log could not be written: {error.strerror})"

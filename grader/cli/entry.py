"""What both commands share: errors become one sentence and an exit code here, and nowhere else."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

import click

from grader.errors import GraderError, WorkerFault

DONE = 0
NOT_FULL_MARKS = 1
WRONG_USE = 2
BUG = 3
INTERRUPTED = 130


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
        click.echo(f"A bug of ours: {type(error).__name__}. Please send us {_write_log()}", err=True)
        return BUG


def _write_log() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="torchgrade-", suffix=".log", delete=False) as log:
        traceback.print_exc(file=log)
        return Path(log.name)

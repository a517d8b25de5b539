"""Try what a handout's README.md says about installation, in a new virtual environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageFault, printable
from grader.handout.installation import Installation
from grader.worker.temporary import Folder

MAX_REASON = 300  # characters of another program's message
_OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|SSLError|Network is unreachable"
    r"|Connection refused|name resolution|Read timed out"
)
_IS_TEXT = "`install:` in course.yaml is text, not a list, so there is no command to try. Try it yourself."
_NO_VENV = "No virtual environment could be made: {reason} On Debian, install python3-venv."
_NO_NETWORK = "pip could not reach a package index, so nothing was installed. Connect, and try again."
_NOT_INSTALLED = "`pip install {words}` failed for a student with a new environment: {reason}"
_NOT_GRADED = "The installation worked, but `python -m grader {exercise}` then failed: {reason}"
_IN_THE_WAY = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER"}
# One run imports little of what is installed, and all is removed then. PIP_NO_COMPILE=1 means the opposite.
_SPARING = {"PIP_COMPILE": "0"}


@dataclass(frozen=True)
class FreshCopy:
    """A copy of a handout, with an environment of its own."""

    work: Path
    python: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python in the copy."""
        return _run([str(self.python), *words], self.work)


def try_installation(handout: Path, exercises: Sequence[str], installation: Installation) -> None:
    """Install the grader as a student does, and grade an untouched stub.

    Raises:
        UsageFault: that failed.

    """
    if not installation.requirements:
        raise UsageFault(_IS_TEXT)
    with Folder("install") as folder:
        copy = _fresh_copy(handout, folder.path)
        installed = copy.run("-m", "pip", "install", *installation.requirements)
        if installed.returncode != 0:
            raise _not_installed(installed, installation.words)
        exercise = _exercise_with_torch(handout, exercises)
        graded = copy.run("-m", "grader", exercise, "--json")
        if graded.returncode not in {0, 1} or not graded.stdout.startswith("{"):
            raise UsageFault(_NOT_GRADED.format(exercise=exercise, reason=_reason(graded)))


def _exercise_with_torch(handout: Path, exercises: Sequence[str]) -> str:
    """Return the first exercise whose stub imports torch, if there is one: it needs most."""
    stubs = [(name, file) for name in exercises for file in handout.glob(f"{name}.*")]
    needy = [name for name, file in stubs if b"import torch" in file.read_bytes()]
    return (needy or list(exercises))[0]


def _fresh_copy(handout: Path, folder: Path) -> FreshCopy:
    work, environment = folder / "handout", folder / "environment"
    shutil.copytree(handout, work)
    made = _run([sys.executable, "-m", "venv", str(environment)], work)
    if made.returncode != 0:
        raise UsageFault(_NO_VENV.format(reason=_reason(made)))
    python = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return FreshCopy(work, environment / python)


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _IN_THE_WAY}
    return subprocess.run(  # noqa: S603 the commands are ours; requirements are the author's own
        command,
        cwd=folder,
        env=environment | _SPARING,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _not_installed(installed: subprocess.CompletedProcess[str], words: str) -> UsageFault:
    said = installed.stderr + installed.stdout
    if _OFFLINE.search(said) and "No matching distribution" in said:
        return UsageFault(_NO_NETWORK)
    return UsageFault(_NOT_INSTALLED.format(words=words, reason=_reason(installed)))


def _reason(ran: subprocess.CompletedProcess[str]) -> str:
    """Return the line of a program's output that says most: an error of pip, or else the last one."""
    lines = [line.strip() for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    reason = printable((errors or lines or [f"it ended with exit code {ran.returncode}"])[-1])[:MAX_REASON]
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."

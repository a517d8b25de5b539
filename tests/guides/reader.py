"""Somebody who follows a page in a folder of their own: writes its files and types its commands."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.guides.guide import Command, File, Output, Step

SCRIPTS = sysconfig.get_path("scripts")
MOVE = "cd "


class Reader:
    """A folder, and where in it the reader is."""

    def __init__(self, folder: Path) -> None:
        self.home = self.folder = folder.resolve()
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join((SCRIPTS, os.environ["PATH"])),
            "COLUMNS": "80",
            "LOGNAME": "erin",  # who sets scores by hand
        }

    def write(self, file: File) -> None:
        """Write a file of the page, or add to it."""
        path = self.folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if file.added else ""
        path.write_text(before + file.text, encoding="utf-8")

    def type(self, command: Command) -> str:
        """Type a command, look at its exit code, and return what it printed."""
        if command.line.startswith(MOVE):
            self.folder = (self.folder / command.line.removeprefix(MOVE)).resolve(strict=True)
            return ""
        ran = subprocess.run(
            command.line,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == command.code, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).replace(f"{self.home}{os.sep}", "")

    def follow(self, steps: Iterable[Step]) -> Iterator[tuple[Output, str]]:
        """Take each step, and give each output of the page with what the commands above it printed."""
        printed = ""
        for step in steps:
            if isinstance(step, File):
                self.write(step)
                printed = ""
            elif isinstance(step, Command):
                printed += self.type(step)
            else:
                yield step, printed
                printed = ""

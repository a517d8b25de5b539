"""Somebody who follows a page in a folder of their own: writes its files and types its commands."""

from __future__ import annotations

import os
import shlex
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.conftest import Ran, Run
from tests.guides.guide import Command, File, Output, Step

SCRIPTS = sysconfig.get_path("scripts")
MOVE = "cd "
OF_A_SHELL = frozenset("<>|&;$*?~`#")  # a line without them is split into words, and that is all
SURROUNDINGS = {"COLUMNS": "80", "LOGNAME": "erin"}  # how wide a terminal is, and who sets scores by hand


class Reader:
    """A folder, and where in it the reader is. What runs a command, if given, stands for the shell."""

    def __init__(self, folder: Path, commands: Mapping[str, Run] | None = None) -> None:
        self.home = self.folder = folder.resolve()
        self.commands = commands or {}
        path = os.pathsep.join((SCRIPTS, os.environ["PATH"]))
        self.environment = {**os.environ, "PATH": path, **SURROUNDINGS}

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
        ran = self._ran(command.line)
        assert ran.code == command.code, f"{command}: {ran.code}\n{ran.out}{ran.err}"
        return (ran.out + ran.err).replace(f"{self.home}{os.sep}", "")

    def _ran(self, line: str) -> Ran:
        if (run := self.commands.get(line.split(maxsplit=1)[0])) and not OF_A_SHELL & {*line}:
            return run(self.folder, *shlex.split(line)[1:])
        ran = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

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

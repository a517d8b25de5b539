"""`course`: what an instructor types. A command is imported when it is asked for; `--help` needs none."""

from __future__ import annotations

import importlib
from typing import cast

import click

from grader.cli import begin

PARTS = {  # of a command: the module in which it is, its name there, and what it does
    "check": ("check", "check_", "Prove that exercises are sound, over many variants."),
    "demo": ("demo", "demo", "Generate, grade and export with a made-up class."),
    "doctor": ("doctor", "doctor", "Say how this machine confines student code."),
    "export": ("scores", "export", "Write scores that an LMS imports."),
    "generate": ("generate", "generate_", "Write what students receive into OUT."),
    "grade": ("grade_class", "grade", "Grade a class."),
    "history": ("scores", "history", "Show what happened to a student's scores, oldest first."),
    "new": ("new", "new", "Make a small working course in FOLDER."),
    "override": ("scores", "override", "Set a student's score by hand."),
    "regrade": ("grade_class", "regrade", "Grade what is stored again, after a fix."),
    "report": ("class_report", "report", "Show what the class's answers say."),
    "schema": ("new", "schema", "Write the JSON Schemas that editors use."),
    "scores": ("scores", "scores", "Show scores: raw, the rules that touched them, and final."),
}


class Parts(click.Group):
    """The commands of `course`, each in a module of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 as click calls it
        """Return their names."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one of them."""
        if cmd_name not in PARTS:
            return None
        module, name, _ = PARTS[cmd_name]
        return cast("click.Command", getattr(importlib.import_module(f"grader.cli.{module}"), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what each does, without importing it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, _, short) in PARTS.items()])


@click.group(cls=Parts, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="torchgrade")
def command() -> None:
    """Write a course, hand it out, grade it, and send the scores to your LMS.

    Exit code: 0 done, 1 done but not all is well, 2 something to correct, 3 a bug of ours.
    """


def main() -> None:
    """Run the command `course`."""
    begin.course()

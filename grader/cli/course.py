"""`course`, the command for instructors. Subcommands are imported on demand; `--help` imports none."""

from __future__ import annotations

import importlib
from typing import cast

import click

from grader.cli import begin

PARTS = {  # for each subcommand: its module, its name there, and what it does
    "check": ("check", "check_", "Prove that exercises are sound, over many variants."),
    "demo": ("demo", "demo", "Generate, grade and export with a made-up class."),
    "doctor": ("doctor", "doctor", "Show how this machine confines student code."),
    "export": ("export_command", "export", "Write scores for import into an LMS."),
    "feedback": ("give_feedback", "feedback", "Write feedback for each student to OUT."),
    "forget": ("roster_command", "forget", "Remove everything about one student."),
    "generate": ("generate", "generate_", "Write the handouts for students to OUT."),
    "grade": ("grade_class", "grade", "Grade a class."),
    "history": ("scores", "history", "Show the history of a student's scores, oldest first."),
    "mark": ("mark_command", "mark", "Mark the texts of a class with the rubrics of its manual questions."),
    "mistakes": (
        "mistakes_command",
        "mistakes",
        "Propose misconceptions for unexplained wrong answers.",
    ),
    "new": ("new", "new", "Create a working course in FOLDER."),
    "override": (
        "scores",
        "override",
        "Set a student's score by hand, in an exercise or in one question of it.",
    ),
    "push": ("push_command", "push", "Send scores and feedback to an LMS over the network."),
    "regrade": ("grade_class", "regrade", "Grade stored submissions again after a fix."),
    "report": ("class_report", "report", "Analyse the class's answers."),
    "roster": ("roster_command", "roster", "Make the roster from an LMS's files, and check it."),
    "schema": ("new", "schema", "Write JSON Schemas for editors."),
    "scores": ("scores", "scores", "Show raw scores, the rules applied, final scores, and totals."),
    "show": ("show", "show", "Show an exercise with its answers, over many variants."),
}


class Parts(click.Group):
    """The subcommands of `course`, each in its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 as click calls it
        """Return the names of the subcommands."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a subcommand."""
        if cmd_name not in PARTS:
            return None
        module, name, _ = PARTS[cmd_name]
        return cast("click.Command", getattr(importlib.import_module(f"grader.cli.{module}"), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help of each subcommand without importing it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, _, short) in PARTS.items()])


@click.group(cls=Parts, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="torchgrade")
def command() -> None:
    """Write a course, hand it out, grade it, and send the scores to your LMS.

    Exit codes: 0 done, 1 done with something left out, 2 something to correct, 3 a bug in the grader.
    """


def main() -> None:
    """Run the command `course`."""
    begin.course()

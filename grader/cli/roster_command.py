"""`course roster import`, `course roster show` and `course forget`: who is in the course."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import counted, printable
from grader.service.enrolment import ROSTER_FILE, Enrolled, Imported, ImportOrder
from grader.service.service import Service
from grader.service.vocabulary import EXPORTS, LMSS

_SYSTEMS = {lms.name: lms for lms in LMSS if lms.lists}
_EXPORTS = {lms.name: lms for lms in EXPORTS if lms.columns}
_ROSTER = click.option("--roster", type=PATH, help=f"The roster. [default: {ROSTER_FILE} in the course]")


@click.group("roster")
def roster() -> None:
    """Make the roster from an LMS's files, and check it."""


def _mapped(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Split `student=Login` into the roster's column and the file's."""
    pairs = [text.partition("=") for text in texts]
    wrong = next(
        (text for text, (column, _, header) in zip(texts, pairs, strict=True) if not (column and header)), ""
    )
    if wrong or len({column for column, _, _ in pairs}) < len(pairs):
        raise click.BadParameter("write each column once, as in student=Login.")
    return {column.strip(): header.strip() for column, _, header in pairs}


@roster.command("import")
@click.argument("files", nargs=-1, required=True, type=PATH)
@_ROSTER
@click.option("--map", "mapped", multiple=True, callback=_mapped, help="A column's meaning: student=Login.")
@click.option("--from", "system", type=click.Choice(sorted(_SYSTEMS)), help="The LMS that wrote the files.")
@click.option("--remove-gone", is_flag=True, help="Remove students who are in none of the files.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def import_(
    files: tuple[Path, ...],
    roster: Path | None,
    mapped: dict[str, str],
    system: str | None,
    remove_gone: bool,
    dry_run: bool,
) -> int:
    """Merge the people of some files into the roster.

    Each file is recognised by its header. Students who are known keep their names, and so their variants.
    """
    with service_here() as service:
        file = _roster_file(service, roster)
        lms = _SYSTEMS[system] if system else None
        order = ImportOrder(files, file, mapped, lms, remove_gone, dry_run)
        imported = service.import_people(order)
    _tell_understood(imported)
    left_out = _tell_merged(imported, order)
    return entry.NOT_FULL_MARKS if left_out else entry.DONE


def _roster_file(service: Service, roster: Path | None) -> Path:
    return roster or service.course.root / ROSTER_FILE


def _tell_understood(imported: Imported) -> None:
    """Say what each file is, and what its columns were assumed to mean."""
    for listing in imported.listings:
        click.echo(f"{listing.file}: {listing.title}, {counted(len(listing.people), 'student')}")
        click.echo("  " + ", ".join(f"{header} is {column}" for header, column in listing.meanings.items()))
        if listing.unused:
            click.echo(f"  not used: {', '.join(listing.unused)}")


def _tell_merged(imported: Imported, order: ImportOrder) -> list[str]:
    """Say how the roster changed, and return who was left out."""
    merged = imported.merged
    counts = f"{len(merged.new)} new, {len(merged.changed)} changed, {len(merged.gone)} gone"
    click.echo(f"{order.roster}: {'would have ' if order.is_rehearsal else ''}{counts}")
    if merged.new:
        click.echo(f"  new: {_named(merged.new)}")
    for student, what in merged.changed.items():
        click.echo(f"  changed: {printable(student)}: {what}")
    if merged.gone:
        how = (
            "removed from the roster"
            if order.removes_gone
            else "still in the roster; --remove-gone removes them"
        )
        click.echo(f"  gone: {_named(merged.gone)} ({how})")
    left_out = [*(one for listing in imported.listings for one in listing.left_out), *merged.left_out]
    for reason in left_out:
        click.echo(f"  left out: {reason}")
    return left_out


def _named(students: Iterable[str]) -> str:
    return ", ".join(map(printable, students))


@roster.command("show")
@_ROSTER
@click.option(
    "--for",
    "systems",
    multiple=True,
    type=click.Choice(sorted(_EXPORTS)),
    help="Who lacks the ids for this LMS?",
)
def show(roster: Path | None, systems: tuple[str, ...]) -> int:
    """List the students, who may be there twice, and who lacks an id.

    The LMSs are those of --for or, without it, those under `lms` in course.yaml.
    """
    with service_here() as service:
        found = service.enrolled(_roster_file(service, roster), [_EXPORTS[name] for name in systems])
    for note in found.roster.notes:
        click.echo(printable(note), err=True)
    for student, person in found.roster.people.items():
        ids = [f"{column.name} {value}" for column, value in person.lms_ids.items()]
        cells = [student, person.name, person.email, person.section, person.group, *ids]
        click.echo(printable("  ".join(filter(None, cells))))
    return entry.NOT_FULL_MARKS if _tell_doubtful(found) else entry.DONE


def _tell_doubtful(found: Enrolled) -> bool:
    """Say what could keep a score from its student, and whether there is anything."""
    for one, other, reason in found.doubles:
        click.echo(printable(f"perhaps one student: {one} and {other} have {reason}"))
    for title, lacking in found.lacking.items():
        for student, missing in lacking.items():
            click.echo(printable(f"no id for {title}: {student} has no {missing}"))
    return bool(found.doubles) or any(found.lacking.values())


@click.command("forget")
@click.argument("student")
@_ROSTER
def forget(student: str, roster: Path | None) -> int:
    """Remove everything about one student.

    It is removed from the gradebook and the roster.

    This cannot be undone. The command says what it cannot remove.
    """
    with service_here() as service:
        file = _roster_file(service, roster)
        found = service.forget(student, file)
    for name, count in found.rows.items():
        click.echo(f"removed from the gradebook: {name} ({count})")
    if found.is_in_roster:
        click.echo(f"removed from {file}: {printable(found.student)}")
    for what in found.left:
        click.echo(printable(f"not removed: {what}"))
    return entry.DONE

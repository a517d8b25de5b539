"""Read the people in a file of an LMS, or in any table whose columns are explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.roster import COLUMNS, PLAIN_COLUMNS, filled, is_folder_name, wrong_group, wrong_id
from grader.errors import UsageFault, did_you_mean, printable
from grader.folding import folded
from grader.identity import STUDENT, IdColumn, Person, comparable
from grader.lms import ID_COLUMNS, LMSS
from grader.lms.base import Lms
from grader.lms.export import free_text, unsafe_id
from grader.lms.people_list import FIRST, LAST, PeopleList
from grader.tables import Row, Table, plain_header, read_table

TARGETS = (*COLUMNS, FIRST, LAST)  # what a column can mean
RENAME = "Rename the column that identifies the students: 'student' or 'email'."


@dataclass(frozen=True)
class Listed:
    """One person in a file, with the line.

    `login` is what the LMS calls them, which can name the folder; `person.student` is there only if a column
    says so.
    """

    person: Person
    line: int
    login: str = ""


@dataclass(frozen=True)
class Listing:
    """The people in a file, and how it was understood."""

    file: Path
    title: str
    meanings: Mapping[str, str]  # the roster's columns by header
    unused: tuple[str, ...]
    people: tuple[Listed, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def read_listing(
    file: Path, mapped: Mapping[str, str] = {}, lms: Lms | None = None, *, can_map: bool = True
) -> Listing:
    """Read a file; `mapped` has headers by column of the roster, and `lms` is for a file that fits several.

    Where the command has no option to map columns, the file itself has to be corrected.

    Raises:
        UsageFault: it is not a table, or it is not clear what its columns mean.

    """
    table = read_table(file)
    found = _list_of(table, lms)
    meanings = _meanings(table, found, mapped, can_map)
    listed, left_out = _people(table, found, meanings)
    known = {printable(table.header[index]): column for index, column in meanings.items()}
    unused = tuple(
        printable(cell) for index, cell in enumerate(table.header) if cell and index not in meanings
    )
    title = found.lists.title if found else "a table"
    notes = (table.note,) if table.note else ()
    return Listing(file, title, known, unused, tuple(listed), tuple(left_out), notes)


@dataclass(frozen=True)
class _Found:
    lists: PeopleList
    lms: Lms


def _list_of(table: Table, only: Lms | None) -> _Found | None:
    """Return the kind of file with the most known columns, or None for a roster or another table.

    Raises:
        UsageFault: two kinds fit, with different meanings.

    """
    kinds = [_Found(one, lms) for lms in LMSS if only in {None, lms} for one in lms.lists]
    fitting = [one for one in kinds if one.lists.is_shown_by(table.header)]
    if only is not None and not fitting:
        raise UsageFault(f"{table.file} is not a list of people from {only.title}, or not in English.")
    most = max((len(one.lists.meanings(table.header)) for one in fitting), default=0)
    best = [one for one in fitting if len(one.lists.meanings(table.header)) == most]
    if len({frozenset(one.lists.meanings(table.header).items()) for one in best}) > 1:
        names = " or ".join(dict.fromkeys(one.lms.name for one in best))
        raise UsageFault(f"{table.file} can come from several systems. Say which: --from {names}.")
    return best[0] if best else None


def _meanings(table: Table, found: _Found | None, mapped: Mapping[str, str], can_map: bool) -> dict[int, str]:
    """Return the roster's column for each column of the file.

    Raises:
        UsageFault: nothing says who is meant, or `mapped` names what is not there.

    """
    own = found.lists.meanings(table.header) if found else _as_roster(table, mapped, can_map)
    said = {_index(table, header): _target(column) for column, header in mapped.items()}
    meanings = {index: column for index, column in own.items() if column not in said.values()} | said
    who = set(meanings.values()) - {FIRST, LAST, "section", "group", "name"}
    if not who:
        header = ", ".join(printable(cell) for cell in table.header)
        raise UsageFault(
            f"{table.file} is not a list of people in a known form. Its columns are: {header}. "
            + ("Say what they mean, as in --map student=Login --map email=Mail." if can_map else RENAME)
        )
    return meanings


def _as_roster(table: Table, mapped: Mapping[str, str], can_map: bool) -> dict[int, str]:
    """Return the columns with the roster's own names.

    Raises:
        UsageFault: one name is there twice, or a column `Student` holds people's names.

    """
    why = next(filter(None, (lms.gradebook(table) for lms in LMSS)), "")
    if why and STUDENT.name not in mapped:
        remedy = "Name the right column: --map student=COLUMN." if can_map else RENAME
        raise UsageFault(f"{table.file} is not a roster: {why}. {remedy}")
    plain = PLAIN_COLUMNS | {plain_header(FIRST): FIRST, plain_header(LAST): LAST}
    names = enumerate(map(plain_header, table.header))
    found = {index: plain[name] for index, name in names if name in plain}
    twice = next((column for column, count in Counter(found.values()).items() if count > 1), None)
    if twice:
        raise UsageFault(f"{table.file} has two columns '{twice}'. Keep one of them.")
    return found


def _index(table: Table, header: str) -> int:
    names = [plain_header(cell) for cell in table.header]
    if names.count(plain_header(header)) != 1:
        what = "two columns" if plain_header(header) in names else "no column"
        remedy = did_you_mean(header, [printable(cell) for cell in table.header if cell])
        raise UsageFault(f"{table.file} has {what} '{printable(header)}'. {remedy}")
    return names.index(plain_header(header))


def _target(column: str) -> str:
    known = {plain_header(name): name for name in TARGETS}
    if plain_header(column) not in known:
        raise UsageFault(f"A roster has no column '{printable(column)}'. {did_you_mean(column, TARGETS)}")
    return known[plain_header(column)]


def _people(
    table: Table, found: _Found | None, meanings: Mapping[int, str]
) -> tuple[list[Listed], list[str]]:
    """Return the people of a file, and why others are left out."""
    listed, left_out = [], []
    logins = _logins(table, found)
    for row in table.rows:
        if found and found.lists.is_about_nobody(row.cells):
            continue
        cells = (
            {} if row.problem else {column: _cell(row, index, found) for index, column in meanings.items()}
        )
        person = _person(cells)
        login = "" if row.problem else next(filter(None, (_cell(row, index, found) for index in logins)), "")
        if reason := row.problem or _wrong(person):
            left_out.append(printable(f"{table.file}:{row.line}: {reason}"))
        else:
            listed.append(Listed(person, row.line, login or person.email))
    once = _once(listed)
    doubles = dict(_doubles(table, once))
    several = dict(_in_several_groups(table, listed))
    kept = [
        replace(one, person=replace(one.person, group="")) if one.line in several else one
        for one in once
        if one.line not in doubles
    ]
    return kept, [*left_out, *doubles.values(), *several.values()]


def _logins(table: Table, found: _Found | None) -> list[int]:
    """Return the columns that can name a folder, the best first."""
    names = [plain_header(cell) for cell in table.header]
    wanted = map(plain_header, found.lists.student) if found else ()
    return [names.index(name) for name in wanted if name in names]


def _cell(row: Row, index: int, found: _Found | None) -> str:
    """Return a cell without what a spreadsheet or the LMS puts around an id."""
    cell = filled(row.cells[index])
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    return found.lms.plain_id(cell) if found else cell


def _person(cells: Mapping[str, str]) -> Person:
    name = cells.get("name") or " ".join(filter(None, (cells.get(FIRST), cells.get(LAST))))
    ids = {column: cells[column.name] for column in ID_COLUMNS if cells.get(column.name)}
    columns = ("student", "email", "section", "group")
    student, email, section, group = (cells.get(column, "") for column in columns)
    return Person(student, free_text(name), email, free_text(section), ids, free_text(group))


def _wrong(person: Person) -> str:
    """Say why a row cannot be taken into a roster, or return ""."""
    ids = {column: value for column, value in person.ids.items() if value}
    if not ids:
        return "It names nobody by an id."
    if person.student and not is_folder_name(person.student):
        return f"'{person.student}' cannot be the name of a folder."
    wrong = wrong_id({column.name: value for column, value in ids.items()}) or wrong_group(person.group)
    return wrong or _unsafe(ids.values())


def _unsafe(ids: Iterable[str]) -> str:
    reason = unsafe_id(*ids)
    return reason and f"{reason[0].upper()}{reason[1:]}."


def _in_several_groups(table: Table, listed: Sequence[Listed]) -> Iterator[tuple[int, str]]:
    """Yield the first row of each person who has several rows with different groups, with a reason."""
    groups: dict[object, dict[str, int]] = {}
    for one in listed:
        groups.setdefault(_key(one), {}).setdefault(folded(one.person.group), one.line)
    for own in groups.values():
        if len(own) > 1:
            line = min(own.values())
            yield (
                line,
                printable(
                    f"{table.file}:{line}: the group does not count: there are several for one person."
                ),
            )


def _key(one: Listed) -> object:
    return one.person.name, one.login, frozenset(one.person.ids.items())


def _once(listed: Sequence[Listed]) -> list[Listed]:
    """Return the people without rows that differ only in the section, such as one for each group."""
    found: dict[object, Listed] = {}
    for one in listed:
        found.setdefault(_key(one), one)
    return list(found.values())


def _doubles(table: Table, listed: Collection[Listed]) -> Iterator[tuple[int, str]]:
    """Yield the rows that share an id with another, which cannot be told apart, with the reason."""
    keys = [(one, [(column, comparable(column, value)) for column, value in _ids(one)]) for one in listed]
    counts = Counter(key for _, own in keys for key in own)
    for one, own in keys:
        twice = next((column for column, value in own if counts[column, value] > 1), None)
        if twice is not None:
            value = dict(_ids(one))[twice]
            yield (
                one.line,
                printable(f"{table.file}:{one.line}: several rows have the {twice.name} '{value}'."),
            )


def _ids(one: Listed) -> list[tuple[IdColumn, str]]:
    return [(column, value) for column, value in one.person.ids.items() if value]

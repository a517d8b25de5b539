"""Gradescope: its lists of people and its export of submissions. It passes scores on itself.

An export has a folder `submission_123` for each submission, and a file submission_metadata.yml that says who
handed it in, and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import yaml

from grader.identity import EMAIL as EMAIL_ID
from grader.identity import IdColumn
from grader.lms.base import Lms, Named, Owner, Owners, SubmissionKey
from grader.lms.people_list import EMAIL, FIRST, LAST, NAME, SECTION, PeopleList

SID = IdColumn("gradescope_sid", "Gradescope")
_FOLDER = re.compile(r"submission_\d+")
_HINT = "submission_metadata.yml is missing or does not say whose it is; export again"
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)")
_EVENTS: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C, if it is there
_DEPTH = 5  # levels of the file that say something
_LISTED = {"SID": SID.name, "Email": EMAIL, "Sections": SECTION, "Section": SECTION}


class Gradescope(Lms):
    """Gradescope knows people by email address and by the school's number, the SID."""

    name = "gradescope"
    title = "Gradescope"
    columns = {"SID": SID, "Email": EMAIL_ID}
    lists = (
        PeopleList(
            "Gradescope's grades or roster",
            ("Name", "SID", "Email"),
            _LISTED | {"Name": NAME},
            ("SID", "Email"),
        ),
        PeopleList(
            "Gradescope's grades or roster",
            ("First Name", "Last Name", "SID", "Email"),
            _LISTED | {"First Name": FIRST, "Last Name": LAST},
            ("SID", "Email"),
        ),
    )
    beside = re.compile(r"submission_metadata\.yml")

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what the name of a folder says: only the number of a submission."""
        folder, *inner = parts
        if not inner or not _FOLDER.fullmatch(folder):
            return None
        return Named(folder, inner[-1], key=(self.name, folder), hint=_HINT, depth=len(inner) - 1)

    def owners_beside(self, name: str, content: bytes) -> Owners:  # noqa: ARG002 there is one such file
        """Return who handed in each submission, and when; a group has several owners."""
        owners: dict[SubmissionKey, list[Owner]] = {}
        for folder, about in _submissions(content.decode(errors="replace")):
            key, time = (self.name, folder), _time(str(about.get(":created_at")))
            people = about.get(":submitters")
            found = [_owner(one, time) for one in people] if isinstance(people, list) else []
            owners[key] = [Owner()] if key in owners else found
        return owners


LMS = Gradescope()


def _owner(about: object, time: datetime | None) -> Owner:
    texts = (
        {key: value for key, value in about.items() if isinstance(value, str)}
        if isinstance(about, dict)
        else {}
    )
    ids = {SID: texts.get(":sid", ""), EMAIL_ID: texts.get(":email", "")}
    known = {column: value for column, value in ids.items() if value not in {"", "null", "~"}}
    return Owner(known, texts.get(":name", ""), time)


def _time(text: str) -> datetime | None:
    """Return a time with its zone, or None.

    >>> _time("2023-09-21 12:00:00.123456000 -07:00").isoformat()
    '2023-09-21T12:00:00-07:00'
    """
    with suppress(ValueError):
        return (
            datetime.fromisoformat("{}T{}{}".format(*found.groups()))
            if (found := _TIME.fullmatch(text))
            else None
        )
    return None


def _submissions(text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each folder and what the file says about it, as far as the file can be read.

    The file is read as events, so that no depth, alias or tag in it matters.
    """
    with suppress(yaml.YAMLError, ValueError):
        events = iter(yaml.parse(text, Loader=_EVENTS))
        if not any(isinstance(event, yaml.MappingStartEvent) for event in events):
            return
        for event in events:
            about = _value(next(events, event), events, _DEPTH)
            if isinstance(event, yaml.ScalarEvent) and isinstance(about, dict):
                yield event.value, about


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> object:
    """Return a text, a list or a dict; what is too deep, and what only refers to something, is empty."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    found: list[object] = []
    if isinstance(event, yaml.CollectionStartEvent):
        if not depth:
            return _skip(events)
        for one in events:
            if isinstance(one, yaml.CollectionEndEvent):
                break
            found.append(_value(one, events, depth - 1))
    if isinstance(event, yaml.MappingStartEvent):
        pairs = zip(found[::2], found[1::2], strict=False)
        return {key: value for key, value in pairs if isinstance(key, str)}
    return found


def _skip(events: Iterator[yaml.Event]) -> str:
    """Pass over the rest of a collection."""
    level = 1
    while level:
        event = next(events)
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    return ""

"""The pages of docs/reference say what the code does: every command, option, key, kind, layer, LMS and outcome."""

from __future__ import annotations

import difflib
import doctest
import re
from collections import Counter
from pathlib import Path

import click
import pytest

from grader.questions.base import Question
from grader.questions.kinds import KINDS
from grader.questions.of_layer import LayerQuestion
from tests.questions.draft import page_of
from tests.reference import forms
from tests.reference.page import COMMAND, REFERENCE, ROOT, TODO, rewritten, rows_of, table_names
from tests.reference.sentences import Sentence, sentences
from tests.reference.tables import commands, needed, table, unlisted

PAGES = sorted(REFERENCE.glob("*.md"))
OTHERS = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "docs/add-a-kind.md",
    ROOT / "docs/add-an-lms.md",
]
SENTENCES = list(sentences())
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
RENEW = f"Run: {COMMAND}"


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_table_is_on_one_page() -> None:
    found = Counter(name for page in PAGES for name in table_names(read(page)))
    for name, about in needed():
        assert found[name] == 1, (
            f"docs/reference has nothing about {about}. "
            f"Write <!-- table: {name} --> where it belongs. {RENEW}"
        )


def test_every_record_of_the_files_has_a_table() -> None:
    assert not unlisted(), (
        f"Add them to RECORDS in tests/reference/tables.py, and their tables to a page. {RENEW}"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_as_the_code_is(page: Path) -> None:
    old = read(page)
    new = rewritten(old, table)
    changes = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    assert not changes, "\n".join([f"docs/reference/{page.name} is out of date. {RENEW}", *changes])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_is_complete(page: Path) -> None:
    left = [line for line in read(page).splitlines() if line.startswith("|") and TODO in line]
    assert not left, f"Write the last column in docs/reference/{page.name}:\n" + "\n".join(left)


@pytest.mark.parametrize("name", commands())
def test_every_command_has_a_section(name: str) -> None:
    assert f"\n## {name}\n" in read(REFERENCE / "commands.md"), f"docs/reference/commands.md needs ## {name}."


@pytest.mark.parametrize("name", commands())
def test_every_option_has_help(name: str) -> None:
    options = [one for one in commands()[name].params if isinstance(one, click.Option)]
    assert not [one.name for one in options if not one.help], f"Add help= to these options of {name}."


def test_every_section_of_a_command_is_about_one_that_there_is() -> None:
    assert set(re.findall(r"^## (.+)$", read(REFERENCE / "commands.md"), re.MULTILINE)) == set(commands())


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: f"{one.file}:{one.line}")
def test_every_error_of_an_author_is_explained(sentence: Sentence) -> None:
    page = read(REFERENCE / "errors.md").replace("\\|", "|")
    assert sentence.pattern.search(page), (
        f"docs/reference/errors.md does not explain: {sentence.shown}\n"
        f"Add a row with a mistake that leads to it. {RENEW}"
    )


def test_sentences_are_found_in_the_source() -> None:
    assert len(SENTENCES) > 90


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kind_lists_only_keys_that_there_are(kind: str) -> None:
    first = {name.strip("`") for name in rows_of(read(page_of(kind)).splitlines())}
    listed = {part.strip(" `") for name in first for part in name.split(",")}
    assert listed <= set(KINDS[kind].model_fields), f"Remove them from docs/kinds/{kind}.md."


def test_keys_that_kinds_share_are_listed_once() -> None:
    page = read(REFERENCE / "exercise-yaml.md")
    assert all(f"| `{name}` |" in page for name in Question.model_fields)
    assert {"layer", "without"} <= set(LayerQuestion.model_fields)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(read(page)):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {link}, which is not there."
        assert not anchor or anchor in anchors(target), f"{page.name} links to {link}: no such heading."


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_forms_are_as_their_examples_say() -> None:
    assert doctest.testmod(forms).failed == 0
